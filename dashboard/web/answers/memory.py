"""Answers in memory, as many as fit into so many bytes; what several threads need at once is made by one of them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event, Lock

MAX_BYTES = 64_000_000
"""Bytes of all answers together; a page of the sample has 15,000 as compressed, a picture 300,000."""

LARGEST_SHARE = 8
"""An answer may take at most this part of the memory, so that a large file does not replace all others."""

SHORT_WAIT_S = 1.0
"""Seconds for which everyone waits for an answer that another thread makes; most take a tenth of one."""

MAX_LONG_WAITS = 4
"""Threads that wait for longer. Of the server's sixteen, pictures hold eight at most, long work three
(`dashboard.service.turns`) and these four: one at least is left for what is in memory, and does 500 a second."""

OVERHEAD_BYTES = 3_000
"""What an answer takes beside its body: key, headers, and the objects that hold them."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer with status 200 as it is sent: its headers, and its body as it is compressed."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def size(self) -> int:
        """The bytes that it takes in memory."""
        return len(self.body) + OVERHEAD_BYTES


@dataclass(slots=True)
class _Pending:
    """An answer that a thread is making; None if it was not one to store."""

    ended: Event = field(default_factory=Event)
    answer: StoredAnswer | None = None


class AnswerMemory:
    """Answers by their keys; the one that was not used for longest is dropped for a new one. For any threads."""

    def __init__(self, max_bytes: int = MAX_BYTES, short_wait_s: float = SHORT_WAIT_S) -> None:
        self._short_wait_s = short_wait_s
        self._long_waits = BoundedSemaphore(MAX_LONG_WAITS)
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._answers: OrderedDict[bytes, StoredAnswer] = OrderedDict()
        self._pending: dict[bytes, _Pending] = {}
        self._used_bytes = 0

    @property
    def used_bytes(self) -> int:
        """The bytes of all answers."""
        return self._used_bytes

    def find(self, key: bytes) -> StoredAnswer | None:
        """The answer; if another thread is making it, once that has ended.

        None if the caller has to make it, and then to call `finish`. So have those for whom there is no room among the
        long waits, and those who waited for an answer that was not stored: they do not wait for each other again.
        """
        with self._lock:
            answer = self._answers.get(key)
            if answer is not None:
                self._answers.move_to_end(key)
                return answer
            pending = self._pending.get(key)
            if pending is None:
                self._pending[key] = _Pending()
                return None
        if not pending.ended.wait(self._short_wait_s) and self._long_waits.acquire(blocking=False):
            try:
                pending.ended.wait()
            finally:
                self._long_waits.release()
        return pending.answer

    def finish(self, key: bytes, answer: StoredAnswer | None) -> None:
        """Store an answer that was made, and hand it to those who wait; None if it is not one to store."""
        with self._lock:
            pending = self._pending.pop(key, None)
            if answer is not None and answer.size <= self._max_bytes // LARGEST_SHARE:
                self._store(key, answer)
        if pending is not None:
            pending.answer = answer
            pending.ended.set()

    def _store(self, key: bytes, answer: StoredAnswer) -> None:
        replaced = self._answers.pop(key, None)
        self._used_bytes += answer.size - (0 if replaced is None else replaced.size)
        self._answers[key] = answer
        while self._used_bytes > self._max_bytes:
            _, dropped = self._answers.popitem(last=False)
            self._used_bytes -= dropped.size
