"""The marker of each venue, the same on every chart of points: shapes tell venues apart where colours do not."""

import math
from collections.abc import Collection
from urllib.parse import quote

from dash import html

from dashboard.ask import sort_venues
from dashboard.overview_view import build_focus_button
from dashboard.style import Theme, compute_venue_colour
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


def build_marker_legend(catalogue: Catalogue, venues: Collection[str], focus: str, theme: Theme) -> html.P:
    """Which marker is whose: a button for each venue that makes it the focus."""
    return html.P(
        [
            build_focus_button(catalogue, venue, focus, _build_marker_image(catalogue, venue, theme))
            for venue in sort_venues(catalogue, venues)
        ],
        className="overview-key",
    )


def _build_marker_image(catalogue: Catalogue, venue: str, theme: Theme) -> html.Img:
    """The marker as a picture within its address."""
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in get_marker_corners(catalogue, venue))
    colour = compute_venue_colour(catalogue, venue, theme)
    shape = f'<polygon points="{points}" fill="{colour}"/>'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 2 2">{shape}</svg>'
    return html.Img(src=f"data:image/svg+xml,{quote(picture)}", alt="", width=11, height=11)


def _find_marker_index(catalogue: Catalogue, venue: str) -> int:
    venues = list(catalogue.venues)
    return venues.index(venue) % len(MARKER_SHAPES) if venue in venues else 0
