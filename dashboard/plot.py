"""One panel of the picture, measured in pixels: its axis, labels at line ends, and labels near points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dashboard.deviations import HOLLOW
from dashboard.labels import Box, Points, along, leader, place, spread
from dashboard.lettering import LINE, fit, text_width
from dashboard.panels import window_range
from dashboard.scales import Scale
from dashboard.scene import EndLabel, Scene
from dashboard.sheet import Sheet
from deviation.grid import Floats

SMALL = 13
"""Font size of axes and labels."""

DASH_ROOM = 32
"""Width of the sample of a dash before its label."""

MOVED = 5.0
"""Pixels from which a label that had to give way is joined to its line."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A panel on the sheet: its box, the window's first bar and number of bars, and its scale."""

    box: Box
    start: datetime
    bars: int
    scale: Scale

    def x(self, position: float) -> float:
        """Where the bar at a position lies."""
        return self.box.left + (self.box.right - self.box.left) * position / self.bars

    def y(self, value: float) -> float:
        """Where a value lies, cut to the panel."""
        share = min(max(self.scale.share(value), 0.0), 1.0)
        return self.box.bottom - (self.box.bottom - self.box.top) * share

    def points(self, values: Floats) -> Points:
        """The line that these values are drawn as, as points no more than some pixels apart."""
        shares = np.clip(self.scale.shares(values), 0.0, 1.0)
        x = self.box.left + (self.box.right - self.box.left) * np.arange(values.size) / self.bars
        return along(np.column_stack([x, self.box.bottom - (self.box.bottom - self.box.top) * shares]), 5.0)


def draw_axis(sheet: Sheet, scene: Scene, plot: Plot, number: int, traces: list[dict[str, object]]) -> None:
    """The panel itself: grid lines, numbers on the left, and what is drawn."""
    for value, text in zip(plot.scale.ticks, plot.scale.text, strict=True):
        y = plot.y(value)
        sheet.rule((plot.box.left, y), (plot.box.right, y), scene.colours.grid, 1, below=True)
        sheet.write(text, plot.box.left - 8, y, size=14, colour=scene.colours.text, align="right")
    x = {"type": "date", "range": window_range(scene.measurement), "showticklabels": False}
    y_axis = {"type": "log" if plot.scale.log else "linear", "range": plot.scale.range, "showticklabels": False}
    sheet.subplot(number, plot.box, x, y_axis, traces)


def callout(
    sheet: Sheet, text: str, spot: tuple[float, float], colour: str, bounds: Box, taken: list[Box], drawn: Points
) -> None:
    """A label near a point, where it covers least, joined to it by a thin line where it stands away."""
    size = (text_width(text, 14) + 4, 14 * LINE)
    box = place(spot, size, bounds, taken, drawn)
    if box is None:
        return
    taken.append(box)
    sheet.write(text, box.left + 2, (box.top + box.bottom) / 2, size=14, colour=colour)
    line = leader(spot, box)
    near = (float(line[-1, 0]), float(line[-1, 1]))
    if abs(near[0] - spot[0]) + abs(near[1] - spot[1]) > MOVED:
        sheet.rule(spot, near, colour, 0.8)
        taken += [Box(x - 1, y - 1, x + 1, y + 1) for x, y in line.tolist()]


def end_labels(sheet: Sheet, plot: Plot, labels: Sequence[EndLabel], limit: float) -> None:
    """Labels right of the plot, at their lines' ends but never on each other; with samples of the dashes, if any."""
    left = plot.box.right + 12
    indents = [DASH_ROOM if label.dash else 0 for label in labels]
    texts = [
        fit(label.text, (14, 13), limit - left - indent, 3, bold=label.bold)
        for label, indent in zip(labels, indents, strict=True)
    ]
    heights = [size * 1.25 * len(lines) + 1 for size, lines in texts]
    wanted = [plot.y(label.value) for label in labels]
    for i, y in enumerate(spread(wanted, heights, plot.box.top - 6, plot.box.bottom + 6)):
        label, (size, lines) = labels[i], texts[i]
        for n, line in enumerate(lines):
            down = (n - (len(lines) - 1) / 2) * size * 1.25
            sheet.write(line, left + indents[i], y + down, size=size, colour=label.colour, bold=label.bold)
        if label.dash == HOLLOW:
            sheet.write("○ ○", left, y, size=SMALL, colour=label.colour)
        elif label.dash:
            sheet.rule((left, y), (left + indents[i] - 6, y), label.colour, 2, label.dash)
        if abs(y - wanted[i]) > MOVED:
            sheet.rule((left - 9, wanted[i]), (left - 3, y), label.colour, 0.8)


def joined(lines: Sequence[Points]) -> Points:
    """The points of several lines in one."""
    return np.vstack([np.empty((0, 2)), *lines])
