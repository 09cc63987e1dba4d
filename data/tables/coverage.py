"""The log of what was asked of each market and what came: it tells quiet minutes from missing ones."""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from data.delta.table import StoreTable
from data.intervals import MARKET_COLUMNS, merge_span_rows
from data.outstanding import ANY_MARKET_SUFFIXES, list_outstanding
from data.schema import COVERAGE, COVERAGE_DEFAULTS, SETTLED_OUTCOMES, Evidence, Origin, Outcome, Timeframe, parse_base

SORT_COLUMNS = ("asked_at", "venue", "symbol", "price", "timeframe", "start", "end", "outcome")

SERIES_COLUMNS = (*MARKET_COLUMNS, "price", "timeframe")

IS_TRADE_PRICE = pl.col("price") == COVERAGE_DEFAULTS["price"]
"""Coverage of the candles that are measured."""


class CoverageTable:
    """The Delta table of coverage rows. Rows are only ever added; one that is there twice reads as one."""

    def __init__(self, uri: str) -> None:
        self.table = StoreTable(uri, COVERAGE, defaults=COVERAGE_DEFAULTS)

    def write(self, coverage: pl.DataFrame) -> None:
        """Add rows of `data.schema.COVERAGE`; where price or timeframe is absent or null it is the usual one.

        Raises:
            ValueError: other columns or dtypes, nulls, an unknown outcome or origin, or an empty span.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be written.
        """
        coverage = _fill_defaults(coverage)
        if dict(coverage.schema) != COVERAGE:
            message = f"this is no coverage: {dict(coverage.schema)} instead of {COVERAGE}"
            raise ValueError(message)
        if coverage.is_empty():
            return
        checks = coverage.select(
            pl.all().is_not_null().all(),
            known=pl.col("outcome").is_in([outcome.value for outcome in Outcome]).all()
            & pl.col("origin").is_in([origin.value for origin in Origin]).all(),
            ordered=(pl.col("start") < pl.col("end")).all(),
        )
        if not all(checks.row(0)):
            faults = [name for name, is_so in checks.row(0, named=True).items() if not is_so]
            message = f"this coverage cannot be stored: see {', '.join(faults)}"
            raise ValueError(message)
        self.table.append(coverage.select(*COVERAGE))

    def read_rows(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of `data.schema.COVERAGE` that overlap ``[start, end)``, in the order of asking."""
        return (
            self.table.read(lambda rows: rows.filter(_build_asset_filter(assets), _build_overlap_filter(start, end)))
            .unique()
            .sort(SORT_COLUMNS)
        )

    def read_outstanding(self) -> pl.DataFrame:
        """What was asked and not had, and has not come since: rows of `data.schema.COVERAGE`, cut to those minutes."""
        is_outstanding = ~pl.col("outcome").is_in([outcome.value for outcome in SETTLED_OUTCOMES])
        failed = self.table.read(lambda rows: rows.filter(is_outstanding)).unique().sort(SORT_COLUMNS)
        if failed.is_empty():
            return failed
        first_start, last_end = failed.select(pl.col("start").min(), pl.col("end").max()).row(0)
        is_same_market = (pl.col(name).is_in(failed[name].unique().to_list()) for name in MARKET_COLUMNS)
        is_complete = (
            pl.col("outcome") == Outcome.COMPLETE,
            _build_overlap_filter(first_start, last_end),
            *is_same_market,
        )
        spans = self.table.read(lambda rows: rows.filter(*is_complete).select(*SERIES_COLUMNS, "start", "end"))
        return list_outstanding(failed, merge_span_rows(spans, SERIES_COLUMNS), self._read_after_failed_listing(failed))

    def _read_after_failed_listing(self, failed: pl.DataFrame) -> pl.DataFrame:
        """The rows that came after a venue had not listed its markets, of the assets that were asked for then."""
        failed_listings = failed.filter(
            pl.any_horizontal(pl.col("symbol").str.ends_with(end) for end in ANY_MARKET_SUFFIXES)
        )
        if failed_listings.is_empty():
            return failed_listings
        assets = {parse_base(symbol) for symbol in failed_listings["symbol"].unique()}
        is_same_venue = pl.col("venue").is_in(failed_listings["venue"].unique().to_list())
        is_later = pl.col("asked_at") > failed_listings["asked_at"].min()
        return self.table.read(lambda rows: rows.filter(_build_asset_filter(assets), is_same_venue, is_later)).select(
            *COVERAGE
        )

    def read_spans(
        self, assets: Collection[str], start: datetime, end: datetime, origin: Evidence, timeframe: Timeframe
    ) -> pl.DataFrame:
        """What was collected whole of ``[start, end)``, per market: disjoint spans within it, ascending.

        Only of trade candles of that length: another kind of price, or length, says nothing about quiet bars.
        """
        is_measured = IS_TRADE_PRICE & (pl.col("timeframe") == timeframe.value)
        is_complete = (pl.col("outcome") == Outcome.COMPLETE, is_measured, build_evidence_filter(origin))
        edges = pl.col("start").clip(lower_bound=start), pl.col("end").clip(upper_bound=end)
        filters = (_build_asset_filter(assets), _build_overlap_filter(start, end), *is_complete)
        return merge_span_rows(self.table.read(lambda rows: rows.filter(*filters).select(*MARKET_COLUMNS, *edges)))


def build_evidence_filter(origin: Evidence) -> pl.Expr:
    """Rows of that kind of evidence: the reconstruction, or everything else."""
    is_reconstruction = pl.col("origin") == Origin.RECONSTRUCTION
    return is_reconstruction if origin is Evidence.RECONSTRUCTION else ~is_reconstruction


def _fill_defaults(coverage: pl.DataFrame) -> pl.DataFrame:
    """Coverage with the usual price and timeframe where a frame does not say."""
    schema = coverage.schema
    return coverage.with_columns(
        (pl.col(name).fill_null(value) if name in schema else pl.lit(value)).alias(name)
        for name, value in COVERAGE_DEFAULTS.items()
        if schema.get(name, pl.String()) == pl.String()
    )


def _build_asset_filter(assets: Collection[str]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(value=False), *(pl.col("symbol").str.starts_with(f"{asset}/") for asset in assets))


def _build_overlap_filter(start: datetime, end: datetime) -> pl.Expr:
    return (pl.col("start") < end) & (pl.col("end") > start)
