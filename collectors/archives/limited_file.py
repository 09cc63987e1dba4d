"""Files that are written to disk no further than a limit allows, each by itself and all of an archive together."""

from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from collectors.limits import DISK, Limit


class DiskBudget:
    """What the files of an archive take on disk at once; threads may share it."""

    def __init__(self, limit: Limit = DISK) -> None:
        self._limit = limit
        self._sizes: dict[Path, int] = {}
        self._lock = Lock()

    def add(self, path: Path, size: int) -> None:
        """Note that a file is to grow by so many bytes.

        Raises:
            BadData: all files together would be too large.
        """
        with self._lock:
            if sum(self._sizes.values()) + size > self._limit.amount:
                self._limit.refuse(path.name)
            self._sizes[path] = self._sizes.get(path, 0) + size

    def remove(self, path: Path) -> None:
        """Note that a file, or a folder with all its files, is gone or is written anew."""
        with self._lock:
            self._sizes = {other: size for other, size in self._sizes.items() if path not in {other, *other.parents}}


class LimitedFile:
    """A file that is written block by block; a context manager. ``name`` is what messages call it."""

    def __init__(self, path: Path, name: str, limit: Limit, budget: DiskBudget) -> None:
        self._path = path
        self._name = name
        self._limit = limit
        self._budget = budget
        self._size = 0
        budget.remove(path)
        self._file = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, block: bytes) -> None:
        """Append a block.

        Raises:
            BadData: the file, or all files together, would be too large.
        """
        self._size += len(block)
        if self._size > self._limit.amount:
            self._limit.refuse(self._name)
        self._budget.add(self._path, len(block))
        self._file.write(block)
