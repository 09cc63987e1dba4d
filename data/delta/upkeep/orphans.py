"""Removes what killed writers left: files that they wrote, and that no commit names.

A file that no log names may also be one that somebody put there, or all that is left of a table whose log is gone. So a
file is removed only if a writer of the table is known to have been killed (`StoreTable.writers`), if it is younger than
that writer's start, has a name as deltalake gives, is older than the retention, and is neither in the log nor in the
record of digests, which knows every file that ever was.
"""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from deltalake import DeltaTable

from data.delta.local_folder import find_local_folder
from data.delta.table import StoreTable

FILE_NAME = re.compile(r"part-\d{5}-[0-9a-f-]{36}-c\d{3}\.\w+\.parquet")
"""How deltalake names a data file."""

UNFINISHED_NAME = re.compile(r"(" + FILE_NAME.pattern + r"|\d{20}\.json|\d{20}\.checkpoint\.parquet)#\d+")
"""How it names a file that is not written to its end; it never lists these."""

MERGED = re.compile(r"sorted/[0-9a-f]{32}/")
"""Where a compaction writes files, with a log of their own that only it reads."""

CLOCK_S = 1.0
"""The times of files may differ by that from their order."""

MAX_WRITE_S = 24 * 3600
"""No write takes longer: what a writer left was written within a day after its start."""


def remove_orphans(table: StoreTable, snapshot: DeltaTable, retention: timedelta) -> None:
    """Remove files of killed writers that are older than ``retention`` by the real clock, as deltalake counts.

    Args:
        table: of a store; nothing is removed if it is in no folder of this machine.
        snapshot: the table at its current version.
        retention: how old a file has to be.

    Raises:
        OSError: the disk refuses.
    """
    folder, record, writers = find_local_folder(table.uri), table.digest_record, table.writers
    if folder is None or record is None or writers is None:
        return
    first_s = writers.find_oldest_dead()
    if first_s is None:
        return
    last_s = time.time() - retention.total_seconds()
    for path in record.list_unrecorded(_list_candidates(folder, snapshot, retention)):
        place = folder / path
        if place.exists() and first_s - CLOCK_S <= place.stat().st_mtime < last_s:
            place.unlink(missing_ok=True)
    writers.remove_dead(last_s - MAX_WRITE_S)


def _list_candidates(folder: Path, snapshot: DeltaTable, retention: timedelta) -> Iterator[str]:
    """Files that no commit names, of writers by their names; below the folder of the table."""
    hours = int(retention / timedelta(hours=1))
    for path in set(snapshot.vacuum(hours, full=True)) - set(snapshot.vacuum(hours)):
        if FILE_NAME.fullmatch(path.rsplit("/", 1)[-1]) or MERGED.match(path):
            yield path
    for place in folder.rglob("*#*"):
        if UNFINISHED_NAME.fullmatch(place.name):
            yield place.relative_to(folder).as_posix()
