"""What stands beside the lines of the page's figure: titles, names at line ends, thresholds, the notice.

Trades below the explorer's axis of prices: arrows at its lower edge, named where their names cover least.
"""

from typing import Any

import numpy as np

from dashboard.charts.timeline.prices import find_off_scale_trades, list_drawn_prices
from dashboard.charts.timeline.states import LANE_COUNT, Lane
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box, Points, place_callout, spread_labels
from dashboard.draw.scene import HOLLOW_DASH, EndLabel, Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, measure_text_width
from dashboard.draw.traces import build_grid_coordinates
from dashboard.sheet.panel import build_time_plot, join_lines
from dashboard.text.clock import format_naive
from deviation.report.headline import ILLUSTRATION

FIGURE_HEIGHT = 760
"""Height of the figure in pixels; its width is the page's."""

FIGURE_MARGIN = {"l": 68, "r": 138, "t": 46, "b": 52, "pad": 0, "autoexpand": False}
"""Pixels around the panels: numbers left, names at line ends right, the title of prices above, the clock below."""

INNER_HEIGHT = FIGURE_HEIGHT - FIGURE_MARGIN["t"] - FIGURE_MARGIN["b"]

PRICE_DOMAIN, DEVIATION_DOMAIN, STRIP_DOMAIN = (0.585, 1.0), (0.155, 0.525), (0.0, 0.095)
"""Where the panels stand, as shares of the inner height, from below."""

SMALL_FONT = 12


def _build_annotation(text: str, x: float, y: float, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - properties of an annotation
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "borderpad": 0,
        **properties,
    }


def build_titles(scene: Scene, prices: Scale) -> list[dict[str, Any]]:
    """What each panel shows, above it."""
    question = scene.measurement.question
    name = scene.catalogue.get_venue(question.focus).name
    reference_text = "fair value" if question.underlying else f"the {question.parameters.reference.label} of the others"
    quote = "as printed" if question.parameters.quote == "as-is" else "in dollars"
    log = ", log scale" if prices.log else ""
    texts = (
        (f"<b>Price of {question.asset}</b> {quote}{log}", PRICE_DOMAIN[1]),
        (f"<b>{name}</b> against {reference_text}", DEVIATION_DOMAIN[1]),
        (f"<b>Votes and {question.timeframe.noun}s</b>", STRIP_DOMAIN[1]),
    )
    style = {"xshift": 8 - FIGURE_MARGIN["l"], "yshift": 13, "font": {"size": 13}}
    return [_build_annotation(text, 0, y, **style) for text, y in texts]


def build_end_labels(labels: list[EndLabel], scale: Scale, panel: tuple[float, float]) -> list[dict[str, Any]]:
    """Names at the ends of the lines, never on each other."""
    low, high = ((1 - edge) * INNER_HEIGHT for edge in reversed(panel))
    targets = [low + (high - low) * (1 - min(max(scale.to_fraction(label.value), 0.0), 1.0)) for label in labels]
    heights = [2.5 * SMALL_FONT if len(label.text) > _LONG_NAME_LENGTH else 1.35 * SMALL_FONT for label in labels]
    return [
        _build_annotation(
            f"<b>{_break_name(label.text)}</b>"
            if label.is_bold
            else DASH_SAMPLES[label.dash] + _break_name(label.text),
            1,
            1 - y / INNER_HEIGHT,
            xshift=8,
            font={"size": SMALL_FONT, "color": label.colour},
        )
        for label, y in zip(labels, spread_labels(targets, heights, low - 8, high + 8), strict=True)
    ]


DASH_SAMPLES = {"": "", "solid": "\N{EM DASH} ", "dash": "- - ", HOLLOW_DASH: "○ "}
"""What stands for a dash before its label."""

_LONG_NAME_LENGTH = 16
"""Letters from which a name at a line's end takes two lines."""


def _break_name(text: str) -> str:
    if len(text) <= _LONG_NAME_LENGTH:
        return text
    head, _, tail = text.rpartition(" ")
    return f"{head}<br>{tail}" if head else text


