"""The assumed price and turnover of a market, minute by minute, before published figures are applied.

Pure functions of the knots in an event's file. All randomness is the raw output of PCG64, which is stable across
releases of numpy, seeded with a name: the same name gives the same numbers on every machine.
"""

import zlib
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.reconstruction.figures import AssumedMarket, EventShape, Knots
from data.schema import parse_quote

Floats: TypeAlias = NDArray[np.float64]
"""One value per minute of the span, unless documented otherwise."""

MARKET_MEMORY_MIN = 25
"""Minutes after which a movement shared by all venues has decayed to 1/e."""

VENUE_MEMORY_MIN = 3
"""Minutes after which a venue's own movement has decayed to 1/e, by arbitrage."""

VOLATILITY_POWER = 0.75
"""Volatility is this power of the market's activity."""

NOISE_SHARE = 0.15
"""Noise of a minute as a part of its movement: fast markets are noisier."""

USD_PER_TRADE = 400.0
"""Mean size of a trade; expected turnover divided by it is the expected number of trades in a minute."""

TURNOVER_SPREAD = 1.1
"""Standard deviation of the log of a minute's turnover."""


def compute_minute_index(shape: EventShape, minute: datetime) -> int:
    """The index of ``minute`` in the arrays of the reconstruction."""
    return (minute - shape.start) // timedelta(minutes=1)


def count_minutes_between(start: datetime, end: datetime) -> int:
    """Number of minutes of the half-open span ``[start, end)``."""
    return (end - start) // timedelta(minutes=1)


def generate_uniforms(name: str, count: int) -> Floats:
    """``count`` uniform numbers in [0, 1), determined by ``name``."""
    raw: NDArray[np.uint64] = np.random.PCG64(zlib.crc32(name.encode())).random_raw(count)
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


def generate_bell_noise(name: str, count: int) -> Floats:
    """``count`` approximately normal numbers of mean 0, variance 1 and at most 3.5 in size: sums of four uniforms."""
    uniform_rows: Floats = generate_uniforms(name, 4 * count).reshape(4, count)
    noise: Floats = (uniform_rows[0] + uniform_rows[1] + uniform_rows[2] + uniform_rows[3] - 2.0) * 3.0**0.5
    return noise


def interpolate_log_knots(shape: EventShape, knots: Knots) -> Floats:
    """The log of the knots' values, interpolated to every minute of the span."""
    positions = [compute_minute_index(shape, minute) for minute, _ in knots]
    values = [value for _, value in knots]
    return np.interp(np.arange(count_minutes_between(shape.start, shape.end)), positions, np.log(values)).astype(
        np.float64
    )


def compute_volatility(shape: EventShape) -> Floats:
    """The size of each minute's movement as a multiple of a calm one."""
    return np.exp(VOLATILITY_POWER * interpolate_log_knots(shape, shape.activity))


def compute_noise_scale(shape: EventShape, market: AssumedMarket, log_price: Floats) -> Floats:
    """The size of a market's own noise in each minute, as a part of its price."""
    calm_noise = shape.assets[market.asset].venue_noise_pct / 100
    return calm_noise * compute_volatility(shape) + NOISE_SHARE * np.abs(np.diff(log_price, prepend=log_price[:1]))


def sum_decaying_steps(steps: Floats, memory_min: int) -> Floats:
    """The running sum of ``steps``, each decaying exponentially: noise that returns to zero without jumps."""
    decay = np.exp(-np.arange(6 * memory_min) / memory_min)
    return np.convolve(steps, decay)[: len(steps)]


def compute_log_path(shape: EventShape, asset: str) -> Floats:
    """The log of the price shared by all venues, in the unit of the asset's knots."""
    assumed_asset = shape.assets[asset]
    steps = (
        assumed_asset.market_noise_pct
        / 100
        * compute_volatility(shape)
        * generate_bell_noise(asset, count_minutes_between(shape.start, shape.end))
    )
    return interpolate_log_knots(shape, assumed_asset.knots) + sum_decaying_steps(steps, MARKET_MEMORY_MIN)


def compute_log_value(shape: EventShape, asset: str) -> Floats:
    """The log of the shared price in USDT; that of a wrapped asset is derived from its underlying."""
    underlying = shape.assets[asset].of
    return compute_log_path(shape, asset) + (compute_log_path(shape, underlying) if underlying else 0.0)


def compute_log_price(shape: EventShape, market: AssumedMarket) -> Floats:
    """The log of a market's assumed price in its quote: shared path, premium of group or venue, and own noise."""
    in_underlying = parse_quote(market.symbol) == shape.assets[market.asset].of
    log_prices = compute_log_path(shape, market.asset) if in_underlying else compute_log_value(shape, market.asset)
    for premium_owner in (market.venue, market.group):
        if (market.asset, premium_owner) in shape.premiums:
            log_prices = log_prices + interpolate_log_knots(shape, shape.premiums[market.asset, premium_owner])
            break
    steps = compute_noise_scale(shape, market, log_prices) * generate_bell_noise(market.name, len(log_prices))
    return log_prices + sum_decaying_steps(steps, VENUE_MEMORY_MIN)


def compute_expected_usd(shape: EventShape, market: AssumedMarket) -> Floats:
    """The expected turnover of each minute in USD."""
    return (
        shape.assets[market.asset].usd_per_minute * market.share * np.exp(interpolate_log_knots(shape, shape.activity))
    )


def sample_traded_minutes(shape: EventShape, market: AssumedMarket) -> NDArray[np.bool_]:
    """Whether each minute has a trade; the fewer are expected, the more minutes are quiet."""
    trades = compute_expected_usd(shape, market) / USD_PER_TRADE
    return generate_uniforms(f"{market.name} trades", len(trades)) >= np.exp(-trades)


def sample_turnover(shape: EventShape, market: AssumedMarket) -> Floats:
    """The turnover of each minute in base units if it has a trade, at least one step of the volume."""
    usd = compute_expected_usd(shape, market)
    usd_if_traded = usd / -np.expm1(-usd / USD_PER_TRADE)
    spread = np.exp(TURNOVER_SPREAD * generate_bell_noise(f"{market.name} turnover", len(usd)) - TURNOVER_SPREAD**2 / 2)
    decimals = shape.assets[market.asset].volume_decimals
    base_turnover = np.round(usd_if_traded * spread / np.exp(compute_log_value(shape, market.asset)), decimals)
    return np.maximum(base_turnover, 10.0**-decimals)
