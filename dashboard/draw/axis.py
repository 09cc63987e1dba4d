"""Which part of the values an axis shows, and where its ticks stand."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from dashboard.text.numbers import format_axis_percent
from deviation.minute.grid import Floats

LOG_SCALE_RATIO = 1.6
"""Highest over lowest close from which prices are drawn on a log scale: equal falls then look equal."""

AXIS_MARGIN = 0.05
"""Share of the axis left free at either end."""

MIN_TICK_DISTANCE = 24.0
"""Least distance of ticks in pixels, from one number's middle to the next: a line of 14 pixels and as much air again
as lets each be read by itself."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from ``low`` to ``high`` (values, not exponents), its tick values and what they say."""

    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]
    tick_texts: tuple[str, ...]

    @property
    def range(self) -> list[float]:
        """The axis as plotly wants it: exponents of ten on a log axis."""
        return [math.log10(self.low), math.log10(self.high)] if self.log else [self.low, self.high]

    def to_fraction(self, value: float) -> float:
        """How far up the axis a value lies: 0 at the bottom, 1 at the top."""
        return float(self.to_fractions(np.array([value]))[0])

    def to_fractions(self, values: Floats) -> Floats:
        """`share` of many values; those that a log axis cannot show are NaN."""
        low, high = self.range
        if self.log:
            values = np.log10(np.where(values > 0, values, np.nan))
        return (values - low) / (high - low)


def build_readable_scale(build_scale: Callable[[int], Scale], max_ticks: int, height: float) -> Scale:
    """The axis with the most ticks, ``max_ticks`` at first, whose numbers stand clear of each other in so many pixels.

    Args:
        build_scale: the axis for a number of ticks that is not to be exceeded.
        max_ticks: ticks to begin with.
        height: of the panel.
    """
    for tick_count in range(max_ticks, 2, -1):
        scale = build_scale(tick_count)
        fractions = scale.to_fractions(np.array(scale.ticks))
        if fractions.size < 2 or height * np.diff(fractions).min() >= MIN_TICK_DISTANCE:  # noqa: PLR2004 - a tick alone is clear
            return scale
    return build_scale(2)


def build_price_scale(closes: Iterable[Floats], max_ticks: int = 7) -> Scale:
    """An axis for prices, made for closes alone: a single odd trade must not squash everything else.

    Without any close it runs from 0 to 1 without ticks.
    """
    extents = [(float(np.nanmin(series)), float(np.nanmax(series))) for series in closes if not np.isnan(series).all()]
    if not extents:
        return Scale(0.0, 1.0, log=False, ticks=(), tick_texts=())
    low, high = min(lowest for lowest, _ in extents), max(highest for _, highest in extents)
    if high / low >= LOG_SCALE_RATIO:
        margin = (high / low) ** AXIS_MARGIN
        low, high = low / margin, high * margin
        ticks = _compute_log_ticks(low, high, max_ticks)
        return Scale(low, high, log=True, ticks=ticks, tick_texts=_format_ticks(ticks))
    # A calm market must look calm: the axis never covers less than 2 % of the price.
    extent = max(high - low, 0.02 * high)
    middle = (high + low) / 2
    low, high = middle - extent * (0.5 + AXIS_MARGIN), middle + extent * (0.5 + AXIS_MARGIN)
    ticks = compute_ticks(low, high, max_ticks)
    return Scale(low, high, log=False, ticks=ticks, tick_texts=_format_ticks(ticks))


def build_deviation_scale(values: Iterable[Floats], enter: float, max_ticks: int = 6) -> Scale:
    """An axis in per cent for deviations in per cent, which always reaches a little beyond ``enter`` (a fraction)."""
    lowest, highest = -130 * enter, 130 * enter
    for series in values:
        if not np.isnan(series).all():
            lowest, highest = min(lowest, float(np.nanmin(series))), max(highest, float(np.nanmax(series)))
    margin = AXIS_MARGIN * (highest - lowest)
    lowest, highest = lowest - margin, highest + margin
    ticks = compute_ticks(lowest, highest, max_ticks)
    return Scale(
        lowest, highest, log=False, ticks=ticks, tick_texts=tuple(format_axis_percent(value) for value in ticks)
    )


def compute_ticks(low: float, high: float, max_ticks: int) -> tuple[float, ...]:
    """At most ``max_ticks`` round values, evenly apart, within ``[low, high]``."""
    min_step = (high - low) / max_ticks
    power = 10.0 ** math.floor(math.log10(min_step))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= min_step * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))


def _compute_log_ticks(low: float, high: float, max_ticks: int) -> tuple[float, ...]:
    """Round values on a log axis: the finest of these ladders that has few enough rungs."""
    ladders = (
        (1, 1.2, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9),
        (1, 1.5, 2, 2.5, 3, 4, 5, 7),
        (1, 1.5, 2, 3, 4, 6),
        (1, 2, 5),
        (1, 3),
        (1,),
    )
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for ladder in ladders:
        candidates = tuple(float(f"{factor}e{power}") for power in powers for factor in ladder)
        ticks = tuple(value for value in candidates if low <= value <= high)
        if len(ticks) <= max_ticks:
            return ticks
    return ticks[:: -(-len(ticks) // max_ticks)]


def _format_ticks(values: tuple[float, ...]) -> tuple[str, ...]:
    """Prices with a comma per thousand and just the decimals that tell them apart."""
    for decimals in range(13):
        if all(math.isclose(round(value, decimals), value, rel_tol=1e-9) for value in values):
            return tuple(f"{value:,.{decimals}f}" for value in values)
    return tuple(f"{value:g}" for value in values)
