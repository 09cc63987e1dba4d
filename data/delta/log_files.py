"""The files of a table as its log lists them, and what takes some of them out of it."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import polars as pl
from deltalake import DeltaTable
from deltalake.transaction import RemoveAction


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file of a table at one version.

    Attributes:
        path: below the folder of the table.
        partition: the values of the columns that the table is partitioned by, as Python has them.
        rows: how many.
        bytes: how large.
        written_ms: when, in milliseconds since 1970.
        least: the least value of each column of which the log has it.
        greatest: likewise.
        null_counts: how many values are null, by column.
    """

    path: str
    partition: Mapping[str, Any]
    rows: int
    bytes: int
    written_ms: int
    least: Mapping[str, Any]
    greatest: Mapping[str, Any]
    null_counts: Mapping[str, int]


def list_log_files(table: DeltaTable) -> list[LogFile]:
    """The files of the table at its version."""
    return [
        LogFile(
            path=unquote(action["path"]),  # the log quotes paths, and the functions that write to it quote again
            partition=action.get("partition") or {},
            rows=action["num_records"],
            bytes=action["size_bytes"],
            written_ms=action["modification_time"],
            least=action.get("min") or {},
            greatest=action.get("max") or {},
            null_counts=action.get("null_count") or {},
        )
        for action in pl.DataFrame(table.get_add_actions()).iter_rows(named=True)
    ]


def format_partition(partition: Mapping[str, Any]) -> dict[str, str | None]:
    """The values of a partition as the Delta protocol has them."""
    return {name: None if value is None else str(value) for name, value in partition.items()}


def build_remove_actions(files: Iterable[LogFile], *, changes_data: bool) -> Iterator[RemoveAction]:
    """What takes files out of their table.

    The time of the removal is by the real clock, as is the age at which deltalake removes them from the disk.

    Args:
        files: of the table.
        changes_data: whether the rows of the table become others by it.
    """
    removed_ms = time.time_ns() // 1_000_000
    for file in files:
        yield RemoveAction(file.path, changes_data, removed_ms, file.bytes, format_partition(file.partition))
