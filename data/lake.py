"""One Delta table: opened, created, read lazily, and written so that concurrent writers lose nothing.

Two writers that looked at the same part of a table cannot both commit: the later one gets a conflict, looks at the
table again and retries, a little later and a random bit apart. Foreign exceptions are translated here, once.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import polars as pl
import stamina
from deltalake import CommitProperties, DeltaTable, Schema, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from data.errors import StoreBusy, StoreUnusable, UsageError
from data.schema import TIME

RETRYING = stamina.RetryingCaller(attempts=40, timeout=120.0, wait_initial=0.02, wait_max=2.0, wait_jitter=0.2).on(
    CommitFailedError
)
"""Tries again after a conflict. Every conflict means that another writer went ahead, so the work gets done."""

T = TypeVar("T")

ZSTD = WriterProperties(compression="ZSTD")


class LakeTable:
    """A Delta table at a URI, with its columns and partitions; nothing is created until the first write.

    ``defaults`` are the values of columns that older tables lack: reads fill them in, and the first write adds the
    columns to the table. ``indexed`` are the columns by whose least and greatest values files are left out of a read
    (none: all); with few of them the log of a table of many files is read in a third of the time.
    """

    def __init__(
        self,
        uri: str,
        schema: dict[str, pl.DataType],
        partition_by: Sequence[str] = (),
        defaults: Mapping[str, str] | None = None,
        indexed: Sequence[str] = (),
    ) -> None:
        self.uri = uri
        self.schema = schema
        self.partition_by = list(partition_by)
        self.defaults = dict(defaults or {})
        self.indexed = list(indexed)
        self._held = threading.local()

    def open(self) -> DeltaTable | None:
        """The table as it is now, or None where there is none yet.

        Each thread keeps a table that it opened in a folder and brings it up to date, which takes a fifth of opening
        it anew; what one thread does never moves the table under another.

        Raises:
            UsageError: no storage answers to the scheme of the URI.
            StoreUnusable: the place cannot be reached or holds something else.
        """
        with self._errors():
            first_commit = _first_commit(self.uri)
            if first_commit is not None and getattr(self._held, "first_commit", None) == first_commit:
                held: DeltaTable = self._held.table
                held.update_incremental()
                return held
            found = self._find()
            self._held.table, self._held.first_commit = found, first_commit
            return found

    def version(self) -> str:
        """The table's own id and its commit number, ``-`` where there is no table."""
        table = self.open()
        return "-" if table is None else f"{table.metadata().id}.{table.version()}"

    def read(self, plan: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
        """Run a lazy query; a table that is not there yet reads as one without rows.

        Delta stores microseconds: time columns come back in the milliseconds of the schema.

        Args:
            plan: takes the rows of the table (columns of the schema, times in microseconds) to the query.

        Raises:
            StoreUnusable: the table or one of its files cannot be read.
        """
        return self.read_from(self.open(), plan)

    def read_from(self, table: DeltaTable | None, plan: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
        """As `read`, at the version at which the table was opened."""
        with self._errors():
            frame = plan(pl.LazyFrame(schema=self.schema) if table is None else self._scan(table)).collect()
        return frame.with_columns(pl.col(pl.Datetime).cast(TIME))

    def insert(self, choose: Callable[[DeltaTable], tuple[pl.DataFrame, T]], *, looked_at: Iterable[str]) -> T:
        """Add rows chosen in the light of what the table holds; chosen anew whenever another writer came first.

        An append as such never conflicts. So each insert signs the parts that it looked at (the application
        transactions of the Delta protocol), and of two inserts that signed one part the later fails and looks again.

        Args:
            choose: takes the table at one version to the rows to add (columns of the schema) and to whatever the
                caller wants back.
            looked_at: names of the parts of the table that `choose` looks at: a concurrent insert that names one of
                them, and only such a one, is a conflict.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be read or written.
        """

        def attempt() -> T:
            table = self._open_or_create()
            rows, answer = choose(table)
            if not rows.is_empty():
                signed = [Transaction(part, table.version()) for part in looked_at]
                properties = CommitProperties(app_transactions=signed)
                write_deltalake(table, rows, mode="append", writer_properties=ZSTD, commit_properties=properties)
            return answer

        return self._retried(attempt)

    def append(self, rows: pl.DataFrame) -> None:
        """Add rows whatever else is written meanwhile.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be written.
        """
        self._retried(lambda: write_deltalake(self._open_or_create(), rows, mode="append", writer_properties=ZSTD))

    def delete(self, where: str) -> int:
        """Drop the rows for which SQL holds, and say how many; 0 where there is no table.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be written.
        """

        def attempt() -> int:
            table = self.open()
            if table is None:
                return 0
            return int(table.delete(where, writer_properties=ZSTD)["num_deleted_rows"] or 0)

        return self._retried(attempt)

    def tidy(self, retention: timedelta) -> None:
        """Make few files of many, and remove those from the disk that no version younger than ``retention`` has.

        Readers and writers go on meanwhile. By the real clock, whatever time the program was given.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be read or written.
        """

        def attempt() -> None:
            table = self.open()
            if table is not None:
                table.optimize.compact(writer_properties=ZSTD)
                # Full: also the files that a writer left behind when it died before its commit.
                table.vacuum(int(retention / timedelta(hours=1)), dry_run=False, full=True)

        self._retried(attempt)

    def live_files(self) -> tuple[int, int]:
        """How many files the present version of the table consists of, and their bytes; 0 where there is no table."""
        table = self.open()
        if table is None:
            return 0, 0
        sizes = pl.DataFrame(table.get_add_actions())["size_bytes"]
        return len(sizes), int(sizes.sum())

    def _scan(self, table: DeltaTable) -> pl.LazyFrame:
        """The rows of a table that is there, with the defaults of columns that it or some of its files lack."""
        rows = pl.scan_delta(table)
        if not self.defaults:
            return rows
        there = set(rows.collect_schema())
        filled = (
            pl.col(name).fill_null(value).alias(name) if name in there else pl.lit(value).alias(name)
            for name, value in self.defaults.items()
        )
        return rows.with_columns(*filled).select(*self.schema)

    def _find(self) -> DeltaTable | None:
        try:
            return self._look()
        except TableNotFoundError:
            # Another writer may have made the table between the look and the finding that something is there.
            try:
                return self._look()
            except TableNotFoundError as error:
                message = f"the store at {self.uri} cannot be read: {_first_line(error)}"
                raise StoreUnusable(message) from error

    def _look(self) -> DeltaTable | None:
        """The table, or None where nothing is; TableNotFoundError where something is that is no table."""
        try:
            return DeltaTable(self.uri)
        except TableNotFoundError as error:
            if "Unknown scheme" in str(error):
                message = f"no storage is known for {self.uri!r}; give a folder or a URI such as s3://BUCKET/PATH"
                raise UsageError(message) from error
            if _blocked(self.uri):
                raise
            return None

    def _open_or_create(self) -> DeltaTable:
        schema = Schema.from_arrow(pl.Schema(self.schema))
        table = self.open()
        if table is not None:
            there = {field.name for field in table.schema().fields}
            lacking = [field for field in schema.fields if field.name not in there]
            if lacking:
                table.alter.add_columns(lacking)
            return table
        made = {"delta.dataSkippingStatsColumns": ",".join(self.indexed)} if self.indexed else None
        return DeltaTable.create(
            self.uri, schema, mode="ignore", partition_by=self.partition_by or None, configuration=made
        )

    def _retried(self, attempt: Callable[[], T]) -> T:
        try:
            with self._errors():
                return RETRYING(attempt)
        except CommitFailedError as error:
            message = f"other writers kept the store at {self.uri} busy; run the same command again, nothing is lost"
            raise StoreBusy(message) from error

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except CommitFailedError:
            raise
        except (DeltaError, OSError, pl.exceptions.PolarsError) as error:
            message = f"the store at {self.uri} cannot be used: {_first_line(error)}"
            raise StoreUnusable(message) from error


def sql_text(text: str) -> str:
    """A text as an SQL literal.

    >>> sql_text("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def _first_commit(uri: str) -> tuple[int, int] | None:
    """What tells the table in a folder from another one that was made in its place; None where there is none."""
    try:
        stat = Path(uri, "_delta_log", f"{0:020}.json").stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _blocked(uri: str) -> bool:
    """Whether a local place that opened as "no table" holds one after all, or has a file where a folder should be."""
    if "://" in uri:
        return False
    path = Path(uri)
    return any(place.is_file() for place in (path, *path.parents)) or any((path / "_delta_log").glob("*.json"))


def _first_line(error: Exception) -> str:
    """The first line of a message; what follows are inner causes in colour."""
    return str(error).strip().split("\n", 1)[0]
