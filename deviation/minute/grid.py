"""Candles of many markets on one regular axis of bars: a dense array per market, nothing filled.

A bar is a minute unless the question asks for another length. Positions on an axis count bars.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import polars as pl

from data.grid.candle_grid import CandleGrid
from data.schema import Timeframe
from deviation.question import EPOCH, Question

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.signedinteger]
Positions = slice | Ints

TIME_RESOLUTION = timedelta(milliseconds=1)
"""The resolution of all stored times."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Consecutive bars: ``first`` is the number of bars since the epoch, ``size`` how many there are."""

    first: int
    size: int
    timeframe: Timeframe = Timeframe.M1

    def locate(self, time: datetime) -> int:
        """Position of the bar that holds a time, cut to the axis' ends."""
        return min(max((time - EPOCH) // self.bar_length - self.first, 0), self.size)

    def locate_span(self, start: datetime, end: datetime) -> slice:
        """The positions of ``[start, end)``."""
        return slice(self.locate(start), self.locate(end))

    def crop(self, span: slice) -> "Axis":
        """The axis of a part of the bars."""
        return Axis(self.first + span.start, span.stop - span.start, self.timeframe)

    def time_at(self, position: int) -> datetime:
        """The open time of the bar at a position."""
        return EPOCH + (self.first + position) * self.bar_length

    @property
    def bar_length(self) -> timedelta:
        """The length of a bar."""
        return timedelta(seconds=self.timeframe.seconds)


@dataclass(frozen=True)
class MarketBars:
    """One market's candles on an axis: arrays of its size; prices are NaN without a trade, volumes without a candle.

    ``quiet`` marks the bars for which the venue answered and reported no trade: a candle of volume 0, or none inside
    a span that was collected whole. Prices in the quote, volume in base units. ``read_extreme`` gives the array
    ``high`` or ``low``, which not every measurement needs.
    """

    venue: str
    symbol: str
    open: Floats
    close: Floats
    volume: Floats
    traded: Bools
    quiet: Bools
    read_extreme: Callable[[str], Floats]

    @cached_property
    def high(self) -> Floats:
        """The highest trade of each bar."""
        return self.read_extreme("high")

    @cached_property
    def low(self) -> Floats:
        """The lowest trade of each bar."""
        return self.read_extreme("low")


@dataclass(frozen=True, slots=True)
class AlignedCandles:
    """Every market with a candle on an axis, keyed by (venue, symbol) in alphabetical order, and the grid behind it."""

    axis: Axis
    markets: Mapping[tuple[str, str], MarketBars]
    grid: CandleGrid

    def list_origins(self, window: slice) -> dict[tuple[str, str], tuple[str, ...]]:
        """The origins of each market's candles in a part of the axis, sorted."""
        offset = self.axis.first - self.grid.first
        return self.grid.list_origins(slice(window.start + offset, window.stop + offset))


def _keep_freed_memory() -> None:
    """Let the C library keep the arrays that are freed for those of the next measurement.

    To take memory from the system page by page takes longer than to compute what is in it. The allocator of glibc
    keeps twice the size of the largest block that was freed, which 32 MB bounds; others are not affected. Nothing is
    written into the block, so that it takes no memory itself.
    """
    np.empty(31 * 2**20, np.uint8)


_keep_freed_memory()


def build_axis(question: Question) -> Axis:
    """The axis that covers ``question.required_span``."""
    start, end = question.required_span
    bar_length = timedelta(seconds=question.timeframe.seconds)
    first_bar = (start - EPOCH) // bar_length
    return Axis(first_bar, (end - EPOCH) // bar_length - first_bar, question.timeframe)


def align_candles(grid: CandleGrid, covered_spans: pl.DataFrame, axis: Axis) -> AlignedCandles:
    """Every market with a candle on an axis, without copying its prices.

    Args:
        grid: Candles over the axis at least.
        covered_spans: Frame of `data.schema.SPAN`: where a bar without a candle is quiet rather than missing.
        axis: The bars of the result.

    Raises:
        ValueError: The axis reaches beyond the grid, or has other bars.
    """
    offset = axis.first - grid.first
    span = slice(offset, offset + axis.size)
    if offset < 0 or span.stop > grid.size or axis.timeframe is not grid.timeframe:
        message = f"the axis {axis} lies outside of the {grid.size} bars of {grid.timeframe} from {grid.first} on"
        raise ValueError(message)
    volume = grid.volume[:, span]
    reported, traded = ~np.isnan(volume), volume > 0
    covered_bars = _group_spans(covered_spans, axis)
    markets = {}
    for (venue, symbol), line in grid.lines.items():
        if not reported[line].any():
            continue
        for covered in covered_bars.get((venue, symbol), []):
            reported[line, covered] = True
        markets[venue, symbol] = MarketBars(
            venue,
            symbol,
            open=grid.open[line, span],
            close=grid.close[line, span],
            volume=volume[line],
            traded=traded[line],
            quiet=reported[line] & ~traded[line],
            read_extreme=partial(_read_extreme, grid, line, span),
        )
    return AlignedCandles(axis, markets, grid)


def _read_extreme(grid: CandleGrid, line: int, span: slice, name: str) -> Floats:
    values: Floats = getattr(grid, name)[line, span]
    return values


def _group_spans(covered_spans: pl.DataFrame, axis: Axis) -> dict[tuple[str, str], list[slice]]:
    spans: dict[tuple[str, str], list[slice]] = {}
    for venue, symbol, start, end in covered_spans.select("venue", "symbol", "start", "end").iter_rows():
        # A first bar that is covered in part counts as not covered.
        spans.setdefault((venue, symbol), []).append(
            slice(axis.locate(start + axis.bar_length - TIME_RESOLUTION), axis.locate(end))
        )
    return spans
