"""From candles to a `Measurement` (docs/method.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from data.grid.candle_grid import CandleGrid
from deviation.measurement import Measurement
from deviation.minute.conversion import Conversion
from deviation.minute.fair_value import FairValue, measure_fair_value
from deviation.minute.fx import FxRates, QuoteRate
from deviation.minute.grid import AlignedCandles, align_candles, build_axis
from deviation.minute.markets import Market, MarketSelection, select_markets
from deviation.minute.own_rate import OwnPrice, find_own_price
from deviation.minute.peer_prices import PeerPrices
from deviation.minute.series import DeviationSeries
from deviation.minute.states import MarketHistory, MarketMinutes
from deviation.minute.votes import PeerVotes, VoteGroup
from deviation.minute.weights import compute_weight
from deviation.question import CARRY_MIN, COMMON_GROUPS, DAY, Group, Question, ReferenceKind
from deviation.result import MarketRow
from deviation.window.summary import DeviationSummary


def measure(candles: CandleGrid, covered_spans: pl.DataFrame, question: Question) -> Measurement:
    """Measure every market of the question's asset against the others.

    Args:
        candles: Trade candles over ``question.required_span`` at least for ``question.required_assets``, of the
            question's timeframe and of one kind of evidence.
        covered_spans: Frame of `data.schema.SPAN`: the spans that were collected whole.
        question: What is asked.
    """
    return measure_aligned(align_candles(candles, covered_spans, build_axis(question)), question)


def measure_aligned(aligned: AlignedCandles, question: Question) -> Measurement:
    """As `measure`, for candles on an axis that covers ``question.required_span``."""
    window = aligned.axis.locate_span(question.start, question.end)
    inputs = _Inputs(aligned, question, select_markets(question, aligned.markets, aligned.axis))
    rows = tuple(_build_row(market, inputs) for market in inputs.selection.markets)
    origins = aligned.list_origins(window)
    return Measurement(
        question=question,
        axis=aligned.axis.crop(window),
        rows=rows,
        fx_assumed=_list_assumed_quotes(rows),
        fx_single=_list_single_quotes(rows),
        absent=inputs.selection.absent,
        left_out=inputs.selection.left_out,
        origins={row.market: origins[row.market.venue, row.market.symbol] for row in rows},
    )


def measure_peers(aligned: AlignedCandles, question: Question, market: Market) -> dict[Group, PeerPrices]:
    """What the other exchanges of each group say over the window, in the quote of a market that may have no candle.

    The groups are the market's own one, and `COMMON_GROUPS`.
    """
    inputs = _Inputs(aligned, question, select_markets(question, aligned.markets, aligned.axis))
    votes = _SpanVotes(inputs, inputs.window, 0)
    fair_value = measure_fair_value(market.venue, question, aligned)
    groups = dict.fromkeys((market.group, *COMMON_GROUPS))
    return {group: PeerPrices(*votes.find_peers(market, group, fair_value)) for group in groups}


@dataclass(frozen=True)
class _Inputs:
    """What all rows share: the selected markets, their minutes, the votes of each group, and the rates."""

    aligned: AlignedCandles
    question: Question
    selection: MarketSelection

    @cached_property
    def window(self) -> slice:
        return self.aligned.axis.locate_span(self.question.start, self.question.end)

    @cached_property
    def day_before(self) -> slice:
        return self.aligned.axis.locate_span(self.question.start - DAY, self.question.start)

    @cached_property
    def fx(self) -> FxRates:
        return FxRates(self.question, self.aligned)

    @cached_property
    def minutes(self) -> dict[Market, MarketMinutes]:
        """Every market over the window."""
        question, carry = self.question, self.question.timeframe.count_bars(CARRY_MIN)
        return {
            market: MarketMinutes(
                MarketHistory(
                    self.aligned.markets[market.venue, market.symbol],
                    question.rules.convert_floor(question.parameters.min_vote, market.quote),
                    carry,
                ),
                self.window,
            )
            for market in {*self.selection.markets, *self.selection.voters}
        }

    @cached_property
    def window_votes(self) -> "_SpanVotes":
        """The votes over the window and the bars beside it that the lag test looks at."""
        lag_bars = self.question.lag_bars
        return _SpanVotes(self, slice(self.window.start - lag_bars, self.window.stop + lag_bars), lag_bars)

    @cached_property
    def baseline_votes(self) -> "_SpanVotes":
        """The votes over the span of the baseline."""
        return _SpanVotes(self, self.aligned.axis.locate_span(*self.question.baseline_span), 0)

    @cached_property
    def weights(self) -> Mapping[Market, int] | None:
        """The weight of every voter; None for the plain median."""
        if self.question.parameters.reference is not ReferenceKind.WEIGHTED_MEDIAN:
            return None
        quotes = self.question.rules.quotes
        return {
            market: compute_weight(self.minutes[market].with_span(self.day_before), quotes[market.quote])
            for market in self.selection.voters
        }

    def find_own_underlying(self, market: Market) -> Market | None:
        """The same venue's voter in the same quote, for an asset that is measured by its underlying."""
        return next(
            (
                voter
                for voter in self.selection.voters
                if (voter.venue, voter.group) == (market.venue, market.group) and self.question.underlying is not None
            ),
            None,
        )


