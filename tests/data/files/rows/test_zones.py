"""Times without a zone, and times that a spreadsheet rounded."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from data.errors import UsageError
from tests.data.files.content import MARKET, read_file, read_refusal, write_file

HEADER = "timestamp,open,high,low,close,volume"


def write_times(path: Path, *times: str) -> Path:
    """Write a row at each time."""
    return write_file(path, HEADER, *(f"{time},4,4.5,3.5,4.25,10" for time in times))


def read_times(path: Path, *, times: str | None = None) -> list[datetime]:
    """The open times of a file's candles, of which those without a zone are of the one named."""
    open_times: list[datetime] = read_file(path, **MARKET, times=times).candles["open_time"].to_list()
    return open_times


def test_times_without_a_zone_need_one(tmp_path: Path) -> None:
    """The refusal names the option; with it the times are those of the zone, in summer and in winter."""
    path = write_times(tmp_path / "a.csv", "2025-10-10 21:20:00", "2025-12-10T21:20")
    assert read_refusal(path, **MARKET).endswith(
        "its times have no time zone, such as 2025-10-10 21:20:00: --times UTC or --times ZONE"
    )
    winter, summer = datetime(2025, 12, 10, 21, 20, tzinfo=UTC), datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
    assert read_times(path, times="utc") == [summer, winter]
    assert read_times(path, times="Europe/Berlin") == [summer.replace(hour=19), winter.replace(hour=20)]


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("2025-10-26 02:30:00", "happened twice in Europe/Berlin: clocks were put back; write times in UTC"),
        ("2025-03-30 02:30:00", "does not exist in Europe/Berlin: clocks were put forward"),
        ("2025-02-30 02:30:00", "is no time of a calendar"),
        ("2025-10-26 02:30:01", "happened twice in Europe/Berlin"),
        ("2025-10-26 03:30:01", "lies inside a minute"),
        ("10/26/2025 03:30", "is neither ISO 8601 nor an epoch number"),
    ],
)
def test_a_local_time_that_names_no_minute_is_refused(tmp_path: Path, time: str, reason: str) -> None:
    """With its line: when clocks change, a time happens twice or never."""
    path = write_times(tmp_path / "a.csv", "2025-10-10 21:20:00", time)
    assert f"line 3: time {time} {reason}" in read_refusal(path, **MARKET, times="Europe/Berlin")


def test_a_zone_changes_nothing_for_other_times(tmp_path: Path) -> None:
    """Epochs and times with a zone of their own stay what they are."""
    at = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
    for text in ("1760131200", "2025-10-10T21:20:00Z", "2025-10-10T23:20+02:00"):
        assert read_times(write_times(tmp_path / "a.csv", text), times="Asia/Tokyo") == [at]


def test_naive_times_of_a_table_need_a_zone_too(tmp_path: Path) -> None:
    """Parquet and Feather may hold times without a zone; the twice and the never are told by their row."""
    path = tmp_path / "a.parquet"
    values = {"open": 4.0, "high": 4.5, "low": 3.5, "close": 4.25, "volume": 10.0}
    at = datetime(2025, 10, 10, 21, 20)  # noqa: DTZ001 - a naive time is the point
    pl.DataFrame([{"date": at, **values}]).write_parquet(path)
    assert "its times have no time zone, such as 2025-10-10 21:20:00: --times UTC" in read_refusal(path, **MARKET)
    assert read_times(path, times="Europe/Berlin") == [datetime(2025, 10, 10, 19, 20, tzinfo=UTC)]
    twice = datetime(2025, 10, 26, 2, 30)  # noqa: DTZ001 - as above
    pl.DataFrame([{"date": twice, **values}]).write_parquet(path)
    assert "row 1: time 2025-10-26 02:30:00" in read_refusal(path, **MARKET, times="Europe/Berlin")
    pl.DataFrame([{"date": date(2025, 10, 10), **values}]).write_parquet(path)
    assert read_times(path, times="UTC") == [datetime(2025, 10, 10, tzinfo=UTC)]


def test_an_unknown_zone_is_a_usage_error(tmp_path: Path) -> None:
    """It says how to write one."""
    path = write_times(tmp_path / "a.csv", "2025-10-10 21:20:00")
    for zone in ("Berlin", "", "../etc/passwd", "CEST+1"):
        with pytest.raises(UsageError, match="is no time zone; write UTC, or a place such as Europe/Berlin"):
            read_times(path, times=zone)


def test_scientific_stamps_are_read_unless_they_are_rounded(tmp_path: Path) -> None:
    """All digits count; where no stamp of a file has more than seven, a spreadsheet cut them."""
    at = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
    assert read_times(write_times(tmp_path / "a.csv", "1.7601312e+12", "1.76013126e12")) == [at, at.replace(minute=21)]
    assert read_times(write_times(tmp_path / "a.csv", "1.760131200E+09")) == [at]
    # 1.76013E+12 is 21:00 sharp, and stands for every minute of some three hours.
    message = read_refusal(write_times(tmp_path / "b.csv", "1.76013E+12"), **MARKET)
    assert "line 2: time 1.76013E+12 is rounded, as a spreadsheet does" in message
