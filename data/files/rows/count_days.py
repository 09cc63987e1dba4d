"""Counts the days of candles, each of which costs the store a file of its own, however few rows it has."""

from pathlib import Path

import polars as pl

from data.files.formats.limits import Limits
from data.files.formats.raw_table import build_refusal

ROWS_PER_DAY = 200
"""With so many rows a day on average, days cost no more than their rows do."""


def refuse_many_days(path: Path, candles: pl.DataFrame, limits: Limits) -> None:
    """Raise an error for many days of few candles each.

    Args:
        path: the file.
        candles: ``symbol`` and ``open_time``.
        limits: the limits of the file.

    Raises:
        FileRefused: there are such days.
    """
    asset = pl.col("symbol").str.split("/").list.first()
    days = candles.select(pl.struct(asset, pl.col("open_time").dt.date()).n_unique()).item() if len(candles) else 0
    if days > limits.asset_days and len(candles) < days * ROWS_PER_DAY:
        reason = (
            f"has {len(candles):,} candles on {days:,} days; of so few a day, {limits.asset_days:,} days are imported "
            "at a time, as the store makes a file of each: split it"
        )
        raise build_refusal(path, reason)
