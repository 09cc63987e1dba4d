"""A chart of points on two log axes, laid out in pixels so that no label covers another or a marker."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.labels import Box
from dashboard.lettering import text_width
from dashboard.overview_marks import marker
from dashboard.style import TEMPLATES, Palette, Theme, palette, venue_colour
from data.catalogue import Catalogue

LEFT, TOP, RIGHT, BOTTOM = 46, 12, 16, 28
"""Room around the plot in pixels."""

MARK, FOCUS_MARK = 10, 14
"""Sizes of markers."""

JOINED = 12.0
"""Pixels from which a label is joined to its point by a line."""

DISTANCES = (2.0, 8.0, 16.0, 26.0, 38.0)
"""How far from its marker a label may stand, in pixels; what finds no place so near goes without."""

DIRECTIONS = ((1, 0), (-1, 0), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5), (0, 1), (0, -1), (0.6, 1), (-0.6, -1))
"""Where a label may lie: right or left, then slanted, then below or above."""

Figure = dict[str, Any]
"""A figure as the browser takes it: building it unchecked is several times as fast."""

Trace = dict[str, Any]

Line = tuple[tuple[float, float], tuple[float, float]]
"""From a point to its label, in pixels."""


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


@dataclass(frozen=True, slots=True)
class LogAxis:
    """From ``low`` to ``high``, both above 0, with ticks and what they say."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, font size, and how many labels the markers of others get."""

    width: int
    height: int
    font: int
    labels: int


WIDE = Size(700, 434, 12, 10)
NARROW = Size(350, 384, 11, 4)


@dataclass(frozen=True, slots=True)
class _Plot:
    size: Size
    x: LogAxis
    y: LogAxis

    @property
    def box(self) -> Box:
        return Box(LEFT, TOP, self.size.width - RIGHT, self.size.height - BOTTOM)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        box = self.box
        across, up = _share(x, self.x), _share(y, self.y)
        return box.left + across * (box.right - box.left), box.bottom - up * (box.bottom - box.top)

    def value(self, x: float, y: float) -> tuple[float, float]:
        """What lies at a pixel; plotly draws texts at values."""
        box = self.box
        across, up = (x - box.left) / (box.right - box.left), (box.bottom - y) / (box.bottom - box.top)
        return _at(across, self.x), _at(up, self.y)


def scatter(dots: Sequence[Dot], x: LogAxis, y: LogAxis, catalogue: Catalogue, theme: Theme, size: Size) -> Figure:
    """The chart, as the browser takes it; what the axes show is said around it."""
    colours, plot = palette(theme), _Plot(size, x, y)
    labels, lines = _labels(dots, plot)
    texts = {
        bold: [(box.left + 2, (box.top + box.bottom) / 2, _bold(dot)) for dot, box in labels if dot.focus is bold]
        for bold in (False, True)
    }
    return {
        "data": [
            _lines(plot, lines, colours),
            *_markers(dots, catalogue, theme, colours),
            _text(plot, texts[False], colours.text),
            _text(plot, texts[True], colours.ink),
        ],
        "layout": {
            "template": TEMPLATES[theme],
            "width": size.width,
            "height": size.height,
            "margin": {"l": LEFT, "t": TOP, "r": RIGHT, "b": BOTTOM},
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.ink}},
            "xaxis": _axis(x, size),
            "yaxis": _axis(y, size),
        },
    }


def _axis(axis: LogAxis, size: Size) -> dict[str, Any]:
    return {
        "type": "log",
        "range": [math.log10(axis.low), math.log10(axis.high)],
        "tickmode": "array",
        "tickvals": [value for value, _ in axis.ticks],
        "ticktext": [text for _, text in axis.ticks],
        "tickangle": 0,
        "tickfont": {"size": size.font},
        "showgrid": True,
        "showline": True,
    }


def _markers(dots: Sequence[Dot], catalogue: Catalogue, theme: Theme, colours: Palette) -> list[Trace]:
    """A trace for each venue, the focus venue's above all others."""
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
                    "size": FOCUS_MARK if focus[venue] else MARK,
                    "opacity": 1,
                    "line": {"color": edges, "width": [2 if dot.hollow else 1 for dot in own]},
                },
                "customdata": [[dot.href, dot.hover] for dot in own],
                "hovertemplate": "%{customdata[1]}<extra></extra>",
                "cliponaxis": False,
            }
        )
    return traces


