"""The markets that are measured and those that vote (docs/method.md, sections 2 and 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from data.grid.candle_grid import has_candle
from data.schema import is_derivative, parse_base, parse_quote
from deviation.minute.grid import Axis, MarketBars
from deviation.question import Group, InstrumentKind, Question

BarsByMarket = Mapping[tuple[str, str], MarketBars]
"""Candles on one axis, keyed by (venue, symbol) in alphabetical order."""


@dataclass(frozen=True, slots=True, order=True)
class Market:
    """A market that gets a row, or votes. Rows stand in the order of venue and symbol."""

    venue: str
    symbol: str
    group: Group
    kind: InstrumentKind

    @property
    def quote(self) -> str:
        """The quote currency, in upper case."""
        return self.group.upper()

    @property
    def is_spot(self) -> bool:
        """Whether this is a spot market: only those are peers."""
        return self.kind is InstrumentKind.SPOT


@dataclass(frozen=True, slots=True)
class ExcludedMarket:
    """A market of the asset that gets no row, and why."""

    venue: str
    symbol: str
    reason: str


@dataclass(frozen=True, slots=True)
class MarketSelection:
    """The markets that get a row, those that vote, those left out, and the choices that match no candle.

    All are in the order of venue and symbol; ``absent`` in that of the choices.
    """

    markets: tuple[Market, ...]
    voters: tuple[Market, ...]
    left_out: tuple[ExcludedMarket, ...]
    absent: tuple[str, ...]


def select_markets(question: Question, markets: BarsByMarket, axis: Axis) -> MarketSelection:
    """Every market of the asset with a candle in the window and a quote of the table that the choices allow."""
    window = axis.locate_span(question.start, question.end)
    present = [bars for bars in markets.values() if has_candle(bars.volume[window])]
    of_asset = [bars for bars in present if parse_base(bars.symbol) == question.asset]
    of_underlying = [bars for bars in present if parse_base(bars.symbol) == question.underlying]
    chosen = [bars for bars in of_asset if _is_chosen(bars, question)]
    rows = tuple(sorted(build_market(bars) for bars in chosen if parse_quote(bars.symbol) in question.rules.quotes))
    voters = (
        _select_underlying_markets(question, of_underlying)
        if question.underlying
        else tuple(market for market in rows if market.is_spot)
    )
    left_out = tuple(
        ExcludedMarket(bars.venue, bars.symbol, f"{parse_quote(bars.symbol)} is not in the table of quotes")
        for bars in chosen
        if parse_quote(bars.symbol) not in question.rules.quotes and bars.symbol != question.ratio_market
    )
    return MarketSelection(rows, voters, left_out, _list_absent(question, [*of_asset, *of_underlying]))


def build_market(bars: MarketBars) -> Market:
    """The market of some candles, whatever its quote."""
    kind = InstrumentKind.DERIVATIVE if is_derivative(bars.symbol) else InstrumentKind.SPOT
    return Market(bars.venue, bars.symbol, parse_quote(bars.symbol).lower(), kind)


def measure_turnover(bars: MarketBars, span: slice) -> float:
    """Volume times close over a span, in the quote."""
    return float(np.sum(bars.volume[span] * bars.close[span], where=bars.traded[span]))


def _is_chosen(bars: MarketBars, question: Question) -> bool:
    if bars.venue in question.excluded:
        return False
    return not question.venues or not {bars.venue, f"{bars.venue}:{bars.symbol}"}.isdisjoint(question.venues)


def _select_underlying_markets(question: Question, of_underlying: Iterable[MarketBars]) -> tuple[Market, ...]:
    """The spot markets that vote for an asset without peers: ``venues`` restricts rows alone."""
    spot = (build_market(bars) for bars in of_underlying if bars.venue not in question.excluded)
    return tuple(sorted(market for market in spot if market.is_spot and market.quote in question.rules.quotes))


def _list_absent(question: Question, present: Iterable[MarketBars]) -> tuple[str, ...]:
    names = {name for bars in present for name in (bars.venue, f"{bars.venue}:{bars.symbol}")}
    return tuple(item for item in (*question.venues, *question.excluded) if item not in names)
