"""Names in files: every spelling of a venue is that venue, symbols are in capitals, and the report says so."""

from pathlib import Path

import pytest

from data.catalogue import load_catalogue
from data.errors import FileRefused, UsageError
from data.files.import_file import read_candle_file
from data.files.import_many import import_files
from data.files.report import NameReport
from data.files.source import FileSource
from data.store import CandleStore
from tests.data.frames import LATER, NOW, get_minute

HEADER = "venue,symbol,open_time,open,high,low,close,volume"
UNKNOWN_MESSAGE = (
    "venue 'krakn' is unknown; the nearest known one is kraken. If it is another one, declare it: --new-venue krakn"
)
WIDE = (get_minute(-60), get_minute(60))


def write_rows(path: Path, *rows: str) -> Path:
    """Write rows of a CSV file that give venue, symbol, minute after 21:20 and close, separated by commas."""
    lines = [HEADER]
    for row in rows:
        venue, symbol, minute, close = row.split(",")
        lines.append(f"{venue},{symbol},{get_minute(int(minute)).isoformat()},{close},{close},{close},{close},10")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_spellings_of_a_venue_are_one_market(tmp_path: Path) -> None:
    """Rows under four names of a venue are of one market; equal candles among them are exact duplicates."""
    path = write_rows(
        tmp_path / "a.csv",
        "kraken,ATOM/USD,0,3",
        "Kraken,ATOM/USD,0,3",
        "KRAKEN,atom/usd,1,4",
        "kraken.com,Atom/Usd,2,5",
    )
    imported = read_candle_file(path)
    assert imported.candles.select("venue", "symbol", "close").rows() == [
        ("kraken", "ATOM/USD", 3.0),
        ("kraken", "ATOM/USD", 4.0),
        ("kraken", "ATOM/USD", 5.0),
    ]
    assert (imported.report.rows, imported.report.duplicates) == (4, 1)


def test_the_report_says_which_names_were_read_as_others(tmp_path: Path) -> None:
    """Venues come before symbols, those of most rows first; a name that is written as it is read is not listed."""
    path = write_rows(
        tmp_path / "a.csv",
        "Gate.io,ATOM/USDT,0,3",
        "huobi,atom/usdt,0,3",
        "huobi,ATOM/USDT,1,3",
        "okx,ATOM/USDT,0,3",
    )
    report = read_candle_file(path).report
    assert report.names == (
        NameReport("huobi", "htx", 2),
        NameReport("Gate.io", "gate", 1),
        NameReport("atom/usdt", "ATOM/USDT", 1),
    )
    assert report.format_lines()[-3:] == [
        "  'huobi' read as htx in 2 rows",
        "  'Gate.io' read as gate in 1 row",
        "  'atom/usdt' read as ATOM/USDT in 1 row",
    ]


def test_a_long_list_of_names_is_cut(tmp_path: Path) -> None:
    """Of more than five names that are read as others the rest is a number."""
    path = write_rows(tmp_path / "a.csv", *(f"okx,a{number}/usdt,0,3" for number in range(7)))
    assert read_candle_file(path).report.format_lines()[-2:] == [
        "  'a4/usdt' read as A4/USDT in 1 row",
        "  and 2 more such names",
    ]


@pytest.mark.parametrize("other", ["huobi,ATOM/USDT,0,2", "HTX,atom/usdt,0,2", "Huobi Global,Atom/USDT,0,2"])
def test_names_of_one_venue_that_contradict_each_other_are_refused(tmp_path: Path, other: str) -> None:
    """Two candles of one minute that differ, under two names of one market, are refused with both rows."""
    path = write_rows(tmp_path / "a.csv", "htx,ATOM/USDT,0,3", "htx,ATOM/USDT,1,3", other)
    with pytest.raises(FileRefused) as error_info:
        read_candle_file(path)
    assert str(error_info.value).splitlines()[1:] == [
        "  line 4: line 2 has this market and minute with other values (htx ATOM/USDT)"
    ]


def test_a_name_given_beside_the_file_is_read_alike(tmp_path: Path) -> None:
    """A given venue may have any of its names; the report says how it was read."""
    path = tmp_path / "a.csv"
    path.write_text("open_time,open,high,low,close,volume\n2025-10-10T21:20Z,3,3,3,3,1\n", encoding="utf-8")
    imported = read_candle_file(path, venue="Coinbase Pro", symbol="atom/usd")
    assert imported.candles.select("venue", "symbol").rows() == [("coinbaseexchange", "ATOM/USD")]
    assert imported.report.names == (
        NameReport("Coinbase Pro", "coinbaseexchange", 1),
        NameReport("atom/usd", "ATOM/USD", 1),
    )


def test_an_unknown_venue_comes_in_only_if_it_is_declared(tmp_path: Path) -> None:
    """A file with an unknown venue is refused with the line and the nearest known id; a declared id is accepted."""
    path = write_rows(tmp_path / "a.csv", "krakn,ATOM/USD,0,3", "kraken,ATOM/USD,0,4")
    with pytest.raises(FileRefused) as error_info:
        read_candle_file(path)
    assert str(error_info.value).splitlines()[1:] == [f"  line 2: {UNKNOWN_MESSAGE}"]
    names = load_catalogue().venue_names.declare(["krakn"])
    assert read_candle_file(path, names=names).candles["venue"].to_list() == ["kraken", "krakn"]


def test_a_store_remembers_what_was_declared(store: CandleStore, tmp_path: Path) -> None:
    """A venue is declared at its first import; later files may have it in any spelling without that."""
    first = write_rows(tmp_path / "a.csv", "Acme,ATOM/USD,0,3")
    _, refusals = import_files(store, [first], now=NOW)
    assert "line 2: venue 'Acme' is unknown" in str(refusals[0])
    _, refusals = import_files(store, [first], now=NOW, new_venues=["acme"])
    assert refusals == []
    stored, refusals = import_files(store, [write_rows(tmp_path / "b.csv", "ACME!,ATOM/USD,1,3")], now=LATER)
    assert refusals == []
    assert stored[0].report.names == (NameReport("ACME!", "acme", 1),)
    assert store.read_candles(["ATOM"], *WIDE)["venue"].to_list() == ["acme", "acme"]


def test_a_declared_spelling_of_a_stored_venue_is_that_venue(store: CandleStore, tmp_path: Path) -> None:
    """Declaring another spelling of an id that the store holds makes no second venue."""
    import_files(store, [write_rows(tmp_path / "a.csv", "acme,ATOM/USD,0,3")], now=NOW, new_venues=["acme"])
    import_files(store, [write_rows(tmp_path / "b.csv", "ac_me,ATOM/USD,1,3")], now=LATER, new_venues=["ac_me"])
    assert store.candles.read_venues() == ("acme",)


def test_measured_files_are_read_alike(tmp_path: Path) -> None:
    """Files that are measured without being stored have the same names, and need new venues declared."""
    path = write_rows(tmp_path / "a.csv", "Binance.US,atom/usdt,0,3", "acme,ATOM/USDT,0,3")
    with pytest.raises(FileRefused, match="venue 'acme' is unknown"):
        FileSource([path])
    candles = FileSource([path], new_venues=["acme"]).read_candles(["ATOM"], *WIDE)
    assert candles.select("venue", "symbol").rows() == [("acme", "ATOM/USDT"), ("binanceus", "ATOM/USDT")]
    with pytest.raises(UsageError, match="is no id of a venue"):
        FileSource([path], new_venues=["ac me"])
