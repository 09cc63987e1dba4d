"""Maintenance of the store: compacts files, removes those that no version needs, and measures sizes."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from data.delta.table import StoreTable

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


def maintain_tables(uri: str, tables: Iterable[StoreTable], retention: timedelta) -> Maintenance:
    """Compact the tables of a store; see `data.store.CandleStore.maintain`."""
    tables = list(tables)
    before = measure_disk_size(uri) or _measure_live_size(tables)
    for table in tables:
        table.compact(retention)
    after = measure_disk_size(uri) or _measure_live_size(tables)
    return Maintenance(before.files, after.files, before.bytes, after.bytes)


def measure_disk_size(uri: str) -> StoreSize | None:
    """Bytes and files below the folder of a store, 0 if it does not exist; None if the store is no local folder."""
    folder = _find_local_folder(uri)
    if folder is None:
        return None
    paths = (Path(root, name) for root, _, names in os.walk(folder) for name in names)
    sizes = [size for path in paths if (size := _measure_file(path)) is not None]
    return StoreSize(sum(sizes), len(sizes))


def _measure_live_size(tables: Iterable[StoreTable]) -> StoreSize:
    counts = [table.measure_live_files() for table in tables]
    return StoreSize(sum(size for _, size in counts), sum(files for files, _ in counts))


def _find_local_folder(uri: str) -> Path | None:
    if "://" not in uri:
        return Path(uri)
    return Path(unquote(urlsplit(uri).path)) if uri.startswith("file://") else None


def _measure_file(path: Path) -> int | None:
    """The size of a file; None if it was removed meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
