"""Two log axes within a box of pixels: which ticks they have, and where a value lies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.draw.label_layout import Box
from dashboard.text.numbers import DOLLAR_UNITS

DEPTH_TICKS = tuple((pct / 100, f"{pct:g} %") for pct in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100))
"""Ticks of a depth."""


@dataclass(frozen=True, slots=True)
class LogAxis:
    """From ``low`` to ``high``, both above 0, with ticks and what they say."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    @property
    def range(self) -> list[float]:
        """The ends as plotly wants those of a log axis."""
        return [math.log10(self.low), math.log10(self.high)]

    def to_fraction(self, value: float) -> float:
        """Where a value lies: 0 at the low end, 1 at the high one."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def to_value(self, fraction: float) -> float:
        """The value that lies there."""
        return float(self.low * (self.high / self.low) ** fraction)


@dataclass(frozen=True, slots=True)
class LogPlot:
    """Two axes that fill a box; ``y`` grows upwards."""

    box: Box
    x: LogAxis
    y: LogAxis

    def to_pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a pair of values lies."""
        box = self.box
        return (
            box.left + self.x.to_fraction(x) * (box.right - box.left),
            box.bottom - self.y.to_fraction(y) * (box.bottom - box.top),
        )

    def to_values(self, x: float, y: float) -> tuple[float, float]:
        """What lies at a pixel; plotly draws texts at values."""
        box = self.box
        across, up = (x - box.left) / (box.right - box.left), (box.bottom - y) / (box.bottom - box.top)
        return self.x.to_value(across), self.y.to_value(up)


def build_log_axis(values: Sequence[float], ticks: Sequence[tuple[float, str]]) -> LogAxis:
    """An axis that holds all values with some air, and at least two ticks."""
    low, high = min(values), max(values)
    lower_tick = max((value for value, _ in ticks if value <= low), default=ticks[0][0])
    upper_tick = min((value for value, _ in ticks if value >= high), default=ticks[-1][0])
    if lower_tick == upper_tick:
        upper_tick = min((value for value, _ in ticks if value > lower_tick), default=2 * lower_tick)
    low, high = min(low, lower_tick), max(high, upper_tick)
    margin = (high / low) ** 0.04
    low, high = low / margin, high * margin
    return LogAxis(low, high, tuple((value, text) for value, text in ticks if low <= value <= high))


def list_minute_ticks() -> list[tuple[float, str]]:
    """Ticks of a count of minutes."""
    return [(step * 10**power, f"{step * 10**power:,}") for power in range(5) for step in (1, 2, 5)]


def list_dollar_ticks() -> list[tuple[float, str]]:
    """Every power of ten from a dollar on, in the words of a newspaper.

    >>> list_dollar_ticks()[4], list_dollar_ticks()[7]
    ((10000.0, '$10k'), (10000000.0, '$10M'))
    """
    return [(10.0**power, f"${10 ** (power % 3)}{DOLLAR_UNITS[power // 3]}") for power in range(12)]
