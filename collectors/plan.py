"""What is still to be asked: the markets of the assets, the spans that coverage does not have, cut into pages."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from data.schema import Outcome, base_of

QUOTES = ("USD", "USDT", "USDC")
"""The quotes in which an asset is collected."""

FX_LEGS = QUOTES[1:]
"""The quotes that are no dollars: their own markets price the others, so they always come along as assets."""

MINUTE = timedelta(minutes=1)


class Span(NamedTuple):
    """A half-open span ``[start, end)`` of whole minutes, in aware UTC."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """How many minutes the span holds."""
        return (self.end - self.start) // MINUTE


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


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A market of a venue, and the spans of the window that are not stored yet."""

    symbol: str
    missing: tuple[Span, ...]

    @property
    def minutes(self) -> int:
        """How many minutes are missing."""
        return sum(span.minutes for span in self.missing)


def floor_minute(time: datetime) -> datetime:
    """The start of the minute that holds ``time``."""
    return time.replace(second=0, microsecond=0)


def with_fx_legs(assets: Iterable[str]) -> tuple[str, ...]:
    """The assets, each once, and the quotes whose value in dollars is needed to compare their markets.

    >>> with_fx_legs(["ATOM", "USDC"])
    ('ATOM', 'USDC', 'USDT')
    """
    return tuple(dict.fromkeys([*assets, *FX_LEGS]))


def any_market_of(asset: str) -> str:
    """The symbol under which coverage names an asset without naming a market of it.

    No market can be named where none is listed, and an invented one would look as if it existed. The base is still
    the asset, so coverage of the asset finds the row.

    >>> any_market_of("WBETH")
    'WBETH/*'
    """
    return f"{asset}/*"


def markets_of(asset: str, listed: Collection[str]) -> tuple[str, ...]:
    """The asset's spot markets in `QUOTES` among the listed symbols."""
    wanted = (f"{asset}/{quote}" for quote in QUOTES)
    return tuple(symbol for symbol in wanted if symbol in listed)


def symbols_to_ask(
    assets: Iterable[str], symbols: Iterable[str], listed: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The listed markets of the assets and those asked by name; and what has none, as ``ASSET/*`` or by name."""
    found: list[str] = []
    absent: list[str] = []
    for asset in assets:
        markets = markets_of(asset, listed)
        found += markets
        if not markets:
            absent.append(any_market_of(asset))
    for symbol in symbols:
        (found if symbol in listed else absent).append(symbol)
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(absent))


def assets_asked(assets: Iterable[str], symbols: Iterable[str]) -> tuple[str, ...]:
    """The assets whose coverage a collection of these assets and symbols has to know."""
    return tuple(dict.fromkeys([*assets, *map(base_of, symbols)]))


def answered_spans(coverage: pl.DataFrame, venue: str, symbol: str, outcome: Outcome = Outcome.COMPLETE) -> list[Span]:
    """The spans of a market that were collected with that outcome, in time order.

    Coverage of imported or reconstructed candles does not count: they never spare a venue the question.
    """
    rows = coverage.filter(
        pl.col("venue") == venue,
        pl.col("symbol") == symbol,
        pl.col("outcome") == outcome.value,
        pl.col("origin").str.starts_with("collected:"),
    ).sort("start")
    return [Span(start, end) for start, end in rows.select("start", "end").iter_rows()]


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
    return tuple(span for span in missing if span.minutes > 0)


def pages_of(span: Span, page_min: int) -> list[Span]:
    """The span cut into pages of ``page_min`` minutes; the last may be shorter.

    The cursor moves by time and never by what came: where empty minutes are omitted a short page is not the end
    (https://github.com/ccxt/ccxt/issues/30095).
    """
    step = MINUTE * page_min
    starts = (span.start + step * page for page in range(-(-span.minutes // page_min)))
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
