"""Kraken's pairs in the names of a zip file's members: answers by hand."""

import pytest

from data.files.bundles.kraken_names import BundleListing, BundleMember, is_kraken_bundle, list_bundle, split_pair
from data.schema import Timeframe

NAMES = (
    "2025Q4/ATOMUSD_1.csv",
    "2025Q4/ATOMUSD_5.csv",
    "2025Q4/ATOMUSD_60.csv",
    "2025Q4/ATOMUSD_1440.csv",
    "2025Q4/ATOMEUR_1.csv",
    "2025Q4/ATOMXBT_1.csv",
    "2025Q4/XDGUSD_1.csv",
    "2025Q4/XDGUSDT_1.csv",
    "2025Q4/XBTUSD_1.csv",
    "2025Q4/ETHXBT_1.csv",
    "2025Q4/readme.txt",
)


def list_symbols(*names: str, assets: tuple[str, ...], timeframe: Timeframe = Timeframe.M1) -> list[str]:
    """The symbols of the members that are read."""
    return [member.symbol for member in list_bundle(names, assets, timeframe).members]


def test_members_of_the_assets_and_the_length_are_listed() -> None:
    """Other assets, also where the asset is their quote, and other lengths are left out."""
    assert list_bundle(NAMES, ["ATOM", "DOGE"], Timeframe.M1) == BundleListing(
        (
            BundleMember("ATOM/BTC", "2025Q4/ATOMXBT_1.csv"),
            BundleMember("ATOM/EUR", "2025Q4/ATOMEUR_1.csv"),
            BundleMember("ATOM/USD", "2025Q4/ATOMUSD_1.csv"),
            BundleMember("DOGE/USD", "2025Q4/XDGUSD_1.csv"),
            BundleMember("DOGE/USDT", "2025Q4/XDGUSDT_1.csv"),
        ),
        (),
        (),
    )
    assert list_symbols(*NAMES, assets=("BTC",)) == ["BTC/USD"]
    assert list_symbols(*NAMES, assets=("ATOM",), timeframe=Timeframe.M5) == ["ATOM/USD"]
    assert list_symbols(*NAMES, assets=("ATOM",), timeframe=Timeframe.S1) == []


def test_an_asset_without_a_member_is_named() -> None:
    """It may have members of other lengths."""
    assert list_bundle(NAMES, ["DOGE", "SOL"], Timeframe.M5).absent == ("DOGE", "SOL")


@pytest.mark.parametrize(
    ("pair", "symbols"),
    [
        ("XBTUSD", ["BTC/USD"]),
        ("XXBTZUSD", ["BTC/USD"]),
        ("XETHXXBT", ["ETH/BTC"]),
        ("XXDGZEUR", ["DOGE/EUR"]),
        ("XDGGBP", ["DOGE/GBP"]),
        ("USDTZUSD", ["USDT/USD"]),
        ("USDTUSD", ["USDT/USD"]),
        ("USDTEUR", ["USDT/EUR"]),
        ("1INCHUSDC", ["1INCH/USDC"]),
        ("ETH2.SEUR", ["ETH2.S/EUR"]),
        ("AAPLxUSD", ["AAPLx/USD"]),
        ("LUNAUSD", ["LUNC/USD"]),
        ("LUNA2USD", ["LUNA/USD"]),
        ("PYUSDEUR", ["PYUSD/EUR"]),
        ("USD", []),
        ("ATOMXYZ", []),
    ],
)
def test_pairs_are_split_and_renamed(pair: str, symbols: list[str]) -> None:
    """As the markets are named elsewhere."""
    assert split_pair(pair) == symbols


def test_another_member_settles_a_pair_with_two_readings() -> None:
    """ATOMPY is no base of the zip, so that it is ATOM in PYUSD; where it is one, nobody can tell."""
    assert list_symbols("ATOMPYUSD_1.csv", "ATOMEUR_1.csv", assets=("ATOM",)) == ["ATOM/EUR", "ATOM/PYUSD"]
    assert list_symbols("ATOMPYUSD_1.csv", "ATOMPYEUR_1.csv", assets=("ATOM",)) == []
    both = list_bundle(["ATOMPYUSD_1.csv", "ATOMPYEUR_1.csv", "ATOMEUR_1.csv"], ["ATOM"], Timeframe.M1)
    assert [member.symbol for member in both.members] == ["ATOM/EUR"]
    assert both.unclear == ("ATOMPYUSD_1.csv",)
    assert list_bundle(["ATOMPYUSD_1.csv"], ["ATOM"], Timeframe.M1).unclear == ("ATOMPYUSD_1.csv",)
    assert list_bundle(["ATOMPYUSD_1.csv"], ["DOGE"], Timeframe.M1).unclear == ()


def test_two_members_of_one_market_are_not_read() -> None:
    """Nothing says which of them counts; both are named, and the asset is not called absent."""
    listing = list_bundle(["a/XBTUSD_1.csv", "b/XBTUSD_1.csv", "XBTEUR_1.csv"], ["BTC"], Timeframe.M1)
    assert [member.symbol for member in listing.members] == ["BTC/EUR"]
    assert listing.unclear == ("a/XBTUSD_1.csv", "b/XBTUSD_1.csv")
    assert listing.absent == ()


def test_a_pair_of_the_asset_in_an_unknown_quote_is_named() -> None:
    """By Kraken's code of the asset; a longer code of another asset in a known quote is not."""
    names = ["XBTXYZ_1.csv", "ATOMXYZ_1.csv", "ATOMXUSD_1.csv"]
    assert list_bundle(names, ["BTC"], Timeframe.M1).unclear == ("XBTXYZ_1.csv",)
    assert list_bundle(names, ["ATOM"], Timeframe.M1).unclear == ("ATOMXYZ_1.csv",)


@pytest.mark.parametrize(
    ("names", "is_bundle"),
    [
        (["XBTUSD_1.csv", "XBTUSD_5.csv"], True),
        (["XBTUSD_1.csv"], False),
        (["XBTUSD_1.csv", "readme.txt"], False),
        (["ATOMUSDT-1m-2025-10.csv", "ATOMUSDT-1m-2025-11.csv"], False),
    ],
)
def test_a_bundle_has_several_members_named_like_krakens(names: list[str], is_bundle: bool) -> None:  # noqa: FBT001 - a case of the table
    """One such file in a zip is read like the file itself."""
    assert is_kraken_bundle(names) is is_bundle
