"""A panel of the small multiples as the browser draws it, on the clock or on minutes since the window's start."""

from typing import Any

import plotly.graph_objects as go

from dashboard.clock import Zone, naive, short, ticks
from dashboard.compare_panels import panel_traces, since_start
from dashboard.panels import Trace, window_range
from dashboard.scales import Scale, steps
from dashboard.scene import Scene
from dashboard.style import TEMPLATES
from data.schema import Timeframe

HEIGHT = 220
"""Height of a panel in pixels; its width is the page's."""

MARGIN = {"l": 50, "r": 8, "t": 8, "b": 26, "pad": 0, "autoexpand": False}

AXIS_FONT = {"size": 12}


def panel_figure(scene: Scene, scale: Scale, zone: Zone) -> go.Figure:
    """A panel on the clock; ``zone`` is that of the tick labels."""
    shown = "%H:%M:%S" if scene.measurement.question.timeframe is Timeframe.S1 else "%H:%M"
    return _figure(scene, scale, panel_traces(scene), clock_axis(scene, zone, most=4), f"%{{x|{shown}}} UTC")


def since_start_figure(scene: Scene, scale: Scale, minutes: float) -> go.Figure:
    """A panel on minutes since its window's start, as many as ``minutes``."""
    traces = [since_start(scene.measurement, trace) for trace in panel_traces(scene)]
    return _figure(scene, scale, traces, minutes_axis(minutes, most=6), "minute %{x}")


def clock_axis(scene: Scene, zone: Zone, most: int) -> dict[str, Any]:
    """The window's own time, ticks on the clock of ``zone``; days without their time where the ticks are days."""
    question = scene.measurement.question
    marks = ticks(question.start, question.end, zone, most, scene.measurement.axis.bar)
    return {
        "type": "date",
        "range": window_range(scene.measurement),
        "tickmode": "array",
        "tickvals": [naive(at) for at in marks.at],
        "ticktext": [short(text) for text in marks.text],
    }


def minutes_axis(minutes: float, most: int) -> dict[str, Any]:
    """Minutes since the start, at round numbers."""
    at = steps(0, minutes, most)
    return {
        "type": "linear",
        "range": [0, minutes],
        "tickmode": "array",
        "tickvals": list(at),
        "ticktext": [f"{value:,.0f}" for value in at],
    }


def value_axis(scale: Scale) -> dict[str, Any]:
    """What of the y axis another scale changes."""
    return {"range": scale.range, "tickvals": list(scale.ticks), "ticktext": list(scale.text)}


def _figure(scene: Scene, scale: Scale, traces: list[Trace], x: dict[str, Any], when: str) -> go.Figure:
    shown = [
        {**trace, "hoverinfo": None, "hovertemplate": f"{trace['name']}<br>%{{y:+.2f}} % at {when}<extra></extra>"}
        for trace in traces
    ]
    return go.Figure(
        data=[go.Scatter(trace) for trace in shown],
        layout={
            "template": TEMPLATES[scene.theme],
            "height": HEIGHT,
            "autosize": True,
            "margin": MARGIN,
            "hovermode": "closest",
            "dragmode": False,
            "annotations": watermark(scene),
            "shapes": levels(scene),
            "xaxis": {**x, "showgrid": True, "tickfont": AXIS_FONT, "tickangle": 0},
            "yaxis": {"tickmode": "array", "showgrid": True, "tickfont": AXIS_FONT, **value_axis(scale)},
        },
    )


def levels(scene: Scene, suffix: str = "") -> list[dict[str, Any]]:
    """Zero and the threshold on either side of it, in the subplot of that suffix."""
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


def watermark(scene: Scene, suffix: str = "") -> list[dict[str, Any]]:
    """Across each panel that shows the reconstruction, so that none can be shown without it."""
    if not scene.illustration:
        return []
    return [
        {
            "text": "ILLUSTRATION",
            "x": 0.5,
            "y": 0.5,
            "xref": f"x{suffix} domain",
            "yref": f"y{suffix} domain",
            "showarrow": False,
            "opacity": 0.14,
            "font": {"size": 24, "color": scene.colours.ink},
        }
    ]
