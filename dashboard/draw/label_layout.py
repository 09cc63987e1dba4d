"""Places for labels so that none overlaps another: plain geometry in pixels of the figure, y downwards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""Points, of shape (n, 2): x and y."""

CALLOUT_DISTANCES = (10.0, 22.0, 38.0, 60.0, 90.0, 130.0, 180.0)
"""Distances of a callout from its point, in pixels."""

CALLOUT_DIRECTIONS = tuple(
    (sign * x, y) for x, y in ((1, 0), (1, 0.5), (1, -0.5), (0.4, 1), (0.4, -1)) for sign in (1, -1)
)
"""Directions of a callout from its point, x and y: right or left, then slanted, then below or above."""

CROSSING_COST = 10_000.0
"""Cost of a leader that crosses another label: more than that of covering any part of a chart."""

NO_POINTS: Points = np.empty((0, 2))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, centre: tuple[float, float], half_size: float) -> "Box":
        """The square of twice ``half_size`` around a point."""
        x, y = centre
        return cls(x - half_size, y - half_size, x + half_size, y + half_size)

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def contains(self, other: "Box") -> bool:
        """Whether the other lies inside, edges included."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def expand(self, margin: float) -> "Box":
        """The rectangle with a margin on every side."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def count_points(self, points: Points) -> int:
        """The number of points inside, edges excluded."""
        x, y = points[:, 0], points[:, 1]
        return int(np.count_nonzero((x > self.left) & (x < self.right) & (y > self.top) & (y < self.bottom)))


def spread_labels(targets: Sequence[float], sizes: Sequence[float], start: float, end: float) -> list[float]:
    """Centres of labels along a line, as near to their targets as possible without overlap.

    Labels keep the order of their targets (ties: as given). They lie within ``[start, end]`` where their sizes fit in;
    else the first begins at ``start`` and the last ends beyond ``end``.
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
    """The centre of a cluster at which its members are, on average, at their targets."""
    offset, shifts = -length / 2, 0.0
    for index in members:
        shifts += targets[index] - (offset + sizes[index] / 2)
        offset += sizes[index]
    return shifts / len(members)


def find_free_boxes(
    anchor: tuple[float, float],
    size: tuple[float, float],
    bounds: Box,
    occupied: Sequence[Box],
    *,
    distances: Iterable[float],
    directions: Sequence[tuple[float, float]],
) -> Iterator[tuple[Box, float, tuple[float, float]]]:
    """Boxes for the label of a point that lie within bounds and overlap nothing occupied.

    Args:
        anchor: The point, x and y.
        size: Width and height of the label.
        bounds: The box that the label must not leave.
        occupied: Boxes that the label must not overlap.
        distances: Distances from the point, in the order in which they are tried.
        directions: Directions tried at each distance, x and y; the label grows away from the point along either axis.

    Yields:
        A box, its distance and its direction.
    """
    (x, y), (width, height) = anchor, size
    for distance in distances:
        for direction in directions:
            across, down = direction
            left = x + across * distance - (width if across < 0 else 0 if across > 0 else width / 2)
            top = y + down * distance - height / 2 * (1 - down)
            box = Box(left, top, left + width, top + height)
            if bounds.contains(box) and not any(box.overlaps(other) for other in occupied):
                yield box, distance, direction


def place_callout(
    anchor: tuple[float, float], size: tuple[float, float], bounds: Box, occupied: Sequence[Box], points: Points
) -> Box | None:
    """The free box that covers the fewest drawn points and is then the nearest; None where no box is free.

    A box whose leader crosses another label is chosen only where there is no other.
    """
    # A leader cannot avoid what its own point lies in.
    line_obstacles = [other for other in occupied if not other.contains(Box.around(anchor, 0))]

    def compute_cost(candidate: tuple[Box, float, tuple[float, float]]) -> float:
        box, distance, direction = candidate
        covered = box.expand(3).count_points(points)
        leader = compute_leader(anchor, box)
        crossings = sum(other.count_points(leader) > 0 for other in line_obstacles)
        return 12.0 * covered + distance * (1.0 if 0 in direction else 0.9) + CROSSING_COST * crossings

    candidates = find_free_boxes(
        anchor, size, bounds, occupied, distances=CALLOUT_DISTANCES, directions=CALLOUT_DIRECTIONS
    )
    best = min(candidates, key=compute_cost, default=None)
    return None if best is None else best[0]


def find_leader_end(anchor: tuple[float, float], box: Box) -> tuple[float, float]:
    """The end of the line from a point to its label: the nearest point of the label's edge, off its corners."""
    x, y = anchor
    return min(max(x, box.left), box.right), min(max(y, box.top + 4), box.bottom - 4)


def compute_leader(anchor: tuple[float, float], box: Box) -> Points:
    """Points of the line from a point to its label, no more than 3 pixels apart."""
    return interpolate_line(np.array([anchor, find_leader_end(anchor, box)]), 3.0)


def interpolate_line(points: Points, step: float) -> Points:
    """The points of a line and, between them, points no further apart than ``step``; NaN breaks the line."""
    if len(points) < 2:  # noqa: PLR2004 - two points make a line
        return points[~np.isnan(points).any(axis=1)]
    start, end = points[:-1], points[1:]
    lengths = np.hypot(*(end - start).T)
    counts = np.where(np.isnan(lengths), 1, np.maximum(1, np.ceil(lengths / step))).astype(np.int64)
    segments = np.repeat(np.arange(len(start)), counts)
    positions = np.arange(segments.size) - np.repeat(np.cumsum(counts) - counts, counts)
    fractions = (positions / counts[segments])[:, None]
    # The last point before a gap is taken as it is: 0 times NaN is NaN.
    interpolated = np.where(fractions == 0, start[segments], start[segments] + (end - start)[segments] * fractions)
    all_points: Points = np.vstack([interpolated, points[-1:]])
    return all_points[~np.isnan(all_points).any(axis=1)]
