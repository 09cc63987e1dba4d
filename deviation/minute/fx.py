"""Rates between quotes, from the venues' own markets, as intervals (docs/method.md, section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.schema import is_derivative
from deviation.minute.grid import AlignedCandles, Bools, Floats, MarketBars
from deviation.minute.markets import measure_turnover
from deviation.minute.order_statistics import sort_columns
from deviation.minute.states import MarketHistory, find_last
from deviation.question import CARRY_MIN, DAY, LEG_FLOOR_USD, RATE_CARRY_MIN, Question, QuoteHandling, Rules


@dataclass(frozen=True, slots=True)
class QuoteRate:
    """Dollars per unit of a quote in each minute of the axis; NaN where no leg gives one.

    ``mid`` is the median of the legs, ``[a, b]`` holds every median that is left without any one leg, ``[lo, hi]``
    every price at which a leg traded or stood. ``is_assumed``: 1 throughout for
    want of any leg; such a rate is neither stale nor single. ``is_unit``: 1 throughout.
    """

    quote: str
    mid: Floats
    a: Floats
    b: Floats
    lo: Floats
    hi: Floats
    is_stale: Bools
    is_single: Bools
    is_assumed: bool = False
    is_unit: bool = False


class FxRates:
    """The rates of the quotes of a question, each computed when it is first needed."""

    def __init__(self, question: Question, aligned: AlignedCandles) -> None:
        self._question = question
        self._aligned = aligned
        self._rates: dict[str, QuoteRate] = {}

    def get_rate(self, quote: str) -> QuoteRate:
        """The rate of a quote."""
        if quote not in self._rates:
            self._rates[quote] = self._compute_rate(quote)
        return self._rates[quote]

    def find_market(self, venue: str, symbols: Iterable[str]) -> MarketBars | None:
        """A venue's family's spot market of the first of these symbols that has a candle in the window; None without.

        Of several venues of the family that with the larger volume, the first by name of equal ones.
        """
        axis, question = self._aligned.axis, self._question
        window = axis.locate_span(question.start, question.end)
        family = question.rules.family_of(venue)
        for symbol in symbols:
            candidates = [
                bars
                for bars in _list_markets(self._aligned, symbol)
                if question.rules.family_of(bars.venue) == family and not np.isnan(bars.volume[window]).all()
            ]
            if candidates:
                return self._pick_busiest(candidates)
        return None

    def _pick_busiest(self, candidates: list[MarketBars]) -> MarketBars:
        span = self._aligned.axis.locate_span(self._question.start - DAY, self._question.end)
        return max(candidates, key=lambda bars: measure_turnover(bars, span))  # the first of equal ones

    def _compute_rate(self, quote: str) -> QuoteRate:
        question, axis = self._question, self._aligned.axis
        is_stablecoin = quote in question.rules.stablecoins
        if quote == "USD" or (is_stablecoin and question.parameters.quote is QuoteHandling.AS_IS):
            return _build_unit_rate(quote, axis.size)
        legs = self._list_legs(quote)
        window = axis.locate_span(question.start, question.end)
        if is_stablecoin and all(np.isnan(leg.close[window]).all() for leg in legs):
            return _build_unit_rate(quote, axis.size, is_assumed=True)
        closes = sort_columns([leg.close for leg in legs], axis.size)
        return QuoteRate(
            quote,
            mid=(closes.lower_middle + closes.upper_middle) / 2,
            a=closes.lower_inner,
            b=closes.upper_inner,
            lo=sort_columns([leg.low for leg in legs], axis.size).lowest,
            hi=sort_columns([leg.high for leg in legs], axis.size).highest,
            is_stale=~np.logical_or.reduce([leg.is_fresh for leg in legs], initial=False) | (closes.count == 0),
            is_single=closes.count == 1,
        )

    def _list_legs(self, quote: str) -> list["_Leg"]:
        """One leg per family: its market of the quote in dollars, else that of dollars in the quote, inverted."""
        rules = self._question.rules
        chosen: dict[str, MarketBars] = {}
        for symbol in (f"{quote}/USD", f"USD/{quote}"):
            by_family: dict[str, list[MarketBars]] = {}
            for bars in _list_markets(self._aligned, symbol):
                by_family.setdefault(rules.family_of(bars.venue), []).append(bars)
            for family, candidates in by_family.items():
                if family not in chosen:
                    chosen[family] = self._pick_busiest(candidates)
        return [_Leg(bars, self._question, rules) for bars in chosen.values()]


class _Leg:
    """One market that gives a rate, on the whole axis; inverted where its base is the dollar."""

    def __init__(self, bars: MarketBars, question: Question, rules: Rules) -> None:
        self._is_inverted = bars.symbol.startswith("USD/")
        quote = bars.symbol.partition("/")[2]
        timeframe = question.timeframe
        self._history = MarketHistory(bars, rules.convert_floor(LEG_FLOOR_USD, quote), timeframe.count_bars(CARRY_MIN))
        self._last = find_last(self._history.voting)
        age = np.arange(self._last.size) - self._last
        self._has_close = (self._last >= 0) & (age <= timeframe.count_bars(RATE_CARRY_MIN))
        self.is_fresh: Bools = (self._last >= 0) & (age <= timeframe.count_bars(CARRY_MIN))

    @cached_property
    def close(self) -> Floats:
        """The last close that reached the floor, NaN where it is older than an hour."""
        close = np.where(self._has_close, self._history.bars.close[self._last], np.nan)
        return 1 / close if self._is_inverted else close

    @cached_property
    def low(self) -> Floats:
        """The least of that close, the low, and the range, where each is known; NaN without that close."""
        low, high = self._ends
        return 1 / high if self._is_inverted else low

    @cached_property
    def high(self) -> Floats:
        """The greatest of that close, the high, and the range."""
        low, high = self._ends
        return 1 / low if self._is_inverted else high

    @cached_property
    def _ends(self) -> tuple[Floats, Floats]:
        history = self._history
        close = np.where(self._has_close, history.bars.close[self._last], np.nan)
        low = np.fmin(np.fmin(close, history.low), history.range_low)
        high = np.fmax(np.fmax(close, history.high), history.range_high)
        return np.where(self._has_close, low, np.nan), np.where(self._has_close, high, np.nan)


def _list_markets(aligned: AlignedCandles, symbol: str) -> list[MarketBars]:
    """The spot markets of a symbol, by venue."""
    return [bars for (_, name), bars in aligned.markets.items() if name == symbol and not is_derivative(name)]


def _build_unit_rate(quote: str, size: int, *, is_assumed: bool = False) -> QuoteRate:
    ones, never = np.ones(size), np.zeros(size, np.bool_)
    return QuoteRate(quote, ones, ones, ones, ones, ones, never, never, is_assumed=is_assumed, is_unit=True)
