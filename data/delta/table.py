"""One Delta table: opened, created, read lazily, and written so that concurrent writers lose nothing.

Two writers that read the same part of a table cannot both commit: the later one gets a conflict, reads the table again
and retries, with a backoff and jitter. Exceptions of deltalake and polars are translated here.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import TypeVar

import polars as pl
import stamina
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Schema,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError

from data.delta.digest_record import DigestRecord
from data.delta.layout import Layout
from data.delta.local_folder import FolderTable, find_local_folder, list_paths
from data.delta.object_storage import explain_error
from data.delta.table_opener import TableOpener
from data.delta.versions import read_current_versions
from data.delta.window_scan import FileList, WindowScan
from data.disk.explain import explain_disk_error
from data.disk.free_space import require_room
from data.disk.live_notes import LiveNotes
from data.disk.writer_queue import WriterQueue
from data.errors import StoreBusy, StoreUnusable
from data.schema import TIME

RETRY = stamina.RetryingCaller(attempts=40, timeout=120.0, wait_initial=0.02, wait_max=2.0, wait_jitter=0.2).on(
    CommitFailedError
)
"""Retries after a conflict. Every conflict means that another writer has committed, so there is progress."""

T = TypeVar("T")

WRITER_PROPERTIES = WriterProperties(compression="ZSTD")

MONTH_WRITER_PROPERTIES = WriterProperties(
    compression="LZ4_RAW",
    max_row_group_size=16 * 1024 * 1024,
    column_properties={"open_time": ColumnProperties(dictionary_enabled=False, encoding="DELTA_BINARY_PACKED")},
)
"""Of tables by month: one row group per file, as each repeats the dictionaries; sorted times are stored as steps."""

CONFIGURATION = {"delta.checkpointInterval": "10", "delta.logRetentionDuration": "interval 7 days"}
"""Every so many commits a checkpoint is written: opening a table reads the last one and all commits since, of which ten
take as long as the checkpoint. Commits and checkpoints that are older than a reader may be are removed: a follower adds
a gigabyte of them in nine days."""

PLAIN_READER_VERSION = 1
"""The reader version of the Delta protocol whose files can be read as they are; later ones may mark rows as deleted."""


class StoreTable:
    """A Delta table at a URI, with its columns and partitions; nothing is created until the first write.

    With a ``layout`` the rows have an asset and a day. It is that of a new table: one that exists is read and written
    in its own. Queries get the rows of the table as they are stored, by month without the day; see `find_layout`.

    ``defaults`` are the values of columns that older tables lack, None for null: reads fill them in, and the first
    write adds the columns to the table. ``indexed`` are the columns whose minimum and maximum per file are recorded, so
    that reads can skip files (empty: all columns); with few of them the log of a table of many files is read in a third
    of the time.
    """

    def __init__(
        self,
        uri: str,
        schema: dict[str, pl.DataType],
        partition_by: Sequence[str] = (),
        defaults: Mapping[str, str | None] | None = None,
        indexed: Sequence[str] = (),
        layout: Layout | None = None,
    ) -> None:
        self.uri = uri
        self.schema = schema
        self.partition_by = list(partition_by)
        self.layout = layout
        self.defaults = dict(defaults or {})
        self.indexed = list(indexed)
        self._folder = find_local_folder(uri)
        self.digest_record = None if self._folder is None else DigestRecord(self._folder)
        self._queue = None if self.digest_record is None else WriterQueue(self.digest_record.path.parent, self.name)
        self.writers = (
            None if self.digest_record is None else LiveNotes(self.digest_record.path.with_suffix(".writers"))
        )
        self._opener = TableOpener(uri, self._folder, self.digest_record)

    def open(self) -> DeltaTable | None:
        """The table at its current version, or that which is held (`data.delta.versions`); None if it does not exist.

        Each thread has its own; see `data.delta.table_opener`. After an error the table is opened anew.

        Raises:
            UsageError: the scheme of the URI is unknown.
            StoreUnusable: the place cannot be reached or is no Delta table, or its log is not as it was written.
        """
        with self._translate_errors():
            return self._opener.open()

    @property
    def name(self) -> str:
        """The name of the table's folder."""
        return self.uri.rsplit("/", 1)[1]

    def find_layout(self, table: DeltaTable | None) -> Layout:
        """The layout of the table at a version, or that in which it would be created.

        Raises:
            StoreUnusable: the table has other partitions.
        """
        if table is None and self.layout is not None:
            return self.layout
        names = [] if table is None else table.metadata().partition_columns
        for layout in Layout:
            if names == layout.partition_by:
                return layout
        message = f"the table at {self.uri} has the partitions {names}, which this version does not know"
        raise StoreUnusable(message)

    def read_version(self) -> str:
        """The table's id and version, ``-`` if it does not exist."""
        table = self.open()
        return "-" if table is None else f"{table.metadata().id}.{table.version()}"

    def read(self, query: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
        """Run a lazy query; a table that does not exist reads as one without rows.

        Delta stores microseconds: time columns are converted to the milliseconds of the schema.

        Args:
            query: maps the rows of the table (as they are stored, times in microseconds) to the result.

        Raises:
            StoreUnusable: the table or one of its files cannot be read, or is not as it was written.
        """
        return self.read_from(self.open(), query)

    def read_from(
        self,
        table: DeltaTable | None,
        query: Callable[[pl.LazyFrame], pl.LazyFrame],
        paths: Iterable[str] | None = None,
    ) -> pl.DataFrame:
        """Like `read`, at the version at which the table was opened.

        Args:
            table: None for a table without rows.
            query: as in `read`.
            paths: the files that are compared with their digests, below the folder of the table: those that the query
                reads; None for all.
        """
        with self._translate_errors():
            if paths is not None:
                self.check_files(paths)
            elif table is not None:
                self._opener.derive(table, self._check_all_files)
            rows = pl.LazyFrame(schema=self._build_stored_schema(table)) if table is None else self._scan(table)
            return _collect(query(rows))

    def read_partitions(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        query: Callable[[pl.LazyFrame], pl.LazyFrame],
    ) -> pl.DataFrame:
        """Like `read`, of the partitions of assets and of ``[start, end)``, which may hold further times."""
        table = self.open()
        is_in_partition = self.find_layout(table).build_filter(assets, start, end)
        paths = [] if table is None else self.list_files(table).find_partition_paths(assets, start, end)
        return self.read_from(table, lambda rows: query(rows.filter(is_in_partition)), paths)

    def list_files(self, table: DeltaTable) -> FileList:
        """The files of the table, of rows with an asset and an ``open_time``, at its version."""
        return self._opener.derive(table, self._list_files)

    def scan_window(
        self,
        table: DeltaTable | None,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        texts: Collection[str] = (),
    ) -> WindowScan:
        """The rows of assets and of ``[start, end)``, in less time than `read_from` takes, for `collect`.

        Args:
            table: of rows with an asset and an ``open_time``, at the version at which it was opened.
            assets: bases of symbols.
            start: aware.
            end: aware.
            texts: columns of text. Those of which the log tells that they have one value in all rows are ``constants``.

        Raises:
            StoreUnusable: the log of the table cannot be read, or one of the files is not as it was written.
        """
        if table is None:
            return WindowScan(pl.LazyFrame(schema=self._build_stored_schema(table)))
        layout = self.find_layout(table)
        with self._translate_errors():
            files = self.list_files(table)
            if table.protocol().min_reader_version > PLAIN_READER_VERSION:
                is_in_window = pl.col("open_time").is_between(start, end, closed="left")
                rows = self._scan(table).filter(layout.build_filter(assets, start, end), is_in_window)
                scan = WindowScan(rows, paths=files.find_paths(assets, start, end))
            else:
                scan = files.scan(assets, start, end, texts)
            self.check_files(scan.paths)
            return scan

    def collect(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """Read rows of `scan_window`, or what is queried of them; errors and times as in `read`."""
        with self._translate_errors():
            return _collect(rows)

    def list_months(self, assets: Collection[str] | None = None) -> pl.DataFrame:
        """The assets and months (their first day) of the files, from the log: columns asset and month, sorted."""
        table = self.open()
        if table is None:
            return pl.DataFrame(schema={"asset": pl.String(), "month": pl.Date()})
        with self._translate_errors():
            partitions = pl.DataFrame(table.get_add_actions())["partition"].struct.unnest()
        dates = pl.col(self.find_layout(table)).dt.month_start().alias("month")
        months = partitions.select("asset", dates).unique().sort("asset", "month")
        return months if assets is None else months.filter(pl.col("asset").is_in(list(assets)))

    def insert(
        self, choose_rows: Callable[[DeltaTable], tuple[pl.DataFrame, T]], *, conflict_parts: Iterable[str]
    ) -> T:
        """Append rows that depend on the content of the table; they are chosen again after every conflict.

        A plain append never conflicts. So each insert names the parts that it read (as application transactions of the
        Delta protocol), and of two inserts that name the same part the later one fails and chooses again.

        Args:
            choose_rows: maps the table at one version to the rows to append (columns of the schema) and a result.
            conflict_parts: names of the parts of the table that ``choose_rows`` reads: a concurrent insert that names
                one of them, and only such an insert, is a conflict.

        Returns:
            The result of ``choose_rows``.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be read or written.
        """

        def insert_once() -> T:
            table = self._open_or_create()
            rows, result = choose_rows(table)
            if not rows.is_empty():
                self.require_room(int(rows.estimated_size()))
                transactions = [Transaction(part, table.version()) for part in conflict_parts]
                stored_rows = rows if self.layout is None else self.find_layout(table).convert_rows(rows)
                write_deltalake(
                    table,
                    stored_rows,
                    mode="append",
                    writer_properties=self.choose_writer_properties(table),
                    commit_properties=CommitProperties(app_transactions=transactions),
                )
            return result

        return self.run_in_turn(insert_once)

    def append(self, rows: pl.DataFrame) -> None:
        """Append rows, whatever is written concurrently.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be written.
        """

        def append_once() -> None:
            self.require_room(int(rows.estimated_size()))
            write_deltalake(self._open_or_create(), rows, mode="append", writer_properties=WRITER_PROPERTIES)

        self.run_in_turn(append_once)

    def delete(self, predicate: str) -> int:
        """Delete the rows that match an SQL predicate and return how many; 0 if the table does not exist.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be written.
        """

        def delete_once() -> int:
            table = self.open()
            if table is None:
                return 0
            self.check_files(list_paths(table))  # what stays of a file is written anew, with a new digest
            properties = self.choose_writer_properties(table)
            return int(table.delete(predicate, writer_properties=properties)["num_deleted_rows"] or 0)

        if self.open() is None:
            return 0
        return self.run_in_turn(delete_once)

    def check_files(self, paths: Iterable[str]) -> None:
        """Compare files with the record of their digests; each is read once, and again when it changes.

        Args:
            paths: below the folder of the table.

        Raises:
            StoreUnusable: one of them is missing or not as it was written.
        """
        damages = [] if self.digest_record is None else self.digest_record.find_damage(paths)
        if damages:
            message = (
                f"the store is damaged: {self.uri}/{damages[0].path} {damages[0].reason}; put it back from a copy, or "
                "take it out by `verify-store --set-aside`, which names the minutes to get again"
            )
            raise StoreUnusable(message)

    def _note_writer(self) -> AbstractContextManager[None]:
        return nullcontext() if self.writers is None else self.writers.hold("")

    def require_room(self, more_bytes: int) -> None:
        """Check that the disk has room for so many bytes; see `data.disk.free_space.require_room`."""
        if self._folder is not None:
            require_room(self._folder, more_bytes)

    def measure_live_files(self) -> tuple[int, int]:
        """The number of files of the current version and their bytes; zeros if the table does not exist."""
        table = self.open()
        if table is None:
            return 0, 0
        sizes = pl.DataFrame(table.get_add_actions())["size_bytes"]
        return len(sizes), int(sizes.sum())

    def _scan(self, table: DeltaTable) -> pl.LazyFrame:
        """The rows of a table; polars looks up the columns of a version once for all queries of the thread."""
        return self._opener.derive(table, self._build_scan)

    def _check_all_files(self, table: DeltaTable) -> None:
        self.check_files(list_paths(table))

    def _list_files(self, table: DeltaTable) -> FileList:
        return FileList(table, self.find_layout(table))

    def _build_scan(self, table: DeltaTable) -> pl.LazyFrame:
        """The rows of a table, with the defaults of columns that it or some of its files lack."""
        rows = pl.scan_delta(table)
        if not self.defaults:
            return rows
        stored_columns = set(rows.collect_schema())
        stored = {name: pl.col(name) for name in self.defaults if name in stored_columns}
        columns = (
            pl.coalesce(stored[name], value) if name in stored else value.alias(name)
            for name, value in (
                (name, pl.lit(default, dtype=self.schema[name])) for name, default in self.defaults.items()
            )
        )
        return rows.with_columns(*columns).select(*self.schema)

    def choose_writer_properties(self, table: DeltaTable) -> WriterProperties:
        """How the Parquet files of a table are written."""
        if self.layout is not None and self.find_layout(table) is Layout.MONTH:
            return MONTH_WRITER_PROPERTIES
        return WRITER_PROPERTIES

    def build_configuration(self) -> dict[str, str]:
        """The settings of a new table, as properties of the Delta protocol."""
        indexed = {"delta.dataSkippingStatsColumns": ",".join(self.indexed)} if self.indexed else {}
        return CONFIGURATION | indexed

    def _build_stored_schema(self, table: DeltaTable | None) -> dict[str, pl.DataType]:
        return self.schema if self.layout is None else self.find_layout(table).convert_schema(self.schema)

    def _open_or_create(self) -> DeltaTable:
        table = self.open()
        if table is not None:
            schema = Schema.from_arrow(pl.Schema(self._build_stored_schema(table)))
            stored_names = {field.name for field in table.schema().fields}
            missing_fields = [field for field in schema.fields if field.name not in stored_names]
            if missing_fields:
                table.alter.add_columns(missing_fields)
            return table
        created = self.create(self.uri, self.layout)
        self._record_digests()
        return created

    def _record_digests(self) -> None:
        if self.digest_record is not None:
            self.digest_record.add_commits()

    def tidy_digests(self) -> None:
        """Record digests of the files that an earlier version of the program wrote, and forget files that are gone.

        Raises:
            StoreUnusable: the table cannot be read, or the record not be written.
        """
        snapshot = self.open()
        if self.digest_record is None or snapshot is None:
            return
        with self._translate_errors():
            self.digest_record.add_files(list_paths(snapshot))
            self.digest_record.compact()

    def create(self, uri: str, layout: Layout | None) -> DeltaTable:
        """Create a table for rows of this one at a URI, or open the one that is there."""
        schema = self.schema if layout is None else layout.convert_schema(self.schema)
        partition_by = self.partition_by if layout is None else layout.partition_by
        return FolderTable.create(
            uri,
            Schema.from_arrow(pl.Schema(schema)),
            mode="ignore",
            partition_by=partition_by or None,
            configuration=self.build_configuration(),
        )

    def run_in_turn(self, action: Callable[[], T]) -> T:
        """Like `run_with_retries`, of an action that takes a moment: other writers of this machine wait meanwhile.

        Conflicts remain with work that takes longer, and between machines.
        """
        if self._queue is None:
            return self.run_with_retries(action)
        with self._translate_errors(), self._queue.take_turn():
            return self.run_with_retries(action)

    def run_with_retries(self, action: Callable[[], T]) -> T:
        """Run an action that writes to the table, again after every conflict; then wait until it is on the disk.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be read or written.
        """
        try:
            with self._translate_errors(), read_current_versions(), self._note_writer():
                self.require_room(0)
                result = RETRY(action)
                self._record_digests()
                return result
        except CommitFailedError as error:
            message = f"other writers kept the store at {self.uri} busy; run the same command again, nothing is lost"
            raise StoreBusy(message) from error

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except CommitFailedError:
            raise
        except (DeltaError, OSError, pl.exceptions.PolarsError) as error:
            self._opener.forget()
            reason = explain_disk_error(error, self._folder) or explain_error(error)
            message = f"the store at {self.uri} cannot be used: {reason}"
            raise StoreUnusable(message) from error


def _collect(rows: pl.LazyFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col(pl.Datetime).cast(TIME)).collect()
