"""Puts rows of candles into a `data.grid.candle_grid.CandleGrid`, and finds bars that have several rows.

Rows of one market are mostly adjacent, so that only runs of equal names are looked up. Every cell of a matrix is one
bar of one market: no bar has two rows exactly where as many cells are filled as rows were put in, which makes it
needless to compare rows.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from data.grid.candle_grid import (
    CandleGrid,
    Floats,
    GridRows,
    Ints,
    TextRuns,
    clear_without_trade,
    put_in_cells,
)
from data.grid.runs import find_name_runs
from data.schema import Timeframe

GRID_COLUMNS: tuple[pl.Expr, ...] = (
    pl.col("venue", "symbol", "open", "high", "low", "close", "volume"),
    pl.col("open_time").dt.epoch("us").alias("open_us"),
)
"""What a grid is built from; open times in microseconds, as tables store them, so that none is converted."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GridBuilder:
    """Builds the grid of ``[start, end)``; rows are put in by spans that do not overlap.

    Args:
        start: aware; the open time of the first bar.
        end: aware; open times lie before it.
        timeframe: the length of the bars.
    """

    def __init__(self, start: datetime, end: datetime, timeframe: Timeframe) -> None:
        self._timeframe = timeframe
        bar = timedelta(seconds=timeframe.seconds)
        self._first = (start - EPOCH) // bar
        self._size = -((EPOCH - end) // bar) - self._first
        self._lines: dict[tuple[str, str], int] = {}
        self._open, self._close, self._volume = (np.empty((0, self._size)) for _ in range(3))
        self._reads: list[GridRows] = []

    def add(self, rows: pl.DataFrame, origins: TextRuns, *, are_unique: bool = False) -> list[tuple[str, str]]:
        """Put in rows of a span of which none is in the grid yet.

        Args:
            rows: `GRID_COLUMNS`, in any order; fastest where those of one market are adjacent. All lie on the axis.
            origins: those of the rows.
            are_unique: whether it is known that no bar has several rows.

        Returns:
            The markets that may have several rows of one bar, sorted. If there are any, nothing was put in.
        """
        if rows.is_empty():
            return []
        names, lengths = find_name_runs([rows["venue"], rows["symbol"]])
        lines = np.array([self._lines.setdefault((venue, symbol), len(self._lines)) for venue, symbol in names])
        self._add_lines()
        cells = self._locate(rows["open_us"])
        span = slice(int(cells.min()), int(cells.max()) + 1)
        cells += np.repeat(lines * self._size, lengths)
        put_in_cells(self._volume, cells, rows["volume"])
        repeated = [] if are_unique else self._find_repeated(lines, lengths, span)
        if repeated:
            self._volume[:, span] = np.nan
            return repeated
        put_in_cells(self._open, cells, rows["open"])
        put_in_cells(self._close, cells, rows["close"])
        self._reads.append(GridRows(cells, rows["high"], rows["low"], origins))
        return []

    def build(self) -> CandleGrid:
        """The grid of all rows; nothing may be put in any more."""
        clear_without_trade([self._open, self._close], self._volume)
        return CandleGrid(
            self._first,
            self._size,
            self._timeframe,
            dict(sorted(self._lines.items())),
            self._open,
            self._close,
            self._volume,
            tuple(self._reads),
        )

    def _add_lines(self) -> None:
        """Add lines for the markets that are new; one matrix after the other, so that one is there twice at most."""
        count = len(self._lines)
        if count > len(self._volume):
            self._open = _extend(self._open, count)
            self._close = _extend(self._close, count)
            self._volume = _extend(self._volume, count)

    def _locate(self, open_us: pl.Series) -> Ints:
        """The bar of each row."""
        bar_us = self._timeframe.ms * 1000
        positions, first = np.empty(len(open_us), np.int64), 0
        for chunk in open_us.get_chunks():
            part = positions[first : first + len(chunk)]
            np.subtract(chunk.to_numpy(), self._first * bar_us, out=part)
            part //= bar_us
            first += len(chunk)
        return positions

    def _find_repeated(self, lines: Ints, lengths: Ints, span: slice) -> list[tuple[str, str]]:
        """The markets with fewer filled cells in the span than rows."""
        has_candle = ~np.isnan(self._volume[:, span])
        if np.count_nonzero(has_candle) == lengths.sum():
            return []
        row_counts = np.bincount(lines, lengths, len(self._lines))
        is_repeated = row_counts != np.count_nonzero(has_candle, axis=1)
        return sorted(market for market, line in self._lines.items() if is_repeated[line])


def _extend(matrix: Floats, line_count: int) -> Floats:
    extended = np.empty((line_count, matrix.shape[1]))
    extended[: len(matrix)] = matrix
    extended[len(matrix) :] = np.nan
    return extended
