"""Notes of what a process is doing, which count for as long as it lives, however it ends.

A note is a file that its writer keeps locked (``flock``): the system ends the lock of a process that is killed. Readers
create nothing, so that they can be on a disk that is read-only. Where there are no such
locks, on Windows and on some disks of other machines, there are no notes.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

if sys.platform != "win32":
    import fcntl

LOCKLESS = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK})
"""What a disk says that has no locks, such as some of other machines."""


class LiveNotes:
    """The notes in a folder, which is created with the first one. Threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, text: str) -> Iterator[None]:
        """Write a note that is there for all others as a whole from now on, and is gone after the block.

        Raises:
            OSError: the disk refuses.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / uuid4().hex
        place = path.with_suffix(".new")
        try:
            with place.open("w", encoding="utf-8") as file:
                if _lock(file.fileno()):
                    file.write(text)
                    file.flush()
                    place = place.rename(path)
                try:
                    yield
                finally:
                    place.unlink(missing_ok=True)  # while it is locked: nobody takes it for one of a dead process
        finally:
            place.unlink(missing_ok=True)

    def read(self) -> dict[str, str]:
        """The texts of the notes whose writers live, by names that are never given twice.

        Raises:
            OSError: a note cannot be read.
        """
        texts: dict[str, str] = {}
        for path in self._list_paths():
            if path.suffix:  # not finished
                continue
            with suppress(FileNotFoundError), path.open(encoding="utf-8") as file:
                if _is_locked(file.fileno()):
                    texts[path.name] = file.read()
        return texts

    def find_oldest_dead(self) -> float | None:
        """When the oldest of the notes was written that killed processes left, in seconds since 1970; None for none.

        Raises:
            OSError: a note cannot be read.
        """
        return min((written_s for _, written_s in self._list_dead()), default=None)

    def remove_dead(self, before_s: float | None = None) -> None:
        """Remove what killed processes left, all of it or what was written before a time in seconds since 1970.

        Raises:
            OSError: the disk refuses.
        """
        for path, written_s in self._list_dead():
            if before_s is None or written_s < before_s:
                path.unlink(missing_ok=True)

    def _list_dead(self) -> Iterator[tuple[Path, float]]:
        for path in self._list_paths():
            with suppress(FileNotFoundError), path.open(encoding="utf-8") as file:
                if not _is_locked(file.fileno()):
                    yield path, os.fstat(file.fileno()).st_mtime

    def _list_paths(self) -> list[Path]:
        try:
            names = os.listdir(self._folder)  # noqa: PTH208 - a tenth of the time, and each read of a store asks
        except FileNotFoundError:
            return []
        return [self._folder / name for name in names]


def _lock(descriptor: int) -> bool:
    """Lock a file until it is closed; whether the system and the disk can do so."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno in LOCKLESS:
            return False
        raise
    return True


def _is_locked(descriptor: int) -> bool:
    """Whether another one keeps a file locked; those who ask at the same time do not."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False
