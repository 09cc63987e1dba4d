"""A plot in pixels: the box that it fills and the scales along its sides."""

from dataclasses import dataclass

import numpy as np

from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box, Points, interpolate_line
from deviation.minute.grid import Floats


@dataclass(frozen=True, slots=True)
class Plot:
    """A box of pixels with a linear or logarithmic scale along each side; ``y`` grows upwards."""

    box: Box
    x: Scale
    y: Scale

    def to_x(self, value: float) -> float:
        """The pixel of a value of ``x``, cut to the box."""
        return self.box.left + (self.box.right - self.box.left) * _clip(self.x.to_fraction(value))

    def to_y(self, value: float) -> float:
        """The pixel of a value of ``y``, cut to the box."""
        return self.box.bottom - (self.box.bottom - self.box.top) * _clip(self.y.to_fraction(value))

    def to_pixel(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of a pair of values."""
        return self.to_x(x), self.to_y(y)

    def to_values(self, x: float, y: float) -> tuple[float, float]:
        """The values at a pixel, within the box or beyond."""
        across = (x - self.box.left) / (self.box.right - self.box.left)
        upwards = (self.box.bottom - y) / (self.box.bottom - self.box.top)
        return self.x.to_value(across), self.y.to_value(upwards)

    def build_line_points(self, values: Floats) -> Points:
        """Pixels of the line through ``values`` at 0, 1, 2... on ``x``, at most 5 pixels apart; shape (n, 2)."""
        x = np.clip(self.x.to_fractions(np.arange(values.size, dtype=np.float64)), 0.0, 1.0)
        y = np.clip(self.y.to_fractions(values), 0.0, 1.0)
        left, bottom = self.box.left, self.box.bottom
        pixels = np.column_stack([left + (self.box.right - left) * x, bottom - (bottom - self.box.top) * y])
        return interpolate_line(pixels, 5.0)


def build_time_plot(box: Box, bar_count: int, scale: Scale) -> Plot:
    """A plot whose ``x`` is a position in a window of ``bar_count`` bars, its ``y`` a value on ``scale``."""
    return Plot(box, Scale(0.0, bar_count), scale)


def _clip(fraction: float) -> float:
    return min(max(fraction, 0.0), 1.0)
