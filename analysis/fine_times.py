"""When a level was reached within its bar, from candles of a second and from the lowest trades (docs/sequence.md)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from analysis.order_of_falls import LEVELS_PCT, FineTimes, Moment, Resolution, build_bar_moment
from data.reader import CandleReader
from data.schema import CANDLE, Evidence, Timeframe, build_empty_frame
from deviation.measurement import Measurement
from deviation.minute.markets import Market
from deviation.question import TOLERANCE

SECOND = timedelta(seconds=1)
TRADE_RESOLUTION = timedelta(milliseconds=1)
"""The resolution of the times of trades."""

SECOND_COLUMNS = ("venue", "symbol", "open_time", "close", "volume")
"""The columns of candles of a second that are read."""


def read_fine_times(reader: CandleReader, measurements: Sequence[Measurement]) -> FineTimes:
    """The moments within their bars at which levels were reached, for the markets of which something finer is stored.

    Where the whole bar was collected at one second, it is the first second with a close at or beyond the level.
    Otherwise the first such second, or the lowest trade of the bar, is the latest time that it can have been.
    """
    fine_times: dict[tuple[str, Market, int], Moment] = {}
    for measurement in measurements:
        asset = measurement.question.asset
        crossings = _list_crossings(measurement)
        if measurement.question.origin is Evidence.RECONSTRUCTION or not crossings:
            continue
        start, end = min(bar.start for _, _, bar, _ in crossings), max(bar.end for _, _, bar, _ in crossings)
        seconds = _read_seconds(reader, measurement, start, end)
        spans = reader.read_covered_spans([asset], start, end, timeframe=Timeframe.S1)
        trades = reader.read_low_trades([asset], start, end, timeframe=measurement.question.timeframe)
        for market, level, bar, price in crossings:
            found = [
                _find_second(seconds, spans, market, bar, price),
                _find_trade(trades, market, bar, price),
            ]
            known = [moment for moment in found if moment is not None]
            if known:
                fine_times[asset, market, level] = min(known, key=lambda moment: moment.end - moment.start)
    return fine_times


def _list_crossings(measurement: Measurement) -> list[tuple[Market, int, Moment, float]]:
    """Each market and level that was reached: the bar, and the price at or below which the level is reached."""
    crossings = []
    for row in measurement.rows:
        for level in LEVELS_PCT:
            bar = build_bar_moment(measurement, row.find_fall(level / 100))
            if bar is not None and row.price_before is not None:
                crossings.append((row.market, level, bar, row.price_before * (1 - level / 100 + TOLERANCE)))
    return crossings


def _read_seconds(reader: CandleReader, measurement: Measurement, start: datetime, end: datetime) -> pl.DataFrame:
    """The traded candles of a second; none where the bars are seconds themselves."""
    if measurement.question.timeframe is Timeframe.S1:
        return build_empty_frame({name: CANDLE[name] for name in SECOND_COLUMNS})
    asset = measurement.question.asset
    candles = reader.read_candles([asset], start, end, columns=SECOND_COLUMNS, timeframe=Timeframe.S1)
    return candles.filter(pl.col("volume") > 0)


def _find_second(
    seconds: pl.DataFrame, spans: pl.DataFrame, market: Market, bar: Moment, price: float
) -> Moment | None:
    at = seconds.filter(_is_market(market), _is_within(bar), pl.col("close") <= price)["open_time"].min()
    if not isinstance(at, datetime):
        return None
    is_whole = spans.filter(_is_market(market), pl.col("start") <= bar.start, pl.col("end") >= bar.end).height > 0
    if is_whole:
        return Moment(at, at + SECOND, Resolution.SECOND)
    return Moment(bar.start, at + SECOND, Resolution.LATEST_SECOND)


def _find_trade(trades: pl.DataFrame, market: Market, bar: Moment, price: float) -> Moment | None:
    at = trades.filter(_is_market(market), _is_within(bar), pl.col("price") <= price)["at"].min()
    return Moment(bar.start, at + TRADE_RESOLUTION, Resolution.LATEST_TRADE) if isinstance(at, datetime) else None


def _is_market(market: Market) -> pl.Expr:
    return (pl.col("venue") == market.venue) & (pl.col("symbol") == market.symbol)


def _is_within(bar: Moment) -> pl.Expr:
    return pl.col("open_time").is_between(bar.start, bar.end, closed="left")
