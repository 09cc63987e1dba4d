"""The store: candles, coverage and the logs of collecting, in Delta tables below one URI.

A stored candle is never overwritten. What a route later reports with other values becomes a further row with a later
``fetched_at``; reads give one row per bar. Candles of the reconstruction and real ones never come out of one read, and
neither do candles of two lengths.
"""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import polars as pl

from data.delta.sql import quote_sql
from data.delta.table import StoreTable
from data.delta.upkeep.maintenance import RETENTION, Maintenance, StoreSize, maintain_tables, measure_disk_size
from data.delta.upkeep.migration import OnMonth, migrate_table
from data.delta.upkeep.verification import TableCheck, find_damaged_files, remove_files, verify_table
from data.delta.upsert import WriteReport
from data.delta.versions import StoreVersions
from data.errors import UsageError
from data.grid.candle_grid import CandleGrid
from data.schema import CANDLE, TIME, Evidence, Origin, Timeframe
from data.tables.candles import CandleTable, build_trade_filter
from data.tables.coverage import CoverageTable, build_evidence_filter
from data.tables.history import HistoryTable
from data.tables.listings import ListingTable
from data.tables.lowest_trades import LowTradeTable
from data.tables.rejected_pages import RejectedPageTable
from data.tables.runs import RunTable
from data.tables.scans import ScanTable
from data.tables.set_aside import LostSpan, set_aside_candles


