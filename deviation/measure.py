"""From candles to a `Measurement` (docs/method.md, sections 1 to 7 and 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from data.schema import Evidence, parse_quote
from deviation.minute.fair_value import FairValue, measure_fair_value
from deviation.minute.fx import compute_fx_rates
from deviation.minute.grid import AlignedCandles, Axis, align_candles, build_axis
from deviation.minute.markets import (
    Market,
    MarketSelection,
    list_other_quotes,
    select_markets,
    select_underlying_markets,
)
from deviation.minute.peers import PeerGroup
from deviation.minute.series import DeviationSeries
from deviation.minute.states import MarketMinutes
from deviation.minute.weights import compute_weights
from deviation.question import CARRY_MIN, DAY, Group, InstrumentKind, Question, ReferenceKind, Rules
from deviation.ranks import Contender, Rank, build_unranked, rank_contenders
from deviation.result import MarketRow, Measurement, OtherQuote
from deviation.summary import DeviationSummary

NO_RATIO = float("nan")
"""Scale of the underlying's votes where no ratio is known: it leaves no votes."""


def measure(candles: pl.DataFrame, covered_spans: pl.DataFrame, question: Question) -> Measurement:
    """Measure every market of the question's asset against the others.

    Args:
        candles: Frame of `data.schema.CANDLE` over ``question.required_span`` for ``question.required_assets``: trade
            candles of the question's timeframe and of one kind of evidence, one row per venue, symbol and bar, in any
            order.
        covered_spans: Frame of `data.schema.SPAN`: the spans that were collected whole.
        question: What is asked.
    """
    return measure_aligned(align_candles(candles, covered_spans, build_axis(question)), question)


def measure_aligned(aligned: AlignedCandles, question: Question) -> Measurement:
    """As `measure`, for candles on an axis that covers ``question.required_span``."""
    inputs = _prepare(aligned, question)
    window = aligned.axis.locate_span(question.start, question.end)
    rows = _build_rows(inputs, question, aligned.axis)
    origins = aligned.list_origins(window)
    return Measurement(
        question=question,
        axis=aligned.axis.crop(window),
        rows=rows,
        ranks=_build_ranks(rows, question),
        fx_assumed=inputs.fx_assumed,
        absent=inputs.selection.absent,
        left_out=inputs.selection.left_out,
        other_quotes=inputs.other_quotes,
        origins={row.market: origins[row.market.venue, row.market.symbol] for row in rows},
    )


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Per market, before any comparison: the selected markets, the ``voters``, their minutes and fair values."""

    selection: MarketSelection
    voters: tuple[Market, ...]
    minutes: dict[Market, MarketMinutes]
    fair_values: dict[Market, FairValue | None]
    fx_assumed: tuple[str, ...]
    other_quotes: tuple[OtherQuote, ...]

    def find_own_underlying(self, market: Market) -> MarketMinutes | None:
        """The voter of the market's own venue and group; None where there is none."""
        venue_and_group = market.venue, market.group
        return next(
            (self.minutes[voter] for voter in self.voters if (voter.venue, voter.group) == venue_and_group), None
        )

    def find_scale(self, market: Market) -> float:
        """The factor from a vote to the asset's price: the ratio to the underlying, 1 among markets of the asset."""
        own_fair_value = self.fair_values[market]
        return 1.0 if own_fair_value is None else NO_RATIO if own_fair_value.ratio is None else own_fair_value.ratio


def _prepare(aligned: AlignedCandles, question: Question) -> _Inputs:
    """Select the markets and convert their prices to dollars."""
    markets, axis = aligned.markets, aligned.axis
    selection = select_markets(question, markets, axis)
    spot_markets = tuple(market for market in selection.markets if market.kind is InstrumentKind.SPOT)
    voters = (
        select_underlying_markets(question.underlying, question, markets, axis) if question.underlying else spot_markets
    )
    quotes = {parse_quote(market.symbol) for market in selection.markets + voters}
    other_bars = list_other_quotes(question, selection.markets, markets, axis)
    other_quote_names = {parse_quote(bars.symbol) for bars in other_bars}
    # The ratio from USDT closes (section 6) needs the rate of USDT whatever the quotes are.
    fx = compute_fx_rates(quotes | other_quote_names | {"USDT"}, question, aligned)
    window, carry = axis.locate_span(question.start, question.end), question.timeframe.count_bars(CARRY_MIN)
    full_axis = slice(0, axis.size)
    return _Inputs(
        selection=selection,
        voters=voters,
        minutes={
            market: MarketMinutes(
                markets[market.venue, market.symbol],
                fx.rates[parse_quote(market.symbol)],
                question.parameters.min_vote_usd,
                carry,
                full_axis,
            )
            for market in {*selection.markets, *voters}
        },
        fair_values={market: measure_fair_value(market.venue, question, aligned, fx) for market in selection.markets},
        fx_assumed=tuple(quote for quote in fx.assumed if quote in quotes),
        other_quotes=tuple(
            OtherQuote(
                bars.symbol, np.where(bars.traded, bars.close * fx.rates[parse_quote(bars.symbol)], np.nan)[window]
            )
            for bars in other_bars
        ),
    )


