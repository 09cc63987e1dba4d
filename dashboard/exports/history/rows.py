"""The days of one exchange as rows, beside the range of all others."""

import polars as pl

from data.tables.history import HISTORY_ROW
from deviation.side import Side

DAY_KEY = ("day", "group", "side")

OTHERS: dict[str, pl.DataType] = {
    "others": pl.Int64(),
    "others_share_least": pl.Float64(),
    "others_share_most": pl.Float64(),
    "others_gap_99_least": pl.Float64(),
    "others_gap_99_most": pl.Float64(),
    "others_aligned_99_least": pl.Float64(),
    "others_aligned_99_most": pl.Float64(),
}

HISTORY_FILE_ROW = HISTORY_ROW | OTHERS
"""`HISTORY_ROW` of one exchange, and of all others with an asset on the same day, quote and side: how many there are,
the share of assets on which each had the most extreme trade, and the 99th percentiles of their gaps. ``least`` and
``most`` are by size, signs as those of the exchange; null where none has the number.
"""


def build_history_rows(rows: pl.DataFrame, venue: str) -> pl.DataFrame:
    """Every day, quote and side of an exchange, in this order; a frame of `HISTORY_FILE_ROW`.

    Args:
        rows: frame of `HISTORY_ROW` of all exchanges.
        venue: the exchange.
    """
    others = (
        rows.filter(pl.col("venue") != venue, pl.col("assets") > 0)
        .with_columns(share=pl.col("first") / pl.col("assets"))
        .group_by(DAY_KEY)
        .agg(
            pl.len().cast(pl.Int64).alias("others"),
            pl.col("share").min().alias("others_share_least"),
            pl.col("share").max().alias("others_share_most"),
            *(expression for name in ("gap_99", "aligned_99") for expression in _find_extremes(name)),
        )
    )
    own = rows.filter(venue=venue).join(others, on=DAY_KEY, how="left")
    return own.with_columns(pl.col("others").fill_null(0)).sort(DAY_KEY).select(*HISTORY_FILE_ROW)


def name_days(rows: pl.DataFrame) -> tuple[str, str]:
    """The first and the last day of at least one row, as ISO dates."""
    days = rows["day"].unique().sort()
    return days[0].isoformat(), days[-1].isoformat()


def _find_extremes(name: str) -> tuple[pl.Expr, pl.Expr]:
    """The least and the most by size; below, sizes are negative."""
    is_below = pl.col("side").first() == Side.BELOW.value
    nearest, furthest = (
        pl.when(is_below).then(below).otherwise(above)
        for below, above in (
            (pl.col(name).max(), pl.col(name).min()),
            (pl.col(name).min(), pl.col(name).max()),
        )
    )
    return nearest.alias(f"others_{name}_least"), furthest.alias(f"others_{name}_most")
