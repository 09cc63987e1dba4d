"""Rows without trades: what makes a quiet candle, what makes none, and which bars of a file are quiet."""

import math
from pathlib import Path

import polars as pl
import pytest

from data.errors import FileRefused
from data.files.import_file import read_candle_file
from data.files.import_many import import_files
from data.files.source import FileSource
from data.schema import Evidence
from data.store import CandleStore
from tests.data.frames import LATER, NOW, get_minute

HEADER = "venue,symbol,open_time,open,high,low,close,volume"
WIDE = (get_minute(-60), get_minute(60))


def write_minutes(path: Path, *values: str, header: str = HEADER) -> Path:
    """Write a CSV file of one market, its minutes from 21:20 on; each value is the rest of a row after the time."""
    rows = [f"okx,ATOM/USDT,{get_minute(number).isoformat()},{value}" for number, value in enumerate(values) if value]
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("value", "prices"),
    [
        ("3,3,3,3,0", [3.0, 3.0, 3.0, 3.0]),
        ("0,0,0,0,0.0", [0.0, 0.0, 0.0, 0.0]),
        ("3,2,4,-1,0", [3.0, 2.0, 4.0, -1.0]),
        (",,,,0", [math.nan] * 4),
        ("NaN,inf,,x,0e5", [math.nan] * 4),
        (" , 3 ,,3,-0.0", [math.nan, 3.0, math.nan, 3.0]),
    ],
)
def test_without_volume_prices_may_be_anything(tmp_path: Path, value: str, prices: list[float]) -> None:
    """A row of volume 0 is a candle whatever its prices; a price that is no finite number is NaN."""
    candles = read_candle_file(write_minutes(tmp_path / "a.csv", "3,3,3,3,1", value)).candles
    read_prices = candles.select("open", "high", "low", "close").row(1)
    assert read_prices == pytest.approx(prices, nan_ok=True)
    assert candles["volume"].to_list() == [1.0, 0.0]


def test_candles_without_prices_can_be_stored_twice(store: CandleStore, tmp_path: Path) -> None:
    """A candle without prices is stored, read back, and the same at the next import."""
    path = write_minutes(tmp_path / "a.csv", "3,3,3,3,1", ",,,,0")
    (first,), _ = import_files(store, [path], now=NOW)
    (second,), _ = import_files(store, [path], now=LATER)
    assert (first.write_report.new, second.write_report.same, second.write_report.revised) == (2, 2, 0)
    assert math.isnan(store.read_candles(["ATOM"], *WIDE)["close"][1])


@pytest.mark.parametrize("value", [",,,,", "NaN,NaN,NaN,NaN,NaN", " , nan,, ,"])
def test_rows_with_neither_price_nor_volume_are_no_candles(tmp_path: Path, value: str) -> None:
    """Such rows are left out and counted."""
    imported = read_candle_file(write_minutes(tmp_path / "a.csv", "3,3,3,3,1", value, "4,4,4,4,1"))
    assert imported.candles["open_time"].to_list() == [get_minute(0), get_minute(2)]
    assert (imported.report.rows, imported.report.empty_rows) == (3, 1)
    assert imported.report.format_lines()[-1] == "  rows with neither a price nor a volume, which are no candles: 1"


def test_a_row_without_values_still_needs_time_and_market(tmp_path: Path) -> None:
    """A row with neither price nor volume is refused where its time or its market is."""
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\nokx,ATOM/USDT,noon,,,,,\nokx,ATOMUSDT,2025-10-10T21:20Z,,,,,\n", encoding="utf-8")
    with pytest.raises(FileRefused, match=r"line 2: time noon .*\n  line 3: symbol ATOMUSDT is not"):
        read_candle_file(path)


def test_a_file_of_empty_rows_holds_no_candle(tmp_path: Path) -> None:
    """A file of nothing but rows without values is refused."""
    with pytest.raises(FileRefused, match="holds no candle"):
        read_candle_file(write_minutes(tmp_path / "a.csv", ",,,,"))


def test_rows_without_values_cover_nothing_at_the_edges(tmp_path: Path) -> None:
    """With complete, minutes are quiet from the first candle to the last, candles of volume 0 among them, no further.

    Minutes 0 and 5 have rows without values, minutes 1 and 4 candles, minutes 2 and 3 none.
    """
    path = write_minutes(tmp_path / "a.csv", ",,,,", "3,3,3,3,1", "", "", ",,,,0", ",,,,")
    spans = FileSource([path], complete=True).read_covered_spans(["ATOM"], *WIDE)
    assert spans.select("start", "end").rows() == [(get_minute(1), get_minute(5))]
    assert FileSource([path]).read_covered_spans(["ATOM"], *WIDE).is_empty()


def test_two_files_are_not_joined_by_what_is_between_them(tmp_path: Path) -> None:
    """Minutes between two complete files of a market are missing; where the files overlap, the spans are one."""
    row = "3,3,3,3,1"
    early = write_minutes(tmp_path / "a.csv", row, "", row)
    late = write_minutes(tmp_path / "b.csv", "", "", "", "", row, "", row)
    middle = write_minutes(tmp_path / "c.csv", "", "", row, "", row)
    apart = FileSource([early, late], complete=True).read_covered_spans(["ATOM"], *WIDE)
    joined = FileSource([early, late, middle], complete=True).read_covered_spans(["ATOM"], *WIDE)
    assert apart.select("start", "end").rows() == [(get_minute(0), get_minute(3)), (get_minute(4), get_minute(7))]
    assert joined.select("start", "end").rows() == [(get_minute(0), get_minute(7))]


def test_a_complete_reconstruction_says_nothing_of_real_minutes(tmp_path: Path) -> None:
    """Absent minutes of a file of the reconstruction are quiet in the reconstruction alone."""
    sample = write_minutes(
        tmp_path / "a.csv", "3,3,3,3,1,reconstruction", "", "3,3,3,3,1,reconstruction", header=f"{HEADER},origin"
    )
    real = write_minutes(tmp_path / "b.csv", "3,3,3,3,1")
    source = FileSource([sample, real], complete=True)
    ends = {origin: source.read_covered_spans(["ATOM"], *WIDE, origin=origin)["end"].to_list() for origin in Evidence}
    assert ends == {Evidence.REAL: [get_minute(1)], Evidence.RECONSTRUCTION: [get_minute(3)]}


def test_parquet_rows_without_trades(tmp_path: Path) -> None:
    """Nulls and NaN in numbers of a Parquet file are read like empty and NaN in a CSV."""
    frame = pl.DataFrame(
        {
            "venue": ["okx"] * 4,
            "symbol": ["ATOM/USDT"] * 4,
            "open_time": [get_minute(number) for number in range(4)],
            **{name: [3.0, None, math.nan, None] for name in ("open", "high", "low", "close")},
            "volume": [1.0, 0.0, 0.0, None],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    imported = read_candle_file(tmp_path / "a.parquet")
    assert imported.candles["close"].is_nan().to_list() == [False, True, True]
    assert imported.report.empty_rows == 1
