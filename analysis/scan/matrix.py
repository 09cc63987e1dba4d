"""All exchanges of a scan under the same test: the counts of each, and one number of each on every asset."""

import polars as pl

from analysis.scan.counts import count_by_venue
from data.tables.scans import MarketScan
from deviation.question import USDT, Group
from deviation.side import Side


def count_exchanges(scan: MarketScan, group: Group = USDT, side: Side = Side.BELOW) -> pl.DataFrame:
    """The counts of every exchange over the window itself: rows of `count_by_venue`, the most often lowest first."""
    counts = count_by_venue(scan.rows.filter(pl.col("days_before") == 0), group, side)
    return counts.drop("days_before").sort("first", "venue", descending=[True, False])


def build_matrix(scan: MarketScan, column: str = "gap", group: Group = USDT, side: Side = Side.BELOW) -> pl.DataFrame:
    """One number of every exchange on every asset of the window, with a column for each exchange.

    Args:
        scan: what was measured.
        column: of `data.tables.scans.SCAN_ROW`, such as ``gap``, ``aligned``, ``deviation`` or ``size_rank``.
        group: the quote.
        side: lowest trades (below) or highest ones.

    Returns:
        ``asset``, sorted, and a column named by the id of each exchange, sorted; null where it has no such market.
    """
    rows = scan.rows.filter(pl.col("days_before") == 0, pl.col("group") == group, pl.col("side") == side.value)
    venues = rows["venue"].unique().sort().to_list()
    return rows.pivot("venue", index="asset", values=column).select("asset", *venues).sort("asset")


def count_cross(scan: MarketScan) -> pl.DataFrame:
    """The exchanges of each quote against those of another one, over all assets (docs/method.md, section 7, `cross`).

    Returns:
        A row for each ``group``, ``against`` and ``side``, sorted: ``assets`` that have any such exchange, those on
        which ``all`` of them and on which only ``some`` strayed by the threshold, and over these assets the ``median``
        of the deviation that all reach, and the ``most`` of any.
    """
    compared = scan.cross.filter(pl.col("n") > 0)
    reaching, count = pl.col("reaching"), pl.col("n")
    sign = pl.when(pl.col("side") == Side.BELOW.value).then(-1.0).otherwise(1.0)
    return (
        compared.group_by("group", "against", "side")
        .agg(
            pl.len().cast(pl.Int64).alias("assets"),
            (reaching == count).sum().cast(pl.Int64).alias("all"),
            ((reaching > 0) & (reaching < count)).sum().cast(pl.Int64).alias("some"),
            pl.col("least").median().alias("median"),
            ((pl.col("most") * sign).max() * sign.first()).alias("most"),
        )
        .sort("group", "against", "side")
    )
