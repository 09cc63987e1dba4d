"""Turns for work that takes long, so that whoever asks for much holds up nobody who asks for little.

The server answers in so many threads, of one process. Without turns a few readers with windows of a month would have
all of them, and everyone else would wait. With turns long work is done one piece after the other, as many may wait as
leave threads to others, and further ones are refused for now.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore, local

from dashboard.state.view import ViewState
from data.errors import PlumblineError

LONG_WINDOW = timedelta(days=2)
"""A longer window takes a turn; two days of all assets of an event are measured in half a second."""

AT_ONCE = 1
"""Pieces of long work at the same time: one has a processor, and others need one as well."""

MAX_WAITING = 2
"""Pieces that may wait; see `dashboard.web.answers.memory.MAX_LONG_WAITS` for the threads that are left to others."""

RETRY_AFTER_S = 5
"""Seconds after which a retry may succeed; drawing the eight pictures of a full queue takes about four."""


class ServerBusy(PlumblineError):
    """As much long work waits as may; nothing was done, and a retry may succeed."""


class Turns:
    """Turns for long work, for any threads; work within work of the same thread needs no further turn."""

    def __init__(self, at_once: int = AT_ONCE, max_waiting: int = MAX_WAITING) -> None:
        self._running = BoundedSemaphore(at_once)
        self._present = BoundedSemaphore(at_once + max_waiting)
        self._own = local()

    @contextmanager
    def take(self) -> Iterator[None]:
        """A context with a turn, for which it may wait.

        Raises:
            ServerBusy: too many wait.
        """
        if getattr(self._own, "has_turn", False):
            yield
            return
        if not self._present.acquire(blocking=False):
            message = "others ask for much as well: long windows are read one after the other; try again in a moment"
            raise ServerBusy(message)
        try:
            with self._running:
                self._own.has_turn = True
                try:
                    yield
                finally:
                    self._own.has_turn = False
        finally:
            self._present.release()

    @contextmanager
    def take_for(self, view: ViewState) -> Iterator[None]:
        """A context for a view, which takes a turn if its window is long.

        Raises:
            ServerBusy: it is, and too many wait.
        """
        if view.end - view.start <= LONG_WINDOW:
            yield
            return
        with self.take():
            yield
