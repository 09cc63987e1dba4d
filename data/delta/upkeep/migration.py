"""Rewrites a table by day as one by month, while it is read and written.

Each month of an asset is read, counted, sorted and staged; then one commit replaces all files of the table by the
staged ones. It is made at the version after the one that was staged or not at all, so no row that a writer adds
meanwhile is lost. Readers of an earlier version keep its files until they are removed after the retention.

A staged month is signed with the names of the files that it was made from. A run that was interrupted leaves them, and
the next one stages only the months whose files are others.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable, PostCommitHookProperties, Schema, Transaction
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, create_table_with_add_actions
from filelock import FileLock, Timeout

from data.delta.layout import Layout
from data.delta.local_folder import FolderTable, find_local_folder
from data.delta.log_files import list_log_files
from data.delta.sql import quote_sql
from data.delta.table import StoreTable
from data.delta.upkeep.compaction import SORT_COLUMNS
from data.delta.upkeep.staging import StagedFiles, build_file_frame
from data.errors import StoreBusy, StoreUnusable, UsageError

STAGING_FOLDER = "by-month"
"""The folder of the staged files below that of the table; they stay there when they are part of it."""

SIGNATURE_BYTES = 7
"""The length of a signature: it has to fit into a signed number of eight bytes."""

PART = ("asset", "month")

LOG = "_delta_log"

VERSION_DIGITS = 20
"""A commit is the file of this name in the log: its version with so many digits."""

OnMonth = Callable[[int, int], None]
"""Is called before each month of an asset with its number, from 0, and the number of months."""


def migrate_table(table: StoreTable, on_month: OnMonth) -> int:
    """Bring a table by day to the layout by month.

    Args:
        table: of candles, in a local folder.
        on_month: is told about the progress.

    Returns:
        The number of rows of the table.

    Raises:
        UsageError: the table is not in a local folder.
        StoreBusy: another process migrates it, or writers went ahead every time.
        StoreUnusable: a row was lost on the way; the table is as it was.
    """
    folder = find_local_folder(table.uri)
    if folder is None:
        message = (
            f"the store at {table.uri} is not on this machine, and object stores cannot replace a table's files at a "
            "given version: copy the store into a folder, run `maintain` there, and copy it back while nothing writes "
            "to it; until then it works as it is"
        )
        raise UsageError(message)
    with _hold_lock(folder):
        table.run_with_retries(lambda: _stage_parts(table, FolderTable(table.uri), on_month))
        # What is left takes a moment, however large the table is.
        return table.run_with_retries(lambda: _migrate_once(table, folder, on_month))


@contextmanager
def _hold_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of migrations of a table; the system releases it if the process is killed."""
    lock = FileLock(folder / ".migration.lock", blocking=False)
    try:
        with lock:
            yield
    except Timeout as timeout:
        message = f"another process migrates the table in {folder}: wait for it, readers and writers can go on"
        raise StoreBusy(message) from timeout


def _migrate_once(table: StoreTable, folder: Path, on_month: OnMonth) -> int:
    """Stage what is not staged and replace the files; raises CommitFailedError if a writer went ahead."""
    snapshot = FolderTable(table.uri)
    parts = _stage_parts(table, snapshot, on_month)
    if parts is None:
        return 0
    staged_files = StagedFiles(table, STAGING_FOLDER)
    staged = staged_files.open()
    counts = pl.scan_delta(staged).group_by(PART).agg(pl.len().cast(pl.Int64).alias("rows")).collect()
    if not counts.sort(PART).equals(parts.select(*PART, "rows")):
        message = f"the table at {table.uri} stays as it is: its staged months have other numbers of rows than it has"
        raise StoreUnusable(message)
    _replace_files(table, folder, snapshot.version(), staged_files.build_add_actions(staged, changes_data=True))
    staged_files.forget()
    return int(parts["rows"].sum())


