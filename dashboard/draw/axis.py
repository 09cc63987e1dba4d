"""Value axes: their range, their ticks and the labels of those."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.text.numbers import DOLLAR_UNITS, format_axis_percent
from deviation.minute.grid import Floats

LOG_SCALE_RATIO = 1.6
"""Ratio of the highest to the lowest close from which prices have a log scale, where equal ratios look equal."""

AXIS_MARGIN = 0.05
"""Free space at either end of an axis, as a share of the range of the values."""

MIN_TICK_DISTANCE = 24.0
"""Least distance between ticks in pixels: the height of a label of 14 pixels, and space between two."""

DEPTH_TICKS = tuple((pct / 100, f"{pct:g}%") for pct in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100))
"""Ticks of an axis of depths, and their labels."""

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from ``low`` to ``high`` (values, not exponents), the values of its ticks and their labels."""

    low: float
    high: float
    log: bool = False
    ticks: tuple[float, ...] = ()
    tick_texts: tuple[str, ...] = ()

    @property
    def range(self) -> list[float]:
        """Both ends as plotly takes them: exponents of ten on a log axis."""
        return [math.log10(self.low), math.log10(self.high)] if self.log else [self.low, self.high]

    def to_fraction(self, value: float) -> float:
        """The position of a value along the axis: 0 at ``low``, 1 at ``high``; NaN where a log axis has none."""
        return float(self.to_fractions(np.array([value]))[0])

    def to_fractions(self, values: Floats) -> Floats:
        """`to_fraction` of each value."""
        low, high = self.range
        if self.log:
            # Not by numpy, whose logarithms depend on the processor: equal pictures are equal bytes everywhere.
            logs = [math.log10(value) if value > 0 else math.nan for value in values.ravel().tolist()]
            values = np.array(logs).reshape(values.shape)
        return (values - low) / (high - low)

    def to_value(self, fraction: float) -> float:
        """The value at a position along the axis, the inverse of `to_fraction`."""
        low, high = self.range
        position = low + fraction * (high - low)
        return 10.0**position if self.log else position


def build_readable_scale(build_scale: Callable[[int], Scale], max_ticks: int, height: float) -> Scale:
    """The axis with the most ticks, at most ``max_ticks``, that are at least `MIN_TICK_DISTANCE` apart.

    Args:
        build_scale: Builds the axis for a maximum number of ticks.
        max_ticks: The maximum that is tried first.
        height: Height of the panel in pixels.
    """
    for tick_count in range(max_ticks, 2, -1):
        scale = build_scale(tick_count)
        fractions = scale.to_fractions(np.array(scale.ticks))
        if fractions.size < 2 or height * np.diff(fractions).min() >= MIN_TICK_DISTANCE:  # noqa: PLR2004 - one tick
            return scale
    return build_scale(2)


def build_price_scale(closes: Iterable[Floats], max_ticks: int = 7) -> Scale:
    """An axis for prices that covers the closes only, so that a single outlying trade does not compress them.

    Without any close it runs from 0 to 1 and has no ticks.

    Args:
        closes: Series of closes, NaN for none.
        max_ticks: Maximum number of ticks.
    """
    extents = [(float(np.nanmin(series)), float(np.nanmax(series))) for series in closes if not np.isnan(series).all()]
    if not extents:
        return Scale(0.0, 1.0)
    low, high = min(lowest for lowest, _ in extents), max(highest for _, highest in extents)
    if high / low >= LOG_SCALE_RATIO:
        margin = (high / low) ** AXIS_MARGIN
        low, high = low / margin, high * margin
        ticks = _compute_log_ticks(low, high, max_ticks)
        return Scale(low, high, log=True, ticks=ticks, tick_texts=_format_ticks(ticks))
    # The axis covers at least 2 % of the price, so that a flat market looks flat.
    extent = max(high - low, 0.02 * high)
    middle = (high + low) / 2
    low, high = middle - extent * (0.5 + AXIS_MARGIN), middle + extent * (0.5 + AXIS_MARGIN)
    ticks = compute_ticks(low, high, max_ticks)
    return Scale(low, high, ticks=ticks, tick_texts=_format_ticks(ticks))


def build_log_scale(values: Sequence[float], ticks: Sequence[tuple[float, str]]) -> Scale:
    """A log axis that covers all values and the ticks around them, with the ticks that lie on it."""
    low, high = min(values), max(values)
    lower_tick = max((value for value, _ in ticks if value <= low), default=ticks[0][0])
    upper_tick = min((value for value, _ in ticks if value >= high), default=ticks[-1][0])
    if lower_tick == upper_tick:
        upper_tick = min((value for value, _ in ticks if value > lower_tick), default=2 * lower_tick)
    low, high = min(low, lower_tick), max(high, upper_tick)
    margin = (high / low) ** 0.04
    low, high = low / margin, high * margin
    tick_values, tick_texts = zip(*((value, text) for value, text in ticks if low <= value <= high), strict=True)
    return Scale(low, high, log=True, ticks=tick_values, tick_texts=tick_texts)


def build_deviation_scale(values: Iterable[Floats], enter: float, max_ticks: int = 6) -> Scale:
    """An axis for deviations in per cent (NaN for none) that extends beyond ``enter``, a fraction, on either side."""
    lowest, highest = -130 * enter, 130 * enter
    for series in values:
        if not np.isnan(series).all():
            lowest, highest = min(lowest, float(np.nanmin(series))), max(highest, float(np.nanmax(series)))
    margin = AXIS_MARGIN * (highest - lowest)
    lowest, highest = lowest - margin, highest + margin
    ticks = compute_ticks(lowest, highest, max_ticks)
    return Scale(lowest, highest, ticks=ticks, tick_texts=tuple(format_axis_percent(value) for value in ticks))


def compute_ticks(low: float, high: float, max_ticks: int) -> tuple[float, ...]:
    """At most ``max_ticks`` evenly spaced round values within ``[low, high]``."""
    min_step = (high - low) / max_ticks
    power = 10.0 ** math.floor(math.log10(min_step))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= min_step * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))


def list_minute_ticks() -> list[tuple[float, str]]:
    """Ticks of an axis of minutes, and their labels."""
    return [(step * 10**power, f"{step * 10**power}") for power in range(5) for step in (1, 2, 5)]


def list_dollar_ticks() -> list[tuple[float, str]]:
    """Ticks of an axis of dollars, and their labels: every power of ten from one dollar on.

    >>> list_dollar_ticks()[4], list_dollar_ticks()[7]
    ((10000.0, '$10k'), (10000000.0, '$10M'))
    """
    return [(10.0**power, f"${10 ** (power % 3)}{DOLLAR_UNITS[power // 3]}") for power in range(12)]


def _compute_log_ticks(low: float, high: float, max_ticks: int) -> tuple[float, ...]:
    """Round values on a log axis: the finest of these series with at most ``max_ticks`` values on it."""
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
    """Prices as `deviation.wording.format_price` writes them, with as few decimals as show every value exactly.

    Prices of millions, such as those of BTC in won, are too wide for an axis and stand in millions.
    """
    if values and min(values) >= MILLION:
        return tuple(f"{text}M" for text in _format_ticks(tuple(value / MILLION for value in values)))
    for decimals in range(13):
        if all(math.isclose(round(value, decimals), value, rel_tol=1e-9) for value in values):
            return tuple(f"{value:.{decimals}f}" for value in values)
    return tuple(f"{value:g}" for value in values)
