"""Looks for candles that are unlikely to be made of trades, whatever other sources say."""

from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from data.schema import TIME, Timeframe

MIN_IDENTICAL_BARS = 5
"""From this many bars on, a run of candles with the same prices and the same volume is listed."""

SOURCE_COLUMNS = ("venue", "symbol", "origin", "route")


class CheckKind(StrEnum):
    """What is unusual about a run of candles."""

    PRICE_WITHOUT_VOLUME = "price-without-volume"
    OUTSIDE_RANGE = "outside-range"
    IDENTICAL = "identical"


FINDING_SCHEMA: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "timeframe": pl.String(),
    "check": pl.String(),
    "start": TIME,
    "end": TIME,
    "bars": pl.Int64(),
    "others": pl.Int64(),
    "origin": pl.String(),
    "source": pl.String(),
}
"""A run of consecutive bars ``[start, end)`` of one market and source with the same `CheckKind`.

``others`` is the number of other venues whose price moved in the run, null for checks that do not depend on them.
"""


def list_findings(latest: pl.DataFrame, timeframe: Timeframe) -> pl.DataFrame:
    """The unusual runs of candles.

    - Price without volume: the volume is 0, and open, high, low and close are not one price.
    - Outside range: the high is below open or close, or the low above one of them.
    - Identical: at least `MIN_IDENTICAL_BARS` bars with volume have the same five values, while the price of another
      venue moved.

    Args:
        latest: columns of `data.schema.FETCHED_CANDLE` and ``route``, of one asset, each bar once per origin and route.
        timeframe: the length of the bars.

    Returns:
        A frame of `FINDING_SCHEMA`, unsorted.
    """
    rows = latest.sort(*SOURCE_COLUMNS, "open_time")
    top, bottom = pl.max_horizontal("open", "close"), pl.min_horizontal("open", "close")
    has_volume = pl.col("volume") > 0
    is_finite = pl.all_horizontal(pl.col("open", "high", "low", "close").is_finite())
    flags = {
        CheckKind.PRICE_WITHOUT_VOLUME: ~has_volume & is_finite & (pl.col("high") != pl.col("low")),
        CheckKind.OUTSIDE_RANGE: is_finite & ((pl.col("high") < top) | (pl.col("low") > bottom)),
    }
    runs = [
        _list_runs(rows.filter(flag), timeframe).with_columns(
            check=pl.lit(kind.value), others=pl.lit(None, dtype=pl.Int64)
        )
        for kind, flag in flags.items()
    ]
    identical = _list_runs(rows.filter(has_volume), timeframe, ("open", "high", "low", "close", "volume")).filter(
        pl.col("bars") >= MIN_IDENTICAL_BARS
    )
    others = [_count_moving_venues(rows, *run) for run in identical.select("venue", "start", "end").iter_rows()]
    runs.append(
        identical.with_columns(
            check=pl.lit(CheckKind.IDENTICAL.value), others=pl.Series(others, dtype=pl.Int64)
        ).filter(pl.col("others") > 0)
    )
    return pl.concat(runs, how="diagonal").with_columns(timeframe=pl.lit(timeframe.value)).select(*FINDING_SCHEMA)


def _list_runs(rows: pl.DataFrame, timeframe: Timeframe, equal: tuple[str, ...] = ()) -> pl.DataFrame:
    """Runs of bars that follow each other without a gap, with equal values in the given columns.

    Args:
        rows: sorted by `SOURCE_COLUMNS` and open time.
        timeframe: the length of the bars.
        equal: columns whose values do not change in a run.
    """
    bar = timedelta(seconds=timeframe.seconds)
    same = [pl.col(name) == pl.col(name).shift(1) for name in (*SOURCE_COLUMNS, *equal)]
    follows = pl.all_horizontal(*same, pl.col("open_time") - pl.col("open_time").shift(1) == bar)
    return (
        rows.with_columns(run=(~follows.fill_null(value=False)).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("venue", "symbol", "origin").first(),
            pl.col("route").first().alias("source"),
            pl.col("open_time").first().alias("start"),
            (pl.col("open_time").last() + bar).alias("end"),
            pl.len().cast(pl.Int64).alias("bars"),
        )
        .drop("run")
    )


def _count_moving_venues(rows: pl.DataFrame, venue: str, start: datetime, end: datetime) -> int:
    """The number of other venues with trades at more than one closing price in the run."""
    others = rows.filter(
        pl.col("venue") != venue, pl.col("open_time") >= start, pl.col("open_time") < end, pl.col("volume") > 0
    )
    moves = others.group_by("venue", "symbol", "origin", "route").agg(pl.col("close").n_unique().alias("prices"))
    return moves.filter(pl.col("prices") > 1)["venue"].n_unique()
