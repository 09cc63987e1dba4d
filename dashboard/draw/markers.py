"""The marker of each venue, the same on every chart of points: shapes tell venues apart where colours do not.

The points of a chart, and their markers: each venue its shape and colour, the focus venue larger and on top.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.draw.theme import compute_venue_colour, get_palette
from dashboard.state.view import Theme
from data.catalogue import Catalogue

Corners = tuple[tuple[float, float], ...]
"""The corners of a shape, from -1 to 1, y downwards."""


def _build_polygon(corner_count: int, *, inner_radius: float | None = None, rotation: float = 0.0) -> Corners:
    """A regular polygon with a corner at the top, or a star whose inner corners lie at a share of the radius."""
    count = corner_count if inner_radius is None else 2 * corner_count
    radii = [1.0 if inner_radius is None or not step % 2 else inner_radius for step in range(count)]
    angles = [rotation - math.pi / 2 + 2 * math.pi * step / count for step in range(count)]
    return tuple((r * math.cos(angle), r * math.sin(angle)) for r, angle in zip(radii, angles, strict=True))


def _rotate_corners(corners: Corners, angle: float) -> Corners:
    cos, sin = math.cos(angle), math.sin(angle)
    return tuple((x * cos - y * sin, x * sin + y * cos) for x, y in corners)


_SQUARE: Corners = ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85))
_QUARTER: Corners = ((-0.3, -1), (0.3, -1), (0.3, -0.3))
_CROSS: Corners = tuple(point for turn in range(4) for point in _rotate_corners(_QUARTER, turn * math.pi / 2))
_BOWTIE: Corners = ((-1, -0.8), (-1, 0.8), (0, 0), (1, 0.8), (1, -0.8), (0, 0))

MARKER_SHAPES: tuple[tuple[str, Corners], ...] = (
    ("circle", _build_polygon(24)),
    ("square", _SQUARE),
    ("triangle-up", _build_polygon(3)),
    ("diamond", _build_polygon(4)),
    ("triangle-down", _build_polygon(3, rotation=math.pi)),
    ("cross", _CROSS),
    ("star", _build_polygon(5, inner_radius=0.4)),
    ("x", _rotate_corners(_CROSS, math.pi / 4)),
    ("triangle-right", _build_polygon(3, rotation=math.pi / 2)),
    ("pentagon", _build_polygon(5)),
    ("triangle-left", _build_polygon(3, rotation=-math.pi / 2)),
    ("hourglass", _rotate_corners(_BOWTIE, math.pi / 2)),
    ("hexagon", _build_polygon(6)),
    ("bowtie", _BOWTIE),
    ("star-diamond", _build_polygon(4, inner_radius=0.4)),
    ("hexagram", _build_polygon(6, inner_radius=0.55)),
    ("diamond-tall", ((0, -1), (0.5, 0), (0, 1), (-0.5, 0))),
)
"""Shapes as plotly calls them, and as the key draws them: not every font has letters for them.

There are fewer than venues, but no two that share a shape share a colour.
"""


def get_marker_symbol(catalogue: Catalogue, venue: str) -> str:
    """The shape of a venue, by its place in the catalogue; venues that it does not list share one.

    >>> from data.catalogue import load_catalogue
    >>> get_marker_symbol(load_catalogue(), "okx"), get_marker_symbol(load_catalogue(), "nobody")
    ('square', 'circle')
    """
    return MARKER_SHAPES[_find_marker_index(catalogue, venue)][0]


def get_marker_corners(catalogue: Catalogue, venue: str) -> Corners:
    """The corners of a venue's shape."""
    return MARKER_SHAPES[_find_marker_index(catalogue, venue)][1]


def _find_marker_index(catalogue: Catalogue, venue: str) -> int:
    venues = list(catalogue.venues)
    return venues.index(venue) % len(MARKER_SHAPES) if venue in venues else 0


MARKER_SIZE, FOCUS_MARKER_SIZE = 10, 14
"""Sizes of markers."""

Trace = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ScatterPoint:
    """A point of the chart; ``x`` and ``y`` are above 0.

    ``hover`` is what it says under the pointer, ``href`` where a click leads; ``hollow`` marks what is not ranked.
    """

    x: float
    y: float
    venue: str
    label: str
    hover: str
    href: str
    is_focus: bool
    is_hollow: bool

    @property
    def size(self) -> int:
        """The size of its marker in pixels of the page."""
        return FOCUS_MARKER_SIZE if self.is_focus else MARKER_SIZE


def build_marker_traces(
    points: Sequence[ScatterPoint], catalogue: Catalogue, theme: Theme, magnification: float = 1.0
) -> list[Trace]:
    """A trace per venue, the focus venue's last, drawn over the others; ``magnification`` is relative to the page."""
    colours = get_palette(theme)
    focus_by_venue = {point.venue: point.is_focus for point in points}
    traces: list[Trace] = []
    for venue in sorted(focus_by_venue, key=lambda name: focus_by_venue[name]):
        venue_points = [point for point in points if point.venue == venue]
        shape, colour = get_marker_symbol(catalogue, venue), compute_venue_colour(catalogue, venue, theme)
        edges = [
            colour if point.is_hollow else colours.ink if point.is_focus else colours.paper for point in venue_points
        ]
        traces.append(
            {
                "type": "scatter",
                "x": [point.x for point in venue_points],
                "y": [point.y for point in venue_points],
                "mode": "markers",
                "name": catalogue.get_venue(venue).name,
                "marker": {
                    "symbol": [f"{shape}-open" if point.is_hollow else shape for point in venue_points],
                    "color": colour,
                    "size": magnification * (FOCUS_MARKER_SIZE if focus_by_venue[venue] else MARKER_SIZE),
                    "opacity": 1,
                    "line": {"color": edges, "width": [2 if point.is_hollow else 1 for point in venue_points]},
                },
                "customdata": [[point.href, point.hover] for point in venue_points],
                "hovertemplate": "%{customdata[1]}<extra></extra>",
                "cliponaxis": False,
            }
        )
    return traces
