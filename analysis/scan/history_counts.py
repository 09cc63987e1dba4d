"""Counts over all assets of each day and exchange, which the history of the market is made of."""

import polars as pl

from data.tables.history import HISTORY_ORDER
from deviation.question import TOLERANCE
from deviation.side import Side

COUNTED_COLUMNS = ("asset", "group", "venue", "side", "price", "open", "price_count", "gap", "aligned", "missing_min")
"""The columns of `data.tables.scans.SCAN_ROW` that are counted; no price count where the price is not known."""

FAR_REACH = 0.8
"""A way from the first open to the extreme trade of a day that is counted."""


def count_days(rows: pl.DataFrame) -> pl.DataFrame:
    """The counts of each day, group, venue and side over all assets; pure.

    Args:
        rows: ``day``, ``family`` and `COUNTED_COLUMNS`.

    Returns:
        The columns of `data.tables.history.HISTORY_ROW` up to ``sure_most_asset``, sorted; a venue without a known gap
        has no row.
    """
    sign = pl.when(pl.col("side") == Side.BELOW.value).then(Side.BELOW.sign).otherwise(Side.ABOVE.sign)
    beyond = {name: (pl.col(name) * sign).clip(lower_bound=0) for name in ("gap", "aligned")}
    reach = (pl.col("price") / pl.col("open") - 1) * sign
    is_known = pl.col("gap").is_not_null()
    lacks_own, lacks_others = pl.col("missing_min") > 0, pl.col("others_missing") > 0
    rows = rows.sort("asset").with_columns(_count_missing_of_others())
    # A gap that is known can only be larger by minutes of its own; without one any price of another may give one.
    counted = rows.with_columns(
        **{f"{name}_beyond": expression for name, expression in beyond.items()},
        reach=reach,
        is_incomplete=lacks_own | (~is_known & pl.col("price").is_not_null() & lacks_others),
        sure_beyond=pl.when(~lacks_others).then(beyond["gap"]),
    )
    keys = ("day", "group", "venue", "side")
    open_counts = counted.group_by(keys).agg(_count(pl.col("is_incomplete")).alias("incomplete"))
    side_gap = pl.col("gap") * sign
    counts = (
        counted.filter(is_known)
        .group_by(keys)
        .agg(
            _count(pl.col("gap").is_not_null()).alias("assets"),
            _count(side_gap > TOLERANCE).alias("first"),
            _count(side_gap.abs() <= TOLERANCE).alias("tied"),
            (1 / pl.col("price_count")).sum().alias("even_share"),
            *_describe("gap"),
            _count(pl.col("aligned").is_not_null()).alias("aligned_n"),
            *_describe("aligned"),
            pl.col("reach").mean().alias("reach_mean"),
            _count(pl.col("reach") >= FAR_REACH - TOLERANCE).alias("reach_80"),
            *_describe_most("sure"),
        )
    )
    signed_names = ("gap_99", "gap_most", "aligned_99", "aligned_most", "reach_mean", "sure_most")
    signed = [(pl.col(name) * sign) for name in signed_names]
    return counts.with_columns(signed).join(open_counts, on=keys).sort(HISTORY_ORDER)


def _count_missing_of_others() -> pl.Expr:
    """How many markets of other families of an asset lack minutes, ``others_missing``."""
    lacks = (pl.col("missing_min") > 0).cast(pl.Int64)
    market = ("day", "asset", "group", "side")
    return (lacks.sum().over(*market) - lacks.sum().over(*market, "family")).alias("others_missing")


def _describe(name: str) -> list[pl.Expr]:
    """The 99th percentile, the most, and the first asset with the most, of ``NAME_beyond``."""
    return [pl.col(f"{name}_beyond").quantile(0.99, "linear").alias(f"{name}_99"), *_describe_most(name)]


def _describe_most(name: str) -> list[pl.Expr]:
    """The most and the first asset with it, of ``NAME_beyond``."""
    beyond = pl.col(f"{name}_beyond")
    is_most = (beyond == beyond.max()) & (beyond > 0)
    return [
        beyond.max().alias(f"{name}_most"),
        pl.col("asset").filter(is_most).first().alias(f"{name}_most_asset"),
    ]


def _count(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False).sum().cast(pl.Int64)
