"""Selects the market that represents a venue in a quote group (docs/method.md, section 2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from data.schema import is_derivative, parse_base, parse_quote
from deviation.minute.grid import Axis, MarketBars
from deviation.question import DAY, Group, InstrumentKind, Question

BarsByMarket = Mapping[tuple[str, str], MarketBars]
"""Candles on one axis, keyed by (venue, symbol) in alphabetical order."""


@dataclass(frozen=True, slots=True, order=True)
class Market:
    """A market that gets a row. The order of the fields is the order of rows in results."""

    venue: str
    group: Group
    kind: InstrumentKind
    symbol: str


@dataclass(frozen=True, slots=True)
class ExcludedMarket:
    """A market of the asset that gets no row, and why."""

    venue: str
    symbol: str
    reason: str


@dataclass(frozen=True, slots=True)
class MarketSelection:
    """The markets that get a row, those left out, and the items of ``question.venues`` that got no row."""

    markets: tuple[Market, ...]
    left_out: tuple[ExcludedMarket, ...]
    absent: tuple[str, ...]


def select_markets(question: Question, markets: BarsByMarket, axis: Axis) -> MarketSelection:
    """One market per venue, group and kind for the question's asset, among the venues that it names."""
    fixed_symbols = _parse_fixed_symbols(question)
    named_venues = {item.split(":", 1)[0] for item in question.venues}
    listed_bars = [
        bars
        for bars in _list_bars(question.asset, markets, axis.locate_span(question.start, question.end))
        if not named_venues or bars.venue in named_venues
    ]
    candidates_by_place: dict[tuple[str, Group, InstrumentKind], list[MarketBars]] = {}
    left_out = []
    for bars in listed_bars:
        group = question.rules.group_of(parse_quote(bars.symbol))
        if group is not None:
            candidates_by_place.setdefault((bars.venue, group, _classify_kind(bars.symbol)), []).append(bars)
        elif bars.symbol != question.ratio_market:
            reason = f"{parse_quote(bars.symbol)} has no value in dollars here"
            left_out.append(ExcludedMarket(bars.venue, bars.symbol, reason))
    selected = [
        Market(venue, group, kind, symbol)
        for (venue, group, kind), candidates in candidates_by_place.items()
        if (symbol := _pick_symbol(candidates, fixed_symbols.get((venue, group, kind)), question, axis))
    ]
    return MarketSelection(tuple(sorted(selected)), tuple(left_out), _list_absent(question.venues, selected))


def select_underlying_markets(asset: str, question: Question, markets: BarsByMarket, axis: Axis) -> tuple[Market, ...]:
    """One spot market per venue and group for another asset (the underlying), on every venue in the data."""
    candidates_by_place: dict[tuple[str, Group], list[MarketBars]] = {}
    for bars in _list_bars(asset, markets, axis.locate_span(question.start, question.end)):
        group = question.rules.group_of(parse_quote(bars.symbol))
        if group is not None and not is_derivative(bars.symbol):
            candidates_by_place.setdefault((bars.venue, group), []).append(bars)
    return tuple(
        Market(venue, group, InstrumentKind.SPOT, _pick_busiest(candidates, question, axis))
        for (venue, group), candidates in sorted(candidates_by_place.items())
    )


def list_other_quotes(
    question: Question, selected: Collection[Market], markets: BarsByMarket, axis: Axis
) -> list[MarketBars]:
    """Spot markets of the focus venue in a quote group that got no row of their own."""
    selected_keys = {(row.venue, row.symbol) for row in selected}
    return [
        bars
        for bars in _list_bars(question.asset, markets, axis.locate_span(question.start, question.end))
        if bars.venue == question.focus
        and not is_derivative(bars.symbol)
        and question.rules.group_of(parse_quote(bars.symbol)) is not None
        and (bars.venue, bars.symbol) not in selected_keys
    ]


def _list_bars(asset: str, markets: BarsByMarket, window: slice) -> list[MarketBars]:
    """Markets of the asset with a candle in the window."""
    return [
        bars
        for (_, symbol), bars in markets.items()
        if parse_base(symbol) == asset and not np.isnan(bars.close[window]).all()
    ]


def _classify_kind(symbol: str) -> InstrumentKind:
    return InstrumentKind.DERIVATIVE if is_derivative(symbol) else InstrumentKind.SPOT


def _parse_fixed_symbols(question: Question) -> dict[tuple[str, Group, InstrumentKind], str]:
    """The symbols that the question names; of two for the same row the first is taken."""
    symbols: dict[tuple[str, Group, InstrumentKind], str] = {}
    for item in question.venues:
        venue, _, symbol = item.partition(":")
        if "/" not in symbol or parse_base(symbol) != question.asset:
            continue
        group = question.rules.group_of(parse_quote(symbol))
        if group is not None:
            symbols.setdefault((venue, group, _classify_kind(symbol)), symbol)
    return symbols


def _pick_symbol(candidates: list[MarketBars], fixed_symbol: str | None, question: Question, axis: Axis) -> str | None:
    if fixed_symbol is None:
        return _pick_busiest(candidates, question, axis)
    return fixed_symbol if any(bars.symbol == fixed_symbol for bars in candidates) else None


def _pick_busiest(candidates: list[MarketBars], question: Question, axis: Axis) -> str:
    """The symbol of the largest turnover, before the window where there was any (ties: alphabetical)."""
    if len(candidates) == 1:
        return candidates[0].symbol
    spans = [(question.start - DAY, question.start), (question.start, question.end)]
    if question.calm_span is not None:
        spans.insert(0, question.calm_span)
    for start, end in spans:
        turnover = {bars.symbol: _measure_turnover(bars, axis.locate_span(start, end)) for bars in candidates}
        if any(turnover.values()):
            return max(sorted(turnover), key=turnover.__getitem__)
    return min(bars.symbol for bars in candidates)


def _measure_turnover(bars: MarketBars, span: slice) -> float:
    return float(np.nansum(bars.volume[span] * bars.close[span]))


def _list_absent(items: tuple[str, ...], selected: list[Market]) -> tuple[str, ...]:
    present = {row.venue for row in selected} | {f"{row.venue}:{row.symbol}" for row in selected}
    return tuple(item for item in items if item not in present)
