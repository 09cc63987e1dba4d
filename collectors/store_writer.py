"""Writes what was collected to the store, in a thread beside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

import polars as pl

from collectors.chunk import Chunk
from collectors.plan import SeriesKey, SpanOutcome
from data.intervals import Span
from data.schema import COVERAGE, FETCHED_CANDLE, LOW_TRADE, TIME, Origin, parse_base
from data.store import CandleStore
from data.tables.rejected_pages import RejectedPageRecord

Clock = Callable[[], datetime]
"""Gives the present time, aware UTC."""


COMMIT_ROWS = 100_000
"""Candles of one commit: at 20,000 a candle costs twice as much, at 300,000 no less."""

MAX_WAIT_S = 5.0
"""A crash loses the requests of so many seconds."""


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """Candles of a chunk that the store did not have, and those that it had with other values."""

    new: int = 0
    revised: int = 0


@dataclass(frozen=True, slots=True)
class PendingChunk:
    """A chunk on its way to the store."""

    venue: str
    market: SeriesKey
    chunk: Chunk
    asked_at: datetime
    counts_future: "asyncio.Future[WriteCounts]"

    def build_candles(self) -> pl.DataFrame:
        """The candles as rows of schema `FETCHED_CANDLE`."""
        return self.chunk.candles.select(
            pl.lit(self.venue).alias("venue"),
            pl.lit(self.market.symbol).alias("symbol"),
            *self.chunk.candles.columns,
            pl.lit(self.market.timeframe.value).alias("timeframe"),
            pl.lit(self.market.price).alias("price"),
            pl.lit(self.chunk.origin.value).alias("origin"),
            pl.lit(self.asked_at).cast(TIME).alias("fetched_at"),
            pl.lit(self.chunk.source).alias("source"),
        ).select(*FETCHED_CANDLE)

    def build_low_trades(self) -> pl.DataFrame:
        """The lowest trades as rows of schema `LOW_TRADE`."""
        return self.chunk.lows.select(
            pl.lit(self.venue).alias("venue"),
            pl.lit(self.market.symbol).alias("symbol"),
            pl.lit(self.market.timeframe.value).alias("timeframe"),
            *self.chunk.lows.columns,
            pl.lit(self.chunk.source).alias("source"),
            pl.lit(self.asked_at).cast(TIME).alias("fetched_at"),
        ).select(*LOW_TRADE)

    def resolve(self, commit: "asyncio.Future[dict[tuple[str, str, str, str], WriteCounts]]") -> None:
        """Say what was written, or why it was not; nobody may be left to hear it."""
        if self.counts_future.done():
            return
        error = commit.exception()
        if error is None:
            # The counts are those of the market in the whole batch: its first chunk takes them.
            self.counts_future.set_result(commit.result().pop((self.venue, *self.market), WriteCounts()))
        else:
            self.counts_future.set_exception(error)
            self.counts_future.exception()

    def build_coverage(self) -> pl.DataFrame:
        """The pieces as rows of schema `COVERAGE`."""
        chunk = self.chunk
        return build_coverage_frame(self.venue, self.market, chunk.outcomes, self.asked_at, chunk.origin, chunk.source)


def build_coverage_frame(
    venue: str, market: SeriesKey, outcomes: Sequence[SpanOutcome], asked_at: datetime, origin: Origin, source: str
) -> pl.DataFrame:
    """The pieces of one market as rows of schema `COVERAGE`."""
    rows = [
        {
            "venue": venue,
            "symbol": market.symbol,
            "start": span_outcome.span.start,
            "end": span_outcome.span.end,
            "outcome": span_outcome.outcome.value,
            "message": span_outcome.message,
            "asked_at": asked_at,
            "origin": origin.value,
            "source": source,
            "price": market.price,
            "timeframe": market.timeframe.value,
        }
        for span_outcome in outcomes
    ]
    return pl.DataFrame(rows, schema=COVERAGE)


class BatchWriter:
    """Writes what comes in, in a thread, many chunks at once: the venues go on being asked meanwhile.

    A commit costs nearly the same for one market as for a hundred. So chunks wait for each other: until they hold
    `COMMIT_ROWS` candles, until the oldest has waited `MAX_WAIT_S`, or until no market is being read any more.
    """

    def __init__(self, sink: CandleStore, now: Clock) -> None:
        self._sink = sink
        self._now = now
        self._lock = asyncio.Lock()
        self._pending: list[PendingChunk] = []
        self._reader_count = 0
        self._flush_task: asyncio.Task[None] | None = None

    async def read_coverage(self, assets: Collection[str], window: Span) -> pl.DataFrame:
        """What was asked before about the assets in the window, as rows of schema `COVERAGE`."""
        return await asyncio.to_thread(self._sink.coverage.read_rows, assets, window.start, window.end)

    @asynccontextmanager
    async def register_reader(self) -> AsyncIterator[None]:
        """As long as anybody reads, chunks may wait for more; the last one out has them written."""
        self._reader_count += 1
        try:
            yield
        finally:
            self._reader_count -= 1
        if not self._reader_count:
            await self.flush()

    async def submit(self, venue: str, market: SeriesKey, chunk: Chunk) -> asyncio.Future[WriteCounts]:
        """Take a chunk to be stored, candles and how its pieces were answered; what it changed is known when it is.

        The future raises StoreBusy or StoreUnusable where the store did not take it.
        """
        pending_chunk = PendingChunk(venue, market, chunk, self._now(), asyncio.get_running_loop().create_future())
        self._pending.append(pending_chunk)
        if not self._reader_count:
            await self.flush()
        while self._count_rows() >= COMMIT_ROWS:
            await self._commit_next()
        if self._pending and self._flush_task is None:
            self._flush_task = asyncio.create_task(self._flush_later())
        return pending_chunk.counts_future

    async def flush(self) -> None:
        """Store all that waits."""
        while self._pending:
            await self._commit_next()
        async with self._lock:
            pass  # what another task was writing is safe too

    async def _commit_next(self) -> None:
        """Store so many of the chunks that wait as go into one commit."""
        async with self._lock:
            pending_chunks = self._take_next()
            if pending_chunks:
                commit = asyncio.ensure_future(asyncio.to_thread(self._write_chunks, pending_chunks))
                await asyncio.wait([commit])
                for pending_chunk in pending_chunks:
                    pending_chunk.resolve(commit)

    def _take_next(self) -> list[PendingChunk]:
        """Take `COMMIT_ROWS` candles off what waits: those of few assets together, whose files are the same."""
        self._pending.sort(key=lambda parcel: parse_base(parcel.market.symbol))
        row_totals = accumulate(parcel.chunk.candles.height for parcel in self._pending)
        size = next((count for count, rows in enumerate(row_totals, 1) if rows >= COMMIT_ROWS), len(self._pending))
        batch, self._pending = self._pending[:size], self._pending[size:]
        return batch

    def _count_rows(self) -> int:
        return sum(parcel.chunk.candles.height for parcel in self._pending)

    async def close(self) -> None:
        """Store all that waits, and wait no longer."""
        if self._flush_task is not None:
            self._flush_task.cancel()
        await self.flush()

    async def _flush_later(self) -> None:
        await asyncio.sleep(MAX_WAIT_S)
        # From here on nobody cuts this short, and what comes in has a wait of its own.
        self._flush_task = None
        await self.flush()

    def _write_chunks(self, pending_chunks: Sequence[PendingChunk]) -> dict[tuple[str, str, str, str], WriteCounts]:
        # Candles first: a crash in between asks for them again, and the other order would call them quiet. Their
        # lowest trades second: no trade is ever the lowest of a candle that is not there.
        candles = pl.concat([pending_chunk.build_candles() for pending_chunk in pending_chunks])
        counts = {}
        if not candles.is_empty():
            written = self._sink.candles.write(candles)
            rows = written.select("venue", "symbol", "price", "timeframe", "new", "revised").iter_rows()
            counts = {(venue, symbol, price, length): WriteCounts(*n) for venue, symbol, price, length, *n in rows}
        if any(len(pending_chunk.chunk.lows) for pending_chunk in pending_chunks):
            self._sink.lowest_trades.write(
                pl.concat([pending_chunk.build_low_trades() for pending_chunk in pending_chunks])
            )
        for pending_chunk in pending_chunks:
            self._write_rejected_pages(pending_chunk)
        self._sink.coverage.write(pl.concat([pending_chunk.build_coverage() for pending_chunk in pending_chunks]))
        return counts

    def _write_rejected_pages(self, pending_chunk: PendingChunk) -> None:
        for page in pending_chunk.chunk.rejected_pages:
            self._sink.rejected_pages.add(
                RejectedPageRecord(
                    venue=pending_chunk.venue,
                    symbol=pending_chunk.market.symbol,
                    price=pending_chunk.market.price,
                    start=page.start,
                    end=page.end,
                    asked_at=pending_chunk.asked_at,
                    source=pending_chunk.chunk.source,
                    message=page.message,
                    body=page.body,
                )
            )

    async def read_listing(self, venue: str, newer_than: datetime) -> str | None:
        """The markets that were kept of a venue, if they are newer."""
        return await asyncio.to_thread(self._sink.listings.read_newest, venue, newer_than)

    async def add_listing(self, venue: str, markets: str, source: str) -> None:
        """Keep the markets of a venue, as of now."""
        listed_at = self._now()
        async with self._lock:
            await asyncio.to_thread(self._sink.listings.add, venue, markets, listed_at=listed_at, source=source)
