"""Where labels go so that they never collide: pure geometry, lengths in the pixels of the figure, y downwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""A row per point: x, y."""

CROSSED = 10_000.0
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

    def holds(self, other: "Box") -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def grown(self, by: float) -> "Box":
        """The rectangle with a margin around it."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def count(self, points: Points) -> int:
        """How many of the points lie inside."""
        x, y = points[:, 0], points[:, 1]
        return int(np.count_nonzero((x > self.left) & (x < self.right) & (y > self.top) & (y < self.bottom)))


def spread(wanted: Sequence[float], sizes: Sequence[float], first: float, last: float) -> list[float]:
    """Centres for labels of the given sizes on a line, as near as can be to where they are wanted, never overlapping.

    The order of ``wanted`` is kept (ties: as given). All lie within ``[first, last]`` where there is room for all;
    else they start at ``first`` and run over the end.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    clusters: list[tuple[float, float, list[int]]] = []  # middle, length, members in order
    for index in order:
        centre, length, members = wanted[index], sizes[index], [index]
        centre = _inside(centre, length, first, last)
        while clusters and clusters[-1][0] + clusters[-1][1] / 2 > centre - length / 2:
            _, before, earlier = clusters.pop()
            members, length = earlier + members, before + length
            centre = _inside(_balance(members, wanted, sizes, length), length, first, last)
        clusters.append((centre, length, members))
    placed = [0.0] * len(wanted)
    for centre, length, members in clusters:
        edge = centre - length / 2
        for index in members:
            placed[index] = edge + sizes[index] / 2
            edge += sizes[index]
    return placed


def _inside(centre: float, length: float, first: float, last: float) -> float:
    return max(min(centre, last - length / 2), first + length / 2)


def _balance(members: Sequence[int], wanted: Sequence[float], sizes: Sequence[float], length: float) -> float:
    """The middle of a cluster for which its members are, on average, where they are wanted."""
    offset, shifts = -length / 2, 0.0
    for index in members:
        shifts += wanted[index] - (offset + sizes[index] / 2)
        offset += sizes[index]
    return shifts / len(members)


def place(
    anchor: tuple[float, float], size: tuple[float, float], bounds: Box, taken: Iterable[Box], points: Points
) -> Box | None:
    """The best rectangle for a label that belongs to a point; None where all would cover another label.

    Candidates lie around the anchor, left and right first, ever further off; the best covers the fewest drawn points
    and is then the nearest. The straight line to the anchor crosses what is taken only
    where nothing else is left.
    """
    x, y = anchor
    width, height = size
    blocked = list(taken)
    # What lies around the anchor itself is no obstacle to a line that begins there.
    crossed = [other for other in blocked if not other.holds(Box(x, y, x, y))]
    best: tuple[float, Box] | None = None
    for distance in (10.0, 22.0, 38.0, 60.0, 90.0, 130.0, 180.0):
        for across, down in _AROUND:
            left = x + across * distance - (width if across < 0 else 0 if across > 0 else width / 2)
            top = y + down * distance - height / 2 * (1 - down)
            box = Box(left, top, left + width, top + height)
            if not bounds.holds(box) or any(box.overlaps(other) for other in blocked):
                continue
            score = 12.0 * box.grown(3).count(points) + distance * (1.0 if down == 0 or across == 0 else 0.9)
            line = leader(anchor, box)
            score += CROSSED * sum(other.count(line) > 0 for other in crossed)
            if best is None or score < best[0]:
                best = (score, box)
    return None if best is None else best[1]


def leader(anchor: tuple[float, float], box: Box) -> Points:
    """The straight line from a point to the nearest point of a label, as points a few pixels apart."""
    near = (min(max(anchor[0], box.left), box.right), min(max(anchor[1], box.top + 4), box.bottom - 4))
    return along(np.array([anchor, near]), 3.0)


_AROUND = [(1, 0), (-1, 0), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5), (0.4, 1), (-0.4, 1), (0.4, -1), (-0.4, -1)]
"""Directions in which a label may lie: right or left, then slanted, then above or below."""


def along(points: Points, step: float) -> Points:
    """The points of a line broken at NaN, and points between them no further apart than ``step``."""
    if len(points) < 2:  # noqa: PLR2004 - a single point has no line
        return points[~np.isnan(points).any(axis=1)]
    start, end = points[:-1], points[1:]
    reach = np.hypot(*(end - start).T)
    pieces = np.where(np.isnan(reach), 1, np.maximum(1, np.ceil(reach / step))).astype(np.int64)
    which = np.repeat(np.arange(len(start)), pieces)
    nth = np.arange(which.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (nth / pieces[which])[:, None]
    # A line that breaks after a point still has that point: 0 times NaN would lose it.
    between = np.where(share == 0, start[which], start[which] + (end - start)[which] * share)
    every: Points = np.vstack([between, points[-1:]])
    return every[~np.isnan(every).any(axis=1)]
