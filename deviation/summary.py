"""The numbers over a window, for one market against one group (docs/method.md, section 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.schema import Timeframe
from deviation.against import Series
from deviation.episodes import Episode, episodes
from deviation.grid import Floats
from deviation.minutes import Minutes, State
from deviation.question import TOLERANCE, Parameters

THRESHOLDS_PCT = (1, 2, 5, 10, 20, 50)
"""The depths, in per cent, at which minutes and volume are counted."""

Least = tuple[float, int] | tuple[None, None]
"""The least of some values and its position; None without a value."""


@dataclass(frozen=True, slots=True)
class Thin:
    """Minutes with one or two votes, reported apart; positions in the window, None where there are none.

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

    n: float
    min: float | None
    max: float | None

    @property
    def furthest(self) -> float | None:
        """The largest deviation on either side, as a positive fraction; None without a firm minute."""
        return None if self.min is None or self.max is None else max(abs(self.min), abs(self.max))


@dataclass(frozen=True)
class Summary:
    """One market against one group over the window; every number is worked out when it is asked for.

    Fractions; minutes as counts; ``..._at`` as positions in the window. Values are None, and counts 0, where no minute
    defines them. ``before`` gives the series of the 24 h ahead of the window.
    """

    series: Series
    before: Callable[[], Series]
    parameters: Parameters
    timeframe: Timeframe

    @cached_property
    def firm_min(self) -> float:
        """Minutes that count in all that follows."""
        return self.timeframe.minutes(int(np.count_nonzero(self.series.firm)))

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
        return self._minutes(self._deep, self.parameters.enter)

    @cached_property
    def above_min(self) -> float:
        """Minutes at least `enter` above."""
        return self._minutes(self._d, self.parameters.enter)

    @cached_property
    def threshold_min(self) -> dict[int, float]:
        """Minutes at or beyond each depth, by per cent."""
        return {x: self._minutes(self._deep, x / 100) for x in THRESHOLDS_PCT}

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
        return self._minutes(-self._in_firm(self.series.gap), self.parameters.enter)

    @property
    def wick_at(self) -> int | None:
        """The minute of the lowest trade that is surely deepest: of the smallest ``wick_shallow``."""
        return self._wick[1]

    @property
    def wick_shallow(self) -> float | None:
        """What that trade lay below at least."""
        return self._wick[0]

    @property
    def wick_deep(self) -> float | None:
        """What it lay below at most."""
        return value_at(self.series.wick_deep, self.wick_at)

    @cached_property
    def sure_depth(self) -> float | None:
        """The least deviation of a whole minute, in whatever order its trades came."""
        return _least(self._in_firm(self.series.sure))[0]

    @cached_property
    def sure_min(self) -> float:
        """Minutes that lay at least `enter` below as a whole."""
        return self._minutes(-self._in_firm(self.series.sure), self.parameters.enter)

    @cached_property
    def thin(self) -> Thin:
        """The minutes with one or two votes."""
        thin = self.series.thin
        minutes = self.timeframe.minutes(int(np.count_nonzero(thin)))
        d = np.where(thin, self.series.d, np.nan)
        (depth, depth_at), (height, height_at) = _least(d), _greatest(d)
        below = self._minutes(-d, self.parameters.enter)
        return Thin(minutes, depth, depth_at, height, height_at, below)

    @cached_property
    def baseline(self) -> Baseline:
        """What was normal before the window."""
        before = self.before()
        d = before.d[before.firm]
        n = self.timeframe.minutes(d.size)
        return Baseline(n, float(d.min()), float(d.max())) if d.size else Baseline(n, None, None)

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """The spells beyond `enter`, below and above, by start."""
        return episodes(self.series, self.parameters, self.timeframe)

    def _in_firm(self, values: Floats) -> Floats:
        """The values of firm minutes, NaN in all others."""
        series = self.series
        if np.count_nonzero(series.firm) == np.count_nonzero(series.observed):
            return values
        return np.where(series.firm, values, np.nan)

    @cached_property
    def _d(self) -> Floats:
        return self._in_firm(self.series.d)

    @cached_property
    def _deep(self) -> Floats:
        """How far below, where it is as far as the nearest threshold: few of many minutes."""
        nearest = min(self.parameters.enter, THRESHOLDS_PCT[0] / 100)
        return -self._d[self._d <= -nearest + TOLERANCE]

    @cached_property
    def _depth(self) -> Least:
        return _least(self._d)

    @cached_property
    def _height(self) -> Least:
        return _greatest(self._d)

    @cached_property
    def _gap(self) -> Least:
        return _least(self._in_firm(self.series.gap))

    @cached_property
    def _wick(self) -> Least:
        return _least(self._in_firm(self.series.wick_shallow))

    def _minutes(self, values: Floats, threshold: float) -> float:
        """Minutes in which a value is at or beyond a threshold."""
        return self.timeframe.minutes(int(np.count_nonzero(values >= threshold - TOLERANCE)))


@dataclass(frozen=True, slots=True)
class Counts:
    """Minutes of the window by state."""

    voting_min: float
    small_min: float
    quiet_min: float
    missing_min: float
    unpriced_min: float


def count_states(market: Minutes, timeframe: Timeframe) -> Counts:
    """Minutes of the market by state."""
    bars = np.bincount(market.state, minlength=len(State)).tolist()
    return Counts(*(timeframe.minutes(count) for count in bars))


def volume_share(market: Minutes, series: Series) -> dict[int, float | None]:
    """Share of the market's volume that fell into firm minutes at or beyond each depth; an upper bound.

    None where the market had no volume in the window.
    """
    whole = float(market.volume.sum())
    deep = np.flatnonzero(series.firm & (-series.d >= THRESHOLDS_PCT[0] / 100 - TOLERANCE))
    below, volume = -series.d[deep], market.volume[deep]
    return {x: float(volume[below >= x / 100 - TOLERANCE].sum()) / whole if whole else None for x in THRESHOLDS_PCT}


def first_least(values: Floats) -> int | None:
    """Position of the least value that is not NaN, the first of several; None without one."""
    least = np.fmin.reduce(values, initial=np.nan)
    return None if np.isnan(least) else int(np.argmax(values == least))


def value_at(values: Floats, position: int | None) -> float | None:
    """The value at a position; None without one."""
    return None if position is None else float(values[position])


def _least(values: Floats) -> Least:
    """The least value that is not NaN, and the first of the positions at which it stands."""
    place = first_least(values)
    return (None, None) if place is None else (float(values[place]), place)


def _greatest(values: Floats) -> Least:
    """As `_least`, of the largest."""
    least, place = _least(-values)
    return (None, None) if least is None or place is None else (-least, place)
