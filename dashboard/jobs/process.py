"""Collecting in a process of its own, which reports its progress as JSON lines."""

import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dashboard.jobs.actions import CollectionOrder, CollectionProgress
from dashboard.jobs.progress import ProgressReader
from data.errors import PlumblineError

END_TIMEOUT_S = 60
"""Seconds until a cancelled collection is killed; until then it stores the candles that it has received."""


class CollectionProcess:
    """Runs one collection at a time, by the command ``build_command(order)`` that prints JSON lines.

    ``environment`` is that of its process; None for this process's own.
    """

    def __init__(
        self,
        build_command: Callable[[CollectionOrder], Sequence[str]],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._environment = environment
        self._build_command = build_command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._progress_reader = ProgressReader()
        self._description = ""

    def start_collection(self, order: CollectionOrder) -> None:
        """Start a collection; does nothing while one runs.

        Raises:
            PlumblineError: The process cannot be started.
        """
        with self._lock:
            if self._process is not None and self._progress_reader.is_running:
                return
            try:
                process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                    list(self._build_command(order)),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    env=self._environment,
                )
            except OSError as error:
                message = f"the collection of {order} cannot be started: {error}"
                raise PlumblineError(message) from error
            self._process, self._progress_reader, self._description = process, ProgressReader(), str(order)
            threading.Thread(
                target=self._progress_reader.read_output, args=(process,), name="collect", daemon=True
            ).start()

    def read_progress(self) -> CollectionProgress | None:
        """The progress of the running or latest collection; None before the first."""
        with self._lock:
            if self._process is None:
                return None
            progress_reader, description = self._progress_reader, self._description
        return replace(progress_reader.build_progress(), description=description)

    def cancel_collection(self) -> None:
        """End the running collection, if there is one; candles that it has received are stored."""
        with self._lock:
            process, progress_reader = self._process, self._progress_reader
        if process is None or process.poll() is not None:
            return
        progress_reader.cancelled = True
        process.terminate()
        # It may take long to store its candles, so that only a thread of its own waits for it.
        threading.Thread(target=_end_process, args=(process,), name="collect-end", daemon=True).start()


def _end_process(process: "subprocess.Popen[str]") -> None:
    """Wait for a terminated process, and kill it after `END_TIMEOUT_S`."""
    try:
        process.wait(END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
