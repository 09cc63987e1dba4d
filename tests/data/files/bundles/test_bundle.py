"""A zip file of many markets, imported member by member."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.files.import_many import import_files
from data.files.layouts.options import ReadOptions
from data.schema import Timeframe
from data.store import CandleStore
from tests.data.frames import NOW, get_minute

WIDE = (datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC))
STAMP = 1760131200
"""21:20 UTC on 10 October 2025."""

MINUTES = f"{STAMP},4.0,4.1,3.9,4.05,12.5,7\n{STAMP + 60},4.05,4.05,4.0,4.0,3,2\n{STAMP + 120},4,4,4,4,1,1\n"
FIVE_MINUTES = f"{STAMP},4.0,4.1,3.9,4.0,16.5,10\n{STAMP + 300},4,4,4,4,1,1\n{STAMP + 600},4,4,4,4,1,1\n"


def write_zip(folder: Path, members: dict[str, str]) -> Path:
    """A zip file with these members."""
    path = folder / "Kraken_OHLCVT_2025Q4.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Two pairs of ATOM, one of DOGE, and one of another asset that is no table at all."""
    members = {
        "2025Q4/ATOMUSD_1.csv": MINUTES,
        "2025Q4/ATOMUSD_5.csv": FIVE_MINUTES,
        "2025Q4/ATOMUSD_60.csv": "never read",
        "2025Q4/ATOMEUR_1.csv": MINUTES,
        "2025Q4/XDGUSD_1.csv": MINUTES,
        "2025Q4/XBTUSD_1.csv": "never read",
    }
    return write_zip(tmp_path, members)


def test_the_members_of_the_assets_are_stored(store: CandleStore, bundle: Path) -> None:
    """Each is a market of Kraken's; all have the zip file as source and are forgotten with it."""
    stored, refusals = import_files(store, [bundle], now=NOW, venue="Kraken", assets=["ATOM", "DOGE"])
    assert refusals == []
    assert [file.report.markets[0].symbol for file in stored] == ["ATOM/EUR", "ATOM/USD", "DOGE/USD"]
    read = store.read_candles(["DOGE"], *WIDE)
    assert read.select("venue", "symbol", "open_time", "open", "high", "low", "close", "volume").row(0) == (
        *("kraken", "DOGE/USD", get_minute(0)),
        *(4.0, 4.1, 3.9, 4.05, 12.5),
    )
    assert set(store.candles.read_holdings()["source"]) == {"Kraken_OHLCVT_2025Q4.zip"}
    again, _ = import_files(store, [bundle], now=NOW, assets=["ATOM"])
    assert [file.write_report.same for file in again] == [3, 3]
    assert store.forget(source=bundle.name) == 9


def test_five_minutes_are_read_where_they_are_asked_for(store: CandleStore, bundle: Path) -> None:
    """From the members of that length alone; an asset without one is named."""
    options = ReadOptions(timeframe=Timeframe.M5)
    stored, refusals = import_files(store, [bundle], now=NOW, assets=["ATOM", "DOGE"], options=options)
    assert [(file.report.markets[0].symbol, file.report.markets[0].timeframe) for file in stored] == [
        ("ATOM/USD", "5m")
    ]
    assert [str(refusal) for refusal in refusals] == [f"{bundle.name}: holds no candles of this length of DOGE"]


def test_a_bad_member_is_refused_by_name_and_the_others_come_in(store: CandleStore, tmp_path: Path) -> None:
    """The message names the member, the zip file and the line."""
    bad = MINUTES.replace("3.9,4.05", "-3.9,4.05")
    path = write_zip(tmp_path, {"ATOMUSD_1.csv": bad, "ATOMEUR_1.csv": MINUTES})
    stored, refusals = import_files(store, [path], now=NOW, assets=["ATOM"])
    assert [file.report.markets[0].symbol for file in stored] == ["ATOM/EUR"]
    assert str(refusals[0]).startswith(f"ATOMUSD_1.csv in {path.name}: nothing of it was taken\n  line 1: ")


def test_members_that_cannot_be_told_apart_are_named(store: CandleStore, tmp_path: Path) -> None:
    """Two of one market, and one in an unknown quote."""
    names = ("a/ATOMUSD_1.csv", "b/ATOMUSD_1.csv", "ATOMXYZ_1.csv", "ATOMEUR_1.csv")
    path = write_zip(tmp_path, dict.fromkeys(names, MINUTES))
    stored, refusals = import_files(store, [path], now=NOW, assets=["ATOM"])
    assert len(stored) == 1
    assert str(refusals[0]) == (
        f"{path.name}: left out ATOMXYZ_1.csv, a/ATOMUSD_1.csv, b/ATOMUSD_1.csv, whose market cannot be told; "
        "unpack them and name it with --symbol"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({}, "is a zip of 6 files of Kraken's markets; say which to take with --assets ATOM,DOGE"),
        ({"venue": "okx", "assets": ["ATOM"]}, "is a zip of many markets, named as kraken names them"),
        ({"symbol": "ATOM/USD", "assets": ["ATOM"]}, "is a zip of many markets; import it with --assets instead"),
    ],
)
def test_what_is_said_of_a_bundle_has_to_fit(
    store: CandleStore, bundle: Path, arguments: dict[str, object], reason: str
) -> None:
    """Its assets are needed, and it is of Kraken and of many markets."""
    stored, refusals = import_files(store, [bundle], now=NOW, **arguments)  # type: ignore[arg-type]
    assert stored == []
    assert reason in str(refusals[0])


def test_assets_are_for_bundles_only(store: CandleStore, tmp_path: Path) -> None:
    """A zip of one file, and a file that is no zip, are refused with them."""
    single = write_zip(tmp_path, {"ATOMUSD_1.csv": MINUTES})
    for path in (single, tmp_path / "a.csv"):
        _, refusals = import_files(store, [path], now=NOW, venue="kraken", assets=["ATOM"])
        assert str(refusals[0]) == f"{path.name}: is no zip of many markets; import it without --assets"
    assert import_files(store, [single], now=NOW, venue="kraken", symbol="ATOM/USD")[1] == []


def test_a_damaged_member_is_refused(store: CandleStore, tmp_path: Path) -> None:
    """Its bytes were changed after it was packed."""
    path = write_zip(tmp_path, {"ATOMUSD_1.csv": MINUTES, "ATOMEUR_1.csv": MINUTES})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    stored, refusals = import_files(store, [path], now=NOW, assets=["ATOM"])
    assert [file.report.markets[0].symbol for file in stored] == ["ATOM/EUR"]
    assert "is damaged and cannot be unpacked" in str(refusals[0])
