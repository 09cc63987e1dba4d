"""The figure of the orders page: deviation, lanes by class and refusal rate on one time axis."""

from typing import Any

import numpy as np
import polars as pl

from dashboard.charts.orders.lanes import Lane, OrderLanes, build_bar_trace, build_rate_traces
from dashboard.charts.timeline.deviations import build_deviation_traces, fit_deviation_scale
from dashboard.draw.encoding import Figure
from dashboard.draw.scene import Scene
from dashboard.draw.theme import TEMPLATES
from dashboard.draw.traces import Trace, get_window_range
from dashboard.text.clock import build_ticks, convert_to_zone, format_naive, shorten_tick
from dashboard.text.orders import CLASS_LABELS
from deviation.wording import format_percent

TOP, BOTTOM, LEFT, RIGHT = 8, 48, 58, 12
"""Margins in pixels."""

DEVIATION_HEIGHT, LANE_HEIGHT, RATE_HEIGHT, LABEL_HEIGHT = 240, 38, 84, 24
"""Heights of the panels in pixels, and of the line above each of the lower ones."""

LABEL_FONT = 12

MAX_TIME_TICKS = 6


def measure_figure_height(lanes: OrderLanes) -> int:
    """The height of the figure in pixels."""
    return TOP + _measure_inner_height(lanes) + BOTTOM


def build_orders_figure(scene: Scene, lanes: OrderLanes) -> Figure:
    """The deviation of the focus exchange, a lane for each class with events, and the refusal rate.

    Labels are on the clock of the scene's zone; the data stay in UTC.
    """
    inner = _measure_inner_height(lanes)
    panels = _layout_panels(lanes)
    deviation_scale = fit_deviation_scale(scene)
    traces = [{**trace, "hoverinfo": "skip", "yaxis": "y"} for trace in build_deviation_traces(scene)]
    axes: dict[str, Any] = {
        "yaxis": {
            **_build_value_axis(panels[0], inner),
            "range": deviation_scale.range,
            "tickvals": list(deviation_scale.ticks),
            "ticktext": list(deviation_scale.tick_texts),
        }
    }
    for number, lane in enumerate(lanes.lanes, start=2):
        bars = build_bar_trace(lane, lanes.bar_ms, scene.theme)
        traces += [{**trace, "yaxis": f"y{number}"} for trace in (bars, _build_lane_hover(scene, lane, lanes))]
        highest = lane.highest
        axes[f"yaxis{number}"] = {
            **_build_value_axis(panels[number - 1], inner),
            "range": [0, highest],
            "tickvals": [0, highest],
            "ticktext": ["0", f"{highest:,}"],
        }
    rate_axis = len(lanes.lanes) + 2
    rate_traces = [*build_rate_traces(lanes, scene.colours.ink, scene.colours.band), _build_rate_hover(scene, lanes)]
    traces += [{**trace, "yaxis": f"y{rate_axis}"} for trace in rate_traces]
    axes[f"yaxis{rate_axis}"] = {
        **_build_value_axis(panels[-1], inner),
        "range": [0, 100],
        "tickvals": [0, 50, 100],
        "ticktext": ["0%", "50%", "100%"],
    }
    return {
        "data": [{"type": "scatter", "xaxis": "x", **trace} for trace in traces],
        "layout": {
            "template": {"layout": TEMPLATES[scene.theme].layout.to_plotly_json()},
            "height": measure_figure_height(lanes),
            "autosize": True,
            "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 0, "autoexpand": False},
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": scene.colours.paper,
                "bordercolor": scene.colours.rule,
                "font": {"color": scene.colours.ink},
            },
            "dragmode": False,
            "shapes": _build_level_lines(scene),
            "annotations": [*_build_labels(scene, lanes, panels, inner), *_build_sample_mark(scene)],
            "xaxis": _build_time_axis(scene, rate_axis),
            **axes,
        },
    }


def _measure_inner_height(lanes: OrderLanes) -> int:
    return DEVIATION_HEIGHT + len(lanes.lanes) * (LABEL_HEIGHT + LANE_HEIGHT) + LABEL_HEIGHT + RATE_HEIGHT


def _layout_panels(lanes: OrderLanes) -> list[tuple[float, float]]:
    """Top and bottom of each panel in pixels from the top: deviation, lanes, rate."""
    panels, y = [(0.0, float(DEVIATION_HEIGHT))], float(DEVIATION_HEIGHT)
    for height in (*[LANE_HEIGHT] * len(lanes.lanes), RATE_HEIGHT):
        panels.append((y + LABEL_HEIGHT, y + LABEL_HEIGHT + height))
        y += LABEL_HEIGHT + height
    return panels


