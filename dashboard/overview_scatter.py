"""A chart of points on two log axes for the page, laid out in pixels so that no label covers another or a marker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.dot_labels import Line, Manner, dot_labels
from dashboard.dots import Dot, Trace, markers
from dashboard.labels import Box
from dashboard.log_plot import LogAxis, LogPlot
from dashboard.style import TEMPLATES, Palette, Theme, palette
from data.catalogue import Catalogue

LEFT, TOP, RIGHT, BOTTOM = 46, 12, 16, 28
"""Room around the plot in pixels."""

Figure = dict[str, Any]
"""A figure as the browser takes it: building it unchecked is several times as fast."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, font size, and how many labels the markers of others get."""

    width: int
    height: int
    font: int
    labels: int


WIDE = Size(700, 434, 12, 10)
NARROW = Size(350, 384, 11, 4)


def scatter(dots: Sequence[Dot], x: LogAxis, y: LogAxis, catalogue: Catalogue, theme: Theme, size: Size) -> Figure:
    """The chart, as the browser takes it; what the axes show is said around it."""
    colours = palette(theme)
    plot = LogPlot(Box(LEFT, TOP, size.width - RIGHT, size.height - BOTTOM), x, y)
    bounds = Box(plot.box.left, plot.box.top - 4, size.width - 2, plot.box.bottom)
    labels, lines = dot_labels(dots, plot, bounds, Manner(size.font, size.labels))
    texts = {
        bold: [(box.left + 2, (box.top + box.bottom) / 2, _bold(dot)) for dot, box in labels if dot.focus is bold]
        for bold in (False, True)
    }
    return {
        "data": [
            _lines(plot, lines, colours),
            *markers(dots, catalogue, theme),
            _text(plot, texts[False], colours.text, size.font),
            _text(plot, texts[True], colours.ink, size.font),
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
        "range": axis.range,
        "tickmode": "array",
        "tickvals": [value for value, _ in axis.ticks],
        "ticktext": [text for _, text in axis.ticks],
        "tickangle": 0,
        "tickfont": {"size": size.font},
        "showgrid": True,
        "showline": True,
    }


def _lines(plot: LogPlot, lines: Sequence[Line], colours: Palette) -> Trace:
    ends = [plot.value(*end) for line in lines for end in line]
    x = [value for i, (across, _) in enumerate(ends) for value in ([across, None] if i % 2 else [across])]
    y = [value for i, (_, up) in enumerate(ends) for value in ([up, None] if i % 2 else [up])]
    line = {"color": colours.muted, "width": 0.8}
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"}


def _text(plot: LogPlot, texts: Sequence[tuple[float, float, str]], colour: str, font: int) -> Trace:
    """Texts that begin at pixels: a trace, as a browser misplaces annotations in what is not in sight when drawn."""
    values = [plot.value(x, y) for x, y, _ in texts]
    return {
        "type": "scatter",
        "x": [x for x, _ in values],
        "y": [y for _, y in values],
        "mode": "text",
        "text": [text for _, _, text in texts],
        "textposition": "middle right",
        "textfont": {"color": colour, "size": font},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _bold(dot: Dot) -> str:
    return f"<b>{dot.label}</b>" if dot.focus else dot.label
