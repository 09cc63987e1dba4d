"""The pixels of values in a plot."""

import numpy as np
import pytest

from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import Plot, build_time_plot

LINEAR = Scale(-10.0, 10.0, log=False, ticks=(), tick_texts=())
DECADES = Scale(1.0, 100.0, log=True, ticks=(), tick_texts=())
PLOT = Plot(Box(100.0, 50.0, 300.0, 150.0), DECADES, LINEAR)


@pytest.mark.parametrize(
    ("values", "pixel"),
    [((1.0, -10.0), (100.0, 150.0)), ((10.0, 0.0), (200.0, 100.0)), ((100.0, 10.0), (300.0, 50.0))],
)
def test_linear_and_log_values_have_pixels_and_back(values: tuple[float, float], pixel: tuple[float, float]) -> None:
    """On a log scale equal ratios are equal distances; `to_values` is the inverse of `to_pixel`."""
    assert PLOT.to_pixel(*values) == pytest.approx(pixel)
    assert PLOT.to_values(*pixel) == pytest.approx(values, abs=1e-12)


def test_values_beyond_a_scale_lie_on_the_edge_of_the_box() -> None:
    """Nothing is drawn outside the box, whichever side a value exceeds."""
    assert (PLOT.to_x(0.5), PLOT.to_x(1000.0)) == (100.0, 300.0)
    assert (PLOT.to_y(-11.0), PLOT.to_y(99.0)) == (150.0, 50.0)


def test_line_points_are_dense_and_cut_to_the_box() -> None:
    """The line through two bars has points at most 5 pixels apart, all within the box; bar 1 of 2 is at half width."""
    plot = build_time_plot(Box(0.0, 0.0, 40.0, 20.0), 2, LINEAR)
    points = plot.build_line_points(np.array([-10.0, 99.0]))
    assert points[0].tolist() == [0.0, 20.0]
    assert points[-1].tolist() == [20.0, 0.0]
    assert np.hypot(*np.diff(points, axis=0).T).max() <= 5.0 + 1e-9
