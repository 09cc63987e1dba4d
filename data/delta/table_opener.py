"""Opens a Delta table for each thread, and anew only where its log shows another version."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from data.delta.digest_record import DigestRecord
from data.delta.local_folder import FolderTable
from data.delta.object_storage import explain_error
from data.delta.versions import get_held_versions
from data.errors import StoreUnusable, UsageError

T = TypeVar("T")


class TableOpener:
    """Opens the table at a URI.

    Each thread caches the table that it opened, and updates it only where the log shows a later version; no thread
    changes the version that another one reads.

    Args:
        uri: of the table.
        folder: that of the table; None if it is in no folder of this machine.
        record: of the table's digests; None as for ``folder``.
    """

    def __init__(self, uri: str, folder: Path | None, record: DigestRecord | None) -> None:
        self._uri, self._folder, self._record = uri, folder, record
        self._cached = threading.local()

    def open(self) -> DeltaTable | None:
        """The table at its current version, or that which is held (`data.delta.versions`); None if it does not exist.

        Raises:
            UsageError: the scheme of the URI is unknown.
            StoreUnusable: the place is no Delta table, or its log is not as it was written.
            Exception: as deltalake and the system raise them, where the place cannot be reached.
        """
        held = get_held_versions()
        if self._uri not in held:
            return self._open_current(None)
        version = held[self._uri]
        if version is None:
            return None
        table = self._open_current(version)
        if table is not None and table.version() != version:
            table.load_as_version(version)
        return table

    def _open_current(self, sufficient: int | None) -> DeltaTable | None:
        """The table at its current version, or at the ``sufficient`` one if the thread has opened it at that."""
        cached: DeltaTable | None = getattr(self._cached, "table", None)
        if cached is not None and self._is_same_place():
            if sufficient is None or cached.version() != sufficient:
                self._update_cached()
            return cached
        checkpoint = _identify_checkpoint(self._folder)
        self._check_log()
        table = self._open_existing()
        self._cached.table, self._cached.checkpoint = table, checkpoint
        self._remember_commit(table)
        return table

    def forget(self) -> None:
        """Open the table anew the next time, after an error."""
        self._cached.table = None

    def derive(self, table: DeltaTable, build: Callable[[DeltaTable], T]) -> T:
        """What is built from a table at its version, once for all queries of the thread."""
        # By its id, as all tables are equal to deltalake; the cache keeps the table, so that no other gets its id.
        version = id(table), table.version()
        if getattr(self._cached, "version", None) != version:
            self._cached.version, self._cached.derived_from, self._cached.derived = version, table, {}
        derived: dict[Callable[[DeltaTable], T], T] = self._cached.derived
        if build not in derived:
            derived[build] = build(table)
        return derived[build]

    def _remember_commit(self, table: DeltaTable | None) -> None:
        self._cached.commit_version = 0 if table is None else table.version()
        self._cached.commit = _identify_commit(self._folder, self._cached.commit_version)

    def _is_same_place(self) -> bool:
        """Whether the commit at which the cached table was read is there: a table put in its place has another.

        Not the first commit: old ones are removed from the log.
        """
        if self._folder is None:
            return True
        commit = _identify_commit(self._folder, self._cached.commit_version)
        return commit is not None and commit == self._cached.commit

    def _update_cached(self) -> None:
        """Bring the cached table to its current version.

        Versions are numbered without gaps, so there is a later one only if the next number has a commit; or a new
        checkpoint, after which old commits may be removed.
        """
        if self._folder is None:
            self._cached.table.update_incremental()  # lists the log once
            return
        table, checkpoint = self._cached.table, _identify_checkpoint(self._folder)
        if checkpoint != self._cached.checkpoint or _identify_commit(self._folder, table.version() + 1) is not None:
            self._check_log()
            table.update_incremental()
            self._cached.checkpoint = checkpoint
            self._remember_commit(table)

    def _check_log(self) -> None:
        """Compare the log with the record of its digests.

        Raises:
            StoreUnusable: it is not as it was written.
        """
        damages = [] if self._record is None else self._record.find_log_damage()
        if damages:
            message = (
                f"the store is damaged: {self._uri}/{damages[0].path} {damages[0].reason}; put it back from a copy, or "
                "collect and import into a new store"
            )
            raise StoreUnusable(message)

    def _open_existing(self) -> DeltaTable | None:
        try:
            return self._try_open()
        except TableNotFoundError:
            # Another writer may have created the table between the two checks.
            try:
                return self._try_open()
            except TableNotFoundError as error:
                message = f"the store at {self._uri} cannot be read: {explain_error(error)}"
                raise StoreUnusable(message) from error

    def _try_open(self) -> DeltaTable | None:
        """The table; None if the place is empty. Raises TableNotFoundError if it is not empty but no table."""
        try:
            return FolderTable(self._uri)
        except TableNotFoundError as error:
            if "Unknown scheme" in str(error):
                message = f"no storage is known for {self._uri!r}; give a folder or a URI such as s3://BUCKET/PATH"
                raise UsageError(message) from error
            if _is_blocked(self._uri):
                raise
            return None


def _identify_commit(folder: Path | None, version: int) -> tuple[int, int] | None:
    """Identity of a commit, which changes if the table in a folder is replaced; None if there is none, or no folder."""
    return None if folder is None else _identify_file(folder / "_delta_log" / f"{version:020}.json")


def _identify_checkpoint(folder: Path | None) -> tuple[int, int] | None:
    """Identity of the note of the last checkpoint, which changes with every checkpoint; None as for commits."""
    return None if folder is None else _identify_file(folder / "_delta_log" / "_last_checkpoint")


def _identify_file(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _is_blocked(uri: str) -> bool:
    """Whether a local place that did not open as a table has a Delta log or data, or a file instead of a folder."""
    if "://" in uri:
        return False
    path = Path(uri)
    is_file = any(place.is_file() for place in (path, *path.parents))
    return is_file or any((path / "_delta_log").glob("*.json")) or any(path.rglob("*.parquet"))
