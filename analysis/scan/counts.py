"""Counts over all assets of a scan for each exchange, which every summary and table is made from."""

import polars as pl

from deviation.question import TOLERANCE, Group
from deviation.ranks import RankWord
from deviation.side import Side

GAP_PCT = (1, 5, 10, 20, 50)
"""Sizes of gaps that are counted, in per cent."""

GAP_KINDS = ("gap", "aligned", "gap_five", "aligned_five")
"""The gaps that are counted: of whatever minute and in the same one, to all others and to the five of the report."""

UNRANKED = (RankWord.NOT_RANKED.value, RankWord.NO_DATA.value)


def count_by_venue(rows: pl.DataFrame, group: Group, side: Side) -> pl.DataFrame:
    """Count the assets of each day and exchange; pure.

    Args:
        rows: frame of `data.tables.scans.SCAN_ROW`.
        group: the quote.
        side: lowest trades (below) or highest ones.

    Returns:
        A row for each ``days_before`` and ``venue``, sorted, with

        - ``assets``: those with a price of it and of another family; ``first`` of them where it has the most extreme
          trade alone, ``tied`` where others share it; ``even_share``: the sum of 1/N, N families having a price;
        - for each of `GAP_KINDS`: ``KIND_n``, the assets in which it is known, and ``KIND_X`` for each X of `GAP_PCT`,
          those in which it is at least X% on the side;
        - ``five_first``, ``five_tied``, ``five_even_share``: as ``first``, ``tied`` and ``even_share``, against the
          five alone, over the ``gap_five_n`` assets with a price of one of them;
        - ``ranked``, ``largest``, ``longest``: ranked assets, and those where it strayed furthest and longest;
          ``rank_share``: the sum of 1/N over them, N being the ranked exchanges.
    """
    signed = [(pl.col(kind) * side.sign).alias(kind) for kind in GAP_KINDS]
    selected = rows.filter(pl.col("group") == group, pl.col("side") == side.value).with_columns(signed)
    is_known = pl.col("gap").is_not_null()
    is_ranked = ~pl.col("size_rank").is_in(UNRANKED)
    return (
        selected.group_by("days_before", "venue")
        .agg(
            _count(is_known).alias("assets"),
            _count(pl.col("gap") > TOLERANCE).alias("first"),
            _count(pl.col("gap").abs() <= TOLERANCE).alias("tied"),
            (1 / pl.col("price_count")).filter(is_known).sum().alias("even_share"),
            *(_count(pl.col(kind).is_not_null()).alias(f"{kind}_n") for kind in GAP_KINDS),
            *(
                _count(pl.col(kind) >= pct / 100 - TOLERANCE).alias(f"{kind}_{pct}")
                for kind in GAP_KINDS
                for pct in GAP_PCT
            ),
            _count(pl.col("gap_five") > TOLERANCE).alias("five_first"),
            _count(pl.col("gap_five").abs() <= TOLERANCE).alias("five_tied"),
            (1 / (pl.col("five_count") + 1)).filter(pl.col("gap_five").is_not_null()).sum().alias("five_even_share"),
            _count(is_ranked).alias("ranked"),
            _count(is_ranked & (pl.col("size_rank") == RankWord.LARGEST.value)).alias("largest"),
            _count(is_ranked & (pl.col("length_rank") == RankWord.LONGEST.value)).alias("longest"),
            (1 / pl.col("rank_count")).filter(is_ranked).sum().alias("rank_share"),
        )
        .sort("days_before", "venue")
    )


def _count(condition: pl.Expr) -> pl.Expr:
    """How often a condition holds; where it is null it does not."""
    return condition.fill_null(value=False).sum().cast(pl.Int64)
