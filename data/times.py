"""Parses times in ISO 8601 with a zone, and formats times in UTC with a Z."""

from datetime import UTC, datetime, timedelta

from data.errors import UsageError
from data.text.quoting import quote_input


def parse_time(text: str) -> tuple[datetime, bool]:
    """The minute in UTC of a time in ISO 8601, and whether it was rounded down.

    >>> parse_time("2025-10-11T05:20:30+08:00")
    (datetime.datetime(2025, 10, 10, 21, 20, tzinfo=datetime.timezone.utc), True)

    Raises:
        UsageError: the text is no time in ISO 8601, or has no zone.
    """
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError as error:
        message = f"{quote_input(text)} is no time; write it like 2025-10-10T21:20Z or 2025-10-11T05:20+08:00"
        raise UsageError(message) from error
    if time.tzinfo is None:
        message = f"{quote_input(text)} has no time zone; end it with Z for UTC, or with an offset such as +08:00"
        raise UsageError(message)
    try:
        time = time.astimezone(UTC)
    except OverflowError as error:
        message = f"{quote_input(text)} lies outside of the years 1 to 9999 in UTC"
        raise UsageError(message) from error
    minute = time.replace(second=0, microsecond=0)
    return minute, minute != time


def format_time(time: datetime) -> str:
    """A time in UTC with a Z, to the second, or to the millisecond if it has a fraction.

    >>> format_time(datetime(2025, 10, 10, 21, 20, tzinfo=UTC))
    '2025-10-10T21:20:00Z'

    Raises:
        UsageError: the time has no zone.
    """
    if time.tzinfo is None:
        message = f"{time.isoformat()} has no time zone"
        raise UsageError(message)
    utc = time.astimezone(UTC).replace(tzinfo=None)
    has_millis = utc >= utc.replace(microsecond=0) + timedelta(milliseconds=1)
    return utc.isoformat(timespec="milliseconds" if has_millis else "seconds") + "Z"
