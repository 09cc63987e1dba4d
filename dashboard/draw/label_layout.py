"""Where labels go so that they never collide: pure geometry, lengths in the pixels of the figure, y downwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""A row per point: x, y."""

CROSSING_COST = 10_000.0
"""What it costs that the line to the point crosses another label: more than covering any part of a chart."""

NO_POINTS: Points = np.empty((0, 2))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def contains(self, other: "Box") -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def expand(self, margin: float) -> "Box":
        """The rectangle with a margin around it."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def count_points(self, points: Points) -> int:
        """How many of the points lie inside."""
        x, y = points[:, 0], points[:, 1]
        return int(np.count_nonzero((x > self.left) & (x < self.right) & (y > self.top) & (y < self.bottom)))


def spread_labels(targets: Sequence[float], sizes: Sequence[float], start: float, end: float) -> list[float]:
    """Centres for labels of the given sizes on a line, as near as can be to where they are wanted, never overlapping.

    The order of ``targets`` is kept (ties: as given). All lie within ``[first, last]`` where there is room for all;
    else they start at ``start`` and run over the end.
    """
    order = sorted(range(len(targets)), key=lambda i: targets[i])
    clusters: list[tuple[float, float, list[int]]] = []  # middle, length, members in order
    for index in order:
        centre, length, members = targets[index], sizes[index], [index]
        centre = _clamp_centre(centre, length, start, end)
        while clusters and clusters[-1][0] + clusters[-1][1] / 2 > centre - length / 2:
            _, previous_length, previous_members = clusters.pop()
            members, length = previous_members + members, previous_length + length
            centre = _clamp_centre(_compute_cluster_centre(members, targets, sizes, length), length, start, end)
        clusters.append((centre, length, members))
    centres = [0.0] * len(targets)
    for centre, length, members in clusters:
        edge = centre - length / 2
        for index in members:
            centres[index] = edge + sizes[index] / 2
            edge += sizes[index]
    return centres


def _clamp_centre(centre: float, length: float, start: float, end: float) -> float:
    return max(min(centre, end - length / 2), start + length / 2)


def _compute_cluster_centre(
    members: Sequence[int], targets: Sequence[float], sizes: Sequence[float], length: float
) -> float:
    """The middle of a cluster for which its members are, on average, where they are wanted."""
    offset, shifts = -length / 2, 0.0
    for index in members:
        shifts += targets[index] - (offset + sizes[index] / 2)
        offset += sizes[index]
    return shifts / len(members)


def place_label(
    anchor: tuple[float, float], size: tuple[float, float], bounds: Box, occupied: Iterable[Box], points: Points
) -> Box | None:
    """The best rectangle for a label that belongs to a point; None where all would cover another label.

    Candidates lie around the anchor, left and right first, ever further off; the best covers the fewest drawn points
    and is then the nearest. The straight line to the anchor crosses what is taken only
    where nothing else is left.
    """
    x, y = anchor
    width, height = size
    obstacles = list(occupied)
    # What lies around the anchor itself is no obstacle to a line that begins there.
    line_obstacles = [other for other in obstacles if not other.contains(Box(x, y, x, y))]
    best: tuple[float, Box] | None = None
    for distance in (10.0, 22.0, 38.0, 60.0, 90.0, 130.0, 180.0):
        for across, down in _DIRECTIONS:
            left = x + across * distance - (width if across < 0 else 0 if across > 0 else width / 2)
            top = y + down * distance - height / 2 * (1 - down)
            box = Box(left, top, left + width, top + height)
            if not bounds.contains(box) or any(box.overlaps(other) for other in obstacles):
                continue
            score = 12.0 * box.expand(3).count_points(points) + distance * (1.0 if down == 0 or across == 0 else 0.9)
            line = compute_leader(anchor, box)
            score += CROSSING_COST * sum(other.count_points(line) > 0 for other in line_obstacles)
            if best is None or score < best[0]:
                best = (score, box)
    return None if best is None else best[1]


def compute_leader(anchor: tuple[float, float], box: Box) -> Points:
    """The straight line from a point to the nearest point of a label, as points a few pixels apart."""
    nearest = (min(max(anchor[0], box.left), box.right), min(max(anchor[1], box.top + 4), box.bottom - 4))
    return interpolate_line(np.array([anchor, nearest]), 3.0)


_DIRECTIONS = [(1, 0), (-1, 0), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5), (0.4, 1), (-0.4, 1), (0.4, -1), (-0.4, -1)]
"""Directions in which a label may lie: right or left, then slanted, then above or below."""


def interpolate_line(points: Points, step: float) -> Points:
    """The points of a line broken at NaN, and points between them no further apart than ``step``."""
    if len(points) < 2:  # noqa: PLR2004 - a single point has no line
        return points[~np.isnan(points).any(axis=1)]
    start, end = points[:-1], points[1:]
    lengths = np.hypot(*(end - start).T)
    counts = np.where(np.isnan(lengths), 1, np.maximum(1, np.ceil(lengths / step))).astype(np.int64)
    segments = np.repeat(np.arange(len(start)), counts)
    positions = np.arange(segments.size) - np.repeat(np.cumsum(counts) - counts, counts)
    fractions = (positions / counts[segments])[:, None]
    # A line that breaks after a point still has that point: 0 times NaN would lose it.
    interpolated = np.where(fractions == 0, start[segments], start[segments] + (end - start)[segments] * fractions)
    all_points: Points = np.vstack([interpolated, points[-1:]])
    return all_points[~np.isnan(all_points).any(axis=1)]
