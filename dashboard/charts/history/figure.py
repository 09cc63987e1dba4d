"""Two panels over the days: the share of assets with the most extreme trade, and the size of gaps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.charts.history.days import HistoryDay, Range
from dashboard.charts.market.scale import build_lead_scale, compute_position
from dashboard.draw.encoding import Figure
from dashboard.draw.theme import PALETTES, TEMPLATE_LAYOUTS, Palette
from dashboard.state.view import ViewState
from dashboard.tables.lows_table import EXTREME_WORDS
from dashboard.text.clock import format_day
from deviation.wording import format_percent

FIGURE_HEIGHT = 520
MARGINS = {"l": 48, "r": 8, "t": 44, "b": 30}
SHARE_DOMAIN, GAP_DOMAIN = (0.64, 1.0), (0.0, 0.52)
"""Vertical span of either panel, as shares of the plot."""

GAP_HEIGHT = GAP_DOMAIN[1] * (FIGURE_HEIGHT - MARGINS["t"] - MARGINS["b"])
SHARE_TICK = 0.1
"""Distance of the ticks of shares where the largest is small; twice as much elsewhere."""


@dataclass(frozen=True, slots=True)
class DayMark:
    """A named day; ``number`` stands for it in the chart."""

    number: int
    day: date
    title: str


def build_history_figure(
    days: Sequence[HistoryDay], marks: Sequence[DayMark], view: ViewState, focus_name: str, colour: str
) -> Figure:
    """Both panels of at least one day; grey bands are the range of all other exchanges."""
    theme_layout, colours = TEMPLATE_LAYOUTS[view.theme], PALETTES[view.theme]
    sizes = [size for day in days for size in (day.gap_most, day.other_gaps[1] if day.other_gaps else None) if size]
    scale = build_lead_scale(sizes)
    ticks = [(position, text) for position, text in scale.list_ticks(GAP_HEIGHT) if position >= 0]
    most_share = max(max(day.share, day.other_shares[1] if day.other_shares else 0.0) for day in days)
    axis = theme_layout["xaxis"]
    superlative = EXTREME_WORDS[view.side][0]
    return {
        "data": [
            *_build_band([day.other_shares for day in days], days, colours, "y", lambda share: 100 * share),
            *_build_band([day.other_gaps for day in days], days, colours, "y2", compute_position),
            _build_share_line(days, focus_name, superlative, colour),
            _build_most_dots(days, view, focus_name, colour),
            _build_gap_line(days, focus_name, colour),
        ],
        "layout": {
            **theme_layout,
            "height": FIGURE_HEIGHT,
            "margin": MARGINS,
            "hovermode": "closest",
            "xaxis": {
                **axis,
                "type": "date",
                "anchor": "y2",
                "tickfont": {"size": 12},
                "nticks": 4,
                "tickangle": 0,
                "ticklabelstandoff": 6,
            },
            "yaxis": {
                **axis,
                "domain": SHARE_DOMAIN,
                "range": [0, max(100 * SHARE_TICK, 110 * most_share)],
                "dtick": 100 * SHARE_TICK * (1 if most_share < 5 * SHARE_TICK else 2),
                "ticksuffix": "%",
                "tickfont": {"size": 12},
                "showgrid": True,
            },
            "yaxis2": {
                **axis,
                "domain": GAP_DOMAIN,
                "anchor": "x",
                "range": [0, scale.range[1]],
                "tickmode": "array",
                "tickvals": [position for position, _ in ticks],
                "ticktext": [text for _, text in ticks],
                "tickfont": {"size": 12},
                "showgrid": True,
            },
            "shapes": [_build_mark_line(mark, colours) for mark in marks],
            "annotations": [
                *(_build_mark_number(mark, colours) for mark in marks),
                *_build_titles(superlative, view, colours),
            ],
        },
    }


def _build_band(
    ranges: Sequence[Range | None],
    days: Sequence[HistoryDay],
    colours: Palette,
    axis: str,
    place: Callable[[float], float],
) -> list[dict[str, Any]]:
    """The lower and the upper edge, with the space between them filled; ``place`` gives positions of values."""
    common = {**_build_line(days, axis), "line": {"width": 0}, "hoverinfo": "skip"}
    lower, upper = ([None if edges is None else round(place(edges[end]), 4) for edges in ranges] for end in (0, 1))
    return [{**common, "y": lower}, {**common, "y": upper, "fill": "tonexty", "fillcolor": colours.band}]


def _build_line(days: Sequence[HistoryDay], axis: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [day.day.isoformat() for day in days],
        "xaxis": "x",
        "yaxis": axis,
    }


def _build_share_line(days: Sequence[HistoryDay], focus_name: str, superlative: str, colour: str) -> dict[str, Any]:
    return {
        **_build_line(days, "y"),
        "y": [round(100 * day.share, 2) for day in days],
        "line": {"width": 2, "color": colour},
        "customdata": [
            f"{_name_day(day.day)}: {focus_name} {superlative} on {format_percent(day.share)} of {day.assets:,} assets"
            for day in days
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _build_gap_line(days: Sequence[HistoryDay], focus_name: str, colour: str) -> dict[str, Any]:
    return {
        **_build_line(days, "y2"),
        "y": [None if day.gap_99 is None else round(compute_position(day.gap_99), 4) for day in days],
        "line": {"width": 2, "color": colour},
        "customdata": [
            ""
            if day.gap_99 is None
            else f"{_name_day(day.day)}: {focus_name} within {format_percent(day.gap_99)} on 99% of assets"
            for day in days
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _build_most_dots(days: Sequence[HistoryDay], view: ViewState, focus_name: str, colour: str) -> dict[str, Any]:
    """The largest gap of each day that has one."""
    drawn = [day for day in days if day.gap_most]
    return {
        **_build_line(drawn, "y2"),
        "mode": "markers",
        "cliponaxis": False,
        "y": [round(compute_position(day.gap_most or 0.0), 4) for day in drawn],
        "marker": {"size": 4, "color": colour, "line": {"width": 0}},
        "customdata": [
            f"{_name_day(day.day)}: {day.gap_most_asset} on {focus_name} {format_percent(day.gap_most or 0.0)} "
            f"{view.side} all others"
            for day in drawn
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _name_day(day: date) -> str:
    return f"{format_day(day)} {day.year}"


def _build_mark_line(mark: DayMark, colours: Palette) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": mark.day.isoformat(),
        "x1": mark.day.isoformat(),
        "y0": 0,
        "y1": 1,
        "line": {"color": colours.muted, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _build_mark_number(mark: DayMark, colours: Palette) -> dict[str, Any]:
    return {
        "text": str(mark.number),
        "xref": "x",
        "yref": "paper",
        "x": mark.day.isoformat(),
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12, "color": colours.text},
    }


def _build_titles(superlative: str, view: ViewState, colours: Palette) -> list[dict[str, Any]]:
    """The title of each panel, above it; that of the upper one above the numbers of the marks."""
    texts = (
        (f"Assets with the {superlative} trade of all", 1.0, 20),
        (f"Gap {view.side}: line, 99% of assets; dots, the most", GAP_DOMAIN[1], 4),
    )
    return [
        {
            "text": text,
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": y,
            "xanchor": "left",
            "yanchor": "bottom",
            "yshift": shift,
            "showarrow": False,
            "font": {"size": 13, "color": colours.ink},
        }
        for text, y, shift in texts
    ]
