"""Daily files of an archive: their paths, the span of each, and when it is published."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from collectors.venues.row import Archive, FilePattern
from data.intervals import Span
from data.schema import Timeframe, parse_base, parse_quote

DAY = timedelta(days=1)


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


def find_unavailable_reason(archive: Archive, day: date, now: datetime) -> str | None:
    """Why the file of that day cannot exist; None where it can."""
    if day < archive.from_day:
        return f"the archive begins with {archive.from_day}"
    if now < compute_file_span(archive, day).end + timedelta(hours=archive.lag_h):
        return f"the archive of {day} is not out yet"
    return None