class CandleStore:
    """The tables of a store at a URI that deltalake takes; nothing is created until the first write.

    It is a `data.reader.CandleReader`; all else is read from and written to its tables, such as ``store.coverage``.

    Every write raises `StoreBusy` where other writers went ahead every time, and everything raises `StoreUnusable`
    where the place cannot be read or written.

    Args:
        uri: a folder, or any URI that deltalake takes.
        first_seen: read the values that were fetched first of a candle that was revised, instead of the latest.
    """

    def __init__(self, uri: str, *, first_seen: bool = False) -> None:
        self.uri = uri
        self.first_seen = first_seen
        base = uri.rstrip("/")
        self.candles = CandleTable(f"{base}/candles")
        self.lowest_trades = LowTradeTable(f"{base}/low_trades")
        self.coverage = CoverageTable(f"{base}/coverage")
        self.listings = ListingTable(f"{base}/listings")
        self.rejected_pages = RejectedPageTable(f"{base}/bad_pages")
        self.runs = RunTable(f"{base}/runs")
        self.scans = ScanTable(base)
        self.history = HistoryTable(f"{base}/history_rows")
        self._versions = StoreVersions(base, [table.uri for table in self._measured_tables])

    def hold_versions(self) -> AbstractContextManager[None]:
        """A context in which candles, lowest trades and coverage are read as they were at one moment.

        See `data.reader.CandleReader`, and `data.delta.versions`; each method ``read_...`` of a store holds by itself.
        """
        return self._versions.hold()

    def write_as_one(self) -> AbstractContextManager[None]:
        """A context whose writes of candles, lowest trades and coverage readers see after it, and all at once."""
        return self._versions.write_as_one()

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        venues: Collection[str] | None = None,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Trade candles of ``[start, end)``; see `data.reader.CandleReader`. ``venues`` are ccxt ids, None for all."""
        conditions = [build_evidence_filter(origin)]
        if venues is not None:
            conditions.append(pl.col("venue").is_in(list(venues)))
        with self.hold_versions():
            return self.candles.read_rows(
                assets,
                start,
                end,
                *conditions,
                columns=columns,
                first_seen=self.first_seen,
                in_order=in_order,
                timeframe=timeframe,
            )

    def read_grid(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> CandleGrid:
        """Trade candles of ``[start, end)`` as matrices; see `data.reader.CandleReader`."""
        with self.hold_versions():
            return self.candles.read_grid(assets, start, end, origin, first_seen=self.first_seen, timeframe=timeframe)

    def read_derived_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        price: str,
        *,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Candles of a price that a venue computes, of ``[start, end)``; see `data.reader.CandleReader`."""
        evidence = build_evidence_filter(Evidence.REAL)
        with self.hold_versions():
            return self.candles.read_rows(
                assets, start, end, evidence, first_seen=self.first_seen, timeframe=timeframe, price=price
            )

    def read_covered_spans(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Complete spans clipped to ``[start, end)``; see `data.reader.CandleReader`."""
        with self.hold_versions():
            return self.coverage.read_spans(assets, start, end, origin, timeframe)

    def read_low_trades(
        self, assets: Collection[str], start: datetime, end: datetime, *, timeframe: Timeframe = Timeframe.M1
    ) -> pl.DataFrame:
        """The lowest trades of bars of ``[start, end)``; see `data.reader.CandleReader`."""
        with self.hold_versions():
            return self.lowest_trades.read_rows(assets, start, end, timeframe)

    def read_sources(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The sources of the rows of ``[start, end)``; see `data.reader.CandleReader`."""
        with self.hold_versions():
            return self.candles.read_sources(assets, start, end, build_evidence_filter(origin), timeframe=timeframe)

    def has_candles(self, evidence: Evidence, assets: Collection[str] | None = None) -> bool:
        """Whether there is any one-minute candle of that kind, of any of these assets (None: of any asset).

        It gives no value, so that no file is compared with its digest: the page asks when it starts.
        """
        conditions = [build_evidence_filter(evidence), build_trade_filter(Timeframe.M1)]
        if assets is not None:
            conditions.append(pl.col("asset").is_in(list(assets)))
        minute_table = self.candles.tables[Timeframe.M1]
        first_row = minute_table.read_from(
            minute_table.open(), lambda rows: rows.filter(*conditions).select("venue").head(1), paths=()
        )
        return not first_row.is_empty()

    def write_candles(self, candles: pl.DataFrame, *, source: str, fetched_at: datetime) -> WriteReport:
        """Store what is new or changed in a batch of one source; writing it again stores nothing.

        Args:
            candles: columns of `data.schema.CANDLE`, of any markets and times.
            source: the host or file that they came from.
            fetched_at: when, aware; rounded down to the millisecond.

        Raises:
            ValueError: the frame is no frame of candles; see `data.tables.candles.CandleTable.write`.
        """
        if fetched_at.tzinfo is None:
            message = "fetched_at has no time zone"
            raise ValueError(message)
        fetched_time = pl.lit(fetched_at.astimezone(UTC)).cast(TIME)
        counts = self.candles.write(candles.with_columns(fetched_at=fetched_time, source=pl.lit(source)))
        return WriteReport(*(int(counts[name].sum()) for name in ("new", "same", "revised")))

    def forget(self, *, source: str | None = None, origin: Origin | None = None) -> int:
        """Drop candles, their lowest trades and coverage of one source (such as a file's name), one origin, or both.

        Returns:
            How many rows were dropped.

        Raises:
            UsageError: neither is given.
        """
        criteria = {"source": source, "origin": None if origin is None else origin.value}
        terms = [f"{column} = {quote_sql(value)}" for column, value in criteria.items() if value is not None]
        if not terms:
            message = "say what to forget: the name of an imported file, or the sample"
            raise UsageError(message)
        predicate = " AND ".join(terms)
        tables = (self.coverage.table, *self.candles.tables.values())
        if all(table.open() is None for table in self._measured_tables):
            return 0
        with self.write_as_one():
            dropped_count = sum(table.delete(predicate) for table in tables)
            # A name that brought no candle may be the host of collected trades, which have no origin.
            if origin is Origin.IMPORTED and not dropped_count:
                return 0
            return dropped_count + self.lowest_trades.delete_rows(source, origin)

    def read_version(self) -> str:
        """A text that changes whenever candles, lowest trades or coverage change: a key for cached results."""
        with self.hold_versions():
            return "/".join(table.read_version() for table in self._measured_tables)

    def migrate(self, timeframe: Timeframe, on_month: OnMonth) -> int:
        """Bring the candles of one length to the layout of new tables, while others read and write them.

        An interruption at any moment leaves the table as it was, and the next run goes on where this one ended.

        Args:
            timeframe: one of `data.tables.candles.CandleTable.list_outdated`.
            on_month: is called before each month of an asset with its number, from 0, and the number of months.

        Returns:
            How many rows were brought over, 0 if another process has done it.

        Raises:
            UsageError: the store is not on this machine.
        """
        return migrate_table(self.candles.tables[timeframe], on_month)

    def maintain(self, now: datetime, retention: timedelta = RETENTION) -> Maintenance:
        """Compact the tables, drop lists of markets that are older than ``retention``, and free the disk.

        Readers and writers go on meanwhile: files are removed from the disk only when no version of a table younger
        than ``retention``, by the real clock, contains them.

        Args:
            now: the present time, aware.
            retention: at least the seven days for which a file is guaranteed to stay.

        Raises:
            UsageError: the retention is shorter.
        """
        if retention < RETENTION:
            message = f"readers may be at a version up to {RETENTION.days} days old: keep files at least as long"
            raise UsageError(message)
        self.listings.drop_before(now - retention)
        return maintain_tables(self.uri, self._list_tables(), now, retention)

    def verify(self) -> Iterator[tuple[str, TableCheck]]:
        """Compare all files of each table with what was written: the name of its folder, and what was found.

        Tables that do not exist are left out, and so is a store that is in no folder of this machine.
        """
        for table in self._list_tables():
            check = verify_table(table)
            if check is not None:
                yield table.name, check

    def set_aside_candles(self) -> list[LostSpan]:
        """Take damaged files of candles out of the store, and their minutes out of the coverage: what is lost."""
        damaged = {timeframe: find_damaged_files(table) for timeframe, table in self.candles.tables.items()}
        with self.write_as_one():
            return [
                span
                for timeframe, paths in damaged.items()
                for span in set_aside_candles(self.candles.tables[timeframe], timeframe, self.coverage, paths)
            ]

    def set_aside_notes(self) -> dict[str, int]:
        """Take damaged files of coverage, lowest trades and logs out of the store: how many, by the name of the table.

        What they said is unknown from then on, which makes no other statement of the store false.
        """
        counts: dict[str, int] = {}
        for notes in (self.coverage, self.lowest_trades, self.listings, self.rejected_pages, self.runs):
            paths = find_damaged_files(notes.table)
            if paths:
                remove_files(notes.table, paths)
                counts[notes.table.name] = len(paths)
        return counts

    def measure_size(self, timeframe: Timeframe | None = None) -> StoreSize | None:
        """Bytes and files on the disk, of all tables or of the candles of one length; None if it is no local folder."""
        return measure_disk_size(self.uri if timeframe is None else self.candles.tables[timeframe].uri)

    @property
    def _measured_tables(self) -> tuple[StoreTable, ...]:
        return *self.candles.tables.values(), self.coverage.table, self.lowest_trades.table

    def _list_tables(self) -> list[StoreTable]:
        others = (self.lowest_trades, self.coverage, self.listings, self.rejected_pages, self.runs, self.history)
        return [*self.candles.tables.values(), *(other.table for other in others), *self.scans.tables]
