"""What the venue table assumes of an archive beside the files that are there, and beside the venue's own candles."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from collectors.archive_reader import ArchiveReader
from collectors.archives import by_day, span_of
from collectors.candles import Candles
from collectors.chunk import Chunk
from collectors.comparison import compare, empty_minutes
from collectors.failures import CollectFailure
from collectors.findings import Verdict
from collectors.plan import Span
from collectors.venues import Archive
from data.schema import Outcome, Timeframe

HOUR = timedelta(hours=1)

OLD = datetime(2025, 10, 10, 21, 0, tzinfo=UTC)
"""The start of the old page: the hour in which prices collapsed."""

RECENT = timedelta(hours=72)
"""How old the hour is that archive and candles are compared in: the file of its day is out, and Gate's candles, which
reach 6.9 days, still have it."""

Note = Callable[[str, str, str, Verdict], None]
"""Takes fact, what is assumed, what came, and the verdict."""

ReadCandles = Callable[[Span], Awaitable[Candles]]
"""Gives the venue's own candles of a span, or raises CollectFailure."""


async def check_archive(
    reader: ArchiveReader, archive: Archive, symbol: str, now: datetime, note: Note, read: ReadCandles | None
) -> None:
    """Read an old file and a recent one, and compare an hour of the latter with the candles, if they can be read."""
    (old_day,) = by_day(archive, [Span(OLD, OLD + HOUR)])
    chunks = [chunk async for chunk in reader.read(symbol, Timeframe.M1, [span_of(archive, old_day)])]
    note("archive.path", f"a file for {old_day}", *came_of(chunks))
    minutes = pl.concat([chunk.candles for chunk in chunks])
    if len(minutes) > 1:
        stamps = minutes.with_columns(pl.col("open_time").dt.epoch("ms").cast(pl.Float64))
        shown = empty_minutes(stamps.to_numpy(), archive.empty_minutes)
        note("archive.empty_minutes", archive.empty_minutes, *shown)
    start = (now - RECENT).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hour = Span(start, start + HOUR)
    (day,) = by_day(archive, [hour])
    chunks = [chunk async for chunk in reader.read(symbol, Timeframe.M1, [hour])]
    note("archive.lag_h", f"the file of {day} is out after {archive.lag_h} h", *came_of(chunks))
    minutes = pl.concat([chunk.candles for chunk in chunks])
    if read is not None and len(minutes):
        await _compare(minutes, hour, archive, note, read)


async def _compare(minutes: pl.DataFrame, hour: Span, archive: Archive, note: Note, read: ReadCandles) -> None:
    """The hour of the archive beside that of the candles."""
    when = f"in the hour of {hour.start:%Y-%m-%d %H:%MZ}"
    unit = f"volume in {archive.volume_unit}"
    facts = (("archive.layout", "the prices of the candles"), ("archive.volume_unit", unit))
    try:
        candles = await read(hour)
    except CollectFailure as failure:
        for fact, assumed in facts:
            note(fact, assumed, f"no candles {when}: {failure}", Verdict.OPEN)
        return
    for (fact, assumed), compared in zip(facts, compare(minutes, candles), strict=True):
        note(fact, assumed, f"{compared.came} {when}", compared.verdict)


def came_of(chunks: Sequence[Chunk]) -> tuple[str, Verdict]:
    """What came by a route, and what it says about whether the route reaches so far."""
    failed = [piece for chunk in chunks for piece in chunk.pieces if piece.outcome is not Outcome.COMPLETE]
    candles = sum(chunk.candles.height for chunk in chunks)
    missing = candles or all(piece.outcome is Outcome.HISTORY_TOO_SHORT for piece in failed)
    verdict = Verdict.AS_ASSUMED if not failed else Verdict.OTHER if missing else Verdict.OPEN
    return "; ".join([f"{candles} candles", *dict.fromkeys(piece.message for piece in failed)]), verdict
