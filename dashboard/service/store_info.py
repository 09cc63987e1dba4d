"""What the store can tell of itself beside candles, and what of it is kept while its content stays as it is.

What a store holds and lacks, summed up: the rows that the terminal and the data page tell.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

import polars as pl

from dashboard.service.coverage import CoverageMap, build_coverage_map
from dashboard.state.view import OriginChoice, ViewState
from data.reasons import remove_file_names
from data.schema import Evidence, Origin, Timeframe
from data.store import CandleStore

CACHE_SIZE = 16
"""Maps of coverage that are kept."""


class StoreInfo:
    """The books of a store. What takes a look through all of it is kept by its version.

    Everything raises `StoreUnusable` where the store cannot be read.
    """

    def __init__(self, store: CandleStore) -> None:
        self.store = store
        self._cached_coverage_map = lru_cache(maxsize=CACHE_SIZE)(self._build_coverage_map)
        self._cached_holdings = lru_cache(maxsize=1)(self._read_holdings)
        self._cached_outstanding = lru_cache(maxsize=1)(self._read_outstanding)
        self._cached_revisions = lru_cache(maxsize=CACHE_SIZE)(self._read_revisions)

    def get_coverage_map(
        self, asset: str, start: datetime, end: datetime, evidence: Evidence, timeframe: Timeframe
    ) -> CoverageMap:
        """What was had of an asset around a window; see `dashboard.service.coverage.build_coverage_map`."""
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
        return self.store.candles.read_holdings()

    def _read_outstanding(self, version: str) -> pl.DataFrame:  # noqa: ARG002 - as above
        return self.store.coverage.read_outstanding()

    def _read_revisions(
        self,
        version: str,  # noqa: ARG002 - as above
        start: datetime | None,
        end: datetime | None,
        asset: str | None,
    ) -> pl.DataFrame:
        return self.store.candles.read_revisions(start, end, None if asset is None else [asset])


ROUTE_LABELS = {
    Origin.ARCHIVE.value: "archive",
    Origin.OHLCV.value: "candles",
    Origin.TRADES.value: "trades",
    Origin.RECONSTRUCTION.value: "reconstruction",
}
"""How the candles of an origin came, in a word; those of files by the file's name."""


def summarize_holdings(holdings: pl.DataFrame) -> pl.DataFrame:
    """What the store holds (`data.schema.HOLDING`), a row for each venue, route or file, and length of candles.

    An archive's files count as one route. A minute that came from two files or hosts is counted for each.

    Returns:
        Columns venue, came, timeframe, origin, symbol (a list), candles, first and last, sorted.
    """
    route = pl.col("origin").replace_strict(ROUTE_LABELS, default=pl.col("source"))
    grouped = holdings.with_columns(came=route).group_by("venue", "came", "timeframe", maintain_order=True)
    return grouped.agg(
        pl.col("origin").first(),
        pl.col("symbol").unique(maintain_order=True),
        pl.col("candles").sum(),
        pl.col("first").min(),
        pl.col("last").max(),
    ).sort("venue", "came", "timeframe")


def summarize_outstanding(outstanding: pl.DataFrame) -> pl.DataFrame:
    """What was asked and not had (`data.schema.COVERAGE`), a row for each venue, reason and length of candles.

    Returns:
        Columns venue, outcome, message, timeframe, market (a list), minutes, start, end and asked_at (the latest),
        sorted.
    """
    minutes = (pl.col("end") - pl.col("start")).dt.total_minutes().sum().alias("minutes")
    market_name = pl.when(pl.col("price") == "trade").then("symbol").otherwise(pl.format("{} ({})", "symbol", "price"))
    reason = pl.col("message").map_elements(remove_file_names, return_dtype=pl.String)
    grouped = outstanding.with_columns(market=market_name, message=reason).group_by(
        "venue", "outcome", "message", "timeframe", maintain_order=True
    )
    return grouped.agg(
        pl.col("market").unique(maintain_order=True),
        minutes,
        pl.col("start").min(),
        pl.col("end").max(),
        pl.col("asked_at").max(),
    ).sort("venue", "outcome", "message", "timeframe")


def read_coverage_map(store_info: StoreInfo, view: ViewState) -> CoverageMap:
    """The map of real candles where anything of them is on record, else of the reconstruction; or as the view says."""
    series = view.asset, view.start, view.end
    if view.origin is not OriginChoice.AUTO:
        return store_info.get_coverage_map(*series, Evidence(view.origin.value), view.timeframe)
    real_map = store_info.get_coverage_map(*series, Evidence.REAL, view.timeframe)
    fallback_map = (
        real_map if real_map.markets else store_info.get_coverage_map(*series, Evidence.RECONSTRUCTION, view.timeframe)
    )
    return fallback_map if fallback_map.markets else real_map