def _labels(dots: Sequence[Dot], plot: _Plot) -> tuple[list[tuple[Dot, Box]], list[Line]]:
    """Labels that cover nothing: the focus venue's first, then the deepest of the others; and the lines to them."""
    spots = [plot.pixel(dot.x, dot.y) for dot in dots]
    taken = [_around(spot, _reach(dot)) for dot, spot in zip(dots, spots, strict=True)]
    bounds = Box(plot.box.left, plot.box.top - 4, plot.size.width - 2, plot.box.bottom)
    placed: list[tuple[Dot, Box]] = []
    lines: list[Line] = []
    for i in sorted(range(len(dots)), key=lambda i: (not dots[i].focus, -dots[i].y, -dots[i].x)):
        dot, spot = dots[i], spots[i]
        if not dot.focus and sum(not other.focus for other, _ in placed) == plot.size.labels:
            break
        width = text_width(dot.label, plot.size.font, bold=dot.focus) + 4
        found = _beside(spot, _reach(dot), (width, plot.size.font * 1.3), bounds, taken)
        if found is None:
            continue
        box, line = found
        placed.append((dot, box))
        taken.append(box)
        if line is not None:
            lines.append(line)
            taken += [_around(at, 1) for at in _along(line)]
    return placed, lines


def _beside(
    spot: tuple[float, float], reach: float, size: tuple[float, float], bounds: Box, taken: Sequence[Box]
) -> tuple[Box, Line | None] | None:
    """The nearest place for a label that covers nothing, and the line to its point where it stands away from it."""
    (x, y), (width, height) = spot, size
    own = _around(spot, reach)
    for distance in DISTANCES:
        away = reach + distance
        for across, down in DIRECTIONS:
            left = x + across * away - (width if across < 0 else 0 if across > 0 else width / 2)
            top = y + down * away - height / 2 * (1 - down)
            box = Box(left, top, left + width, top + height)
            if not bounds.holds(box) or any(box.overlaps(other) for other in taken):
                continue
            line = spot, (min(max(x, box.left), box.right), min(max(y, box.top + 4), box.bottom - 4))
            if math.dist(*line) <= JOINED:
                return box, None
            others = [other for other in taken if not other.overlaps(own)]
            if not any(_around(at, 0.5).overlaps(other) for at in _along(line) for other in others):
                return box, line
    return None


def _along(line: Line) -> list[tuple[float, float]]:
    """Points of a line a few pixels apart."""
    (x, y), (end_x, end_y) = line
    steps = max(2, round(math.dist(*line) / 4))
    return [(x + (end_x - x) * i / steps, y + (end_y - y) * i / steps) for i in range(steps + 1)]


def _lines(plot: _Plot, lines: Sequence[Line], colours: Palette) -> Trace:
    ends = [plot.value(*end) for line in lines for end in line]
    x = [value for i, (across, _) in enumerate(ends) for value in ([across, None] if i % 2 else [across])]
    y = [value for i, (_, up) in enumerate(ends) for value in ([up, None] if i % 2 else [up])]
    line = {"color": colours.muted, "width": 0.8}
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"}


def _text(plot: _Plot, texts: Sequence[tuple[float, float, str]], colour: str) -> Trace:
    """Texts that begin at pixels: a trace, as a browser misplaces annotations in what is not in sight when drawn."""
    values = [plot.value(x, y) for x, y, _ in texts]
    return {
        "type": "scatter",
        "x": [x for x, _ in values],
        "y": [y for _, y in values],
        "mode": "text",
        "text": [text for _, _, text in texts],
        "textposition": "middle right",
        "textfont": {"color": colour, "size": plot.size.font},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _bold(dot: Dot) -> str:
    return f"<b>{dot.label}</b>" if dot.focus else dot.label


def _reach(dot: Dot) -> float:
    """Half of the marker's size, with a little air."""
    return (FOCUS_MARK if dot.focus else MARK) / 2 + 1


def _around(spot: tuple[float, float], reach: float) -> Box:
    return Box(spot[0] - reach, spot[1] - reach, spot[0] + reach, spot[1] + reach)


def _share(value: float, axis: LogAxis) -> float:
    return math.log(value / axis.low) / math.log(axis.high / axis.low)


def _at(share: float, axis: LogAxis) -> float:
    return float(axis.low * (axis.high / axis.low) ** share)
