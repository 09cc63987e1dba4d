"""The order of falls on the page: a lane per market, a marker per level at its minute."""

from typing import Any

from analysis.order_of_falls import LEVELS_PCT, OrderOfFalls
from dashboard.charts.sequence.lanes import (
    LEVEL_COLOURS,
    LEVEL_SIZES,
    MARK_SIZES,
    MARK_SYMBOLS,
    Lane,
    LaneChart,
    LaneMark,
    build_lanes,
)
from dashboard.draw.encoding import Figure
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import shorten_text
from dashboard.draw.theme import TEMPLATES
from dashboard.draw.traces import Trace
from dashboard.text.clock import build_ticks
from dashboard.text.sequence import MARK_LABELS

LANE_HEIGHT = 22
MARGIN_TOP, MARGIN_BOTTOM = 12, 44
NAME_WIDTH, NAME_FONT = 132, 12
"""Space for the names of lanes on the left, and their font size, in pixels."""


def build_sequence_figure(order: OrderOfFalls | None, scene: Scene | None) -> Figure:
    """The chart; empty without an order."""
    if order is None or scene is None:
        return {"data": [], "layout": {}}
    chart = build_lanes(order, scene)
    colours, lanes = scene.colours, chart.lanes
    names = [_format_name(lane) for lane in lanes]
    axis: dict[str, Any] = {"showgrid": False, "tickmode": "array", "ticks": "", "fixedrange": True, "zeroline": False}
    first, bar = scene.measurement.question.start, scene.measurement.axis.bar_length
    ticks = build_ticks(first + chart.start * bar, first + chart.end * bar, scene.zone, 6, bar)
    return {
        "data": [*_build_ties(chart, scene), *_build_markers(chart, scene)],
        "layout": {
            "template": {"layout": TEMPLATES[scene.theme].layout.to_plotly_json()},
            "height": compute_height(chart),
            "autosize": True,
            "margin": {"l": NAME_WIDTH, "r": 14, "t": MARGIN_TOP, "b": MARGIN_BOTTOM, "pad": 0, "autoexpand": False},
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.ink}},
            "dragmode": False,
            "xaxis": {
                **axis,
                "range": [chart.start, chart.end],
                "tickvals": [(time - first) / bar for time in ticks.times],
                "ticktext": list(ticks.labels),
                "showgrid": True,
                "title": {"text": ticks.title, "standoff": 4, "font": {"size": 12}},
            },
            "yaxis": {
                **axis,
                "range": [len(lanes) - 0.5, -0.5],
                "tickvals": list(range(len(lanes))),
                "ticktext": names,
                "tickfont": {"size": NAME_FONT, "color": colours.text},
            },
            "shapes": [_build_lane_line(index, lane, scene) for index, lane in enumerate(lanes)],
        },
    }


def _format_name(lane: Lane) -> str:
    """The name of a lane, cut to the space for it; that of a path or of the focus venue in bold."""
    is_bold = lane.is_path or lane.is_focus
    name = shorten_text(lane.name, NAME_FONT, NAME_WIDTH - 12, bold=is_bold)
    return f"<b>{name}</b>" if is_bold else name


def compute_height(chart: LaneChart) -> int:
    """The height of the figure in pixels."""
    return MARGIN_TOP + MARGIN_BOTTOM + LANE_HEIGHT * len(chart.lanes)


def _build_lane_line(index: int, lane: Lane, scene: Scene) -> dict[str, Any]:
    """The line that a lane's markers stand on; a path's has the colour of its group."""
    colour = scene.colours.group_colours[lane.group] if lane.is_path else scene.colours.grid
    return {
        "type": "line",
        "layer": "below",
        "xref": "x domain",
        "x0": 0,
        "x1": 1,
        "yref": "y",
        "y0": index,
        "y1": index,
        "line": {"color": colour, "width": 1.5 if lane.is_path else 1},
    }


def _build_ties(chart: LaneChart, scene: Scene) -> list[Trace]:
    """A vertical line through the markers of each tie."""
    return [
        {
            "type": "scatter",
            "x": [x] * len(indexes),
            "y": list(indexes),
            "mode": "lines",
            "line": {"color": LEVEL_COLOURS[scene.theme][level], "width": 1.5},
            "hoverinfo": "skip",
        }
        for x, level, indexes in chart.list_ties()
    ]


def _build_markers(chart: LaneChart, scene: Scene) -> list[Trace]:
    """A trace per level, the largest first, so that smaller ones of the same minute lie on it; then the marks."""
    edge = {"color": scene.colours.paper, "width": 1}
    traces = []
    for level in reversed(LEVELS_PCT):
        marker = {"color": LEVEL_COLOURS[scene.theme][level], "size": LEVEL_SIZES[level], "line": edge}
        points = [(index, mark) for index, mark in _list_marks(chart) if mark.level == level]
        traces.append(_build_trace(points, marker, f"{level}% down"))
    for path_mark, symbol in MARK_SYMBOLS.items():
        points = [(index, mark) for index, mark in _list_marks(chart) if mark.path_mark is path_mark]
        marker = {"color": scene.colours.ink, "size": MARK_SIZES[path_mark], "symbol": symbol}
        traces.append(_build_trace(points, marker, MARK_LABELS[path_mark]))
    return traces


def _list_marks(chart: LaneChart) -> list[tuple[int, LaneMark]]:
    """Every mark with the index of its lane."""
    return [(index, mark) for index, lane in enumerate(chart.lanes) for mark in lane.marks]


def _build_trace(points: list[tuple[int, LaneMark]], marker: dict[str, Any], name: str) -> Trace:
    return {
        "type": "scatter",
        "x": [mark.x for _, mark in points],
        "y": [index for index, _ in points],
        "mode": "markers",
        "marker": {**marker, "opacity": 1},
        "cliponaxis": False,
        "text": [mark.text for _, mark in points],
        "hovertemplate": "%{text}<extra></extra>",
        "name": name,
    }
