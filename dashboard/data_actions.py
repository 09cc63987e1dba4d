"""The actions of the page over a store on hand: collections as processes, files and forgetting by the store itself."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from dashboard.actions import Forgettable, Market, ToCollect
from dashboard.collecting import CollectProcess
from data.errors import FileRefused
from data.imports import FileStored, import_files
from data.lock import FollowerLock, Holder
from data.store import CandleStore


class StoreActions(CollectProcess):
    """What `dashboard.actions.Actions` promises, for one store; ``now`` gives the aware time that rows are dated by."""

    def __init__(
        self,
        store: CandleStore,
        command: Callable[[ToCollect], Sequence[str]],
        *,
        venues: Sequence[str],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(command)
        self.venues = tuple(venues)
        self._store = store
        self._now = now
        self._importing = threading.Lock()

    def import_files(
        self, paths: Sequence[Path], market: Market | None, *, complete: bool
    ) -> tuple[list[FileStored], list[FileRefused]]:
        """Bring files into the store, each whole or not at all; see `data.imports.import_files`.

        One reader's files after another's: several at a time would take several times the memory.

        Raises:
            UsageError: The market is malformed.
            StoreBusy: Other writers went ahead every time.
            StoreUnusable: The store cannot be read or written.
        """
        venue, symbol = (None, None) if market is None else (market.venue, market.symbol)
        with self._importing:
            return import_files(self._store, paths, now=self._now(), venue=venue, symbol=symbol, complete=complete)

    def forget(self, dropped: Forgettable) -> int:
        """Drop the rows of one source and origin, and say how many.

        Raises:
            StoreBusy: Other writers went ahead every time.
            StoreUnusable: The store cannot be written.
        """
        return self._store.forget(source=dropped.source, origin=dropped.origin)

    def follower(self) -> Holder | None:
        """Who follows the store now; None where nobody does."""
        return FollowerLock(self._store.uri).holding()
