"""A preview says what an import would read and which options it still needs, and raises what no option mends."""

from pathlib import Path

import polars as pl
import pytest

from data.errors import FileRefused
from data.files.layouts.options import OptionNeed, ReadOptions
from data.files.preview import preview_file
from data.schema import Timeframe
from tests.data.files.content import write_file
from tests.data.frames import get_minute

HEADER = "time,open,high,low,close,volume"


def write_minutes(path: Path, count: int, step: int = 1) -> Path:
    """Write minutes from 21:20 on, with the time as an epoch."""
    rows = (f"{1760131200 + 60 * step * number},4,4.5,3.5,4.25,{10 + number}" for number in range(count))
    return write_file(path, HEADER, *rows)


def test_a_preview_shows_the_first_candles(tmp_path: Path) -> None:
    """With all options it has market, length and count, and the first five candles as they would be stored."""
    path = write_minutes(tmp_path / "a.csv", 7)
    preview = preview_file(path, venue="Kraken", symbol="1000shib/usd")
    assert preview.recognised == "candles (CSV): times in seconds, volume in base units from column volume"
    assert (preview.venues, preview.symbols) == (("kraken",), ("1000SHIB/USD",))
    assert (preview.timeframe, preview.count, preview.skipped) == (Timeframe.M1, 7, 0)
    assert preview.rows["volume"].to_list() == [10.0, 11.0, 12.0, 13.0, 14.0]
    assert preview.rows.row(0)[:3] == ("kraken", "1000SHIB/USD", get_minute(0))
    assert preview.needs == ()
    assert preview.warnings == ("1000SHIB is counted as an asset of its own; per coin divide by 1,000",)


def test_a_preview_names_the_options_that_are_needed(tmp_path: Path) -> None:
    """Without a market the candles are shown, with an empty market; a length that differs is named too."""
    preview = preview_file(write_minutes(tmp_path / "ATOMUSD_5.csv", 3, step=5))
    assert [(need.option, need.values) for need in preview.needs] == [
        ("venue", ("NAME",)),
        ("symbol", ("ATOM/USD",)),
        ("timeframe", ("5m",)),
    ]
    assert (preview.venues, preview.symbols, preview.timeframe, preview.count) == ((), (), None, 3)
    assert preview.rows.select("venue", "symbol", "close").row(0) == (None, None, 4.25)


def test_a_preview_shows_the_columns_of_a_file_that_cannot_be_read_yet(tmp_path: Path) -> None:
    """While times have no zone, values are shown as text."""
    path = write_file(tmp_path / "a.csv", HEADER, "2025-10-10 21:20,4,4.5,3.5,4.25,10")
    preview = preview_file(path, venue="kraken", symbol="ATOM/USD")
    reason = "its times have no time zone, such as 2025-10-10 21:20"
    assert preview.needs == (OptionNeed("times", reason, ("UTC", "ZONE")),)
    assert preview.rows.to_dicts() == [
        {"open_time": "2025-10-10 21:20", "open": "4", "high": "4.5", "low": "3.5", "close": "4.25", "volume": "10"}
    ]
    read = preview_file(path, venue="kraken", symbol="ATOM/USD", options=ReadOptions(times="UTC"))
    assert (read.needs, read.rows["open_time"].to_list()) == ((), [get_minute(0)])


def test_a_preview_of_a_file_without_volume_asks_for_the_kind_of_prices(tmp_path: Path) -> None:
    """Its rows are shown as they are, and none is called bad; said to be an index series it can be imported."""
    path = tmp_path / "chart.csv"
    path.write_text("time,open,high,low,close\n1760131200,3.90,3.91,3.50,3.60\n", encoding="utf-8")
    preview = preview_file(path, venue="kraken", symbol="ATOM/USD")
    assert [need.option for need in preview.needs] == ["price"]
    assert preview.rows["open"].to_list() == ["3.90"]
    assert preview_file(path, venue="kraken", symbol="ATOM/USD", options=ReadOptions(price="index")).needs == ()


def test_a_preview_counts_rows_that_are_no_candles(tmp_path: Path) -> None:
    """Rows without any price or volume are skipped."""
    path = write_file(tmp_path / "a.csv", HEADER, "1760131200,4,4.5,3.5,4.25,10", "1760131260,,,,,")
    preview = preview_file(path, venue="kraken", symbol="ATOM/USD")
    assert (preview.count, preview.skipped) == (1, 1)


def test_a_preview_of_trades_shows_candles(tmp_path: Path) -> None:
    """Trades are shown as the candles they become, or as they are while their market is not known."""
    path = write_file(tmp_path / "a.csv", "1760131200.5,4,1", "1760131203.25,3.5,2")
    preview = preview_file(path, venue="kraken", symbol="ATOM/USD")
    assert preview.count == 1
    assert preview.rows.select("open", "low", "volume").row(0) == (4.0, 3.5, 3.0)
    unread = preview_file(path)
    assert unread.rows.to_dicts()[0] == {"time": "1760131200.5", "price": "4", "amount": "1"}
    assert [need.option for need in unread.needs] == ["venue", "symbol"]


def test_a_preview_refuses_what_no_option_mends(tmp_path: Path) -> None:
    """A bad row is named with its line, as by an import."""
    path = write_file(tmp_path / "a.csv", HEADER, "1760131200,4,1.5,3.5,4.25,10")
    with pytest.raises(FileRefused, match=r"a\.csv: nothing of it was taken\n  line 2: high 1\.5 is below open 4\.0"):
        preview_file(path, venue="kraken", symbol="ATOM/USD")


def test_a_preview_reads_as_lines_of_text(tmp_path: Path) -> None:
    """The lines name the file, what it was recognised as, the market, the rows and what is needed."""
    lines = preview_file(write_minutes(tmp_path / "a.csv", 1), venue="kraken").format_lines()
    assert lines[0] == "a.csv: candles (CSV): times in seconds, volume in base units from column volume"
    assert lines[1] == "  kraken: no market, 1m, 1 row"
    assert "21:20:00 UTC" in "".join(lines[2:-1])
    assert lines[-1] == "  it cannot be imported yet: it does not name its market: --symbol BASE/QUOTE"


def test_rows_of_a_preview_have_the_types_of_candles(tmp_path: Path) -> None:
    """They are a frame, for a page to draw."""
    rows = preview_file(write_minutes(tmp_path / "a.csv", 1), venue="kraken", symbol="ATOM/USD").rows
    assert dict(rows.schema) == {
        "venue": pl.String,
        "symbol": pl.String,
        "open_time": pl.Datetime("ms", "UTC"),
        **dict.fromkeys(("open", "high", "low", "close", "volume"), pl.Float64),
    }
