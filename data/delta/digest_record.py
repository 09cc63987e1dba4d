"""The digests of a table's commits and files, so that what is read can be compared with what was written.

Neither the Delta log nor the Parquet files that deltalake writes have a checksum: one flipped bit gives another price.
After each write, and before it is acknowledged, what it wrote is synced to the disk and its digests are added to a
record beside the table: one line for each commit, with a checksum of its own. The record also knows how far the log
went, so that a log that lost its end, or all of it, is not taken for a smaller table.

Object storage keeps checksums itself: the record is for folders of this machine.
"""

import json
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from filelock import FileLock

from data.disk.durable_files import digest_file, sync_file, sync_folder

LOG = "_delta_log"
RECORDS = "digests"
"""The folder of the records, beside the tables."""

CHECK_DIGITS = 16
"""Hexadecimal digits of SHA-256 that begin each line, of the rest of it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A file of a table that is not as it was written.

    Attributes:
        path: below the folder of the table.
        reason: what is wrong with it, as the end of a sentence that begins with the file.
    """

    path: str
    reason: str


@dataclass(slots=True)
class _Content:
    """What the lines say that were read so far."""

    inode: int | None = None
    end: int = 0
    newest: int | None = None
    digests: dict[str, str] = field(default_factory=dict)
    damaged_lines: list[int] = field(default_factory=list)
    line_count: int = 0

    def add(self, line: bytes) -> None:
        """Take up a line, without its end."""
        self.line_count += 1
        self.end += len(line) + 1
        entry = _parse_line(line)
        if entry is None:
            self.damaged_lines.append(self.line_count)
            return
        self.digests |= entry["files"]
        if "version" in entry:
            self.newest = max(entry["version"], -1 if self.newest is None else self.newest)


