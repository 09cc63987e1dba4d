"""The log of requests for each market and their outcomes, which distinguishes quiet minutes from missing ones."""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from data.delta.sql import quote_sql, quote_sql_time
from data.delta.table import StoreTable
from data.intervals import MARKET_COLUMNS, merge_span_rows
from data.outstanding import ANY_MARKET_SUFFIXES, list_outstanding
from data.schema import (
    COVERAGE,
    COVERAGE_DEFAULTS,
    SETTLED_OUTCOMES,
    SPAN,
    TIME,
    Evidence,
    Origin,
    Outcome,
    Timeframe,
    build_empty_frame,
    parse_base,
)
from data.tables.absence import IS_UNPROVEN, SERIES_COLUMNS, build_proof_filter, complete_absences

SORT_COLUMNS = ("asked_at", "venue", "symbol", "price", "timeframe", "start", "end", "outcome")

IS_TRADE_PRICE = pl.col("price") == COVERAGE_DEFAULTS["price"]
"""Coverage of trade candles, the ones that are measured."""

IS_COMPLETE = pl.col("outcome") == Outcome.COMPLETE.value
"""Coverage of spans in which a bar without a candle is quiet."""


class CoverageTable:
    """The Delta table of `data.schema.COVERAGE`. Rows are only ever appended; reads drop duplicates."""

    def __init__(self, uri: str) -> None:
        self.table = StoreTable(uri, COVERAGE, defaults=COVERAGE_DEFAULTS)

    def write(self, coverage: pl.DataFrame) -> None:
        """Append rows of `data.schema.COVERAGE`; a price or timeframe that is absent or null gets its default.

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

    def drop(self, asset: str, start: datetime, end: datetime) -> None:
        """Drop what was asked for an asset in ``[start, end)``, of every length and price; what lies outside stays.

        Raises:
            StoreBusy: others went ahead every time.
            StoreUnusable: the table cannot be read or written.
        """
        rows = self.read_rows([asset], start, end)
        if rows.is_empty():
            return
        start_time, end_time = (pl.lit(time).cast(TIME) for time in (start, end))
        outside = pl.concat(
            [
                rows.filter(pl.col("start") < start_time).with_columns(end=start_time),
                rows.filter(pl.col("end") > end_time).with_columns(start=end_time),
            ]
        )
        is_of_asset = f"starts_with(symbol, {quote_sql(f'{asset}/')})"
        is_in_span = f'"start" < {quote_sql_time(end)} AND "end" > {quote_sql_time(start)}'
        self.table.delete(f"{is_of_asset} AND {is_in_span}")
        if not outside.is_empty():
            self.write(outside)

    def read_rows(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of `data.schema.COVERAGE` that overlap ``[start, end)``, sorted by ``asked_at``."""
        return (
            self.table.read(lambda rows: rows.filter(_build_asset_filter(assets), _build_overlap_filter(start, end)))
            .unique()
            .sort(SORT_COLUMNS)
        )

    def read_unlisted_markets(self, start: datetime, end: datetime) -> frozenset[tuple[str, str]]:
        """Venue and symbol of the markets that their venue did not list when ``[start, end)`` was asked for."""
        is_unlisted = (pl.col("outcome") == Outcome.NOT_LISTED.value) & build_evidence_filter(Evidence.REAL)
        filters = (is_unlisted, _build_overlap_filter(start, end))
        markets = self.table.read(lambda rows: rows.filter(*filters).select("venue", "symbol").unique())
        return frozenset(markets.iter_rows())

    def read_outstanding(self) -> pl.DataFrame:
        """The failed spans that have not been collected since: rows of `data.schema.COVERAGE`, cut to those minutes."""
        is_outstanding = ~pl.col("outcome").is_in([outcome.value for outcome in SETTLED_OUTCOMES])
        asked = self.complete_absences(self.table.read(lambda rows: rows.filter(is_outstanding)).unique())
        failed = asked.filter(is_outstanding).sort(SORT_COLUMNS)
        if failed.is_empty():
            return failed
        first_start, last_end = failed.select(pl.col("start").min(), pl.col("end").max()).row(0)
        is_same_market = (pl.col(name).is_in(failed[name].unique().to_list()) for name in MARKET_COLUMNS)
        filters = (
            IS_COMPLETE,
            build_evidence_filter(Evidence.REAL),  # the sample does not stand in for what is missing
            _build_overlap_filter(first_start, last_end),
            *is_same_market,
        )
        columns = (*SERIES_COLUMNS, "start", "end")
        complete = self.table.read(lambda rows: rows.filter(*filters).select(columns))
        spans = pl.concat([complete, asked.filter(IS_COMPLETE).select(columns)])
        return list_outstanding(failed, merge_span_rows(spans, SERIES_COLUMNS), self._read_after_failed_listing(failed))

    def _read_after_failed_listing(self, failed: pl.DataFrame) -> pl.DataFrame:
        """The rows younger than a venue's failure to list its markets, of the assets of that request."""
        failed_listings = failed.filter(
            pl.any_horizontal(pl.col("symbol").str.ends_with(end) for end in ANY_MARKET_SUFFIXES)
        )
        if failed_listings.is_empty():
            return failed_listings
        assets = {parse_base(symbol) for symbol in failed_listings["symbol"].unique()}
        is_same_venue = pl.col("venue").is_in(failed_listings["venue"].unique().to_list())
        is_later = (pl.col("asked_at") > failed_listings["asked_at"].min()) & build_evidence_filter(Evidence.REAL)
        return self.table.read(lambda rows: rows.filter(_build_asset_filter(assets), is_same_venue, is_later)).select(
            *COVERAGE
        )

    def read_spans(
        self, assets: Collection[str], start: datetime, end: datetime, origin: Evidence, timeframe: Timeframe
    ) -> pl.DataFrame:
        """The spans of each market in which a bar without a candle is quiet, clipped to ``[start, end)``.

        They are disjoint, a frame of `data.schema.SPAN`: complete spans, and answers without a candle that are proven.

        Only those of trade candles of that timeframe: others do not show which bars are quiet.
        """
        table = self.table.open()
        if table is None:  # saves a query of no rows, which takes longer than a day of candles
            return build_empty_frame(SPAN)
        is_measured = IS_TRADE_PRICE & (pl.col("timeframe") == timeframe.value)
        is_answered = (IS_COMPLETE | IS_UNPROVEN, is_measured, build_evidence_filter(origin))
        filters = (_build_asset_filter(assets), _build_overlap_filter(start, end), *is_answered)
        columns = (*SERIES_COLUMNS, "start", "end", "outcome")
        answered = self.table.read_from(table, lambda rows: rows.filter(*filters).select(columns))
        if answered.is_empty():
            return build_empty_frame(SPAN)
        edges = pl.col("start").clip(lower_bound=start), pl.col("end").clip(upper_bound=end)
        is_proven = (IS_COMPLETE, _build_overlap_filter(start, end))
        return merge_span_rows(self.complete_absences(answered).filter(*is_proven).select(*MARKET_COLUMNS, *edges))

    def complete_absences(self, coverage: pl.DataFrame) -> pl.DataFrame:
        """Rows of coverage, with answers without a candle as complete spans where the rest of the table proves them.

        See `data.tables.absence.complete_absences`.
        """
        absences = coverage.filter(IS_UNPROVEN)
        return coverage if absences.is_empty() else complete_absences(coverage, self._read_open_ranges(absences))

    def _read_open_ranges(self, absences: pl.DataFrame) -> pl.DataFrame:
        """From the first to the last proof that each market was open, of any time; see `data.tables.absence`."""
        is_same_market = (pl.col(name).is_in(absences[name].unique().to_list()) for name in MARKET_COLUMNS)
        edges = pl.col("start").min().alias("open_start"), pl.col("end").max().alias("open_end")
        filters = (build_proof_filter(), *is_same_market)
        return self.table.read(lambda rows: rows.filter(*filters).group_by(SERIES_COLUMNS).agg(*edges))


def build_evidence_filter(origin: Evidence) -> pl.Expr:
    """A filter for rows of one kind of evidence: the reconstruction, or all other origins."""
    is_reconstruction = pl.col("origin") == Origin.RECONSTRUCTION
    return is_reconstruction if origin is Evidence.RECONSTRUCTION else ~is_reconstruction


def _fill_defaults(coverage: pl.DataFrame) -> pl.DataFrame:
    """Coverage with absent columns and nulls of price and timeframe replaced by `data.schema.COVERAGE_DEFAULTS`."""
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
