"""Sample candles of 9-11 October 2025 for a first run without a network, made from published figures.

They are an illustration. A few prices and minutes were published and are reproduced exactly (``data/anchors``); all
else is assumed: the path between them, the noise, the turnover, and every venue without a published figure. Nothing
measured on them supports or refutes a claim about any exchange.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data.reconstruction.figures import ASSUMED, AssumedMarket, EventShape, PriceAnchor, read_shape
from data.reconstruction.path import (
    Floats,
    compute_log_price,
    compute_minute_index,
    compute_noise_scale,
    count_minutes_between,
    generate_bell_noise,
    sample_traded_minutes,
    sample_turnover,
)
from data.schema import CANDLE, MINUTE_MS, Evidence, Origin, Timeframe

EVENT = "2025-10-10"
"""The reconstructed event, and the name of the file of its figures."""

CLOSE_SHARE = 0.5
"""The part of the log distance from a venue's assumed price to its published low by which its closes dip."""

DIP_BEFORE_MIN = 1.0
"""Half-life of that dip in minutes, before the low."""

DIP_AFTER_MIN = 2.5
"""Half-life of that dip in minutes, after the low."""


@dataclass(slots=True)
class MarketCandles:
    """The candles of one market: an array per field, a value per minute of the span."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def reconstruct_candles() -> pl.DataFrame:
    """One-minute candles of every market of the sample, as `data.schema.CANDLE`, sorted by venue, symbol and time.

    >>> reconstruct_candles()["origin"].unique().to_list()
    ['reconstruction']
    """
    shape = _read_shape()
    minute_count = count_minutes_between(shape.start, shape.end)
    candles = [build_market_candles(shape, market) for market in shape.markets]
    start_ms = int(shape.start.timestamp()) * 1000
    columns = {
        "venue": np.repeat([market.venue for market in shape.markets], minute_count),
        "symbol": np.repeat([market.symbol for market in shape.markets], minute_count),
        "open_time": np.tile(start_ms + MINUTE_MS * np.arange(minute_count), len(candles)),
        **{name: np.concatenate([getattr(c, name) for c in candles]) for name in MarketCandles.__slots__},
    }
    constants = {"timeframe": Timeframe.M1.value, "price": "trade", "origin": Origin.RECONSTRUCTION.value}
    return (
        pl.DataFrame(columns)
        .with_columns(pl.lit(value).alias(name) for name, value in constants.items())
        .select(pl.col(name).cast(dtype) for name, dtype in CANDLE.items())
    )


@cache
def list_assumed_markets(origin: Evidence) -> frozenset[tuple[str, str]]:
    """The markets, as (venue, symbol), without a published figure; they are drawn dashed. Real candles have none.

    A figure counts for a market if it is published for that venue by name. The band of the other offshore ATOM lows
    names no venue, so those markets are assumed although their lows lie in it.

    >>> assumed = list_assumed_markets(Evidence.RECONSTRUCTION)
    >>> ("okx", "ATOM/USDT") in assumed, ("binance", "ATOM/USDT") in assumed, len(list_assumed_markets(Evidence.REAL))
    (True, False, 0)
    """
    if origin is Evidence.REAL:
        return frozenset()
    shape = _read_shape()
    assumed_lows = {(a.venue, a.symbol) for a in shape.anchors if a.evidence == ASSUMED}
    published = {(a.venue, a.symbol) for a in shape.anchors}
    published |= {(venue, band.symbol) for band in shape.bands for venue in band.venues}
    return frozenset((m.venue, m.symbol) for m in shape.markets) - (published - assumed_lows)


def build_market_candles(shape: EventShape, market: AssumedMarket) -> MarketCandles:
    """The candles of one market: its assumed path, adjusted to its anchors."""
    anchors = [a for a in shape.anchors if (a.venue, a.symbol) == (market.venue, market.symbol)]
    floor = compute_price_floor(shape, market, anchors)
    is_traded = sample_traded_minutes(shape, market)
    close = compute_anchored_closes(shape, market, anchors, floor)
    for anchor in anchors:
        position = compute_minute_index(shape, anchor.minute)
        is_traded[position - 1 : position + 1] = True
    close = close[find_last_traded(is_traded)]
    candles = build_candles_around(shape, market, close, is_traded, floor)
    for anchor in anchors:
        apply_anchor(candles, anchor, compute_minute_index(shape, anchor.minute))
    return candles


def compute_price_floor(shape: EventShape, market: AssumedMarket, anchors: list[PriceAnchor]) -> Floats:
    """The lowest price allowed in each minute: one tick above the lows that are the lowest of a span around it."""
    tick = 10.0 ** -shape.assets[market.asset].price_decimals
    floor = np.zeros(count_minutes_between(shape.start, shape.end))
    for anchor in anchors:
        span = slice(*(compute_minute_index(shape, edge) for edge in shape.spans[anchor.lowest_of]))
        floor[span] = np.maximum(floor[span], float(anchor.low) + tick)
    return floor


def compute_anchored_closes(
    shape: EventShape, market: AssumedMarket, anchors: list[PriceAnchor], floor: Floats
) -> Floats:
    """The close of each minute, as if every minute had a trade.

    The closes dip around a low without a published close. A published open is the close of the previous minute.
    """
    price = compute_log_price(shape, market)
    minutes = np.arange(len(price))
    for anchor in anchors:
        if anchor.close is None:
            minutes_after = minutes - compute_minute_index(shape, anchor.minute)
            halvings = np.where(minutes_after < 0, -minutes_after / DIP_BEFORE_MIN, minutes_after / DIP_AFTER_MIN)
            dip = min(0.0, float(np.log(float(anchor.low)) - price[minutes_after == 0][0]))
            price = price + CLOSE_SHARE * dip * 0.5**halvings
    decimals = shape.assets[market.asset].price_decimals
    close = np.round(np.maximum(np.exp(price), floor), decimals).astype(np.float64)
    for anchor in anchors:
        position = compute_minute_index(shape, anchor.minute)
        if anchor.open is not None:
            close[position - 1] = anchor.open
        if anchor.close is not None:
            close[position] = anchor.close
    return close


def find_last_traded(is_traded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The index of the last traded minute up to each minute; the first minute counts as traded."""
    return np.maximum.accumulate(np.where(is_traded, np.arange(len(is_traded)), 0))


