"""Arrows at the edges of the explorer's price panel, for trades beyond its axis."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.charts.timeline.extreme_trades import ExtremeTrade
from dashboard.charts.timeline.layout import INNER_HEIGHT, PRICE_DOMAIN, FigureFrame
from dashboard.charts.timeline.prices import list_drawn_prices
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box, Points, place_callout
from dashboard.draw.plot import build_time_plot
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, measure_text_width, wrap_text
from dashboard.draw.traces import build_grid_coordinates
from dashboard.sheet.panel import join_lines
from dashboard.text.clock import format_naive
from deviation.side import Side

ARROW_FONT = 13
"""Font size of the labels."""

POINT_GRID_PX = 2.0
"""Pixels to which points of lines are rounded, so that long windows have no more of them than short ones."""


def build_arrows(
    scene: Scene, trades: Sequence[ExtremeTrade], scale: Scale, frame: FigureFrame
) -> list[dict[str, Any]]:
    """An arrow for each trade beyond the axis; its label lies towards the middle of the window and covers no line."""
    axis = scene.measurement.axis
    if not trades:
        return []
    panel = Box(0.0, 0.0, frame.panel_width, (PRICE_DOMAIN[1] - PRICE_DOMAIN[0]) * INNER_HEIGHT)
    plot = build_time_plot(panel, axis.size, scale)
    lines = [build_grid_coordinates(scene.measurement, values)["y"] for values in list_drawn_prices(scene)]
    points = _snap_points(
        join_lines([build_time_plot(panel, values.size, scale).build_line_points(values) for values in lines])
    )
    occupied: list[Box] = []
    annotations = []
    for trade in trades:
        is_below = trade.side is Side.BELOW
        x, tip = plot.to_x(trade.position), panel.bottom - 2 if is_below else panel.top + 2
        text_lines = wrap_text(trade.text, ARROW_FONT, frame.title_width / 2)
        text = "<br>".join(text_lines)
        size = (measure_text_width(text, ARROW_FONT) + 4, len(text_lines) * ARROW_FONT * LINE_HEIGHT)
        is_right = trade.position < axis.size / 2
        top, bottom = (0.0, tip) if is_below else (tip, panel.bottom)
        bounds = Box(x, top, 2 * frame.panel_width, bottom) if is_right else Box(-frame.panel_width, top, x, bottom)
        box = place_callout((x, tip), size, bounds, occupied, points)
        if box is None:
            continue
        occupied.append(box)
        annotations.append(
            {
                "text": text,
                "align": "left",
                "x": format_naive(axis.time_at(trade.position)),
                "y": PRICE_DOMAIN[0 if is_below else 1],
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
    """The distinct points on a grid of `POINT_GRID_PX`."""
    cells = np.round(points / POINT_GRID_PX).astype(np.int64)
    keys = np.unique(cells[:, 0] * 100_000 + cells[:, 1])
    return POINT_GRID_PX * np.column_stack([keys // 100_000, keys % 100_000]).astype(np.float64)
