"""Files can be measured without being stored, by the same rules as the store."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.files.source import FileSource
from data.schema import CANDLE, SPAN, Evidence, Timeframe

HEADER = "venue,symbol,open_time,open,high,low,close,volume"
START, END = datetime(2025, 10, 10, 21, 20, tzinfo=UTC), datetime(2025, 10, 10, 21, 22, tzinfo=UTC)


def _write_file(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def test_the_later_file_wins_and_the_window_cuts(tmp_path: Path) -> None:
    """Of two files with the same minute the later one wins; other assets and minutes are not read."""
    first = _write_file(
        tmp_path / "a.csv",
        "okx,ATOM/USDT,2025-10-10T21:20:00Z,1,1,1,1,5",
        "okx,ATOM/USDT,2025-10-10T21:22:00Z,1,1,1,1,5",
        "okx,ETH/USDT,2025-10-10T21:20:00Z,1,1,1,1,5",
    )
    second = _write_file(tmp_path / "b.csv", "okx,ATOM/USDT,2025-10-10T21:20:00Z,2,2,2,2,5")
    candles = FileSource([first, second]).read_candles(["ATOM"], START, END)
    assert candles.schema == CANDLE
    assert candles["close"].to_list() == [2.0]
    assert FileSource([second, first]).read_candles(["ATOM"], START, END)["close"].to_list() == [1.0]
    assert FileSource([first, second]).read_candles(["ATOM"], START, END, columns=["high"]).to_dict(
        as_series=False
    ) == {"high": [2.0]}


def test_spans_come_only_with_complete(tmp_path: Path) -> None:
    """Absent minutes are quiet only if the file is read as complete."""
    path = _write_file(
        tmp_path / "a.csv",
        "okx,ATOM/USDT,2025-10-10T21:20:00Z,1,1,1,1,5",
        "okx,ATOM/USDT,2025-10-10T21:25:00Z,1,1,1,1,5",
    )
    assert FileSource([path]).read_covered_spans(["ATOM"], START, END).is_empty()
    spans = FileSource([path], complete=True).read_covered_spans(["ATOM"], START, END)
    assert spans.schema == SPAN
    assert spans.rows() == [("okx", "ATOM/USDT", START, datetime(2025, 10, 10, 21, 26, tzinfo=UTC))]


@pytest.mark.parametrize("origin", list(Evidence))
def test_the_reconstruction_never_mixes_with_real_candles(tmp_path: Path, origin: Evidence) -> None:
    """Rows of the reconstruction in a file are returned only by reads of the reconstruction."""
    sample = _write_file(
        tmp_path / "a.csv",
        "okx,ATOM/USDT,2025-10-10T21:20:00Z,1,1,1,1,5,reconstruction",
        header=f"{HEADER},origin",
    )
    real = _write_file(tmp_path / "b.csv", "okx,ATOM/USDT,2025-10-10T21:20:00Z,2,2,2,2,5")
    close = FileSource([sample, real]).read_candles(["ATOM"], START, END, origin=origin)["close"].to_list()
    assert close == ([2.0] if origin is Evidence.REAL else [1.0])


def test_a_file_of_trades_gives_its_lowest_trades(tmp_path: Path) -> None:
    """The lowest trade of each minute in the window is read; of two files with one minute that of the later one."""
    header = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount"
    first = _write_file(
        tmp_path / "a.csv",
        "okx,ATOM-USDT,1760131203250000,1760131203250001,1,sell,3.5,2",
        "okx,ATOM-USDT,1760131205250000,1760131205250001,2,sell,3.75,1",
        "okx,ATOM-USDT,1760131320000000,1760131320000001,3,sell,1,1",
        header=header,
    )
    second = _write_file(
        tmp_path / "b.csv", "okx,ATOM-USDT,1760131205000000,1760131205000001,2,sell,3.75,1", header=header
    )
    (low,) = FileSource([first]).read_low_trades(["ATOM"], START, END).to_dicts()
    assert (low["symbol"], low["open_time"], low["price"], low["amount"]) == ("ATOM/USDT", START, 3.5, 2.0)
    assert low["at"] == datetime(2025, 10, 10, 21, 20, 3, 250_000, UTC)
    assert FileSource([first, second]).read_low_trades(["ATOM"], START, END)["price"].to_list() == [3.75]
    assert FileSource([first]).read_low_trades(["ETH"], START, END).is_empty()
    assert FileSource([first]).read_low_trades(["ATOM"], START, END, timeframe=Timeframe.S1).is_empty()
