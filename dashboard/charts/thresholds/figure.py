"""Minutes that each market spent at least so far off: a line per market, and the table of the same numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.components.definition import link_to_definition
from dashboard.components.static_html import StaticElement, build_element
from dashboard.draw.axis import Scale
from dashboard.draw.encoding import Figure
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import Scene
from dashboard.draw.theme import TEMPLATE_LAYOUTS
from dashboard.draw.traces import Trace
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.text.numbers import EN_DASH
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT
from deviation.wording import format_minutes

FIGURE_HEIGHT = 270
"""Height of the chart in pixels."""

ZERO_OFFSET = 0.6
"""Distance of zero below the shortest possible time, in powers of ten: a log scale has no place for zero."""

SIZE_LABELS = tuple(f"{x}%" for x in THRESHOLDS_PCT)
"""Labels of the sizes on the axis."""


@dataclass(frozen=True, slots=True)
class MinuteScale:
    """The scale of minutes: powers of ten from the length of a bar on, and below them a position for zero.

    Attributes:
        axis: The positions that the axis covers, and its ticks.
        bottom: The position of the shortest possible time, one bar.
        zero: The position of zero minutes.
    """

    axis: Scale
    bottom: float
    zero: float

    @property
    def break_position(self) -> float:
        """The position between zero and the shortest possible time."""
        return (self.zero + self.bottom) / 2

    def to_position(self, minutes: float) -> float:
        """The position of a number of minutes."""
        return math.log10(minutes) if minutes else self.zero


def write_chart_note(scene: Scene, side: Side) -> str:
    """What the chart shows, in a sentence."""
    return (
        f"Comparable {scene.measurement.question.timeframe.noun}s at least this far {side} the other exchanges of the "
        "same quote currency; the chosen exchange bold."
    )


def build_minute_scale(scene: Scene, rows: Sequence[MarketRow], side: Side) -> MinuteScale:
    """A scale that covers the times of these markets on a side, and at least ten bars."""
    bar_minutes = scene.measurement.question.timeframe.convert_to_minutes(1)
    max_minutes = max([10 * bar_minutes, *(get_threshold_min(row, side)[THRESHOLDS_PCT[0]] for row in rows)])
    bottom = math.log10(bar_minutes)
    zero = bottom - ZERO_OFFSET
    ticks = [
        minutes for minutes in (0.02, 0.1, 1, 5, 10, 100, 1_000, 10_000) if bar_minutes * 0.99 <= minutes <= max_minutes
    ]
    axis = Scale(
        zero - 0.15,
        math.log10(max_minutes) + 0.1,
        ticks=(zero, *(math.log10(minutes) for minutes in ticks)),
        tick_texts=("0", *(format_minutes(minutes) for minutes in ticks)),
    )
    return MinuteScale(axis, bottom, zero)


def get_threshold_min(row: MarketRow, side: Side) -> dict[int, float]:
    """The minutes of a market at or beyond each size on a side, by per cent, against its own group."""
    return row.own_summary.get_side(side).threshold_min


def list_compared_rows(scene: Scene) -> list[MarketRow]:
    """The markets with firm minutes, the focus venue's last, so that it is drawn over all others."""
    rows = [row for row in scene.measurement.rows if row.is_spot and row.own_summary.firm_min]
    if scene.focus is not None and not scene.focus.is_spot and scene.focus.own_summary.firm_min:
        rows.append(scene.focus)
    return sorted(rows, key=lambda row: row is scene.focus)


