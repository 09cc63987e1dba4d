"""The numbers over a window, for one market against one group (docs/method.md, section 5)."""

from dataclasses import dataclass

import numpy as np

from deviation.against import Series
from deviation.episodes import Episode, episodes
from deviation.grid import Bools, Floats, Ints
from deviation.minutes import Minutes, State
from deviation.question import TOLERANCE, Parameters

THRESHOLDS_PCT = (1, 2, 5, 10, 20, 50)
"""The depths, in per cent, at which minutes and volume are counted."""


@dataclass(frozen=True, slots=True)
class Thin:
    """Minutes with one or two votes, reported apart; positions in the window, None where there are none.

    ``height`` is the largest deviation, the counterpart of ``depth`` above.
    """

    minutes: int
    depth: float | None
    depth_at: int | None
    height: float | None
    height_at: int | None
    below_min: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """Firm minutes of the 24 h before the window: their number and the least and largest deviation."""

    n: int
    min: float | None
    max: float | None

    @property
    def furthest(self) -> float | None:
        """The largest deviation on either side, as a positive fraction; None without a firm minute."""
        return None if self.min is None or self.max is None else max(abs(self.min), abs(self.max))


@dataclass(frozen=True, slots=True)
class Summary:
    """One market against one group over the window.

    Fractions; minutes as counts; ``..._at`` as positions in the window. Values are None, and counts 0, where no minute
    defines them. ``height`` is the largest deviation, the counterpart of ``depth`` above.
    """

    firm_min: int
    depth: float | None
    depth_at: int | None
    height: float | None
    height_at: int | None
    below_min: int
    above_min: int
    threshold_min: dict[int, int]
    gap_depth: float | None
    gap_at: int | None
    alone_below_min: int
    wick_at: int | None
    wick_shallow: float | None
    wick_deep: float | None
    sure_depth: float | None
    sure_min: int
    thin: Thin
    baseline: Baseline
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Minutes of the window by state."""

    voting_min: int
    small_min: int
    quiet_min: int
    missing_min: int
    unpriced_min: int


def summarise(series: Series, before: Series, parameters: Parameters) -> Summary:
    """The numbers of section 5; ``series`` covers the window, ``before`` the 24 h ahead of it."""
    firm = np.flatnonzero(series.firm)
    d, gap, sure, shallow = series.d[firm], series.gap[firm], series.sure[firm], series.wick_shallow[firm]
    depth, depth_at = _least(d, firm)
    height, height_at = _least(-d, firm)
    gap_depth, gap_at = _least(gap, firm)
    wick_shallow, wick_at = _least(shallow, firm)
    sure_depth, _ = _least(sure, firm)
    below = _far(-d, min(parameters.enter, THRESHOLDS_PCT[0] / 100))
    return Summary(
        firm_min=firm.size,
        depth=depth,
        depth_at=depth_at,
        height=None if height is None else -height,
        height_at=height_at,
        below_min=_beyond(below, parameters.enter),
        above_min=_beyond(d, parameters.enter),
        threshold_min={x: _beyond(below, x / 100) for x in THRESHOLDS_PCT},
        gap_depth=gap_depth,
        gap_at=gap_at,
        alone_below_min=_beyond(-gap, parameters.enter),
        wick_at=wick_at,
        wick_shallow=wick_shallow,
        wick_deep=value_at(series.wick_deep, wick_at),
        sure_depth=sure_depth,
        sure_min=_beyond(-sure, parameters.enter),
        thin=_thin(series, parameters),
        baseline=_baseline(before.d[before.firm]),
        episodes=episodes(series, parameters),
    )


def _thin(series: Series, parameters: Parameters) -> Thin:
    thin = np.flatnonzero(series.thin)
    d = series.d[thin]
    depth, depth_at = _least(d, thin)
    height, height_at = _least(-d, thin)
    return Thin(
        minutes=thin.size,
        depth=depth,
        depth_at=depth_at,
        height=None if height is None else -height,
        height_at=height_at,
        below_min=_beyond(-d, parameters.enter),
    )


def count_states(market: Minutes) -> Counts:
    """Minutes of the market by state."""
    voting, small, quiet, missing, unpriced = np.bincount(market.state, minlength=len(State)).tolist()
    return Counts(voting, small, quiet, missing, unpriced)


def volume_share(market: Minutes, series: Series) -> dict[int, float | None]:
    """Share of the market's volume that fell into firm minutes at or beyond each depth; an upper bound.

    None where the market had no volume in the window.
    """
    whole = float(market.volume.sum())
    deep = np.flatnonzero(series.firm & (-series.d >= THRESHOLDS_PCT[0] / 100 - TOLERANCE))
    below, volume = -series.d[deep], market.volume[deep]
    return {x: float(volume[below >= x / 100 - TOLERANCE].sum()) / whole if whole else None for x in THRESHOLDS_PCT}


def first_least(values: Floats, among: Bools) -> int | None:
    """Position of the least value among the marked minutes, the first of several; None where none is marked."""
    positions = np.flatnonzero(among)
    return int(positions[np.argmin(values[positions])]) if positions.size else None


def value_at(values: Floats, position: int | None) -> float | None:
    """The value at a position; None without one."""
    return None if position is None else float(values[position])


def _least(values: Floats, at: Ints) -> tuple[float | None, int | None]:
    """The least value that is not NaN, and the first of the positions ``at`` which it stands; None without one."""
    least = np.fmin.reduce(values, initial=np.nan)
    if np.isnan(least):
        return None, None
    return float(least), int(at[np.argmax(values == least)])


def _far(values: Floats, threshold: float) -> Floats:
    return values[values >= threshold - TOLERANCE]


def _beyond(values: Floats, threshold: float) -> int:
    return int(np.count_nonzero(values >= threshold - TOLERANCE))


def _baseline(d: Floats) -> Baseline:
    return Baseline(d.size, float(d.min()), float(d.max())) if d.size else Baseline(0, None, None)
