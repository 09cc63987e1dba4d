"""Two log axes within a box of pixels: which ticks they have, and where a value lies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.labels import Box

DEPTHS = tuple((pct / 100, f"{pct:g} %") for pct in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100))
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

    def share(self, value: float) -> float:
        """Where a value lies: 0 at the low end, 1 at the high one."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def at(self, share: float) -> float:
        """The value that lies there."""
        return float(self.low * (self.high / self.low) ** share)


@dataclass(frozen=True, slots=True)
class LogPlot:
    """Two axes that fill a box; ``y`` grows upwards."""

    box: Box
    x: LogAxis
    y: LogAxis

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a pair of values lies."""
        box = self.box
        return (
            box.left + self.x.share(x) * (box.right - box.left),
            box.bottom - self.y.share(y) * (box.bottom - box.top),
        )

    def value(self, x: float, y: float) -> tuple[float, float]:
        """What lies at a pixel; plotly draws texts at values."""
        box = self.box
        across, up = (x - box.left) / (box.right - box.left), (box.bottom - y) / (box.bottom - box.top)
        return self.x.at(across), self.y.at(up)


def log_axis(values: Sequence[float], ticks: Sequence[tuple[float, str]]) -> LogAxis:
    """An axis that holds all values with some air, and at least two ticks."""
    low, high = min(values), max(values)
    below = max((at for at, _ in ticks if at <= low), default=ticks[0][0])
    above = min((at for at, _ in ticks if at >= high), default=ticks[-1][0])
    if below == above:
        above = min((at for at, _ in ticks if at > below), default=2 * below)
    low, high = min(low, below), max(high, above)
    air = (high / low) ** 0.04
    low, high = low / air, high * air
    return LogAxis(low, high, tuple((at, text) for at, text in ticks if low <= at <= high))


def minute_ticks() -> list[tuple[float, str]]:
    """Ticks of a count of minutes."""
    return [(step * 10**power, f"{step * 10**power:,}") for power in range(5) for step in (1, 2, 5)]


def dollar_ticks() -> list[tuple[float, str]]:
    """Every power of ten from a dollar on, in the words of a newspaper.

    >>> dollar_ticks()[4], dollar_ticks()[7]
    ((10000.0, '$10k'), (10000000.0, '$10m'))
    """
    units = ("", "k", "m", "bn")
    return [(10.0**power, f"${10 ** (power % 3)}{units[power // 3]}") for power in range(12)]
