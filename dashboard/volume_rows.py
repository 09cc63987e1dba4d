"""Reported volume against depth as rows: every spot market of every asset, with its ranks in both."""

from collections.abc import Sequence

import polars as pl

from dashboard.depth_rows import DEPTH_SCHEMA, build_depth_rows
from deviation.result import Measurement

RANK_COLUMN = "volume_rank"

VOLUME_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "volume_usd_before": pl.Float64(),
    RANK_COLUMN: pl.Int64(),
    "depth": pl.Float64(),
    "depth_at": DEPTH_SCHEMA["depth_at"],
    "firm_min": pl.Float64(),
    "deepest": pl.String(),
    "not_ranked_why": pl.String(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per asset and spot market, in the order of `dashboard.depth_rows.DEPTH_SCHEMA`, whose columns mean the same here.

``volume_usd_before`` is what the market reported as traded in the 24 h before the window, in dollars; 0 where no candle
of then is held. ``volume_rank`` is its place by that among the ranked markets of the asset and group, 1 being the
busiest, equal ones in the order of the rows; null without volume, without a rank in depth, and on the reconstruction.
"""


def build_volume_rows(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """Every spot market of several assets; frame of `VOLUME_SCHEMA`."""
    is_spot = pl.Series([row.is_spot for measurement in measurements for row in measurement.rows], dtype=pl.Boolean)
    volume = pl.col("volume_usd_before")
    is_ranked = pl.col("deepest").is_not_null() & pl.col("not_ranked_why").is_null() & (volume > 0)
    volume_rank = pl.when(is_ranked).then(volume).rank("ordinal", descending=True).over("asset", "group")
    return (
        build_depth_rows(measurements)
        .filter(is_spot)
        .with_columns(volume_rank.cast(pl.Int64).alias(RANK_COLUMN))
        .select(*VOLUME_SCHEMA)
    )
