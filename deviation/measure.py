"""From candles to the answer: the one way through the method (docs/method.md, sections 1 to 7 and 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from data.schema import Evidence, quote_of
from deviation.against import Series
from deviation.fair_value import FairValue, fair_value
from deviation.grid import Axis, align, axis_of, turns
from deviation.markets import Choice, Market, choose, everywhere, other_quotes
from deviation.minutes import Minutes, minutes_of
from deviation.money import convert
from deviation.panel import Panel
from deviation.path import path
from deviation.question import DAY, Group, Kind, Question, Reference
from deviation.ranks import Contender, Rank, rank, unranked
from deviation.result import Measurement, OtherQuote, Row
from deviation.summary import count_states, first_least, summarise, value_at, volume_share
from deviation.weights import weights_of

NO_RATIO = float("nan")
"""Scale of the underlying's votes where no ratio is known: it leaves no votes."""


def measure(candles: pl.DataFrame, covered: pl.DataFrame, question: Question) -> Measurement:
    """Measure every market of the question's asset against the others.

    Args:
        candles: Frame of `data.schema.CANDLE` over ``question.needs`` for ``question.assets``: one-minute trade
            candles of one kind of evidence, one row per venue, symbol and minute.
        covered: Frame of `data.schema.SPAN`: the spans that were collected whole.
        question: What is asked.
    """
    axis = axis_of(question)
    heard = _hear(candles, covered, question, axis)
    series = _series(heard, question, axis)
    rows = [_row(market, heard, series[market], question, axis) for market in heard.choice.rows]
    window = axis.span(question.start, question.end)
    return Measurement(
        question=question,
        axis=Axis(axis.first + window.start, window.stop - window.start),
        rows=tuple(rows),
        ranks=_ranks(rows, question),
        fx_assumed=heard.fx_assumed,
        absent=heard.choice.absent,
        left_out=heard.choice.left_out,
        path={
            group: path([heard.minutes[market] for market in heard.spot if market.group is group], window)
            for group in Group
        },
        other_quotes=heard.other_quotes,
        origins=_origins(candles, heard.choice.rows, question),
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the candles say of each market before any two are compared: ``voters`` and rows minute by minute."""

    choice: Choice
    spot: tuple[Market, ...]
    voters: tuple[Market, ...]
    minutes: dict[Market, Minutes]
    values: dict[Market, FairValue | None]
    fx_assumed: tuple[str, ...]
    other_quotes: tuple[OtherQuote, ...]

    def here(self, market: Market) -> Minutes | None:
        """The voter of the market's own venue and group, which it never hears; None where there is none."""
        place = market.venue, market.group
        return next((self.minutes[voter] for voter in self.voters if (voter.venue, voter.group) == place), None)


def _hear(candles: pl.DataFrame, covered: pl.DataFrame, question: Question, axis: Axis) -> _Heard:
    """Choose the markets and convert them; the candles on the axis are let go on return."""
    markets = align(candles, covered, axis)
    choice = choose(question, markets, axis)
    spot = tuple(market for market in choice.rows if market.kind is Kind.SPOT)
    voters = everywhere(question.underlying, question, markets, axis) if question.underlying else spot
    quotes = {quote_of(market.symbol) for market in choice.rows + voters}
    thin = other_quotes(question, choice.rows, markets, axis)
    drawn = {quote_of(bars.symbol) for bars in thin}
    # USDT: the second route to a ratio needs it.
    money = convert(quotes | drawn | {"USDT"}, question, markets, axis)
    window = axis.span(question.start, question.end)
    return _Heard(
        choice=choice,
        spot=spot,
        voters=voters,
        minutes={
            market: minutes_of(
                markets[market.venue, market.symbol],
                money.rates[quote_of(market.symbol)],
                question.parameters.min_vote_usd,
            )
            for market in {*choice.rows, *voters}
        },
        values={market: fair_value(market.venue, question, markets, money, axis) for market in choice.rows},
        fx_assumed=tuple(quote for quote in money.assumed if quote in quotes),
        other_quotes=tuple(
            OtherQuote(
                bars.symbol, np.where(bars.traded, bars.close * money.rates[quote_of(bars.symbol)], np.nan)[window]
            )
            for bars in thin
        ),
    )


def _series(heard: _Heard, question: Question, axis: Axis) -> dict[Market, dict[Group, Series]]:
    """Every row against each group on the whole axis, one group after the other: what is sorted is much to hold."""
    said = {market: heard.minutes[market] for market in heard.voters}
    weights = None
    if question.parameters.reference is Reference.WEIGHTED_MEDIAN:
        weights = weights_of(said, axis.span(question.start - DAY, question.start))

    def against(group: Group) -> dict[Market, Series]:
        voters = {market: minutes for market, minutes in said.items() if market.group is group}
        panel = Panel(voters, question.rules, axis.size, weights)
        return {
            market: panel.series(market, heard.minutes[market], _scale(heard.values[market]))
            for market in heard.choice.rows
        }

    by_group = {group: against(group) for group in Group}
    return {market: {group: by_group[group][market] for group in Group} for market in heard.choice.rows}


def _scale(value: FairValue | None) -> float:
    """What turns a vote into the asset's price: the ratio to the underlying, 1 among markets of the asset itself."""
    return 1.0 if value is None else NO_RATIO if value.ratio is None else value.ratio


def _origins(candles: pl.DataFrame, rows: Sequence[Market], question: Question) -> dict[Market, tuple[str, ...]]:
    inside = pl.col("open_time").is_between(question.start, question.end, closed="left")
    named = candles.lazy().filter(inside).select("venue", "symbol", "origin").collect()
    found = turns(named, *named.columns).group_by("venue", "symbol").agg(pl.col("origin").unique().sort())
    origins = {(venue, symbol): tuple(names) for venue, symbol, names in found.iter_rows()}
    return {market: origins[market.venue, market.symbol] for market in rows}


def _row(market: Market, heard: _Heard, whole: dict[Group, Series], question: Question, axis: Axis) -> Row:
    window, before = axis.span(question.start, question.end), axis.span(question.start - DAY, question.start)
    minutes, value, here = heard.minutes[market], heard.values[market], heard.here(market)
    series = {group: one.cut(window) for group, one in whole.items()}
    inside = minutes.cut(window)
    low_at = first_least(inside.low, ~np.isnan(inside.low))
    return Row(
        market=market,
        minutes=inside,
        counts=count_states(inside),
        low=value_at(inside.low, low_at),
        low_at=low_at,
        volume_usd_before=float(np.nansum(minutes.cut(before).volume_usd)),
        volume_share=volume_share(inside, series[market.group]),
        series=series,
        against={group: summarise(series[group], whole[group].cut(before), question.parameters) for group in Group},
        fair_value=value,
        underlying=None if value is None or here is None else here.price[window],
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
