"""Counts over all assets of each day and exchange, which the history of the market is made of."""

import polars as pl

from data.tables.history import HISTORY_ORDER
from deviation.question import TOLERANCE
from deviation.side import Side

COUNTED_COLUMNS = ("asset", "group", "venue", "side", "price", "open", "price_count", "gap", "aligned")
"""The columns of `data.tables.scans.SCAN_ROW` that are counted."""

FAR_REACH = 0.8
"""A way from the first open to the extreme trade of a day that is counted."""


def count_days(rows: pl.DataFrame) -> pl.DataFrame:
    """The counts of each day, group, venue and side over all assets; pure.

    Args:
        rows: ``day`` and `COUNTED_COLUMNS`.

    Returns:
        The columns of `data.tables.history.HISTORY_ROW` up to ``reach_80``, sorted.
    """
    sign = pl.when(pl.col("side") == Side.BELOW.value).then(Side.BELOW.sign).otherwise(Side.ABOVE.sign)
    beyond = {name: (pl.col(name) * sign).clip(lower_bound=0) for name in ("gap", "aligned")}
    reach = (pl.col("price") / pl.col("open") - 1) * sign
    known = rows.sort("asset").filter(pl.col("gap").is_not_null())
    counted = known.with_columns(**{f"{name}_beyond": expression for name, expression in beyond.items()}, reach=reach)
    side_gap = pl.col("gap") * sign
    counts = counted.group_by("day", "group", "venue", "side").agg(
        _count(pl.col("gap").is_not_null()).alias("assets"),
        _count(side_gap > TOLERANCE).alias("first"),
        _count(side_gap.abs() <= TOLERANCE).alias("tied"),
        (1 / pl.col("price_count")).sum().alias("even_share"),
        *_describe("gap"),
        _count(pl.col("aligned").is_not_null()).alias("aligned_n"),
        *_describe("aligned"),
        pl.col("reach").mean().alias("reach_mean"),
        _count(pl.col("reach") >= FAR_REACH - TOLERANCE).alias("reach_80"),
    )
    signed = [(pl.col(name) * sign) for name in ("gap_99", "gap_most", "aligned_99", "aligned_most", "reach_mean")]
    return counts.with_columns(signed).sort(HISTORY_ORDER)


def _describe(name: str) -> list[pl.Expr]:
    """The 99th percentile, the most, and the first asset with the most, of ``NAME_beyond``."""
    beyond = pl.col(f"{name}_beyond")
    is_most = (beyond == beyond.max()) & (beyond > 0)
    return [
        beyond.quantile(0.99, "linear").alias(f"{name}_99"),
        beyond.max().alias(f"{name}_most"),
        pl.col("asset").filter(is_most).first().alias(f"{name}_most_asset"),
    ]


def _count(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False).sum().cast(pl.Int64)
