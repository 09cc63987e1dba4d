"""Actions of a page that only shows: nobody collects, imports or removes candles through it."""

from collections.abc import Sequence
from typing import NoReturn

from dashboard.jobs.actions import CollectionProgress, PageActions
from data.errors import PlumblineError
from data.lock import Holder

READ_ONLY_TEXT = "This page is read-only: whoever runs it collects, imports and removes prices"


class ReadOnlyActions:
    """`dashboard.jobs.actions.PageActions` that refuse whatever would change the store."""

    read_only = True

    def __init__(self, actions: PageActions) -> None:
        self._actions = actions

    @property
    def venues(self) -> Sequence[str]:
        """The venues that candles can be collected from, as ccxt ids."""
        return self._actions.venues

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise PlumblineError(READ_ONLY_TEXT)

    start_collection = _refuse
    preview_file = _refuse
    import_file = _refuse
    forget_source = _refuse

    def read_progress(self) -> CollectionProgress | None:
        """None: no collection can be started."""
        return None

    def cancel_collection(self) -> None:
        """Do nothing: no collection runs."""

    def find_follower(self) -> Holder | None:
        """The process that follows the store; None if there is none."""
        return self._actions.find_follower()
