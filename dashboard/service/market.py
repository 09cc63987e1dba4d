"""Saved scans of the whole market for a view: the one of its window, the other ones, and whether one is out of date."""

from dataclasses import dataclass
from functools import lru_cache

from dashboard.state.view import ViewState
from data.store import CandleStore
from data.tables.scans import MarketScan, ScanRun

CACHE_SIZE = 4
"""Scans in the cache; one of 400 assets on 8 exchanges takes some ten megabytes."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What is saved for a view.

    Attributes:
        scan: the latest scan of exactly the view's window; None without one.
        is_outdated: whether the store has changed since that scan was made.
        other_runs: the latest scan of each other window, the one made last first.
    """

    scan: MarketScan | None
    is_outdated: bool
    other_runs: tuple[ScanRun, ...]


class ScanReader:
    """Reads scans of a store, and caches the latest ones."""

    def __init__(self, store: CandleStore) -> None:
        self._store = store
        self._cached_runs = lru_cache(maxsize=1)(self._list_runs)
        self._cached_scan = lru_cache(maxsize=CACHE_SIZE)(self._read_scan)

    def read(self, view: ViewState, store_version: str) -> ScanResult:
        """What is saved for a view, while the store has the given version.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        version = self._store.scans.read_version()
        latest_runs = {(run.start, run.end): run for run in reversed(self._cached_runs(version))}
        run = latest_runs.pop((view.start, view.end), None)
        others = tuple(sorted(latest_runs.values(), key=lambda other: other.made_at, reverse=True))
        if run is None:
            return ScanResult(None, is_outdated=False, other_runs=others)
        scan = self._cached_scan(version, run.scan_id)
        return ScanResult(scan, is_outdated=run.store_version != store_version, other_runs=others)

    def _list_runs(self, version: str) -> tuple[ScanRun, ...]:  # noqa: ARG002 - the version is the key
        return self._store.scans.list_runs()

    def _read_scan(self, version: str, scan_id: str) -> MarketScan:
        run = next(run for run in self._cached_runs(version) if run.scan_id == scan_id)
        return self._store.scans.read(run)
