"""Daily files of an archive: their paths, the span of each, and when it is published."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from collectors.failures import HistoryTooShort, NotPublished
from collectors.venues.row import Archive, FilePattern
from data.intervals import Span
from data.schema import Timeframe, parse_base, parse_quote

DAY = timedelta(days=1)

RECENT_AGE = timedelta(hours=48)
"""So long after its day the file may still be published: no archive on record takes longer."""

PUBLISHED_LATER = "archives publish a day or two later, collect again then"

DAY_PATTERN = re.compile(r"(20\d{2})-?(\d{2})-?(\d{2})")


def format_market_name(pattern: str, symbol: str) -> str:
    """A market's name as an archive writes it, by a pattern of ``{base}`` and ``{quote}``.

    >>> format_market_name("{base}-{quote}", "ATOM/USDT")
    'ATOM-USDT'
    """
    return pattern.format(base=parse_base(symbol), quote=parse_quote(symbol))


def format_path(file: FilePattern, symbol: str, timeframe: Timeframe, day: date) -> str:
    """The path of the file of a market and day, without a leading slash."""
    fields = {"base": parse_base(symbol), "quote": parse_quote(symbol), "timeframe": timeframe.value, "day": day}
    return file.path.format(**fields).lstrip("/")


def format_checksum_path(file: FilePattern, path: str) -> str | None:
    """The path of the checksum of the file at ``path``; None where none is published."""
    if file.checksum is None:
        return None
    return file.checksum.format(path=path, stem=path.rpartition(".")[0])


def compute_file_span(archive: Archive, day: date) -> Span:
    """The span of the file of a day."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=archive.day_zone_h)
    return Span(start, start + DAY)


def split_by_day(archive: Archive, spans: Iterable[Span]) -> dict[date, list[Span]]:
    """The spans, given in time order, cut at the borders of files and grouped by the day of the file."""
    days: dict[date, list[Span]] = {}
    for span in spans:
        start = span.start
        while start < span.end:
            day = (start.astimezone(UTC) + timedelta(hours=archive.day_zone_h)).date()
            end = min(span.end, compute_file_span(archive, day).end)
            days.setdefault(day, []).append(Span(start, end))
            start = end
    return days


def find_unavailability(archive: Archive, day: date, now: datetime) -> HistoryTooShort | None:
    """Why the file of that day cannot exist; None where it can."""
    if day < archive.from_day:
        return HistoryTooShort(f"the archive begins with {archive.from_day}")
    if now < compute_file_span(archive, day).end + timedelta(hours=archive.lag_h):
        return NotPublished(f"the archive file of {day} is not published yet: {PUBLISHED_LATER}")
    return None


def find_day(file_name: str) -> date | None:
    """The day that a file's name contains.

    >>> find_day("ATOMUSDT-1m-2025-10-10.zip"), find_day("ATOM_USDT20251010.csv.gz"), find_day("ATOM.zip")
    (datetime.date(2025, 10, 10), datetime.date(2025, 10, 10), None)
    """
    match = DAY_PATTERN.search(file_name)
    try:
        return None if match is None else date(*map(int, match.groups()))
    except ValueError:
        return None


def build_missing_file_failure(file_name: str, status: int, now: datetime) -> HistoryTooShort:
    """The failure for a file that the archive does not have: one of the last days may still come."""
    day = find_day(file_name)
    if day is not None and now < datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY + RECENT_AGE:
        return NotPublished(f"no archive file {file_name} yet (HTTP {status}): {PUBLISHED_LATER}")
    return HistoryTooShort(f"no archive file {file_name} (HTTP {status})")
