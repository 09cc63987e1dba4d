"""The coverage map of an asset: bars with a candle, quiet bars and missing bars by market and step of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from data.outstanding import ANY_MARKET_SUFFIXES
from data.schema import COVERAGE_DEFAULTS, Evidence, Outcome, Timeframe, parse_base
from data.store import CandleStore
from data.tables.coverage import build_evidence_filter
from deviation.minute.grid import Bools, Ints

LEAD_TIME = timedelta(hours=24)
"""The time before the window that the map includes, which is the baseline of a measurement."""

HOUR = timedelta(hours=1)

STEP_HOURS = (1, 2, 3, 6, 12, 24)
"""The possible lengths of a field of the map, in hours."""

MAX_FIELDS = 60
"""The most fields of a market; longer windows have longer steps."""

NOT_REQUESTED = "not requested"
"""Takes the place of an outcome where no request is logged."""


@dataclass(frozen=True, slots=True)
class CoverageField:
    """The bars of one market in one step: how many have a candle, are quiet, and are missing.

    ``outcome`` is ``complete`` if none is missing, else the most frequent outcome of the missing bars (one of `Outcome`
    or `NOT_REQUESTED`), with its ``message``.
    """

    with_candle: int
    quiet: int
    missing: int
    outcome: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class MarketCoverage:
    """The fields of one market in time order; ``symbol`` is ``ASSET/*`` where the markets could not be listed."""

    venue: str
    symbol: str
    fields: tuple[CoverageField, ...]

    @property
    def with_candle(self) -> int:
        """Bars with a candle."""
        return sum(field.with_candle for field in self.fields)

    @property
    def quiet(self) -> int:
        """Bars without a candle in a complete span."""
        return sum(field.quiet for field in self.fields)

    @property
    def missing(self) -> int:
        """Bars without a candle outside of all complete spans."""
        return sum(field.missing for field in self.fields)


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """The markets of an asset, by venue and then by bars with a candle, over steps that start at ``starts`` (UTC).

    ``timeframe`` is the length of the bars.
    """

    asset: str
    evidence: Evidence
    timeframe: Timeframe
    starts: tuple[datetime, ...]
    step: timedelta
    markets: tuple[MarketCoverage, ...]

    @property
    def end(self) -> datetime:
        """The end of the last step."""
        return self.starts[-1] + self.step

    def group_by_venue(self) -> dict[str, list[MarketCoverage]]:
        """The markets of each venue, the one with most candles first."""
        markets_by_venue: dict[str, list[MarketCoverage]] = {}
        for market in self.markets:
            markets_by_venue.setdefault(market.venue, []).append(market)
        return markets_by_venue


@dataclass(frozen=True, slots=True)
class BarGrid:
    """Consecutive bars of one length; ``first`` is the open time of bar 0."""

    first: datetime
    timeframe: Timeframe

    @property
    def length(self) -> timedelta:
        """The length of a bar."""
        return timedelta(seconds=self.timeframe.seconds)

    def locate_bars(self, times: pl.Series | None) -> Ints:
        """The numbers of the bars that open at these times; empty for None."""
        if times is None:
            return np.zeros(0, np.int64)
        return ((times.dt.epoch("ms") - int(self.first.timestamp() * 1000)) // self.timeframe.ms).to_numpy()

    def locate_spans(self, rows: pl.DataFrame | None) -> Iterator[tuple[int, int]]:
        """The number of the first bar of each row's span and of the bar after its last; nothing for None."""
        if rows is not None:
            for start, end in rows.select("start", "end").iter_rows():
                yield max((start - self.first) // self.length, 0), max((end - self.first) // self.length, 0)


def split_into_steps(start: datetime, end: datetime) -> tuple[tuple[datetime, ...], timedelta]:
    """The starts of steps over a window and `LEAD_TIME` before it, whole hours of UTC, and the length of a step."""
    first_start = start - LEAD_TIME
    hours = next(
        (hours for hours in STEP_HOURS if (end - first_start) / (hours * HOUR) <= MAX_FIELDS - 2), STEP_HOURS[-1]
    )
    step = hours * HOUR
    first_start -= (first_start - first_start.replace(hour=0, minute=0, second=0, microsecond=0)) % step
    count = -((first_start - end) // step)
    return tuple(first_start + i * step for i in range(count)), step


def build_coverage_map(
    store: CandleStore, asset: str, start: datetime, end: datetime, evidence: Evidence, timeframe: Timeframe
) -> CoverageMap:
    """Build the map of the trade candles of an asset over a window and `LEAD_TIME` before it.

    Args:
        store: candles and coverage.
        asset: ticker.
        start: aware; the window's first minute.
        end: aware; the window's end.
        evidence: real candles, or those of the reconstruction; they never mix.
        timeframe: the length of the candles.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    starts, step = split_into_steps(start, end)
    span = starts[0], starts[-1] + step
    market_columns = ("venue", "symbol")
    columns = (*market_columns, "open_time")
    candles = store.read_candles([asset], *span, origin=evidence, columns=columns, in_order=False, timeframe=timeframe)
    times = {
        _parse_market_key(key): rows["open_time"]
        for key, rows in candles.partition_by(market_columns, as_dict=True).items()
    }
    covered_spans = store.read_covered_spans([asset], *span, origin=evidence, timeframe=timeframe)
    covered_by_market = {
        _parse_market_key(key): rows for key, rows in covered_spans.partition_by(market_columns, as_dict=True).items()
    }
    failed = store.coverage.read_rows([asset], *span).filter(
        build_evidence_filter(evidence),
        pl.col("outcome") != Outcome.COMPLETE.value,
        pl.col("price") == COVERAGE_DEFAULTS["price"],
        pl.col("timeframe") == timeframe.value,
    )
    bar_grid = BarGrid(span[0], timeframe)
    count = len(starts) * (step // bar_grid.length)
    markets = []
    for venue, symbol in sorted({*times, *covered_by_market, *failed.select(market_columns).unique().iter_rows()}):
        has_candle, is_covered = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        has_candle[bar_grid.locate_bars(times.get((venue, symbol)))] = True
        for first_bar, end_bar in bar_grid.locate_spans(covered_by_market.get((venue, symbol))):
            is_covered[first_bar:end_bar] = True
        reasons = _select_failures(failed, venue, symbol)
        markets.append(
            MarketCoverage(
                venue,
                symbol,
                _build_fields(has_candle, is_covered, bar_grid.locate_spans(reasons), reasons, len(starts)),
            )
        )
    return CoverageMap(asset, evidence, timeframe, starts, step, tuple(_drop_placeholders(markets)))


def _parse_market_key(key: tuple[object, ...]) -> tuple[str, str]:
    return str(key[0]), str(key[1])


def _drop_placeholders(markets: list[MarketCoverage]) -> list[MarketCoverage]:
    """The sorted markets, ``ASSET/*`` only for venues without another market."""
    named_venues = {market.venue for market in markets if not market.symbol.endswith(ANY_MARKET_SUFFIXES)}
    visible_markets = [
        market
        for market in markets
        if market.venue not in named_venues or not market.symbol.endswith(ANY_MARKET_SUFFIXES)
    ]
    return sorted(visible_markets, key=lambda market: (market.venue, -market.with_candle, -market.quiet, market.symbol))


def _select_failures(failed: pl.DataFrame, venue: str, symbol: str) -> pl.DataFrame:
    """The failed requests for a market, or for all markets of its asset on the venue."""
    any_market_symbols = [f"{parse_base(symbol)}{ending}" for ending in ANY_MARKET_SUFFIXES]
    return failed.filter(pl.col("venue") == venue, pl.col("symbol").is_in([symbol, *any_market_symbols]))


def _build_fields(
    has_candle: Bools, is_covered: Bools, failed_spans: Iterator[tuple[int, int]], failed: pl.DataFrame, count: int
) -> tuple[CoverageField, ...]:
    """The fields of a market from its bars with a candle, those in complete spans, and those in failed spans."""
    reason: Ints = np.full(has_candle.size, -1, np.int64)
    for i, (first_bar, end_bar) in enumerate(failed_spans):
        reason[first_bar:end_bar] = i  # the latest request wins
    outcomes = failed.select("outcome", "message").rows()
    rows = zip(has_candle.reshape(count, -1), is_covered.reshape(count, -1), reason.reshape(count, -1), strict=True)
    return tuple(
        _build_field(field_candles, field_covered, field_reasons, outcomes)
        for field_candles, field_covered, field_reasons in rows
    )


def _build_field(has_candle: Bools, is_covered: Bools, reason: Ints, outcomes: list[tuple[str, str]]) -> CoverageField:
    missing = ~(has_candle | is_covered)
    counts = int(has_candle.sum()), int((is_covered & ~has_candle).sum()), int(missing.sum())
    if not counts[2]:
        return CoverageField(*counts, Outcome.COMPLETE.value)
    reasons, reason_counts = np.unique(reason[missing], return_counts=True)
    commonest = int(reasons[np.argmax(reason_counts)])
    return CoverageField(*counts, *((NOT_REQUESTED, "") if commonest < 0 else outcomes[commonest]))
