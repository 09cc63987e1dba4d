"""Sorts the rows of a file and finds out whether a bar is there twice, without comparing all rows of usual files."""

import polars as pl

from data.delta.deduplicate import find_runs, sort_runs
from data.schema import CANDLE

BAR_ORDER = ("venue", "symbol", "open_time", "price", "timeframe")
"""The columns by which candles of a file are sorted. In a file each candle has values of its own in them."""

MIN_ROWS_PER_RUN = 100
"""Rows are taken run by run if a run has at least so many on average."""


def sort_distinct_bars(rows: pl.DataFrame) -> pl.DataFrame | None:
    """The candles sorted by `BAR_ORDER`; None if two rows are of one bar, with the same or other values.

    Args:
        rows: columns of `data.schema.CANDLE` and others, without nulls in those.
    """
    candles = rows.select(*CANDLE)
    if all(candles[name].n_unique() == 1 for name in ("price", "timeframe")) and _has_long_runs(candles):
        # Most files have one market after the other, each in the order of time.
        runs = find_runs(candles)
        if not runs["overlaps"].any():
            return sort_runs(candles, runs)
    texts = [name for name in BAR_ORDER if candles.schema[name] == pl.String()]
    as_enums = (pl.col(name).cast(pl.Enum(candles[name].unique().sort())) for name in texts)
    ordered = candles.with_columns(*as_enums).sort(BAR_ORDER)
    is_repeated = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in BAR_ORDER)
    if ordered.select(is_repeated.any()).item():
        return None
    return ordered.cast(dict.fromkeys(texts, pl.String()))


def _has_long_runs(candles: pl.DataFrame) -> bool:
    """Whether few rows are of another market than the row before, or earlier than it."""
    is_other = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in ("venue", "symbol"))
    is_earlier = pl.col("open_time") <= pl.col("open_time").shift(1)
    starts = candles.select((is_other | is_earlier).sum()).item() + 1
    return int(starts) * MIN_ROWS_PER_RUN <= len(candles)
