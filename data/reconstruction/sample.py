"""The sample: the reconstruction of the event, stored so that a first run has data to show."""

from datetime import datetime

import polars as pl

from data.files.import_file import COVERED_SPAN
from data.files.import_many import build_complete_coverage
from data.reconstruction.candles import reconstruct_candles
from data.schema import Evidence, Origin
from data.store import CandleStore

SAMPLE_SOURCE = "reconstruction of 2025-10-10"
"""The source of the rows of the sample."""


def ensure_sample(store: CandleStore, now: datetime) -> bool:
    """Write the reconstruction to the store if it has none.

    Args:
        store: the store to write to.
        now: aware; becomes ``fetched_at`` of the rows.

    Returns:
        Whether it was written.

    Raises:
        StoreBusy: other writers went ahead every time.
        StoreUnusable: the store cannot be read or written.
    """
    if store.has_candles(Evidence.RECONSTRUCTION):
        return False
    candles = reconstruct_candles()
    time = pl.col("open_time")
    span = candles.select(time.min().alias("start"), time.max().dt.offset_by("1m").alias("end"))
    markets = candles.select("venue", "symbol", "timeframe").unique().sort("venue", "symbol")
    spans = markets.join(span, how="cross").select(*COVERED_SPAN)
    with store.write_as_one():
        # Coverage before candles: if the process ends in between, the next run finds no candles and writes both.
        store.coverage.write(
            build_complete_coverage(spans, origin=Origin.RECONSTRUCTION, source=SAMPLE_SOURCE, asked_at=now)
        )
        store.write_candles(candles, source=SAMPLE_SOURCE, fetched_at=now)
    return True
