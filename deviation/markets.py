"""Which market stands for a venue in a quote group (docs/method.md, section 2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from data.schema import base_of, is_derivative, quote_of
from deviation.grid import Axis, Bars
from deviation.question import DAY, Group, Kind, Question

Markets = Mapping[tuple[str, str], Bars]
"""Candles on one axis, keyed by (venue, symbol) in alphabetical order."""


@dataclass(frozen=True, slots=True, order=True)
class Market:
    """A market that gets a row. The order of the fields is the order of rows in results."""

    venue: str
    group: Group
    kind: Kind
    symbol: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A market of the asset that gets no row, and why."""

    venue: str
    symbol: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The markets that get a row, those left out, and the items of ``--venues`` that got no row, as typed."""

    rows: tuple[Market, ...]
    left_out: tuple[LeftOut, ...]
    absent: tuple[str, ...]


def choose(question: Question, markets: Markets, axis: Axis) -> Choice:
    """One market per venue, group and kind for the question's asset, among the venues that it names."""
    fixed = _fixed(question)
    named = {item.split(":", 1)[0] for item in question.venues}
    listed = [
        bars
        for bars in _listed(question.asset, markets, axis.span(question.start, question.end))
        if not named or bars.venue in named
    ]
    rows: dict[tuple[str, Group, Kind], list[Bars]] = {}
    left_out = []
    for bars in listed:
        group = question.rules.group(quote_of(bars.symbol))
        if group is not None:
            rows.setdefault((bars.venue, group, _kind(bars.symbol)), []).append(bars)
        elif bars.symbol != question.ratio_market:
            why = f"{quote_of(bars.symbol)} has no value in dollars here"
            left_out.append(LeftOut(bars.venue, bars.symbol, why))
    picked = [
        Market(venue, group, kind, symbol)
        for (venue, group, kind), candidates in rows.items()
        if (symbol := _pick(candidates, fixed.get((venue, group, kind)), question, axis))
    ]
    return Choice(tuple(sorted(picked)), tuple(left_out), _absent(question.venues, picked))


def everywhere(asset: str, question: Question, markets: Markets, axis: Axis) -> tuple[Market, ...]:
    """One spot market per venue and group for another asset (the underlying), on every venue in the data."""
    rows: dict[tuple[str, Group], list[Bars]] = {}
    for bars in _listed(asset, markets, axis.span(question.start, question.end)):
        group = question.rules.group(quote_of(bars.symbol))
        if group is not None and not is_derivative(bars.symbol):
            rows.setdefault((bars.venue, group), []).append(bars)
    return tuple(
        Market(venue, group, Kind.SPOT, _busiest(candidates, question, axis))
        for (venue, group), candidates in sorted(rows.items())
    )


def other_quotes(question: Question, rows: Collection[Market], markets: Markets, axis: Axis) -> list[Bars]:
    """Spot markets of the focus venue in a quote group that got no row of their own."""
    taken = {(row.venue, row.symbol) for row in rows}
    return [
        bars
        for bars in _listed(question.asset, markets, axis.span(question.start, question.end))
        if bars.venue == question.focus
        and not is_derivative(bars.symbol)
        and question.rules.group(quote_of(bars.symbol)) is not None
        and (bars.venue, bars.symbol) not in taken
    ]


def _listed(asset: str, markets: Markets, window: slice) -> list[Bars]:
    """Markets of the asset with a candle in the window."""
    return [
        bars
        for (_, symbol), bars in markets.items()
        if base_of(symbol) == asset and not np.isnan(bars.close[window]).all()
    ]


def _kind(symbol: str) -> Kind:
    return Kind.DERIVATIVE if is_derivative(symbol) else Kind.SPOT


def _fixed(question: Question) -> dict[tuple[str, Group, Kind], str]:
    """The symbols that the question names outright; of two for the same row the first typed stands."""
    fixed: dict[tuple[str, Group, Kind], str] = {}
    for item in question.venues:
        venue, _, symbol = item.partition(":")
        if "/" not in symbol or base_of(symbol) != question.asset:
            continue
        group = question.rules.group(quote_of(symbol))
        if group is not None:
            fixed.setdefault((venue, group, _kind(symbol)), symbol)
    return fixed


def _pick(candidates: list[Bars], fixed: str | None, question: Question, axis: Axis) -> str | None:
    if fixed is None:
        return _busiest(candidates, question, axis)
    return fixed if any(bars.symbol == fixed for bars in candidates) else None


def _busiest(candidates: list[Bars], question: Question, axis: Axis) -> str:
    """The symbol of the largest turnover, before the window where there was any (ties: alphabetical)."""
    if len(candidates) == 1:
        return candidates[0].symbol
    spans = [(question.start - DAY, question.start), (question.start, question.end)]
    if question.calm is not None:
        spans.insert(0, question.calm)
    for start, end in spans:
        turnover = {bars.symbol: _turnover(bars, axis.span(start, end)) for bars in candidates}
        if any(turnover.values()):
            return max(sorted(turnover), key=turnover.__getitem__)
    return min(bars.symbol for bars in candidates)


def _turnover(bars: Bars, span: slice) -> float:
    return float(np.nansum(bars.volume[span] * bars.close[span]))


def _absent(items: tuple[str, ...], rows: list[Market]) -> tuple[str, ...]:
    got = {row.venue for row in rows} | {f"{row.venue}:{row.symbol}" for row in rows}
    return tuple(item for item in items if item not in got)