class _SpanVotes:
    """The votes of each group over one span of the axis, which reaches ``lag_bars`` beyond what is measured."""

    def __init__(self, inputs: _Inputs, span: slice, lag_bars: int) -> None:
        self._inputs = inputs
        self._span = span
        self._lag_bars = lag_bars
        self._groups: dict[Group, VoteGroup] = {}

    def build_series(self, market: Market, group: Group, fair_value: FairValue | None) -> DeviationSeries:
        """One market against one group."""
        span, lag_bars = self._span, self._lag_bars
        measured = slice(span.start + lag_bars, span.stop - lag_bars)
        peers, conversion = self.find_peers(market, group, fair_value)
        return DeviationSeries(self._inputs.minutes[market].with_span(measured), peers, conversion, lag_bars)

    def find_peers(self, market: Market, group: Group, fair_value: FairValue | None) -> tuple[PeerVotes, Conversion]:
        """The votes of a group on a market, and the factors into its money."""
        votes = self._get_group(group, has_votes=fair_value is None or fair_value.ratio is not None)
        return votes.exclude_family(market.venue), self._convert(market, group, fair_value)

    def _get_group(self, group: Group, *, has_votes: bool) -> VoteGroup:
        """The votes of a group; none where they would need a ratio that is unknown."""
        rules, size = self._inputs.question.rules, self._span.stop - self._span.start
        if not has_votes:
            return VoteGroup({}, rules, size)
        if group not in self._groups:
            voters = {
                voter: self._inputs.minutes[voter].with_span(self._span)
                for voter in self._inputs.selection.voters
                if voter.group == group
            }
            self._groups[group] = VoteGroup(voters, rules, size, self._inputs.weights)
        return self._groups[group]

    def _convert(self, market: Market, group: Group, fair_value: FairValue | None) -> Conversion:
        # Within a group nothing is converted: the factor from dollars into dollars.
        quotes = ("USD", "USD") if group == market.group else (group.upper(), market.quote)
        group_rate, own_rate = (self._inputs.fx.get_rate(quote) for quote in quotes)
        conversion = Conversion(group_rate, own_rate, self._span)
        return conversion if fair_value is None or fair_value.ratio is None else conversion.scale(fair_value.ratio)


def _build_row(market: Market, inputs: _Inputs) -> MarketRow:
    question = inputs.question
    fair_value = measure_fair_value(market.venue, question, inputs.aligned)
    groups = dict.fromkeys((market.group, *COMMON_GROUPS))
    series = {group: inputs.window_votes.build_series(market, group, fair_value) for group in groups}
    own_underlying = inputs.find_own_underlying(market)
    return MarketRow(
        market=market,
        timeframe=question.timeframe,
        minutes=series[market.group].minutes,
        day_before=inputs.minutes[market].with_span(inputs.day_before),
        series=series,
        summaries={group: _build_summary(market, group, series[group], fair_value, inputs) for group in groups},
        fair_value=fair_value,
        underlying_close=None if own_underlying is None else inputs.minutes[own_underlying].vote,
        dollars=inputs.fx.get_rate(market.quote).mid[inputs.window],
        per_usd=question.rules.quotes[market.quote],
    )


def _build_summary(
    market: Market, group: Group, series: DeviationSeries, fair_value: FairValue | None, inputs: _Inputs
) -> DeviationSummary:
    return DeviationSummary(
        series,
        lambda: inputs.baseline_votes.build_series(market, group, fair_value),
        lambda: _find_own_price(market, group, fair_value, inputs),
        inputs.question.parameters,
        inputs.question.timeframe,
    )


def _find_own_price(market: Market, group: Group, fair_value: FairValue | None, inputs: _Inputs) -> OwnPrice | None:
    """The price over the window; votes on an underlying are multiplied by the ratio, so the price is divided by it."""
    own_price = find_own_price(market, group, inputs.question, inputs.fx)
    if own_price is None:
        return None
    ratio = 1.0 if fair_value is None or fair_value.ratio is None else fair_value.ratio
    return replace(own_price, price=own_price.price[inputs.window] / ratio)


def _list_assumed_quotes(rows: tuple[MarketRow, ...]) -> tuple[str, ...]:
    """The quotes whose assumed rate entered a firm or thin minute."""

    def is_used(rate: QuoteRate, series: DeviationSeries) -> bool:
        return rate.is_assumed and bool(series.observed.any())

    return _list_quotes(rows, is_used)


def _list_single_quotes(rows: tuple[MarketRow, ...]) -> tuple[str, ...]:
    """The quotes whose rate rested on one leg in a firm minute."""

    def is_used(rate: QuoteRate, series: DeviationSeries) -> bool:
        is_single = rate.is_single[series.factors.span]
        return bool(is_single.any() and (series.firm & is_single).any())

    return _list_quotes(rows, is_used)


def _list_quotes(rows: tuple[MarketRow, ...], is_used: Callable[[QuoteRate, DeviationSeries], bool]) -> tuple[str, ...]:
    """The quotes whose rate is used in that sense by a series, which is not looked for any further then."""
    quotes: set[str] = set()
    for row in rows:
        for series in row.series.values():
            quotes.update(
                rate.quote for rate in series.conversion.rates if rate.quote not in quotes and is_used(rate, series)
            )
    return tuple(sorted(quotes))
