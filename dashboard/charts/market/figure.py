"""The ranked strip and the histogram of leads for the page, side by side on one axis."""

from typing import Any

from dashboard.charts.market.chart import LeadChart
from dashboard.charts.market.traces import build_bars, build_dots
from dashboard.charts.market.wording import write_captions
from dashboard.draw.encoding import Figure
from dashboard.draw.theme import PALETTES, TEMPLATE_LAYOUTS, Palette
from dashboard.draw.traces import Trace

FIGURE_HEIGHT = 480
MARGINS = {"l": 48, "r": 6, "t": 30, "b": 30}
PLOT_HEIGHT = FIGURE_HEIGHT - MARGINS["t"] - MARGINS["b"]

STRIP_DOMAIN, HISTOGRAM_DOMAIN = (0.0, 0.72), (0.76, 1.0)
"""Horizontal span of either part, as shares of the figure's width."""

NAME_FONT, ROW_HEIGHT = 12, 16.0

MAX_NAMES = ((0.2, 2), (0.55, 1))
"""How many names a row may have, by how far right it begins: a phone shows a strip of 210 pixels."""

NAME_INDENT_PX = 8
"""Pixels between the last dot of a row and its names."""

CAPTION_SHIFT_PX = 6
"""Pixels between the strip and the captions above and below it."""

FEW_ASSETS = 40
"""Up to so many assets the strip has room for the names of the last ones on its right."""

DOT_SIZE, SMALL_DOT_SIZE = 7, 5


def build_lead_figure(chart: LeadChart) -> Figure:
    """Both parts in the theme of the view; the exchange's own side is at the bottom for lows, at the top for highs."""
    theme, sign, scale = chart.view.theme, chart.sign, chart.scale
    colours, axis = PALETTES[theme], TEMPLATE_LAYOUTS[theme]["xaxis"]
    low, high = scale.range
    last_rank = len(chart.gaps) * (1.5 if len(chart.gaps) < FEW_ASSETS else 1.02)
    ticks = scale.list_ticks(PLOT_HEIGHT)
    counts = [len(gap_bin.assets) for gap_bin in chart.bins]
    return {
        "data": [build_dots(chart, DOT_SIZE, SMALL_DOT_SIZE), _build_counted_bars(chart, colours)],
        "layout": {
            **TEMPLATE_LAYOUTS[theme],
            "height": FIGURE_HEIGHT,
            "margin": MARGINS,
            "hovermode": "closest",
            "bargap": 0,
            "xaxis": {
                **axis,
                "domain": STRIP_DOMAIN,
                "range": [-0.02 * last_rank, last_rank],
                "showticklabels": False,
            },
            "xaxis2": {
                **axis,
                "domain": HISTOGRAM_DOMAIN,
                "anchor": "y",
                "range": [0, 1.4 * max(counts)],
                "showticklabels": False,
            },
            "yaxis": {
                **axis,
                "anchor": "x",
                "range": [low, high] if sign > 0 else [-high, -low],
                "tickmode": "array",
                "tickvals": [sign * position for position, _ in ticks],
                "ticktext": [text for _, text in ticks],
                "tickfont": {"size": 12},
                "showgrid": True,
            },
            "shapes": [_build_zero_line(colours)],
            "annotations": [*_build_names(chart, last_rank, colours), *_build_captions(chart, colours)],
        },
    }


def _build_counted_bars(chart: LeadChart, colours: Palette) -> Trace:
    """The bars with the count of each at its end."""
    return {
        **build_bars(chart),
        "xaxis": "x2",
        "yaxis": "y",
        "text": [f"{len(gap_bin.assets):,}" if gap_bin.assets else "" for gap_bin in chart.bins],
        "textposition": "outside",
        "textfont": {"size": 12, "color": colours.text},
        "cliponaxis": False,
    }


def _build_zero_line(colours: Palette) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 0,
        "line": {"color": colours.rule, "width": 1},
        "layer": "below",
    }


def _build_names(chart: LeadChart, last_rank: float, colours: Palette) -> list[dict[str, Any]]:
    """The names of the largest leads, each row right of its last dot; fewer of rows that begin further right."""
    low, high = chart.scale.range
    unit = PLOT_HEIGHT / (high - low)
    annotations = []
    for row in chart.arrange_names(PLOT_HEIGHT, ROW_HEIGHT):
        share = row.last_rank / last_rank
        max_names = next((names for limit, names in MAX_NAMES if share < limit), 0)
        if max_names:
            annotations.append(
                {
                    "text": chart.write_names(row.ranks, max_names),
                    "x": row.last_rank,
                    "y": chart.sign * row.depth / unit,
                    "xshift": NAME_INDENT_PX,
                    "xanchor": "left",
                    "yanchor": "middle",
                    "showarrow": False,
                    "font": {"size": NAME_FONT, "color": colours.text},
                }
            )
    return annotations


def _build_captions(chart: LeadChart, colours: Palette) -> list[dict[str, Any]]:
    """What either side of the line means, above and below the strip; and the title of the histogram."""
    own, other = write_captions(chart.view, chart.focus_name)
    own_style, other_style = (f"<b>{own}</b>", chart.colour), (other, colours.muted)
    lower, upper = (own_style, other_style) if chart.sign < 0 else (other_style, own_style)
    texts = (
        (upper[0], upper[1], STRIP_DOMAIN[0], 1, "bottom"),
        (lower[0], lower[1], STRIP_DOMAIN[0], 0, "top"),
        ("Assets", colours.ink, HISTOGRAM_DOMAIN[0], 1, "bottom"),
    )
    return [
        {
            "text": text,
            "xref": "paper",
            "yref": "paper",
            "x": x,
            "y": y,
            "xanchor": "left",
            "yanchor": anchor,
            "yshift": CAPTION_SHIFT_PX if y else -CAPTION_SHIFT_PX,
            "showarrow": False,
            "font": {"size": 13, "color": colour},
        }
        for text, colour, x, y, anchor in texts
    ]
