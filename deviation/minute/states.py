"""State, prices and range of one market in each minute (docs/method.md, sections 1 and 4)."""

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from deviation.minute.grid import Bools, Floats, Ints, MarketBars

States = npt.NDArray[np.int8]


class State(IntEnum):
    """The four states of a market in a minute."""

    VOTING = 0
    SMALL = 1
    QUIET = 2
    MISSING = 3


@dataclass(frozen=True)
class MarketMinutes:
    """One market minute by minute over a span of its axis; each array is computed lazily.

    Arrays have the size of the span; prices are in the market's quote, NaN where it did not trade.

    Args:
        bars: The market's candles on the whole axis.
        floor: The least volume, in the quote, that votes.
        carry: The number of bars for which the last close still counts.
        span: The part of the axis.
    """

    bars: MarketBars
    floor: float
    carry: int
    span: slice

    def with_span(self, span: slice) -> "MarketMinutes":
        """The same market over another span of the axis."""
        return replace(self, span=span)

    @cached_property
    def traded(self) -> Bools:
        """Minutes with a trade."""
        return self.bars.traded[self.span]

    @cached_property
    def close(self) -> Floats:
        """The close."""
        return self._mask_untraded(self.bars.close)

    @cached_property
    def low(self) -> Floats:
        """The lowest trade."""
        return self._mask_untraded(self.bars.low)

    @cached_property
    def high(self) -> Floats:
        """The highest trade."""
        return self._mask_untraded(self.bars.high)

    @cached_property
    def volume(self) -> Floats:
        """Base units, 0 without a trade."""
        return np.where(self.traded, self.bars.volume[self.span], 0.0)

    @cached_property
    def turnover(self) -> Floats:
        """Volume times close, 0 without a trade."""
        return np.where(self.traded, self.bars.volume[self.span] * self.bars.close[self.span], 0.0)

    @cached_property
    def voting(self) -> Bools:
        """Minutes in which this market votes: volume times the larger of open and close reaches the floor."""
        return reaches_floor(self.bars, self.floor, self.span)

    @cached_property
    def vote(self) -> Floats:
        """The close in voting minutes, NaN in all others."""
        return self.close if self.voting.all() else np.where(self.voting, self.close, np.nan)

    @cached_property
    def states(self) -> States:
        """The `State` of each minute."""
        states = np.full(self.traded.size, State.MISSING, np.int8)
        masks = ((State.QUIET, self.bars.quiet[self.span]), (State.SMALL, self.traded), (State.VOTING, self.voting))
        for state, mask in masks:
            np.copyto(states, np.int8(state), where=mask)
        return states

    @cached_property
    def range_low(self) -> Floats:
        """The lower of low and previous close, in a quiet minute that close; NaN where that is unknown."""
        return np.where(self.traded, np.minimum(self.low, self._previous_close), self._quiet_price)

    @cached_property
    def range_high(self) -> Floats:
        """The higher of high and previous close, in a quiet minute that close; NaN where that is unknown."""
        return np.where(self.traded, np.maximum(self.high, self._previous_close), self._quiet_price)

    @property
    def _quiet_price(self) -> Floats:
        return np.where(self.bars.quiet[self.span], self._previous_close, np.nan)

    @cached_property
    def _previous_close(self) -> Floats:
        """The last traded close before each minute: at most ``carry`` bars old, only quiet minutes since; else NaN.

        It is the close of the latest minute that was not quiet; where that one had no trade, it was missing.
        """
        first_bar = max(self.span.start - self.carry, 0)
        extended = slice(first_bar, self.span.stop)
        quiet, traded, close = self.bars.quiet[extended], self.bars.traded[extended], self.bars.close[extended]
        position = np.arange(quiet.size)
        latest = np.maximum.accumulate(np.where(quiet, -1, position))  # the latest minute that was not quiet
        before = np.concatenate([[-1], latest[:-1]])
        is_known = (before >= 0) & (position - before <= self.carry)
        is_known &= traded[before]
        return np.where(is_known, close[before], np.nan)[self.span.start - first_bar :]

    def _mask_untraded(self, values: Floats) -> Floats:
        values = values[self.span]
        return values if self.traded.all() else np.where(self.traded, values, np.nan)


def reaches_floor(bars: MarketBars, floor: float, span: slice) -> Bools:
    """Bars whose volume times the larger of open and close is at least a floor in the quote."""
    price = np.fmax(bars.open[span], bars.close[span])
    return bars.traded[span] & (bars.volume[span] * price >= floor)


def find_last(mask: Bools) -> Ints:
    """For each position the last one, itself included, at which the mask holds; -1 without one.

    >>> find_last(np.array([False, True, False])).tolist()
    [-1, 1, 1]
    """
    return np.maximum.accumulate(np.where(mask, np.arange(mask.size), -1))
