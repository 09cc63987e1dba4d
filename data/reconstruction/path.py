"""The assumed price and turnover of a market, minute by minute, before any published figure is put in.

Pure functions of the knots in an event's file. All randomness comes from the raw output of PCG64, which numpy keeps
the same in every release, seeded with a name: the same name gives the same numbers on every machine.
"""

import zlib
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.reconstruction.figures import AssumedMarket, EventShape, Knots
from data.schema import parse_quote

Floats: TypeAlias = NDArray[np.float64]
"""One value per minute of the span, unless said otherwise."""

MARKET_MEMORY_MIN = 25
"""Minutes after which a movement shared by all venues has faded to 1/e."""

VENUE_MEMORY_MIN = 3
"""Minutes after which a venue's own movement has faded to 1/e: others trade it away."""

VOLATILITY_POWER = 0.75
"""Movements grow with this power of the market's activity."""

NOISE_SHARE = 0.15
"""A minute's noise as a part of that minute's movement: fast markets are rough ones."""

USD_PER_TRADE = 400.0
"""Mean size of a trade; expected turnover divided by it is the expected number of trades in a minute."""

TURNOVER_SPREAD = 1.1
"""Standard deviation of the log of a minute's turnover."""


def compute_minute_index(shape: EventShape, minute: datetime) -> int:
    """Position of ``minute`` in the arrays of the reconstruction."""
    return (minute - shape.start) // timedelta(minutes=1)


def count_minutes_between(start: datetime, end: datetime) -> int:
    """Number of minutes of the half-open span ``[start, end)``."""
    return (end - start) // timedelta(minutes=1)


def generate_uniforms(name: str, count: int) -> Floats:
    """``count`` numbers in [0, 1), evenly spread, fixed by ``name``."""
    raw: NDArray[np.uint64] = np.random.PCG64(zlib.crc32(name.encode())).random_raw(count)
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


def generate_bell_noise(name: str, count: int) -> Floats:
    """``count`` bell-shaped numbers, mean 0 and variance 1, never beyond 3.5: sums of four uniforms."""
    uniform_rows: Floats = generate_uniforms(name, 4 * count).reshape(4, count)
    noise: Floats = (uniform_rows[0] + uniform_rows[1] + uniform_rows[2] + uniform_rows[3] - 2.0) * 3.0**0.5
    return noise


def interpolate_log_knots(shape: EventShape, knots: Knots) -> Floats:
    """The log of the knots' values in every minute of the span."""
    positions = [compute_minute_index(shape, minute) for minute, _ in knots]
    values = [value for _, value in knots]
    return np.interp(np.arange(count_minutes_between(shape.start, shape.end)), positions, np.log(values)).astype(
        np.float64
    )


def compute_volatility(shape: EventShape) -> Floats:
    """Size of a minute's movement as a multiple of a calm one."""
    return np.exp(VOLATILITY_POWER * interpolate_log_knots(shape, shape.activity))


def compute_noise_scale(shape: EventShape, market: AssumedMarket, log_price: Floats) -> Floats:
    """Size of a market's own noise in each minute, as a part of its price."""
    calm_noise = shape.assets[market.asset].venue_noise_pct / 100
    return calm_noise * compute_volatility(shape) + NOISE_SHARE * np.abs(np.diff(log_price, prepend=log_price[:1]))


def sum_fading_steps(steps: Floats, memory_min: int) -> Floats:
    """Sum of the ``steps`` so far, each fading exponentially: noise that stays near zero without jumping there."""
    fading = np.exp(-np.arange(6 * memory_min) / memory_min)
    return np.convolve(steps, fading)[: len(steps)]


def compute_log_path(shape: EventShape, asset: str) -> Floats:
    """Log of the price that all venues share, in the unit of the asset's knots."""
    assumed_asset = shape.assets[asset]
    steps = (
        assumed_asset.market_noise_pct
        / 100
        * compute_volatility(shape)
        * generate_bell_noise(asset, count_minutes_between(shape.start, shape.end))
    )
    return interpolate_log_knots(shape, assumed_asset.knots) + sum_fading_steps(steps, MARKET_MEMORY_MIN)


def compute_log_value(shape: EventShape, asset: str) -> Floats:
    """Log of the shared price in USDT, of a wrapped asset through what it wraps."""
    underlying = shape.assets[asset].of
    return compute_log_path(shape, asset) + (compute_log_path(shape, underlying) if underlying else 0.0)


def compute_log_price(shape: EventShape, market: AssumedMarket) -> Floats:
    """Log of a market's assumed price in its quote: shared path, premium of group or venue, and noise of its own."""
    in_underlying = parse_quote(market.symbol) == shape.assets[market.asset].of
    log_prices = compute_log_path(shape, market.asset) if in_underlying else compute_log_value(shape, market.asset)
    for premium_owner in (market.venue, market.group):
        if (market.asset, premium_owner) in shape.premiums:
            log_prices = log_prices + interpolate_log_knots(shape, shape.premiums[market.asset, premium_owner])
            break
    steps = compute_noise_scale(shape, market, log_prices) * generate_bell_noise(market.name, len(log_prices))
    return log_prices + sum_fading_steps(steps, VENUE_MEMORY_MIN)


def compute_expected_usd(shape: EventShape, market: AssumedMarket) -> Floats:
    """Expected turnover of each minute, in USD."""
    return (
        shape.assets[market.asset].usd_per_minute * market.share * np.exp(interpolate_log_knots(shape, shape.activity))
    )


def sample_traded_minutes(shape: EventShape, market: AssumedMarket) -> NDArray[np.bool_]:
    """Whether the market trades in each minute: the fewer trades are expected, the more minutes stay quiet."""
    trades = compute_expected_usd(shape, market) / USD_PER_TRADE
    return generate_uniforms(f"{market.name} trades", len(trades)) >= np.exp(-trades)


def sample_turnover(shape: EventShape, market: AssumedMarket) -> Floats:
    """Turnover of each minute in base units, if it is traded: at least one step."""
    usd = compute_expected_usd(shape, market)
    usd_if_traded = usd / -np.expm1(-usd / USD_PER_TRADE)
    spread = np.exp(TURNOVER_SPREAD * generate_bell_noise(f"{market.name} turnover", len(usd)) - TURNOVER_SPREAD**2 / 2)
    decimals = shape.assets[market.asset].volume_decimals
    base_turnover = np.round(usd_if_traded * spread / np.exp(compute_log_value(shape, market.asset)), decimals)
    return np.maximum(base_turnover, 10.0**-decimals)
