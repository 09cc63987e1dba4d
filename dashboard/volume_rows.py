"""Reported volume against depth as rows: every spot market of every asset, with its ranks in both."""

from collections.abc import Sequence

import polars as pl

from dashboard.depth_rows import DEPTH, depth_rows
from deviation.result import Measurement

RANK = "volume_rank"

VOLUME: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "volume_usd_before": pl.Float64(),
    RANK: pl.Int64(),
    "depth": pl.Float64(),
    "depth_at": DEPTH["depth_at"],
    "firm_min": pl.Float64(),
    "deepest": pl.String(),
    "not_ranked_why": pl.String(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per asset and spot market, in the order of `dashboard.depth_rows.DEPTH`, whose columns mean the same here.

``volume_usd_before`` is what the market reported as traded in the 24 h before the window, in dollars; 0 where no candle
of then is held. ``volume_rank`` is its place by that among the ranked markets of the asset and group, 1 being the
busiest, equal ones in the order of the rows; null without volume, without a rank in depth, and on the reconstruction.
"""


def volume_rows(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """Every spot market of several assets; frame of `VOLUME`."""
    spot = pl.Series([row.spot for measurement in measurements for row in measurement.rows], dtype=pl.Boolean)
    volume = pl.col("volume_usd_before")
    contends = pl.col("deepest").is_not_null() & pl.col("not_ranked_why").is_null() & (volume > 0)
    by_volume = pl.when(contends).then(volume).rank("ordinal", descending=True).over("asset", "group")
    return depth_rows(measurements).filter(spot).with_columns(by_volume.cast(pl.Int64).alias(RANK)).select(*VOLUME)
