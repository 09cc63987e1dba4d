"""The points of a chart, and their markers: each venue its shape and colour, the focus venue larger and on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.overview_marks import get_marker_symbol
from dashboard.style import Theme, compute_venue_colour, get_palette
from data.catalogue import Catalogue

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
    """A trace for each venue, the focus venue's above all others; ``magnification`` is how much larger than on the page."""
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
