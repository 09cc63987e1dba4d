"""How long store to results takes, as a ratio over the store's own bare read of the same candles.

``python -m bench.measure [DAYS]``: five assets on twelve venues in a temporary store; the median of seven paired runs.
"""

import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from dashboard.ask import answer, ask
from data.catalogue import load_catalogue
from data.schema import CANDLE, CANDLE_DEFAULTS
from data.store import CandleStore

START = datetime(2025, 10, 1, tzinfo=UTC)
ASSETS = ("ATOM", "DOGE", "XRP", "SOL", "BTC")
VENUES = {
    "USDT": ("binance", "okx", "bybit", "bitget", "gate", "kucoin"),
    "USD": ("coinbaseexchange", "kraken", "gemini", "bitstamp", "bitfinex", "cryptocom"),
}
RUNS = 7


def market(venue: str, symbol: str, minutes: int) -> pl.DataFrame:
    """A random walk of one-minute candles, the same in every run."""
    rng = np.random.default_rng(zlib.crc32(f"{venue} {symbol}".encode()))
    close = 100 * np.exp(np.cumsum(rng.normal(0, 1e-4, minutes)))
    last = START + timedelta(minutes=minutes - 1)
    values = {
        "open_time": pl.datetime_range(START, last, "1m", time_unit="ms", time_zone="UTC", eager=True),
        "open": close,
        "high": close * 1.0005,
        "low": close * 0.9995,
        "close": close,
        "volume": rng.uniform(10, 1000, minutes),
    }
    named = {"venue": venue, "symbol": symbol, **CANDLE_DEFAULTS}
    return pl.DataFrame(values).with_columns(pl.lit(value).alias(name) for name, value in named.items()).select(*CANDLE)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bench(days: int) -> None:
    """Fill a store, then time reading alone and measuring in turn."""
    minutes = 1440 * (days + 1)
    start, end = START + timedelta(days=1), START + timedelta(days=days + 1)
    with tempfile.TemporaryDirectory() as folder:
        store = CandleStore(folder)
        for asset in ASSETS:
            markets = [
                market(venue, f"{asset}/{quote}", minutes) for quote, venues in VENUES.items() for venue in venues
            ]
            store.write_candles(pl.concat(markets), source="bench", fetched_at=end)
        questions = [ask(load_catalogue(), asset, start, end) for asset in ASSETS]

        def read() -> None:
            for question in questions:
                store.candles(question.assets, *question.needs)

        def measured() -> None:
            for question in questions:
                answer(store, question)

        seconds(read)  # warm
        seconds(measured)
        pairs = [(seconds(read), seconds(measured)) for _ in range(RUNS)]
    reading, measuring = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(whole / bare for bare, whole in pairs)
    rows = len(ASSETS) * 12 * minutes
    print(f"{rows:,} rows, {days} days: read {reading:.3f} s, store to results {measuring:.3f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    bench(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
