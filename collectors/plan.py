"""What is still to be asked: the markets of the assets, the spans that coverage does not have, cut into pages."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from data.coverage import merged as merged_spans
from data.schema import Outcome, Timeframe, base_of, quote_of

QUOTES = ("USD", "USDT", "USDC")
"""The quotes in which an asset is collected."""

SETTLED = (":{quote}", ":{base}")
"""How the symbol of a perpetual future ends: settled in the quote, or in the base. Dated ones bear a date behind."""

FX_LEGS = QUOTES[1:]
"""The quotes that are no dollars: their own markets price the others, so they always come along as assets."""

MINUTE = timedelta(minutes=1)

YOUNG = timedelta(hours=1)
"""An answer without candles about minutes younger than this says nothing of how far back a venue reaches."""


class Span(NamedTuple):
    """A half-open span ``[start, end)`` of whole bars, in aware UTC."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """How many minutes the span holds, a begun one counting as whole."""
        return -((self.start - self.end) // MINUTE)

    def bars(self, timeframe: Timeframe) -> int:
        """How many bars of that length the span holds."""
        return (self.end - self.start) // bar_of(timeframe)


@dataclass(frozen=True, slots=True)
class Piece:
    """How one span of a market was answered; ``message`` is empty where it is complete."""

    span: Span
    outcome: Outcome
    message: str = ""

    def touches(self, later: "Piece") -> bool:
        """Whether ``later`` goes on where this piece ends, and says the same."""
        same = (self.outcome, self.message) == (later.outcome, later.message)
        return same and self.span.end == later.span.start


class Market(NamedTuple):
    """What is asked of a venue: a ccxt unified symbol, a kind of price (trade, mark or index), a length of candles."""

    symbol: str
    price: str = "trade"
    timeframe: Timeframe = Timeframe.M1


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A market of a venue, and the spans of the windows that are not stored yet."""

    market: Market
    missing: tuple[Span, ...]

    @property
    def minutes(self) -> int:
        """How many minutes are missing, a begun one counting as whole."""
        return minutes_in(self.missing)


def floor_minute(time: datetime) -> datetime:
    """The start of the minute that holds ``time``."""
    return time.replace(second=0, microsecond=0)


def bar_of(timeframe: Timeframe) -> timedelta:
    """The time that a candle spans."""
    return timedelta(seconds=timeframe.seconds)


def floor_bar(time: datetime, timeframe: Timeframe) -> datetime:
    """The start of the bar that holds ``time``: a multiple of its length since midnight in UTC.

    >>> from datetime import UTC
    >>> floor_bar(datetime(2025, 10, 10, 21, 19, 59, tzinfo=UTC), Timeframe.M5).time()
    datetime.time(21, 15)
    """
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return time - (time - midnight) % bar_of(timeframe)


