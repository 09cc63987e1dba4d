"""Candles of many markets on one regular axis of bars: a dense array per market, nothing filled.

A bar is a minute unless the question asks for another length. Positions on an axis count bars.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from data.schema import Timeframe
from deviation.question import EPOCH, Question

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.signedinteger]
Positions = slice | Ints

TIME_RESOLUTION = timedelta(milliseconds=1)
"""The resolution of all stored times."""

VALUE_COLUMNS = ("open", "high", "low", "close", "volume")
"""The columns of a candle that a measurement reads."""


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


@dataclass(frozen=True, slots=True)
class MarketBars:
    """One market's candles on an axis: arrays of its size; prices are NaN without a trade, volumes without a candle.

    ``quiet`` marks the bars for which the venue answered and reported no trade: a candle of volume 0, or none inside
    a span that was collected whole. Prices in the quote, volume in base units.
    """

    venue: str
    symbol: str
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    traded: Bools
    quiet: Bools


@dataclass(frozen=True, slots=True)
class AlignedCandles:
    """Every market's candles on one axis, keyed by (venue, symbol) in alphabetical order.

    ``runs`` and ``positions`` describe the input rows: runs of rows of one market and origin, and the position of each
    row on the axis.
    """

    axis: Axis
    markets: Mapping[tuple[str, str], MarketBars]
    runs: "_Runs"
    positions: Ints

    def list_origins(self, window: slice) -> dict[tuple[str, str], tuple[str, ...]]:
        """The origins of each market's candles in a part of the axis, sorted."""
        is_inside = (self.positions >= window.start) & (self.positions < window.stop)
        starts = self.runs.starts
        in_window = np.add.reduceat(is_inside, starts) > 0 if starts.size else np.zeros(0, np.bool_)
        origins: dict[tuple[str, str], set[str]] = {}
        for (venue, symbol, origin), is_in_window in zip(self.runs.names, in_window.tolist(), strict=True):
            if is_in_window:
                origins.setdefault((venue, symbol), set()).add(origin)
        return {market: tuple(sorted(names)) for market, names in origins.items()}


class _Runs(NamedTuple):
    """Runs of rows of one market and origin: venue, symbol and origin of each, and its first row.

    Rows of one market are mostly adjacent, so these are few, and only they are looked up by name.
    """

    names: list[tuple[str, str, str]]
    starts: Ints


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


def align_candles(candles: pl.DataFrame, covered_spans: pl.DataFrame, axis: Axis) -> AlignedCandles:
    """Scatter candles into one array per market.

    Args:
        candles: Frame of `data.schema.CANDLE`; one row per venue, symbol and bar, in any order; fastest where those
            of one market are adjacent. Rows off the axis are ignored.
        covered_spans: Frame of `data.schema.SPAN`: where a bar without a candle is quiet rather than missing.
        axis: The bars of the result.
    """
    positions = _locate_rows(candles, axis)
    if positions.size and not (positions.min() >= 0 and positions.max() < axis.size):
        on_axis = (positions >= 0) & (positions < axis.size)
        candles, positions = candles.filter(pl.Series(on_axis)), positions[on_axis]
    runs = _find_runs(candles)
    rows = {market: (numbers, positions[numbers]) for market, numbers in _group_rows(runs, candles.height).items()}
    # An array each: one for all markets would be so large that it takes longer to allocate than to fill.
    values_by_market: dict[tuple[str, str], list[Floats]] = {market: [] for market in rows}
    for name in VALUE_COLUMNS:
        column = candles[name].to_numpy()
        for market, (numbers, market_positions) in rows.items():
            values = np.full(axis.size, np.nan)
            values[market_positions] = column[numbers]
            values_by_market[market].append(values)
    spans = _group_spans(covered_spans, axis)
    bars = {market: _build_bars(market, values, spans.get(market, [])) for market, values in values_by_market.items()}
    return AlignedCandles(axis, bars, runs, positions)


def _locate_rows(candles: pl.DataFrame, axis: Axis) -> Ints:
    positions: Ints = candles["open_time"].dt.epoch("ms").to_numpy() // axis.timeframe.ms
    positions -= axis.first
    return positions


def _find_runs(rows: pl.DataFrame) -> _Runs:
    names = ("venue", "symbol", "origin")
    starts_run = np.zeros(rows.height, np.bool_)
    starts_run[:1] = True
    for name in names:
        texts = rows[name]
        codes = (texts if texts.dtype == pl.Enum else texts.cast(pl.Categorical)).to_physical().to_numpy()
        starts_run[1:] |= codes[1:] != codes[:-1]
    starts = np.flatnonzero(starts_run)
    return _Runs(rows.select(names)[starts].rows(), starts)


def _group_rows(runs: _Runs, row_count: int) -> dict[tuple[str, str], Ints]:
    """The numbers of the rows of each market, the markets in alphabetical order."""
    lengths = np.diff(runs.starts, append=row_count)
    runs_by_market: dict[tuple[str, str], list[int]] = {}
    for number, (venue, symbol, _) in enumerate(runs.names):
        runs_by_market.setdefault((venue, symbol), []).append(number)
    return {
        market: _list_rows(runs.starts[numbers], lengths[numbers]) for market, numbers in sorted(runs_by_market.items())
    }


def _list_rows(starts: Ints, lengths: Ints) -> Ints:
    """The numbers of the rows of some runs."""
    moved_by = starts - (np.cumsum(lengths) - lengths)
    numbers: Ints = np.arange(lengths.sum())
    numbers += np.repeat(moved_by, lengths)
    return numbers


def _group_spans(covered_spans: pl.DataFrame, axis: Axis) -> dict[tuple[str, str], list[slice]]:
    spans: dict[tuple[str, str], list[slice]] = {}
    for venue, symbol, start, end in covered_spans.select("venue", "symbol", "start", "end").iter_rows():
        # A first bar that is covered in part counts as not covered.
        spans.setdefault((venue, symbol), []).append(
            slice(axis.locate(start + axis.bar_length - TIME_RESOLUTION), axis.locate(end))
        )
    return spans


def _build_bars(market: tuple[str, str], values: Sequence[Floats], covered_bars: list[slice]) -> MarketBars:
    opening, high, low, close, volume = values
    reported, traded = ~np.isnan(volume), volume > 0
    without_trade = reported & ~traded
    if without_trade.any():
        for prices in (opening, high, low, close):
            prices[without_trade] = np.nan
    for span in covered_bars:
        reported[span] = True
    return MarketBars(*market, opening, high, low, close, volume, traded, quiet=reported & ~traded)
