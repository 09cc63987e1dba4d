"""Comparison of the venue table's facts on an archive with its files, and of the files with the venue's candles."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from collectors.archives.paths import compute_file_span, split_by_day
from collectors.archives.route import ArchiveReader
from collectors.check.compare import compare_candles, compare_empty_minutes
from collectors.check.findings import FindingStatus
from collectors.chunk import Chunk
from collectors.failures import CollectFailure
from collectors.page_validation import CandleArray
from collectors.venues.row import Archive
from data.intervals import Span
from data.schema import Outcome, Timeframe

HOUR = timedelta(hours=1)

OLD_HOUR_START = datetime(2025, 10, 10, 21, 0, tzinfo=UTC)
"""The start of the old page: the hour in which prices collapsed."""

RECENT_AGE = timedelta(hours=72)
"""Age of the hour in which archive and candles are compared: the file of its day is published, and Gate's candles,
which reach back 6.9 days, still have it."""

AddFinding = Callable[[str, str, str, FindingStatus], None]
"""Takes the fact, what is assumed, what was observed, and the status."""

ReadCandles = Callable[[Span], Awaitable[CandleArray]]
"""Returns the venue's own candles of a span, or raises CollectFailure."""


async def check_archive(
    reader: ArchiveReader,
    archive: Archive,
    table: str,
    symbol: str,
    now: datetime,
    add_finding: AddFinding,
    read_candles: ReadCandles | None,
) -> None:
    """Check an old file and a recent one, and compare an hour of it with candles if there is ``read_candles``.

    ``table`` is the archive's name in the venue table.
    """
    (old_day,) = split_by_day(archive, [Span(OLD_HOUR_START, OLD_HOUR_START + HOUR)])
    chunks = [chunk async for chunk in reader.read(symbol, Timeframe.M1, [compute_file_span(archive, old_day)])]
    add_finding(f"{table}.path", f"a file for {old_day}", *summarize_chunks(chunks))
    minutes = pl.concat([chunk.candles for chunk in chunks])
    if len(minutes) > 1:
        candle_rows = minutes.with_columns(pl.col("open_time").dt.epoch("ms").cast(pl.Float64))
        comparison = compare_empty_minutes(candle_rows.to_numpy(), archive.empty_minutes)
        add_finding(f"{table}.empty_minutes", archive.empty_minutes, *comparison)
    start = (now - RECENT_AGE).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hour = Span(start, start + HOUR)
    (day,) = split_by_day(archive, [hour])
    chunks = [chunk async for chunk in reader.read(symbol, Timeframe.M1, [hour])]
    add_finding(f"{table}.lag_h", f"the file of {day} is out after {archive.lag_h} h", *summarize_chunks(chunks))
    minutes = pl.concat([chunk.candles for chunk in chunks])
    if read_candles is not None and len(minutes):
        await _compare_hour(minutes, hour, archive, table, add_finding, read_candles)


async def _compare_hour(
    minutes: pl.DataFrame, hour: Span, archive: Archive, table: str, add_finding: AddFinding, read_candles: ReadCandles
) -> None:
    """Compare the hour of the archive with the same hour of the candles."""
    period = f"in the hour of {hour.start:%Y-%m-%d %H:%MZ}"
    unit = f"volume in {archive.volume_unit}"
    facts = ((f"{table}.layout", "the prices of the candles"), (f"{table}.volume_unit", unit))
    try:
        candles = await read_candles(hour)
    except CollectFailure as failure:
        for fact, assumed in facts:
            add_finding(fact, assumed, f"no candles {period}: {failure}", FindingStatus.UNDECIDED)
        return
    for (fact, assumed), comparison in zip(facts, compare_candles(minutes, candles), strict=True):
        add_finding(fact, assumed, f"{comparison.observed} {period}", comparison.status)


def summarize_chunks(chunks: Sequence[Chunk]) -> tuple[str, FindingStatus]:
    """A summary of the chunks of a route, and the status of the fact that the route reaches so far."""
    failures = [
        span_outcome
        for chunk in chunks
        for span_outcome in chunk.outcomes
        if span_outcome.outcome is not Outcome.COMPLETE
    ]
    candles = sum(chunk.candles.height for chunk in chunks)
    is_conclusive = candles or all(span_outcome.outcome is Outcome.HISTORY_TOO_SHORT for span_outcome in failures)
    status = (
        FindingStatus.AS_ASSUMED
        if not failures
        else FindingStatus.DIFFERENT
        if is_conclusive
        else FindingStatus.UNDECIDED
    )
    return "; ".join([f"{candles} candles", *dict.fromkeys(span_outcome.message for span_outcome in failures)]), status
