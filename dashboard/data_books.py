"""What the store can tell of itself beside candles, and what of it is kept while its content stays as it is."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

import polars as pl

from dashboard.ask import CandleSource
from dashboard.data_coverage import CoverageMap, build_coverage_map
from data.schema import Evidence, Timeframe
from data.upkeep import StoreSize

CACHE_SIZE = 16
"""Maps of coverage that are kept."""


class StoreReader(CandleSource, Protocol):
    """A source of candles that keeps books; see `data.store.CandleStore` for each."""

    uri: str

    def read_version(self) -> str:
        """A text that changes whenever the content changes."""
        ...

    def read_holdings(self) -> pl.DataFrame:
        """What it holds: a frame of `data.schema.HOLDING`."""
        ...

    def read_coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """What was asked in ``[start, end)``: a frame of `data.schema.COVERAGE`, in the order of asking."""
        ...

    def read_outstanding(self) -> pl.DataFrame:
        """What was asked and not had: a frame of `data.schema.COVERAGE`."""
        ...

    def read_rejected_pages(self) -> pl.DataFrame:
        """The answers kept aside: a frame of `data.schema.REJECTED_PAGE`."""
        ...

    def read_revisions(
        self, start: datetime | None = None, end: datetime | None = None, assets: Collection[str] | None = None
    ) -> pl.DataFrame:
        """What venues changed: a frame of `data.schema.REVISION`."""
        ...

    def read_runs(self, limit: int = 100) -> pl.DataFrame:
        """The follower's last runs, newest first: a frame of `data.schema.RUN`."""
        ...

    def measure_size(self, timeframe: Timeframe | None = None) -> StoreSize | None:
        """Bytes and files, of all or of candles of one length; None for a store that is no folder."""
        ...


class StoreInfo:
    """The books of a store. What takes a look through all of it is kept by its version.

    Everything raises `StoreUnusable` where the store cannot be read.
    """

    def __init__(self, store: StoreReader) -> None:
        self.store = store
        self._cached_coverage_map = lru_cache(maxsize=CACHE_SIZE)(self._build_coverage_map)
        self._cached_holdings = lru_cache(maxsize=1)(self._read_holdings)
        self._cached_outstanding = lru_cache(maxsize=1)(self._read_outstanding)
        self._cached_revisions = lru_cache(maxsize=CACHE_SIZE)(self._read_revisions)

    def get_coverage_map(
        self, asset: str, start: datetime, end: datetime, evidence: Evidence, timeframe: Timeframe
    ) -> CoverageMap:
        """What was had of an asset around a window; see `dashboard.data_coverage.build_coverage_map`."""
        return self._cached_coverage_map(self.store.read_version(), asset, start, end, evidence, timeframe)

    def get_holdings(self) -> pl.DataFrame:
        """What the store holds: a frame of `data.schema.HOLDING`."""
        return self._cached_holdings(self.store.read_version())

    def get_outstanding(self) -> pl.DataFrame:
        """What was asked and not had: a frame of `data.schema.COVERAGE`."""
        return self._cached_outstanding(self.store.read_version())

    def get_revisions(
        self, start: datetime | None = None, end: datetime | None = None, asset: str | None = None
    ) -> pl.DataFrame:
        """What venues changed, in a window of an asset or in all of the store: a frame of `data.schema.REVISION`."""
        return self._cached_revisions(self.store.read_version(), start, end, asset)

    def _build_coverage_map(self, version: str, *arguments: Any) -> CoverageMap:  # noqa: ANN401, ARG002 - as `build_coverage_map` has them; the version is the key
        return build_coverage_map(self.store, *arguments)

    def _read_holdings(self, version: str) -> pl.DataFrame:  # noqa: ARG002 - as above
        return self.store.read_holdings()

    def _read_outstanding(self, version: str) -> pl.DataFrame:  # noqa: ARG002 - as above
        return self.store.read_outstanding()

    def _read_revisions(
        self,
        version: str,
        start: datetime | None,
        end: datetime | None,
        asset: str | None,  # noqa: ARG002
    ) -> pl.DataFrame:
        return self.store.read_revisions(start, end, None if asset is None else [asset])
