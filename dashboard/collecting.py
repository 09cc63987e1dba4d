"""Collecting from the page: a process of its own, whose JSON lines say how far it is."""

import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from dashboard.actions import Progress, ToCollect
from dashboard.collecting_told import Told
from data.errors import PlumblineError

GRACE_S = 60
"""Seconds that a cancelled collection gets to store what has come and to end by itself."""


class CollectProcess:
    """One collection at a time, run by ``command(wanted)`` as a process whose output are JSON lines."""

    def __init__(self, command: Callable[[ToCollect], Sequence[str]]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._told = Told()
        self._what = ""

    def start_collect(self, wanted: ToCollect) -> None:
        """Start a collection; while one runs, nothing else is started.

        Raises:
            PlumblineError: The process cannot be started.
        """
        with self._lock:
            if self._process is not None and self._told.running:
                return
            try:
                process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                    list(self._command(wanted)),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            except OSError as error:
                message = f"the collection of {wanted} cannot be started: {error}"
                raise PlumblineError(message) from error
            self._process, self._told, self._what = process, Told(), str(wanted)
            threading.Thread(target=self._told.read, args=(process,), name="collect", daemon=True).start()

    def progress(self) -> Progress | None:
        """How far the running or latest collection is; None where there was none yet."""
        with self._lock:
            started, told, what = self._process is not None, self._told, self._what
        return replace(told.progress(), what=what) if started else None

    def cancel(self) -> None:
        """Ask the running collection to end; what has come stays. Nothing happens where none runs."""
        with self._lock:
            process, told = self._process, self._told
        if process is None or process.poll() is not None:
            return
        told.cancelled = True
        process.terminate()
        # It may have much to store first: nobody waits for that but this thread.
        threading.Thread(target=_end, args=(process,), name="collect-end", daemon=True).start()


def _end(process: "subprocess.Popen[str]") -> None:
    """Wait for a process that was asked to end, and end it where it does not."""
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
