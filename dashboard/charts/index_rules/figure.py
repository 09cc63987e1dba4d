"""Index rules on the page: the index by each rule over time, and below it against the other exchanges' price."""

from typing import Any

import numpy as np

from dashboard.charts.index_rules.lines import IndexLine, list_gap_lines, list_index_lines
from dashboard.draw.axis import Scale, build_deviation_scale, build_price_scale
from dashboard.draw.encoding import Figure
from dashboard.draw.scene import Scene
from dashboard.draw.theme import TEMPLATES
from dashboard.draw.traces import Trace, build_area_trace, build_grid_coordinates, get_window_range
from dashboard.text.clock import build_ticks, format_naive
from evidence.index_rules.index_replay import IndexReplay

FIGURE_HEIGHT = 460
"""Height of the chart in pixels."""

PRICE_DOMAIN, GAP_DOMAIN = (0.42, 1.0), (0.0, 0.34)
"""Vertical span of each panel, as shares of the figure's height."""

BAND_OPACITY = 0.22
"""Opacity of the area between the first rule by all lows and by all highs."""


def build_index_figure(replay: IndexReplay, scene: Scene) -> Figure:
    """Both panels on one time axis."""
    lines = list_index_lines(replay, scene)
    gaps = list_gap_lines(replay, lines)
    measurement, colours = replay.measurement, scene.colours
    ticks = build_ticks(
        measurement.question.start, measurement.question.end, scene.zone, 6, measurement.axis.bar_length
    )
    axis: dict[str, Any] = {"tickmode": "array", "ticks": "", "zeroline": False, "fixedrange": True, "showgrid": True}
    time_axis = {
        **axis,
        "type": "date",
        "range": get_window_range(measurement),
        "tickvals": [format_naive(time) for time in ticks.times],
        "ticktext": list(ticks.labels),
    }
    prices = build_price_scale([line.values for line in lines])
    gap_scale = build_deviation_scale([line.values for line in gaps], measurement.question.parameters.enter, 5)
    return {
        "data": [
            *build_band_traces(replay, scene),
            *(_build_line(replay, line, "y", is_gap=False) for line in lines),
            *(_build_line(replay, line, "y2", is_gap=True) for line in gaps),
        ],
        "layout": {
            "template": {"layout": TEMPLATES[scene.theme].layout.to_plotly_json()},
            "height": FIGURE_HEIGHT,
            "autosize": True,
            "margin": {"l": 56, "r": 12, "t": 26, "b": 44, "pad": 0, "autoexpand": False},
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.ink}},
            "dragmode": False,
            "xaxis": {**time_axis, "anchor": "y2", "title": {"text": ticks.title, "standoff": 4, "font": {"size": 12}}},
            "yaxis": {**axis, **_build_value_axis(prices), "domain": list(PRICE_DOMAIN)},
            "yaxis2": {**axis, **_build_value_axis(gap_scale), "domain": list(GAP_DOMAIN)},
            "annotations": [
                _build_title(f"Index in {replay.replays[0].rule.quote}", PRICE_DOMAIN[1], colours.text),
                _build_title("Against the other exchanges' price", GAP_DOMAIN[1], colours.text),
            ],
        },
    }


def build_band_traces(replay: IndexReplay, scene: Scene) -> list[Trace]:
    """The area between the first rule by all lows and by all highs; none where it has no bounds."""
    series = replay.replays[0].series
    if np.isnan(series.low).all():
        return []
    return [build_area_trace(replay.measurement, series.low, series.high, scene.colours.band, BAND_OPACITY)]


def _build_value_axis(scale: Scale) -> dict[str, Any]:
    return {
        "type": "log" if scale.log else "linear",
        "range": scale.range,
        "tickvals": list(scale.ticks),
        "ticktext": list(scale.tick_texts),
    }


def _build_line(replay: IndexReplay, line: IndexLine, axis: str, *, is_gap: bool) -> Trace:
    value = "%{y:.1f}%" if is_gap else "%{y:.5~g}"
    return {
        "type": "scatter",
        **build_grid_coordinates(replay.measurement, line.values),
        "mode": "lines",
        "line": {"color": line.colour, "width": line.width, "dash": line.dash},
        "name": line.name,
        "yaxis": axis,
        "hovertemplate": f"{line.name}: {value}<br>%{{x|%H:%M:%S}} UTC<extra></extra>",
    }


def _build_title(text: str, y: float, colour: str) -> dict[str, Any]:
    return {
        "text": text,
        "x": 0,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 13, "color": colour},
    }
