"""Classifies the candles of a batch as new, same or revised, so that nothing stored is overwritten.

A candle is the same, revised or new against the latest stored row of the same series and minute. A series is one
market, timeframe, kind of price, origin and route, and a route is the source without the checksum of a file: an
archive's file that is reissued with other values is a revision, while another file or host never revises.

Of imported files the one imported last counts. So a candle of a file that another file has since contradicted is not
the same as before, though its own series has these values: it is stored again, as a revision.
"""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from data.schema import FETCHED_CANDLE, STORED_CANDLE, TIME, WRITE_COUNTS, Origin, Timeframe

NAME_COLUMNS = ("venue", "symbol", "timeframe", "price", "origin", "source")
"""The text columns that identify a candle's series and source. They rarely change from row to row."""

VALUE_COLUMNS = ("open", "high", "low", "close", "volume")
"""The columns whose change makes a revision."""

MARKET_COLUMNS = ("venue", "symbol", "price", "timeframe")

LENGTHS_MS = {timeframe.value: timeframe.ms for timeframe in Timeframe}

CHECKSUM = " sha256:"
"""Separates the name of a file from its checksum in the source of an archive's candle."""

ROUTE = pl.col("source").str.split(CHECKSUM).list.first()
"""The source without a checksum."""

FILE_ORIGINS = (Origin.IMPORTED.value, Origin.RECONSTRUCTION.value)
"""The origins of candles of imported files."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """How many candles of a batch were new, the same as the latest stored, or stored as a revision of it."""

    new: int = 0
    same: int = 0
    revised: int = 0

    def __add__(self, other: "WriteReport") -> "WriteReport":
        return WriteReport(self.new + other.new, self.same + other.same, self.revised + other.revised)


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """Checked candles and their series.

    ``rows`` has the columns of `data.schema.STORED_CANDLE` and ``series``, a number, sorted by asset, month, series
    and open time, each series and minute once. ``series`` has a row for each number: `NAME_COLUMNS`, asset, route and
    number; sources of one route share the number.
    """

    rows: pl.DataFrame
    series: pl.DataFrame


def check_batch(fetched: pl.DataFrame) -> CheckedBatch:
    """Candles as rows of the store.

    Args:
        fetched: columns and dtypes of `data.schema.FETCHED_CANDLE`, in any order.

    Returns:
        The batch; exact duplicates are dropped, the one fetched first is left.

    Raises:
        ValueError: other columns or dtypes, nulls, unknown origins or timeframes, open times inside a bar, or one
            candle twice with different values; a bug of the caller.
    """
    if dict(fetched.schema) != FETCHED_CANDLE:
        message = f"these are no candles: {dict(fetched.schema)} instead of {FETCHED_CANDLE}"
        raise ValueError(message)
    if fetched.null_count().sum_horizontal().item():
        message = "these candles cannot be stored: a value is null"
        raise ValueError(message)
    run, names = _find_runs(fetched)
    series = _number_series(names.unique(maintain_order=True))
    asset_no = pl.col("asset").rank("dense").alias("asset_no")
    per_run = names.join(series.with_columns(asset_no), on=NAME_COLUMNS, how="left", maintain_order="left")
    placed_rows = fetched.with_columns(
        *(per_run[name].gather(run) for name in ("asset", "series", "asset_no")), day=pl.col("open_time").dt.date()
    )
    month = pl.col("day").dt.month_start()
    rows = placed_rows.sort("asset_no", month, "series", "open_time", "fetched_at").select(*STORED_CANDLE, "series")
    is_duplicate = _equals_previous("series", "open_time")
    faults = rows.select(
        (~pl.col("origin").is_in([origin.value for origin in Origin])).any().alias("an origin is unknown"),
        (is_duplicate & ~_equals_previous(*VALUE_COLUMNS))
        .any()
        .alias("one candle is there twice with different values"),
    )
    messages = [name for name, is_so in faults.row(0, named=True).items() if is_so] if len(rows) else []
    messages += _check_open_times(fetched["open_time"], run, names["timeframe"])
    if messages:
        message = f"these candles cannot be stored: {'; '.join(messages)}"
        raise ValueError(message)
    return CheckedBatch(rows.filter(~is_duplicate), series)


def _check_open_times(times: pl.Series, run: pl.Series, timeframes: pl.Series) -> list[str]:
    """Faults of the open times: each has to be a multiple of its candle's length.

    Args:
        times: a row for each candle.
        run: for each candle the number of its run.
        timeframes: of each run.
    """
    bar_ms = timeframes.replace_strict(LENGTHS_MS, default=None, return_dtype=pl.Int64)
    if bar_ms.null_count():
        return ["a timeframe is unknown"]
    row_bar_ms = bar_ms.gather(run) if bar_ms.n_unique() > 1 else bar_ms.max()
    return ["an open time lies inside its bar"] if len(times) and (times.dt.epoch("ms") % row_bar_ms != 0).any() else []


def classify_rows(rows: pl.DataFrame, series: pl.DataFrame, stored: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of a batch that have to be stored, and the counts of new, same and revised rows.

    A row whose ``fetched_at`` is not later than that of the row it revises or contradicts (the clock was set back, or
    two writes in one millisecond) gets the next millisecond, so that the order of arrival is preserved.

    Args:
        rows: rows of a `CheckedBatch`, or some of them.
        series: those of the batch.
        stored: stored rows (at least `NAME_COLUMNS`, `VALUE_COLUMNS`, ``open_time`` and ``fetched_at``, times in
            milliseconds) of the same partitions; those of other markets or routes are ignored.

    Returns:
        The new and revised rows (columns of `data.schema.STORED_CANDLE`), and per market a row of
        `data.schema.WRITE_COUNTS`.
    """
    latest_stored = _select_latest(stored, series)
    known = rows.join(latest_stored, on=("series", "open_time"), how="left", maintain_order="left")
    contradicted_at = _find_contradicted(rows, series, stored)
    classified = known.with_columns(contradicted_at).with_columns(
        is_new=pl.col("known_fetched_at").is_null(),
        is_same=_equals_known().fill_null(value=False) & pl.col("contradicted_at").is_null(),
    )
    latest_at = pl.max_horizontal("known_fetched_at", "contradicted_at")
    changed = classified.filter(~pl.col("is_same")).with_columns(
        pl.max_horizontal("fetched_at", latest_at + timedelta(milliseconds=1)).cast(TIME)
    )
    counts = classified.group_by("series").agg(
        pl.col("is_new").sum().alias("new"),
        pl.col("is_same").sum().alias("same"),
        (~pl.col("is_new") & ~pl.col("is_same")).sum().alias("revised"),
    )
    markets = series.unique("series").select("series", *MARKET_COLUMNS).join(counts, on="series")
    return changed.select(*STORED_CANDLE), sum_by_market(markets)


