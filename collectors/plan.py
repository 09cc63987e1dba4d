"""What a collection has to request: the markets of the assets and the spans that coverage lacks."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from data.intervals import Span, count_minutes, merge_span_rows, subtract_spans
from data.schema import Outcome, Timeframe, parse_base, parse_quote

QUOTES = ("USD", "USDT", "USDC")
"""The quotes in which every asset is collected; a request may name further ones."""

SETTLEMENT_SUFFIXES = (":{quote}", ":{base}")
"""Endings of symbols of perpetual futures: settled in the quote, or in the base. Dated futures add a date."""

FX_LEGS = QUOTES[1:]
"""The quotes other than dollars. Their own markets convert prices, so they are always collected as assets too."""

REACH_EVIDENCE_AGE = timedelta(hours=1)
"""An empty response about minutes younger than this shows neither how far back a venue's history goes, nor whether a
market was open."""

OUTCOMES_BY_AGE = (Outcome.HISTORY_TOO_SHORT, Outcome.NO_EVIDENCE)
"""Outcomes that are trusted for minutes older than `REACH_EVIDENCE_AGE` only: the venue may be late with others."""


@dataclass(frozen=True, slots=True)
class SpanOutcome:
    """The outcome of a request for one span of a market; ``message`` is empty if it is complete."""

    span: Span
    outcome: Outcome
    message: str = ""

    def is_continued_by(self, later: "SpanOutcome") -> bool:
        """Whether ``later`` starts where this span ends and has the same outcome and message."""
        is_same = (self.outcome, self.message) == (later.outcome, later.message)
        return is_same and self.span.end == later.span.start


class SeriesKey(NamedTuple):
    """A series of candles of a venue: ccxt unified symbol, kind of price (trade, mark or index), timeframe."""

    symbol: str
    price: str = "trade"
    timeframe: Timeframe = Timeframe.M1


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A series of a venue, and the spans of the windows that are not stored yet."""

    series: SeriesKey
    missing: tuple[Span, ...]

    @property
    def minutes(self) -> int:
        """The total length of the missing spans in minutes, rounded up."""
        return count_minutes(self.missing)


def floor_minute(time: datetime) -> datetime:
    """``time`` rounded down to the minute."""
    return time.replace(second=0, microsecond=0)


def get_bar_length(timeframe: Timeframe) -> timedelta:
    """The length of a bar."""
    return timedelta(seconds=timeframe.seconds)


def floor_bar(time: datetime, timeframe: Timeframe) -> datetime:
    """``time`` rounded down to the start of its bar; bars start at multiples of their length since midnight in UTC.

    >>> from datetime import UTC
    >>> floor_bar(datetime(2025, 10, 10, 21, 19, 59, tzinfo=UTC), Timeframe.M5).time()
    datetime.time(21, 15)
    """
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return time - (time - midnight) % get_bar_length(timeframe)


def add_fx_legs(assets: Iterable[str]) -> tuple[str, ...]:
    """The assets, each once, followed by the quotes whose markets are needed to convert prices to dollars.

    >>> add_fx_legs(["ATOM", "USDC"])
    ('ATOM', 'USDC', 'USDT')
    """
    return tuple(dict.fromkeys([*assets, *FX_LEGS]))


def format_any_market(asset: str, *, derivative: bool = False) -> str:
    """The symbol that stands for all markets of an asset in coverage.

    It is used where a venue listed no market, because an invented symbol would look like an existing market. Its base
    is the asset, so that reads of the asset's coverage include it.

    >>> format_any_market("WBETH"), format_any_market("WBETH", derivative=True)
    ('WBETH/*', 'WBETH/*:*')
    """
    return f"{asset}/*:*" if derivative else f"{asset}/*"


