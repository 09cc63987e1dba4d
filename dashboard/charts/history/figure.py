"""Two panels over the days: the share of assets with the most extreme trade, and the size of gaps."""

from typing import Any

from dashboard.charts.history.chart import HistoryChart
from dashboard.charts.history.marks import DayMark
from dashboard.charts.history.traces import build_gap_traces, build_share_traces
from dashboard.draw.encoding import Figure
from dashboard.draw.theme import PALETTES, TEMPLATE_LAYOUTS, Palette

FIGURE_HEIGHT = 520
MARGINS = {"l": 48, "r": 8, "t": 44, "b": 30}
SHARE_DOMAIN, GAP_DOMAIN = (0.64, 1.0), (0.0, 0.52)
"""Vertical span of either panel, as shares of the plot."""

GAP_HEIGHT = GAP_DOMAIN[1] * (FIGURE_HEIGHT - MARGINS["t"] - MARGINS["b"])
DOT_SIZE = 4


def build_history_figure(chart: HistoryChart) -> Figure:
    """Both panels; grey bands are the range of all other exchanges."""
    theme_layout, colours = TEMPLATE_LAYOUTS[chart.view.theme], PALETTES[chart.view.theme]
    ticks = [(position, text) for position, text in chart.scale.list_ticks(GAP_HEIGHT) if position >= 0]
    axis = theme_layout["xaxis"]
    return {
        "data": [
            *({**trace, "xaxis": "x", "yaxis": "y"} for trace in build_share_traces(chart)),
            *({**trace, "xaxis": "x", "yaxis": "y2"} for trace in build_gap_traces(chart, DOT_SIZE)),
        ],
        "layout": {
            **theme_layout,
            "height": FIGURE_HEIGHT,
            "margin": MARGINS,
            "hovermode": "closest",
            "xaxis": {
                **axis,
                "type": "date",
                "range": chart.edges,
                "anchor": "y2",
                "tickfont": {"size": 12},
                "nticks": 4,
                "tickangle": 0,
                "ticklabelstandoff": 6,
            },
            "yaxis": {
                **axis,
                "domain": SHARE_DOMAIN,
                "range": [0, 100 * chart.most_share],
                "dtick": 100 * chart.share_step,
                "ticksuffix": "%",
                "tickfont": {"size": 12},
                "showgrid": True,
            },
            "yaxis2": {
                **axis,
                "domain": GAP_DOMAIN,
                "anchor": "x",
                "range": [0, chart.scale.range[1]],
                "tickmode": "array",
                "tickvals": [position for position, _ in ticks],
                "ticktext": [text for _, text in ticks],
                "tickfont": {"size": 12},
                "showgrid": True,
            },
            "shapes": [
                _build_mark_line(mark, domain, colours) for mark in chart.marks for domain in (SHARE_DOMAIN, GAP_DOMAIN)
            ],
            "annotations": [
                *(_build_mark_number(mark, colours) for mark in chart.marks),
                *_build_titles(chart, colours),
            ],
        },
    }


def _build_mark_line(mark: DayMark, domain: tuple[float, float], colours: Palette) -> dict[str, Any]:
    """Through one panel, so that no title is crossed."""
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": mark.day.isoformat(),
        "x1": mark.day.isoformat(),
        "y0": domain[0],
        "y1": domain[1],
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


def _build_titles(chart: HistoryChart, colours: Palette) -> list[dict[str, Any]]:
    """The title of each panel, above it; that of the upper one above the numbers of the marks."""
    places = ((1.0, 20), (GAP_DOMAIN[1], 4))
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
        for text, (y, shift) in zip(chart.titles, places, strict=True)
    ]
