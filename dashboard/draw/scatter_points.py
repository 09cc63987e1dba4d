"""Points of a scatter chart and their traces: a trace per venue, the focus venue's markers larger and on top."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.draw.markers import FOCUS_MARKER_SIZE, MARKER_SIZE, get_marker_symbol
from dashboard.draw.theme import PALETTES, compute_venue_colour
from dashboard.draw.traces import Trace
from dashboard.state.view import Theme
from data.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class ScatterPoint:
    """A point of a scatter chart.

    Attributes:
        x: Above 0, as the axes are logarithmic.
        y: Above 0.
        venue: The venue's id, which sets shape and colour.
        label: The text beside the marker, where there is room for it.
        hover: The text of the hover label, as HTML.
        href: The address that a click opens.
        is_focus: Whether the venue is the focus venue.
        is_hollow: Whether the market is not ranked or, on the reconstruction, assumed.
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
        """The marker's size in pixels of the page."""
        return FOCUS_MARKER_SIZE if self.is_focus else MARKER_SIZE


def build_marker_traces(
    points: Sequence[ScatterPoint], catalogue: Catalogue, theme: Theme, magnification: float = 1.0
) -> list[Trace]:
    """A trace per venue, the focus venue's last, drawn over the others; ``magnification`` is relative to the page."""
    colours = PALETTES[theme]
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