def _build_value_axis(panel: tuple[float, float], inner: float) -> dict[str, Any]:
    top, bottom = panel
    return {
        "domain": [max(1 - bottom / inner, 0.0), 1 - top / inner],
        "anchor": "x",
        "tickmode": "array",
        "showgrid": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickwidth": 0,
        "tickfont": {"size": LABEL_FONT},
    }


def _build_time_axis(scene: Scene, rate_axis: int) -> dict[str, Any]:
    question = scene.measurement.question
    ticks = build_ticks(question.start, question.end, scene.zone, MAX_TIME_TICKS, scene.measurement.axis.bar_length)
    return {
        "type": "date",
        "range": get_window_range(scene.measurement),
        "anchor": f"y{rate_axis}",
        "tickmode": "array",
        "tickvals": [format_naive(time) for time in ticks.times],
        "ticktext": [shorten_tick(text) for text in ticks.labels],
        "showgrid": True,
        "title": {"text": ticks.title, "standoff": 4, "font": {"size": LABEL_FONT}},
    }


def _build_level_lines(scene: Scene) -> list[dict[str, Any]]:
    enter = 100 * scene.measurement.question.parameters.enter
    return [
        {
            "type": "line",
            "xref": "x domain",
            "yref": "y",
            "x0": 0,
            "x1": 1,
            "y0": value,
            "y1": value,
            "layer": "below",
            "line": {"color": scene.colours.rule, "width": 1, "dash": dash},
        }
        for value, dash in ((-enter, "dot"), (0.0, "solid"), (enter, "dot"))
    ]


def _build_labels(
    scene: Scene, lanes: OrderLanes, panels: list[tuple[float, float]], inner: float
) -> list[dict[str, Any]]:
    """The name of each lower panel, above it."""
    texts = [*(lane.label for lane in lanes.lanes), lanes.rate_title.partition(":")[0]]
    return [
        {
            "text": text,
            "x": 0,
            "y": 1 - top / inner,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "borderpad": 0,
            "yshift": 2,
            "font": {"size": LABEL_FONT, "color": scene.colours.text},
        }
        for text, (top, _) in zip(texts, panels[1:], strict=True)
    ]


def _build_sample_mark(scene: Scene) -> list[dict[str, Any]]:
    if not scene.is_illustration:
        return []
    return [
        {
            "text": "SAMPLE DATA",
            "x": 0.5,
            "y": 0.8,
            "xref": "paper",
            "yref": "paper",
            "showarrow": False,
            "textangle": -14,
            "opacity": 0.12,
            "font": {"size": 40, "color": scene.colours.ink},
        }
    ]


def _build_lane_hover(scene: Scene, lane: Lane, lanes: OrderLanes) -> Trace:
    """Invisible points in the middle of the bars that say time and count."""
    name = CLASS_LABELS[lane.order_class]
    texts = [
        f"{time}: {count:,.0f} {name}"
        for time, count in zip(_format_times(scene, lane.starts), lane.counts.tolist(), strict=True)
    ]
    return _build_hover_trace(lane.starts + lanes.bar_ms / 2, lane.counts / 2, texts)


def _build_rate_hover(scene: Scene, lanes: OrderLanes) -> Trace:
    starts = lanes.rates["minute"].dt.epoch("ms").cast(pl.Float64).to_numpy()
    rows = lanes.rates.select("refused", "attempted", "rate", "low", "high").iter_rows()
    texts = [
        f"{time}: {refused:,} of {attempted:,} refused, {format_percent(rate)} "
        f"({format_percent(low).removesuffix('%')}-{format_percent(high)})"
        for time, (refused, attempted, rate, low, high) in zip(_format_times(scene, starts), rows, strict=True)
    ]
    return _build_hover_trace(starts + lanes.bar_ms / 2, 100 * lanes.rates["rate"].to_numpy(), texts)


def _build_hover_trace(
    x: np.ndarray[Any, np.dtype[np.float64]], y: np.ndarray[Any, np.dtype[np.float64]], texts: list[str]
) -> Trace:
    return {
        "x": x,
        "y": y.astype(np.float32),
        "mode": "markers",
        "marker": {"size": 8, "opacity": 0},
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _format_times(scene: Scene, starts: np.ndarray[Any, np.dtype[np.float64]]) -> list[str]:
    times = pl.Series(starts).cast(pl.Int64).cast(pl.Datetime("ms", "UTC")).to_list()
    return [f"{convert_to_zone(time, scene.zone):%H:%M} {scene.zone}" for time in times]
