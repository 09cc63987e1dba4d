"""The store that the tasks of a worker share."""

from functools import lru_cache

from data.store import CandleStore

MAX_STORES = 4
"""Stores that stay open: a worker of a dask scheduler serves one scan after the other."""


@lru_cache(maxsize=MAX_STORES)
def open_store(uri: str) -> CandleStore:
    """The store at a URI, the same one for all tasks of a process.

    It reads the log of a table once and from then on only what is new, where a store for each task would read all of it
    each time: in object storage, and in a large store, that takes longer than many a task. Every read is of the current
    version.
    """
    return CandleStore(uri)
