"""What one market was in each minute: its state, its prices in dollars, its range (docs/method.md, 1 and 4)."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from deviation.grid import Bars, Bools, Floats
from deviation.question import CARRY_MIN

States = npt.NDArray[np.int8]


class State(IntEnum):
    """The five states of a (market, minute), drawn apart from each other."""

    VOTING = 0
    SMALL = 1
    QUIET = 2
    MISSING = 3
    UNPRICED = 4


@dataclass(frozen=True, slots=True)
class Minutes:
    """One market minute by minute: arrays of one size, prices in dollars, NaN where there is none.

    ``price``, ``low`` and ``high`` exist where the market traded and its quote has a value; ``range_low`` and
    ``range_high`` where the trades before the minute are known as well. ``volume`` is in base units, 0 without a trade.
    """

    state: States
    price: Floats
    low: Floats
    high: Floats
    range_low: Floats
    range_high: Floats
    volume: Floats

    @property
    def voting(self) -> Bools:
        """Minutes in which this market's price counts."""
        return np.equal(self.state, State.VOTING)

    @property
    def volume_usd(self) -> Floats:
        """Volume times converted close, NaN where it has no value in dollars."""
        return self.volume * self.price

    def cut(self, span: slice) -> "Minutes":
        """The same market over a part of the minutes."""
        return Minutes(
            state=self.state[span],
            price=self.price[span],
            low=self.low[span],
            high=self.high[span],
            range_low=self.range_low[span],
            range_high=self.range_high[span],
            volume=self.volume[span],
        )


def minutes_of(bars: Bars, rate: Floats, min_vote_usd: float) -> Minutes:
    """States, converted prices and ranges of a market, given the dollars per unit of its quote."""
    traded = bars.traded
    priced = traded & ~np.isnan(rate)
    price, low, high = (np.where(priced, values * rate, np.nan) for values in (bars.close, bars.low, bars.high))
    before = _standing(price, traded, bars.quiet)
    return Minutes(
        state=_states(bars.quiet, traded, priced, bars.volume * price >= min_vote_usd),
        price=price,
        low=low,
        high=high,
        range_low=np.minimum(low, before),  # NaN where either is
        range_high=np.maximum(high, before),
        volume=np.where(traded, bars.volume, 0.0),
    )


def _states(quiet: Bools, traded: Bools, priced: Bools, voting: Bools) -> States:
    """The state of each minute: the last of these that holds, missing where none does."""
    state = np.full(quiet.size, State.MISSING, np.int8)
    held = (State.QUIET, quiet), (State.UNPRICED, traded), (State.SMALL, priced), (State.VOTING, voting)
    for name, holds in held:
        np.copyto(state, np.int8(name), where=holds)
    return state


def _standing(price: Floats, traded: Bools, quiet: Bools) -> Floats:
    """The last traded close before each minute, where it still stands: young enough, and only quiet minutes since."""
    before = np.full(price.size, np.nan)
    silent = np.ones(price.size, np.bool_)  # all minutes between are quiet
    for age in range(1, min(CARRY_MIN, price.size - 1) + 1):
        now, then = slice(age, None), slice(None, -age)
        np.copyto(before[now], price[then], where=silent[now] & traded[then])
        silent[now] &= quiet[then]
    return before
