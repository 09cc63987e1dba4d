"""Candles made by hand for the window ``crash`` of 10 October 2025, in a store on the disk."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from data.catalogue import load_catalogue
from data.schema import CANDLE, Origin, Outcome
from data.store import CandleStore
from evidence.claims.facts import ClaimFacts

EVENT = "2025-10-10"

START = datetime(2025, 10, 10, 21, 10, tzinfo=UTC)
"""The start of the window; a minute in these tests is counted from it."""

LENGTH = 30
"""Minutes of the window."""

BEFORE = 60
"""Minutes of candles before it."""

LATER = datetime(2025, 12, 1, tzinfo=UTC)
"""When the candles were fetched."""


def minute(position: int) -> datetime:
    """The open time of a minute of the window."""
    return START + timedelta(minutes=position)


def build_candles(
    venue: str,
    symbol: str,
    closes: Mapping[int, float],
    *,
    price: float = 100.0,
    lows: Mapping[int, float] | None = None,
    highs: Mapping[int, float] | None = None,
    absent: tuple[int, ...] = (),
    quiet: tuple[int, ...] = (),
    volume: float = 1000.0,
    kind: str = "trade",
    origin: Origin = Origin.IMPORTED,
) -> pl.DataFrame:
    """A market at ``price`` from an hour before the window on, but for the closes, lows and highs given by minute.

    A close holds for its own minute. Minutes of ``absent`` have no candle, those of ``quiet`` one without volume.
    """
    rows = []
    for position in range(-BEFORE, LENGTH):
        if position in absent:
            continue
        close = closes.get(position, price)
        low, high = (lows or {}).get(position, close), (highs or {}).get(position, close)
        traded = 0.0 if position in quiet else volume
        rows.append((venue, symbol, minute(position), close, max(high, close), min(low, close), close, traded))
    names = ("venue", "symbol", "open_time", "open", "high", "low", "close", "volume")
    frame = pl.DataFrame(rows, schema={name: CANDLE[name] for name in names}, orient="row")
    return frame.with_columns(timeframe=pl.lit("1m"), price=pl.lit(kind), origin=pl.lit(origin.value)).select(*CANDLE)


def build_facts(store: CandleStore, *markets: pl.DataFrame) -> ClaimFacts:
    """What a store with these markets says."""
    if markets:
        store.write_candles(pl.concat(markets), source="hand.csv", fetched_at=LATER)
    return ClaimFacts(store, load_catalogue(), EVENT)


def build_coverage(venue: str, symbol: str, asked_at: datetime) -> dict[str, Any]:
    """A request for the whole window that was answered."""
    return {
        "venue": venue,
        "symbol": symbol,
        "start": START,
        "end": START + timedelta(minutes=LENGTH),
        "outcome": Outcome.COMPLETE.value,
        "message": "",
        "asked_at": asked_at,
        "origin": Origin.OHLCV.value,
        "source": "api.example.org",
        "price": "trade",
        "timeframe": "1m",
    }
