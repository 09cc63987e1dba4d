"""What a measurement reads: candles, complete spans and lowest trades, from the store or from files."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import polars as pl

from data.grid.candle_grid import CandleGrid
from data.schema import CANDLE, Evidence, Timeframe


class CandleReader(Protocol):
    """A source of candles: `data.store.CandleStore` or `data.files.source.FileSource`."""

    def hold_versions(self) -> AbstractContextManager[None]:
        """A context in which all reads of this thread are of one moment, whatever others write meanwhile."""
        ...

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Trade candles of ``[start, end)`` of one length, one row per market and bar.

        Args:
            assets: bases of symbols, such as ``ATOM``.
            start: aware; the first open time.
            end: aware; open times lie before it.
            origin: real candles, or those of the reconstruction.
            columns: columns of `data.schema.CANDLE` to read; fewer take less time and memory.
            in_order: whether to sort by venue, symbol and open time. If False, rows of a market come in runs and text
                as enums, in half the memory.
            timeframe: the length of the candles.

        Returns:
            The given columns.
        """
        ...

    def read_grid(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> CandleGrid:
        """The same candles as of `read_candles`, as a matrix for each column: what a measurement reads."""
        ...

    def read_covered_spans(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Complete spans of each market that overlap ``[start, end)``: disjoint, a frame of `data.schema.SPAN`.

        A bar of that length in such a span that has no candle is quiet, outside of all spans it is missing.
        """
        ...

    def read_low_trades(
        self, assets: Collection[str], start: datetime, end: datetime, *, timeframe: Timeframe = Timeframe.M1
    ) -> pl.DataFrame:
        """The lowest trade of each bar of ``[start, end)`` that was built from trades, each bar once.

        Returns:
            A frame of `data.schema.LOW_TRADE`, sorted by venue, symbol and open time.
        """
        ...

    def read_sources(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Where the trade candles of ``[start, end)`` are from, counting also rows that others replace.

        Returns:
            A frame of `data.schema.SOURCE`, sorted by venue, origin and source.
        """
        ...


class PriceReader(CandleReader, Protocol):
    """A source that also has the prices that venues compute."""

    def read_derived_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        price: str,
        *,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Real candles of ``[start, end)`` of a price that a venue computes: ``mark`` or ``index``.

        Returns:
            A frame of `data.schema.CANDLE`, one row per market and bar, sorted by venue, symbol and open time.
        """
        ...
