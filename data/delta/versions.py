"""Reads several tables of a store as they were at one moment, and writes to several that are seen at once.

A table alone is always read at one version. But a measurement reads candles, then coverage: if both were written in
between, it would find minutes that are covered and have no candle, which count as quiet. So a reader notes the versions
of all tables at one moment, and then reads each table at that version.

Whoever writes to several tables, or in several commits, leaves a note meanwhile of the versions before the first one:
readers go on with these, and see everything at once when the note is gone. If the writer is killed its note counts no
longer, and what it committed is seen; so what is written first has to be harmless without the rest.

Both are for stores in a folder of this machine. In object storage each table is read at its current version.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

from data.delta.digest_record import RECORDS, find_newest_commit
from data.delta.local_folder import find_local_folder
from data.disk.explain import explain_output_error
from data.disk.live_notes import LiveNotes
from data.disk.writer_queue import WriterQueue
from data.errors import StoreUnusable

MAX_WAIT_S = 60.0
"""How long a write of several commits waits for another one to end. After that both notes count: readers see neither
before both are at their end."""

Versions = Mapping[str, int | None]
"""Versions of tables by their URIs, None where there is no table."""

_HELD: ContextVar[Versions] = ContextVar("versions of tables that are read", default={})  # noqa: B039 - never changed


@contextmanager
def read_current_versions() -> Iterator[None]:
    """A context in which tables are read at their current versions, as one who writes to them has to."""
    token = _HELD.set({})
    try:
        yield
    finally:
        _HELD.reset(token)


def get_held_versions() -> Versions:
    """The versions at which tables have to be read in this context; others are read at their current version."""
    return _HELD.get()


class StoreVersions:
    """The versions of tables of one store; threads may share it.

    Args:
        uri: of the store.
        table_uris: of the tables, in folders below the store's.
    """

    def __init__(self, uri: str, table_uris: Sequence[str]) -> None:
        self._uri = uri
        folder = find_local_folder(uri)
        folders = {table_uri: find_local_folder(table_uri) for table_uri in table_uris}
        self._folders = {name: place for name, place in folders.items() if place is not None}
        self._records = None if folder is None else folder / RECORDS
        self._notes = None if self._records is None else LiveNotes(self._records / "writing")
        self._known: dict[str, int | None] = {}

    @contextmanager
    def hold(self) -> Iterator[None]:
        """A context in which all reads of the tables are of one moment: that at which the outermost one began.

        Raises:
            StoreUnusable: the folder of the store cannot be read.
        """
        held = _HELD.get()
        if self._notes is None or self._folders.keys() <= held.keys():
            yield
            return
        with self._translate_errors():
            versions = self._find_versions(self._notes)
        token = _HELD.set({**held, **versions})
        try:
            yield
        finally:
            _HELD.reset(token)

    @contextmanager
    def write_as_one(self) -> Iterator[None]:
        """A context whose commits are seen by readers after it, all at once; reads in it that `hold` see none of them.

        Raises:
            StoreUnusable: the disk refuses.
        """
        if self._notes is None or self._records is None:
            yield
            return
        with ExitStack() as stack:
            with self._translate_errors():
                stack.enter_context(WriterQueue(self._records, "store").take_turn(MAX_WAIT_S))
                self._notes.remove_dead()
                before = {self._folders[uri].name: version for uri, version in self._find_versions(self._notes).items()}
                stack.enter_context(self._notes.hold(json.dumps(before)))
            yield

    def _find_versions(self, notes: LiveNotes) -> dict[str, int | None]:
        """The versions that readers see: the current ones, or those before writes that have not ended.

        They are looked up until they are twice the same. As versions only grow, and no two notes have the same name,
        they then were so at one moment.
        """
        seen = None
        while (found := (notes.read(), self._find_current())) != seen:
            seen = found
        texts, versions = found
        for before in map(json.loads, texts.values()):
            for uri, folder in self._folders.items():
                versions[uri] = min(versions[uri], before.get(folder.name), key=_rank)
        return versions

    def _find_current(self) -> dict[str, int | None]:
        for uri, folder in self._folders.items():
            self._known[uri] = find_newest_commit(folder, self._known.get(uri))
        return dict(self._known)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"the store at {self._uri} cannot be used: {explain_output_error(error)}"
            raise StoreUnusable(message) from error


def _rank(version: int | None) -> int:
    return -1 if version is None else version
