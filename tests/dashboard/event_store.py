"""A store in memory with the replayed markets of the library's events."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache

import polars as pl

from data.schema import CANDLE, CANDLE_DEFAULTS
from tests.collectors import event_markets
from tests.collectors.event_markets import Markets
from tests.collectors.replay_setup import EPOCH
from tests.dashboard.memory_store import MemoryStore

BUILDERS: Mapping[str, Callable[[], Markets]] = {
    "2019-05-17": event_markets.build_bitstamp_2019,
    "2021-02-22": event_markets.build_kraken_2021,
    "2021-10-21": event_markets.build_binanceus_2021,
    "2023-06-21": event_markets.build_binanceus_2023,
    "2024-01-03": event_markets.build_usdc_2024,
    "2025-12-24": event_markets.build_usd1_2025,
    "2026-02-06": event_markets.build_bithumb_2026,
}
"""The markets of each event by its id."""


@cache
def build_event_candles(*events: str) -> pl.DataFrame:
    """The candles of some events, by default of all of them: a frame of `data.schema.CANDLE`."""
    rows = [
        (venue, symbol, EPOCH + timedelta(milliseconds=bar.open_ms), *bar[1:])
        for event in events or BUILDERS
        for venue, markets in BUILDERS[event]().items()
        for symbol, bars in markets.items()
        for bar in bars
    ]
    columns = ("venue", "symbol", "open_time", "open", "high", "low", "close", "volume")
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    frame = frame.with_columns(pl.lit(value).alias(name) for name, value in CANDLE_DEFAULTS.items())
    return frame.select(pl.col(name).cast(dtype) for name, dtype in CANDLE.items())


def build_event_store(*events: str) -> MemoryStore:
    """A store with these events, by default with all."""
    return MemoryStore(build_event_candles(*events))
