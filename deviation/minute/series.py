"""One market against the votes of one group, minute by minute (docs/method.md, sections 3 and 4)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.conversion import Conversion
from deviation.minute.grid import Bools, Floats, Ints, Positions
from deviation.minute.order_statistics import Columns
from deviation.minute.selecting import ALL_BARS, mask_values
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
    distance: Floats = np.maximum(price, low)
    # In one array: a window of a month takes more time to allocate than to compute.
    np.minimum(distance, high, out=distance)
    np.divide(price, distance, out=distance)
    distance -= 1
    return distance


@dataclass(frozen=True)
class SideSeries:
    """What is measured on one side in some bars of the window; fractions, NaN where undefined.

    Each measure is computed when it is first needed.
    """

    series: "DeviationSeries"
    side: Side
    bars: Positions

    @cached_property
    def next(self) -> Floats:
        """The distance beyond the furthest vote."""
        return self.series.compute_next(self.side, self.bars)

    @cached_property
    def trade_least(self) -> Floats:
        """The nearer bound of the extreme trade."""
        return _divide(self._trade, self.bound)

    @cached_property
    def trade_most(self) -> Floats:
        """The further bound of the extreme trade."""
        return _divide(self._trade, self.series.measure_side(self.side.other, self.bars).bound)

    def read_trade_most(self, position: int | None) -> float | None:
        """One value of `trade_most`; None at no position, and where it is undefined."""
        if position is None:
            return None
        bound = self.series.measure_side(self.side.other, self.bars).bound
        most = float(self._trade[position] / bound[position] - 1)
        return None if np.isnan(most) else most

    @cached_property
    def whole(self) -> Floats:
        """What holds throughout the minute, whatever the order of its trades."""
        minutes = self.series.minutes
        ranges = minutes.range_high if self.side is Side.BELOW else minutes.range_low
        return _divide(ranges[self.bars], self.bound)

    @cached_property
    def bound(self) -> Floats:
        """The end of the peers' ranges on this side, in the market's money; NaN where it is unbounded."""
        return self.series.compute_bound(self.side, self.bars)

    @property
    def _trade(self) -> Floats:
        minutes = self.series.minutes
        return (minutes.low if self.side is Side.BELOW else minutes.high)[self.bars]


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
    def jackknife_reference(self) -> tuple[Floats, Floats]:
        """The least and the largest reference that remains where any one exchange is left out."""
        prices = self.peers.prices
        return prices.lower_inner[self.window] * self.factors.a, prices.upper_inner[self.window] * self.factors.b

    @property
    def reference(self) -> Floats:
        """The middle of the reference, for drawing."""
        return (self.reference_low + self.reference_high) / 2

    @property
    def split(self) -> Floats:
        """How far the inner pair of votes lies apart."""
        return self.peers.prices.split[self.window]

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
        prices, places = _select_columns(self.peers.prices, at)
        low = self.conversion.convert_low(prices.lower_inner[places], at)
        high = self.conversion.convert_high(prices.upper_inner[places], at)
        return compute_distance(self.minutes.vote[bars], low, high)

    def compute_lag(self, bars: Positions) -> Floats:
        """The deviation of some bars from their references and from those of the bars beside them."""
        at = self._locate(bars)
        (low, high), is_tested = self._read_tested_reference(at), np.zeros_like(self.firm[bars])
        for offset in range(-self.lag_bars, self.lag_bars + 1):
            if offset:
                beside = self._locate(bars, offset)
                other_low, other_high = self._read_tested_reference(beside)
                low, high = np.fmin(low, other_low), np.fmax(high, other_high)
                is_tested |= self._is_tested[beside]
        is_tested &= self.firm[bars]
        return mask_values(compute_distance(self.minutes.vote[bars], low, high), is_tested)

    def compute_next(self, side: Side, bars: Positions) -> Floats:
        """The distance of some bars beyond the furthest vote on one side, 0 on the other."""
        at = self._locate(bars)
        (prices, places), vote = _select_columns(self.peers.prices, at), self.minutes.vote[bars]
        if side is Side.BELOW:
            distance = _divide(vote, self.conversion.convert_low(prices.lowest[places], at))
            return np.minimum(distance, 0.0, out=distance)
        distance = _divide(vote, self.conversion.convert_high(prices.highest[places], at))
        return np.maximum(distance, 0.0, out=distance)

    def compute_bound(self, side: Side, bars: Positions) -> Floats:
        """The end of the peers' ranges on one side, in the market's money: the lower middle of lows below.

        NaN in bars without three peers or the market's own vote, and where it is unbounded.
        """
        at = self._locate(bars)
        has_bounds = self._has_bounds[bars]
        if side is Side.BELOW:
            lows, places = _select_columns(self.peers.lows, at)
            low = lows.lower_middle[places]
            return mask_values(self.conversion.convert_low_bound(low, at), has_bounds & (low > 0))
        highs, places = _select_columns(self.peers.highs, at)
        high = highs.upper_middle[places]
        return mask_values(self.conversion.convert_high_bound(high, at), has_bounds & (high < np.inf))

    @cached_property
    def observed(self) -> Bools:
        """Minutes in which the market and another one vote, and a factor exists."""
        return ~np.isnan(self.d)

    @cached_property
    def unobserved_bars(self) -> Ints:
        """The positions of all other minutes."""
        return np.flatnonzero(~self.observed)

    @cached_property
    def firm(self) -> Bools:
        """Observed minutes with at least three votes: those of headlines, ranks and verdicts."""
        return self.observed & (self.votes >= FIRM_VOTES)

    @cached_property
    def firm_d(self) -> Floats:
        """The deviation in firm minutes, NaN in all others."""
        return mask_values(self.d, self.firm) if self.thin.any() else self.d

    @cached_property
    def thin(self) -> Bools:
        """Observed minutes with one or two votes."""
        return self.observed & (self.votes < FIRM_VOTES)

    @cached_property
    def no_rate(self) -> Bools:
        """Minutes in which the market and another one vote, but no factor exists."""
        return self.minutes.voting & (self.votes > 0) & ~self.factors.is_known

    def measure_side(self, side: Side, bars: Positions = ALL_BARS) -> SideSeries:
        """The measures of one side in some bars; those of all bars are shared."""
        return self._sides[side] if bars is ALL_BARS else SideSeries(self, side, bars)

    @cached_property
    def _sides(self) -> dict[Side, SideSeries]:
        return {side: SideSeries(self, side, ALL_BARS) for side in Side}

    @property
    def window(self) -> slice:
        """The part of the votes that is measured, without the bars beside it."""
        return slice(self.lag_bars, self.peers.count.size - self.lag_bars)

    @cached_property
    def _reference(self) -> tuple[Floats, Floats]:
        """Both ends of the reference, the bars beside the window included."""
        low, high = self.peers.interval
        return self.conversion.convert_low(low, ALL_BARS), self.conversion.convert_high(high, ALL_BARS)

    @cached_property
    def _tested_reference(self) -> tuple[Floats, Floats]:
        """The same, NaN in bars that the lag test does not look at."""
        low, high = self._reference
        return mask_values(low, self._is_tested), mask_values(high, self._is_tested)

    def _read_tested_reference(self, positions: Positions) -> tuple[Floats, Floats]:
        """The same at some positions among the votes; of single ones no more than these are masked."""
        if isinstance(positions, slice):
            return self._tested_reference[0][positions], self._tested_reference[1][positions]
        is_tested = self._is_tested[positions]
        low, high = (mask_values(end[positions], is_tested) for end in self._reference)
        return low, high

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


def _select_columns(columns: Columns, positions: Positions) -> tuple[Columns, Positions]:
    """Columns that hold those at some positions, and where.

    For a slice all columns, whose statistics are computed once for all that ask; else no more than what is looked at.
    """
    return (columns, positions) if isinstance(positions, slice) else (columns.select(positions), ALL_BARS)


def _divide(prices: Floats, references: Floats) -> Floats:
    """The relative distance of prices to references, in one array."""
    distance: Floats = prices / references
    distance -= 1
    return distance