def _build_rows(inputs: _Inputs, question: Question, axis: Axis) -> tuple[MarketRow, ...]:
    """Every market against both groups; the day before the window is compared lazily."""
    window, day_before = (
        axis.locate_span(question.start, question.end),
        axis.locate_span(question.start - DAY, question.start),
    )
    weights = None
    if question.parameters.reference is ReferenceKind.WEIGHTED_MEDIAN:
        weights = compute_weights({market: inputs.minutes[market].with_span(day_before) for market in inputs.voters})
    window_comparisons, day_before_comparisons = (
        _Comparisons(inputs, question.rules, span, weights) for span in (window, day_before)
    )
    return tuple(
        _build_row(market, question, window_comparisons, day_before_comparisons) for market in inputs.selection.markets
    )


class _Comparisons:
    """Every market against the votes of each group over one span of the axis."""

    def __init__(self, inputs: _Inputs, rules: Rules, span: slice, weights: Mapping[Market, int] | None) -> None:
        self.inputs = inputs
        self.span = span
        self.minutes = {market: minutes.with_span(span) for market, minutes in inputs.minutes.items()}
        self._peer_groups = {
            group: PeerGroup(
                {market: self.minutes[market] for market in inputs.voters if market.group is group},
                rules,
                span.stop - span.start,
                weights,
            )
            for group in Group
        }

    def build_series(self, market: Market, group: Group) -> DeviationSeries:
        """One market against one group."""
        return self._peer_groups[group].build_series(market, self.minutes[market], self.inputs.find_scale(market))


def _build_row(
    market: Market, question: Question, window_comparisons: _Comparisons, day_before_comparisons: _Comparisons
) -> MarketRow:
    own_fair_value, underlying_minutes = (
        window_comparisons.inputs.fair_values[market],
        window_comparisons.inputs.find_own_underlying(market),
    )
    window, timeframe = window_comparisons.span, question.timeframe
    series = {group: window_comparisons.build_series(market, group) for group in Group}
    return MarketRow(
        market=market,
        timeframe=timeframe,
        minutes=window_comparisons.minutes[market],
        minute_before=window_comparisons.minutes[market].with_span(
            slice(window.start - timeframe.count_bars(1), window.start)
        ),
        day_before=day_before_comparisons.minutes[market],
        series=series,
        summaries={
            group: DeviationSummary(
                series[group],
                partial(day_before_comparisons.build_series, market, group),
                question.parameters,
                timeframe,
            )
            for group in Group
        },
        fair_value=own_fair_value,
        underlying_price=None
        if own_fair_value is None or underlying_minutes is None
        else underlying_minutes.with_span(window).price,
    )


def _build_ranks(rows: Sequence[MarketRow], question: Question) -> dict[Market, Rank]:
    """Ranks within each quote group, against that group, among spot markets."""
    if question.origin is Evidence.RECONSTRUCTION:
        return {row.market: build_unranked("illustration from published figures") for row in rows}
    if question.underlying is not None:
        return {row.market: build_unranked("measured against fair value") for row in rows}
    ranks = {row.market: build_unranked("perpetual against spot") for row in rows if not row.is_spot}
    for group in Group:
        own_summaries = {row.market: row.own_summary for row in rows if row.is_spot and row.market.group is group}
        contenders = {
            market: Contender(summary.depth, summary.below_min, summary.firm_min)
            for market, summary in own_summaries.items()
        }
        ranks |= rank_contenders(contenders, question.duration_min)
    return ranks
