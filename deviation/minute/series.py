"""One market against the votes of one group, minute by minute (docs/method.md, sections 3 and 4)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.conversion import Conversion
from deviation.minute.grid import Bools, Floats, Ints
from deviation.minute.selecting import mask_values
from deviation.minute.states import MarketMinutes
from deviation.minute.votes import PeerVotes
from deviation.question import FIRM_VOTES
from deviation.side import Side


def compute_distance(price: Floats, low: Floats, high: Floats) -> Floats:
    """The relative distance of a price to the nearest edge of an interval: 0 within it, NaN where one is unknown.

    >>> prices = np.array([9.0, 10.5, 13.2])
    >>> compute_distance(prices, np.full(3, 10.0), np.full(3, 12.0)).round(12).tolist()
    [-0.1, 0.0, 0.1]
    """
    nearest = np.minimum(np.maximum(price, low), high)
    distance: Floats = price / nearest - 1
    return distance


@dataclass(frozen=True, slots=True)
class SideSeries:
    """What is measured on one side, minute by minute; fractions, NaN where undefined.

    ``next`` is the distance beyond the furthest vote, ``trade_least`` and ``trade_most`` bound that of the extreme
    trade, ``whole`` is what holds throughout the minute.
    """

    next: Floats
    trade_least: Floats
    trade_most: Floats
    whole: Floats


@dataclass(frozen=True)
class DeviationSeries:
    """A market against a group: arrays over its window, fractions and prices in its quote, NaN where undefined.

    ``peers`` and ``conversion`` cover ``lag_bars`` more bars on either side, which the lag test looks at.
    """

    minutes: MarketMinutes
    peers: PeerVotes
    conversion: Conversion
    lag_bars: int

    @cached_property
    def votes(self) -> Ints:
        """The number of votes on the market."""
        return self.peers.count[self.window]

    @cached_property
    def factors(self) -> Conversion:
        """The factors from the group's money into the market's."""
        return self.conversion.crop(self.window)

    @cached_property
    def reference_low(self) -> Floats:
        """The lower end of the reference, also where the market does not vote."""
        return self._reference[0][self.window]

    @cached_property
    def reference_high(self) -> Floats:
        """The upper end of the reference."""
        return self._reference[1][self.window]

    @property
    def reference(self) -> Floats:
        """The middle of the reference, for drawing."""
        return (self.reference_low + self.reference_high) / 2

    @cached_property
    def split(self) -> Floats:
        """How far the inner pair of votes lies apart."""
        return self._inner_high / self._inner_low - 1

    @cached_property
    def d(self) -> Floats:
        """The deviation: the distance to the nearest edge of the reference."""
        return compute_distance(self.minutes.vote, self.reference_low, self.reference_high)

    @cached_property
    def jackknife(self) -> Floats:
        """The deviation that holds whichever one exchange is left out."""
        factors = self.factors
        return compute_distance(self.minutes.vote, self._inner_low * factors.a, self._inner_high * factors.b)

    @cached_property
    def lag(self) -> Floats:
        """The deviation from the references of this bar and of those beside it; NaN where none of those is firm."""
        return mask_values(self._lag_distance, self.firm & self._has_neighbour)

    @cached_property
    def observed(self) -> Bools:
        """Minutes in which the market and another one vote, and a factor exists."""
        return ~np.isnan(self.d)

    @cached_property
    def firm(self) -> Bools:
        """Observed minutes with at least three votes: those of headlines, ranks and verdicts."""
        return self.observed & (self.votes >= FIRM_VOTES)

    @cached_property
    def thin(self) -> Bools:
        """Observed minutes with one or two votes."""
        return self.observed & (self.votes < FIRM_VOTES)

    @cached_property
    def no_rate(self) -> Bools:
        """Minutes in which the market and another one vote, but no factor exists."""
        return self.minutes.voting & (self.votes > 0) & ~self.factors.is_known

    def measure_side(self, side: Side) -> SideSeries:
        """The measures of one side."""
        return self._below if side is Side.BELOW else self._above

    @cached_property
    def _below(self) -> SideSeries:
        lowest = self.peers.prices.lowest[self.window] * self.factors.a
        return SideSeries(
            next=np.minimum(self.minutes.vote / lowest - 1, 0.0),
            trade_least=self.minutes.low / self._range_low - 1,
            trade_most=self.minutes.low / self._range_high - 1,
            whole=self.minutes.range_high / self._range_low - 1,
        )

    @cached_property
    def _above(self) -> SideSeries:
        highest = self.peers.prices.highest[self.window] * self.factors.b
        return SideSeries(
            next=np.maximum(self.minutes.vote / highest - 1, 0.0),
            trade_least=self.minutes.high / self._range_high - 1,
            trade_most=self.minutes.high / self._range_low - 1,
            whole=self.minutes.range_low / self._range_high - 1,
        )

    @property
    def window(self) -> slice:
        """The part of the votes that is measured, without the bars beside it."""
        return slice(self.lag_bars, self.peers.count.size - self.lag_bars)

    @cached_property
    def _reference(self) -> tuple[Floats, Floats]:
        """Both ends of the reference, the bars beside the window included."""
        low, high = self.peers.interval
        return low * self.conversion.a, high * self.conversion.b

    @cached_property
    def _inner_low(self) -> Floats:
        return self.peers.prices.lower_inner[self.window]

    @cached_property
    def _inner_high(self) -> Floats:
        return self.peers.prices.upper_inner[self.window]

    @cached_property
    def _is_tested(self) -> Bools:
        """Bars, those beside the window included, with three votes and a factor, whether or not the market votes."""
        return (self.peers.count >= FIRM_VOTES) & self.conversion.is_known

    @property
    def _offsets(self) -> range:
        return range(-self.lag_bars, self.lag_bars + 1)

    def _shift(self, values: Floats | Bools, offset: int) -> Floats | Bools:
        """The values of the window's bars so many bars later."""
        return values[self.lag_bars + offset : values.size - self.lag_bars + offset]

    @cached_property
    def _has_neighbour(self) -> Bools:
        neighbours = [self._shift(self._is_tested, offset) for offset in self._offsets if offset]
        has_neighbour: Bools = np.logical_or.reduce(neighbours)
        return has_neighbour

    @cached_property
    def _lag_distance(self) -> Floats:
        low, high = (mask_values(end, self._is_tested) for end in self._reference)
        least = np.fmin.reduce([self._shift(low, offset) for offset in self._offsets])
        greatest = np.fmax.reduce([self._shift(high, offset) for offset in self._offsets])
        return compute_distance(self.minutes.vote, least, greatest)

    @cached_property
    def _has_bounds(self) -> Bools:
        """Minutes in which the market votes on bounds by at least three peers."""
        return self.minutes.voting & (self.votes >= FIRM_VOTES)

    @cached_property
    def _range_low(self) -> Floats:
        """The lower middle of the peers' range lows, in the market's money; NaN where it is unbounded."""
        low = self.peers.lows.lower_middle[self.window]
        return mask_values(low * self.factors.lo, self._has_bounds & (low > 0))

    @cached_property
    def _range_high(self) -> Floats:
        """The upper middle of the peers' range highs."""
        high = self.peers.highs.upper_middle[self.window]
        return mask_values(high * self.factors.hi, self._has_bounds & np.isfinite(high))
