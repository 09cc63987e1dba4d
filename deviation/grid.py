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
Ints = npt.NDArray[np.signedinteger]

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
    inside = rows.filter(pl.col("minute").is_between(0, axis.size, closed="left")).collect()
    markets, market = _markets(inside)
    dense = np.full((4, len(markets) * axis.size), np.nan)
    cell = market * axis.size + inside["minute"].to_numpy()
    for values, name in zip(dense, ("high", "low", "close", "volume"), strict=True):
        values[cell] = inside[name].to_numpy()
    spans = _spans(covered, axis)
    return {
        key: _bars(key, values, spans.get(key, []))
        for key, values in zip(markets, dense.reshape(4, -1, axis.size).swapaxes(0, 1), strict=True)
    }


def turns(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The rows, by their ``row`` number, in which a value differs from that of the row before; names as strings.

    Rows of one market stand together, so these are few, and text is looked up in them alone.
    """
    changed = [pl.col(name).ne_missing(pl.col(name).shift()) for name in names]
    first = pl.int_range(pl.len(), dtype=pl.Int64) == 0
    return (
        rows.lazy()
        .select(*names)
        .with_row_index("row")
        .filter(first | pl.any_horizontal(changed))
        .with_columns(pl.col(names).cast(pl.String))
        .collect()
    )


def _markets(rows: pl.DataFrame) -> tuple[list[tuple[str, str]], Ints]:
    """The markets of the rows in alphabetical order, and which of them each row is of."""
    key = ["venue", "symbol"]
    stretches = turns(rows, *key)
    markets = stretches.select(key).unique().sort(key).with_row_index("market")
    market = stretches.join(markets, on=key, how="left", maintain_order="left")["market"].to_numpy()
    length = np.diff(stretches["row"].to_numpy(), append=rows.height)
    return markets.select(key).rows(), np.repeat(market.astype(np.int64), length)


def _spans(covered: pl.DataFrame, axis: Axis) -> dict[tuple[str, str], list[slice]]:
    spans: dict[tuple[str, str], list[slice]] = {}
    for venue, symbol, start, end in covered.select("venue", "symbol", "start", "end").iter_rows():
        spans.setdefault((venue, symbol), []).append(axis.span(start, end))
    return spans


def _bars(market: tuple[str, str], values: Floats, covered: list[slice]) -> Bars:
    high, low, close, volume = values
    answered = ~np.isnan(close)
    for span in covered:
        answered[span] = True
    return Bars(*market, high, low, close, volume, quiet=answered & ~(volume > 0))
