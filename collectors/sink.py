"""What collecting needs of the store, and the keeper that writes to it from beside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Protocol

import polars as pl

from collectors.chunk import Chunk
from collectors.plan import Market, Piece, Span
from data.schema import COVERAGE, FETCHED_CANDLE, LOW_TRADE, TIME, Origin, base_of

Clock = Callable[[], datetime]
"""Gives the present time, aware UTC."""


class CandleSink(Protocol):
    """The part of the candle store that a collection uses; writes are idempotent."""

    def write_fetched(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Take in candles of schema `FETCHED_CANDLE`; tells per market how many were new, same or revised."""

    def write_low_trades(self, rows: pl.DataFrame) -> int:
        """Take in lowest trades of schema `LOW_TRADE`; tells how many were new."""

    def write_coverage(self, coverage: pl.DataFrame) -> None:
        """Take in rows of schema `COVERAGE`."""

    def coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of schema `COVERAGE` that overlap ``[start, end)``; an asset is the base of a symbol."""

    def listing(self, venue: str, newer_than: datetime) -> str | None:
        """The markets that were kept of a venue, if they are newer."""

    def keep_listing(self, venue: str, markets: str, *, listed_at: datetime, source: str) -> None:
        """Keep the markets of a venue."""

    def keep_bad_page(
        self,
        *,
        venue: str,
        symbol: str,
        price: str,
        start: datetime,
        end: datetime,
        asked_at: datetime,
        source: str,
        message: str,
        body: str,
    ) -> None:
        """Keep an answer aside that no candle was taken from."""


ROWS_AT_ONCE = 100_000
"""Candles of one commit: at 20,000 a candle costs twice as much, at 300,000 no less."""

LONGEST_WAIT_S = 5.0
"""A crash loses the requests of so many seconds."""


@dataclass(frozen=True, slots=True)
class Written:
    """Candles of a chunk that the store did not have, and those that it had with other values."""

    new: int = 0
    revised: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """A chunk on its way to the store."""

    venue: str
    market: Market
    chunk: Chunk
    asked_at: datetime
    written: "asyncio.Future[Written]"

    def candles(self) -> pl.DataFrame:
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

    def low_trades(self) -> pl.DataFrame:
        """The lowest trades as rows of schema `LOW_TRADE`."""
        return self.chunk.lows.select(
            pl.lit(self.venue).alias("venue"),
            pl.lit(self.market.symbol).alias("symbol"),
            pl.lit(self.market.timeframe.value).alias("timeframe"),
            *self.chunk.lows.columns,
            pl.lit(self.chunk.source).alias("source"),
            pl.lit(self.asked_at).cast(TIME).alias("fetched_at"),
        ).select(*LOW_TRADE)

    def settle(self, writing: "asyncio.Future[dict[tuple[str, str, str, str], Written]]") -> None:
        """Say what was written, or why it was not; nobody may be left to hear it."""
        if self.written.done():
            return
        error = writing.exception()
        if error is None:
            # The counts are those of the market in the whole batch: its first chunk takes them.
            self.written.set_result(writing.result().pop((self.venue, *self.market), Written()))
        else:
            self.written.set_exception(error)
            self.written.exception()

    def coverage(self) -> pl.DataFrame:
        """The pieces as rows of schema `COVERAGE`."""
        chunk = self.chunk
        return coverage_frame(self.venue, self.market, chunk.pieces, self.asked_at, chunk.origin, chunk.source)


def coverage_frame(
    venue: str, market: Market, pieces: Sequence[Piece], asked_at: datetime, origin: Origin, source: str
) -> pl.DataFrame:
    """The pieces of one market as rows of schema `COVERAGE`."""
    rows = [
        {
            "venue": venue,
            "symbol": market.symbol,
            "start": piece.span.start,
            "end": piece.span.end,
            "outcome": piece.outcome.value,
            "message": piece.message,
            "asked_at": asked_at,
            "origin": origin.value,
            "source": source,
            "price": market.price,
            "timeframe": market.timeframe.value,
        }
        for piece in pieces
    ]
    return pl.DataFrame(rows, schema=COVERAGE)


class Keeper:
    """Writes what comes in, in a thread, many chunks at once: the venues go on being asked meanwhile.

    A commit costs nearly the same for one market as for a hundred. So chunks wait for each other: until they hold
    `ROWS_AT_ONCE` candles, until the oldest has waited `LONGEST_WAIT_S`, or until no market is being read any more.
    """

    def __init__(self, sink: CandleSink, now: Clock) -> None:
        self._sink = sink
        self._now = now
        self._lock = asyncio.Lock()
        self._waiting: list[Parcel] = []
        self._readers = 0
        self._due: asyncio.Task[None] | None = None

    async def coverage(self, assets: Collection[str], window: Span) -> pl.DataFrame:
        """What was asked before about the assets in the window, as rows of schema `COVERAGE`."""
        return await asyncio.to_thread(self._sink.coverage, assets, window.start, window.end)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """As long as anybody reads, chunks may wait for more; the last one out has them written."""
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1
        if not self._readers:
            await self.flush()

    async def keep(self, venue: str, market: Market, chunk: Chunk) -> asyncio.Future[Written]:
        """Take a chunk to be stored, candles and how its pieces were answered; what it changed is known when it is.

        The future raises StoreBusy or StoreUnusable where the store did not take it.
        """
        parcel = Parcel(venue, market, chunk, self._now(), asyncio.get_running_loop().create_future())
        self._waiting.append(parcel)
        if not self._readers:
            await self.flush()
        while self._rows() >= ROWS_AT_ONCE:
            await self._commit()
        if self._waiting and self._due is None:
            self._due = asyncio.create_task(self._flush_soon())
        return parcel.written

    async def flush(self) -> None:
        """Store all that waits."""
        while self._waiting:
            await self._commit()
        async with self._lock:
            pass  # what another task was writing is safe too

    async def _commit(self) -> None:
        """Store so many of the chunks that wait as go into one commit."""
        async with self._lock:
            parcels = self._next()
            if parcels:
                writing = asyncio.ensure_future(asyncio.to_thread(self._write, parcels))
                await asyncio.wait([writing])
                for parcel in parcels:
                    parcel.settle(writing)

    def _next(self) -> list[Parcel]:
        """Take `ROWS_AT_ONCE` candles off what waits: those of few assets together, whose files are the same."""
        self._waiting.sort(key=lambda parcel: base_of(parcel.market.symbol))
        reach = accumulate(parcel.chunk.candles.height for parcel in self._waiting)
        size = next((count for count, rows in enumerate(reach, 1) if rows >= ROWS_AT_ONCE), len(self._waiting))
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return taken

    def _rows(self) -> int:
        return sum(parcel.chunk.candles.height for parcel in self._waiting)

    async def close(self) -> None:
        """Store all that waits, and wait no longer."""
        if self._due is not None:
            self._due.cancel()
        await self.flush()

    async def _flush_soon(self) -> None:
        await asyncio.sleep(LONGEST_WAIT_S)
        # From here on nobody cuts this short, and what comes in has a wait of its own.
        self._due = None
        await self.flush()

    def _write(self, parcels: Sequence[Parcel]) -> dict[tuple[str, str, str, str], Written]:
        # Candles first: a crash in between asks for them again, and the other order would call them quiet. Their
        # lowest trades second: no trade is ever the lowest of a candle that is not there.
        candles = pl.concat([parcel.candles() for parcel in parcels])
        counts = {}
        if not candles.is_empty():
            fates = self._sink.write_fetched(candles)
            rows = fates.select("venue", "symbol", "price", "timeframe", "new", "revised").iter_rows()
            counts = {(venue, symbol, price, length): Written(*n) for venue, symbol, price, length, *n in rows}
        if any(len(parcel.chunk.lows) for parcel in parcels):
            self._sink.write_low_trades(pl.concat([parcel.low_trades() for parcel in parcels]))
        for parcel in parcels:
            self._set_aside(parcel)
        self._sink.write_coverage(pl.concat([parcel.coverage() for parcel in parcels]))
        return counts

    def _set_aside(self, parcel: Parcel) -> None:
        for page in parcel.chunk.aside:
            self._sink.keep_bad_page(
                venue=parcel.venue,
                symbol=parcel.market.symbol,
                price=parcel.market.price,
                start=page.start,
                end=page.end,
                asked_at=parcel.asked_at,
                source=parcel.chunk.source,
                message=page.message,
                body=page.body,
            )

    async def listing(self, venue: str, newer_than: datetime) -> str | None:
        """The markets that were kept of a venue, if they are newer."""
        return await asyncio.to_thread(self._sink.listing, venue, newer_than)

    async def keep_listing(self, venue: str, markets: str, source: str) -> None:
        """Keep the markets of a venue, as of now."""
        listed_at = self._now()
        async with self._lock:
            await asyncio.to_thread(self._sink.keep_listing, venue, markets, listed_at=listed_at, source=source)
