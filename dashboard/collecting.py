"""Collecting from the page: a process of its own, whose JSON lines say how far it is."""

import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import Any

from dashboard.actions import Progress
from data.errors import PlumblineError
from data.schema import NOTHING_WANTING

GRACE_S = 5
"""Seconds that a cancelled collection gets to end by itself."""


class CollectProcess:
    """One collection at a time, run by ``command(event_id)`` as a process whose output are JSON lines."""

    def __init__(self, command: Callable[[str], Sequence[str]]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._told = Told()

    def start_collect(self, event_id: str) -> None:
        """Start collecting an event; while a collection runs, nothing else is started.

        Raises:
            PlumblineError: The process cannot be started.
        """
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                    list(self._command(event_id)),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            except OSError as error:
                message = f"the collection of {event_id} cannot be started: {error}"
                raise PlumblineError(message) from error
            self._told = Told()
            threading.Thread(target=self._told.read, args=(self._process,), name="collect", daemon=True).start()

    def progress(self) -> Progress | None:
        """How far the running or latest collection is; None where there was none yet."""
        return None if self._process is None else self._told.progress()

    def cancel(self) -> None:
        """End the running collection; what has come stays. Nothing happens where none runs."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()


class Told:
    """What a collection has told so far; written by the thread that reads it, read by the page."""

    def __init__(self) -> None:
        self._markets: dict[tuple[str, str], dict[str, Any]] = {}
        self._summary: dict[str, Any] | None = None
        self._last_words = ""
        self._code: int | None = None

    def read(self, process: subprocess.Popen[str]) -> None:
        """Read the process to its end."""
        with process:
            for line in process.stdout or ():
                self.hear(line)
        self._code = process.returncode

    def progress(self) -> Progress:
        """The state in one line."""
        if self._code is None:
            return Progress(self._so_far(), self._fraction(), running=True, failed=False)
        if self._summary is None:
            why = self._last_words or "it was ended"
            return Progress(f"Collection stopped: {why}", None, running=False, failed=True)
        text = f"Collected {self._summary['new']:,} new candles"
        failed = [result for result in self._summary["results"] if result["outcome"] not in NOTHING_WANTING]
        if failed:
            named = ", ".join(sorted({f"{result['venue']} ({result['outcome']})" for result in failed}))
            text += f"; not everything could be had: {named}"
        return Progress(f"{text}.", 1.0, running=False, failed=bool(failed))

    def hear(self, line: str) -> None:
        """Take in one line: a JSON object, or the words of an error."""
        try:
            said = json.loads(line)
        except json.JSONDecodeError:
            self._last_words = line.strip() or self._last_words
            return
        if said["event"] == "summary":
            self._summary = said
        else:
            # A new dict, so that the page never reads one that is being changed.
            self._markets = {**self._markets, (said["venue"], said["symbol"]): said}

    def _so_far(self) -> str:
        markets = self._markets.values()
        if not markets:
            return "Asking the exchanges for their markets"
        candles = sum(market["candles"] for market in markets)
        venues = ", ".join(sorted({market["venue"] for market in markets if market["outcome"] is None}))
        return f"{candles:,} candles so far; asking {venues}" if venues else f"{candles:,} candles so far"

    def _fraction(self) -> float | None:
        total = sum(market["total_min"] for market in self._markets.values())
        return sum(market["done_min"] for market in self._markets.values()) / total if total else None
