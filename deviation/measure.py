"""From candles to the answer: the one way through the method (docs/method.md, sections 1 to 7 and 10)."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from data.schema import Evidence, quote_of
from deviation.fair_value import FairValue, fair_value
from deviation.grid import Axis, align, axis_of
from deviation.markets import Market, choose, everywhere, other_quotes
from deviation.minutes import Minutes, minutes_of
from deviation.money import convert
from deviation.panel import Panel
from deviation.path import path
from deviation.question import DAY, Group, Kind, Question
from deviation.ranks import Contender, Rank, rank, unranked
from deviation.result import Measurement, OtherQuote, Row
from deviation.summary import count_states, first_least, summarise, value_at, volume_share

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
    markets = align(candles, covered, axis)
    choice = choose(question, markets, axis)
    spot = tuple(market for market in choice.rows if market.kind is Kind.SPOT)
    voters = everywhere(question.underlying, question, markets, axis) if question.underlying else spot
    quotes = {quote_of(market.symbol) for market in choice.rows + voters}
    thin = other_quotes(question, choice.rows, markets, axis)
    drawn = {quote_of(bars.symbol) for bars in thin}
    # USDT: the second route to a ratio needs it.
    money = convert(quotes | drawn | {"USDT"}, question, markets, axis)
    minutes = {
        market: minutes_of(
            markets[market.venue, market.symbol],
            money.rates[quote_of(market.symbol)],
            question.parameters.min_vote_usd,
        )
        for market in {*choice.rows, *voters}
    }
    panel = Panel({market: minutes[market] for market in voters}, question.rules, axis.size)
    values = {market: fair_value(market.venue, question, markets, money, axis) for market in choice.rows}
    rows = [_row(market, minutes[market], values[market], panel, question, axis) for market in choice.rows]
    window = axis.span(question.start, question.end)
    return Measurement(
        question=question,
        axis=Axis(axis.first + window.start, window.stop - window.start),
        rows=tuple(rows),
        ranks=_ranks(rows, question),
        fx_assumed=tuple(quote for quote in money.assumed if quote in quotes),
        absent=choice.absent,
        left_out=choice.left_out,
        path={group: path([minutes[market] for market in spot if market.group is group], window) for group in Group},
        other_quotes=tuple(
            OtherQuote(
                bars.symbol, np.where(bars.traded, bars.close * money.rates[quote_of(bars.symbol)], np.nan)[window]
            )
            for bars in thin
        ),
        origins=_origins(candles, choice.rows, question),
    )


def _origins(candles: pl.DataFrame, rows: Sequence[Market], question: Question) -> dict[Market, tuple[str, ...]]:
    inside = candles.filter(pl.col("open_time").is_between(question.start, question.end, closed="left"))
    found = inside.group_by("venue", "symbol").agg(pl.col("origin").unique().sort())
    origins = {(venue, symbol): tuple(names) for venue, symbol, names in found.iter_rows()}
    return {market: origins[market.venue, market.symbol] for market in rows}


def _row(
    market: Market, minutes: Minutes, value: FairValue | None, panel: Panel, question: Question, axis: Axis
) -> Row:
    ratio = 1.0 if value is None else NO_RATIO if value.ratio is None else value.ratio
    whole = panel.series(market, minutes, ratio)
    window, before = axis.span(question.start, question.end), axis.span(question.start - DAY, question.start)
    series = {group: one.cut(window) for group, one in whole.items()}
    inside, here = minutes.cut(window), panel.here(market)
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
