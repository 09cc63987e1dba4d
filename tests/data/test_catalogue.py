from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from data.catalogue import Window, load_catalogue, parse_catalogue
from data.errors import UsageError
from data.identity.venues import UNKNOWN_COLOUR, Venue

ASSETS = '[ETH]\nname = "Ether"\n[WBETH]\nname = "Wrapped"\nunderlying = "ETH"\nratio_market = "WBETH/ETH"\n'
VENUES = '[kraken]\nname = "Kraken"\nfamily = "kraken"\ncolour = "#901048"\n'
QUOTES = "[USD]\nper_usd = 1\n[USDT]\nper_usd = 1\nstablecoin = true\n"
EVENT = """
title = "An event"
assets = ["WBETH"]
collect = { start = 2025-01-01T00:00:00Z, end = 2025-01-02T00:00:00Z }
default_window = "all"
[windows.all]
start = 2025-01-01T08:00:00+08:00
end = 2025-01-02T00:00:00Z
note = "All of it."
label = "All"
"""
NOTE = '[[notes]]\nat = 2025-01-01T01:00:00Z\ntext = "Then."\nmark = "S"\n'


def build_time(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in October 2025."""
    return datetime(2025, 10, day, hour, minute, tzinfo=UTC)


def test_windows_of_the_event() -> None:
    """The windows of October 2025 are those of the method page, and the default is the one of both sides."""
    event = load_catalogue().get_event("2025-10-10")
    assert {name: (window.start, window.end) for name, window in event.windows.items()} == {
        "both-sides": (build_time(10, 20, 45), build_time(10, 23, 15)),
        "report-day": (build_time(10, 16), build_time(11, 16)),
        "binance-statement": (build_time(10, 20, 50), build_time(10, 22)),
        "depeg": (build_time(10, 21, 36), build_time(10, 22, 16)),
        "article": (build_time(10, 21, 12), build_time(10, 23, 2)),
        "crash": (build_time(10, 21, 10), build_time(10, 21, 40)),
    }
    assert event.get_window() == event.windows["both-sides"]
    assert event.get_window("depeg") == event.windows["depeg"]
    assert event.calm_span == (build_time(9, 0), build_time(10, 12))
    assert event.collect_span == (build_time(9, 0), build_time(11, 16))
    assert event.assets == ("ATOM", "WBETH", "BNSOL", "DOGE", "XRP")


def test_the_default_window_contains_what_either_side_named_within_the_day() -> None:
    """Every other window but the report's day lies in the window of both sides."""
    windows = dict(load_catalogue().get_event("2025-10-10").windows)
    default = windows.pop("both-sides")
    del windows["report-day"]
    assert all(default.start <= window.start and window.end <= default.end for window in windows.values())


def test_the_control_event() -> None:
    """The depeg of March 2023 shows BTC, with 11 March in UTC as one of its windows."""
    event = load_catalogue().get_event("2023-03-10")
    assert event.assets == ("BTC",)
    day = event.get_window("utc-day-11")
    assert (day.start, day.end) == (datetime(2023, 3, 11, tzinfo=UTC), datetime(2023, 3, 12, tzinfo=UTC))


@pytest.mark.parametrize("event_id", list(load_catalogue().events))
def test_events_are_consistent(event_id: str) -> None:
    """Notes are in order and link to pages; calm is before the windows, which are in the span to collect."""
    event = load_catalogue().get_event(event_id)
    assert [note.at for note in event.notes] == sorted(note.at for note in event.notes)
    sources = [*(note.source_url for note in event.notes), *(figure.source_url for figure in event.published)]
    assert all(source is None or source.startswith("https://") for source in sources)
    assert event.calm_span is not None
    for window in event.windows.values():
        assert event.calm_span[1] <= window.start
        assert event.collect_span[0] <= window.start < window.end <= event.collect_span[1]
    assert all(event.collect_span[0] <= note.at < event.collect_span[1] for note in event.notes)


@pytest.mark.parametrize("event_id", list(load_catalogue().events))
def test_an_event_says_what_is_at_stake(event_id: str) -> None:
    """Every event has a claim in one sentence and a figure on public record, and collects the day before its window."""
    event = load_catalogue().get_event(event_id)
    assert event.claim is not None
    assert event.claim[-1] in ".?"
    assert len(event.claim) < 200
    assert event.published
    assert event.get_window().start - event.collect_span[0] >= timedelta(hours=20)
    assert not event.venues or event.default_focus in event.venues


def test_wrapped_assets_and_money() -> None:
    """WBETH and BNSOL name what they wrap and the market of the ratio; stablecoins are legs of conversion."""
    assets = load_catalogue().assets
    wrapped = {ticker: (asset.underlying, asset.ratio_market) for ticker, asset in assets.items() if asset.underlying}
    assert wrapped == {"WBETH": ("ETH", "WBETH/ETH"), "BNSOL": ("SOL", "BNSOL/SOL")}
    assert [ticker for ticker, asset in assets.items() if asset.fx_leg] == ["USDT", "USDC", "USD1"]


def test_the_table_of_quotes() -> None:
    """The quotes, what makes about a dollar of each, and which are stablecoins, are those of the method page."""
    catalogue = load_catalogue()
    stablecoins = {"USDT", "USDC", "FDUSD", "TUSD", "DAI", "USDP", "BUSD", "USD1", "USDE", "PYUSD", "RLUSD"}
    others = {"EUR": 0.9, "GBP": 0.75, "AUD": 1.5, "KRW": 1400.0, "JPY": 150.0, "TRY": 40.0, "BRL": 5.5}
    assert catalogue.row_quotes == {"USD": 1.0, **dict.fromkeys(stablecoins, 1.0), **others}
    assert catalogue.ratio_quotes == {"ETH": 0.0003, "SOL": 0.006}
    assert catalogue.stablecoins == stablecoins
    assert list(catalogue.quotes) == [*catalogue.row_quotes, *catalogue.ratio_quotes]


def test_relatives_share_a_family() -> None:
    """The futures of an exchange and its other order books are relatives; Binance.US is its own."""
    catalogue = load_catalogue()
    assert catalogue.list_relatives("binance") == {"binance", "binanceusdm", "binancecoinm"}
    assert catalogue.list_relatives("coinbase") == {"coinbase", "coinbaseexchange", "coinbaseinternational"}
    assert catalogue.list_relatives("kraken") == {"kraken", "krakenfutures"}
    assert catalogue.list_relatives("kucoinfutures") == {"kucoin", "kucoinfutures"}
    assert catalogue.list_relatives("binanceus") == {"binanceus"}
    assert catalogue.list_relatives("newcomer") == {"newcomer"}
    assert catalogue.map_families()["binanceusdm"] == "binance"


def test_an_unknown_venue_is_neutral() -> None:
    """A venue that is not listed has its id as name and a grey that no other has."""
    catalogue = load_catalogue()
    assert catalogue.get_venue("newcomer") == Venue("newcomer", "newcomer", "newcomer", UNKNOWN_COLOUR)
    assert UNKNOWN_COLOUR not in {venue.colour for venue in catalogue.venues.values()}
    assert catalogue.get_venue("gate").name == "Gate"


def compute_luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_colours_are_distinct_and_readable() -> None:
    """No two venues share a colour; names in each colour are legible on white: 4.5 to 1."""
    venues = load_catalogue().venues.values()
    assert all(a.colour != b.colour for a, b in combinations(venues, 2))
    for venue in venues:
        contrast = 1.05 / (compute_luminance(venue.colour) + 0.05)
        assert contrast >= 4.5, venue.id


def test_a_new_event_is_a_few_lines() -> None:
    """An event without calm span, further assets or notes is complete, and its times become UTC."""
    event = parse_catalogue(ASSETS, VENUES, QUOTES, {"e": EVENT}).get_event("e")
    start = datetime(2025, 1, 1, tzinfo=UTC)
    assert event.windows == {"all": Window("all", start, start + timedelta(days=1), "All of it.", "All")}
    assert (event.calm_span, event.extra_assets, event.notes) == (None, (), ())
    assert (event.id, event.claim, event.published, event.quotes, event.venues) == ("e", None, (), (), ())
    assert event.default_side == "below"


def test_the_default_event_stands_first() -> None:
    """The event that opens by default comes first, and the others after it, newest first."""
    ids = list(load_catalogue().events)
    assert ids[0] == "2025-10-10"
    assert ids[1:] == sorted(ids[1:], reverse=True)
    assert len(ids) == 9


def test_events_of_other_quotes_and_sides() -> None:
    """Bithumb's event is collected in won, that of USD1 in USD1, and the spike of Binance.US opens above."""
    events = load_catalogue().events
    quotes = {event.id: event.quotes for event in events.values() if event.quotes}
    assert quotes == {"2026-02-06": ("KRW",), "2025-12-24": ("USD1",)}
    assert [event.id for event in events.values() if event.default_side == "above"] == ["2023-06-21"]


def test_the_focus_of_an_event() -> None:
    """An event without a default focus has Binance; others open on the exchange that they are about."""
    events = load_catalogue().events
    assert {event.id: event.default_focus for event in events.values()} == {
        "2025-10-10": "binance",
        "2026-02-06": "bithumb",
        "2025-12-24": "binance",
        "2024-01-03": "binance",
        "2023-06-21": "binanceus",
        "2023-03-10": "kraken",
        "2021-10-21": "binanceus",
        "2021-02-22": "kraken",
        "2019-05-17": "bitstamp",
    }
    catalogue = parse_catalogue(ASSETS, VENUES, QUOTES, {"e": EVENT})
    assert catalogue.get_event("e").default_focus == "binance"


def test_unknown_events_and_windows_are_usage_errors() -> None:
    """The error for an unknown event or window lists the known ones."""
    catalogue = parse_catalogue(ASSETS, VENUES, QUOTES, {"e": EVENT})
    with pytest.raises(UsageError, match="no event 'f'; the catalogue has e"):
        catalogue.get_event("f")
    with pytest.raises(UsageError, match="event e has no window 'none'; it has all"):
        catalogue.get_event("e").get_window("none")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("assets", 'underlying = "ETH"', 'underlying = "ETC"', "assets.toml: WBETH/underlying: no asset 'ETC'"),
        ("assets", 'name = "Ether"', 'nmae = "Ether"', "assets.toml: ETH/name: is missing"),
        ("assets", 'name = "Ether"', 'name = ""', "assets.toml: ETH/name: is empty"),
        ("assets", 'name = "Ether"', "name = 5", "assets.toml: ETH/name: 5 should be a str"),
        ("assets", 'name = "Ether"', 'name = "Ether"\nfx = true', "assets.toml: ETH/fx: unknown key"),
        ("assets", 'name = "Ether"', "name = ", "assets.toml: "),
        ("assets", "[ETH]", "ETH = 1\n[ETC]", "assets.toml: ETH: 1 should be a dict"),
        ("venues", "#901048", "901048", "venues.toml: kraken/colour: '901048' is no colour"),
        ("venues", 'family = "kraken"', 'family = "kraken"\naliases = ["."]', "venues.toml: kraken: '.' is no name"),
        ("venues", 'family = "kraken"', 'family = "kraken"\naliases = [""]', r"venues.toml: kraken/aliases: "),
        (
            "venues",
            "[kraken]",
            '[okx]\nname = "OKX"\naliases = ["Kraken!"]\nfamily = "okx"\ncolour = "#000000"\n[kraken]',
            "venues.toml: okx: 'Kraken!' is a name of kraken too",
        ),
        ("quotes", "per_usd = 1", "per_usd = 0", "quotes.toml: USD/per_usd: "),
        ("quotes", "per_usd = 1", "per_usd = inf", "quotes.toml: USD/per_usd: "),
        ("quotes", "per_usd = 1", "per_usd = true", "quotes.toml: USD/per_usd: True should be a float"),
        ("quotes", "per_usd = 1", "", "quotes.toml: USD/per_usd: is missing"),
        ("quotes", "stablecoin = true", "stablecoin = 1", "quotes.toml: USDT/stablecoin: 1 should be a bool"),
        ("quotes", "stablecoin = true", "stablecoin = true\nratio = true", "quotes.toml: USDT: a stablecoin has"),
        ("quotes", "[USDT]\nper_usd = 1", "[USDT]\nper_usd = 2", "quotes.toml: USDT: a stablecoin has per_usd = 1"),
        ("quotes", "[USD]", "[usd]", "quotes.toml: usd/code: 'usd' is not in capitals"),
        ("events", 'assets = ["WBETH"]', "assets = []", "events/e.toml: assets: "),
        ("events", "title", 'id = "f"\ntitle', "events/e.toml: id: unknown key"),
        ("events", "title", 'quotes = ["KRW"]\ntitle', "e.toml: quotes: 'KRW' is unknown; known are USD, USDT"),
        ("events", "title", 'venues = ["okx"]\ntitle', "e.toml: venues: 'okx' is unknown; known are kraken"),
        ("events", "title", 'default_side = "up"\ntitle', "e.toml: default_side: "),
        ("events", "title", "default_side = 1\ntitle", "e.toml: default_side: "),
        ("events", 'assets = ["WBETH"]', 'assets = ["DOGE"]', "events/e.toml: assets: 'DOGE' is unknown"),
        ("events", "end = 2025-01-02T00:00:00Z\nnote", "end = 2025-01-01T00:00:00Z\nnote", "e.toml: windows/all/end: "),
        ("events", "start = 2025-01-01T08:00:00+08:00", "start = 2025-01-01T00:00:00", "all/start: .* no time zone"),
        (
            "events",
            "start = 2025-01-01T08:00:00+08:00",
            "start = 2025-01-01T00:00:01Z",
            "all/start: .* no whole minute",
        ),
        ("events", "start = 2025-01-01T08:00:00+08:00", "start = 2025-01-01", "all/start: .* should be a datetime"),
        ("events", 'default_window = "all"', 'default_window = "some"', "default_window: 'some' is none of all"),
        ("events", "title", 'default_focus = "okx"\ntitle', "default_focus: 'okx' is unknown; known are kraken"),
        ("notes", 'mark = "S"', 'mark = "Q"', r"events/e.toml: notes\[1\]/mark: 'Q' is none of C, S, D"),
        ("notes", 'text = "Then."', 'text = "Then."\nurl = ""', r"e.toml: notes\[1\]/url: unknown key"),
    ],
)
def test_errors_name_file_and_key(file: str, old: str, new: str, fault: str) -> None:
    """Every error in a file of the catalogue names the file and the key."""
    texts = {"assets": ASSETS, "venues": VENUES, "quotes": QUOTES, "events": EVENT, "notes": NOTE}
    assert old in texts[file]
    texts[file] = texts[file].replace(old, new, 1)
    with pytest.raises(UsageError, match=fault):
        parse_catalogue(texts["assets"], texts["venues"], texts["quotes"], {"e": texts["events"] + texts["notes"]})


def test_notes_are_tables() -> None:
    """A note that is no table is refused."""
    with pytest.raises(UsageError, match=r"events/e.toml: notes: entry 1 is no table"):
        parse_catalogue(ASSETS, VENUES, QUOTES, {"e": EVENT.replace("title", "notes = [1]\ntitle", 1)})
