"""The lowest trade of every bar that was built from trades: the exact trade behind the low of a candle."""

from collections.abc import Collection
from datetime import datetime

import polars as pl
from deltalake import DeltaTable

from data.delta.layout import Layout
from data.delta.sql import quote_sql
from data.delta.table import StoreTable
from data.delta.upsert import CHECKSUM
from data.schema import LOW_TRADE, STORED_LOW_TRADE, Origin, Timeframe

BAR_KEY = ("venue", "symbol", "timeframe", "open_time")

TRADE_KEY = (*BAR_KEY, "at", "price", "amount", "trade_id", "source")
"""The columns in which duplicates agree: all but ``fetched_at``."""


class LowTradeTable:
    """The Delta table of `data.schema.STORED_LOW_TRADE`, partitioned by asset and day.

    Rows are only ever appended: where a source later reports another lowest trade, both stay and reads give the latest.
    """

    def __init__(self, uri: str) -> None:
        indexed = ("venue", "symbol", "open_time")
        self.table = StoreTable(uri, STORED_LOW_TRADE, indexed=indexed, layout=Layout.DAY)

    def write(self, rows: pl.DataFrame) -> int:
        """Store the lowest trades of bars beside their candles; writing them again stores nothing.

        Write them after the candles: a crash in between leaves candles without their lowest trade.

        Args:
            rows: columns of `data.schema.LOW_TRADE`, in any order.

        Returns:
            How many were new.

        Raises:
            ValueError: other columns or dtypes, nulls, an unknown timeframe, or a trade outside of its bar.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be read or written.
        """
        check_low_trades(rows)
        if rows.is_empty():
            return 0
        asset = pl.col("symbol").str.split("/").list.first()
        partitioned = rows.with_columns(asset=asset, day=pl.col("open_time").dt.date()).select(*STORED_LOW_TRADE)
        partitioned = partitioned.unique(TRADE_KEY, keep="first", maintain_order=True)
        parts = partitioned.select("asset", "day").unique(maintain_order=True)
        is_overlapping = (
            pl.col("asset").is_in(parts["asset"].unique().to_list()),
            pl.col("day").is_in(parts["day"].unique().to_list()),
            pl.col("open_time").is_between(partitioned["open_time"].min(), partitioned["open_time"].max()),
        )

        def choose_rows(table: DeltaTable) -> tuple[pl.DataFrame, int]:
            stored_rows = self.table.read_from(table, lambda stored: stored.filter(*is_overlapping).select(TRADE_KEY))
            new = partitioned.join(stored_rows, on=TRADE_KEY, how="anti", maintain_order="left")
            return new, len(new)

        return self.table.insert(choose_rows, conflict_parts=[f"{asset}/{day}" for asset, day in parts.iter_rows()])

    def read_rows(self, assets: Collection[str], start: datetime, end: datetime, timeframe: Timeframe) -> pl.DataFrame:
        """The lowest trade of each bar of ``[start, end)``, as fetched last; see `data.reader.CandleReader`."""
        table = self.table.open()
        if table is None:  # as in most stores: only some venues' bars are made of trades
            return pl.DataFrame(schema=LOW_TRADE)
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        conditions = (Layout.DAY.build_filter(assets, start, end), pl.col("timeframe") == timeframe.value, is_in_window)
        matching = self.table.read_from(table, lambda rows: rows.filter(*conditions).select(*LOW_TRADE))
        latest = matching.sort("fetched_at", "source", "at", "trade_id").unique(
            BAR_KEY, keep="last", maintain_order=True
        )
        return latest.sort("venue", "symbol", "open_time")

    def delete_rows(self, source: str | None, origin: Origin | None) -> int:
        """Delete the rows of one source, one origin, or one source of one origin, and return how many.

        Trades of an archive have the checksum of its file in their source, those of an imported file its name, which
        cannot be told from a host: they are deleted by their source only.
        """
        if origin is Origin.IMPORTED and source is not None:
            return self.table.delete(f"source = {quote_sql(source)}")
        if origin not in {None, Origin.ARCHIVE, Origin.TRADES}:
            return 0
        is_archive = f"source LIKE {quote_sql(f'%{CHECKSUM}%')}"
        terms = [] if source is None else [f"source = {quote_sql(source)}"]
        if origin is not None:
            terms.append(is_archive if origin is Origin.ARCHIVE else f"NOT {is_archive}")
        return self.table.delete(" AND ".join(terms))


def check_low_trades(rows: pl.DataFrame) -> None:
    """Check a frame of lowest trades.

    Raises:
        ValueError: other columns, nulls, an unknown timeframe, or a trade outside of its bar; a bug of the caller.
    """
    if dict(rows.schema) != LOW_TRADE:
        message = f"these are no lowest trades: {dict(rows.schema)} instead of {LOW_TRADE}"
        raise ValueError(message)
    lengths_ms = {timeframe.value: timeframe.ms for timeframe in Timeframe}
    bar_ms = pl.col("timeframe").replace_strict(lengths_ms, default=None, return_dtype=pl.Int64)
    open_ms = pl.col("open_time").dt.epoch("ms")
    offset_ms = pl.col("at").dt.epoch("ms") - open_ms
    faults = rows.select(
        pl.any_horizontal(pl.all().is_null().any()).alias("a value is null"),
        bar_ms.is_null().any().alias("a timeframe is unknown"),
        (open_ms % bar_ms != 0).any().alias("an open time lies inside its bar"),
        ((offset_ms < 0) | (offset_ms >= bar_ms)).any().alias("a trade lies outside of its bar"),
    )
    messages = [name for name, is_so in faults.row(0, named=True).items() if is_so]
    if messages:
        message = f"these lowest trades cannot be stored: {'; '.join(messages)}"
        raise ValueError(message)
