"""Removes duplicate bars: of several rows the best by the order of `data.schema.Origin`, then the latest.

Files contain the rows of a market in runs of ascending times. Where no two runs of a market overlap, no bar can occur
twice and it is enough to sort the runs; only rows of markets with overlapping runs are compared one by one.
"""

from collections.abc import Callable, Collection
from datetime import timedelta

import numpy as np
import polars as pl

from data.schema import CANDLE, FETCHED_CANDLE, Origin, Timeframe

MARKET_COLUMNS = ("venue", "symbol")

ORIGIN_ENUM = pl.Enum([origin.value for origin in Origin])
"""Origins as an enum, best first, so that rows sort in this order."""

MIN_ROWS_PER_RUN = 4
"""Runs are sliced out one by one if each has at least this many rows per chunk: every slice visits all chunks."""


def deduplicate_bars(
    read: Callable[[Collection[str], Collection[pl.Expr]], pl.DataFrame],
    columns: Collection[str],
    *,
    first_seen: bool = False,
    in_order: bool = True,
    timeframe: Timeframe = Timeframe.M1,
) -> pl.DataFrame:
    """One candle per market and bar; see `pick_best` for which.

    The columns that decide between several candles of a bar are read only for markets that may have several.

    Args:
        read: reads columns of `data.schema.FETCHED_CANDLE`, of one timeframe and kind of price, of the rows for which
            further conditions hold; every call reads from the same rows.
        columns: the columns of `data.schema.CANDLE` to return.
        first_seen: of the better origin the candle that was fetched first.
        in_order: whether to sort. If False, rows of a market come in runs and text as enums, in half the memory.
        timeframe: the length of the candles.

    Returns:
        The given columns, sorted by venue, symbol and open time if ``in_order``.
    """
    needed = list(dict.fromkeys([*MARKET_COLUMNS, "open_time", *columns]))
    rows = _encode_text(read(needed, []))
    runs = find_runs(rows)
    if runs["overlaps"].any():
        # A run may skip a gap that a file read later fills; runs without gaps overlap only if they share a bar.
        runs = find_runs(rows, bar=timedelta(seconds=timeframe.seconds))
    overlapping_markets = runs.filter("overlaps").select(MARKET_COLUMNS).unique()
    if not overlapping_markets.is_empty():
        is_overlapping = build_market_filter(overlapping_markets)
        chosen = pick_best(read(list(FETCHED_CANDLE), [is_overlapping]), first_seen=first_seen)
        rows = pl.concat([rows.filter(~is_overlapping), chosen.select(needed).cast(rows.schema)])
        runs = find_runs(rows, bar=timedelta(seconds=timeframe.seconds))
    if not in_order:
        return rows.select(columns)
    return sort_runs(rows, runs).select(columns).with_columns(pl.col(pl.Enum).cast(pl.String))


def pick_best(rows: pl.DataFrame, *, first_seen: bool = False) -> pl.DataFrame:
    """One candle per market and bar: of the better origin, then fetched last, then of the first source by name.

    Args:
        rows: columns of `data.schema.FETCHED_CANDLE`, of one timeframe and kind of price.
        first_seen: of the better origin the candle that was fetched first.

    Returns:
        A frame of `data.schema.CANDLE`, sorted by venue, symbol and open time.
    """
    key_columns = [*MARKET_COLUMNS, "open_time"]
    as_enum = (pl.col(name).cast(pl.Enum(rows[name].unique().sort())) for name in MARKET_COLUMNS)
    ranked = rows.with_columns(*as_enum, pl.col("origin").cast(ORIGIN_ENUM)).sort(
        *key_columns, "origin", "fetched_at", "source", descending=[False, False, False, False, not first_seen, False]
    )
    is_first = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in key_columns).fill_null(value=True)
    return ranked.filter(is_first).select(*CANDLE).cast(pl.Schema(CANDLE))


def find_runs(rows: pl.DataFrame, *, bar: timedelta | None = None) -> pl.DataFrame:
    """The runs of rows of one market with ascending times.

    Args:
        rows: venue, symbol and open time at least.
        bar: the length of a bar: a run then ends at every gap, so that two runs overlap only if they share a bar.

    Returns:
        Venue, symbol, ``first`` and ``last`` open time, index of the first row (``start``), number of rows (``size``),
        and whether the run starts before the previous run of its market ends (``overlaps``); sorted by market and
        ``first``.
    """
    same_market = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in MARKET_COLUMNS)
    elapsed = pl.col("open_time") - pl.col("open_time").shift(1)
    continues = same_market & ((elapsed > timedelta()) if bar is None else (elapsed == bar))
    start = rows.select(continues.not_().fill_null(value=True).arg_true().alias("start")).to_series()
    next_start = start.shift(-1, fill_value=rows.height)
    return (
        rows.select(*MARKET_COLUMNS, pl.col("open_time").alias("first"))[start]
        .with_columns(start, (next_start - start).alias("size"), rows["open_time"].gather(next_start - 1).alias("last"))
        .sort(*MARKET_COLUMNS, "first")
        .with_columns(overlaps=(same_market & (pl.col("first") <= pl.col("last").shift(1))).fill_null(value=False))
    )


def _encode_text(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with text columns as enums; of a run of equal texts only one is encoded."""
    return rows.with_columns(_encode_runs(rows[name]) for name, dtype in rows.schema.items() if dtype == pl.String())


def _encode_runs(texts: pl.Series) -> pl.Series:
    runs = texts.rle().struct.unnest()
    enum = pl.Enum(runs["value"].unique().sort())
    codes = np.repeat(runs["value"].cast(enum).to_physical().to_numpy(), runs["len"].to_numpy())
    return pl.Series(texts.name, codes).cat.to(enum)


def sort_runs(rows: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """The rows, with their runs in the given order."""
    if runs["start"].is_sorted():
        return rows
    if runs.height * rows.n_chunks() * MIN_ROWS_PER_RUN <= rows.height:
        spans = runs.select("start", "size").iter_rows()
        return pl.concat([rows.slice(start, size) for start, size in spans])
    start, size = (runs[name].cast(pl.Int64).to_numpy() for name in ("start", "size"))
    moved_by = start - (np.cumsum(size) - size)
    index = np.arange(rows.height) + np.repeat(moved_by, size)
    return rows.rechunk().select(pl.all().gather(pl.Series(index.astype(np.uint32))))


def build_market_filter(markets: pl.DataFrame) -> pl.Expr:
    """A filter for exactly these markets; venues of the same symbol share a term."""
    venues = markets.group_by("symbol", maintain_order=True).agg("venue")
    return pl.any_horizontal(
        (pl.col("symbol") == symbol) & pl.col("venue").is_in(names) for symbol, names in venues.iter_rows()
    )
