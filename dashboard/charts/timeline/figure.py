"""The explorer's figure: prices, deviation and minute states on one time axis, as wide as its page."""

from typing import Any

import numpy as np

from dashboard.charts.timeline.annotations import (
    build_end_labels,
    build_illustration_notice,
    build_lane_labels,
    build_titles,
    count_extra_lines,
    write_price_title,
)
from dashboard.charts.timeline.arrows import build_arrows
from dashboard.charts.timeline.deviations import build_deviation_end_labels, build_deviation_traces, fit_deviation_scale
from dashboard.charts.timeline.extreme_trades import find_off_scale_trades
from dashboard.charts.timeline.layout import (
    DEVIATION_DOMAIN,
    FIGURE_HEIGHT,
    PHONE,
    PRICE_DOMAIN,
    STRIP_DOMAIN,
    WIDE,
    FigureFrame,
)
from dashboard.charts.timeline.notes import build_note_lines, build_note_marks
from dashboard.charts.timeline.prices import build_price_end_labels, build_price_traces, fit_price_scale
from dashboard.charts.timeline.states import build_lanes
from dashboard.draw.axis import Scale
from dashboard.draw.encoding import Figure
from dashboard.draw.scene import Scene
from dashboard.draw.theme import TEMPLATE_LAYOUTS
from dashboard.draw.traces import MAX_SCREEN_WICKS, Trace, build_grid_coordinates, get_window_range
from dashboard.text.clock import build_ticks, format_naive, shorten_tick
from dashboard.text.sentences import list_window_notes


def build_explorer_figure(scene: Scene) -> Figure:
    """Prices, deviation of the focus venue, and a strip of prices and states, on one time axis.

    Labels are on the clock of the scene's zone; the data stay in UTC.
    """
    measurement = scene.measurement
    prices, deviations, lanes = fit_price_scale(scene), fit_deviation_scale(scene), build_lanes(scene)
    traces = [_assign_axes(trace, 1) for trace in _mark_hoverable(build_price_traces(scene, MAX_SCREEN_WICKS))]
    traces += [_assign_axes(trace, 2) for trace in _mark_hoverable(build_deviation_traces(scene))]
    traces += [_assign_axes(trace, 3) for lane in lanes for trace in lane.traces]
    traces.append(_assign_axes(_build_hover_trace(scene), 3))
    notes, price_title = list_window_notes(measurement, scene.catalogue), write_price_title(scene, prices)
    price_labels, deviation_labels = build_price_end_labels(scene), build_deviation_end_labels(scene)
    off_scale_trades = find_off_scale_trades(scene, prices)

    def build_surroundings(frame: FigureFrame) -> dict[str, Any]:
        return {
            "margin": frame.build_margin(count_extra_lines(scene, price_title, frame)),
            "annotations": [
                *build_titles(scene, price_title, frame),
                *build_end_labels(price_labels, prices, PRICE_DOMAIN, frame),
                *build_end_labels(deviation_labels, deviations, DEVIATION_DOMAIN, frame),
                *build_arrows(scene, off_scale_trades, prices, frame),
                *build_note_marks(scene, notes),
                *build_lane_labels(scene, lanes, frame),
                *build_illustration_notice(scene, price_title, frame),
            ],
        }

    return {
        "data": [{"type": "scatter", **trace} for trace in traces],
        "layout": {
            "template": {"layout": TEMPLATE_LAYOUTS[scene.theme]},
            "height": FIGURE_HEIGHT,
            "autosize": True,
            "hovermode": "x",
            "hoverdistance": -1,
            "dragmode": "zoom",
            "uirevision": f"{measurement.question.asset} {get_window_range(measurement)}",
            **build_surroundings(WIDE),
            # What the browser puts in their place on a phone.
            "meta": {"phone": build_surroundings(PHONE)},
            "shapes": [*_build_level_lines(scene), *build_note_lines(scene, notes)],
            **_build_time_axes(scene),
            "yaxis": _build_value_axis(prices, PRICE_DOMAIN, 1),
            "yaxis2": _build_value_axis(deviations, DEVIATION_DOMAIN, 2),
            "yaxis3": {
                "domain": STRIP_DOMAIN,
                "anchor": "x3",
                "range": [0, max(len(lanes), 1)],
                "showticklabels": False,
            },
        },
    }


def _assign_axes(trace: Trace, panel: int) -> Trace:
    suffix = "" if panel == 1 else str(panel)
    return {**trace, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _mark_hoverable(traces: list[Trace]) -> list[Trace]:
    """Let lines and dots report the hovered time without a hover label; areas and wicks stay silent."""
    return [{**trace, "hoverinfo": "none"} if "x0" in trace else trace for trace in traces]


def _build_value_axis(scale: Scale, domain: tuple[float, float], panel: int) -> dict[str, Any]:
    return {
        "domain": domain,
        "anchor": "x" if panel == 1 else f"x{panel}",
        "type": "log" if scale.log else "linear",
        "range": scale.range,
        "tickmode": "array",
        "tickvals": list(scale.ticks),
        "ticktext": list(scale.tick_texts),
        "showgrid": True,
        "ticks": "outside",
        "ticklen": 5,
        "tickwidth": 0,
    }


def _build_level_lines(scene: Scene) -> list[dict[str, Any]]:
    """Lines in the panel of deviations: solid at zero, dotted at the threshold on either side."""
    enter = 100 * scene.measurement.question.parameters.enter
    return [
        {
            "type": "line",
            "xref": "x2 domain",
            "yref": "y2",
            "x0": 0,
            "x1": 1,
            "y0": value,
            "y1": value,
            "layer": "below",
            "line": {"color": scene.colours.rule, "width": 1, "dash": dash},
        }
        for value, dash in ((-enter, "dot"), (0.0, "solid"), (enter, "dot"))
    ]


def _build_time_axes(scene: Scene) -> dict[str, Any]:
    """Three axes that move together; the lowest has the tick labels."""
    question = scene.measurement.question
    time_ticks = build_ticks(question.start, question.end, scene.zone, 8, scene.measurement.axis.bar_length)
    common = {
        "type": "date",
        "range": get_window_range(scene.measurement),
        "tickmode": "array",
        "tickvals": [format_naive(time) for time in time_ticks.times],
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
    unlabelled = {**common, "showticklabels": False}
    title = {"text": time_ticks.title, "standoff": 4, "font": {"size": 13}}
    return {
        "xaxis": {**unlabelled, "anchor": "y", "matches": "x3"},
        "xaxis2": {**unlabelled, "anchor": "y2", "matches": "x3"},
        "xaxis3": {
            **common,
            "anchor": "y3",
            "showgrid": False,
            "ticktext": [shorten_tick(text) for text in time_ticks.labels],
            "title": title,
        },
    }


def _build_hover_trace(scene: Scene) -> Trace:
    """An invisible line through every bar of the strip, so that bars without any price can be hovered too."""
    measurement = scene.measurement
    level = np.zeros(measurement.axis.size)
    return {
        **build_grid_coordinates(measurement, level),
        "mode": "lines",
        "line": {"width": 0},
        "opacity": 0,
        "hoverinfo": "none",
        "name": "",
    }
