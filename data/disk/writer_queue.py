"""A queue of the writers of one file or table on this machine, over lock files."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

MAX_WAIT_S = 5.0
"""How long a writer waits for its turn: a commit takes a twentieth of that on a disk at rest."""

POLL_S = 0.01


class WriterQueue:
    """Writers that take turns; the system ends the turn of a process that is killed. Threads may share it.

    Two lock files: the turn, and who is next. Without the second one, a writer that writes again and again could take
    the turn each time before those that wait for it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._turn = FileLock(folder / f"{name}.turn.lock")
        self._next = FileLock(folder / f"{name}.next.lock")

    @contextmanager
    def take_turn(self, max_wait_s: float | None = None) -> Iterator[None]:
        """Wait for the turn, and then go on without it: nothing may depend on being alone.

        Args:
            max_wait_s: how long; None for `MAX_WAIT_S`.

        Raises:
            OSError: the lock files cannot be created.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        has_turn = self._wait(MAX_WAIT_S if max_wait_s is None else max_wait_s)
        try:
            yield
        finally:
            if has_turn:
                self._turn.release()

    def _wait(self, max_wait_s: float) -> bool:
        start_s = time.monotonic()
        try:
            with self._next.acquire(timeout=max_wait_s, poll_interval=POLL_S):
                rest_s = max(0.0, max_wait_s - (time.monotonic() - start_s))
                self._turn.acquire(timeout=rest_s, poll_interval=POLL_S)
        except Timeout:
            return False
        return True
