"""A store of generated candles: twelve venues, prices on a grid around a common path, with excursions and gaps."""

import zlib
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from data.schema import CANDLE, CANDLE_DEFAULTS
from data.store import CandleStore

START = datetime(2025, 10, 1, tzinfo=UTC)
"""The first candle; a measured window begins a day later."""

ASSETS = ("ATOM", "DOGE", "XRP", "SOL", "BTC")
VENUES = {
    "USDT": ("binance", "okx", "bybit", "bitget", "gate", "kucoin"),
    "USD": ("coinbaseexchange", "kraken", "gemini", "bitstamp", "bitfinex", "cryptocom"),
}
MONTH_DAYS = 30
"""Days of candles that are generated; a longer store repeats them."""

EXCURSIONS_PER_DAY = 0.2
"""Excursions of a market from the common path per day, by up to 8 % for up to an hour."""

GAP_SHARE = 0.01
"""Share of minutes without a candle."""


def fill_store(store: CandleStore, assets: tuple[str, ...], days: int) -> int:
    """Write ``days`` of candles from `START` on, month by month; returns their number."""
    row_count = 0
    for asset in assets:
        month_rows = build_candles(asset, min(days, MONTH_DAYS) * 1440)
        for first in range(0, days, MONTH_DAYS):
            end = START + timedelta(days=days)
            shifted = month_rows.with_columns(pl.col("open_time") + timedelta(days=first)).filter(
                pl.col("open_time") < end
            )
            store.write_candles(shifted, source="bench", fetched_at=end)
            row_count += shifted.height
    return row_count


def build_candles(asset: str, minutes: int) -> pl.DataFrame:
    """The candles of every market of an asset, the same in every run."""
    common = 100 * np.exp(np.cumsum(_build_rng(asset).normal(0, 1e-4, minutes)))
    markets = [(venue, f"{asset}/{quote}") for quote, venues in VENUES.items() for venue in venues]
    return pl.concat(_build_market(venue, symbol, common) for venue, symbol in markets)


def _build_market(venue: str, symbol: str, common: npt.NDArray[np.float64]) -> pl.DataFrame:
    rng, minutes = _build_rng(f"{venue} {symbol}"), common.size
    excursion = np.zeros(minutes)
    for first_minute in rng.integers(0, minutes, int(EXCURSIONS_PER_DAY * minutes / 1440) + 1):
        excursion[first_minute : first_minute + rng.integers(1, 60)] = rng.uniform(-0.08, 0.08)
    close = np.round(common * np.exp(excursion + rng.normal(0, 3e-4, minutes)), 3)
    last_time = START + timedelta(minutes=minutes - 1)
    values = {
        "open_time": pl.datetime_range(START, last_time, "1m", time_unit="ms", time_zone="UTC", eager=True),
        "open": close,
        "high": np.round(close * 1.0005, 3),
        "low": np.round(close * 0.9995, 3),
        "close": close,
        "volume": np.round(rng.uniform(0.5, 1000, minutes), 2),
    }
    labels = {"venue": venue, "symbol": symbol, **CANDLE_DEFAULTS}
    has_candle = pl.Series(rng.random(minutes) >= GAP_SHARE)
    rows = pl.DataFrame(values).filter(has_candle)
    return rows.with_columns(pl.lit(value).alias(name) for name, value in labels.items()).select(*CANDLE)


def _build_rng(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))
