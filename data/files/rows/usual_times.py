"""Parses times of the most usual form fast, and leaves all others to `data.files.rows.parse_times`."""

from datetime import datetime
from pathlib import Path

import polars as pl

from data.files.rows.parse_times import BAR_LENGTHS_US, is_plausible, parse_times
from data.schema import TIME

USUAL_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
USUAL_LENGTH = 20
"""The characters of a time such as 2025-10-10T21:20:00Z."""


def parse_usual_times(
    path: Path, times: pl.Series, timeframes: pl.Series, zone: str | None = None, now: datetime | None = None
) -> pl.DataFrame:
    """The same as `data.files.rows.parse_times.parse_times`; whole bars in `USUAL_FORMAT` take a tenth of the time.

    A time in another form, or with a fault, is parsed and described there.
    """
    if times.dtype != pl.String:
        return parse_times(path, times, timeframes, zone, now)
    usual_text = pl.when(
        (pl.col("text").str.len_bytes() == USUAL_LENGTH) & ~pl.col("text").str.contains(" ", literal=True)
    ).then("text")
    micros = usual_text.str.to_datetime(USUAL_FORMAT, time_unit="us", strict=False).dt.epoch("us")
    if timeframes.n_unique() == 1:
        bar_us = pl.lit(BAR_LENGTHS_US.get(timeframes[0]), pl.Int64)
    else:
        bar_us = pl.lit(timeframes.replace_strict(BAR_LENGTHS_US, default=None, return_dtype=pl.Int64))
    parsed = times.alias("text").to_frame().select(micros=micros)
    usual = parsed.select(
        open_time=pl.when(is_plausible(pl.col("micros"), now) & (pl.col("micros") % bar_us == 0))
        .then(pl.col("micros") // 1000)
        .cast(TIME),
        why=pl.lit(None, pl.String),
    )
    is_other = usual["open_time"].is_null()
    if not is_other.any():
        return usual
    others = parse_times(path, times.filter(is_other), timeframes.filter(is_other), zone, now)
    row_numbers = is_other.arg_true()
    return usual.with_columns(usual[name].scatter(row_numbers, others[name]) for name in ("open_time", "why"))
