"""What one market was in each minute: its state, its prices in dollars, its range (docs/method.md, 1 and 4)."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from deviation.grid import Bars, Bools, Floats

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

    ``price``, ``low`` and ``high`` exist where the market traded and its quote has a value; ``before`` is the last
    traded close before the minute, where it still stands. ``volume`` is in base units, 0 without a trade.
    """

    state: States
    price: Floats
    low: Floats
    high: Floats
    before: Floats
    volume: Floats

    @property
    def voting(self) -> Bools:
        """Minutes in which this market's price counts."""
        return np.equal(self.state, State.VOTING)

    @property
    def range_low(self) -> Floats:
        """The lowest price that stood in the minute; NaN where it had no trade, or what stood before is not known."""
        return np.minimum(self.low, self.before)

    @property
    def range_high(self) -> Floats:
        """The highest price that stood in the minute, as `range_low`."""
        return np.maximum(self.high, self.before)

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
            before=self.before[span],
            volume=self.volume[span],
        )


def minutes_of(bars: Bars, rate: Floats, min_vote_usd: float, carry: int) -> Minutes:
    """States and converted prices of a market, given the dollars per unit of its quote.

    ``carry`` is the number of bars after which a last trade no longer stands.
    """
    price, low, high = (_converted(values, rate, bars.traded) for values in (bars.close, bars.low, bars.high))
    priced = ~np.isnan(price)
    return Minutes(
        state=_states(bars.quiet, bars.traded, priced, bars.volume * price >= min_vote_usd),
        price=price,
        low=low,
        high=high,
        before=_standing(price, bars.traded, bars.quiet, carry),
        volume=np.where(bars.traded, bars.volume, 0.0),
    )


def _converted(values: Floats, rate: Floats, traded: Bools) -> Floats:
    """Prices in dollars where there was a trade; NaN where not, or where the quote has no value."""
    dollars = values * rate
    np.copyto(dollars, np.nan, where=~traded)
    return dollars


def _states(quiet: Bools, traded: Bools, priced: Bools, voting: Bools) -> States:
    """The state of each minute: the last of these that holds, missing where none does."""
    state = np.full(quiet.size, State.MISSING, np.int8)
    held = (State.QUIET, quiet), (State.UNPRICED, traded), (State.SMALL, priced), (State.VOTING, voting)
    for name, holds in held:
        np.copyto(state, np.int8(name), where=holds)
    return state


def _standing(price: Floats, traded: Bools, quiet: Bools, carry: int) -> Floats:
    """The last traded close before each minute, where it still stands: young enough, and only quiet minutes since.

    The latest minute that was not quiet is the one to look at: had it no trade, it is missing.
    """
    before = np.full(price.size, np.nan)
    before[1:] = price[:-1]  # right wherever the minute before was not quiet; NaN where it was missing
    after_quiet = np.flatnonzero(quiet[:-1]) + 1
    loud = np.flatnonzero(~quiet)
    latest = np.searchsorted(loud, after_quiet) - 1
    last = loud[np.maximum(latest, 0)] if loud.size else np.zeros(latest.size, np.int64)
    stands = (latest >= 0) & (after_quiet - last <= carry) & traded[last]
    before[after_quiet] = np.where(stands, price[last], np.nan)
    return before
