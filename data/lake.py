"""One Delta table: opened, created, read lazily, and written so that concurrent writers lose nothing.

Two writers of the same partitions cannot both commit: the later one gets a conflict, looks at the table again and
retries, a little later and a random bit apart. Foreign exceptions are translated here, once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import polars as pl
import stamina
from deltalake import DeltaTable, Schema, WriterProperties, write_deltalake
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
    """A Delta table at a URI, with its columns and partitions; nothing is created until the first write."""

    def __init__(self, uri: str, schema: dict[str, pl.DataType], partition_by: Sequence[str] = ()) -> None:
        self.uri = uri
        self.schema = schema
        self.partition_by = list(partition_by)

    def open(self) -> DeltaTable | None:
        """The table as it is now, or None where there is none yet.

        Raises:
            UsageError: no storage answers to the scheme of the URI.
            StoreUnusable: the place cannot be reached or holds something else.
        """
        with self._errors():
            try:
                return self._look()
            except TableNotFoundError:
                # Another writer may have made the table between the look and the finding that something is there.
                try:
                    return self._look()
                except TableNotFoundError as error:
                    message = f"the store at {self.uri} cannot be read: {_first_line(error)}"
                    raise StoreUnusable(message) from error

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
        rows = pl.LazyFrame(schema=self.schema) if table is None else pl.scan_delta(table)
        with self._errors():
            frame = plan(rows).collect()
        return frame.with_columns(pl.col(pl.Datetime).cast(TIME))

    def insert(self, choose: Callable[[DeltaTable], tuple[pl.DataFrame, T]], *, key: Sequence[str], within: str) -> T:
        """Insert rows chosen in the light of what the table holds; chosen anew whenever another writer came first.

        Args:
            choose: takes the table at one version to the rows to insert (columns of the schema, none of whose `key`
                is in the table) and to whatever the caller wants back.
            key: the columns that name a row.
            within: SQL over the target ``t`` that bounds the partitions that `choose` looked at: a concurrent commit
                there, and only there, is a conflict.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be read or written.
        """
        match = " AND ".join([within, *(f"t.{name} = s.{name}" for name in key)])

        def attempt() -> T:
            table = self._open_or_create()
            rows, answer = choose(table)
            if not rows.is_empty():
                merge = table.merge(rows, match, source_alias="s", target_alias="t", writer_properties=ZSTD)
                merge.when_not_matched_insert_all().execute()
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
        table = self.open()
        if table is not None:
            return table
        schema = Schema.from_arrow(pl.Schema(self.schema))
        return DeltaTable.create(self.uri, schema, mode="ignore", partition_by=self.partition_by or None)

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


def _blocked(uri: str) -> bool:
    """Whether a local place that opened as "no table" holds one after all, or has a file where a folder should be."""
    if "://" in uri:
        return False
    path = Path(uri)
    return any(place.is_file() for place in (path, *path.parents)) or any((path / "_delta_log").glob("*.json"))


def _first_line(error: Exception) -> str:
    """The first line of a message; what follows are inner causes in colour."""
    return str(error).strip().split("\n", 1)[0]
