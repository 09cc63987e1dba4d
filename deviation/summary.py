"""The numbers over a window, for one market against one group (docs/method.md, section 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.schema import Timeframe
from deviation.episodes import Direction, Episode, find_episodes
from deviation.minute.grid import Floats
from deviation.minute.series import DeviationSeries
from deviation.minute.states import MarketMinutes, State
from deviation.question import TOLERANCE, Parameters

THRESHOLDS_PCT = (1, 2, 5, 10, 20, 50)
"""The depths, in per cent, at which minutes and volume are counted."""

Extremum = tuple[float, int] | tuple[None, None]
"""The least of some values and its position; None without a value."""


@dataclass(frozen=True, slots=True)
class ThinSummary:
    """Minutes with one or two votes; positions in the window, None where there is no such minute.

    ``height`` is the largest deviation, the counterpart of ``depth`` above.
    """

    minutes: float
    depth: float | None
    depth_at: int | None
    height: float | None
    height_at: int | None
    below_min: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """Firm minutes of the 24 h before the window: their number and the least and largest deviation."""

    firm_min: float
    min: float | None
    max: float | None

    @property
    def largest_size(self) -> float | None:
        """The largest deviation on either side, as a positive fraction; None without a firm minute."""
        return None if self.min is None or self.max is None else max(abs(self.min), abs(self.max))


@dataclass(frozen=True)
class DeviationSummary:
    """One market against one group over the window; every number is computed lazily.

    Fractions; minutes as counts; ``..._at`` as positions in the window. Values are None, and counts 0, where no minute
    defines them. ``build_day_before`` gives the series of the 24 h before the window.
    """

    series: DeviationSeries
    build_day_before: Callable[[], DeviationSeries]
    parameters: Parameters
    timeframe: Timeframe

    @cached_property
    def firm_min(self) -> float:
        """Firm minutes, on which all other numbers rest."""
        return self.timeframe.convert_to_minutes(int(np.count_nonzero(self.series.firm)))

    @property
    def depth(self) -> float | None:
        """The least deviation."""
        return self._depth[0]

    @property
    def depth_at(self) -> int | None:
        """Its first minute."""
        return self._depth[1]

    @property
    def height(self) -> float | None:
        """The largest deviation, the counterpart of ``depth`` above."""
        return self._height[0]

    @property
    def height_at(self) -> int | None:
        """Its first minute."""
        return self._height[1]

    @cached_property
    def below_min(self) -> float:
        """Minutes at least `enter` below."""
        return self._count_minutes(self._depths_below, self.parameters.enter)

    @cached_property
    def above_min(self) -> float:
        """Minutes at least `enter` above."""
        return self._count_minutes(self._firm_deviations, self.parameters.enter)

    @cached_property
    def threshold_min(self) -> dict[int, float]:
        """Minutes at or beyond each depth, by per cent."""
        return {x: self._count_minutes(self._depths_below, x / 100) for x in THRESHOLDS_PCT}

    @property
    def gap_depth(self) -> float | None:
        """The smallest gap to the lowest vote."""
        return self._gap[0]

    @property
    def gap_at(self) -> int | None:
        """Its first minute."""
        return self._gap[1]

    @cached_property
    def alone_below_min(self) -> float:
        """Minutes in which the market lay at least `enter` below every vote."""
        return self._count_minutes(-self._mask_to_firm(self.series.gap), self.parameters.enter)

    @property
    def wick_at(self) -> int | None:
        """The minute of the lowest trade that is surely deepest: of the smallest ``wick_shallow``."""
        return self._wick[1]

    @property
    def wick_shallow(self) -> float | None:
        """The deviation of that trade, at its shallowest."""
        return self._wick[0]

    @property
    def wick_deep(self) -> float | None:
        """The deviation of that trade, at its deepest."""
        return value_at(self.series.wick_deep, self.wick_at)

    @cached_property
    def sure_depth(self) -> float | None:
        """The least deviation that holds whatever the order of trades within the minute."""
        return _find_extremum(self._mask_to_firm(self.series.sure))[0]

    @cached_property
    def sure_min(self) -> float:
        """Minutes at least `enter` below whatever the order of trades."""
        return self._count_minutes(-self._mask_to_firm(self.series.sure), self.parameters.enter)

    @cached_property
    def thin(self) -> ThinSummary:
        """The minutes with one or two votes."""
        is_thin = self.series.thin
        minutes = self.timeframe.convert_to_minutes(int(np.count_nonzero(is_thin)))
        deviations = np.where(is_thin, self.series.d, np.nan)
        (depth, depth_at), (height, height_at) = _find_extremum(deviations), _find_maximum(deviations)
        below_min = self._count_minutes(-deviations, self.parameters.enter)
        return ThinSummary(minutes, depth, depth_at, height, height_at, below_min)

    @cached_property
    def baseline(self) -> Baseline:
        """Deviations in the 24 h before the window."""
        day_before = self.build_day_before()
        deviations = day_before.d[day_before.firm]
        firm_min = self.timeframe.convert_to_minutes(deviations.size)
        return (
            Baseline(firm_min, float(deviations.min()), float(deviations.max()))
            if deviations.size
            else Baseline(firm_min, None, None)
        )

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """The episodes below and above, by start."""
        return find_episodes(self.series, self.parameters, self.timeframe)

    def _mask_to_firm(self, values: Floats) -> Floats:
        """The values of firm minutes, NaN in all others."""
        series = self.series
        if np.count_nonzero(series.firm) == np.count_nonzero(series.observed):
            return values
        return np.where(series.firm, values, np.nan)

    @cached_property
    def _firm_deviations(self) -> Floats:
        return self._mask_to_firm(self.series.d)

    @cached_property
    def _depths_below(self) -> Floats:
        """Deviations below as positive fractions, without those above the smallest threshold."""
        nearest = min(self.parameters.enter, THRESHOLDS_PCT[0] / 100)
        return -self._firm_deviations[self._firm_deviations <= -nearest + TOLERANCE]

    @cached_property
    def _depth(self) -> Extremum:
        return _find_extremum(self._firm_deviations)

    @cached_property
    def _height(self) -> Extremum:
        return _find_maximum(self._firm_deviations)

    @cached_property
    def _gap(self) -> Extremum:
        return _find_extremum(self._mask_to_firm(self.series.gap))

    @cached_property
    def _wick(self) -> Extremum:
        return _find_extremum(self._mask_to_firm(self.series.wick_shallow))

    def _count_minutes(self, values: Floats, threshold: float) -> float:
        """Minutes in which a value is at or beyond a threshold."""
        return self.timeframe.convert_to_minutes(int(np.count_nonzero(values >= threshold - TOLERANCE)))


@dataclass(frozen=True, slots=True)
class StateCounts:
    """Minutes of the window by state."""

    voting_min: float
    small_min: float
    quiet_min: float
    missing_min: float
    unpriced_min: float


def count_states(minutes: MarketMinutes, timeframe: Timeframe) -> StateCounts:
    """Minutes of the market by state."""
    bars = np.bincount(minutes.states, minlength=len(State)).tolist()
    return StateCounts(*(timeframe.convert_to_minutes(count) for count in bars))


def compute_volume_shares(minutes: MarketMinutes, series: DeviationSeries) -> dict[int, float | None]:
    """Share of the market's volume that fell into firm minutes at or beyond each depth; an upper bound.

    None where the market had no volume in the window.
    """
    total_volume = float(minutes.volume.sum())
    deep_positions = np.flatnonzero(series.firm & (-series.d >= THRESHOLDS_PCT[0] / 100 - TOLERANCE))
    below, volume = -series.d[deep_positions], minutes.volume[deep_positions]
    return {
        x: float(volume[below >= x / 100 - TOLERANCE].sum()) / total_volume if total_volume else None
        for x in THRESHOLDS_PCT
    }


def select_side(summary: DeviationSummary | ThinSummary) -> Direction:
    """The side of the larger deviation: above where the largest is above and larger in size than the deepest."""
    above = summary.height or 0.0
    return Direction.ABOVE if above > 0 and above > -(summary.depth or 0.0) else Direction.BELOW


def find_minimum(values: Floats) -> int | None:
    """Position of the least value that is not NaN, the first of several; None without one."""
    minimum = np.fmin.reduce(values, initial=np.nan)
    return None if np.isnan(minimum) else int(np.argmax(values == minimum))


def value_at(values: Floats, position: int | None) -> float | None:
    """The value at a position; None without one."""
    return None if position is None else float(values[position])


def _find_extremum(values: Floats) -> Extremum:
    """The least value that is not NaN, and the first of the positions at which it stands."""
    position = find_minimum(values)
    return (None, None) if position is None else (float(values[position]), position)


def _find_maximum(values: Floats) -> Extremum:
    """As `_find_extremum`, of the largest."""
    minimum, position = _find_extremum(-values)
    return (None, None) if minimum is None or position is None else (-minimum, position)