def list_asset_markets(asset: str, listed: Collection[str], quotes: Iterable[str] = ()) -> tuple[str, ...]:
    """The asset's markets in `QUOTES` and ``quotes`` among the listed symbols: spot, and perpetual futures.

    >>> list_asset_markets("ATOM", {"ATOM/USDT", "ATOM/BTC", "ATOM/KRW", "ATOM/USD:ATOM", "ATOM/USDT:USDT-251226"})
    ('ATOM/USDT', 'ATOM/USD:ATOM')
    >>> list_asset_markets("ATOM", {"ATOM/USDT", "ATOM/KRW"}, ["KRW"])
    ('ATOM/USDT', 'ATOM/KRW')
    """
    all_quotes = tuple(dict.fromkeys([*QUOTES, *quotes]))
    patterns = (f"{asset}/{quote}{suffix}" for suffix in ("", *SETTLEMENT_SUFFIXES) for quote in all_quotes)
    symbols = (symbol.format(base=asset, quote=parse_quote(symbol)) for symbol in patterns)
    return tuple(symbol for symbol in symbols if symbol in listed)


def select_symbols(
    assets: Iterable[str], symbols: Iterable[str], listed: Collection[str], quotes: Collection[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The listed markets of the assets and of ``symbols``, and the assets and symbols that have no listed market.

    ``quotes`` are those of assets beside `QUOTES`.
    """
    symbols_listed: list[str] = []
    absent: list[str] = []
    for asset in assets:
        markets = list_asset_markets(asset, listed, quotes)
        symbols_listed += markets
        if not markets:
            absent.append(asset)
    for symbol in symbols:
        (symbols_listed if symbol in listed else absent).append(symbol)
    return tuple(dict.fromkeys(symbols_listed)), tuple(dict.fromkeys(absent))


def list_requested_assets(assets: Iterable[str], symbols: Iterable[str]) -> tuple[str, ...]:
    """The assets whose coverage a collection of these assets and symbols depends on."""
    return tuple(dict.fromkeys([*assets, *map(parse_base, symbols)]))


class CoverageIndex:
    """The spans of each series of each venue that were collected with one of ``outcomes``.

    Coverage of imported or reconstructed candles is ignored: a venue is requested all the same. So are
    `OUTCOMES_BY_AGE` for minutes younger than `REACH_EVIDENCE_AGE`.
    """

    def __init__(self, coverage: pl.DataFrame, outcomes: Collection[Outcome] = (Outcome.COMPLETE,)) -> None:
        trusted_end = (
            pl.when(pl.col("outcome").is_in([outcome.value for outcome in OUTCOMES_BY_AGE]))
            .then(pl.min_horizontal("end", pl.col("asked_at") - REACH_EVIDENCE_AGE))
            .otherwise("end")
        )
        collected = (
            coverage.filter(
                pl.col("outcome").is_in([outcome.value for outcome in outcomes]),
                pl.col("origin").str.starts_with("collected:"),
                pl.col("timeframe").is_in([timeframe.value for timeframe in Timeframe]),
            )
            .with_columns(end=trusted_end.dt.truncate(pl.col("timeframe")))
            .filter(pl.col("start") < pl.col("end"))
        )
        self._spans: defaultdict[tuple[str, SeriesKey], list[Span]] = defaultdict(list)
        key_columns = ("venue", "symbol", "price", "timeframe")
        for venue, symbol, price, timeframe, *edges in merge_span_rows(collected, key_columns).iter_rows():
            self._spans[venue, SeriesKey(symbol, price, Timeframe(timeframe))].append(Span(*edges))

    def list_missing(self, venue: str, market: SeriesKey, windows: Iterable[Span]) -> tuple[Span, ...]:
        """The parts of the windows without such an outcome, in order."""
        covered_spans = self._spans[venue, market]
        return tuple(span for window in windows for span in subtract_spans(window, covered_spans))


def merge_outcomes(outcomes: Iterable[SpanOutcome]) -> list[SpanOutcome]:
    """The outcomes in order, with consecutive ones merged where their spans touch and they are otherwise equal."""
    merged: list[SpanOutcome] = []
    for span_outcome in outcomes:
        last = merged[-1] if merged else None
        if last and last.is_continued_by(span_outcome):
            merged[-1] = replace(last, span=Span(last.span.start, span_outcome.span.end))
        else:
            merged.append(span_outcome)
    return merged
