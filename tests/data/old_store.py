"""Stores as they were first made: candles partitioned by asset and day."""

from pathlib import Path

import polars as pl
from deltalake import DeltaTable, Schema

from data.schema import STORED_CANDLE
from data.store import CandleStore


def create_old_store(folder: Path) -> CandleStore:
    """A store whose table of minutes is by day; without a candle."""
    schema = Schema.from_arrow(pl.Schema(STORED_CANDLE))
    indexed = {"delta.dataSkippingStatsColumns": "venue,symbol,open_time"}
    DeltaTable.create(str(folder / "candles"), schema, partition_by=["asset", "day"], configuration=indexed)
    return CandleStore(str(folder))
