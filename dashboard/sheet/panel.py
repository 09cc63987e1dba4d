"""A plot on the sheet: its axis, labels at the ends of lines and labels near points."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box, Points, compute_leader, place_callout, spread_labels
from dashboard.draw.plot import Plot
from dashboard.draw.scene import HOLLOW_DASH, EndLabel, Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, fit_text, measure_text_width
from dashboard.draw.traces import Trace, get_window_range
from dashboard.sheet.canvas import Sheet

SMALL_FONT = 13
"""Font size of axes and labels."""

DASH_WIDTH = 32
"""Width of the sample of a dash before its label."""

LEADER_THRESHOLD = 5.0
"""Distance in pixels of a label from its point or line beyond which a thin line joins them."""


def build_linear_scale(low: float, high: float) -> Scale:
    """A linear scale without ticks; ``low`` may exceed ``high``, and values then grow the other way."""
    return Scale(low, high, log=False, ticks=(), tick_texts=())


def add_plot(sheet: Sheet, number: int, plot: Plot, traces: Sequence[Trace]) -> None:
    """Add a plot as the subplot of that number; numbers and lines of its axes are left to the caller."""
    sheet.add_subplot(number, plot.box, _build_axis(plot.x), _build_axis(plot.y), traces)


def _build_axis(scale: Scale) -> dict[str, Any]:
    return {"type": "log" if scale.log else "linear", "range": scale.range, "showticklabels": False}


def draw_axis(
    sheet: Sheet, scene: Scene, plot: Plot, number: int, traces: Sequence[Trace], *, font_size: float = 14
) -> None:
    """Draw a plot over the measurement's window: grid lines, numbers on the left, and the traces."""
    for value, text in zip(plot.y.ticks, plot.y.tick_texts, strict=True):
        y = plot.to_y(value)
        sheet.draw_line((plot.box.left, y), (plot.box.right, y), scene.colours.grid, 1, below=True)
        sheet.write_text(text, plot.box.left - 8, y, size=font_size, colour=scene.colours.text, align="right")
    x = {"type": "date", "range": get_window_range(scene.measurement), "showticklabels": False}
    sheet.add_subplot(number, plot.box, x, _build_axis(plot.y), traces)


def draw_callout(
    sheet: Sheet,
    text: str,
    point: tuple[float, float],
    colour: str,
    bounds: Box,
    occupied: list[Box],
    drawn_points: Points,
    *,
    font_size: float = 14,
) -> bool:
    """Draw a label near a point, where it covers least, with a thin line to the point where it is not beside it.

    ``occupied`` are boxes that the label must not cover, to which it is added; nothing is drawn where none is free.
    Returns whether it was drawn.
    """
    size = (measure_text_width(text, font_size) + 4, font_size * LINE_HEIGHT)
    box = place_callout(point, size, bounds, occupied, drawn_points)
    if box is None:
        return False
    occupied.append(box)
    sheet.write_text(text, box.left + 2, (box.top + box.bottom) / 2, size=font_size, colour=colour)
    line = compute_leader(point, box)
    label_end = (float(line[-1, 0]), float(line[-1, 1]))
    if abs(label_end[0] - point[0]) + abs(label_end[1] - point[1]) > LEADER_THRESHOLD:
        sheet.draw_line(point, label_end, colour, 0.8)
        occupied += [Box(x - 1, y - 1, x + 1, y + 1) for x, y in line.tolist()]
    return True


def draw_end_labels(sheet: Sheet, plot: Plot, labels: Sequence[EndLabel], right_limit: float) -> None:
    """Draw labels right of the plot, at their lines' ends but never on each other, with a sample of each dash.

    Where they are together higher than the plot, the last ones that are not bold are left out.
    """
    left = plot.box.right + 12
    labels = list(labels)
    while True:
        indents = [DASH_WIDTH if label.dash else 0 for label in labels]
        texts = [
            fit_text(label.text, (14, 13), right_limit - left - indent, 3, bold=label.is_bold)
            for label, indent in zip(labels, indents, strict=True)
        ]
        heights = [size * 1.25 * len(lines) + 1 for size, lines in texts]
        removable = [label for label in labels if not label.is_bold]
        if sum(heights) <= plot.box.bottom - plot.box.top + 12 or not removable:
            break
        labels.remove(removable[-1])
    targets = [plot.to_y(label.value) for label in labels]
    for i, y in enumerate(spread_labels(targets, heights, plot.box.top - 6, plot.box.bottom + 6)):
        label, (size, lines) = labels[i], texts[i]
        for n, line in enumerate(lines):
            offset = (n - (len(lines) - 1) / 2) * size * 1.25
            sheet.write_text(line, left + indents[i], y + offset, size=size, colour=label.colour, bold=label.is_bold)
        if label.dash == HOLLOW_DASH:
            sheet.write_text("○ ○", left, y, size=SMALL_FONT, colour=label.colour)
        elif label.dash:
            sheet.draw_line((left, y), (left + indents[i] - 6, y), label.colour, 2, label.dash)
        if abs(y - targets[i]) > LEADER_THRESHOLD:
            sheet.draw_line((left - 9, targets[i]), (left - 3, y), label.colour, 0.8)


def join_lines(lines: Sequence[Points]) -> Points:
    """The points of several lines in one array; shape (n, 2)."""
    return np.vstack([np.empty((0, 2)), *lines])