def minutes_in(spans: Iterable[Span]) -> int:
    """How many minutes the spans hold together, a begun one counting as whole."""
    return -(-sum((span.end - span.start for span in spans), timedelta()) // MINUTE)


def with_fx_legs(assets: Iterable[str]) -> tuple[str, ...]:
    """The assets, each once, and the quotes whose value in dollars is needed to compare their markets.

    >>> with_fx_legs(["ATOM", "USDC"])
    ('ATOM', 'USDC', 'USDT')
    """
    return tuple(dict.fromkeys([*assets, *FX_LEGS]))


def any_market_of(asset: str, *, derivative: bool = False) -> str:
    """The symbol under which coverage names an asset without naming a market of it.

    No market can be named where none is listed, and an invented one would look as if it existed. The base is still
    the asset, so coverage of the asset finds the row.

    >>> any_market_of("WBETH"), any_market_of("WBETH", derivative=True)
    ('WBETH/*', 'WBETH/*:*')
    """
    return f"{asset}/*:*" if derivative else f"{asset}/*"


def markets_of(asset: str, listed: Collection[str]) -> tuple[str, ...]:
    """The asset's markets in `QUOTES` among the listed symbols: spot, and perpetual futures.

    >>> markets_of("ATOM", {"ATOM/USDT", "ATOM/BTC", "ATOM/USD:ATOM", "ATOM/USDT:USDT-251226"})
    ('ATOM/USDT', 'ATOM/USD:ATOM')
    """
    wanted = (f"{asset}/{quote}{settled}" for settled in ("", *SETTLED) for quote in QUOTES)
    named = (symbol.format(base=asset, quote=quote_of(symbol)) for symbol in wanted)
    return tuple(symbol for symbol in named if symbol in listed)


def symbols_to_ask(
    assets: Iterable[str], symbols: Iterable[str], listed: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The listed markets of the assets and those asked by name; and what has none: assets, and symbols by name."""
    found: list[str] = []
    absent: list[str] = []
    for asset in assets:
        markets = markets_of(asset, listed)
        found += markets
        if not markets:
            absent.append(asset)
    for symbol in symbols:
        (found if symbol in listed else absent).append(symbol)
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(absent))


def assets_asked(assets: Iterable[str], symbols: Iterable[str]) -> tuple[str, ...]:
    """The assets whose coverage a collection of these assets and symbols has to know."""
    return tuple(dict.fromkeys([*assets, *map(base_of, symbols)]))


class Answered:
    """The spans of each market of each venue that were collected with one of some outcomes.

    Coverage of imported or reconstructed candles does not count: it never spares a venue the question. Nor does what
    a venue says of its reach about minutes younger than `YOUNG`: it may only be late with them.
    """

    def __init__(self, coverage: pl.DataFrame, outcomes: Collection[Outcome] = (Outcome.COMPLETE,)) -> None:
        too_short = pl.col("outcome") == Outcome.HISTORY_TOO_SHORT.value
        believed = pl.when(too_short).then(pl.min_horizontal("end", pl.col("asked_at") - YOUNG)).otherwise("end")
        collected = (
            coverage.filter(
                pl.col("outcome").is_in([outcome.value for outcome in outcomes]),
                pl.col("origin").str.starts_with("collected:"),
                pl.col("timeframe").is_in([timeframe.value for timeframe in Timeframe]),
            )
            .with_columns(end=believed.dt.truncate(pl.col("timeframe")))
            .filter(pl.col("start") < pl.col("end"))
        )
        self._spans: defaultdict[tuple[str, Market], list[Span]] = defaultdict(list)
        by = ("venue", "symbol", "price", "timeframe")
        for venue, symbol, price, timeframe, *edges in merged_spans(collected, by).iter_rows():
            self._spans[venue, Market(symbol, price, Timeframe(timeframe))].append(Span(*edges))

    def missing(self, venue: str, market: Market, windows: Iterable[Span]) -> tuple[Span, ...]:
        """What of the windows was not answered so."""
        answered = self._spans[venue, market]
        return tuple(span for window in windows for span in missing_spans(window, answered))


def missing_spans(window: Span, answered: Iterable[Span]) -> tuple[Span, ...]:
    """What of the window no answered span holds; ``answered`` is in order of start and may overlap."""
    missing: list[Span] = []
    cursor = window.start
    for span in answered:
        if span.start > cursor:
            missing.append(Span(cursor, min(span.start, window.end)))
        cursor = max(cursor, span.end)
        if cursor >= window.end:
            break
    else:
        missing.append(Span(cursor, window.end))
    return tuple(span for span in missing if span.start < span.end)


def pages_of(span: Span, step: timedelta) -> list[Span]:
    """The span cut into pages of that length; the last may be shorter.

    The cursor moves by time and never by what came: where empty minutes are omitted a short page is not the end
    (https://github.com/ccxt/ccxt/issues/30095).
    """
    starts = (span.start + step * page for page in range(-((span.start - span.end) // step)))
    return [Span(start, min(start + step, span.end)) for start in starts]


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with neighbours joined where they touch and say the same."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last.touches(piece):
            joined[-1] = replace(last, span=Span(last.span.start, piece.span.end))
        else:
            joined.append(piece)
    return joined


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in time order, with those that overlap or touch made one."""
    whole: list[Span] = []
    for span in sorted(spans):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return tuple(whole)


def split_by_age(spans: Iterable[Span], edge: datetime) -> tuple[list[Span], list[Span]]:
    """The parts of the spans before the edge, and those from it on."""
    old, young = [], []
    for span in spans:
        old.append(Span(span.start, min(span.end, edge)))
        young.append(Span(max(span.start, edge), span.end))
    return [span for span in old if span.start < span.end], [span for span in young if span.start < span.end]
