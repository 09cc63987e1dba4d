"""What the store can tell of itself beside candles, and what of it is kept while its content stays as it is."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

import polars as pl

from dashboard.ask import CandleSource
from dashboard.data_coverage import CoverageMap, coverage_map
from data.schema import Evidence, Timeframe
from data.upkeep import StoreSize

KEPT = 16
"""Maps of coverage that are kept."""


class Ledger(CandleSource, Protocol):
    """A source of candles that keeps books; see `data.store.CandleStore` for each."""

    uri: str

    def version(self) -> str:
        """A text that changes whenever the content changes."""
        ...

    def holdings(self) -> pl.DataFrame:
        """What it holds: a frame of `data.schema.HOLDING`."""
        ...

    def coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """What was asked in ``[start, end)``: a frame of `data.schema.COVERAGE`, in the order of asking."""
        ...

    def wanting(self) -> pl.DataFrame:
        """What was asked and not had: a frame of `data.schema.COVERAGE`."""
        ...

    def bad_pages(self) -> pl.DataFrame:
        """The answers kept aside: a frame of `data.schema.BAD_PAGE`."""
        ...

    def revisions(
        self, start: datetime | None = None, end: datetime | None = None, assets: Collection[str] | None = None
    ) -> pl.DataFrame:
        """What venues changed: a frame of `data.schema.REVISION`."""
        ...

    def runs(self, limit: int = 100) -> pl.DataFrame:
        """The follower's last runs, newest first: a frame of `data.schema.RUN`."""
        ...

    def size(self, timeframe: Timeframe | None = None) -> StoreSize | None:
        """Bytes and files, of all or of candles of one length; None for a store that is no folder."""
        ...


class Books:
    """The books of a store. What takes a look through all of it is kept by its version.

    Everything raises `StoreUnusable` where the store cannot be read.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._maps = lru_cache(maxsize=KEPT)(self._map)
        self._held = lru_cache(maxsize=1)(self._holdings)
        self._failed = lru_cache(maxsize=1)(self._wanting)
        self._changed = lru_cache(maxsize=KEPT)(self._revisions)

    def coverage_map(
        self, asset: str, start: datetime, end: datetime, evidence: Evidence, timeframe: Timeframe
    ) -> CoverageMap:
        """What was had of an asset around a window; see `dashboard.data_coverage.coverage_map`."""
        return self._maps(self.ledger.version(), asset, start, end, evidence, timeframe)

    def holdings(self) -> pl.DataFrame:
        """What the store holds: a frame of `data.schema.HOLDING`."""
        return self._held(self.ledger.version())

    def wanting(self) -> pl.DataFrame:
        """What was asked and not had: a frame of `data.schema.COVERAGE`."""
        return self._failed(self.ledger.version())

    def revisions(
        self, start: datetime | None = None, end: datetime | None = None, asset: str | None = None
    ) -> pl.DataFrame:
        """What venues changed, in a window of an asset or in all of the store: a frame of `data.schema.REVISION`."""
        return self._changed(self.ledger.version(), start, end, asset)

    def _map(self, version: str, *asked: Any) -> CoverageMap:  # noqa: ANN401, ARG002 - as `coverage_map` has them; the version is the key
        return coverage_map(self.ledger, *asked)

    def _holdings(self, version: str) -> pl.DataFrame:  # noqa: ARG002 - as above
        return self.ledger.holdings()

    def _wanting(self, version: str) -> pl.DataFrame:  # noqa: ARG002 - as above
        return self.ledger.wanting()

    def _revisions(self, version: str, start: datetime | None, end: datetime | None, asset: str | None) -> pl.DataFrame:  # noqa: ARG002 - as above
        return self.ledger.revisions(start, end, None if asset is None else [asset])