def build_lane_labels(scene: Scene, lanes: tuple[Lane, ...]) -> list[dict[str, Any]]:
    """What each row of the strip is, right of it."""
    height = STRIP_DOMAIN[1] - STRIP_DOMAIN[0]
    return [
        _build_annotation(
            lane.label,
            1,
            STRIP_DOMAIN[0] + height * lane.middle / LANE_COUNT,
            xshift=8,
            font={"size": SMALL_FONT, "color": lane.colour},
        )
        for lane in lanes
    ] or [
        _build_annotation(
            "no candle of the focus venue", 0, STRIP_DOMAIN[0] + height / 2, font={"color": scene.colours.muted}
        )
    ]


def build_level_lines(scene: Scene) -> list[dict[str, Any]]:
    """Zero and the threshold on either side of it."""
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


def build_illustration_notice(scene: Scene) -> list[dict[str, Any]]:
    """What the reconstruction is, in words and across the panels."""
    if not scene.is_illustration:
        return []
    watermark = {
        "xanchor": "center",
        "textangle": -14,
        "opacity": 0.12,
        "font": {"size": 40, "color": scene.colours.ink},
    }
    text = f"{ILLUSTRATION}. Dashed: no figure of that venue is published."
    return [
        _build_annotation("ILLUSTRATION", 0.5, 0.5 * sum(PRICE_DOMAIN), **watermark),
        _build_annotation("ILLUSTRATION", 0.5, 0.5 * sum(DEVIATION_DOMAIN), **watermark),
        _build_annotation(
            text, 0, 1, xshift=8 - FIGURE_MARGIN["l"], yshift=33, font={"size": 13, "color": scene.colours.ink}
        ),
    ]


PANEL_WIDTH = 600.0
"""Width of the panel in pixels for which names are placed: that on a screen of 1440 pixels, as the own is not known."""

ARROW_FONT = 13
"""Font size of the names."""

POINT_GRID_PX = 2.0
"""Pixels to which points are rounded, so that long windows do not take longer."""


def build_arrows(scene: Scene, scale: Scale) -> list[dict[str, Any]]:
    """An arrow for each trade below the axis, its name on the side of the middle of the window and off the lines."""
    axis, trades = scene.measurement.axis, find_off_scale_trades(scene, scale)
    if not trades:
        return []
    panel = Box(0.0, 0.0, PANEL_WIDTH, (PRICE_DOMAIN[1] - PRICE_DOMAIN[0]) * INNER_HEIGHT)
    plot = build_time_plot(panel, axis.size, scale)
    lines = [build_grid_coordinates(scene.measurement, values)["y"] for values in list_drawn_prices(scene)]
    points = _snap_points(
        join_lines([build_time_plot(panel, values.size, scale).build_line_points(values) for values in lines])
    )
    occupied: list[Box] = []
    annotations = []
    for trade in trades:
        x, tip = plot.to_x(trade.position), panel.bottom - 2
        size = (measure_text_width(trade.text, ARROW_FONT) + 4, ARROW_FONT * LINE_HEIGHT)
        is_right = trade.position < axis.size / 2
        bounds = Box(x, 0.0, 2 * PANEL_WIDTH, tip) if is_right else Box(-PANEL_WIDTH, 0.0, x, tip)
        box = place_callout((x, tip), size, bounds, occupied, points)
        if box is None:
            continue
        occupied.append(box)
        annotations.append(
            {
                "text": trade.text,
                "x": format_naive(axis.time_at(trade.position)),
                "y": PRICE_DOMAIN[0],
                "xref": "x",
                "yref": "paper",
                "ax": box.left - x if is_right else box.right - x,
                "ay": (box.top + box.bottom) / 2 - tip,
                "xanchor": "left" if is_right else "right",
                "arrowhead": 2,
                "arrowwidth": 1.4,
                "arrowcolor": trade.colour,
                "font": {"size": ARROW_FONT, "color": trade.colour},
            }
        )
    return annotations


def _snap_points(points: Points) -> Points:
    """The points on a grid, each once."""
    cells = np.round(points / POINT_GRID_PX).astype(np.int64)
    keys = np.unique(cells[:, 0] * 100_000 + cells[:, 1])
    return POINT_GRID_PX * np.column_stack([keys // 100_000, keys % 100_000]).astype(np.float64)
