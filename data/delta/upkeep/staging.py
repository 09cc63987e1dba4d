"""Files that are written below the folder of a table, and become part of the table in one later commit.

Until then they are a table of their own, so that no reader of the other one sees them.
"""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.transaction import AddAction, RemoveAction

from data.delta.layout import Layout
from data.delta.local_folder import find_local_folder
from data.delta.table import StoreTable

FILE: dict[str, pl.DataType] = {
    "path": pl.String(),
    "asset": pl.String(),
    "date": pl.Date(),
    "rows": pl.Int64(),
    "bytes": pl.Int64(),
    "written_ms": pl.Int64(),
    "statistics": pl.String(),
}
"""A file of a table at one version: path below the table, partition (asset, and day or first day of the month), size,
when it was written in milliseconds since 1970, and statistics as the JSON of the Delta protocol."""


def list_files(table: DeltaTable, layout: Layout) -> pl.DataFrame:
    """The files of a table at its version: a frame of `FILE`, sorted by partition and path."""
    actions = pl.DataFrame(table.get_add_actions())
    records = [
        {
            # The log quotes paths, and the functions that write to it quote again.
            "path": unquote(action["path"]),
            "asset": action["partition"]["asset"],
            "date": action["partition"][layout.value],
            "rows": action["num_records"],
            "bytes": action["size_bytes"],
            "written_ms": action["modification_time"],
            "statistics": _format_statistics(action),
        }
        for action in actions.iter_rows(named=True)
    ]
    return pl.DataFrame(records, schema=FILE).sort("asset", "date", "path")


class StagedFiles:
    """Files of a table by asset and month, in ``folder`` below the table, that are not part of it yet."""

    def __init__(self, table: StoreTable, folder: str) -> None:
        self.uri = f"{table.uri}/{folder}"
        self._table, self._folder = table, folder

    def open(self) -> DeltaTable:
        """The files as a table of their own; it is created if it does not exist."""
        return self._table.create(self.uri, Layout.MONTH)

    def write(self, staged: DeltaTable, rows: pl.DataFrame, transactions: list[Transaction]) -> None:
        """Write sorted rows, a file for each partition.

        Args:
            staged: the table of staged files, at the version that the caller looked at.
            rows: as a table by month stores them.
            transactions: of the Delta protocol; a concurrent write with one of the same name is a conflict.

        Raises:
            CommitFailedError: a conflict.
        """
        write_deltalake(
            staged,
            rows,
            mode="append",
            writer_properties=self._table.choose_writer_properties(staged),
            commit_properties=CommitProperties(app_transactions=transactions),
        )

    def build_add_actions(self, staged: DeltaTable, *, changes_data: bool) -> list[AddAction]:
        """What adds all of the files to the table."""
        return [
            AddAction(
                path=f"{self._folder}/{file['path']}",
                size=file["bytes"],
                partition_values=_format_partition(file, Layout.MONTH),
                modification_time=file["written_ms"],
                data_change=changes_data,
                stats=file["statistics"],
            )
            for file in list_files(staged, Layout.MONTH).iter_rows(named=True)
        ]

    def forget(self) -> None:
        """Remove the log of the staged files, which are part of the table now.

        Of a table that is not in a local folder it stays until the files that no version uses are removed.
        """
        folder = find_local_folder(self.uri)
        if folder is not None:
            shutil.rmtree(folder / "_delta_log", ignore_errors=True)


def build_remove_actions(files: pl.DataFrame, layout: Layout) -> Iterator[RemoveAction]:
    """What removes files (a frame of `FILE`) from their table, whose rows stay the same.

    The time of the removal is by the real clock, as is the age at which deltalake removes them from the disk.
    """
    removed_ms = time.time_ns() // 1_000_000
    for file in files.iter_rows(named=True):
        partition = _format_partition(file, layout)
        yield RemoveAction(file["path"], False, removed_ms, file["bytes"], partition)  # noqa: FBT003 - positional only


def _format_partition(file: dict[str, Any], layout: Layout) -> dict[str, str | None]:
    return {"asset": file["asset"], layout.value: file["date"].isoformat()}


def _format_statistics(action: dict[str, Any]) -> str:
    statistics = {
        "numRecords": action["num_records"],
        "minValues": _format_values(action["min"]),
        "maxValues": _format_values(action["max"]),
        "nullCount": action["null_count"],
    }
    return json.dumps(statistics)


def _format_values(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value:%Y-%m-%dT%H:%M:%S.%f}Z" if isinstance(value, datetime) else value
        for name, value in values.items()
    }
