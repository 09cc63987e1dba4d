"""`dashboard.jobs.actions.PageActions` over one store."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from dashboard.jobs.actions import CollectionOrder, FileMarket, StoredSource
from dashboard.jobs.process import CollectionProcess
from data.errors import FileRefused
from data.files.formats.raw_table import UPLOAD_LIMITS
from data.files.import_many import StoredFile, import_files
from data.files.layouts.options import ReadOptions
from data.lock import FollowerLock, Holder
from data.store import CandleStore


class StoreActions(CollectionProcess):
    """`dashboard.jobs.actions.PageActions` for one store; ``now`` returns the aware time that stored rows get."""

    read_only = False

    def __init__(
        self,
        store: CandleStore,
        build_command: Callable[[CollectionOrder], Sequence[str]],
        *,
        venues: Sequence[str],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(build_command)
        self.venues = tuple(venues)
        self._store = store
        self._now = now
        self._import_lock = threading.Lock()

    def import_files(
        self, paths: Sequence[Path], market: FileMarket | None, *, complete: bool
    ) -> tuple[list[StoredFile], list[FileRefused]]:
        """Store the candles of files, all or none of each file; see `data.files.import_many.import_files`.

        Requests wait for each other: several imports at a time would take several times the memory.

        Raises:
            UsageError: The market is malformed.
            StoreBusy: Every attempt conflicted with another writer.
            StoreUnusable: The store cannot be read or written.
        """
        venue, symbol = (None, None) if market is None else (market.venue, market.symbol)
        with self._import_lock:
            return import_files(
                self._store,
                paths,
                now=self._now(),
                venue=venue,
                symbol=symbol,
                complete=complete,
                options=ReadOptions(limits=UPLOAD_LIMITS),
            )

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
