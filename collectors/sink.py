"""What collecting needs of the store, and the keeper that writes to it from beside the event loop."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

import polars as pl

from collectors.candles import Candle, candle_frame
from collectors.plan import Piece, Span
from data.schema import COVERAGE, Origin

Clock = Callable[[], datetime]
"""Gives the present time, aware UTC."""


class Written(Protocol):
    """What a write changed: candles that were ``new``, ``same`` as stored, or ``revised``."""

    @property
    def new(self) -> int:
        """Candles that the store did not have."""

    @property
    def same(self) -> int:
        """Candles that the store had, with the same values."""

    @property
    def revised(self) -> int:
        """Candles that the store had with other values."""


class CandleSink(Protocol):
    """The part of the candle store that a collection uses; writes are idempotent."""

    def write_candles(self, candles: pl.DataFrame, *, source: str, fetched_at: datetime) -> Written:
        """Take in candles of schema `CANDLE`."""

    def write_coverage(self, coverage: pl.DataFrame) -> None:
        """Take in rows of schema `COVERAGE`."""

    def coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of schema `COVERAGE` that overlap ``[start, end)``; an asset is the base of a symbol."""


def coverage_frame(venue: str, symbol: str, pieces: Sequence[Piece], asked_at: datetime, source: str) -> pl.DataFrame:
    """The pieces of one market as rows of schema `COVERAGE`."""
    rows = [
        {
            "venue": venue,
            "symbol": symbol,
            "start": piece.span.start,
            "end": piece.span.end,
            "outcome": piece.outcome.value,
            "message": piece.message,
            "asked_at": asked_at,
            "origin": Origin.OHLCV.value,
            "source": source,
        }
        for piece in pieces
    ]
    return pl.DataFrame(rows, schema=COVERAGE)


class Keeper:
    """Writes what comes in, one batch at a time, in a thread: the venues go on being asked meanwhile."""

    def __init__(self, sink: CandleSink, now: Clock) -> None:
        self._sink = sink
        self._now = now
        self._lock = asyncio.Lock()

    async def coverage(self, assets: Collection[str], window: Span) -> pl.DataFrame:
        """What was asked before about the assets in the window, as rows of schema `COVERAGE`."""
        return await asyncio.to_thread(self._sink.coverage, assets, window.start, window.end)

    async def keep(
        self, venue: str, symbol: str, source: str, pieces: Sequence[Piece], candles: Sequence[Candle] = ()
    ) -> Written | None:
        """Store the candles and how the pieces were answered; None where there were no candles."""
        async with self._lock:
            return await asyncio.to_thread(self._write, venue, symbol, source, pieces, candles)

    def _write(
        self, venue: str, symbol: str, source: str, pieces: Sequence[Piece], candles: Sequence[Candle]
    ) -> Written | None:
        # Candles first: a crash in between asks for them again, and the other order would call them quiet.
        asked_at = self._now()
        written = None
        if candles:
            frame = candle_frame(venue, symbol, candles)
            written = self._sink.write_candles(frame, source=source, fetched_at=asked_at)
        self._sink.write_coverage(coverage_frame(venue, symbol, pieces, asked_at, source))
        return written
