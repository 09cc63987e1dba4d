"""Saved scans of the whole market for a view: the one of its window, the other ones, and whether one is out of date."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from dashboard.state.view import ViewState
from data.store import CandleStore
from data.tables.scans import MarketScan, ScanRun, order_scans

CACHE_SIZE = 4
"""Scans in the cache; one of 400 assets on 8 exchanges takes some ten megabytes."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What is saved for a view.

    Attributes:
        scan: the scan of exactly the view's window that the view names, else the first of ``window_runs``; None
            without one.
        is_outdated: whether the store has changed since that scan was made.
        window_runs: all scans of that window in the order of `data.tables.scans.order_scans`.
        other_runs: the first scan of each other window, the one made last first.
    """

    scan: MarketScan | None
    is_outdated: bool = False
    window_runs: tuple[ScanRun, ...] = ()
    other_runs: tuple[ScanRun, ...] = ()


class ScanReader:
    """Reads scans of a store, and caches those that were read last."""

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
        runs: dict[tuple[datetime, datetime], list[ScanRun]] = {}
        for run in order_scans(self._cached_runs(version), view.focus):
            runs.setdefault((run.start, run.end), []).append(run)
        window_runs = tuple(runs.pop((view.start, view.end), ()))
        firsts = (first for first, *_ in runs.values())
        others = tuple(sorted(firsts, key=lambda other: other.made_at, reverse=True))
        if not window_runs:
            return ScanResult(None, other_runs=others)
        run = next((run for run in window_runs if run.scan_id == view.scan), window_runs[0])
        scan = self._cached_scan(version, run.scan_id)
        return ScanResult(scan, run.store_version != store_version, window_runs, others)

    def _list_runs(self, version: str) -> tuple[ScanRun, ...]:  # noqa: ARG002 - the version is the key
        return self._store.scans.list_runs()

    def _read_scan(self, version: str, scan_id: str) -> MarketScan:
        run = next(run for run in self._cached_runs(version) if run.scan_id == scan_id)
        return self._store.scans.read(run)
