"""Maintenance of the store: compacts files, removes those that no version needs, and measures sizes."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from data.delta.layout import Layout
from data.delta.local_folder import find_local_folder, list_paths
from data.delta.table import StoreTable
from data.delta.upkeep.compaction import compact_months
from data.delta.upkeep.orphans import remove_orphans

RETENTION = timedelta(days=7)
"""How long files stay that the current version of a table does not use: a reader may be at an older version."""


@dataclass(frozen=True, slots=True)
class StoreSize:
    """Bytes and number of the files of a store."""

    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Files of the store and their bytes before and after maintenance.

    For a store in a folder these are all files on the disk, logs included; elsewhere the data files of the current
    version of each table.
    """

    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int


def maintain_tables(uri: str, tables: Iterable[StoreTable], now: datetime, retention: timedelta) -> Maintenance:
    """Compact the tables of a store; see `data.store.CandleStore.maintain`."""
    tables = list(tables)
    before = measure_disk_size(uri) or _measure_live_size(tables)
    for table in tables:
        _maintain_table(table, now, retention)
    after = measure_disk_size(uri) or _measure_live_size(tables)
    return Maintenance(before.files, after.files, before.bytes, after.bytes)


def _maintain_table(table: StoreTable, now: datetime, retention: timedelta) -> None:
    """Compact the files, remove those that no version younger than ``retention`` uses, and write a checkpoint.

    Concurrent reads and writes are safe. The age of a version is by the real clock.

    Raises:
        StoreBusy: others went ahead every time.
        StoreUnusable: the table cannot be read or written.
    """

    def maintain_once() -> None:
        snapshot = table.open()
        if snapshot is None:
            return
        missing = table.build_configuration().items() - snapshot.metadata().configuration.items()
        if missing:  # a table of an earlier version; files that are compacted record what it asks for
            snapshot.alter.set_table_properties(dict(missing))
        if table.layout is not None and table.find_layout(snapshot) is Layout.MONTH:
            compact_months(table, snapshot, now)
        else:
            table.check_files(list_paths(snapshot))
            snapshot.optimize.compact(writer_properties=table.choose_writer_properties(snapshot))
        # Not `full`: that removes whatever the log does not name, such as all data if the log is a new one.
        snapshot.vacuum(int(retention / timedelta(hours=1)), dry_run=False)
        remove_orphans(table, snapshot, retention)
        snapshot.create_checkpoint()

    if table.open() is None:
        return
    table.run_with_retries(maintain_once)
    table.tidy_digests()


def measure_disk_size(uri: str) -> StoreSize | None:
    """Bytes and files below the folder of a store, 0 if it does not exist; None if the store is no local folder."""
    folder = find_local_folder(uri)
    if folder is None:
        return None
    paths = (Path(root, name) for root, _, names in os.walk(folder) for name in names)
    sizes = [size for path in paths if (size := _measure_file(path)) is not None]
    return StoreSize(sum(sizes), len(sizes))


def _measure_live_size(tables: Iterable[StoreTable]) -> StoreSize:
    counts = [table.measure_live_files() for table in tables]
    return StoreSize(sum(size for _, size in counts), sum(files for files, _ in counts))


def _measure_file(path: Path) -> int | None:
    """The size of a file; None if it was removed meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
