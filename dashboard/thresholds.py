"""How long each market stood at or beyond each depth: a curve per market, and the table behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from dash import html

from dashboard.anchors import Anchor
from dashboard.links import Links
from dashboard.scene import Scene
from dashboard.style import DASH, TEMPLATES
from dashboard.wire import Figure
from deviation.headline import minutes_text
from deviation.result import Row
from deviation.summary import THRESHOLDS_PCT

HEIGHT = 270
"""Pixels of the chart."""

ZERO_BELOW = 0.6
"""How far below the shortest possible time, in powers of ten, "none" stands: a log scale has no place for it."""

STEPS = tuple(f"\N{GREATER-THAN OR EQUAL TO} {x} %" for x in THRESHOLDS_PCT)
"""The depths as the axis names them."""

NOTE = "Firm minutes at or beyond each depth, each exchange against its own group; the focus bold."


@dataclass(frozen=True, slots=True)
class MinuteScale:
    """Minutes in powers of ten: the least possible time, the longest, where "none" stands, and the ticks."""

    bottom: float
    top: float
    zero: float
    ticks: tuple[tuple[float, str], ...]

    @property
    def range(self) -> list[float]:
        """The axis, with some air."""
        return [self.zero - 0.15, self.top + 0.1]

    @property
    def end(self) -> float:
        """Where the scale ends and "none" begins."""
        return (self.zero + self.bottom) / 2

    def at(self, minutes: float) -> float:
        """Where a time stands on the axis."""
        return float(np.log10(minutes)) if minutes else self.zero


def minute_scale(scene: Scene, rows: Sequence[Row]) -> MinuteScale:
    """A scale that holds the times of these markets, and at least ten bars."""
    unit = scene.measurement.question.timeframe.minutes(1)
    most = max([10 * unit, *(row.own.threshold_min[THRESHOLDS_PCT[0]] for row in rows)])
    bottom = float(np.log10(unit))
    zero = bottom - ZERO_BELOW
    ticks = [minutes for minutes in (0.02, 0.1, 1, 5, 10, 100, 1_000, 10_000) if unit * 0.99 <= minutes <= most]
    texts = ((float(np.log10(minutes)), minutes_text(minutes)) for minutes in ticks)
    return MinuteScale(bottom, float(np.log10(most)), zero, ((zero, "none"), *texts))


def compared(scene: Scene) -> list[Row]:
    """The markets with firm minutes, the focus venue's last, so that it is drawn over all others."""
    rows = [row for row in scene.measurement.rows if row.spot and row.own.firm_min]
    if scene.focus is not None and not scene.focus.spot and scene.focus.own.firm_min:
        rows.append(scene.focus)
    return sorted(rows, key=lambda row: row is scene.focus)


def threshold_figure(scene: Scene) -> Figure:
    """A line per market over the depths; minutes on a log scale, with a place of its own for none."""
    rows, colours = compared(scene), scene.colours
    scale = minute_scale(scene, rows)
    axis = {"showgrid": True, "tickmode": "array", "ticks": "", "fixedrange": True}
    return {
        "data": [_line(scene, row, scale) for row in rows],
        "layout": {
            "template": {"layout": TEMPLATES[scene.theme].layout.to_plotly_json()},
            "height": HEIGHT,
            "autosize": True,
            "margin": {"l": 52, "r": 12, "t": 10, "b": 40, "pad": 0, "autoexpand": False},
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.ink}},
            "dragmode": False,
            "xaxis": {
                **axis,
                "range": [-0.2, len(THRESHOLDS_PCT) - 0.8],
                "tickvals": list(range(len(THRESHOLDS_PCT))),
                "ticktext": list(STEPS),
                "title": {"text": "below the others", "standoff": 4, "font": {"size": 12}},
            },
            "yaxis": {
                **axis,
                "range": scale.range,
                "tickvals": [at for at, _ in scale.ticks],
                "ticktext": [text for _, text in scale.ticks],
            },
            "shapes": [_break(colours.rule, scale.end)],
            "annotations": [_unit(colours.muted)],
        },
    }


def _line(scene: Scene, row: Row, scale: MinuteScale) -> dict[str, Any]:
    focus = row is scene.focus
    minutes = [row.own.threshold_min[x] for x in THRESHOLDS_PCT]
    firm = minutes_text(row.own.firm_min)
    name = scene.name(row)
    colour = scene.focus_colour if focus else scene.colours.groups[row.market.group]
    return {
        "type": "scatter",
        "x": list(range(len(minutes))),
        "y": [scale.at(value) for value in minutes],
        "mode": "lines+markers",
        "line": {"color": colour, "width": 3 if focus else 1.3, "dash": "solid" if focus else scene.dash(row.market)},
        "marker": {"color": colour, "size": 7 if focus else 4},
        "name": name,
        "text": [
            f"{name}: {minutes_text(value)} of {firm} minutes at least {x} % below"
            for x, value in zip(THRESHOLDS_PCT, minutes, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _break(colour: str, y: float) -> dict[str, Any]:
    """Where the scale ends and "none" begins."""
    line = {"color": colour, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y, "line": line}


def _unit(colour: str) -> dict[str, Any]:
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


def threshold_table(scene: Scene, links: Links) -> html.Table:
    """The numbers of the curves, the focus venue first."""
    head = [
        html.Th("Exchange", scope="col"),
        *(html.Th(step, scope="col") for step in STEPS),
        html.Th(links.define("Firm minutes", Anchor.FIRM), scope="col"),
    ]
    rows = list(reversed(compared(scene)))
    return html.Table(
        [
            html.Thead(html.Tr(head)),
            html.Tbody([_table_row(scene, row) for row in rows] or [html.Tr(html.Td(DASH))]),
        ]
    )


def _table_row(scene: Scene, row: Row) -> html.Tr:
    counts = [*(row.own.threshold_min[x] for x in THRESHOLDS_PCT), row.own.firm_min]
    name: list[Any] = [scene.name(row), html.Small(row.market.symbol)]
    return html.Tr(
        [html.Th(name, scope="row"), *(html.Td(minutes_text(count), className="number") for count in counts)],
        className="focus" if row is scene.focus else "",
    )
