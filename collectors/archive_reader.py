"""The archive route: the daily files that a venue publishes, one at a time, each verified before it is read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, TypeVar

import polars as pl

from collectors.access import Access
from collectors.archive_download import ArchiveHost
from collectors.archive_files import TABLES, bars_of
from collectors.archives import by_day, path_of, why_not
from collectors.candles import between
from collectors.chunk import Chunk, no_bars, no_lows
from collectors.failures import CollectFailure, Ends, HistoryTooShort
from collectors.minutes import Bars
from collectors.patience import ASK
from collectors.plan import Piece, Span, bar_of, merged
from collectors.sink import Clock
from collectors.unpack import unpack
from collectors.venue_row import Archive, EmptyMinutes
from data.schema import Origin, Outcome, Timeframe

T = TypeVar("T")

NOTHING = Bars(no_bars(), no_lows())


async def in_thread(work: Callable[[], T]) -> T:
    """The result of the work, done beside the event loop. Who is cancelled waits for it: its files go next."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def pieces_of(candles: pl.DataFrame, spans: Sequence[Span], archive: Archive, timeframe: Timeframe) -> list[Piece]:
    """Which bars of the spans a file answered for.

    A file that leaves out the bars in which nothing traded answered for its whole day, any other from its first to
    its last candle.

    Raises:
        HistoryTooShort: the file holds no candle at all.
    """
    if not len(candles):
        message = "a file without a candle"
        raise HistoryTooShort(message)
    if archive.empty_minutes is EmptyMinutes.OMITTED:
        return [Piece(span, Outcome.COMPLETE) for span in spans]
    first, last = candles["open_time"][0], candles["open_time"][-1]
    pieces: list[Piece] = []
    for span in spans:
        start, end = (min(max(time, span.start), span.end) for time in (first, last + bar_of(timeframe)))
        pieces += between(start, end, span, timeframe)
    return pieces


class ArchiveReader:
    """Reads the archive of one venue; use it as an async context manager.

    ``ended`` is the failure after which there is no use in asking for any file; None as long as there is.
    """

    def __init__(self, archive: Archive, access: Access, now: Clock) -> None:
        self.ended: CollectFailure | None = None
        self._archive = archive
        self._host = ArchiveHost(archive.host, access, now)
        self._now = now

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._host.close()

    async def read(self, symbol: str, timeframe: Timeframe, missing: Sequence[Span]) -> AsyncIterator[Chunk]:
        """The candles of that length of the spans, which are in time order; a chunk for each file.

        A failure leaves its spans with outcome and reason, and is never raised.
        """
        ended = self.ended
        unasked: list[Piece] = []
        for day, spans in by_day(self._archive, missing).items():
            ended = ended or self.ended
            why = ended or self._not_there(day)
            if why is not None:
                unasked += _failed(spans, why)
                continue
            if unasked:
                yield self._chunk(NOTHING, merged(unasked), self._host.source)
                unasked = []
            chunk, failure = await self._day(symbol, timeframe, day, spans)
            if failure is not None and failure.ends > Ends.PAGE:
                ended = failure
            if failure is not None and failure.ends is Ends.VENUE:
                self.ended = failure
            yield chunk
        if unasked:
            yield self._chunk(NOTHING, merged(unasked), self._host.source)

    def _not_there(self, day: date) -> CollectFailure | None:
        why = why_not(self._archive, day, self._now())
        return None if why is None else HistoryTooShort(why)

    async def _day(
        self, symbol: str, timeframe: Timeframe, day: date, spans: Sequence[Span]
    ) -> tuple[Chunk, CollectFailure | None]:
        """What the file of a day brought, and why it brought nothing."""
        archive = self._archive
        path = path_of(archive, symbol, timeframe, day)
        source = f"{self._host.source}/{path.rpartition('/')[2]}"
        with TemporaryDirectory(prefix="plumbline-") as folder:
            table = Path(folder) / "table.csv"
            try:
                sha256 = await ASK(self._bring, path, table, TABLES[archive.layout].most_bytes_of(timeframe))
                source = f"{source} sha256:{sha256}"
                bars = await in_thread(partial(bars_of, table, archive, symbol, timeframe, day))
                pieces = pieces_of(bars.candles, spans, archive, timeframe)
            except CollectFailure as failure:
                return self._chunk(NOTHING, _failed(spans, failure), source), failure
        wanted = pl.any_horizontal(
            pl.col("open_time").is_between(span.start, span.end, closed="left") for span in spans
        )
        return self._chunk(Bars(*(frame.filter(wanted) for frame in bars)), pieces, source), None

    async def _bring(self, path: str, table: Path, most_bytes: int) -> str:
        """Download the file, verified, and unpack it to ``table``; gives its SHA-256."""
        packed = table.with_name("packed")
        sha256 = await self._host.bring(path, packed, self._archive.checksum)
        await in_thread(partial(unpack, packed, path.rpartition("/")[2], table, most_bytes))
        packed.unlink()
        return sha256

    def _chunk(self, bars: Bars, pieces: list[Piece], source: str) -> Chunk:
        return Chunk(bars.candles, pieces, Origin.ARCHIVE, source, lows=bars.lows)


def _failed(spans: Sequence[Span], failure: CollectFailure) -> list[Piece]:
    return [Piece(span, failure.outcome, str(failure)) for span in spans]
