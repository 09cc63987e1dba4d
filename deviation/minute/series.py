"""One market against the votes of one group, minute by minute (docs/method.md, sections 3 and 4).

Statistics of the votes are computed eagerly, gaps and ranges lazily.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.grid import Bools, Floats, Ints
from deviation.minute.states import MarketMinutes
from deviation.question import FIRM_VOTES


@dataclass(frozen=True, slots=True)
class PeerRanges:
    """The ranges of the voting peers in each minute: how many have one, and the medians of their ends, in dollars."""

    count: Ints
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class PeerStatistics:
    """Statistics of the other venues of a group in each minute, arrays of one size, NaN where none voted.

    ``votes`` counts the voting peers; ``compute_lowest`` gives the lowest vote, ``compute_ranges`` their ranges.
    """

    votes: Ints
    reference: Floats
    compute_lowest: Callable[[], Floats]
    compute_ranges: Callable[[], PeerRanges]


@dataclass(frozen=True)
class DeviationSeries:
    """A market against a group, minute by minute: fractions, NaN where undefined.

    ``votes`` and ``reference`` stand in every minute, the others only in minutes in which the market votes:
    ``d`` its deviation, ``gap`` the distance to the lowest vote, ``wick_shallow`` and ``wick_deep`` the bounds of its
    lowest trade, ``sure`` the deviation that holds whatever the order of trades within the minute.
    """

    minutes: MarketMinutes
    peer_statistics: PeerStatistics

    @property
    def votes(self) -> Ints:
        """The number of votes on the market."""
        return self.peer_statistics.votes

    @property
    def reference(self) -> Floats:
        """Median or weighted median of the votes, in dollars."""
        return self.peer_statistics.reference

    @cached_property
    def d(self) -> Floats:
        """The deviation."""
        return _compute_deviation(self.minutes.vote, self.reference)

    @cached_property
    def gap(self) -> Floats:
        """The deviation from the lowest vote; negative where the market is below all others."""
        return _compute_deviation(self.minutes.vote, self.peer_statistics.compute_lowest())

    @cached_property
    def wick_shallow(self) -> Floats:
        """The lowest trade against the median of the peers' range lows: its shallowest possible deviation."""
        return _compute_deviation(self._mask_unbounded(self.minutes.low), self._ranges.low)

    @cached_property
    def wick_deep(self) -> Floats:
        """The lowest trade against the median of the peers' range highs: its deepest possible deviation."""
        return _compute_deviation(self._mask_unbounded(self.minutes.low), self._ranges.high)

    @cached_property
    def sure(self) -> Floats:
        """The upper end of the market's range against the median of the peers' range lows."""
        return _compute_deviation(self._mask_unbounded(self.minutes.range_high), self._ranges.low)

    @cached_property
    def observed(self) -> Bools:
        """Minutes in which the market votes and at least one other does."""
        return ~np.isnan(self.d)

    @cached_property
    def firm(self) -> Bools:
        """Minutes that count in headline numbers, ranks and verdicts."""
        return self.observed & (self.votes >= FIRM_VOTES)

    @property
    def thin(self) -> Bools:
        """Observed minutes with one or two votes."""
        return self.observed & ~self.firm

    @cached_property
    def _ranges(self) -> PeerRanges:
        return self.peer_statistics.compute_ranges()

    def _mask_unbounded(self, prices: Floats) -> Floats:
        """Prices of the minutes in which the market votes and enough peers have a range; NaN elsewhere."""
        return np.where(self.minutes.voting & (self._ranges.count >= FIRM_VOTES), prices, np.nan)


def _compute_deviation(price: Floats, reference: Floats) -> Floats:
    deviation = price / reference
    deviation -= 1
    return deviation
