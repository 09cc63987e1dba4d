"""Which points of a chart get their names beside them, and where: no label covers another one or a marker."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.dots import Dot
from dashboard.labels import Box
from dashboard.lettering import text_width
from dashboard.log_plot import LogPlot

JOINED = 12.0
"""Pixels from which a label is joined to its point by a line."""

DISTANCES = (2.0, 8.0, 16.0, 26.0, 38.0, 54.0, 72.0)
"""How far from its marker a label may stand, in pixels; what finds no place so near goes without."""

NEAR = 38.0
"""The furthest of them on the page, where the pointer tells what has no label."""

DIRECTIONS = ((1, 0), (-1, 0), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5), (0, 1), (0, -1), (0.6, 1), (-0.6, -1))
"""Where a label may lie: right or left, then slanted, then below or above."""

Line = tuple[tuple[float, float], tuple[float, float]]
"""From a point to its label, in pixels."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How labels are set: size of their letters, how many of them the points of other venues than the focus get.

    ``grown`` is how much larger than on the page markers are, ``reach`` the furthest of `DISTANCES`.
    """

    font: float
    most: int
    grown: float = 1.0
    reach: float = NEAR


def dot_labels(
    dots: Sequence[Dot], plot: LogPlot, bounds: Box, manner: Manner
) -> tuple[list[tuple[Dot, Box]], list[Line]]:
    """Labels within bounds that cover nothing, the focus venue's first, then the deepest; and the lines to them."""
    spots = [plot.pixel(dot.x, dot.y) for dot in dots]
    # Half of a marker's size, with a little air.
    halves = [manner.grown * dot.size / 2 + 1 for dot in dots]
    taken = [_around(spot, half) for spot, half in zip(spots, halves, strict=True)]
    placed: list[tuple[Dot, Box]] = []
    lines: list[Line] = []
    for i in sorted(range(len(dots)), key=lambda i: (not dots[i].focus, -dots[i].y, -dots[i].x)):
        dot = dots[i]
        if not dot.focus and sum(not other.focus for other, _ in placed) == manner.most:
            break
        size = text_width(dot.label, manner.font, bold=dot.focus) + 4, manner.font * 1.3
        found = _beside(spots[i], halves[i], size, bounds, taken, manner)
        if found is None:
            continue
        box, line = found
        placed.append((dot, box))
        taken.append(box)
        if line is not None:
            lines.append(line)
            taken += [_around(at, 1) for at in _along(line)]
    return placed, lines


def _beside(
    spot: tuple[float, float],
    half: float,
    size: tuple[float, float],
    bounds: Box,
    taken: Sequence[Box],
    manner: Manner,
) -> tuple[Box, Line | None] | None:
    """The nearest place for a label that covers nothing, and the line to its point where it stands away from it."""
    (x, y), (width, height) = spot, size
    own = _around(spot, half)
    for away in (half + distance for distance in DISTANCES if distance <= manner.reach):
        for across, down in DIRECTIONS:
            left = x + across * away - (width if across < 0 else 0 if across > 0 else width / 2)
            top = y + down * away - height / 2 * (1 - down)
            box = Box(left, top, left + width, top + height)
            if not bounds.holds(box) or any(box.overlaps(other) for other in taken):
                continue
            line = spot, (min(max(x, box.left), box.right), min(max(y, box.top + 4), box.bottom - 4))
            if math.dist(*line) <= JOINED * manner.grown:
                return box, None
            others = [other for other in taken if not other.overlaps(own)]
            if not any(_around(at, 0.5).overlaps(other) for at in _along(line) for other in others):
                return box, line
    return None


def _along(line: Line) -> list[tuple[float, float]]:
    """Points of a line a few pixels apart."""
    (x, y), (end_x, end_y) = line
    steps = max(2, round(math.dist(*line) / 4))
    return [(x + (end_x - x) * i / steps, y + (end_y - y) * i / steps) for i in range(steps + 1)]


def _around(spot: tuple[float, float], reach: float) -> Box:
    return Box(spot[0] - reach, spot[1] - reach, spot[0] + reach, spot[1] + reach)
