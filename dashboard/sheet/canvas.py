"""A sheet in pixels from its top left corner: text, lines, polygons and subplots at exact positions.

All of it is stored in paper coordinates of a figure without margins, so that plotly lays nothing out by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from dashboard.draw.label_layout import Box
from dashboard.draw.text_metrics import LINE_HEIGHT, measure_text_width
from dashboard.draw.traces import Trace

ALIGN_SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}
"""Share of a text's width that lies left of its position."""


@dataclass(slots=True)
class Sheet:
    """Collects the elements of a figure of ``width`` times ``height`` pixels."""

    width: int
    height: int
    traces: list[Trace] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    axes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write_text(
        self, text: str, x: float, y: float, *, size: float, colour: str, align: str = "left", bold: bool = False
    ) -> Box:
        """Add one line of text with its middle at height ``y``; returns the box that it covers."""
        self.annotations.append(
            {
                "text": f"<b>{text}</b>" if bold else text,
                "x": x / self.width,
                "y": 1 - y / self.height,
                "xref": "paper",
                "yref": "paper",
                "xanchor": align,
                "yanchor": "middle",
                "align": align,
                "showarrow": False,
                "borderpad": 0,
                "font": {"size": size, "color": colour},
            }
        )
        width = measure_text_width(text, size, bold=bold)
        left = x - ALIGN_SHARES[align] * width
        return Box(left, y - LINE_HEIGHT * size / 2, left + width, y + LINE_HEIGHT * size / 2)

    def draw_line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str,
        width: float = 1.0,
        dash: str = "solid",
        *,
        below: bool = False,
    ) -> None:
        """Add a straight line, below traces or above them."""
        self.shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "yref": "paper",
                "x0": start[0] / self.width,
                "y0": 1 - start[1] / self.height,
                "x1": end[0] / self.width,
                "y1": 1 - end[1] / self.height,
                "line": {"color": colour, "width": width, "dash": dash},
                "layer": "below" if below else "above",
            }
        )

    def draw_polygon(self, corners: Sequence[tuple[float, float]], colour: str, edge: str | None = None) -> None:
        """Add a filled polygon, with an outline of 2 pixels in the colour ``edge``, if any."""
        points = " L ".join(f"{x / self.width:.6f} {1 - y / self.height:.6f}" for x, y in corners)
        self.shapes.append(
            {
                "type": "path",
                "xref": "paper",
                "yref": "paper",
                "path": f"M {points} Z",
                "fillcolor": colour,
                "line": {"width": 0} if edge is None else {"width": 2, "color": edge},
            }
        )

    def draw_lines(
        self, lines: Sequence[tuple[tuple[float, float], tuple[float, float]]], colour: str, width: float
    ) -> None:
        """Add several straight lines as one shape, which is far faster to draw than a shape each."""
        ends = (tuple(f"{x / self.width:.6f} {1 - y / self.height:.6f}" for x, y in line) for line in lines)
        self.shapes.append(
            {
                "type": "path",
                "xref": "paper",
                "yref": "paper",
                "path": " ".join(f"M {start} L {end}" for start, end in ends),
                "line": {"width": width, "color": colour},
            }
        )

    def add_subplot(self, number: int, box: Box, x: dict[str, Any], y: dict[str, Any], traces: Sequence[Trace]) -> None:
        """Add a subplot that fills a box: properties of its axes, and its traces; ``number`` names its axes."""
        suffix = "" if number == 1 else str(number)
        self.axes[f"xaxis{suffix}"] = {
            "domain": [box.left / self.width, box.right / self.width],
            "anchor": f"y{suffix}",
            **x,
        }
        self.axes[f"yaxis{suffix}"] = {
            "domain": [1 - box.bottom / self.height, 1 - box.top / self.height],
            "anchor": f"x{suffix}",
            **y,
        }
        self.traces += [{**trace, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"} for trace in traces]

    def build_figure(self, template: go.layout.Template) -> go.Figure:
        """The figure of all elements."""
        return go.Figure(
            # Without an uid of its own a trace gets a random one, and files would differ each time.
            data=[{"type": "scatter", **trace, "uid": f"t{number}"} for number, trace in enumerate(self.traces)],
            layout={
                "template": template,
                "width": self.width,
                "height": self.height,
                "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0, "autoexpand": False},
                "annotations": self.annotations,
                "shapes": self.shapes,
                **self.axes,
            },
        )
