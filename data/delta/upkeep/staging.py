"""Files that are written below the folder of a table, and become part of the table in one later commit.

Until then they are a table of their own, so that no reader of the other one sees them.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.transaction import AddAction

from data.delta.layout import Layout
from data.delta.local_folder import find_local_folder
from data.delta.log_files import LogFile, format_partition, list_log_files
from data.delta.table import StoreTable

FILE: dict[str, pl.DataType] = {
    "path": pl.String(),
    "asset": pl.String(),
    "date": pl.Date(),
    "rows": pl.Int64(),
    "bytes": pl.Int64(),
}
"""A file of a table at one version: path below the table, asset, day or first day of the month, and size."""


def build_file_frame(files: Iterable[LogFile], layout: Layout) -> pl.DataFrame:
    """The files of a table in a layout: a frame of `FILE`, sorted by partition and path."""
    records = [
        {
            "path": file.path,
            "asset": file.partition["asset"],
            "date": file.partition[layout.value],
            "rows": file.rows,
            "bytes": file.bytes,
        }
        for file in files
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
                path=f"{self._folder}/{file.path}",
                size=file.bytes,
                partition_values=format_partition(file.partition),
                modification_time=file.written_ms,
                data_change=changes_data,
                stats=_format_statistics(file),
            )
            for file in list_log_files(staged)
        ]

    def forget(self) -> None:
        """Remove the log of the staged files, which are part of the table now.

        Of a table that is not in a local folder it stays until the files that no version uses are removed.
        """
        folder = find_local_folder(self.uri)
        if folder is not None:
            shutil.rmtree(folder / "_delta_log", ignore_errors=True)


def _format_statistics(file: LogFile) -> str:
    """What the log says of the values of a file, as the JSON of the Delta protocol."""
    statistics = {
        "numRecords": file.rows,
        "minValues": _format_values(file.least),
        "maxValues": _format_values(file.greatest),
        "nullCount": file.null_counts,
    }
    return json.dumps(statistics)


def _format_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value:%Y-%m-%dT%H:%M:%S.%f}Z" if isinstance(value, datetime) else value
        for name, value in values.items()
    }
