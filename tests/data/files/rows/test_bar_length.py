"""What a file says of the length of its bars counts, by close times, its name, or the spacing of its rows."""

from pathlib import Path

import pytest

from data.schema import Timeframe
from tests.data.files.content import MARKET, read_file, read_refusal, write_file

HEADER = "open_time,open,high,low,close,volume,close_time"
START_S = 1760130000  # 2025-10-10T21:00:00Z


def build_rows(length_s: int, close_offset_ms: int = -1, count: int = 3) -> list[str]:
    """Rows of one length with their close times: each the end of the bar and an offset."""
    return [
        f"{1000 * (START_S + number * length_s)},4,4.5,3.5,4.25,10,"
        f"{1000 * (START_S + (number + 1) * length_s) + close_offset_ms}"
        for number in range(count)
    ]


@pytest.mark.parametrize("close_offset_ms", [-1, 0, -1000])
@pytest.mark.parametrize(("length_s", "value", "words"), [(300, "5m", "5 minutes"), (1, "1s", "1 second")])
def test_close_times_decide_on_the_length(
    tmp_path: Path, length_s: int, value: str, words: str, close_offset_ms: int
) -> None:
    """A close time is the last millisecond, the last second or the end of its bar; the option has to agree."""
    path = write_file(tmp_path / "a.csv", HEADER, *build_rows(length_s, close_offset_ms, count=1))
    for timeframe in (None, Timeframe.M1):
        message = read_refusal(path, **MARKET, timeframe=timeframe)
        assert f"by its close times its rows are of {words}, not of a minute: --timeframe {value}" in message
    imported = read_file(path, **MARKET, timeframe=Timeframe(value))
    assert imported.candles["timeframe"].to_list() == [value]


def test_minutes_by_close_times_are_minutes(tmp_path: Path) -> None:
    """They are read without an option, and refused as bars of five minutes."""
    path = write_file(tmp_path / "a.csv", HEADER, *build_rows(60))
    assert read_file(path, **MARKET).candles["timeframe"].unique().to_list() == ["1m"]
    message = read_refusal(path, **MARKET, timeframe=Timeframe.M5)
    assert "by its close times its rows are of 1 minute, not of five minutes: --timeframe 1m" in message


@pytest.mark.parametrize(("length_s", "words"), [(3600, "1 hour"), (86_400, "1 day"), (900, "15 minutes")])
def test_bars_of_other_lengths_are_refused(tmp_path: Path, length_s: int, words: str) -> None:
    """No option makes hours or days into minutes, whether close times or the spacing tells of them."""
    for header, rows in (
        (HEADER, build_rows(length_s)),
        (HEADER.removesuffix(",close_time"), [row.rpartition(",")[0] for row in build_rows(length_s)]),
    ):
        message = read_refusal(write_file(tmp_path / "a.csv", header, *rows), **MARKET)
        assert f"its rows are of {words}; bars of 1s, 1m and 5m are measured" in message


def test_one_row_of_another_length_is_named(tmp_path: Path) -> None:
    """Where close times differ, the rows that do not fit are bad ones."""
    rows = [*build_rows(60, count=2), build_rows(300)[1]]
    message = read_refusal(write_file(tmp_path / "a.csv", HEADER, *rows), **MARKET)
    assert message.splitlines()[1:] == ["  line 4: lasts 5 minutes by its close time, not a minute"]


def test_the_spacing_of_rows_tells_of_their_length(tmp_path: Path) -> None:
    """Three rows five minutes apart are bars of five minutes; one such gap is asked about, any other tells nothing."""
    header = HEADER.removesuffix(",close_time")
    row = "{},4,4.5,3.5,4.25,10".format

    def write_minutes(*minutes: int) -> Path:
        return write_file(tmp_path / "a.csv", header, *(row(START_S + 60 * minute) for minute in minutes))

    assert "by the spacing of its rows its rows are of 5 minutes" in read_refusal(write_minutes(0, 5, 10, 15), **MARKET)
    message = read_refusal(write_minutes(0, 5), **MARKET)
    assert message.endswith(
        "its two rows are 5 minutes apart, so they may be bars of that length; say what they are: "
        "--timeframe 1m or --timeframe 5m"
    )
    assert len(read_file(write_minutes(0, 5), **MARKET, timeframe=Timeframe.M1).candles) == 2
    assert len(read_file(write_minutes(0, 7), **MARKET).candles) == 2
    assert len(read_file(write_minutes(0, 5, 12, 13), **MARKET).candles) == 4
    five = read_file(write_minutes(0, 5, 10, 25), **MARKET, timeframe=Timeframe.M5)
    assert five.candles["timeframe"].unique().to_list() == ["5m"]
    seconds = write_file(tmp_path / "b.csv", header, *(row(START_S + second) for second in range(3)))
    assert "by the spacing of its rows its rows are of 1 second" in read_refusal(seconds, **MARKET)


def test_a_column_of_timeframes_has_to_agree(tmp_path: Path) -> None:
    """The option must not contradict the column; equal values are no contradiction."""
    path = write_file(
        tmp_path / "a.csv", "time,open,high,low,close,volume,timeframe", f"{START_S},4,4.5,3.5,4.25,10,5m"
    )
    assert "has a column timeframe with 5m; import it without --timeframe 1m" in read_refusal(
        path, **MARKET, timeframe=Timeframe.M1
    )
    assert read_file(path, **MARKET, timeframe=Timeframe.M5).candles["timeframe"].to_list() == ["5m"]
