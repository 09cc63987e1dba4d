"""Candles of many markets on one regular minute axis: a dense array per market, nothing filled."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from data.schema import MINUTE_MS
from deviation.question import Question

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Axis:
    """Consecutive minutes: ``first`` is a minute since the epoch, ``size`` their number."""

    first: int
    size: int

    def index(self, time: datetime) -> int:
        """Position of a minute on the axis, cut to its ends."""
        return min(max((time - EPOCH) // timedelta(minutes=1) - self.first, 0), self.size)

    def span(self, start: datetime, end: datetime) -> slice:
        """The positions of ``[start, end)``."""
        return slice(self.index(start), self.index(end))

    def time(self, position: int) -> datetime:
        """The open time of the minute at a position."""
        return EPOCH + timedelta(minutes=self.first + position)


@dataclass(frozen=True, slots=True)
class Bars:
    """One market's candles on an axis: arrays of its size, NaN where there is no candle.

    ``quiet`` marks the minutes for which the venue answered and reported no trade: a candle of volume 0, or none inside
    a span that was collected whole. Prices in the quote, volume in base units.
    """

    venue: str
    symbol: str
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    quiet: Bools

    @property
    def traded(self) -> Bools:
        """Minutes with at least one trade."""
        return self.volume > 0


def axis_of(question: Question) -> Axis:
    """The axis that holds every minute on which the answer rests."""
    start, end = question.needs
    first = (start - EPOCH) // timedelta(minutes=1)
    return Axis(first, (end - EPOCH) // timedelta(minutes=1) - first)


def align(candles: pl.DataFrame, covered: pl.DataFrame, axis: Axis) -> dict[tuple[str, str], Bars]:
    """Every market's candles on the axis, keyed by (venue, symbol) in alphabetical order.

    Args:
        candles: Frame of `data.schema.CANDLE`; one row per venue, symbol and minute. Rows off the axis are ignored.
        covered: Frame of `data.schema.SPAN`: where a minute without a candle is quiet rather than missing.
        axis: The minutes wanted.
    """
    minute = (pl.col("open_time").dt.epoch("ms") // MINUTE_MS - axis.first).alias("minute")
    rows = candles.lazy().select("venue", "symbol", minute, "high", "low", "close", "volume")
    rows = rows.filter(pl.col("minute").is_between(0, axis.size, closed="left"))
    spans = _spans(covered, axis)
    markets = rows.collect().partition_by("venue", "symbol", as_dict=True)
    return {
        (str(venue), str(symbol)): _bars(str(venue), str(symbol), markets[venue, symbol], spans, axis)
        for venue, symbol in sorted(markets)
    }


def _spans(covered: pl.DataFrame, axis: Axis) -> dict[tuple[str, str], list[slice]]:
    spans: dict[tuple[str, str], list[slice]] = {}
    for venue, symbol, start, end in covered.select("venue", "symbol", "start", "end").iter_rows():
        spans.setdefault((venue, symbol), []).append(axis.span(start, end))
    return spans


def _bars(venue: str, symbol: str, rows: pl.DataFrame, spans: dict[tuple[str, str], list[slice]], axis: Axis) -> Bars:
    minute = rows["minute"].to_numpy()
    high, low, close, volume = (_scatter(rows[name], minute, axis.size) for name in ("high", "low", "close", "volume"))
    answered = ~np.isnan(close)
    for span in spans.get((venue, symbol), []):
        answered[span] = True
    return Bars(venue, symbol, high, low, close, volume, quiet=answered & ~(volume > 0))


def _scatter(values: pl.Series, minute: Ints, size: int) -> Floats:
    dense = np.full(size, np.nan)
    dense[minute] = values.to_numpy()
    return dense
