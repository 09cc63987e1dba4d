"""State, prices in dollars and range of one market in each minute (docs/method.md, sections 1 and 4)."""

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from deviation.minute.grid import Bools, Floats, MarketBars

States = npt.NDArray[np.int8]


class State(IntEnum):
    """The five states of a market in a minute."""

    VOTING = 0
    SMALL = 1
    QUIET = 2
    MISSING = 3
    UNPRICED = 4


@dataclass(frozen=True)
class MarketMinutes:
    """One market minute by minute over a span of its axis; each array is computed lazily.

    Arrays have the size of the span; prices are in dollars, NaN where there is none.

    Args:
        bars: The market's candles on the whole axis.
        rate: Dollars per unit of its quote, on the whole axis; NaN where unknown.
        min_vote_usd: The least volume times close that votes, in dollars.
        carry: The number of bars for which the last close still counts.
        span: The part of the axis.
    """

    bars: MarketBars
    rate: Floats
    min_vote_usd: float
    carry: int
    span: slice

    def with_span(self, span: slice) -> "MarketMinutes":
        """The same market over another span of the axis."""
        return replace(self, span=span)

    @cached_property
    def price(self) -> Floats:
        """The close, where the market traded and its quote has a value."""
        return self._to_dollars(self.bars.close)

    @cached_property
    def low(self) -> Floats:
        """The lowest trade, where there is a price."""
        return self._to_dollars(self.bars.low)

    @cached_property
    def high(self) -> Floats:
        """The highest trade, where there is a price."""
        return self._to_dollars(self.bars.high)

    @cached_property
    def volume(self) -> Floats:
        """Base units, 0 without a trade."""
        return np.where(self.bars.traded[self.span], self.bars.volume[self.span], 0.0)

    @property
    def volume_usd(self) -> Floats:
        """Volume times converted close, NaN where it has no value in dollars."""
        return self.bars.volume[self.span] * self.price

    @cached_property
    def voting(self) -> Bools:
        """Minutes in which this market votes."""
        return self.volume_usd >= self.min_vote_usd

    @cached_property
    def vote(self) -> Floats:
        """The price in voting minutes, NaN in all others."""
        if np.count_nonzero(self.voting) == np.count_nonzero(~np.isnan(self.price)):
            return self.price
        return np.where(self.voting, self.price, np.nan)

    @cached_property
    def states(self) -> States:
        """The `State` of each minute; where several hold, the last in the order quiet, unpriced, small, voting."""
        quiet, traded = self.bars.quiet[self.span], self.bars.traded[self.span]
        states = np.full(quiet.size, State.MISSING, np.int8)
        priced = ~np.isnan(self.price)
        masks_by_state = (
            (State.QUIET, quiet),
            (State.UNPRICED, traded),
            (State.SMALL, priced),
            (State.VOTING, self.voting),
        )
        for name, mask in masks_by_state:
            np.copyto(states, np.int8(name), where=mask)
        return states

    @property
    def range_low(self) -> Floats:
        """The lower of low and previous close; NaN where there was no trade, or the previous close is unknown."""
        return np.minimum(self.low, self._previous_close)

    @property
    def range_high(self) -> Floats:
        """The higher of high and previous close; NaN as in `range_low`."""
        return np.maximum(self.high, self._previous_close)

    @cached_property
    def _previous_close(self) -> Floats:
        """The last traded close before each minute: at most ``carry`` bars old, only quiet minutes since; else NaN.

        It is the close of the latest minute that was not quiet; where that one had no trade, it was missing.
        """
        first_bar = max(self.span.start - self.carry, 0)
        extended = self.with_span(slice(first_bar, self.span.stop))
        quiet, traded, price = self.bars.quiet[extended.span], self.bars.traded[extended.span], extended.price
        previous_close = np.full(price.size, np.nan)
        previous_close[1:] = price[:-1]  # NaN where the minute before was missing; quiet ones follow
        after_quiet, not_quiet = np.flatnonzero(quiet[:-1]) + 1, np.flatnonzero(~quiet)
        latest = np.searchsorted(not_quiet, after_quiet) - 1
        last_bar = not_quiet[np.maximum(latest, 0)] if not_quiet.size else np.zeros(latest.size, np.intp)
        is_recent = (latest >= 0) & (after_quiet - last_bar <= self.carry) & traded[last_bar]
        previous_close[after_quiet] = np.where(is_recent, price[last_bar], np.nan)
        return previous_close[self.span.start - first_bar :]

    def _to_dollars(self, values: Floats) -> Floats:
        """Prices in dollars where there was a trade; NaN where not, or where the quote has no value."""
        traded = self.bars.traded[self.span]
        dollars = values[self.span] * self.rate[self.span]
        if not traded.all():
            np.copyto(dollars, np.nan, where=~traded)
        return dollars
