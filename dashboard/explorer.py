"""The figure of the page: prices, deviation and minutes on one time axis, as wide as the page lets it be."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.clock import Zone, naive, ticks
from dashboard.deviations import deviation_ends, deviation_traces, scale_of_deviations
from dashboard.explorer_marks import (
    DEVIATIONS,
    HEIGHT,
    MARGIN,
    PRICES,
    STRIP,
    arrows,
    ends,
    lane_names,
    levels,
    notice,
    titles,
)
from dashboard.panels import Trace, window_range
from dashboard.prices import price_ends, price_traces, scale_of_prices
from dashboard.scales import Scale
from dashboard.scene import Scene
from dashboard.strips import LANES, strips
from dashboard.style import TEMPLATES, Theme
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.minutes import State
from deviation.question import Group
from deviation.result import Measurement

__all__ = ["HEIGHT", "explorer_figure"]


def explorer_figure(
    measurement: Measurement,
    catalogue: Catalogue,
    *,
    theme: Theme = Theme.LIGHT,
    zone: Zone = Zone.UTC,
    hidden: frozenset[str] = frozenset(),
    assumed: frozenset[tuple[str, str]] = frozenset(),
) -> go.Figure:
    """Prices, deviation of the focus venue, and a strip of votes and states, on one time axis.

    Args:
        measurement: What was measured.
        catalogue: Names and colours of venues.
        theme: Light or dark paper.
        zone: The clock of the tick labels; the data stay in UTC.
        hidden: Venues that are not drawn. No number changes by it.
        assumed: Markets, as (venue, symbol), of which no figure is published: dashed on the reconstruction.
    """
    scene = Scene(measurement, catalogue, theme, hidden, assumed)
    prices, deviations, lanes = scale_of_prices(scene), scale_of_deviations(scene), strips(scene)
    traces = [_on(trace, 1) for trace in _readable(price_traces(scene), "%{y:.6~g}")]
    traces += [_on(trace, 2) for trace in _readable(deviation_traces(scene), "%{y:+.2f} %")]
    traces += [_on(trace, 3) for lane in lanes for trace in lane.traces]
    traces += [_on(trace, 3) for trace in _lane_texts(scene)]
    return go.Figure(
        data=[go.Scatter(trace) for trace in traces],
        layout={
            "template": TEMPLATES[theme],
            "height": HEIGHT,
            "autosize": True,
            "margin": MARGIN,
            "hovermode": "x unified",
            "dragmode": "zoom",
            "uirevision": f"{measurement.question.asset} {window_range(measurement)}",
            "annotations": [
                *titles(scene, prices),
                *ends(price_ends(scene), prices, PRICES),
                *ends(deviation_ends(scene), deviations, DEVIATIONS),
                *arrows(scene, prices),
                *lane_names(scene, lanes),
                *notice(scene),
            ],
            "shapes": levels(scene),
            **_time_axes(scene, zone),
            "yaxis": _axis(prices, PRICES, 1),
            "yaxis2": _axis(deviations, DEVIATIONS, 2),
            "yaxis3": {"domain": STRIP, "anchor": "x3", "range": [0, LANES], "showticklabels": False},
        },
    )


def _on(trace: Trace, panel: int) -> Trace:
    suffix = "" if panel == 1 else str(panel)
    return {**trace, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _readable(traces: list[Trace], form: str) -> list[Trace]:
    """Lines and dots answer to the pointer, areas and wicks do not."""
    return [
        {**trace, "hoverinfo": None, "hovertemplate": f"{form}<extra>{trace['name']}</extra>"}
        if "x0" in trace
        else trace
        for trace in traces
    ]


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
    seconds = ":%S" if question.timeframe is Timeframe.S1 else ""
    common = {
        "type": "date",
        "range": window_range(scene.measurement),
        "tickmode": "array",
        "tickvals": [naive(at) for at in marks.at],
        "showgrid": True,
        "fixedrange": False,
        "hoverformat": f"%d %b %H:%M{seconds} UTC",
    }
    plain = {**common, "showticklabels": False}
    title = {"text": marks.title, "standoff": 4, "font": {"size": 13}}
    return {
        "xaxis": {**plain, "anchor": "y", "matches": "x3"},
        "xaxis2": {**plain, "anchor": "y2", "matches": "x3"},
        "xaxis3": {**common, "anchor": "y3", "showgrid": False, "ticktext": list(marks.text), "title": title},
    }


def _lane_texts(scene: Scene) -> list[Trace]:
    """What the pointer reads on the strip: votes of each group, and the state of the focus venue's minute."""
    row, measurement = scene.focus, scene.measurement
    if row is None:
        return []
    invisible = {"mode": "lines", "line": {"width": 0}, "opacity": 0}
    traces: list[Trace] = []
    for place, group in enumerate(Group):
        grid = {"x0": window_range(measurement)[0], "dx": measurement.question.timeframe.ms}
        votes = row.series[group].votes
        level = np.full(votes.size, LANES - 0.5 - place, dtype=np.float32)
        template = f"%{{customdata}} {group.upper()} votes<extra></extra>"
        traces.append(
            {**grid, **invisible, "y": level, "customdata": votes.astype(np.int16), "hovertemplate": template}
        )
    names = np.array([state.name.lower() for state in State])[row.minutes.state]
    level = np.full(names.size, 0.5, dtype=np.float32)
    template = f"{scene.catalogue.venue(row.market.venue).name}: %{{text}}<extra></extra>"
    return [
        *traces,
        {**grid, **invisible, "y": level, "text": names.tolist(), "hovertemplate": template},
    ]
