"""State, prices and range of one market in each minute (docs/method.md, sections 1 and 4)."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from deviation.minute.grid import Bools, Floats, Ints, MarketBars
from deviation.minute.selecting import mask_values

States = npt.NDArray[np.int8]


class State(IntEnum):
    """The four states of a market in a minute."""

    VOTING = 0
    SMALL = 1
    QUIET = 2
    MISSING = 3


@dataclass(frozen=True)
class MarketHistory:
    """One market on its whole axis; each array is computed when it is first needed, and shared by all spans.

    Prices are in the market's quote, NaN where it did not trade.

    Args:
        bars: The market's candles.
        floor: The least volume, in the quote, that votes.
        carry: The number of bars for which the last close still counts.
    """

    bars: MarketBars
    floor: float
    carry: int

    @property
    def close(self) -> Floats:
        """The close."""
        return self.bars.close

    @property
    def low(self) -> Floats:
        """The lowest trade."""
        return self.bars.low

    @property
    def high(self) -> Floats:
        """The highest trade."""
        return self.bars.high

    @cached_property
    def volume(self) -> Floats:
        """Base units, 0 without a trade."""
        return np.where(self.bars.traded, self.bars.volume, 0.0)

    @cached_property
    def turnover(self) -> Floats:
        """Volume times close, 0 without a trade."""
        return np.where(self.bars.traded, self.bars.volume * self.bars.close, 0.0)

    @cached_property
    def voting(self) -> Bools:
        """Where it votes: its volume times the larger of open and close reaches the floor."""
        return reaches_floor(self.bars, self.floor)

    @cached_property
    def vote(self) -> Floats:
        """The close where it votes, NaN elsewhere."""
        if np.array_equal(self.voting, self.bars.traded):
            return self.close  # which is NaN without a trade
        return mask_values(self.close, self.voting)

    @cached_property
    def states(self) -> States:
        """The `State` of each bar."""
        states = np.full(self.bars.traded.size, State.MISSING, np.int8)
        masks = ((State.QUIET, self.bars.quiet), (State.SMALL, self.bars.traded), (State.VOTING, self.voting))
        for state, mask in masks:
            np.copyto(states, np.int8(state), where=mask)
        return states

    @cached_property
    def range_low(self) -> Floats:
        """The lower of low and previous close, in a quiet bar that close; NaN where that is unknown."""
        return self._extend(np.minimum(self.low, self._previous_close))

    @cached_property
    def range_high(self) -> Floats:
        """The higher of high and previous close, in a quiet bar that close; NaN where that is unknown."""
        return self._extend(np.maximum(self.high, self._previous_close))

    def _extend(self, ends: Floats) -> Floats:
        """The ends of ranges, which are known where it traded, with the previous close in quiet bars."""
        quiet = np.flatnonzero(self.bars.quiet)
        ends[quiet] = self._previous_close[quiet]
        return ends

    @cached_property
    def _previous_close(self) -> Floats:
        """The last traded close before each bar: at most ``carry`` bars old, only quiet bars since; else NaN.

        It is the close of the latest bar that was not quiet; where that one had no trade, it was missing.
        """
        previous = np.empty_like(self.close)
        previous[:1], previous[1:] = np.nan, self.close[:-1]  # NaN after a missing bar
        quiet = np.flatnonzero(self.bars.quiet[:-1])
        if quiet.size:
            latest, after_quiet = find_run_starts(quiet) - 1, quiet + 1
            is_known = (latest >= 0) & (after_quiet - latest <= self.carry)
            previous[after_quiet] = np.where(is_known, self.close[latest], np.nan)
        return previous


@dataclass(frozen=True)
class MarketMinutes:
    """One market minute by minute over a span of its axis: the arrays of its history, cut to the span."""

    history: MarketHistory
    span: slice

    def with_span(self, span: slice) -> "MarketMinutes":
        """The same market over another span of the axis."""
        return MarketMinutes(self.history, span)

    @property
    def bars(self) -> MarketBars:
        """The market's candles on the whole axis."""
        return self.history.bars

    @property
    def floor(self) -> float:
        """The least volume, in the quote, that votes."""
        return self.history.floor

    @property
    def traded(self) -> Bools:
        """Minutes with a trade."""
        return self.bars.traded[self.span]

    @property
    def close(self) -> Floats:
        """The close; NaN without a trade."""
        return self.history.close[self.span]

    @property
    def low(self) -> Floats:
        """The lowest trade; NaN without one."""
        return self.history.low[self.span]

    @property
    def high(self) -> Floats:
        """The highest trade; NaN without one."""
        return self.history.high[self.span]

    @property
    def volume(self) -> Floats:
        """Base units, 0 without a trade."""
        return self.history.volume[self.span]

    @property
    def turnover(self) -> Floats:
        """Volume times close, 0 without a trade."""
        return self.history.turnover[self.span]

    @property
    def voting(self) -> Bools:
        """Minutes in which this market votes: volume times the larger of open and close reaches the floor."""
        return self.history.voting[self.span]

    @property
    def vote(self) -> Floats:
        """The close in voting minutes, NaN in all others."""
        return self.history.vote[self.span]

    @property
    def states(self) -> States:
        """The `State` of each minute."""
        return self.history.states[self.span]

    @property
    def range_low(self) -> Floats:
        """The lower of low and previous close, in a quiet minute that close; NaN where that is unknown."""
        return self.history.range_low[self.span]

    @property
    def range_high(self) -> Floats:
        """The higher of high and previous close, in a quiet minute that close; NaN where that is unknown."""
        return self.history.range_high[self.span]


def reaches_floor(bars: MarketBars, floor: float) -> Bools:
    """Bars whose volume times the larger of open and close is at least a floor in the quote."""
    turnover: Floats = bars.volume * bars.close  # NaN without a trade, which reaches no floor
    reached = turnover >= floor
    if np.array_equal(reached, bars.traded):
        return reached  # the larger of open and close gives no less, and mostly nothing is that small
    np.fmax(bars.open, bars.close, out=turnover)
    turnover *= bars.volume
    return np.greater_equal(turnover, floor, out=reached)


def find_run_starts(positions: Ints) -> Ints:
    """For each of some ascending positions the first one of the consecutive ones that it stands among.

    >>> find_run_starts(np.array([3, 4, 7, 8, 9])).tolist()
    [3, 3, 7, 7, 7]
    """
    is_start = np.ones(positions.size, np.bool_)
    is_start[1:] = positions[1:] - positions[:-1] > 1
    starts: Ints = np.maximum.accumulate(np.where(is_start, positions, 0))
    return starts
