"""Coverage, holdings, failures, revisions and audits of a store, cached by its version, and summaries of them."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import polars as pl

from analysis.candle_audit import CandleAudit, audit_candles
from dashboard.service.coverage import CoverageMap, build_coverage_map
from dashboard.state.view import OriginChoice, ViewState
from data.outstanding import remove_file_names
from data.schema import Evidence, Origin, Timeframe
from data.store import CandleStore

CACHE_SIZE = 16
"""The number of cached coverage maps and revisions."""


class StoreInfo:
    """Reads that scan the whole store, cached by its version.

    All of them raise `StoreUnusable` if the store cannot be read.
    """

    def __init__(self, store: CandleStore) -> None:
        self.store = store
        self._cached_coverage_map = lru_cache(maxsize=CACHE_SIZE)(self._build_coverage_map)
        self._cached_holdings = lru_cache(maxsize=1)(self._read_holdings)
        self._cached_outstanding = lru_cache(maxsize=1)(self._read_outstanding)
        self._cached_audit = lru_cache(maxsize=CACHE_SIZE)(self._audit_candles)
        self._cached_revisions = lru_cache(maxsize=CACHE_SIZE)(self._read_revisions)

    def get_coverage_map(
        self, asset: str, start: datetime, end: datetime, evidence: Evidence, timeframe: Timeframe
    ) -> CoverageMap:
        """The coverage of an asset around a window; see `dashboard.service.coverage.build_coverage_map`."""
        return self._cached_coverage_map(self.store.read_version(), asset, start, end, evidence, timeframe)

    def get_holdings(self) -> pl.DataFrame:
        """The candles in the store by source and market: a frame of `data.schema.HOLDING`."""
        return self._cached_holdings(self.store.read_version())

    def get_outstanding(self) -> pl.DataFrame:
        """The failed spans that have not been collected since: a frame of `data.schema.COVERAGE`."""
        return self._cached_outstanding(self.store.read_version())

    def get_revisions(
        self, start: datetime | None = None, end: datetime | None = None, asset: str | None = None
    ) -> pl.DataFrame:
        """The revisions in a window, of one asset or all of them: a frame of `data.schema.REVISION`."""
        return self._cached_revisions(self.store.read_version(), start, end, asset)

    def get_audit(self, asset: str, start: datetime, end: datetime, timeframe: Timeframe) -> CandleAudit:
        """What the store says twice about an asset's bars in a window; see `analysis.candle_audit.audit_candles`."""
        return self._cached_audit(self.store.read_version(), asset, start, end, timeframe)

    def _build_coverage_map(self, version: str, *arguments: Any) -> CoverageMap:  # noqa: ANN401, ARG002 - as `build_coverage_map` has them; the version is the key
        return build_coverage_map(self.store, *arguments)

    def _read_holdings(self, version: str) -> pl.DataFrame:  # noqa: ARG002 - as above
        return self.store.candles.read_holdings()

    def _read_outstanding(self, version: str) -> pl.DataFrame:  # noqa: ARG002 - as above
        return self.store.coverage.read_outstanding()

    def _audit_candles(
        self,
        version: str,  # noqa: ARG002 - as above
        asset: str,
        start: datetime,
        end: datetime,
        timeframe: Timeframe,
    ) -> CandleAudit:
        return audit_candles(self.store, [asset], start, end, timeframe=timeframe)

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
"""The route of candles by their origin; imported candles have the name of their file instead."""


def summarize_holdings(holdings: pl.DataFrame) -> pl.DataFrame:
    """Sum up holdings (`data.schema.HOLDING`) by venue, route or file, and timeframe.

    All files of an archive are one route. A bar from two files or hosts is counted twice.

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
    """Sum up failed spans (`data.schema.COVERAGE`) by venue, reason and timeframe.

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
    """The coverage map of the view's origin; by default of real candles, or of the sample if there are none."""
    series = view.asset, view.start, view.end
    if view.origin is not OriginChoice.AUTO:
        return store_info.get_coverage_map(*series, Evidence(view.origin.value), view.timeframe)
    real_map = store_info.get_coverage_map(*series, Evidence.REAL, view.timeframe)
    fallback_map = (
        real_map if real_map.markets else store_info.get_coverage_map(*series, Evidence.RECONSTRUCTION, view.timeframe)
    )
    return fallback_map if fallback_map.markets else real_map
