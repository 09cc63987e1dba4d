"""Trades below the explorer's axis of prices: arrows at its lower edge, named where their names cover least."""

from dataclasses import replace
from typing import Any

import numpy as np

from dashboard.clock import naive
from dashboard.explorer_marks import INNER, PRICES
from dashboard.labels import Box, Points, place
from dashboard.lettering import LINE, text_width
from dashboard.panels import on_grid
from dashboard.plot import Plot, joined
from dashboard.prices import drawn_prices, off_scale
from dashboard.scales import Scale
from dashboard.scene import Scene

WIDTH = 600.0
"""Width of the panel in pixels for which names are placed: that on a screen of 1440 pixels, as the own is not known."""

SIZE = 13
"""Font size of the names."""

GRAIN = 2.0
"""Pixels to which points are rounded, so that long windows do not take longer."""


def arrows(scene: Scene, scale: Scale) -> list[dict[str, Any]]:
    """An arrow for each trade below the axis, its name on the side of the middle of the window and off the lines."""
    axis, trades = scene.measurement.axis, off_scale(scene, scale)
    if not trades:
        return []
    panel = Box(0.0, 0.0, WIDTH, (PRICES[1] - PRICES[0]) * INNER)
    plot = Plot(panel, scene.measurement.question.start, axis.size, scale)
    lines = [on_grid(scene.measurement, values)["y"] for values in drawn_prices(scene)]
    points = _coarse(joined([replace(plot, bars=values.size).points(values) for values in lines]))
    taken: list[Box] = []
    found = []
    for trade in trades:
        x, tip = plot.x(trade.position), panel.bottom - 2
        size = (text_width(trade.text, SIZE) + 4, SIZE * LINE)
        right = trade.position < axis.size / 2
        bounds = Box(x, 0.0, 2 * WIDTH, tip) if right else Box(-WIDTH, 0.0, x, tip)
        box = place((x, tip), size, bounds, taken, points)
        if box is None:
            continue
        taken.append(box)
        found.append(
            {
                "text": trade.text,
                "x": naive(axis.time(trade.position)),
                "y": PRICES[0],
                "xref": "x",
                "yref": "paper",
                "ax": box.left - x if right else box.right - x,
                "ay": (box.top + box.bottom) / 2 - tip,
                "xanchor": "left" if right else "right",
                "arrowhead": 2,
                "arrowwidth": 1.4,
                "arrowcolor": trade.colour,
                "font": {"size": SIZE, "color": trade.colour},
            }
        )
    return found


def _coarse(points: Points) -> Points:
    """The points on a grid, each once."""
    cells = np.round(points / GRAIN).astype(np.int64)
    keys = np.unique(cells[:, 0] * 100_000 + cells[:, 1])
    return GRAIN * np.column_stack([keys // 100_000, keys % 100_000]).astype(np.float64)
