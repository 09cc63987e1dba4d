from datetime import UTC, datetime, timedelta, timezone

import pytest

from data.errors import UsageError
from data.times import format_time, parse_time

CRASH = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2025-10-10T21:20Z", "2025-10-10 21:20:00Z", " 2025-10-11T05:20:00+08:00 ", "2025-10-10T21:20:00.000+00:00"],
)
def test_a_time_with_a_zone_is_its_minute_in_utc(text: str) -> None:
    """A time in ISO 8601 with any zone is converted to UTC, not rounded."""
    time, rounded = parse_time(text)
    assert (time, rounded) == (CRASH, False)
    assert time.tzinfo is UTC


@pytest.mark.parametrize("text", ["2025-10-10T21:20:59Z", "2025-10-10T21:20:00.001Z"])
def test_an_edge_inside_a_minute_is_rounded_down_and_said(text: str) -> None:
    """Seconds and fractions are dropped, and the result says so."""
    assert parse_time(text) == (CRASH, True)


@pytest.mark.parametrize("text", ["2025-10-10T21:20", "2025-10-10", "2025-10-10 21:20:00"])
def test_a_naive_time_is_an_error_that_says_so(text: str) -> None:
    """A time without a zone is refused, with the way to write it."""
    with pytest.raises(UsageError, match="has no time zone; end it with Z"):
        parse_time(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13-01T00:00Z", "21:20Z", "1760131200"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Anything else is refused, with an example."""
    with pytest.raises(UsageError, match="is no time; write it like"):
        parse_time(text)


def test_a_time_beyond_the_calendar_is_refused() -> None:
    """An instant that has no year in UTC is refused."""
    with pytest.raises(UsageError, match="outside of the years"):
        parse_time("9999-12-31T23:59-10:00")


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (CRASH, "2025-10-10T21:20:00Z"),
        (CRASH.astimezone(timezone(timedelta(hours=8))), "2025-10-10T21:20:00Z"),
        (CRASH + timedelta(milliseconds=7), "2025-10-10T21:20:00.007Z"),
        (CRASH + timedelta(microseconds=7), "2025-10-10T21:20:00Z"),
    ],
)
def test_times_are_written_in_utc_with_a_z(time: datetime, text: str) -> None:
    """A time is written to the second, or to the millisecond if it has a fraction."""
    assert format_time(time) == text


def test_a_naive_time_cannot_be_written() -> None:
    """Formatting a time without a zone raises."""
    with pytest.raises(UsageError, match="has no time zone"):
        format_time(CRASH.replace(tzinfo=None))
