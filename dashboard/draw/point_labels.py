"""Labels beside the points of a scatter chart: none overlaps another label, a marker or a leader line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.draw.label_layout import Box, Points, find_free_boxes, find_leader_end
from dashboard.draw.plot import Plot
from dashboard.draw.scatter_points import ScatterPoint
from dashboard.draw.text_metrics import measure_text_width

LEADER_DISTANCE = 12.0
"""Distance in pixels beyond which a leader line joins a label to its point."""

LABEL_DISTANCES = (2.0, 8.0, 16.0, 26.0, 38.0, 54.0, 72.0)
"""Distances of a label from its marker in pixels, in the order in which they are tried."""

MAX_SCREEN_DISTANCE = 38.0
"""The largest of them on the page, where a point without a label still has its hover text."""

LABEL_DIRECTIONS = ((1, 0), (-1, 0), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5), (0, 1), (0, -1), (0.6, 1), (-0.6, -1))
"""Directions of a label from its marker, x and y: right or left, then slanted, then below or above."""

LeaderLine = tuple[tuple[float, float], tuple[float, float]]
"""The point and the end at its label, in pixels."""


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How labels are set.

    Attributes:
        font_size: Font size in pixels.
        max_labels: Maximum number of labels of points that are not the focus venue's.
        magnification: Size of the markers relative to the page.
        max_distance: The largest of `LABEL_DISTANCES` that is tried.
    """

    font_size: float
    max_labels: int
    magnification: float = 1.0
    max_distance: float = MAX_SCREEN_DISTANCE


def place_point_labels(
    points: Sequence[ScatterPoint], plot: Plot, bounds: Box, style: LabelStyle
) -> tuple[list[tuple[ScatterPoint, Box]], list[LeaderLine]]:
    """Place labels within ``bounds``, the focus venue's first, then those of the deepest points.

    Returns:
        The points that have a label, each with its box, and the leader lines. A point without a free place has none.
    """
    pixels = [plot.to_pixel(point.x, point.y) for point in points]
    # Half of a marker's size, and a pixel of space.
    half_sizes = [style.magnification * point.size / 2 + 1 for point in points]
    occupied = [Box.around(pixel, half_size) for pixel, half_size in zip(pixels, half_sizes, strict=True)]
    placed: list[tuple[ScatterPoint, Box]] = []
    lines: list[LeaderLine] = []
    for i in sorted(range(len(points)), key=lambda i: (not points[i].is_focus, -points[i].y, -points[i].x)):
        point = points[i]
        if not point.is_focus and sum(not other.is_focus for other, _ in placed) == style.max_labels:
            break
        size = measure_text_width(point.label, style.font_size, bold=point.is_focus) + 4, style.font_size * 1.3
        placement = _place_beside(pixels[i], half_sizes[i], size, bounds, occupied, style)
        if placement is None:
            continue
        box, line = placement
        placed.append((point, box))
        occupied.append(box)
        if line is not None:
            lines.append(line)
            occupied += [Box.around((x, y), 1) for x, y in _sample_line(line).tolist()]
    return placed, lines


def _place_beside(
    pixel: tuple[float, float],
    half_size: float,
    size: tuple[float, float],
    bounds: Box,
    occupied: Sequence[Box],
    style: LabelStyle,
) -> tuple[Box, LeaderLine | None] | None:
    """The nearest free box whose leader crosses nothing, and the leader where the box is not beside its marker."""
    marker_box = Box.around(pixel, half_size)
    line_obstacles = [other.expand(0.5) for other in occupied if not other.overlaps(marker_box)]
    distances = [half_size + distance for distance in LABEL_DISTANCES if distance <= style.max_distance]
    for box, *_ in find_free_boxes(pixel, size, bounds, occupied, distances=distances, directions=LABEL_DIRECTIONS):
        line = pixel, find_leader_end(pixel, box)
        if math.dist(*line) <= LEADER_DISTANCE * style.magnification:
            return box, None
        points = _sample_line(line)
        if not any(other.count_points(points) for other in line_obstacles):
            return box, line
    return None


def _sample_line(line: LeaderLine) -> Points:
    """Points of a line some 4 pixels apart."""
    return np.linspace(*line, max(2, round(math.dist(*line) / 4)) + 1)
