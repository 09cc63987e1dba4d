"""`dashboard.jobs.actions.PageActions` over one store."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from dashboard.jobs.actions import CollectionOrder, StoredSource
from dashboard.jobs.import_choice import ImportChoice
from dashboard.jobs.process import CollectionProcess
from data.catalogue import load_catalogue
from data.files.import_many import StoredFile, import_files
from data.files.preview import ImportPreview, preview_file
from data.lock import FollowerLock, Holder
from data.store import CandleStore


class StoreActions(CollectionProcess):
    """`dashboard.jobs.actions.PageActions` for one store; ``now`` returns the aware time that stored rows get.

    ``environment`` is that of collections; see `CollectionProcess`.
    """

    read_only = False

    def __init__(
        self,
        store: CandleStore,
        build_command: Callable[[CollectionOrder], Sequence[str]],
        *,
        venues: Sequence[str],
        now: Callable[[], datetime],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(build_command, environment)
        self.venues = tuple(venues)
        self._store = store
        self._now = now
        self._file_lock = threading.Lock()

    def preview_file(self, path: Path, choice: ImportChoice) -> ImportPreview:
        """What an import of a file would read; see `data.files.preview.preview_file`. Nothing is stored.

        Requests that read files wait for each other: several at a time would take several times the memory.

        Raises:
            FileRefused: The file or one of its rows is invalid.
            UsageError: The chosen venue or zone is unknown, or the chosen symbol malformed.
            StoreUnusable: The store cannot be read.
        """
        with self._file_lock:
            names = load_catalogue().venue_names.add_stored(self._store.candles.read_venues())
            return preview_file(
                path,
                venue=choice.venue,
                symbol=choice.symbol,
                names=names,
                options=choice.build_read_options(self._now()),
            )

    def import_file(self, path: Path, choice: ImportChoice) -> StoredFile:
        """Store the candles of a file; see `data.files.import_many.import_files`.

        Raises:
            FileRefused: The file is invalid, or contradicts others; nothing of it was stored.
            UsageError: The chosen venue or zone is unknown, or the chosen symbol malformed.
            StoreBusy: Every attempt conflicted with another writer.
            StoreUnusable: The store cannot be read or written.
        """
        with self._file_lock:
            stored, refused = import_files(
                self._store,
                [path],
                now=self._now(),
                venue=choice.venue,
                symbol=choice.symbol,
                complete=choice.complete,
                replace=choice.replace,
                stamps=choice.stamps,
                options=choice.build_read_options(self._now()),
            )
        if refused:
            raise refused[0]
        return stored[0]

    def forget_source(self, source: StoredSource) -> int:
        """Remove the rows of a source from the store, and return their number.

        Raises:
            StoreBusy: Every attempt conflicted with another writer.
            StoreUnusable: The store cannot be written.
        """
        return self._store.forget(source=source.source, origin=source.origin)

    def find_follower(self) -> Holder | None:
        """The process that follows the store; None if there is none."""
        return FollowerLock(self._store.uri).find_holder()
