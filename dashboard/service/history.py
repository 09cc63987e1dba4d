"""The stored history of the whole market, cached by its version."""

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from data.schema import build_empty_frame
from data.store import CandleStore
from data.tables.history import HISTORY_ROW

CACHE_SIZE = 4
"""Histories in the cache; one of a year of twenty exchanges takes some ten megabytes."""


class HistoryReader:
    """Reads all stored days of the assets of an exchange."""

    def __init__(self, store: CandleStore) -> None:
        self._store = store
        self._cached_rows = lru_cache(maxsize=CACHE_SIZE)(self._read_rows)

    def read(self, owners: Sequence[str]) -> pl.DataFrame:
        """The days of the assets of the first of these exchanges that has any: a frame of `HISTORY_ROW`.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        version = self._store.history.read_version()
        frames = (self._cached_rows(version, owner) for owner in dict.fromkeys(owners))
        return next((rows for rows in frames if not rows.is_empty()), build_empty_frame(HISTORY_ROW))

    def _read_rows(self, version: str, owner: str) -> pl.DataFrame:  # noqa: ARG002 - the version is the key
        days = self._store.history.list_days(owner)
        if not days:
            return build_empty_frame(HISTORY_ROW)
        return self._store.history.read(min(days), max(days), owner)
