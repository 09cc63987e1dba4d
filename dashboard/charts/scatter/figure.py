"""A scatter chart on two log axes for the page, with labels that overlap neither each other nor a marker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.draw.axis import Scale
from dashboard.draw.encoding import Figure
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import Plot
from dashboard.draw.point_labels import LabelStyle, LeaderLine, place_point_labels
from dashboard.draw.scatter_points import ScatterPoint, build_marker_traces
from dashboard.draw.theme import PALETTES, TEMPLATES, Palette
from dashboard.draw.traces import Trace
from dashboard.state.view import Theme
from data.catalogue import Catalogue

MARGIN_LEFT, MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM = 46, 12, 16, 28
"""Space around the plot in pixels."""


@dataclass(frozen=True, slots=True)
class ChartSize:
    """Width and height in pixels, font size, and the largest number of labels on venues other than the focus."""

    width: int
    height: int
    font_size: int
    max_labels: int


WIDE_CHART = ChartSize(700, 434, 12, 10)
NARROW_CHART = ChartSize(350, 384, 11, 4)


def build_scatter_figure(
    points: Sequence[ScatterPoint], x: Scale, y: Scale, catalogue: Catalogue, theme: Theme, size: ChartSize
) -> Figure:
    """The chart without axis titles, which the page writes around it."""
    colours = PALETTES[theme]
    plot = Plot(Box(MARGIN_LEFT, MARGIN_TOP, size.width - MARGIN_RIGHT, size.height - MARGIN_BOTTOM), x, y)
    bounds = Box(plot.box.left, plot.box.top - 4, size.width - 2, plot.box.bottom)
    labels, lines = place_point_labels(points, plot, bounds, LabelStyle(size.font_size, size.max_labels))
    texts = {
        bold: [
            (box.left + 2, (box.top + box.bottom) / 2, _format_label(point))
            for point, box in labels
            if point.is_focus is bold
        ]
        for bold in (False, True)
    }
    return {
        "data": [
            _build_leader_trace(plot, lines, colours),
            *build_marker_traces(points, catalogue, theme),
            _build_text_trace(plot, texts[False], colours.text, size.font_size),
            _build_text_trace(plot, texts[True], colours.ink, size.font_size),
        ],
        "layout": {
            "template": TEMPLATES[theme],
            "width": size.width,
            "height": size.height,
            "margin": {"l": MARGIN_LEFT, "t": MARGIN_TOP, "r": MARGIN_RIGHT, "b": MARGIN_BOTTOM},
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.ink}},
            "xaxis": _build_axis(x, size),
            "yaxis": _build_axis(y, size),
        },
    }


def _build_axis(axis: Scale, size: ChartSize) -> dict[str, Any]:
    return {
        "type": "log",
        "range": axis.range,
        "tickmode": "array",
        "tickvals": list(axis.ticks),
        "ticktext": list(axis.tick_texts),
        "tickangle": 0,
        "tickfont": {"size": size.font_size},
        "showgrid": True,
        "showline": True,
    }


def _build_leader_trace(plot: Plot, lines: Sequence[LeaderLine], colours: Palette) -> Trace:
    ends = [plot.to_values(*end) for line in lines for end in line]
    x = [value for i, (across, _) in enumerate(ends) for value in ([across, None] if i % 2 else [across])]
    y = [value for i, (_, up) in enumerate(ends) for value in ([up, None] if i % 2 else [up])]
    line = {"color": colours.muted, "width": 0.8}
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"}


def _build_text_trace(plot: Plot, texts: Sequence[tuple[float, float, str]], colour: str, font_size: int) -> Trace:
    """Texts that start at given pixels, as a trace: browsers misplace annotations of charts drawn out of sight."""
    values = [plot.to_values(x, y) for x, y, _ in texts]
    return {
        "type": "scatter",
        "x": [x for x, _ in values],
        "y": [y for _, y in values],
        "mode": "text",
        "text": [text for _, _, text in texts],
        "textposition": "middle right",
        "textfont": {"color": colour, "size": font_size},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _format_label(point: ScatterPoint) -> str:
    return f"<b>{point.label}</b>" if point.is_focus else point.label
