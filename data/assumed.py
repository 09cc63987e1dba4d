"""The assumed price and turnover of a market, minute by minute, before any published figure is put in.

Pure functions of the knots in an event's file. All randomness comes from the raw output of PCG64, which numpy keeps
the same in every release, seeded with a name: the same name gives the same numbers on every machine.
"""

import zlib
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.published import Knots, Market, Shape
from data.schema import quote_of

Floats: TypeAlias = NDArray[np.float64]
"""One value per minute of the span, unless said otherwise."""

MARKET_MEMORY_MIN = 25
"""Minutes after which a movement shared by all venues has faded to 1/e."""

VENUE_MEMORY_MIN = 3
"""Minutes after which a venue's own movement has faded to 1/e: others trade it away."""

VOLATILITY_POWER = 0.75
"""Movements grow with this power of the market's activity."""

UNREST = 0.15
"""A minute's noise as a part of that minute's movement: fast markets are rough ones."""

USD_PER_TRADE = 400.0
"""Mean size of a trade; expected turnover divided by it is the expected number of trades in a minute."""

TURNOVER_SPREAD = 1.1
"""Standard deviation of the log of a minute's turnover."""


def minute_index(shape: Shape, minute: datetime) -> int:
    """Position of ``minute`` in the arrays of the reconstruction."""
    return (minute - shape.start) // timedelta(minutes=1)


def minutes_between(start: datetime, end: datetime) -> int:
    """Number of minutes of the half-open span ``[start, end)``."""
    return (end - start) // timedelta(minutes=1)


def uniforms(name: str, count: int) -> Floats:
    """``count`` numbers in [0, 1), evenly spread, fixed by ``name``."""
    raw: NDArray[np.uint64] = np.random.PCG64(zlib.crc32(name.encode())).random_raw(count)
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


def bell(name: str, count: int) -> Floats:
    """``count`` bell-shaped numbers, mean 0 and variance 1, never beyond 3.5: sums of four uniforms."""
    four: Floats = uniforms(name, 4 * count).reshape(4, count)
    spread: Floats = (four[0] + four[1] + four[2] + four[3] - 2.0) * 3.0**0.5
    return spread


def log_knots(shape: Shape, knots: Knots) -> Floats:
    """The log of the knots' values in every minute of the span."""
    at = [minute_index(shape, minute) for minute, _ in knots]
    values = [value for _, value in knots]
    return np.interp(np.arange(minutes_between(shape.start, shape.end)), at, np.log(values)).astype(np.float64)


def volatility(shape: Shape) -> Floats:
    """Size of a minute's movement as a multiple of a calm one."""
    return np.exp(VOLATILITY_POWER * log_knots(shape, shape.activity))


def roughness(shape: Shape, market: Market, log_price: Floats) -> Floats:
    """Size of a market's own noise in each minute, as a part of its price."""
    calm = shape.assets[market.asset].venue_noise_pct / 100
    return calm * volatility(shape) + UNREST * np.abs(np.diff(log_price, prepend=log_price[:1]))


def wandering(steps: Floats, memory_min: int) -> Floats:
    """Sum of the ``steps`` so far, each fading exponentially: noise that stays near zero without jumping there."""
    fading = np.exp(-np.arange(6 * memory_min) / memory_min)
    return np.convolve(steps, fading)[: len(steps)]


def log_path(shape: Shape, asset: str) -> Floats:
    """Log of the price that all venues share, in the unit of the asset's knots."""
    row = shape.assets[asset]
    steps = row.market_noise_pct / 100 * volatility(shape) * bell(asset, minutes_between(shape.start, shape.end))
    return log_knots(shape, row.knots) + wandering(steps, MARKET_MEMORY_MIN)


def log_value(shape: Shape, asset: str) -> Floats:
    """Log of the shared price in USDT, of a wrapped asset through what it wraps."""
    of = shape.assets[asset].of
    return log_path(shape, asset) + (log_path(shape, of) if of else 0.0)


def log_price(shape: Shape, market: Market) -> Floats:
    """Log of a market's assumed price in its quote: shared path, premium of group or venue, and noise of its own."""
    in_underlying = quote_of(market.symbol) == shape.assets[market.asset].of
    price = log_path(shape, market.asset) if in_underlying else log_value(shape, market.asset)
    for over in (market.venue, market.group):
        if (market.asset, over) in shape.premiums:
            price = price + log_knots(shape, shape.premiums[market.asset, over])
            break
    steps = roughness(shape, market, price) * bell(market.name, len(price))
    return price + wandering(steps, VENUE_MEMORY_MIN)


def expected_usd(shape: Shape, market: Market) -> Floats:
    """Expected turnover of each minute, in USD."""
    return shape.assets[market.asset].usd_per_minute * market.share * np.exp(log_knots(shape, shape.activity))


def traded_minutes(shape: Shape, market: Market) -> NDArray[np.bool_]:
    """Whether the market trades in each minute: the fewer trades are expected, the more minutes stay quiet."""
    trades = expected_usd(shape, market) / USD_PER_TRADE
    return uniforms(f"{market.name} trades", len(trades)) >= np.exp(-trades)


def turnover(shape: Shape, market: Market) -> Floats:
    """Turnover of each minute in base units, if it is traded: at least one step."""
    usd = expected_usd(shape, market)
    usd_if_traded = usd / -np.expm1(-usd / USD_PER_TRADE)
    spread = np.exp(TURNOVER_SPREAD * bell(f"{market.name} turnover", len(usd)) - TURNOVER_SPREAD**2 / 2)
    decimals = shape.assets[market.asset].volume_decimals
    base = np.round(usd_if_traded * spread / np.exp(log_value(shape, market.asset)), decimals)
    return np.maximum(base, 10.0**-decimals)