class DigestRecord:
    """The record of the table in a folder; nothing is created until the first write.

    Threads may share it, and several processes may write to it.
    """

    def __init__(self, table_folder: Path) -> None:
        self.table_folder = table_folder
        self.path = table_folder.parent / RECORDS / f"{table_folder.name}.jsonl"
        self._lock = threading.RLock()
        self._content = _Content()
        self._verified: dict[str, tuple[int, int, int]] = {}

    def add_commits(self) -> None:
        """Sync the commits that the record does not have and their files to the disk, and add their digests.

        A table that was made before there was a record begins with its newest commit; `add_files` adds what is older.

        Raises:
            OSError: the disk refuses.
        """
        if not (self.table_folder / LOG).exists():
            return
        self.path.parent.mkdir(exist_ok=True)
        with self._lock, FileLock(f"{self.path}.lock"):
            self._read_new_lines()
            recorded = self._content.newest
            newest = find_newest_commit(self.table_folder, recorded)
            if newest is None:
                return
            first = newest if recorded is None else recorded + 1
            entries = [self._digest_commit(version) for version in range(first, newest + 1)]
            checkpoint = _read_checkpoint_version(self.table_folder)
            if checkpoint is not None and _name_checkpoint(checkpoint) not in self._content.digests:
                entries.append({"files": self._digest_files([_name_checkpoint(checkpoint)])})
            if entries:
                self._append(entries)

    def compact(self) -> None:
        """Write the record anew, without the files that are gone: one line in place of all.

        Damaged lines are dropped: what they said is lost.

        Raises:
            OSError: the disk refuses.
        """
        if not self.path.exists():
            return
        with self._lock, FileLock(f"{self.path}.lock"):
            self._read_new_lines()
            if self._content.newest is None:
                return
            digests = {
                path: digest for path, digest in self._content.digests.items() if (self.table_folder / path).exists()
            }
            new_path = self.path.with_suffix(".new")
            try:
                new_path.write_bytes(_format_line({"version": self._content.newest, "files": digests}))
                sync_file(new_path)
                new_path.replace(self.path)
            finally:
                new_path.unlink(missing_ok=True)
            sync_folder(self.path.parent)

    def add_files(self, paths: Iterable[str]) -> int:
        """Add the digests of files that have none, as they are now; returns how many.

        Args:
            paths: below the folder of the table; those that are missing are left out.

        Raises:
            OSError: a file cannot be read, or the disk refuses.
        """
        self.path.parent.mkdir(exist_ok=True)
        with self._lock, FileLock(f"{self.path}.lock"):
            self._read_new_lines()
            digests = self._digest_files(path for path in paths if path not in self._content.digests)
            if digests:
                self._append([{"files": digests}])
            return len(digests)

    def find_log_damage(self) -> list[Damage]:
        """What is wrong with the log from its last checkpoint on: that is all that opening the table reads.

        A commit that the record does not have yet is one that its writer has not acknowledged.
        """
        with self._lock:
            self._read_new_lines()
            recorded = self._content.newest
            newest = find_newest_commit(self.table_folder, recorded)
            if recorded is None:
                return []
            if newest is None:
                return [Damage(LOG, f"has no commit, where there were {recorded + 1}")]
            if newest < recorded:
                return [Damage(LOG, f"ends with commit {newest}, where there were commits up to {recorded}")]
            checkpoint = _read_checkpoint_version(self.table_folder)
            first = 0 if checkpoint is None else checkpoint + 1
            names = [name_commit(version) for version in range(first, recorded + 1)]
            if checkpoint is not None:
                names.append(_name_checkpoint(checkpoint))
            return self.find_damage(name for name in names if name in self._content.digests)

    def find_damage(self, paths: Iterable[str]) -> list[Damage]:
        """Those of the files that are missing, or not as the record has them; each is read once, and once it changes.

        A file that the record does not have is taken as it is.

        Args:
            paths: below the folder of the table.
        """
        with self._lock:
            self._read_new_lines()
            damages = (self._check_file(path) for path in paths)
            return [damage for damage in damages if damage is not None]

    def list_unrecorded(self, paths: Iterable[str]) -> list[str]:
        """Those of the files that the record does not have."""
        with self._lock:
            self._read_new_lines()
            return [path for path in paths if path not in self._content.digests]

    def find_record_damage(self) -> list[Damage]:
        """The lines of the record that are not as they were written."""
        with self._lock:
            self._read_new_lines()
            return [
                Damage(f"{RECORDS}/{self.path.name}", f"is damaged in line {number}")
                for number in self._content.damaged_lines
            ]

    def _check_file(self, path: str) -> Damage | None:
        place = self.table_folder / path
        try:
            stat = place.stat()
            signature = stat.st_ino, stat.st_mtime_ns, stat.st_size
            if self._verified.get(path) == signature:
                return None
            expected = self._content.digests.get(path)
            if expected is not None and digest_file(place) != expected:
                return Damage(path, "is not as it was written")
        except FileNotFoundError:
            return Damage(path, "is missing")
        self._verified[path] = signature
        return None

    def _read_new_lines(self) -> None:
        """Read the lines that were added since the last time, and all of them if the record was replaced."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            self._content = _Content()
            return
        if stat.st_ino != self._content.inode or stat.st_size < self._content.end:
            self._content = _Content(inode=stat.st_ino)
        if stat.st_size == self._content.end:
            return
        is_new = not self._content.end
        with self.path.open("rb") as file:
            file.seek(self._content.end)
            added = file.read()
        # A line without its end is one that a writer did not finish.
        for line in added[: added.rfind(b"\n") + 1].splitlines():
            self._content.add(line)
        if is_new:  # the record was compacted: what it forgot is gone
            self._verified = {path: kept for path, kept in self._verified.items() if path in self._content.digests}

    def _append(self, entries: list[dict[str, Any]]) -> None:
        """Add lines after the last whole one, and wait for the disk."""
        is_new = not self.path.exists()
        with self.path.open("ab") as file:
            file.truncate(self._content.end)
            file.writelines(_format_line(entry) for entry in entries)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self.path.parent)
            sync_folder(self.path.parent.parent)

    def _digest_commit(self, version: int) -> dict[str, Any]:
        """The line of a commit: its own digest and those of the files that it added, all of them synced."""
        name = name_commit(version)
        commit = (self.table_folder / name).read_bytes()
        added = [unquote(action["add"]["path"]) for action in map(json.loads, commit.splitlines()) if "add" in action]
        digests = self._digest_files(path for path in added if path not in self._content.digests)
        sync_file(self.table_folder / name)
        sync_folder(self.table_folder / LOG)
        return {"version": version, "files": digests | {name: sha256(commit).hexdigest()}}

    def _digest_files(self, paths: Iterable[str]) -> dict[str, str]:
        """The digests of files by their paths, synced with their folders; those that are gone are left out."""
        digests: dict[str, str] = {}
        folders: set[Path] = set()
        for path in paths:
            place = self.table_folder / path
            with suppress(FileNotFoundError):
                sync_file(place)
                digests[path] = digest_file(place)
                folders.update(place.parents[: len(Path(path).parents)])
        for folder in folders:
            sync_folder(folder)
        return digests


def find_newest_commit(table_folder: Path, known: int | None) -> int | None:
    """The version of the newest commit of a table; None without any. Versions are numbered without gaps.

    Args:
        table_folder: of the table.
        known: a version that the table had before, so that the log need not be listed; None for none.
    """
    folder = str(table_folder)
    if known is not None and _exists(f"{folder}/{name_commit(known)}"):
        while _exists(f"{folder}/{name_commit(known + 1)}"):
            known += 1
        return known
    if known is None and not _exists(f"{folder}/{LOG}"):
        return None
    versions = {int(path.stem) for path in (table_folder / LOG).glob("*.json") if path.stem.isdecimal()}
    checkpoint = _read_checkpoint_version(table_folder)
    if checkpoint is not None:
        versions.add(checkpoint)
    return max(versions, default=None)


def _exists(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - each read of a store asks some twenty times, and paths take thrice as long


def _read_checkpoint_version(table_folder: Path) -> int | None:
    """The version of the last checkpoint, by the log's note of it; None without a note that can be read."""
    try:
        note = json.loads((table_folder / LOG / "_last_checkpoint").read_bytes())
        return int(note["version"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def name_commit(version: int) -> str:
    """The path of a commit below the folder of its table."""
    return f"{LOG}/{version:020}.json"


def _name_checkpoint(version: int) -> str:
    return f"{LOG}/{version:020}.checkpoint.parquet"


def _format_line(entry: dict[str, Any]) -> bytes:
    text = json.dumps(entry, separators=(",", ":")).encode()
    return f"{_check(text)} ".encode() + text + b"\n"


def _parse_line(line: bytes) -> dict[str, Any] | None:
    """What a line says; None if it is not as it was written."""
    check, _, text = line.partition(b" ")
    if check.decode("ascii", "replace") != _check(text):
        return None
    entry: dict[str, Any] = json.loads(text)
    return entry


def _check(text: bytes) -> str:
    return sha256(text).hexdigest()[:CHECK_DIGITS]
