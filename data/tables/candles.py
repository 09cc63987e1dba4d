"""The tables of candles: batches are written, one candle per market and bar is read.

A stored candle is never overwritten. What a route later reports with other values becomes a further row with a later
``fetched_at``; reads give one row per bar: by the order of `data.schema.Origin`, then the latest, then by source.

Each timeframe has a table of its own, because a day has sixty times as many seconds as minutes, which a read of minutes
would have to skip. For the same reason seconds are partitioned by day, and the longer bars by month.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

import polars as pl
from deltalake import DeltaTable

from data.delta.deduplicate import deduplicate_bars
from data.delta.layout import Layout
from data.delta.table import StoreTable
from data.delta.upsert import NAME_COLUMNS, VALUE_COLUMNS, check_batch, classify_rows, sum_by_market
from data.grid.candle_grid import CandleGrid
from data.grid.read_grid import KIND_COLUMNS, StoredSpan, read_grid
from data.revisions import list_revisions
from data.schema import (
    CANDLE,
    CANDLE_DEFAULTS,
    FETCHED_CANDLE,
    HOLDING,
    SOURCE,
    STORED_CANDLE,
    WRITE_COUNTS,
    Evidence,
    Origin,
    Timeframe,
    build_empty_frame,
)

MAX_DAYS_PER_COMMIT = 32
"""The most days of assets in one commit, about a month of one asset. In a table by day each is a file that stays open
until the commit and takes about 2 MB of memory, and each is a line in the log."""

LAYOUTS = {Timeframe.S1: Layout.DAY, Timeframe.M1: Layout.MONTH, Timeframe.M5: Layout.MONTH}
"""The layouts of new tables. A month of seconds would be a file of some 30 million rows, all read for one hour."""

IS_TRADE = pl.col("price") == CANDLE_DEFAULTS["price"]
"""Trade candles, in a table of one timeframe."""


class CandleTable:
    """The Delta tables of `data.schema.STORED_CANDLE`, each partitioned by asset and month, or by asset and day.

    ``tables`` has one for each timeframe: minutes at the URI itself, the others beside it, such as ``candles-1s``.
    """

    def __init__(self, uri: str) -> None:
        uris = {timeframe: uri if timeframe is Timeframe.M1 else f"{uri}-{timeframe}" for timeframe in Timeframe}
        indexed = ("venue", "symbol", "open_time", "price", "origin")
        self.tables = {
            timeframe: StoreTable(table_uri, STORED_CANDLE, indexed=indexed, layout=LAYOUTS[timeframe])
            for timeframe, table_uri in uris.items()
        }

    def write(self, fetched: pl.DataFrame) -> pl.DataFrame:
        """Store what is new or changed in a batch of many markets and sources; writing it again stores nothing.

        A market's candles of one length and calendar month are in one commit, which a reader sees as a whole or not at
        all. After a failure the same call again completes the batch.

        Args:
            fetched: columns of `data.schema.FETCHED_CANDLE`, in any order; best grouped by market.

        Returns:
            A row of `data.schema.WRITE_COUNTS` for each market, kind of price and timeframe of the batch, sorted.

        Raises:
            ValueError: the frame is no frame of candles; see `data.delta.upsert.check_batch`.
        """
        batch = check_batch(fetched)
        counts = [
            self._write_commit(table, part, batch.series)
            for table, rows in self._split_by_table(batch.rows, batch.series["timeframe"].unique())
            for part in _split_into_commits(rows)
        ]
        return sum_by_market(pl.concat([build_empty_frame(WRITE_COUNTS), *counts]))

    def read_holdings(self) -> pl.DataFrame:
        """First and last candle and count per origin, source, market and length: `data.schema.HOLDING`, sorted."""
        key_columns = ["origin", "source", "asset", "venue", "symbol"]
        time = pl.col("open_time")
        counts = (time.min().alias("first"), time.max().alias("last"), time.n_unique().cast(pl.Int64).alias("candles"))
        holdings = [
            table.read(lambda rows: rows.group_by(*key_columns, "timeframe").agg(*counts)).select(*HOLDING)
            for table in self.tables.values()
        ]
        return pl.concat(holdings).sort(*key_columns, "timeframe")

    def read_markets(self, start: datetime, end: datetime) -> list[tuple[str, str]]:
        """Venue and symbol, sorted, of each market with a real 1-minute trade candle in ``[start, end)``.

        Files of other months are not opened.
        """
        is_real = pl.col("origin") != Origin.RECONSTRUCTION.value
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        store_table = self.tables[Timeframe.M1]
        delta_table = store_table.open()
        is_in_partition = store_table.find_layout(delta_table).build_date_filter(start, end)
        filters = (is_in_partition, IS_TRADE, is_real, is_in_window)
        paths = (
            [] if delta_table is None else store_table.list_files(delta_table).find_partition_paths(None, start, end)
        )
        markets = store_table.read_from(
            delta_table, lambda rows: rows.filter(*filters).select("venue", "symbol").unique(), paths
        )
        return sorted(markets.iter_rows())

    def find_layouts(self) -> dict[Timeframe, Layout]:
        """The layout of each table that exists."""
        snapshots = {timeframe: table.open() for timeframe, table in self.tables.items()}
        return {
            timeframe: self.tables[timeframe].find_layout(snapshot)
            for timeframe, snapshot in snapshots.items()
            if snapshot is not None
        }

    def list_outdated(self) -> list[Timeframe]:
        """The lengths of candles whose table has another layout than a new one would have."""
        return [timeframe for timeframe, layout in self.find_layouts().items() if layout is not LAYOUTS[timeframe]]

    def read_venues(self) -> tuple[str, ...]:
        """The ids of the venues of all candles, sorted."""
        venues = [table.read(lambda rows: rows.select(pl.col("venue").unique())) for table in self.tables.values()]
        return tuple(pl.concat(venues)["venue"].unique().sort())

    def read_rows(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *conditions: pl.Expr,
        columns: Collection[str] = tuple(CANDLE),
        first_seen: bool = False,
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
        price: str = CANDLE_DEFAULTS["price"],
    ) -> pl.DataFrame:
        """Candles of ``[start, end)``, of one length and kind of price and with further conditions, each bar once.

        See `data.reader.CandleReader.read_candles` and `data.delta.deduplicate.deduplicate_bars`.
        """
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        store_table = self.tables[timeframe]
        delta_table = store_table.open()  # one version for every read
        is_in_partition = store_table.find_layout(delta_table).build_filter(assets, start, end)
        filters = (is_in_partition, pl.col("price") == price, *conditions, is_in_window)

        paths = [] if delta_table is None else store_table.list_files(delta_table).find_paths(assets, start, end)

        def read_columns(column_names: Collection[str], extra_conditions: Collection[pl.Expr]) -> pl.DataFrame:
            return store_table.read_from(
                delta_table, lambda stored: stored.filter(*filters, *extra_conditions).select(column_names), paths
            )

        return deduplicate_bars(read_columns, columns, first_seen=first_seen, in_order=in_order, timeframe=timeframe)

    def read_grid(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        evidence: Evidence,
        *,
        first_seen: bool = False,
        timeframe: Timeframe = Timeframe.M1,
    ) -> CandleGrid:
        """Trade candles of ``[start, end)``, of one length and kind of evidence, each bar once.

        See `data.reader.CandleReader.read_grid` and `data.grid.read_grid.read_grid`.
        """
        store_table = self.tables[timeframe]
        delta_table = store_table.open()  # one version for every read

        def open_span(span_start: datetime, span_end: datetime) -> StoredSpan:
            scan = store_table.scan_window(delta_table, assets, span_start, span_end, KIND_COLUMNS)
            return StoredSpan(
                scan.constants,
                lambda columns, conditions: store_table.collect(scan.rows.filter(*conditions).select(*columns)),
            )

        return read_grid(open_span, start, end, evidence, timeframe, first_seen=first_seen)

    def read_all_rows(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *conditions: pl.Expr,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Every stored trade candle of ``[start, end)``, of one length and with further conditions.

        Unlike `read_rows` it returns all rows of a bar: of each origin and source, and of each time of fetching.

        Returns:
            A frame of `data.schema.FETCHED_CANDLE`, sorted by market, open time and time of fetching.
        """
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        filters = (IS_TRADE, *conditions, is_in_window)
        rows = self.tables[timeframe].read_partitions(
            assets, start, end, lambda stored: stored.filter(*filters).select(*FETCHED_CANDLE)
        )
        return rows.sort("venue", "symbol", "open_time", "fetched_at", "origin", "source")

    def read_sources(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *conditions: pl.Expr,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The sources of every stored trade candle of ``[start, end)``, of one length and with further conditions.

        Returns:
            A frame of `data.schema.SOURCE`, sorted by venue, origin and source.
        """
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        filters = (build_trade_filter(timeframe), *conditions, is_in_window)
        keys, time = ("venue", "origin", "source"), pl.col("fetched_at")
        counts = (
            pl.len().cast(pl.Int64).alias("rows"),
            time.min().alias("first_fetched"),
            time.max().alias("last_fetched"),
        )
        sources = self.tables[timeframe].read_partitions(
            assets, start, end, lambda stored: stored.filter(*filters).group_by(keys).agg(*counts)
        )
        return sources.select(*SOURCE).sort(keys)

    def read_revisions(
        self, start: datetime | None = None, end: datetime | None = None, assets: Collection[str] | None = None
    ) -> pl.DataFrame:
        """The fields of collected candles of ``[start, end)`` that their venue has since reported with other values.

        Only within one origin and route: an edited file, or candles built from trades, are no revision by a venue.

        Args:
            start: aware; None for the first candle.
            end: aware; None for the last.
            assets: bases of symbols; None for all.

        Returns:
            A row of `data.schema.REVISION` for each changed field, sorted by market and open time.
        """
        frames = [list_revisions(table, start, end, assets) for table in self.tables.values()]
        return pl.concat(frames).sort("venue", "symbol", "price", "timeframe", "open_time", maintain_order=True)

    def _split_by_table(self, rows: pl.DataFrame, timeframes: pl.Series) -> Iterator[tuple[StoreTable, pl.DataFrame]]:
        """The rows by the table that they belong to; most batches have one timeframe."""
        for name in timeframes.sort():
            table_rows = rows if len(timeframes) == 1 else rows.filter(pl.col("timeframe") == name)
            yield self.tables[Timeframe(name)], table_rows

    def _write_commit(self, store_table: StoreTable, rows: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
        """Store what is new or changed in rows of a batch as one commit."""
        parts = rows.select("asset", "day").unique(maintain_order=True)
        is_overlapping = (
            *(pl.col(name).is_in(rows[name].unique().to_list()) for name in ("venue", "symbol")),
            pl.col("open_time").is_between(rows["open_time"].min(), rows["open_time"].max()),
        )
        columns = [*NAME_COLUMNS, "open_time", *VALUE_COLUMNS, "fetched_at"]

        def choose_rows(table: DeltaTable) -> tuple[pl.DataFrame, pl.DataFrame]:
            is_in_partition = store_table.find_layout(table).build_exact_filter(parts)
            files = store_table.list_files(table)
            paths = {
                path
                for asset, day in parts.iter_rows()
                for path in files.find_partition_paths([asset], *_build_day(day))
            }
            stored_rows = store_table.read_from(
                table, lambda stored: stored.filter(is_in_partition, *is_overlapping).select(columns), paths
            )
            return classify_rows(rows, series, stored_rows)

        return store_table.insert(choose_rows, conflict_parts=[f"{asset}/{day}" for asset, day in parts.iter_rows()])


def build_trade_filter(timeframe: Timeframe) -> pl.Expr:
    """A filter for trade candles of one timeframe."""
    return build_price_filter(timeframe, CANDLE_DEFAULTS["price"])


def build_price_filter(timeframe: Timeframe, price: str) -> pl.Expr:
    """A filter for candles of one timeframe and one kind of price: ``trade``, ``mark`` or ``index``."""
    return (pl.col("timeframe") == timeframe.value) & (pl.col("price") == price)


def _build_day(day: date) -> tuple[datetime, datetime]:
    """A day as a window."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + timedelta(days=1)


def _split_into_commits(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Sorted rows of a batch cut into commits: whole months of assets, `MAX_DAYS_PER_COMMIT` at most."""
    month = pl.col("day").dt.truncate("1mo")
    spans = rows.group_by("asset", month, maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("day").n_unique().alias("days")
    )
    first, row_count, day_count = 0, 0, 0
    for span_rows, span_days in spans.select("rows", "days").iter_rows():
        if day_count + span_days > MAX_DAYS_PER_COMMIT and row_count:
            yield rows.slice(first, row_count)
            first, row_count, day_count = first + row_count, 0, 0
        row_count, day_count = row_count + span_rows, day_count + span_days
    if row_count:
        yield rows.slice(first, row_count)
