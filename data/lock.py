"""One follower per store: a lock that the operating system drops with its process, and a note of who holds it."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout
from platformdirs import user_state_path

from data.errors import StoreFollowed, StoreUnusable
from data.times import format_time

NAME = "follower"
"""What the lock (``.lock``) and the note (``.json``) beside it are called."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that follows a store: host name, process id, and since when, in UTC."""

    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since}"


class FollowerLock:
    """The right to follow the store at a URI.

    The lock of a store in a folder lies in that folder, and guards it from every process that can lock files there.
    That of a store elsewhere lies in the user's own folder for states: it guards from this user's processes on this
    machine only. The lock is one of the operating system, so a process that is killed leaves nothing that blocks.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        place = place_of(uri)
        self._lock = FileLock(place.with_suffix(".lock"), blocking=False)
        self._note = place.with_suffix(".json")

    @contextmanager
    def held(self, now: datetime) -> Iterator[Holder]:
        """Hold the lock, and say so from ``now`` on, an aware time; for one thread, which also lets it go.

        Raises:
            StoreFollowed: another process holds it.
            StoreUnusable: there is no place for the lock.
        """
        with self._translated():
            self._note.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        holder = Holder(socket.gethostname(), os.getpid(), format_time(now.replace(microsecond=0)))
        try:
            with self._translated():
                self._note.write_text(json.dumps(asdict(holder)), encoding="utf-8")
            yield holder
        finally:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def holder(self) -> Holder | None:
        """Who wrote the note last; None where there is none, or it is just being written."""
        with suppress(OSError, ValueError, TypeError):
            return Holder(**json.loads(self._note.read_text(encoding="utf-8")))
        return None

    def holding(self) -> Holder | None:
        """Who holds the lock now; None where nobody does, whatever a process that was killed left in the note.

        The lock is tried only where there is a note, so that asking never stands in the way of a follower that starts.
        """
        noted = self.holder()
        if noted is None:
            return None
        try:
            self._lock.acquire()
        except (Timeout, OSError):
            return noted
        self._lock.release()
        return None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turns what the lock and the disk raise into errors for the user."""
        try:
            yield
        except Timeout as taken:
            message = (
                f"the store at {self._uri} is followed already, by {self.holder() or 'another process'}: end that one "
                "first, or name another store with --store"
            )
            raise StoreFollowed(message) from taken
        except OSError as error:
            message = f"the store at {self._uri} cannot be locked for a follower: {error}"
            raise StoreUnusable(message) from error


def place_of(uri: str) -> Path:
    """The lock of the store at a URI, without an ending.

    >>> place_of("lake").as_posix(), place_of("file:///srv/my%20lake").as_posix()
    ('lake/follower', '/srv/my lake/follower')
    """
    if "://" not in uri:
        return Path(uri) / NAME
    if uri.startswith("file://"):
        return Path(unquote(urlsplit(uri).path)) / NAME
    # By a digest: a URI holds characters that file names cannot.
    digest = sha256(uri.rstrip("/").encode()).hexdigest()[:16]
    return user_state_path("plumbline", appauthor=False) / f"{NAME}-{digest}"
