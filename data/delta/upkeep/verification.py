"""Compares all files of a table with the record of their digests, and takes damaged ones out of the table."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from deltalake import DeltaTable

from data.delta.digest_record import Damage
from data.delta.local_folder import list_paths
from data.delta.log_files import build_remove_actions, list_log_files
from data.delta.table import StoreTable
from data.delta.upkeep.maintenance import RETENTION


@dataclass(frozen=True, slots=True)
class TableCheck:
    """What a comparison of a table with its record gave.

    Attributes:
        file_count: data files of the current version; None if the log is damaged, so that they are unknown.
        unrecorded_count: those of them without a digest, which an earlier version of the program wrote.
        damages: files that are not as they were written.
        unnamed_count: files below the folder that no commit names, older than `RETENTION`: of writers that ended
            before their commit, or put there by hand. They are never read.
    """

    file_count: int | None
    unrecorded_count: int
    damages: tuple[Damage, ...]
    unnamed_count: int


def verify_table(table: StoreTable) -> TableCheck | None:
    """Read all files of a table; None if there is none, or none in a folder of this machine.

    Raises:
        StoreUnusable: the log is as it was written, and yet cannot be read.
    """
    record = table.digest_record
    if record is None:
        return None
    log_damages = record.find_log_damage()
    damages = [*record.find_record_damage(), *log_damages]
    if log_damages:
        return TableCheck(None, 0, tuple(damages), 0)
    snapshot = table.open()
    if snapshot is None:
        return None
    paths = list_paths(snapshot)
    damages += record.find_damage(paths)
    return TableCheck(len(paths), len(record.list_unrecorded(paths)), tuple(damages), _count_unnamed(snapshot))


def find_damaged_files(table: StoreTable) -> list[str]:
    """The data files of the table that are not as they were written; none if the log is damaged, too.

    Raises:
        StoreUnusable: the log is as it was written, and yet cannot be read.
    """
    record = table.digest_record
    if record is None or record.find_log_damage():
        return []
    snapshot = table.open()
    return [] if snapshot is None else [damage.path for damage in record.find_damage(list_paths(snapshot))]


def remove_files(table: StoreTable, paths: Collection[str]) -> None:
    """Take files out of the table; they stay on the disk as long as replaced ones.

    Raises:
        StoreBusy: others went ahead every time.
        StoreUnusable: the table cannot be read or written.
    """

    def remove_once() -> None:
        snapshot = table.open()
        if snapshot is None:
            return
        files = [file for file in list_log_files(snapshot) if file.path in paths]
        snapshot.create_write_transaction(
            list(build_remove_actions(files, changes_data=True)),
            mode="append",
            schema=snapshot.schema(),
            partition_by=snapshot.metadata().partition_columns or None,
        )

    table.run_with_retries(remove_once)


def _count_unnamed(snapshot: DeltaTable) -> int:
    hours = int(RETENTION / timedelta(hours=1))
    return len(set(snapshot.vacuum(hours, full=True)) - set(snapshot.vacuum(hours)))