def build_threshold_figure(scene: Scene, side: Side) -> Figure:
    """A line per market over the sizes on a side; minutes on a log scale with a separate place for zero."""
    rows, colours = list_compared_rows(scene), scene.colours
    names = name_rows(scene, rows)
    scale = build_minute_scale(scene, rows, side)
    axis = {"showgrid": True, "tickmode": "array", "ticks": "", "fixedrange": True}
    return {
        "data": [_build_hoverable_line(scene, row, name, scale, side) for row, name in zip(rows, names, strict=True)],
        "layout": {
            "template": {"layout": TEMPLATE_LAYOUTS[scene.theme]},
            "height": FIGURE_HEIGHT,
            "autosize": True,
            "margin": {"l": 52, "r": 12, "t": 10, "b": 40, "pad": 0, "autoexpand": False},
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.ink}},
            "dragmode": False,
            "xaxis": {
                **axis,
                "range": [-0.2, len(THRESHOLDS_PCT) - 0.8],
                "tickvals": list(range(len(THRESHOLDS_PCT))),
                "ticktext": list(SIZE_LABELS),
                "title": {"text": f"{side} the others by at least this much", "standoff": 4, "font": {"size": 12}},
            },
            "yaxis": {
                **axis,
                "range": scale.axis.range,
                "tickvals": list(scale.axis.ticks),
                "ticktext": list(scale.axis.tick_texts),
            },
            "shapes": [_build_break_line(colours.rule, scale.break_position)],
            "annotations": [_build_unit_label(colours.muted), *([] if rows else [_build_empty_label(colours.muted)])],
        },
    }


def _build_hoverable_line(scene: Scene, row: MarketRow, name: str, scale: MinuteScale, side: Side) -> Trace:
    width, marker_size = (3, 7) if row is scene.focus else (1.3, 4)
    minutes, firm_text = get_threshold_min(row, side), format_minutes(row.own_summary.firm_min)
    return {
        "type": "scatter",
        **build_line_trace(scene, row, name, scale, side, width=width, marker_size=marker_size),
        "text": [
            f"{name}: {format_minutes(minutes[pct])} of {firm_text} comparable minutes at least {pct}% {side}"
            for pct in THRESHOLDS_PCT
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def build_line_trace(
    scene: Scene, row: MarketRow, name: str, scale: MinuteScale, side: Side, *, width: float, marker_size: float
) -> Trace:
    """The line of a market: the positions of its minutes at each size, by the index of the size."""
    colour, minutes = scene.select_colour(row), get_threshold_min(row, side)
    return {
        "x": list(range(len(THRESHOLDS_PCT))),
        "y": [scale.to_position(minutes[pct]) for pct in THRESHOLDS_PCT],
        "mode": "lines+markers",
        "line": {
            "color": colour,
            "width": width,
            "dash": "solid" if row is scene.focus else scene.select_dash(row.market),
        },
        "marker": {"color": colour, "size": marker_size},
        "name": name,
    }


def _build_break_line(colour: str, y: float) -> dict[str, Any]:
    """A dotted line between zero and the rest of the scale."""
    line = {"color": colour, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y, "line": line}


def _build_unit_label(colour: str) -> dict[str, Any]:
    return {
        "text": "minutes, log scale",
        "x": 1,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "right",
        "yanchor": "top",
        "showarrow": False,
        "font": {"size": 12, "color": colour},
    }


def _build_empty_label(colour: str) -> dict[str, Any]:
    """A sentence in place of lines."""
    return {
        "text": "Fewer than three other exchanges have prices: nothing to count",
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"size": 13, "color": colour},
    }


def build_threshold_table(scene: Scene, side: Side, links: ViewLinks) -> StaticElement:
    """The minutes of each line as a table, the focus venue first."""
    labels = (
        "Exchange",
        *(f"\N{GREATER-THAN OR EQUAL TO} {label} {side}" for label in SIZE_LABELS),
        link_to_definition("Comparable minutes", MethodAnchor.FIRM, links),
    )
    header = build_element("tr", *(build_element("th", label, scope="col") for label in labels))
    rows = [_build_table_row(scene, row, side) for row in reversed(list_compared_rows(scene))]
    body = build_element("tbody", *(rows or [build_element("tr", build_element("td", EN_DASH))]))
    return build_element("table", build_element("thead", header), body)


def _build_table_row(scene: Scene, row: MarketRow, side: Side) -> StaticElement:
    counts = [*get_threshold_min(row, side).values(), row.own_summary.firm_min]
    return build_element(
        "tr",
        build_element("th", scene.format_name(row), build_element("small", row.market.symbol), scope="row"),
        *(build_element("td", format_minutes(count), className="number") for count in counts),
        className="focus" if row is scene.focus else "",
    )
