"""The marker shape of each venue, the same on every scatter chart: a second cue for who cannot rely on colours."""

import math

from data.catalogue import Catalogue

MARKER_SIZE, FOCUS_MARKER_SIZE = 10, 14
"""Marker sizes in pixels of the page: other venues', and the focus venue's."""

Corners = tuple[tuple[float, float], ...]
"""The corners of a shape within a square from -1 to 1, y downwards."""


def _build_polygon(corner_count: int, *, inner_radius: float | None = None, rotation: float = 0.0) -> Corners:
    """A regular polygon with a corner at the top, or a star with inner corners at ``inner_radius`` (1 is the outer)."""
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
"""Shapes by plotly's name, with the corners by which legends draw them.

There are fewer shapes than venues, but venues that share a shape differ in colour.
"""


def get_marker_symbol(catalogue: Catalogue, venue: str) -> str:
    """Plotly's name of a venue's shape, by the venue's position in the catalogue; a circle for unlisted venues.

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