def _stage_parts(table: StoreTable, snapshot: DeltaTable, on_month: OnMonth) -> pl.DataFrame | None:
    """Stage the months of assets that are not staged as they are at this version.

    Returns:
        Asset, month, rows and signature of all, sorted; None if the table is by month already.
    """
    if table.find_layout(snapshot) is Layout.MONTH:
        return None
    parts = _list_parts(snapshot)
    staged_files = StagedFiles(table, STAGING_FOLDER)
    staged = staged_files.open()
    staged.repair()  # staged files that an interrupted run left long ago may have been removed
    staged_frame = build_file_frame(list_log_files(staged), Layout.MONTH)
    counts = staged_frame.group_by("asset", pl.col("date").alias("month")).agg(pl.sum("rows"))
    compared = parts.join(counts, on=PART, how="full", coalesce=True, suffix="_staged")
    is_staged = [
        row["rows"] == row["rows_staged"] and row["signature"] == staged.transaction_version(_name_part(row))
        for row in compared.iter_rows(named=True)
    ]
    different = compared.filter(~pl.Series(is_staged, dtype=pl.Boolean))
    for part in different.filter(pl.col("rows_staged").is_not_null()).iter_rows(named=True):
        staged.delete(f"asset = {quote_sql(part['asset'])} AND month = '{part['month']}'")
    missing = different.filter(pl.col("rows").is_not_null()).sort(PART)
    for number, part in enumerate(missing.iter_rows(named=True)):
        on_month(number, len(missing))
        _stage_part(table, snapshot, staged_files, part)
    return parts


def _stage_part(table: StoreTable, snapshot: DeltaTable, staged_files: StagedFiles, part: dict[str, Any]) -> None:
    """Stage one month of an asset.

    Raises:
        StoreUnusable: it has another number of rows than the log says.
    """
    is_in_part = (pl.col("asset") == part["asset"]) & (pl.col("day").dt.month_start() == part["month"])
    rows = table.read_from(snapshot, lambda stored: stored.filter(is_in_part).sort(SORT_COLUMNS))
    if len(rows) != part["rows"]:
        message = f"the table at {table.uri} has {len(rows):,} rows of {_name_part(part)}, not {part['rows']:,}"
        raise StoreUnusable(message)
    transaction = Transaction(_name_part(part), part["signature"])
    staged_files.write(staged_files.open(), Layout.MONTH.convert_rows(rows), [transaction])


def _list_parts(snapshot: DeltaTable) -> pl.DataFrame:
    """The months of assets of a table by day: asset, month, rows, and signature of the files, sorted."""
    month = pl.col("date").dt.month_start().alias("month")
    files = build_file_frame(list_log_files(snapshot), Layout.DAY)
    parts = files.group_by("asset", month).agg(pl.sum("rows"), pl.col("path").sort())
    signatures = [_sign_paths(paths) for paths in parts["path"]]
    return parts.drop("path").with_columns(pl.Series("signature", signatures, pl.Int64)).sort(PART)


def _sign_paths(paths: pl.Series) -> int:
    """A number that stands for these files, which never change: a signature fits into the version of a transaction."""
    digest = sha256("\n".join(paths).encode()).digest()
    return int.from_bytes(digest[:SIGNATURE_BYTES], "big")


def _name_part(part: dict[str, Any]) -> str:
    return f"{part['asset']}/{part['month']:%Y-%m}"


def _replace_files(table: StoreTable, folder: Path, version: int, added: list[AddAction]) -> None:
    """Commit the version after ``version``, in which the table has these files only, and is by month.

    deltalake would commit after whatever version there is then, and so remove the files of a later one. So it makes the
    commit in a copy of the log, and a link puts it in its place, unless another commit is there.
    """
    log, copy = folder / LOG, folder / ".replacement"
    shutil.rmtree(copy, ignore_errors=True)
    (copy / LOG).mkdir(parents=True)
    for path in log.iterdir():
        number = path.name[:VERSION_DIGITS]
        if number.isdigit() and int(number) <= version:
            os.link(path, copy / LOG / path.name)
    create_table_with_add_actions(
        str(copy),
        Schema.from_arrow(pl.Schema(Layout.MONTH.convert_schema(table.schema))),
        added,
        mode="overwrite",
        partition_by=Layout.MONTH.partition_by,
        configuration=table.build_configuration(),
        post_commithook_properties=PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False),
    )
    commit = f"{version + 1:0{VERSION_DIGITS}}.json"
    put_commit(copy / LOG / commit, log / commit)
    shutil.rmtree(copy)


def put_commit(made: Path, place: Path) -> None:
    """Put a commit into its place in the log, at once and as a whole.

    Raises:
        CommitFailedError: another commit is there.
    """
    try:
        os.link(made, place)
    except FileExistsError as error:
        message = "another writer has committed meanwhile"
        raise CommitFailedError(message) from error
