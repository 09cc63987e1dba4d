"""One side of a benchmark over a window; below and above have the same fields (docs/method.md, section 5)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.schema import Timeframe
from deviation.minute.grid import Bools, Floats
from deviation.minute.selecting import mask_values
from deviation.minute.series import DeviationSeries
from deviation.question import TOLERANCE
from deviation.side import Side
from deviation.window.extremes import find_maximum, find_minimum, value_at

THRESHOLDS_PCT = (1, 2, 5, 10, 20, 50)
"""The sizes, in per cent, at which minutes and volume are counted."""


@dataclass(frozen=True, slots=True)
class SideExtreme:
    """The extreme of some deviations on one side and its length.

    ``deviation`` is a fraction, 0 where none lies on the side, None where none is defined; ``at`` its first position,
    None where it is 0 or None; ``minutes`` those at or beyond `enter`.
    """

    deviation: float | None
    at: int | None
    minutes: float


@dataclass(frozen=True, slots=True)
class LagExtreme:
    """The extreme over the tested minutes, their length beyond `enter`, and the untested minutes beyond it."""

    deviation: float | None
    minutes: float
    untested: float


@dataclass(frozen=True, slots=True)
class RobustMinutes:
    """Of the minutes at or beyond `enter`, those that hold in each of three stricter readings."""

    jackknife: float
    lag: float
    whole: float


@dataclass(frozen=True, slots=True)
class TradeBounds:
    """The bounds of the extreme trade in the minute in which the nearer one is furthest; None where undefined."""

    at: int | None
    least: float | None
    most: float | None


def measure_extreme(values: Floats, side: Side, enter: float, timeframe: Timeframe) -> SideExtreme:
    """The extreme of fractions on one side; NaN counts for nothing."""
    find_extreme = np.fmax.reduce if side is Side.ABOVE else np.fmin.reduce
    size = side.sign * float(find_extreme(values, initial=np.nan))
    if np.isnan(size):
        return SideExtreme(None, None, 0)
    if size <= TOLERANCE:
        return SideExtreme(0.0, None, 0)
    minutes = 0 if size < enter - TOLERANCE else int(np.count_nonzero(_reach(values, side, enter)))
    at = int(np.argmax(_reach(values, side, size)))
    return SideExtreme(side.sign * size, at, timeframe.convert_to_minutes(minutes))


def _reach(values: Floats, side: Side, size: float) -> Bools:
    """Where fractions lie at least so far on a side."""
    limit = size - TOLERANCE
    return values >= limit if side is Side.ABOVE else values <= -limit


@dataclass(frozen=True)
class SideSummary:
    """One side of a market against a group, on firm minutes; every number is computed when it is first needed."""

    series: DeviationSeries
    side: Side
    enter: float
    timeframe: Timeframe

    @property
    def deviation(self) -> float | None:
        """The extreme deviation."""
        return self.extreme.deviation

    @property
    def at(self) -> int | None:
        """Its first position."""
        return self.extreme.at

    @property
    def minutes(self) -> float:
        """Minutes at or beyond `enter`."""
        return self.extreme.minutes

    @property
    def size(self) -> float:
        """The extreme deviation as a positive fraction; 0 without a firm minute."""
        return abs(self.deviation or 0.0)

    @cached_property
    def threshold_min(self) -> dict[int, float]:
        """Minutes at or beyond each size, by per cent."""
        if self.size < THRESHOLDS_PCT[0] / 100 - TOLERANCE:
            return dict.fromkeys(THRESHOLDS_PCT, 0)
        deviations = self.series.firm_d
        deviations = deviations[_reach(deviations, self.side, THRESHOLDS_PCT[0] / 100)]
        return {x: self._count_minutes(_reach(deviations, self.side, x / 100)) for x in THRESHOLDS_PCT}

    @cached_property
    def jackknife(self) -> SideExtreme:
        """What holds whichever one exchange is left out."""
        return self._measure(self._mask_thin(self.series.jackknife))

    @cached_property
    def lag(self) -> LagExtreme:
        """What holds against the bars beside each minute too."""
        series = self.series
        tested = self._measure(series.lag)
        is_untested = self._reach_enter(series.firm_d) & np.isnan(series.lag)
        return LagExtreme(tested.deviation, tested.minutes, self._count_minutes(is_untested))

    @cached_property
    def robust_minutes(self) -> RobustMinutes:
        """The minutes of ``jackknife``, ``lag`` and ``whole``.

        Each of these readings is kinder than the distance to the interval of the plain median (docs/method.md, section
        4), so that only the bars in which that reaches `enter` need be looked at.
        """
        series = self.series
        if series.peers.group.is_weighted:
            return RobustMinutes(self.jackknife.minutes, self.lag.minutes, self.whole.minutes)
        if not self.minutes:
            return RobustMinutes(0, 0, 0)
        bars = np.flatnonzero(self._reach_enter(series.firm_d))
        whole = series.measure_side(self.side, bars).whole
        readings = (series.compute_jackknife(bars), series.compute_lag(bars), whole)
        return RobustMinutes(*(self._count_minutes(self._reach_enter(values)) for values in readings))

    @cached_property
    def next(self) -> SideExtreme:
        """Against the furthest of the others."""
        return self._measure(self._mask_thin(self.series.measure_side(self.side).next))

    @cached_property
    def trade(self) -> TradeBounds:
        """The bounds of the extreme trade."""
        measures = self.series.measure_side(self.side)
        find_furthest = find_maximum if self.side is Side.ABOVE else find_minimum
        position = find_furthest(measures.trade_least)
        return TradeBounds(position, value_at(measures.trade_least, position), measures.read_trade_most(position))

    @cached_property
    def whole(self) -> SideExtreme:
        """What holds throughout a minute, whatever the order of its trades."""
        return self._measure(self.series.measure_side(self.side).whole)

    @cached_property
    def extreme(self) -> SideExtreme:
        """The extreme deviation, where, and for how long."""
        return measure_extreme(self.series.firm_d, self.side, self.enter, self.timeframe)

    def _measure(self, values: Floats) -> SideExtreme:
        return measure_extreme(values, self.side, self.enter, self.timeframe)

    def _reach_enter(self, values: Floats) -> Bools:
        return _reach(values, self.side, self.enter)

    def _mask_thin(self, values: Floats) -> Floats:
        """Values of observed minutes in the firm ones; lags and bounds are of firm minutes alone anyway."""
        return mask_values(values, self.series.firm) if self.series.thin.any() else values

    def _count_minutes(self, mask: Bools) -> float:
        return self.timeframe.convert_to_minutes(int(np.count_nonzero(mask)))
