"""Candles of many markets on one regular axis of bars: a dense array per market, nothing filled.

A bar is a minute unless the question asks for another length. Positions on an axis count bars.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from data.schema import Timeframe
from deviation.question import EPOCH, Question

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.signedinteger]

RESOLUTION = timedelta(milliseconds=1)
"""Of all times."""

PRICES = ("high", "low", "close", "volume")
"""What is taken of each candle."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Consecutive bars: ``first`` is the number of bars since the epoch, ``size`` how many there are."""

    first: int
    size: int
    timeframe: Timeframe = Timeframe.M1

    def index(self, time: datetime) -> int:
        """Position of the bar that holds a time, cut to the axis' ends."""
        return min(max((time - EPOCH) // self.bar - self.first, 0), self.size)

    def span(self, start: datetime, end: datetime) -> slice:
        """The positions of ``[start, end)``."""
        return slice(self.index(start), self.index(end))

    def cut(self, span: slice) -> "Axis":
        """The axis of a part of the bars."""
        return Axis(self.first + span.start, span.stop - span.start, self.timeframe)

    def time(self, position: int) -> datetime:
        """The open time of the bar at a position."""
        return EPOCH + (self.first + position) * self.bar

    @property
    def bar(self) -> timedelta:
        """The length of a bar."""
        return timedelta(seconds=self.timeframe.seconds)


@dataclass(frozen=True, slots=True)
class Bars:
    """One market's candles on an axis: arrays of its size, NaN where there is no candle.

    ``quiet`` marks the bars for which the venue answered and reported no trade: a candle of volume 0, or none inside
    a span that was collected whole. Prices in the quote, volume in base units.
    """

    venue: str
    symbol: str
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    traded: Bools
    quiet: Bools


@dataclass(frozen=True, slots=True)
class Aligned:
    """Every market's candles on one axis, keyed by (venue, symbol) in alphabetical order.

    ``stretches`` and ``positions`` are the rows as they came: of each stretch of one market and origin (columns
    ``venue``, ``symbol``, ``origin`` and ``row``, its first row), and of each row its place on the axis.
    """

    axis: Axis
    markets: Mapping[tuple[str, str], Bars]
    stretches: pl.DataFrame
    positions: Ints

    def origins(self, window: slice) -> dict[tuple[str, str], tuple[str, ...]]:
        """Where each market's candles in a part of the axis came from, by name."""
        inside = (self.positions >= window.start) & (self.positions < window.stop)
        starts = self.stretches["row"].to_numpy()
        there = np.add.reduceat(inside, starts) > 0 if starts.size else np.zeros(0, np.bool_)
        here = self.stretches.filter(pl.Series(there)).group_by("venue", "symbol").agg(pl.col("origin").unique().sort())
        return {(venue, symbol): tuple(names) for venue, symbol, names in here.iter_rows()}


def axis_of(question: Question) -> Axis:
    """The axis that holds every bar on which the answer rests."""
    start, end = question.needs
    bar = timedelta(seconds=question.timeframe.seconds)
    first = (start - EPOCH) // bar
    return Axis(first, (end - EPOCH) // bar - first, question.timeframe)


def align(candles: pl.DataFrame, covered: pl.DataFrame, axis: Axis) -> Aligned:
    """Put every candle in its place.

    Args:
        candles: Frame of `data.schema.CANDLE`; one row per venue, symbol and bar, in any order; those of one market
            best stand together. Rows off the axis are ignored.
        covered: Frame of `data.schema.SPAN`: where a bar without a candle is quiet rather than missing.
        axis: The bars wanted.
    """
    positions = candles["open_time"].dt.epoch("ms").to_numpy() // axis.timeframe.ms - axis.first
    on_axis = (positions >= 0) & (positions < axis.size)
    if not on_axis.all():
        candles, positions = candles.filter(pl.Series(on_axis)), positions[on_axis]
    stretches = _stretches(candles)
    markets, market = _markets(stretches, candles.height)
    dense = np.full((len(PRICES), len(markets) * axis.size), np.nan)
    cell = market * axis.size + positions
    for values, name in zip(dense, PRICES, strict=True):
        values[cell] = candles[name].to_numpy()
    spans = _spans(covered, axis)
    per_market = dense.reshape(len(PRICES), -1, axis.size).swapaxes(0, 1)
    bars = {key: _bars(key, values, spans.get(key, [])) for key, values in zip(markets, per_market, strict=True)}
    return Aligned(axis, bars, stretches, positions)


def _stretches(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows, by their ``row`` number, in which market or origin differ from those of the row before.

    Rows of one market stand together, so these are few, and text is looked up in them alone.
    """
    names = ["venue", "symbol", "origin"]
    changed = [pl.col(name) != pl.col(name).shift() for name in names]
    start = rows.select(pl.any_horizontal(changed).fill_null(value=True).arg_true().alias("row"))
    return rows.select(names)[start["row"]].with_columns(start["row"].cast(pl.Int64))


def _markets(stretches: pl.DataFrame, rows: int) -> tuple[list[tuple[str, str]], Ints]:
    """The markets in alphabetical order, and which of them each row is of."""
    key = ["venue", "symbol"]
    markets = stretches.select(key).unique().sort(key).with_row_index("market")
    market = stretches.join(markets, on=key, how="left", maintain_order="left")["market"].to_numpy()
    length = np.diff(stretches["row"].to_numpy(), append=rows)
    return markets.select(key).rows(), np.repeat(market.astype(np.int64), length)


def _spans(covered: pl.DataFrame, axis: Axis) -> dict[tuple[str, str], list[slice]]:
    spans: dict[tuple[str, str], list[slice]] = {}
    for venue, symbol, start, end in covered.select("venue", "symbol", "start", "end").iter_rows():
        # A bar at the start that is covered in part is not.
        spans.setdefault((venue, symbol), []).append(slice(axis.index(start + axis.bar - RESOLUTION), axis.index(end)))
    return spans


def _bars(market: tuple[str, str], values: Floats, covered: list[slice]) -> Bars:
    high, low, close, volume = values
    answered = ~np.isnan(close)
    for span in covered:
        answered[span] = True
    traded = volume > 0
    return Bars(*market, high, low, close, volume, traded, quiet=answered & ~traded)
