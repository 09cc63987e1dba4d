"""The lock that allows one follower per store, and a note of the process that holds it."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_state_path

from data.delta.local_folder import find_local_folder
from data.disk.explain import explain_output_error
from data.errors import StoreAlreadyFollowed, StoreUnusable
from data.times import format_time

LOCK_NAME = "follower"
"""The name of the lock file (``.lock``) and of the note (``.json``)."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that follows a store: host name, process id, and since when, in UTC."""

    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since}"


class FollowerLock:
    """The lock of the follower of the store at a URI.

    For a store in a folder the lock file is in that folder and works between all processes that can lock files there.
    For a store elsewhere it is in the user's state folder and works between this user's processes on this machine only.
    The operating system releases the lock when its process ends, even if it is killed.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        lock_path = build_lock_path(uri)
        self._lock = FileLock(lock_path.with_suffix(".lock"), blocking=False)
        self._note_path = lock_path.with_suffix(".json")

    @contextmanager
    def hold(self, now: datetime) -> Iterator[Holder]:
        """Hold the lock, and note since when (``now``, aware); the thread that acquires it has to release it.

        Raises:
            StoreAlreadyFollowed: another process holds it.
            StoreUnusable: the lock file cannot be created.
        """
        with self._translate_errors():
            self._note_path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        holder = Holder(socket.gethostname(), os.getpid(), format_time(now.replace(microsecond=0)))
        try:
            with self._translate_errors():
                self._note_path.write_text(json.dumps(asdict(holder)), encoding="utf-8")
            yield holder
        finally:
            self._note_path.unlink(missing_ok=True)
            self._lock.release()

    def read_holder(self) -> Holder | None:
        """The process that wrote the note; None if there is no note, or it is incomplete."""
        with suppress(OSError, ValueError, TypeError):
            return Holder(**json.loads(self._note_path.read_text(encoding="utf-8")))
        return None

    def find_holder(self) -> Holder | None:
        """The process that holds the lock; None if it is free, even if a killed process left its note.

        The lock is tried only if there is a note, so that this check never blocks a follower that starts.
        """
        last_holder = self.read_holder()
        if last_holder is None:
            return None
        try:
            self._lock.acquire()
        except (Timeout, OSError):
            return last_holder
        self._lock.release()
        return None

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Translate errors of the lock and the disk into errors for the user."""
        try:
            yield
        except Timeout as timeout:
            message = (
                f"the store at {self._uri} is followed already, by {self.read_holder() or 'another process'}: "
                "end that one first, or name another store with --store"
            )
            raise StoreAlreadyFollowed(message) from timeout
        except OSError as error:
            message = f"the store at {self._uri} cannot be locked for a follower: {explain_output_error(error)}"
            raise StoreUnusable(message) from error


def build_lock_path(uri: str) -> Path:
    """The path of the lock of the store at a URI, without an ending.

    >>> build_lock_path("lake").as_posix(), build_lock_path("file:///srv/my%20lake").as_posix()
    ('lake/follower', '/srv/my lake/follower')
    """
    folder = find_local_folder(uri)
    if folder is not None:
        return folder / LOCK_NAME
    # A digest, because a URI has characters that file names cannot have.
    digest = sha256(uri.rstrip("/").encode()).hexdigest()[:16]
    return user_state_path("plumbline", appauthor=False) / f"{LOCK_NAME}-{digest}"
