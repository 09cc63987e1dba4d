"""The writer of a collection: batches chunks of all markets and stores them in a thread."""

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
"""Returns the present time, aware UTC."""


COMMIT_ROWS = 100_000
"""Candles in one commit: with 20,000 a candle takes twice as long to store, with 300,000 no less long."""

MAX_WAIT_S = 5.0
"""Longest wait of a chunk: a crash loses the responses of so many seconds."""


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """Candles that the store did not have, and those that it had with other values."""

    new: int = 0
    revised: int = 0


@dataclass(frozen=True, slots=True)
class PendingChunk:
    """A chunk that waits to be stored; ``counts_future`` is resolved when it is."""

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
        """Resolve the future of the chunk by the commit that it was in."""
        if self.counts_future.done():
            return
        error = commit.exception()
        if error is None:
            # The counts are those of the market in the whole batch: its first chunk gets them.
            self.counts_future.set_result(commit.result().pop((self.venue, *self.market), WriteCounts()))
        else:
            self.counts_future.set_exception(error)
            self.counts_future.exception()  # retrieved, as the caller may be cancelled

    def build_rejected_pages(self) -> list[RejectedPageRecord]:
        """The pages that no candle was taken from."""
        return [
            RejectedPageRecord(
                venue=self.venue,
                symbol=self.market.symbol,
                price=self.market.price,
                start=page.start,
                end=page.end,
                asked_at=self.asked_at,
                source=self.chunk.source,
                message=page.message,
                body=page.body,
            )
            for page in self.chunk.rejected_pages
        ]

    def build_coverage(self) -> pl.DataFrame:
        """The outcomes as rows of schema `COVERAGE`."""
        chunk = self.chunk
        return build_coverage_frame(self.venue, self.market, chunk.outcomes, self.asked_at, chunk.origin, chunk.source)


def build_coverage_frame(
    venue: str, market: SeriesKey, outcomes: Sequence[SpanOutcome], asked_at: datetime, origin: Origin, source: str
) -> pl.DataFrame:
    """The outcomes of one market as rows of schema `COVERAGE`."""
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
    """Stores chunks in a thread, many in one commit, while venues are read on.

    A commit costs nearly the same for one market as for a hundred. So chunks wait until there are `COMMIT_ROWS`
    candles, until `MAX_WAIT_S` have passed, or until no market is being read any more.
    """

    def __init__(self, sink: CandleStore, now: Clock) -> None:
        self._sink = sink
        self._now = now
        self._lock = asyncio.Lock()
        self._pending: list[PendingChunk] = []
        self._reader_count = 0
        self._flush_task: asyncio.Task[None] | None = None

    async def read_coverage(self, assets: Collection[str], window: Span) -> pl.DataFrame:
        """The stored coverage of the assets in the window, as rows of schema `COVERAGE`.

        Answers without a candle that the rest of the store proves to be quiet are complete.
        """
        coverage = await asyncio.to_thread(self._sink.coverage.read_rows, assets, window.start, window.end)
        return await asyncio.to_thread(self._sink.coverage.complete_absences, coverage)

    @asynccontextmanager
    async def register_reader(self) -> AsyncIterator[None]:
        """While a market is read, chunks may wait for more; the last reader to leave flushes them."""
        self._reader_count += 1
        try:
            yield
        finally:
            self._reader_count -= 1
        if not self._reader_count:
            await self.flush()

    async def submit(self, venue: str, market: SeriesKey, chunk: Chunk) -> asyncio.Future[WriteCounts]:
        """Queue a chunk; waits only where `COMMIT_ROWS` candles are queued or no reader is registered.

        Returns:
            A future of what the chunk changed in the store; it raises StoreBusy or StoreUnusable where writing failed.
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
        """Store all queued chunks."""
        while self._pending:
            await self._commit_next()
        async with self._lock:
            pass  # wait for a commit of another task

    async def _commit_next(self) -> None:
        """Store as many queued chunks as go into one commit."""
        async with self._lock:
            pending_chunks = self._take_next()
            if pending_chunks:
                commit = asyncio.ensure_future(asyncio.to_thread(self._write_chunks, pending_chunks))
                await asyncio.wait([commit])
                for pending_chunk in pending_chunks:
                    pending_chunk.resolve(commit)

    def _take_next(self) -> list[PendingChunk]:
        """Remove `COMMIT_ROWS` candles from the queue, sorted by asset so that a commit touches few partitions."""
        self._pending.sort(key=lambda pending_chunk: parse_base(pending_chunk.market.symbol))
        row_totals = accumulate(pending_chunk.chunk.candles.height for pending_chunk in self._pending)
        size = next((count for count, rows in enumerate(row_totals, 1) if rows >= COMMIT_ROWS), len(self._pending))
        batch, self._pending = self._pending[:size], self._pending[size:]
        return batch

    def _count_rows(self) -> int:
        return sum(pending_chunk.chunk.candles.height for pending_chunk in self._pending)

    async def close(self) -> None:
        """Store all queued chunks and cancel the timer."""
        if self._flush_task is not None:
            self._flush_task.cancel()
        await self.flush()

    async def _flush_later(self) -> None:
        await asyncio.sleep(MAX_WAIT_S)
        # From here on `close` does not cancel this flush, and the next chunk starts a timer of its own.
        self._flush_task = None
        await self.flush()

    def _write_chunks(self, pending_chunks: Sequence[PendingChunk]) -> dict[tuple[str, str, str, str], WriteCounts]:
        # Candles before coverage: after a crash in between they are requested again, in the other order their bars
        # would count as quiet. Lowest trades after candles, so that each has its candle.
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
        self._sink.rejected_pages.add_first(
            [page for pending_chunk in pending_chunks for page in pending_chunk.build_rejected_pages()]
        )
        self._sink.coverage.write(pl.concat([pending_chunk.build_coverage() for pending_chunk in pending_chunks]))
        return counts

    async def has_candles(self, venue: str, market: SeriesKey, span: Span) -> bool:
        """Whether the store has a trade candle of the market in the span."""

        def read_candles() -> pl.DataFrame:
            asset, timeframe = parse_base(market.symbol), market.timeframe
            return self._sink.read_candles([asset], *span, venues=[venue], timeframe=timeframe)

        candles = await asyncio.to_thread(read_candles)
        return market.symbol in candles["symbol"]

    async def read_listing(self, venue: str, newer_than: datetime) -> str | None:
        """The latest stored listing of a venue, if it is newer; None otherwise."""
        return await asyncio.to_thread(self._sink.listings.read_newest, venue, newer_than)

    async def add_listing(self, venue: str, markets: str, source: str) -> None:
        """Store the listing of a venue, dated now."""
        listed_at = self._now()
        async with self._lock:
            await asyncio.to_thread(self._sink.listings.add, venue, markets, listed_at=listed_at, source=source)
