"""From candles to the answer: the one way through the method (docs/method.md, sections 1 to 7 and 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from data.schema import Evidence, quote_of
from deviation.against import Series
from deviation.fair_value import FairValue, fair_value
from deviation.grid import Aligned, Axis, align, axis_of
from deviation.markets import Choice, Market, choose, everywhere, other_quotes
from deviation.minutes import Minutes
from deviation.money import convert
from deviation.panel import Panel
from deviation.question import CARRY_MIN, DAY, Group, Kind, Question, Reference, Rules
from deviation.ranks import Contender, Rank, rank, unranked
from deviation.result import Measurement, OtherQuote, Row
from deviation.summary import Summary
from deviation.weights import weights_of

NO_RATIO = float("nan")
"""Scale of the underlying's votes where no ratio is known: it leaves no votes."""


def measure(candles: pl.DataFrame, covered: pl.DataFrame, question: Question) -> Measurement:
    """Measure every market of the question's asset against the others.

    Args:
        candles: Frame of `data.schema.CANDLE` over ``question.needs`` for ``question.assets``: trade candles of the
            question's timeframe and of one kind of evidence, one row per venue, symbol and bar, in any order.
        covered: Frame of `data.schema.SPAN`: the spans that were collected whole.
        question: What is asked.
    """
    return measure_aligned(align(candles, covered, axis_of(question)), question)


def measure_aligned(aligned: Aligned, question: Question) -> Measurement:
    """As `measure`, of candles that lie on an axis which holds all that the question needs."""
    heard = _hear(aligned, question)
    window = aligned.axis.span(question.start, question.end)
    rows = _rows(heard, question, aligned.axis)
    origins = aligned.origins(window)
    return Measurement(
        question=question,
        axis=aligned.axis.cut(window),
        rows=rows,
        ranks=_ranks(rows, question),
        fx_assumed=heard.fx_assumed,
        absent=heard.choice.absent,
        left_out=heard.choice.left_out,
        other_quotes=heard.other_quotes,
        origins={row.market: origins[row.market.venue, row.market.symbol] for row in rows},
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the candles say of each market before any two are compared: ``voters`` and rows minute by minute."""

    choice: Choice
    voters: tuple[Market, ...]
    minutes: dict[Market, Minutes]
    values: dict[Market, FairValue | None]
    fx_assumed: tuple[str, ...]
    other_quotes: tuple[OtherQuote, ...]

    def here(self, market: Market) -> Minutes | None:
        """The voter of the market's own venue and group, which it never hears; None where there is none."""
        place = market.venue, market.group
        return next((self.minutes[voter] for voter in self.voters if (voter.venue, voter.group) == place), None)

    def scale(self, market: Market) -> float:
        """What turns a vote into the asset's price: the ratio to the underlying, 1 among markets of the asset."""
        value = self.values[market]
        return 1.0 if value is None else NO_RATIO if value.ratio is None else value.ratio


def _hear(aligned: Aligned, question: Question) -> _Heard:
    """Choose the markets and convert them."""
    markets, axis = aligned.markets, aligned.axis
    choice = choose(question, markets, axis)
    spot = tuple(market for market in choice.rows if market.kind is Kind.SPOT)
    voters = everywhere(question.underlying, question, markets, axis) if question.underlying else spot
    quotes = {quote_of(market.symbol) for market in choice.rows + voters}
    thin = other_quotes(question, choice.rows, markets, axis)
    drawn = {quote_of(bars.symbol) for bars in thin}
    # USDT: the second route to a ratio needs it.
    money = convert(quotes | drawn | {"USDT"}, question, aligned)
    window, carry = axis.span(question.start, question.end), question.timeframe.bars(CARRY_MIN)
    whole = slice(0, axis.size)
    return _Heard(
        choice=choice,
        voters=voters,
        minutes={
            market: Minutes(
                markets[market.venue, market.symbol],
                money.rates[quote_of(market.symbol)],
                question.parameters.min_vote_usd,
                carry,
                whole,
            )
            for market in {*choice.rows, *voters}
        },
        values={market: fair_value(market.venue, question, aligned, money) for market in choice.rows},
        fx_assumed=tuple(quote for quote in money.assumed if quote in quotes),
        other_quotes=tuple(
            OtherQuote(
                bars.symbol, np.where(bars.traded, bars.close * money.rates[quote_of(bars.symbol)], np.nan)[window]
            )
            for bars in thin
        ),
    )


def _rows(heard: _Heard, question: Question, axis: Axis) -> tuple[Row, ...]:
    """Every market against both groups; what came before the window is compared when it is asked for."""
    window, before = axis.span(question.start, question.end), axis.span(question.start - DAY, question.start)
    weights = None
    if question.parameters.reference is Reference.WEIGHTED_MEDIAN:
        weights = weights_of({market: heard.minutes[market].cut(before) for market in heard.voters})
    inside, ahead = (_Stand(heard, question.rules, span, weights) for span in (window, before))
    return tuple(_row(market, question, inside, ahead) for market in heard.choice.rows)


class _Stand:
    """Every market against the votes of each group over one span of the axis."""

    def __init__(self, heard: _Heard, rules: Rules, span: slice, weights: Mapping[Market, int] | None) -> None:
        self.heard = heard
        self.span = span
        self.minutes = {market: minutes.cut(span) for market, minutes in heard.minutes.items()}
        self._panels = {
            group: Panel(
                {market: self.minutes[market] for market in heard.voters if market.group is group},
                rules,
                span.stop - span.start,
                weights,
            )
            for group in Group
        }

    def series(self, market: Market, group: Group) -> Series:
        """One market against one group."""
        return self._panels[group].series(market, self.minutes[market], self.heard.scale(market))


def _row(market: Market, question: Question, inside: _Stand, before: _Stand) -> Row:
    value, here = inside.heard.values[market], inside.heard.here(market)
    window, timeframe = inside.span, question.timeframe
    series = {group: inside.series(market, group) for group in Group}
    return Row(
        market=market,
        timeframe=timeframe,
        minutes=inside.minutes[market],
        ahead=inside.minutes[market].cut(slice(window.start - timeframe.bars(1), window.start)),
        before=before.minutes[market],
        series=series,
        against={
            group: Summary(series[group], partial(before.series, market, group), question.parameters, timeframe)
            for group in Group
        },
        fair_value=value,
        underlying=None if value is None or here is None else here.cut(window).price,
    )


def _ranks(rows: Sequence[Row], question: Question) -> dict[Market, Rank]:
    """Ranks within each quote group, against that group, among spot markets."""
    if question.origin is Evidence.RECONSTRUCTION:
        return {row.market: unranked("illustration from published figures") for row in rows}
    if question.underlying is not None:
        return {row.market: unranked("measured against fair value") for row in rows}
    ranks = {row.market: unranked("perpetual against spot") for row in rows if not row.spot}
    for group in Group:
        spot = {row.market: row.own for row in rows if row.spot and row.market.group is group}
        contenders = {market: Contender(own.depth, own.below_min, own.firm_min) for market, own in spot.items()}
        ranks |= rank(contenders, question.minutes)
    return ranks
