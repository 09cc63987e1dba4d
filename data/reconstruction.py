"""Sample candles of 9-11 October 2025 for a first run without a network, made from published figures.

They are an illustration. A few prices and minutes were published and are met exactly (``data/anchors``); all else is
assumed: the path between them, the noise, the turnover, and every venue for which no figure is published. Nothing that
is measured on them supports or refutes a claim about any exchange.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data.assumed import (
    Floats,
    bell,
    log_price,
    minute_index,
    minutes_between,
    roughness,
    traded_minutes,
    turnover,
)
from data.published import ASSUMED, Anchor, Market, Shape, read_shape
from data.schema import CANDLE, MINUTE_MS, Origin, Timeframe

EVENT = "2025-10-10"
"""The event that is reconstructed; names the file of its figures."""

CLOSE_SHARE = 0.5
"""How much of the (log) way from a venue's assumed price to its published low the closes go, too."""

DIP_BEFORE_MIN = 1.0
"""Minutes in which that dip halves, looking back from the low."""

DIP_AFTER_MIN = 2.5
"""Minutes in which that dip halves, looking ahead from the low."""


@dataclass(slots=True)
class Candles:
    """The candles of one market, an array per field, a row per minute of the span."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def reconstruct() -> pl.DataFrame:
    """One-minute candles of every market of the sample, as `data.schema.CANDLE`, sorted by venue, symbol and time.

    >>> reconstruct()["origin"].unique().to_list()
    ['reconstruction']
    """
    shape = _shape()
    count = minutes_between(shape.start, shape.end)
    candles = [market_candles(shape, market) for market in shape.markets]
    start_ms = int(shape.start.timestamp()) * 1000
    columns = {
        "venue": np.repeat([market.venue for market in shape.markets], count),
        "symbol": np.repeat([market.symbol for market in shape.markets], count),
        "open_time": np.tile(start_ms + MINUTE_MS * np.arange(count), len(candles)),
        **{name: np.concatenate([getattr(c, name) for c in candles]) for name in Candles.__slots__},
    }
    constants = {"timeframe": Timeframe.M1.value, "price": "trade", "origin": Origin.RECONSTRUCTION.value}
    return (
        pl.DataFrame(columns)
        .with_columns(pl.lit(value).alias(name) for name, value in constants.items())
        .select(pl.col(name).cast(dtype) for name, dtype in CANDLE.items())
    )


def assumed_markets() -> frozenset[tuple[str, str]]:
    """The markets, as (venue, symbol), for which no figure is published: to be drawn dashed.

    A figure counts for a market when it is published for that venue by name. The band of the other offshore ATOM lows
    names no venue, so those markets are assumed although their lows lie in it.

    >>> ("okx", "ATOM/USDT") in assumed_markets(), ("binance", "ATOM/USDT") in assumed_markets()
    (True, False)
    """
    shape = _shape()
    assumed_lows = {(a.venue, a.symbol) for a in shape.anchors if a.evidence == ASSUMED}
    named = {(a.venue, a.symbol) for a in shape.anchors}
    named |= {(venue, band.symbol) for band in shape.bands for venue in band.venues}
    return frozenset((m.venue, m.symbol) for m in shape.markets) - (named - assumed_lows)


def market_candles(shape: Shape, market: Market) -> Candles:
    """The candles of one market: its assumed path, bent to pass through its anchors."""
    anchors = [a for a in shape.anchors if (a.venue, a.symbol) == (market.venue, market.symbol)]
    floor = price_floor(shape, market, anchors)
    traded = traded_minutes(shape, market)
    close = anchored_closes(shape, market, anchors, floor)
    for anchor in anchors:
        at = minute_index(shape, anchor.minute)
        traded[at - 1 : at + 1] = True
    close = close[last_traded(traded)]
    candles = around_closes(shape, market, close, traded, floor)
    for anchor in anchors:
        put_in(candles, anchor, minute_index(shape, anchor.minute))
    return candles


def price_floor(shape: Shape, market: Market, anchors: list[Anchor]) -> Floats:
    """The least price allowed in each minute: one tick above the lows that are the lowest of a span with it."""
    tick = 10.0 ** -shape.assets[market.asset].price_decimals
    floor = np.zeros(minutes_between(shape.start, shape.end))
    for anchor in anchors:
        span = slice(*(minute_index(shape, edge) for edge in shape.spans[anchor.lowest_of]))
        floor[span] = np.maximum(floor[span], anchor.low + tick)
    return floor


def anchored_closes(shape: Shape, market: Market, anchors: list[Anchor], floor: Floats) -> Floats:
    """The close of each minute, as if every minute were traded.

    Towards a low without a published close the closes dip. A published open is the close of the minute before.
    """
    price = log_price(shape, market)
    minutes = np.arange(len(price))
    for anchor in anchors:
        if anchor.close is None:
            after = minutes - minute_index(shape, anchor.minute)
            halvings = np.where(after < 0, -after / DIP_BEFORE_MIN, after / DIP_AFTER_MIN)
            way = min(0.0, float(np.log(anchor.low) - price[after == 0][0]))
            price = price + CLOSE_SHARE * way * 0.5**halvings
    decimals = shape.assets[market.asset].price_decimals
    close = np.round(np.maximum(np.exp(price), floor), decimals).astype(np.float64)
    for anchor in anchors:
        at = minute_index(shape, anchor.minute)
        if anchor.open is not None:
            close[at - 1] = anchor.open
        if anchor.close is not None:
            close[at] = anchor.close
    return close


def last_traded(traded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each minute the position of the latest traded one up to it, the first minute counting as traded."""
    return np.maximum.accumulate(np.where(traded, np.arange(len(traded)), 0))


def around_closes(shape: Shape, market: Market, close: Floats, traded: NDArray[np.bool_], floor: Floats) -> Candles:
    """Opens, wicks and volume around the closes; a quiet minute is flat at the close before it, with volume 0."""
    decimals = shape.assets[market.asset].price_decimals
    reach = np.where(traded, roughness(shape, market, np.log(close)), 0.0)
    opened = np.concatenate((close[:1], close[:-1]))
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    up = np.exp(reach * np.abs(bell(f"{market.name} up", len(close))))
    down = np.exp(-reach * np.abs(bell(f"{market.name} down", len(close))))
    return Candles(
        open=opened,
        high=np.maximum(np.round(top * up, decimals), top),
        low=np.minimum(np.round(np.maximum(bottom * down, floor), decimals), bottom),
        close=close,
        volume=np.where(traded, turnover(shape, market), 0.0),
    )


def put_in(candles: Candles, anchor: Anchor, at: int) -> None:
    """Set the published fields of the anchored minute."""
    candles.low[at] = anchor.low
    if anchor.open is not None:
        candles.open[at] = anchor.open
    if anchor.high is not None:
        candles.high[at] = anchor.high


@cache
def _shape() -> Shape:
    return read_shape(EVENT)
