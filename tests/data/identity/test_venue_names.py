"""Every name of a venue is read as one id, and no two venues share a name."""

import pytest

from data.catalogue import load_catalogue
from data.errors import UsageError
from data.identity.venue_names import build_venue_names, normalize_name

NAMES = build_venue_names(
    {"htx": ("HTX", "huobi", "Huobi Global"), "gate": ("Gate", "Gate.io"), "bit2me": ("Bit2Me",)},
    {"htx": "htx", "gate": "gate", "bit2me": "bit2me"},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("huobi", "htx"),
        ("HuobiPro", "htx"),
        ("Huobi Global", "htx"),
        ("HTX", "htx"),
        ("okex", "okx"),
        ("OKEx", "okx"),
        ("okex5", "okx"),
        ("gdax", "coinbaseexchange"),
        ("GDAX", "coinbaseexchange"),
        ("coinbasepro", "coinbaseexchange"),
        ("Coinbase Pro", "coinbaseexchange"),
        ("coinbase-exchange", "coinbaseexchange"),
        ("Coinbase Advanced", "coinbase"),
        ("Binance.US", "binanceus"),
        ("Binance US", "binanceus"),
        ("binance_us", "binanceus"),
        ("Gate.io", "gate"),
        ("gateio", "gate"),
        ("Crypto.com", "cryptocom"),
        ("CRYPTO COM", "cryptocom"),
        ("Binance USD-M", "binanceusdm"),
        ("Binance USDⓈ-M Futures", "binanceusdm"),
        ("binance-futures", "binanceusdm"),
        ("binance-delivery", "binancecoinm"),
        ("Bitget", "bitget"),
        ("KuCoin", "kucoin"),
        ("kucoin-futures", "kucoinfutures"),
        ("cryptofacilities", "krakenfutures"),
        ("bitfinex2", "bitfinex"),
        ("mexc3", "mexc"),
        ("  kRaKeN! ", "kraken"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER K}raken", "kraken"),
    ],
)
def test_former_ids_and_spellings_are_the_venue(text: str, expected: str) -> None:
    """Former ids, names for people and names of vendors are read as the ccxt id, in any case and punctuation."""
    assert load_catalogue().resolve_venue(text) == expected


def test_every_listed_name_is_read_as_its_venue() -> None:
    """Id, display name and aliases of each listed venue give its id; but "Coinbase" is the id of a relative."""
    catalogue = load_catalogue()
    wrong = {
        (venue.id, name): catalogue.resolve_venue(name)
        for venue in catalogue.venues.values()
        for name in (venue.id, venue.name, *venue.aliases)
        if catalogue.resolve_venue(name) != venue.id
    }
    assert wrong == {("coinbaseexchange", "Coinbase"): "coinbase"}


def test_no_name_belongs_to_two_families() -> None:
    """Compared by letters and digits in small letters, no name of a venue is a name of one that votes beside it."""
    families: dict[str, set[str]] = {}
    for venue in load_catalogue().venues.values():
        for name in (venue.id, venue.name, *venue.aliases):
            plain = "".join(sign for sign in name.lower() if sign.isalnum())
            families.setdefault(plain, set()).add(venue.family)
    assert {name: found for name, found in families.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("text", "nearest", "suggestion"),
    [
        ("krakn", "kraken", "krakn"),
        ("Krakn", "kraken", "krakn"),
        ("Bitfinix.com", "bitfinex", "bitfinixcom"),
        ("\N{CYRILLIC CAPITAL LETTER KA}raken", "kraken", "some_venue"),
        ("binance2", "binance", "binance2"),
        ("!!!", "", "some_venue"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(text: str, nearest: str, suggestion: str) -> None:
    """The error names the text, a known venue that is like it, and the option that declares it as a new one."""
    with pytest.raises(UsageError) as error_info:
        load_catalogue().resolve_venue(text)
    message = str(error_info.value)
    assert message.startswith(f"venue '{text}' is unknown; the nearest known one is {nearest}")
    assert message.endswith(f"declare it: --new-venue {suggestion}")


def test_digits_count_and_case_and_punctuation_do_not() -> None:
    """Names that differ in a digit are two names; those that differ in case, blanks and signs are one."""
    assert NAMES.find("BIT-2-ME") == "bit2me"
    assert NAMES.find("bit3me") is None
    assert NAMES.find("bitme") is None
    assert normalize_name(" Gate.IO ") == normalize_name("gate_io") == "gateio"


def test_a_declared_venue_is_known_by_all_its_spellings() -> None:
    """A declared id is read in any case and punctuation; an id that is a known name declares no second venue."""
    names = NAMES.declare(["acme_1", "Huobi"])
    assert (names.resolve("ACME 1"), names.resolve("acme_1")) == ("acme_1", "acme_1")
    assert names.resolve("huobi") == "htx"
    assert NAMES.find("acme1") is None


def test_of_two_spellings_that_are_declared_the_first_counts() -> None:
    """Declaring one name twice, in two spellings, gives one venue."""
    names = NAMES.declare(["acme_1", "acme1"])
    assert (names.resolve("acme1"), names.resolve("acme_1")) == ("acme_1", "acme_1")


@pytest.mark.parametrize("new_id", ["My Exchange", "a-b", "___", "", "ä", "a" * 41])
def test_a_declared_id_has_the_form_of_an_id(new_id: str) -> None:
    """An id of other signs than small letters, digits and underscores, or a long one, is a usage error."""
    with pytest.raises(UsageError, match="is no id of a venue; write it like"):
        NAMES.declare([new_id])


def test_stored_ids_are_names_unless_they_are_known() -> None:
    """An id of the store is known as it is; one that is a name of a known venue stays a name of that."""
    names = NAMES.add_stored(["Old-Venue", "Huobi"])
    assert (names.resolve("old venue"), names.resolve("HUOBI")) == ("Old-Venue", "htx")


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ({"a": ("A", "x-1"), "b": ("B", "X1")}, "b: 'X1' is a name of a too"),
        ({"a": ("B",), "b": ("C",)}, "a: 'B' is a name of b too"),
        ({"a_b": (), "ab": ()}, "ab: is the same name as a_b"),
        ({"a": ("...",)}, "a: '...' is no name"),
    ],
)
def test_venues_that_share_a_name_are_refused(names: dict[str, tuple[str, ...]], fault: str) -> None:
    """Two venues with one name, two spellings of one id, and a name without letters and digits are errors."""
    with pytest.raises(UsageError) as error_info:
        build_venue_names(names, {venue: venue for venue in names})
    assert str(error_info.value) == fault


def test_a_name_that_is_the_id_of_a_relative_is_the_relative() -> None:
    """Within a family a display name may be the id of another member, which it then means; an alias of both may not."""
    families = {"ab": "family", "b": "family"}
    assert build_venue_names({"ab": ("B",), "b": ("Other",)}, families).resolve("B") == "b"
    with pytest.raises(UsageError, match="'Same' is a name of ab too"):
        build_venue_names({"ab": ("Same",), "b": ("Same",)}, families)
