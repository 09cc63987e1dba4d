"""Compaction of tables by month: few files, each of them sorted by venue, symbol and time.

While a month lasts, its small files are merged, and files of `FULL_BYTES` are left alone, so that a day's tidy-up does
not write the whole month again. When it is over its files become one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import polars as pl
from deltalake import DeltaTable

from data.delta.layout import Layout
from data.delta.log_files import build_remove_actions, list_log_files
from data.delta.table import StoreTable
from data.delta.upkeep.staging import StagedFiles, build_file_frame

FULL_BYTES = 2 * 1024 * 1024
"""A file of this size is not merged before its month is over; twelve markets fill it in some ten days."""

MAX_ROWS_PER_COMMIT = 1_000_000
"""Partitions are compacted together up to so many rows, to limit memory; each is compacted as a whole."""

SORT_COLUMNS = ("venue", "symbol", "open_time", "price", "origin", "source", "fetched_at")
"""The order of rows in a file of candles."""


def compact_months(table: StoreTable, snapshot: DeltaTable, now: datetime) -> None:
    """Compact a table of candles by month; reads and appends go on meanwhile.

    Args:
        table: the table.
        snapshot: the table at its current version; it is brought to the version after the compaction.
        now: the present time, aware: months before that of ``now`` are over.

    Raises:
        CommitFailedError: another process has removed one of the files.
        StoreUnusable: one of the files is not as it was written.
    """
    files_by_path = {file.path: file for file in list_log_files(snapshot)}
    files = _select_unfinished(build_file_frame(files_by_path.values(), Layout.MONTH), now)
    uris_by_name = {uri.rsplit("/", 1)[1]: uri for uri in snapshot.file_uris()} if len(files) else {}
    for batch in _split_into_batches(files):
        table.check_files(path for partition in batch for path in partition["path"])
        table.require_room(sum(int(partition["bytes"].sum()) for partition in batch))
        rows = [
            _read_files([uris_by_name[path.rsplit("/", 1)[1]] for path in partition["path"]]).with_columns(
                asset=pl.lit(partition["asset"][0]), month=pl.lit(partition["date"][0])
            )
            for partition in batch
        ]
        staged_files = StagedFiles(table, f"sorted/{uuid4().hex}")
        staged_files.write(staged_files.open(), pl.concat(rows), [])
        replaced = [files_by_path[path] for partition in batch for path in partition["path"]]
        removed = build_remove_actions(replaced, changes_data=False)
        snapshot.create_write_transaction(
            [*staged_files.build_add_actions(staged_files.open(), changes_data=False), *removed],
            mode="append",
            schema=snapshot.schema(),
            partition_by=Layout.MONTH.partition_by,
        )
        staged_files.forget()
        snapshot.update_incremental()


def _select_unfinished(files: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The files that are to be merged with others of their partition."""
    is_over = pl.col("date") < now.astimezone(UTC).date().replace(day=1)
    mergeable = files.filter(is_over | (pl.col("bytes") < FULL_BYTES))
    return mergeable.filter(pl.len().over("asset", "date") > 1)


def _split_into_batches(files: pl.DataFrame) -> Iterator[list[pl.DataFrame]]:
    """The files of each partition, in batches."""
    batch: list[pl.DataFrame] = []
    row_count = 0
    for partition in files.partition_by("asset", "date", maintain_order=True):
        batch.append(partition)
        row_count += int(partition["rows"].sum())
        if row_count >= MAX_ROWS_PER_COMMIT:
            yield batch
            batch, row_count = [], 0
    if batch:
        yield batch


def _read_files(uris: list[str]) -> pl.DataFrame:
    return pl.scan_parquet(uris, hive_partitioning=False).sort(SORT_COLUMNS).collect()
