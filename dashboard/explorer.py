"""The figure of the page: prices, deviation and minutes on one time axis, as wide as the page lets it be."""

from typing import Any

import numpy as np

from dashboard.clock import Zone, naive, short, ticks
from dashboard.deviations import deviation_ends, deviation_traces, scale_of_deviations
from dashboard.explorer_arrows import arrows
from dashboard.explorer_marks import (
    DEVIATIONS,
    HEIGHT,
    MARGIN,
    PRICES,
    STRIP,
    ends,
    lane_names,
    levels,
    notice,
    titles,
)
from dashboard.explorer_notes import note_lines, note_marks
from dashboard.panels import SCREEN_WICKS, Trace, on_grid, window_range
from dashboard.prices import price_ends, price_traces, scale_of_prices
from dashboard.scales import Scale
from dashboard.scene import Scene
from dashboard.strips import LANES, strips
from dashboard.style import TEMPLATES
from dashboard.wire import Figure
from dashboard.words import window_notes

__all__ = ["HEIGHT", "explorer_figure"]


def explorer_figure(scene: Scene, zone: Zone = Zone.UTC) -> Figure:
    """Prices, deviation of the focus venue, and a strip of votes and states, on one time axis.

    Args:
        scene: What was measured, and how it looks.
        zone: The clock of the tick labels; the data stay in UTC.
    """
    measurement = scene.measurement
    prices, deviations, lanes = scale_of_prices(scene), scale_of_deviations(scene), strips(scene)
    traces = [_on(trace, 1) for trace in _pointed(price_traces(scene, SCREEN_WICKS))]
    traces += [_on(trace, 2) for trace in _pointed(deviation_traces(scene))]
    traces += [_on(trace, 3) for lane in lanes for trace in lane.traces]
    traces.append(_on(_ground(scene), 3))
    notes = window_notes(measurement, scene.catalogue)
    return {
        "data": [{"type": "scatter", **trace} for trace in traces],
        "layout": {
            "template": {"layout": _TEMPLATES[scene.theme]},
            "height": HEIGHT,
            "autosize": True,
            "margin": MARGIN,
            "hovermode": "x",
            "hoverdistance": -1,
            "dragmode": "zoom",
            "uirevision": f"{measurement.question.asset} {window_range(measurement)}",
            "annotations": [
                *titles(scene, prices),
                *ends(price_ends(scene), prices, PRICES),
                *ends(deviation_ends(scene), deviations, DEVIATIONS),
                *arrows(scene, prices),
                *note_marks(scene, notes),
                *lane_names(scene, lanes),
                *notice(scene),
            ],
            "shapes": [*levels(scene), *note_lines(scene, notes)],
            **_time_axes(scene, zone),
            "yaxis": _axis(prices, PRICES, 1),
            "yaxis2": _axis(deviations, DEVIATIONS, 2),
            "yaxis3": {"domain": STRIP, "anchor": "x3", "range": [0, LANES], "showticklabels": False},
        },
    }


def _on(trace: Trace, panel: int) -> Trace:
    suffix = "" if panel == 1 else str(panel)
    return {**trace, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _pointed(traces: list[Trace]) -> list[Trace]:
    """Lines and dots tell where the pointer is, areas and wicks do not; what it reads stands below the charts."""
    return [{**trace, "hoverinfo": "none"} if "x0" in trace else trace for trace in traces]


def _axis(scale: Scale, domain: tuple[float, float], panel: int) -> dict[str, Any]:
    return {
        "domain": domain,
        "anchor": "x" if panel == 1 else f"x{panel}",
        "type": "log" if scale.log else "linear",
        "range": scale.range,
        "tickmode": "array",
        "tickvals": list(scale.ticks),
        "ticktext": list(scale.text),
        "showgrid": True,
        "ticks": "outside",
        "ticklen": 5,
        "tickwidth": 0,
    }


def _time_axes(scene: Scene, zone: Zone) -> dict[str, Any]:
    """Three axes that move together; the lowest carries the labels of the clock."""
    question = scene.measurement.question
    marks = ticks(question.start, question.end, zone, 8, scene.measurement.axis.bar)
    common = {
        "type": "date",
        "range": window_range(scene.measurement),
        "tickmode": "array",
        "tickvals": [naive(at) for at in marks.at],
        "autotickangles": [0, 45],
        "showgrid": True,
        "fixedrange": False,
        "showspikes": True,
        "spikemode": "across",
        "spikesnap": "hovered data",
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": scene.colours.muted,
    }
    plain = {**common, "showticklabels": False}
    title = {"text": marks.title, "standoff": 4, "font": {"size": 13}}
    return {
        "xaxis": {**plain, "anchor": "y", "matches": "x3"},
        "xaxis2": {**plain, "anchor": "y2", "matches": "x3"},
        "xaxis3": {
            **common,
            "anchor": "y3",
            "showgrid": False,
            "ticktext": [short(text) for text in marks.text],
            "title": title,
        },
    }


def _ground(scene: Scene) -> Trace:
    """What the pointer finds on the strip, and in bars without any price."""
    measurement = scene.measurement
    level = np.zeros(measurement.axis.size)
    return {
        **on_grid(measurement, level),
        "mode": "lines",
        "line": {"width": 0},
        "opacity": 0,
        "hoverinfo": "none",
        "name": "",
    }


_TEMPLATES = {theme: template.layout.to_plotly_json() for theme, template in TEMPLATES.items()}
