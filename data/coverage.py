"""The log of what was asked of each market and what came: it tells quiet minutes from missing ones."""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from data.lake import LakeTable
from data.schema import COVERAGE, COVERAGE_DEFAULTS, NOTHING_WANTING, Evidence, Origin, Outcome, Timeframe, base_of
from data.wanting import ANY_MARKET, still_wanting

ORDER = ("asked_at", "venue", "symbol", "price", "timeframe", "start", "end", "outcome")

MARKET = ("venue", "symbol")

SERIES = (*MARKET, "price", "timeframe")

OF_TRADES = pl.col("price") == COVERAGE_DEFAULTS["price"]
"""Coverage of the candles that are measured."""


class CoverageLog:
    """The Delta table of coverage rows. Rows are only ever added; one that is there twice reads as one."""

    def __init__(self, uri: str) -> None:
        self.table = LakeTable(uri, COVERAGE, defaults=COVERAGE_DEFAULTS)

    def write(self, coverage: pl.DataFrame) -> None:
        """Add rows of `data.schema.COVERAGE`; where price or timeframe is absent or null it is the usual one.

        Raises:
            ValueError: other columns or dtypes, nulls, an unknown outcome or origin, or an empty span.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be written.
        """
        coverage = _with_defaults(coverage)
        if dict(coverage.schema) != COVERAGE:
            message = f"this is no coverage: {dict(coverage.schema)} instead of {COVERAGE}"
            raise ValueError(message)
        if coverage.is_empty():
            return
        sound = coverage.select(
            pl.all().is_not_null().all(),
            known=pl.col("outcome").is_in([outcome.value for outcome in Outcome]).all()
            & pl.col("origin").is_in([origin.value for origin in Origin]).all(),
            ordered=(pl.col("start") < pl.col("end")).all(),
        )
        if not all(sound.row(0)):
            faults = [name for name, is_so in sound.row(0, named=True).items() if not is_so]
            message = f"this coverage cannot be stored: see {', '.join(faults)}"
            raise ValueError(message)
        self.table.append(coverage.select(*COVERAGE))

    def rows(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of `data.schema.COVERAGE` that overlap ``[start, end)``, in the order of asking."""
        return self.table.read(lambda rows: rows.filter(_of(assets), _overlapping(start, end))).unique().sort(ORDER)

    def wanting(self) -> pl.DataFrame:
        """What was asked and not had, and has not come since: rows of `data.schema.COVERAGE`, cut to those minutes."""
        is_wanting = ~pl.col("outcome").is_in([outcome.value for outcome in NOTHING_WANTING])
        asked = self.table.read(lambda rows: rows.filter(is_wanting)).unique().sort(ORDER)
        if asked.is_empty():
            return asked
        first, last = asked.select(pl.col("start").min(), pl.col("end").max()).row(0)
        among = (pl.col(name).is_in(asked[name].unique().to_list()) for name in MARKET)
        whole = (pl.col("outcome") == Outcome.COMPLETE, _overlapping(first, last), *among)
        spans = self.table.read(lambda rows: rows.filter(*whole).select(*SERIES, "start", "end"))
        return still_wanting(asked, merged(spans, SERIES), self._after_listing_failed(asked))

    def _after_listing_failed(self, asked: pl.DataFrame) -> pl.DataFrame:
        """The rows that came after a venue had not listed its markets, of the assets that were asked for then."""
        unlisted = asked.filter(pl.any_horizontal(pl.col("symbol").str.ends_with(end) for end in ANY_MARKET))
        if unlisted.is_empty():
            return unlisted
        assets = {base_of(symbol) for symbol in unlisted["symbol"].unique()}
        of_venues = pl.col("venue").is_in(unlisted["venue"].unique().to_list())
        after = pl.col("asked_at") > unlisted["asked_at"].min()
        return self.table.read(lambda rows: rows.filter(_of(assets), of_venues, after)).select(*COVERAGE)

    def spans(
        self, assets: Collection[str], start: datetime, end: datetime, origin: Evidence, timeframe: Timeframe
    ) -> pl.DataFrame:
        """What was collected whole of ``[start, end)``, per market: disjoint spans within it, ascending.

        Only of trade candles of that length: another kind of price, or length, says nothing about quiet bars.
        """
        measured = OF_TRADES & (pl.col("timeframe") == timeframe.value)
        whole = (pl.col("outcome") == Outcome.COMPLETE, measured, of_evidence(origin))
        edges = pl.col("start").clip(lower_bound=start), pl.col("end").clip(upper_bound=end)
        wanted = (_of(assets), _overlapping(start, end), *whole)
        return merged(self.table.read(lambda rows: rows.filter(*wanted).select(*MARKET, *edges)))


def merged(spans: pl.DataFrame, by: Collection[str] = MARKET) -> pl.DataFrame:
    """Spans with those of one market (or of one value of the columns ``by``) that overlap or touch made one, sorted.

    Args:
        spans: columns ``by``, ``start`` and ``end``; without ``by`` those of `data.schema.SPAN`.
        by: what names the spans that belong together.
    """
    reach = pl.col("end").cum_max().shift(1).over(by)
    return (
        spans.sort(*by, "start", "end")
        .with_columns(run=(reach.is_null() | (pl.col("start") > reach)).cum_sum())
        .group_by(*by, "run", maintain_order=True)
        .agg(pl.col("start").min(), pl.col("end").max())
        .select(*by, "start", "end")
    )


def of_evidence(origin: Evidence) -> pl.Expr:
    """Rows of that kind of evidence: the reconstruction, or everything else."""
    is_reconstruction = pl.col("origin") == Origin.RECONSTRUCTION
    return is_reconstruction if origin is Evidence.RECONSTRUCTION else ~is_reconstruction


def _with_defaults(coverage: pl.DataFrame) -> pl.DataFrame:
    """Coverage with the usual price and timeframe where a frame does not say."""
    given = coverage.schema
    return coverage.with_columns(
        (pl.col(name).fill_null(value) if name in given else pl.lit(value)).alias(name)
        for name, value in COVERAGE_DEFAULTS.items()
        if given.get(name, pl.String()) == pl.String()
    )


def _of(assets: Collection[str]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(value=False), *(pl.col("symbol").str.starts_with(f"{asset}/") for asset in assets))


def _overlapping(start: datetime, end: datetime) -> pl.Expr:
    return (pl.col("start") < end) & (pl.col("end") > start)
