"""What the page can have done outside of it: the program that serves it hands these in."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a collection is; ``text`` is a line for the reader, ``fraction`` None where the end is not in sight."""

    text: str
    fraction: float | None
    running: bool
    failed: bool


class Actions(Protocol):
    """Collecting real candles, one collection at a time, outside of the process that serves the page."""

    def start_collect(self, event_id: str) -> None:
        """Start collecting an event; while a collection runs, nothing else is started.

        Raises:
            PlumblineError: It cannot be started; the message says why.
        """
        ...

    def progress(self) -> Progress | None:
        """How far the running or latest collection is; None where there was none yet."""
        ...

    def cancel(self) -> None:
        """End the running collection; what has come stays. Nothing happens where none runs."""
        ...
