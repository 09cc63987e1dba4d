"""What the page can have done outside of it: the program that serves it hands these in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from data.errors import FileRefused
from data.files.import_many import StoredFile
from data.lock import Holder
from data.schema import Origin, Timeframe
from data.times import format_time


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionOrder:
    """What to collect: everything of an event, or assets over ``[start, end)``, two aware times.

    ``venues`` are ccxt ids (none: all that are asked by default), ``timeframe`` is the length of the candles.

    Raises:
        ValueError: Neither an event nor assets with both edges of a window.
    """

    event: str | None = None
    assets: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    venues: tuple[str, ...] = ()
    timeframe: Timeframe = Timeframe.M1

    def __post_init__(self) -> None:
        if self.event is None and not (self.assets and self.start and self.end):
            message = "neither an event to collect nor assets with a window"
            raise ValueError(message)

    def __str__(self) -> str:
        """The request in words, such as ``ATOM from 2025-10-10T21:00:00Z to 2025-10-10T22:00:00Z``."""
        description = ", ".join(self.assets) or str(self.event)
        if self.start is not None and self.end is not None:
            description += f" from {format_time(self.start)} to {format_time(self.end)}"
        if self.timeframe is not Timeframe.M1:
            description += f", candles of {self.timeframe}"
        return f"{description}, {', '.join(self.venues)} only" if self.venues else description


ASKING = "asking"
"""The state of a venue of which something is still being asked for."""


@dataclass(frozen=True, slots=True)
class VenueProgress:
    """How far one venue is, over all of its markets.

    ``state`` is `ASKING`, or the outcome when all of its markets are done: of several the one that says least was had.
    ``message`` says what was not had and why.
    """

    venue: str
    candles: int
    done_min: int
    total_min: int
    state: str
    message: str = ""

    @property
    def fraction(self) -> float:
        """The share of its minutes that are settled; 1 where none had to be asked for."""
        return self.done_min / self.total_min if self.total_min else float(self.state != ASKING)


@dataclass(frozen=True, slots=True)
class CollectionProgress:
    """How far a collection is; ``text`` is a line for the reader, ``fraction`` None where the end is not in sight.

    ``what`` names what is collected, ``venues`` tells of each venue in the order of its first word.
    """

    text: str
    fraction: float | None
    running: bool
    failed: bool
    description: str = ""
    venues: tuple[VenueProgress, ...] = ()


@dataclass(frozen=True, slots=True)
class FileMarket:
    """The market of a file whose rows name none: ccxt venue id and unified symbol."""

    venue: str
    symbol: str


@dataclass(frozen=True, slots=True)
class StoredSource:
    """Rows that can be dropped from the store: those of an imported file, or of the sample."""

    source: str
    origin: Origin


class PageActions(Protocol):
    """Collecting real candles, one collection at a time, outside of the process that serves the page; and files."""

    @property
    def venues(self) -> Sequence[str]:
        """The venues that can be asked, as ccxt ids."""
        ...

    def start_collection(self, order: CollectionOrder) -> None:
        """Start a collection; while one runs, nothing else is started.

        Raises:
            PlumblineError: It cannot be started; the message says why.
        """
        ...

    def read_progress(self) -> CollectionProgress | None:
        """How far the running or latest collection is; None where there was none yet."""
        ...

    def cancel_collection(self) -> None:
        """End the running collection; what has come stays. Nothing happens where none runs."""
        ...

    def import_files(
        self, paths: Sequence[Path], market: FileMarket | None, *, complete: bool
    ) -> tuple[list[StoredFile], list[FileRefused]]:
        """Bring files into the store, each whole or not at all; see `data.files.import_many.import_files`.

        Raises:
            UsageError: The market is malformed.
            StoreBusy: Other writers went ahead every time.
            StoreUnusable: The store cannot be read or written.
        """
        ...

    def forget_source(self, source: StoredSource) -> int:
        """Drop rows of the store, and say how many.

        Raises:
            StoreBusy: Other writers went ahead every time.
            StoreUnusable: The store cannot be written.
        """
        ...

    def find_follower(self) -> Holder | None:
        """Who follows the store now; None where nobody does."""
        ...