def sum_by_market(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts of new, same and revised candles summed up per market: a frame of `data.schema.WRITE_COUNTS`, sorted."""
    sums = counts.group_by(MARKET_COLUMNS).agg(pl.col("new", "same", "revised").sum().cast(pl.Int64))
    return sums.select(*WRITE_COUNTS).sort(MARKET_COLUMNS)


def _select_latest(stored: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
    """The stored row of each series and minute that was fetched last, its values as columns ``known_...``."""
    if stored.is_empty():
        run_number, series_number = pl.Series("run", [], pl.UInt32), pl.Series("series", [], pl.UInt32)
    else:
        run_number, names = _find_runs(stored)
        routes = series.drop("source", "asset").unique()
        key_columns = ("venue", "symbol", "timeframe", "price", "origin", "route")
        series_number = names.with_columns(route=ROUTE).join(routes, on=key_columns, how="left", maintain_order="left")[
            "series"
        ]
    known_columns = [pl.col(name).alias(f"known_{name}") for name in (*VALUE_COLUMNS, "fetched_at")]
    bar_key = ("series", "open_time")
    return (
        stored.select("open_time", series_number.gather(run_number).alias("series"), *known_columns)
        .filter(pl.col("series").is_not_null())
        .sort(*bar_key, "known_fetched_at")
        .unique(bar_key, keep="last", maintain_order=True)
    )


def _find_contradicted(rows: pl.DataFrame, series: pl.DataFrame, stored: pl.DataFrame) -> pl.Series:
    """For each row of a file when the stored row of its bar that counts, of any file, was fetched.

    The series is named ``contradicted_at``; null where that row has the same values, where there is none, and where all
    rows are of one file, which contradicts no other.
    """
    stored_of_files = stored.filter(pl.col("origin").is_in(FILE_ORIGINS))
    sources = {*stored_of_files["source"].unique(), *series["source"]}
    if len(sources) == 1 or stored_of_files.is_empty() or not series["origin"].is_in(FILE_ORIGINS).any():
        return pl.Series("contradicted_at", [None], TIME).new_from_index(0, len(rows))
    bar_key = (*MARKET_COLUMNS, "origin", "open_time")
    latest = (
        stored_of_files.sort("fetched_at", "source", descending=[False, True])
        .unique(bar_key, keep="last", maintain_order=True)
        .select(*bar_key, *(pl.col(name).alias(f"known_{name}") for name in (*VALUE_COLUMNS, "fetched_at")))
    )
    return rows.join(latest, on=bar_key, how="left", maintain_order="left").select(
        pl.when(~_equals_known()).then("known_fetched_at").alias("contradicted_at")
    )["contradicted_at"]


def _equals_known() -> pl.Expr:
    """Whether the values of a row equal those of the columns ``known_...``; null where there are none."""
    return pl.all_horizontal(pl.col(name) == pl.col(f"known_{name}") for name in VALUE_COLUMNS)


def _find_runs(rows: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """For each row the number of its run of equal `NAME_COLUMNS`, from 0, and the names of each run.

    Six columns of text are compared with the row before instead of being hashed: most batches are a few long runs.
    """
    starts = rows.select(starts=~_equals_previous(*NAME_COLUMNS))["starts"]
    return starts.cum_sum().cast(pl.UInt32) - 1, rows.filter(starts).select(NAME_COLUMNS)


def _number_series(names: pl.DataFrame) -> pl.DataFrame:
    """Distinct names with the asset, route and number of their series; numbers follow the order of names."""
    route_columns = ("venue", "symbol", "timeframe", "price", "origin", "route")
    return names.with_columns(
        asset=pl.col("symbol").str.split("/").list.first(),
        route=ROUTE,
    ).with_columns(series=pl.struct(route_columns).rank("dense").cast(pl.UInt32))


def _equals_previous(*names: str) -> pl.Expr:
    """Whether these columns are equal to those of the previous row; false in the first row."""
    return pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in names).fill_null(value=False)