def build_candles_around(
    shape: EventShape, market: AssumedMarket, close: Floats, is_traded: NDArray[np.bool_], floor: Floats
) -> MarketCandles:
    """Add opens, wicks and volume to the closes; a quiet minute is flat at the previous close, with volume 0."""
    decimals = shape.assets[market.asset].price_decimals
    wick_scale = np.where(is_traded, compute_noise_scale(shape, market, np.log(close)), 0.0)
    opens = np.concatenate((close[:1], close[:-1]))
    body_top, body_bottom = np.maximum(opens, close), np.minimum(opens, close)
    up_factor = np.exp(wick_scale * np.abs(generate_bell_noise(f"{market.name} up", len(close))))
    down_factor = np.exp(-wick_scale * np.abs(generate_bell_noise(f"{market.name} down", len(close))))
    return MarketCandles(
        open=opens,
        high=np.maximum(np.round(body_top * up_factor, decimals), body_top),
        low=np.minimum(np.round(np.maximum(body_bottom * down_factor, floor), decimals), body_bottom),
        close=close,
        volume=np.where(is_traded, sample_turnover(shape, market), 0.0),
    )


def apply_anchor(candles: MarketCandles, anchor: PriceAnchor, position: int) -> None:
    """Set the published fields of the anchored minute."""
    candles.low[position] = float(anchor.low)
    if anchor.open is not None:
        candles.open[position] = anchor.open
    if anchor.high is not None:
        candles.high[position] = anchor.high


@cache
def _read_shape() -> EventShape:
    return read_shape(EVENT)
