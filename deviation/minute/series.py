"""One market against the votes of one group, minute by minute (docs/method.md, sections 3 and 4)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.conversion import Conversion
from deviation.minute.grid import Bools, Floats, Ints, Positions
from deviation.minute.selecting import mask_values
from deviation.minute.states import MarketMinutes
from deviation.minute.votes import PeerVotes
from deviation.question import FIRM_VOTES
from deviation.side import Side

ALL_BARS = slice(None)
"""All bars of a window."""


def compute_distance(price: Floats, low: Floats, high: Floats) -> Floats:
    """The relative distance of a price to the nearest edge of an interval: 0 within it, NaN where one is unknown.

    >>> prices = np.array([9.0, 10.5, 13.2])
    >>> compute_distance(prices, np.full(3, 10.0), np.full(3, 12.0)).round(12).tolist()
    [-0.1, 0.0, 0.1]
    """
    distance: Floats = np.maximum(price, low)
    # In one array: a window of a month takes more time to allocate than to compute.
    np.minimum(distance, high, out=distance)
    np.divide(price, distance, out=distance)
    distance -= 1
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
        prices = self.peers.prices
        return prices.upper_inner[self.window] / prices.lower_inner[self.window] - 1

    @cached_property
    def d(self) -> Floats:
        """The deviation: the distance to the nearest edge of the reference."""
        return compute_distance(self.minutes.vote, self.reference_low, self.reference_high)

    @cached_property
    def jackknife(self) -> Floats:
        """The deviation that holds whichever one exchange is left out."""
        return self.compute_jackknife(ALL_BARS)

    @cached_property
    def lag(self) -> Floats:
        """The deviation from the references of this bar and of those beside it; NaN where none of those is firm."""
        return self.compute_lag(ALL_BARS)

    def compute_jackknife(self, bars: Positions) -> Floats:
        """The deviation of some bars of the window that holds whichever one exchange is left out."""
        at = self._locate(bars)
        prices = self.peers.prices.select(at)
        low, high = prices.lower_inner * self.conversion.a[at], prices.upper_inner * self.conversion.b[at]
        return compute_distance(self.minutes.vote[bars], low, high)

    def compute_lag(self, bars: Positions) -> Floats:
        """The deviation of some bars from their references and from those of the bars beside them."""
        positions = [self._locate(bars, offset) for offset in range(-self.lag_bars, self.lag_bars + 1)]
        tested = [self._is_tested[at] for at in positions]
        lows, highs = (
            [mask_values(end[at], is_tested) for at, is_tested in zip(positions, tested, strict=True)]
            for end in self._reference
        )
        distance = compute_distance(self.minutes.vote[bars], np.fmin.reduce(lows), np.fmax.reduce(highs))
        neighbours = tested[: self.lag_bars] + tested[self.lag_bars + 1 :]
        return mask_values(distance, self.firm[bars] & np.logical_or.reduce(neighbours))

    def compute_whole(self, side: Side, bars: Positions) -> Floats:
        """What holds throughout each of some bars, on one side."""
        if side is Side.BELOW:
            return self.minutes.range_high[bars] / self._bound_lows(bars) - 1
        return self.minutes.range_low[bars] / self._bound_highs(bars) - 1

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
            whole=self.compute_whole(Side.BELOW, ALL_BARS),
        )

    @cached_property
    def _above(self) -> SideSeries:
        highest = self.peers.prices.highest[self.window] * self.factors.b
        return SideSeries(
            next=np.maximum(self.minutes.vote / highest - 1, 0.0),
            trade_least=self.minutes.high / self._range_high - 1,
            trade_most=self.minutes.high / self._range_low - 1,
            whole=self.compute_whole(Side.ABOVE, ALL_BARS),
        )

    @property
    def window(self) -> slice:
        """The part of the votes that is measured, without the bars beside it."""
        return slice(self.lag_bars, self.peers.count.size - self.lag_bars)

    @cached_property
    def _reference(self) -> tuple[Floats, Floats]:
        """Both ends of the reference, the bars beside the window included."""
        low, high = self.peers.interval
        return self.conversion.convert_interval(low, high)

    @cached_property
    def _is_tested(self) -> Bools:
        """Bars, those beside the window included, with three votes and a factor, whether or not the market votes."""
        return (self.peers.count >= FIRM_VOTES) & self.conversion.is_known

    def _locate(self, bars: Positions, offset: int = 0) -> Positions:
        """Where bars of the window, or so many bars later, are among the votes."""
        shift = self.lag_bars + offset
        return slice(shift, shift + self.votes.size) if isinstance(bars, slice) else bars + shift

    @cached_property
    def _has_bounds(self) -> Bools:
        """Minutes in which the market votes on bounds by at least three peers."""
        return self.minutes.voting & (self.votes >= FIRM_VOTES)

    @cached_property
    def _range_low(self) -> Floats:
        """The lower middle of the peers' range lows, in the market's money; NaN where it is unbounded."""
        return self._bound_lows(ALL_BARS)

    @cached_property
    def _range_high(self) -> Floats:
        """The upper middle of the peers' range highs."""
        return self._bound_highs(ALL_BARS)

    def _bound_lows(self, bars: Positions) -> Floats:
        at = self._locate(bars)
        low = self.peers.lows.select(at).lower_middle
        return mask_values(low * self.conversion.lo[at], self._has_bounds[bars] & (low > 0))

    def _bound_highs(self, bars: Positions) -> Floats:
        at = self._locate(bars)
        high = self.peers.highs.select(at).upper_middle
        return mask_values(high * self.conversion.hi[at], self._has_bounds[bars] & np.isfinite(high))
