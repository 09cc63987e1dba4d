"""The points of a chart, and their markers: each venue its shape and colour, the focus venue larger and on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.overview_marks import marker
from dashboard.style import Theme, palette, venue_colour
from data.catalogue import Catalogue

MARK, FOCUS_MARK = 10, 14
"""Sizes of markers."""

Trace = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the chart; ``x`` and ``y`` are above 0.

    ``hover`` is what it says under the pointer, ``href`` where a click leads; ``hollow`` marks what is not ranked.
    """

    x: float
    y: float
    venue: str
    label: str
    hover: str
    href: str
    focus: bool
    hollow: bool

    @property
    def size(self) -> int:
        """The size of its marker in pixels of the page."""
        return FOCUS_MARK if self.focus else MARK


def markers(dots: Sequence[Dot], catalogue: Catalogue, theme: Theme, grown: float = 1.0) -> list[Trace]:
    """A trace for each venue, the focus venue's above all others; ``grown`` is how much larger than on the page."""
    colours = palette(theme)
    focus = {dot.venue: dot.focus for dot in dots}
    traces: list[Trace] = []
    for venue in sorted(focus, key=lambda one: focus[one]):
        own = [dot for dot in dots if dot.venue == venue]
        shape, colour = marker(catalogue, venue), venue_colour(catalogue, venue, theme)
        edges = [colour if dot.hollow else colours.ink if dot.focus else colours.paper for dot in own]
        traces.append(
            {
                "type": "scatter",
                "x": [dot.x for dot in own],
                "y": [dot.y for dot in own],
                "mode": "markers",
                "name": catalogue.venue(venue).name,
                "marker": {
                    "symbol": [f"{shape}-open" if dot.hollow else shape for dot in own],
                    "color": colour,
                    "size": grown * (FOCUS_MARK if focus[venue] else MARK),
                    "opacity": 1,
                    "line": {"color": edges, "width": [2 if dot.hollow else 1 for dot in own]},
                },
                "customdata": [[dot.href, dot.hover] for dot in own],
                "hovertemplate": "%{customdata[1]}<extra></extra>",
                "cliponaxis": False,
            }
        )
    return traces
