"""Revisions: candles that a route reported again with other values."""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, time, timedelta

import polars as pl

from data.delta.table import StoreTable
from data.delta.upsert import MARKET_COLUMNS, ROUTE, VALUE_COLUMNS
from data.schema import REVISION, TIMEFRAME_SECONDS, Origin, build_empty_frame

COLLECTED_ORIGINS = [Origin.ARCHIVE.value, Origin.OHLCV.value, Origin.TRADES.value]
"""Origins whose revisions are made by the venue; changes of imported files and of the reconstruction are not."""

CANDLE_KEY = (*MARKET_COLUMNS, "open_time", "origin", "route")
"""The columns that identify a candle of one route."""

SETTLING_MIN = 10
"""Minutes after the end of a bar within which its candle may still change: such a change accuses nobody."""


def list_revisions(
    table: StoreTable, start: datetime | None, end: datetime | None, assets: Collection[str] | None
) -> pl.DataFrame:
    """The changed fields of collected candles; see `data.tables.candles.CandleTable.read_revisions`.

    Args:
        table: of `data.schema.STORED_CANDLE`.
        start: aware, None for the first candle.
        end: aware, None for the last.
        assets: bases of symbols, None for all.
    """
    conditions = [pl.col("origin").is_in(COLLECTED_ORIGINS)]
    if start is not None:
        conditions.append(pl.col("open_time") >= start)
    if end is not None:
        conditions.append(pl.col("open_time") < end)
    changes = [
        _list_changes(table.read_partitions([asset], month, month_end, _select_repeated(conditions)))
        for asset, month, month_end in _list_slices(table.list_months(assets))
        if (start is None or start < month_end) and (end is None or month < end)
    ]
    return pl.concat([build_empty_frame(REVISION), *changes]).sort(
        *MARKET_COLUMNS, "open_time", "origin", "field", "source"
    )


def _list_slices(months: pl.DataFrame) -> Iterator[tuple[str, datetime, datetime]]:
    """The assets and months of a table, to limit memory; each month from its first instant to that of the next."""
    for asset, month in months.iter_rows():
        first = datetime.combine(month, time(), UTC)
        yield asset, first, (first + timedelta(days=31)).replace(day=1)


def _select_repeated(conditions: list[pl.Expr]) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
    """A query for the matching rows of bars that have several rows."""
    columns = [*MARKET_COLUMNS, "open_time", "origin", "source", "fetched_at", *VALUE_COLUMNS]
    is_repeated = pl.len().over(*MARKET_COLUMNS, "open_time", "origin") > 1
    return lambda stored: stored.filter(*conditions).select(columns).filter(is_repeated)


def _list_changes(rows: pl.DataFrame) -> pl.DataFrame:
    """The changed fields of stored rows: a frame of `data.schema.REVISION`.

    Rows that were fetched within `SETTLING_MIN` minutes of the end of their bar are ignored.
    """
    length = pl.duration(seconds=pl.col("timeframe").replace_strict(TIMEFRAME_SECONDS, return_dtype=pl.Int64))
    settled_at = pl.col("open_time") + length + pl.duration(minutes=SETTLING_MIN)
    fields = (
        rows.filter(pl.col("fetched_at") >= settled_at)
        .with_columns(route=ROUTE)
        .sort("fetched_at", "source")
        .unpivot(VALUE_COLUMNS, index=[*CANDLE_KEY, "source", "fetched_at"], variable_name="field", value_name="value")
    )
    previous_value = pl.col("value").shift(1).over(*CANDLE_KEY, "field")
    has_changed = (pl.col("value") != previous_value).fill_null(value=False)
    return (
        fields.with_columns(has_changed=has_changed)
        .group_by(*CANDLE_KEY, "field", maintain_order=True)
        .agg(
            pl.col("value").first().alias("first_seen"),
            pl.col("fetched_at").first().alias("first_seen_at"),
            pl.col("value").last().alias("now"),
            pl.col("fetched_at").filter("has_changed").last().alias("now_at"),
            pl.col("has_changed").sum().cast(pl.Int64).alias("changes"),
            pl.col("source").last(),
        )
        .filter(pl.col("changes") > 0)
        .select(*REVISION)
    )
