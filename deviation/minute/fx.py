"""Rates between quotes, from the venues' own markets, as intervals (docs/method.md, section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.grid.candle_grid import has_candle
from data.schema import is_derivative, parse_quote
from deviation.minute.grid import AlignedCandles, Bools, Floats, MarketBars
from deviation.minute.markets import measure_turnover
from deviation.minute.order_statistics import SortedColumns, sort_columns
from deviation.minute.selecting import mask_values
from deviation.minute.states import MarketHistory, find_run_starts, reaches_floor
from deviation.question import CARRY_MIN, DAY, LEG_FLOOR_USD, RATE_CARRY_MIN, Question, QuoteHandling


class LastCloses:
    """The last close of a market that reached the default floor, for each bar of the axis.

    It is looked for only where a bar did not reach the floor itself.
    """

    def __init__(self, bars: MarketBars, question: Question) -> None:
        floor = question.rules.convert_floor(LEG_FLOOR_USD, parse_quote(bars.symbol))
        self._close = bars.close
        self._others = np.flatnonzero(~reaches_floor(bars, floor))
        self._latest = find_run_starts(self._others) - 1

    def is_recent(self, bars: int) -> Bools:
        """Where that close is at most so many bars old."""
        recent = np.ones(self._close.size, np.bool_)
        recent[self._others] = self._is_known(bars)
        return recent

    def carry(self, bars: int) -> Floats:
        """That close; NaN where it is older than so many bars."""
        closes = self._close.copy()
        closes[self._others] = np.where(self._is_known(bars), self._close[self._latest], np.nan)
        return closes

    def _is_known(self, bars: int) -> Bools:
        known: Bools = (self._latest >= 0) & (self._others - self._latest <= bars)
        return known


@dataclass(frozen=True)
class QuoteRate:
    """Dollars per unit of a quote in each minute of an axis of ``size``; NaN where none of its ``legs`` gives one.

    ``is_unit``: 1 throughout; ``is_assumed``: so for want of any leg; a rate that is 1 is neither stale nor single.
    Each array is computed when it is first needed.
    """

    quote: str
    size: int
    legs: tuple["_Leg", ...] = ()
    is_unit: bool = False
    is_assumed: bool = False

    @cached_property
    def mid(self) -> Floats:
        """The median of the legs."""
        if self.is_unit:
            return np.ones(self.size)
        return (self._closes.lower_middle + self._closes.upper_middle) / 2

    @property
    def a(self) -> Floats:
        """The least median that is left without any one leg."""
        return self.mid if self.is_unit else self._closes.lower_inner

    @property
    def b(self) -> Floats:
        """The greatest such median."""
        return self.mid if self.is_unit else self._closes.upper_inner

    @cached_property
    def lo(self) -> Floats:
        """The least price at which a leg traded or stood."""
        return self.mid if self.is_unit else self._reduce(np.fmin, [leg.low for leg in self.legs])

    @cached_property
    def hi(self) -> Floats:
        """The greatest such price."""
        return self.mid if self.is_unit else self._reduce(np.fmax, [leg.high for leg in self.legs])

    @cached_property
    def is_stale(self) -> Bools:
        """Where no leg reached the floor within five minutes."""
        if self.is_unit:
            return np.zeros(self.size, np.bool_)
        is_fresh = np.zeros(self.size, np.bool_)
        for leg in self.legs:
            is_fresh |= leg.is_fresh
        return ~is_fresh

    @cached_property
    def is_single(self) -> Bools:
        """Where one leg alone gives the rate."""
        return np.zeros(self.size, np.bool_) if self.is_unit else np.equal(self._closes.count, 1)

    def pair_with(self, own: "QuoteRate") -> "RatePair":
        """This rate over another one, the same for all that ask."""
        if own.quote not in self._pairs:
            self._pairs[own.quote] = RatePair(self, own)
        return self._pairs[own.quote]

    @cached_property
    def _pairs(self) -> dict[str, "RatePair"]:
        return {}

    @cached_property
    def _closes(self) -> SortedColumns:
        return sort_columns([leg.close for leg in self.legs], self.size)

    def _reduce(self, choose_end: np.ufunc, ends: list[Floats]) -> Floats:
        result = np.full(self.size, np.nan)
        for end in ends:
            choose_end(result, end, out=result)
        return result


@dataclass(frozen=True)
class RatePair:
    """The factors from one quote into another on the whole axis, by their rates to the dollar; NaN without a rate."""

    group: QuoteRate
    own: QuoteRate

    @property
    def is_unit(self) -> bool:
        """Whether both rates are 1 throughout."""
        return self.group.is_unit and self.own.is_unit

    @cached_property
    def mid(self) -> Floats:
        """The factor for drawing."""
        return self.group.mid if self.is_unit else self.group.mid / self.own.mid

    @cached_property
    def a(self) -> Floats:
        """The least factor of a reference."""
        return self.group.mid if self.is_unit else self.group.a / self.own.b

    @cached_property
    def b(self) -> Floats:
        """The greatest factor of a reference."""
        return self.group.mid if self.is_unit else self.group.b / self.own.a

    @cached_property
    def lo(self) -> Floats:
        """The least factor of a bound."""
        return self.group.mid if self.is_unit else self.group.lo / self.own.hi

    @cached_property
    def hi(self) -> Floats:
        """The greatest factor of a bound."""
        return self.group.mid if self.is_unit else self.group.hi / self.own.lo

    @cached_property
    def is_known(self) -> Bools:
        """Where there is a factor."""
        return ~np.isnan(self.mid)

    @cached_property
    def is_stale(self) -> Bools:
        """Where one of the rates is stale."""
        return self.group.is_stale | self.own.is_stale

    @cached_property
    def is_single(self) -> Bools:
        """Where one of the rates rests on one leg."""
        return self.group.is_single | self.own.is_single


class FxRates:
    """The rates of the quotes of a question, each computed when it is first needed."""

    def __init__(self, question: Question, aligned: AlignedCandles) -> None:
        self._question = question
        self._aligned = aligned
        self._rates: dict[str, QuoteRate] = {}
        self._window_markets: dict[str, dict[str, list[MarketBars]]] = {}

    def get_rate(self, quote: str) -> QuoteRate:
        """The rate of a quote."""
        if quote not in self._rates:
            self._rates[quote] = self._compute_rate(quote)
        return self._rates[quote]

    def find_market(self, venue: str, symbols: Iterable[str]) -> MarketBars | None:
        """A venue's family's spot market of the first of these symbols that has a candle in the window; None without.

        Of several venues of the family that with the larger volume, the first by name of equal ones.
        """
        family = self._question.rules.family_of(venue)
        for symbol in symbols:
            candidates = self._list_window_markets(symbol).get(family)
            if candidates:
                return self._pick_busiest(candidates)
        return None

    def _list_window_markets(self, symbol: str) -> dict[str, list[MarketBars]]:
        """The spot markets of a symbol with a candle in the window, by family; each symbol is looked for once."""
        if symbol not in self._window_markets:
            question = self._question
            window = self._aligned.axis.locate_span(question.start, question.end)
            by_family = self._window_markets.setdefault(symbol, {})
            for bars in _list_markets(self._aligned, symbol):
                if has_candle(bars.volume[window]):
                    by_family.setdefault(question.rules.family_of(bars.venue), []).append(bars)
        return self._window_markets[symbol]

    def _pick_busiest(self, candidates: list[MarketBars]) -> MarketBars:
        span = self._aligned.axis.locate_span(self._question.start - DAY, self._question.end)
        return max(candidates, key=lambda bars: measure_turnover(bars, span))  # the first of equal ones

    def _compute_rate(self, quote: str) -> QuoteRate:
        question, axis = self._question, self._aligned.axis
        is_stablecoin = quote in question.rules.stablecoins
        if quote == "USD" or (is_stablecoin and question.parameters.quote is QuoteHandling.AS_IS):
            return QuoteRate(quote, axis.size, is_unit=True)
        legs = self._list_legs(quote)
        window = axis.locate_span(question.start, question.end)
        if is_stablecoin and all(np.isnan(leg.close[window]).all() for leg in legs):
            return QuoteRate(quote, axis.size, is_unit=True, is_assumed=True)
        return QuoteRate(quote, axis.size, legs)

    def _list_legs(self, quote: str) -> tuple["_Leg", ...]:
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
        return tuple(_Leg(bars, self._question) for bars in chosen.values())


class _Leg:
    """One market that gives a rate, on the whole axis; inverted where its base is the dollar."""

    def __init__(self, bars: MarketBars, question: Question) -> None:
        timeframe = question.timeframe
        self._bars, self._carry = bars, timeframe.count_bars(CARRY_MIN)
        self._is_inverted = bars.symbol.startswith("USD/")
        self._last_closes = LastCloses(bars, question)
        self._printed_close = self._last_closes.carry(timeframe.count_bars(RATE_CARRY_MIN))

    @property
    def is_fresh(self) -> Bools:
        """Where its last close that reached the floor is at most five minutes old."""
        return self._last_closes.is_recent(self._carry)

    @cached_property
    def close(self) -> Floats:
        """The last close that reached the floor, NaN where it is older than an hour."""
        return 1 / self._printed_close if self._is_inverted else self._printed_close

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
        close, has_close = self._printed_close, ~np.isnan(self._printed_close)
        history = MarketHistory(self._bars, 0.0, self._carry)  # of which ranges alone are read, not votes
        low = np.fmin(np.fmin(close, history.low), history.range_low)
        high = np.fmax(np.fmax(close, history.high), history.range_high)
        return mask_values(low, has_close), mask_values(high, has_close)


def _list_markets(aligned: AlignedCandles, symbol: str) -> list[MarketBars]:
    """The spot markets of a symbol, by venue."""
    return [bars for (_, name), bars in aligned.markets.items() if name == symbol and not is_derivative(name)]
