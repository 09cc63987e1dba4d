"""Actions that take longer than a request: the protocol `PageActions`, and the data that it works with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from dashboard.jobs.import_choice import ImportChoice
from data.files.import_many import StoredFile
from data.files.preview import ImportPreview
from data.lock import Holder
from data.schema import Origin, Timeframe
from data.times import format_time


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionOrder:
    """What to collect: everything of an event, or assets over ``[start, end)``, two aware times.

    ``venues`` are ccxt ids (none: all that are collected by default), ``timeframe`` is the length of the candles.

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
        """The order in words, such as ``ATOM from 2025-10-10T21:00:00Z to 2025-10-10T22:00:00Z``."""
        description = ", ".join(self.assets) or str(self.event)
        if self.start is not None and self.end is not None:
            description += f" from {format_time(self.start)} to {format_time(self.end)}"
        if self.timeframe is not Timeframe.M1:
            description += f", candles of {self.timeframe}"
        return f"{description}, {', '.join(self.venues)} only" if self.venues else description


ASKING = "asking"
"""The state of a venue with markets that are not done."""


@dataclass(frozen=True, slots=True)
class VenueProgress:
    """The progress of one venue, over all of its markets.

    ``state`` is `ASKING`, or the outcome of the venue when all of its markets are done (of several different ones the
    worst). ``message`` says which markets are not complete, and why.
    """

    venue: str
    candles: int
    done_min: int
    total_min: int
    state: str
    message: str = ""

    @property
    def fraction(self) -> float:
        """The share of its minutes that are done; without any 1 if the venue is done, else 0."""
        return self.done_min / self.total_min if self.total_min else float(self.state != ASKING)


@dataclass(frozen=True, slots=True)
class CollectionProgress:
    """The progress of a collection; ``text`` is a line for the reader, ``fraction`` is None if the end is not known.

    ``description`` says what is collected, ``venues`` are in the order of their first messages.
    """

    text: str
    fraction: float | None
    running: bool
    failed: bool
    description: str = ""
    venues: tuple[VenueProgress, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A source whose rows can be removed from the store: an imported file, or the sample."""

    source: str
    origin: Origin


class PageActions(Protocol):
    """Collecting candles in another process, one collection at a time; importing files; removing sources."""

    @property
    def read_only(self) -> bool:
        """Whether collecting, importing and removing are refused (`dashboard.jobs.read_only`)."""
        ...

    @property
    def venues(self) -> Sequence[str]:
        """The venues that candles can be collected from, as ccxt ids."""
        ...

    def start_collection(self, order: CollectionOrder) -> None:
        """Start a collection; does nothing while one runs.

        Raises:
            PlumblineError: It cannot be started; the message says why.
        """
        ...

    def read_progress(self) -> CollectionProgress | None:
        """The progress of the running or latest collection; None before the first."""
        ...

    def cancel_collection(self) -> None:
        """End the running collection, if there is one; candles that it has received are stored."""
        ...

    def preview_file(self, path: Path, choice: ImportChoice) -> ImportPreview:
        """What an import of a file would read; see `data.files.preview.preview_file`. Nothing is stored.

        Raises:
            FileRefused: The file or one of its rows is invalid.
            UsageError: The chosen venue or zone is unknown, or the chosen symbol malformed.
            StoreUnusable: The store cannot be read.
        """
        ...

    def import_file(self, path: Path, choice: ImportChoice) -> StoredFile:
        """Store the candles of a file; see `data.files.import_many.import_files`.

        Raises:
            FileRefused: The file is invalid, or contradicts others; nothing of it was stored.
            UsageError: The chosen venue or zone is unknown, or the chosen symbol malformed.
            StoreBusy: Every attempt conflicted with another writer.
            StoreUnusable: The store cannot be read or written.
        """
        ...

    def forget_source(self, source: StoredSource) -> int:
        """Remove the rows of a source from the store, and return their number.

        Raises:
            StoreBusy: Every attempt conflicted with another writer.
            StoreUnusable: The store cannot be written.
        """
        ...

    def find_follower(self) -> Holder | None:
        """The process that follows the store; None if there is none."""
        ...
