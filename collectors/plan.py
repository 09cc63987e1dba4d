"""What is still to be asked: the markets of the assets, the spans that coverage does not have, cut into pages."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from data.intervals import Span, count_minutes, merge_span_rows, subtract_spans
from data.schema import Outcome, Timeframe, parse_base, parse_quote

QUOTES = ("USD", "USDT", "USDC")
"""The quotes in which an asset is collected."""

SETTLEMENT_SUFFIXES = (":{quote}", ":{base}")
"""How the symbol of a perpetual future ends: settled in the quote, or in the base. Dated ones bear a date behind."""

FX_LEGS = QUOTES[1:]
"""The quotes that are no dollars: their own markets price the others, so they always come along as assets."""

REACH_EVIDENCE_AGE = timedelta(hours=1)
"""An answer without candles about minutes younger than this says nothing of how far back a venue reaches."""


@dataclass(frozen=True, slots=True)
class SpanOutcome:
    """How one span of a market was answered; ``message`` is empty where it is complete."""

    span: Span
    outcome: Outcome
    message: str = ""

    def is_continued_by(self, later: "SpanOutcome") -> bool:
        """Whether ``later`` goes on where this piece ends, and says the same."""
        is_same = (self.outcome, self.message) == (later.outcome, later.message)
        return is_same and self.span.end == later.span.start


class SeriesKey(NamedTuple):
    """What is asked of a venue: a ccxt unified symbol, a kind of price (trade, mark or index), a length of candles."""

    symbol: str
    price: str = "trade"
    timeframe: Timeframe = Timeframe.M1


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A market of a venue, and the spans of the windows that are not stored yet."""

    series: SeriesKey
    missing: tuple[Span, ...]

    @property
    def minutes(self) -> int:
        """How many minutes are missing, a begun one counting as whole."""
        return count_minutes(self.missing)


def floor_minute(time: datetime) -> datetime:
    """The start of the minute that holds ``time``."""
    return time.replace(second=0, microsecond=0)


def get_bar_length(timeframe: Timeframe) -> timedelta:
    """The time that a candle spans."""
    return timedelta(seconds=timeframe.seconds)


def floor_bar(time: datetime, timeframe: Timeframe) -> datetime:
    """The start of the bar that holds ``time``: a multiple of its length since midnight in UTC.

    >>> from datetime import UTC
    >>> floor_bar(datetime(2025, 10, 10, 21, 19, 59, tzinfo=UTC), Timeframe.M5).time()
    datetime.time(21, 15)
    """
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return time - (time - midnight) % get_bar_length(timeframe)


def add_fx_legs(assets: Iterable[str]) -> tuple[str, ...]:
    """The assets, each once, and the quotes whose value in dollars is needed to compare their markets.

    >>> add_fx_legs(["ATOM", "USDC"])
    ('ATOM', 'USDC', 'USDT')
    """
    return tuple(dict.fromkeys([*assets, *FX_LEGS]))


def format_any_market(asset: str, *, derivative: bool = False) -> str:
    """The symbol under which coverage names an asset without naming a market of it.

    No market can be named where none is listed, and an invented one would look as if it existed. The base is still
    the asset, so coverage of the asset finds the row.

    >>> format_any_market("WBETH"), format_any_market("WBETH", derivative=True)
    ('WBETH/*', 'WBETH/*:*')
    """
    return f"{asset}/*:*" if derivative else f"{asset}/*"


def list_asset_markets(asset: str, listed: Collection[str]) -> tuple[str, ...]:
    """The asset's markets in `QUOTES` among the listed symbols: spot, and perpetual futures.

    >>> list_asset_markets("ATOM", {"ATOM/USDT", "ATOM/BTC", "ATOM/USD:ATOM", "ATOM/USDT:USDT-251226"})
    ('ATOM/USDT', 'ATOM/USD:ATOM')
    """
    patterns = (f"{asset}/{quote}{suffix}" for suffix in ("", *SETTLEMENT_SUFFIXES) for quote in QUOTES)
    symbols = (symbol.format(base=asset, quote=parse_quote(symbol)) for symbol in patterns)
    return tuple(symbol for symbol in symbols if symbol in listed)


def select_symbols(
    assets: Iterable[str], symbols: Iterable[str], listed: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The listed markets of the assets and those asked by name; and what has none: assets, and symbols by name."""
    symbols_listed: list[str] = []
    absent: list[str] = []
    for asset in assets:
        markets = list_asset_markets(asset, listed)
        symbols_listed += markets
        if not markets:
            absent.append(asset)
    for symbol in symbols:
        (symbols_listed if symbol in listed else absent).append(symbol)
    return tuple(dict.fromkeys(symbols_listed)), tuple(dict.fromkeys(absent))


def list_requested_assets(assets: Iterable[str], symbols: Iterable[str]) -> tuple[str, ...]:
    """The assets whose coverage a collection of these assets and symbols has to know."""
    return tuple(dict.fromkeys([*assets, *map(parse_base, symbols)]))


class CoverageIndex:
    """The spans of each market of each venue that were collected with one of some outcomes.

    Coverage of imported or reconstructed candles does not count: it never spares a venue the question. Nor does what
    a venue says of its reach about minutes younger than `REACH_EVIDENCE_AGE`: it may only be late with them.
    """

    def __init__(self, coverage: pl.DataFrame, outcomes: Collection[Outcome] = (Outcome.COMPLETE,)) -> None:
        is_too_short = pl.col("outcome") == Outcome.HISTORY_TOO_SHORT.value
        believed_end = (
            pl.when(is_too_short)
            .then(pl.min_horizontal("end", pl.col("asked_at") - REACH_EVIDENCE_AGE))
            .otherwise("end")
        )
        collected = (
            coverage.filter(
                pl.col("outcome").is_in([outcome.value for outcome in outcomes]),
                pl.col("origin").str.starts_with("collected:"),
                pl.col("timeframe").is_in([timeframe.value for timeframe in Timeframe]),
            )
            .with_columns(end=believed_end.dt.truncate(pl.col("timeframe")))
            .filter(pl.col("start") < pl.col("end"))
        )
        self._spans: defaultdict[tuple[str, SeriesKey], list[Span]] = defaultdict(list)
        key_columns = ("venue", "symbol", "price", "timeframe")
        for venue, symbol, price, timeframe, *edges in merge_span_rows(collected, key_columns).iter_rows():
            self._spans[venue, SeriesKey(symbol, price, Timeframe(timeframe))].append(Span(*edges))

    def list_missing(self, venue: str, market: SeriesKey, windows: Iterable[Span]) -> tuple[Span, ...]:
        """What of the windows was not answered so."""
        covered_spans = self._spans[venue, market]
        return tuple(span for window in windows for span in subtract_spans(window, covered_spans))


def merge_outcomes(outcomes: Iterable[SpanOutcome]) -> list[SpanOutcome]:
    """The pieces with neighbours joined where they touch and say the same."""
    merged: list[SpanOutcome] = []
    for span_outcome in outcomes:
        last = merged[-1] if merged else None
        if last and last.is_continued_by(span_outcome):
            merged[-1] = replace(last, span=Span(last.span.start, span_outcome.span.end))
        else:
            merged.append(span_outcome)
    return merged
