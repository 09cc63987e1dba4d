"""A panel of the small multiples on the page, by clock time or by minutes since the start of the window."""

from typing import Any

import plotly.graph_objects as go

from dashboard.charts.small_multiples.panels import build_panel_traces, shift_to_start
from dashboard.draw.axis import Scale, compute_ticks
from dashboard.draw.scene import Scene
from dashboard.draw.theme import TEMPLATES
from dashboard.draw.traces import Trace, get_window_range
from dashboard.text.clock import Zone, build_ticks, format_naive, shorten_tick
from data.schema import Timeframe

PANEL_HEIGHT = 220
"""Height of a panel in pixels; the width adapts to the page."""

MARGIN = {"l": 50, "r": 8, "t": 8, "b": 26, "pad": 0, "autoexpand": False}

AXIS_FONT = {"size": 12}


def build_panel_figure(scene: Scene, scale: Scale, zone: Zone) -> go.Figure:
    """A panel by clock time; ``zone`` is the time zone of tick labels."""
    time_format = "%H:%M:%S" if scene.measurement.question.timeframe is Timeframe.S1 else "%H:%M"
    return _build_figure(
        scene, scale, build_panel_traces(scene), build_clock_axis(scene, zone, max_ticks=4), f"%{{x|{time_format}}} UTC"
    )


def build_since_start_figure(scene: Scene, scale: Scale, minutes: float) -> go.Figure:
    """A panel by minutes since the start of its window, up to ``minutes``."""
    traces = [shift_to_start(scene.measurement, trace) for trace in build_panel_traces(scene)]
    return _build_figure(scene, scale, traces, build_minutes_axis(minutes, max_ticks=6), "minute %{x}")


def build_clock_axis(scene: Scene, zone: Zone, max_ticks: int) -> dict[str, Any]:
    """A time axis over the window with tick labels in ``zone``; ticks at whole days have no time of day."""
    question = scene.measurement.question
    time_ticks = build_ticks(question.start, question.end, zone, max_ticks, scene.measurement.axis.bar_length)
    return {
        "type": "date",
        "range": get_window_range(scene.measurement),
        "tickmode": "array",
        "tickvals": [format_naive(time) for time in time_ticks.times],
        "ticktext": [shorten_tick(text) for text in time_ticks.labels],
    }


def build_minutes_axis(minutes: float, max_ticks: int) -> dict[str, Any]:
    """An axis of minutes since the start, with ticks at round numbers."""
    tick_values = compute_ticks(0, minutes, max_ticks)
    return {
        "type": "linear",
        "range": [0, minutes],
        "tickmode": "array",
        "tickvals": list(tick_values),
        "ticktext": [f"{value:.0f}" for value in tick_values],
    }


def build_value_axis(scale: Scale) -> dict[str, Any]:
    """The properties of the y axis that depend on the scale."""
    return {"range": scale.range, "tickvals": list(scale.ticks), "ticktext": list(scale.tick_texts)}


def _build_figure(scene: Scene, scale: Scale, traces: list[Trace], x: dict[str, Any], time_text: str) -> go.Figure:
    hover_traces = [
        {**trace, "hoverinfo": None, "hovertemplate": f"{trace['name']}<br>%{{y:+.2f}}% at {time_text}<extra></extra>"}
        for trace in traces
    ]
    return go.Figure(
        data=[go.Scatter(trace) for trace in hover_traces],
        layout={
            "template": TEMPLATES[scene.theme],
            "height": PANEL_HEIGHT,
            "autosize": True,
            "margin": MARGIN,
            "hovermode": "closest",
            "dragmode": False,
            "annotations": build_watermark(scene),
            "shapes": build_level_lines(scene),
            "xaxis": {**x, "showgrid": True, "tickfont": AXIS_FONT, "tickangle": 0},
            "yaxis": {"tickmode": "array", "showgrid": True, "tickfont": AXIS_FONT, **build_value_axis(scale)},
        },
    )


def build_level_lines(scene: Scene, suffix: str = "") -> list[dict[str, Any]]:
    """Lines at zero and at the threshold on both sides, in the subplot with that axis suffix."""
    enter = 100 * scene.measurement.question.parameters.enter
    return [
        {
            "type": "line",
            "xref": f"x{suffix} domain",
            "yref": f"y{suffix}",
            "x0": 0,
            "x1": 1,
            "y0": value,
            "y1": value,
            "layer": "below",
            "line": {"color": scene.colours.rule, "width": 1, "dash": dash},
        }
        for value, dash in ((-enter, "dot"), (0.0, "solid"), (enter, "dot"))
    ]


def build_watermark(scene: Scene, suffix: str = "") -> list[dict[str, Any]]:
    """The watermark of a panel of the reconstruction; none on real candles."""
    if not scene.is_illustration:
        return []
    return [
        {
            "text": "SAMPLE",
            "x": 0.5,
            "y": 0.5,
            "xref": f"x{suffix} domain",
            "yref": f"y{suffix} domain",
            "showarrow": False,
            "opacity": 0.14,
            "font": {"size": 24, "color": scene.colours.ink},
        }
    ]
