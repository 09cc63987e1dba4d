"""The marker of each venue, the same on every chart of points: shapes tell venues apart where colours do not."""

import math
from collections.abc import Collection
from urllib.parse import quote

from dash import html

from dashboard.ask import in_order
from dashboard.overview_view import focus_button
from dashboard.style import Theme, venue_colour
from data.catalogue import Catalogue

Corners = tuple[tuple[float, float], ...]
"""The corners of a shape, from -1 to 1, y downwards."""


def _round(corners: int, *, inner: float | None = None, turn: float = 0.0) -> Corners:
    """A regular polygon with a corner at the top, or a star whose inner corners lie at a share of the radius."""
    steps = corners if inner is None else 2 * corners
    reach = [1.0 if inner is None or not step % 2 else inner for step in range(steps)]
    angles = [turn - math.pi / 2 + 2 * math.pi * step / steps for step in range(steps)]
    return tuple((r * math.cos(angle), r * math.sin(angle)) for r, angle in zip(reach, angles, strict=True))


def _turned(corners: Corners, angle: float) -> Corners:
    cos, sin = math.cos(angle), math.sin(angle)
    return tuple((x * cos - y * sin, x * sin + y * cos) for x, y in corners)


_SQUARE: Corners = ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85))
_QUARTER: Corners = ((-0.3, -1), (0.3, -1), (0.3, -0.3))
_CROSS: Corners = tuple(point for turn in range(4) for point in _turned(_QUARTER, turn * math.pi / 2))
_BOWTIE: Corners = ((-1, -0.8), (-1, 0.8), (0, 0), (1, 0.8), (1, -0.8), (0, 0))

MARKERS: tuple[tuple[str, Corners], ...] = (
    ("circle", _round(24)),
    ("square", _SQUARE),
    ("triangle-up", _round(3)),
    ("diamond", _round(4)),
    ("triangle-down", _round(3, turn=math.pi)),
    ("cross", _CROSS),
    ("star", _round(5, inner=0.4)),
    ("x", _turned(_CROSS, math.pi / 4)),
    ("triangle-right", _round(3, turn=math.pi / 2)),
    ("pentagon", _round(5)),
    ("triangle-left", _round(3, turn=-math.pi / 2)),
    ("hourglass", _turned(_BOWTIE, math.pi / 2)),
    ("hexagon", _round(6)),
    ("bowtie", _BOWTIE),
    ("star-diamond", _round(4, inner=0.4)),
    ("hexagram", _round(6, inner=0.55)),
    ("diamond-tall", ((0, -1), (0.5, 0), (0, 1), (-0.5, 0))),
)
"""Shapes as plotly calls them, and as the key draws them: not every font has letters for them.

There are fewer than venues, but no two that share a shape share a colour.
"""


def marker(catalogue: Catalogue, venue: str) -> str:
    """The shape of a venue, by its place in the catalogue; venues that it does not list share one.

    >>> from data.catalogue import load_catalogue
    >>> marker(load_catalogue(), "okx"), marker(load_catalogue(), "nobody")
    ('square', 'circle')
    """
    return MARKERS[_place(catalogue, venue)][0]


def corners(catalogue: Catalogue, venue: str) -> Corners:
    """The corners of a venue's shape."""
    return MARKERS[_place(catalogue, venue)][1]


def key(catalogue: Catalogue, venues: Collection[str], focus: str, theme: Theme) -> html.P:
    """Which marker is whose: a button for each venue that makes it the focus."""
    return html.P(
        [
            focus_button(catalogue, venue, focus, _sign(catalogue, venue, theme))
            for venue in in_order(catalogue, venues)
        ],
        className="overview-key",
    )


def _sign(catalogue: Catalogue, venue: str, theme: Theme) -> html.Img:
    """The marker as a picture within its address."""
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in corners(catalogue, venue))
    colour = venue_colour(catalogue, venue, theme)
    shape = f'<polygon points="{points}" fill="{colour}"/>'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 2 2">{shape}</svg>'
    return html.Img(src=f"data:image/svg+xml,{quote(picture)}", alt="", width=11, height=11)


def _place(catalogue: Catalogue, venue: str) -> int:
    places = list(catalogue.venues)
    return places.index(venue) % len(MARKERS) if venue in places else 0
