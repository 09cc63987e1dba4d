"""Candles of many markets on one regular axis of bars: a matrix for each column, a row per market, nothing filled.

A bar is a minute unless another length was read. Columns of a matrix count bars from the first one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from data.schema import Timeframe

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.signedinteger]

FIRST_BARS = 16
"""The bars that are looked at first for a candle."""


@dataclass(frozen=True, slots=True)
class TextRuns:
    """The text of each run of equal rows of a column, and its number of rows."""

    texts: list[str]
    lengths: Ints


@dataclass(frozen=True, slots=True)
class GridRows:
    """Rows of one read, in any order, for the columns that few measurements need.

    ``cells`` is where each row belongs in a matrix that is read line by line; prices are in chunks, as they were read.
    """

    cells: Ints
    high: pl.Series
    low: pl.Series
    origins: TextRuns


@dataclass(frozen=True)
class CandleGrid:
    """Candles from the bar ``first`` on, counted from the epoch, over ``size`` bars.

    ``lines`` gives the line of each market (venue, symbol) in the matrices, the markets in alphabetical order. Prices
    are in the quote, NaN in bars without a trade; ``volume`` is in base units, 0 in a candle without a trade and NaN
    without a candle. High, low and origins are put in place when they are first needed.
    """

    first: int
    size: int
    timeframe: Timeframe
    lines: Mapping[tuple[str, str], int]
    open: Floats
    close: Floats
    volume: Floats
    reads: tuple[GridRows, ...]

    @cached_property
    def high(self) -> Floats:
        """The highest trade of each bar."""
        return self._fill([rows.high for rows in self.reads])

    @cached_property
    def low(self) -> Floats:
        """The lowest trade of each bar."""
        return self._fill([rows.low for rows in self.reads])

    def list_origins(self, span: slice) -> dict[tuple[str, str], tuple[str, ...]]:
        """The origins of each market's candles in some bars, sorted; markets without a candle there are absent."""
        names = self._origin_names
        if len(names) <= 1:
            return {market: names for market, line in self.lines.items() if has_candle(self.volume[line, span])}
        codes = self._origin_codes[:, span]
        has_origin = np.stack([(codes == code).any(axis=1) for code in range(len(names))], axis=1)
        return {
            market: tuple(name for name, is_present in zip(names, has_origin[line], strict=True) if is_present)
            for market, line in self.lines.items()
            if has_origin[line].any()
        }

    @cached_property
    def _origin_names(self) -> tuple[str, ...]:
        return tuple(sorted({origin for rows in self.reads for origin in rows.origins.texts}))

    @cached_property
    def _origin_codes(self) -> npt.NDArray[np.int8]:
        """The place of each candle's origin among the names; -1 without a candle."""
        codes = np.full(self.volume.shape, -1, np.int8)
        for rows in self.reads:
            run_codes = np.array([self._origin_names.index(origin) for origin in rows.origins.texts], np.int8)
            codes.reshape(-1)[rows.cells] = np.repeat(run_codes, rows.origins.lengths)
        return codes

    def _fill(self, columns: Sequence[pl.Series]) -> Floats:
        values = np.full(self.volume.shape, np.nan)
        for rows, column in zip(self.reads, columns, strict=True):
            put_in_cells(values, rows.cells, column)
        clear_without_trade([values], self.volume)
        return values


def has_candle(volume: Floats) -> bool:
    """Whether any bar of a market has a candle, which the first bars mostly tell.

    >>> has_candle(np.array([np.nan, 0.0])), has_candle(np.array([np.nan]))
    (True, False)
    """
    return not (np.isnan(volume[:FIRST_BARS]).all() and np.isnan(volume[FIRST_BARS:]).all())


def put_in_cells(matrix: Floats, cells: Ints, column: pl.Series) -> None:
    """Put each value of a column into its cell, chunk by chunk: to join them would take as long as to put them."""
    flat, first = matrix.reshape(-1), 0
    for chunk in column.get_chunks():
        flat[cells[first : first + len(chunk)]] = chunk.to_numpy()
        first += len(chunk)


def clear_without_trade(prices: Sequence[Floats], volume: Floats) -> None:
    """Set prices to NaN where a candle reports no trade."""
    without_trade = volume <= 0
    if without_trade.any():
        for values in prices:
            values[without_trade] = np.nan
