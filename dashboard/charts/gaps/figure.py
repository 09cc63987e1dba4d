"""The histograms of gaps for the page: between extreme trades of any bars, and between closes of one bar."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from dash import html

from dashboard.charts.gaps.gaps import NO_GAP_TEXT, Bin, Gaps, count_bins, list_bin_ticks
from dashboard.draw.theme import PALETTES, TEMPLATES, Palette, compute_venue_colour
from dashboard.state.view import Theme
from data.catalogue import Catalogue
from data.schema import Timeframe

FIGURE_HEIGHT = 320
TOP_DOMAIN, BOTTOM_DOMAIN = (0.58, 1.0), (0.0, 0.42)
"""Vertical span of each histogram, as shares of the figure's height."""

AXIS_TITLE = "size of the gap, %; bins of unequal width"


def build_gaps_figure(gaps: Gaps, catalogue: Catalogue, focus: str, theme: Theme, bar: Timeframe) -> go.Figure:
    """Both histograms, one above the other on the same bins; the focus venue's part of each bar has its colour."""
    colours, colour = PALETTES[theme], compute_venue_colour(catalogue, focus, theme)
    name = catalogue.get_venue(focus).name
    figure = go.Figure(
        layout={
            "template": TEMPLATES[theme],
            "height": FIGURE_HEIGHT,
            "margin": {"l": 34, "r": 8, "t": 26, "b": 48},
            "barmode": "stack",
            "bargap": 0.12,
            "hovermode": "closest",
        }
    )
    panels = zip(gaps.list_panels(bar), (TOP_DOMAIN, BOTTOM_DOMAIN), strict=True)
    for number, ((title, panel_gaps), domain) in enumerate(panels, start=1):
        suffix, bins = "" if number == 1 else str(number), count_bins(panel_gaps)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        figure.add_traces([trace.update(axes) for trace in _build_bars(bins, name, colour, colours)])
        max_count = max(1, *(bin_.count for bin_ in bins))
        figure.update_layout(
            {
                f"xaxis{suffix}": _build_bin_axis(suffix, labelled=domain is BOTTOM_DOMAIN),
                f"yaxis{suffix}": {
                    "domain": domain,
                    "anchor": f"x{suffix}",
                    "range": [0, 1.25 * max_count],
                    "dtick": -(-max_count // 3),
                    "tickfont": {"size": 12},
                    "showgrid": True,
                },
            }
        )
        figure.add_annotation(
            text=title,
            xref="paper",
            yref="paper",
            x=0,
            y=domain[1],
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"size": 13, "color": colours.ink},
        )
        if not panel_gaps:
            figure.add_annotation(
                text=NO_GAP_TEXT,
                xref="paper",
                yref="paper",
                x=0.5,
                y=sum(domain) / 2,
                showarrow=False,
                font={"size": 13, "color": colours.muted},
            )
    return figure


def _build_bars(bins: Sequence[Bin], name: str, colour: str, colours: Palette) -> tuple[go.Bar, go.Bar]:
    """The focus venue's part of each bin, and the others' part on top of it with the number of both."""
    common = {"x": list(range(len(bins)))}
    focus_bars = go.Bar(
        **common,
        y=[bin_.focus_count for bin_ in bins],
        marker={"color": colour},
        name=name,
        customdata=[f"{bin_.label}: {', '.join(bin_.focus_assets)}" for bin_ in bins],
        hovertemplate=f"%{{y}} of {name}, %{{customdata}}<extra></extra>",
    )
    other_bars = go.Bar(
        **common,
        y=[bin_.count - bin_.focus_count for bin_ in bins],
        marker={"color": colours.band},
        name="others",
        text=[str(bin_.count) if bin_.count else "" for bin_ in bins],
        textposition="outside",
        textfont={"color": colours.text, "size": 12},
        cliponaxis=False,
        customdata=[bin_.label for bin_ in bins],
        hovertemplate="%{y} of the others, %{customdata}<extra></extra>",
    )
    return focus_bars, other_bars


def _build_bin_axis(suffix: str, *, labelled: bool) -> dict[str, Any]:
    """The axis of bins, each with its label."""
    labels = list_bin_ticks()
    title = {"text": AXIS_TITLE, "font": {"size": 12}, "standoff": 6}
    return {
        "anchor": f"y{suffix}",
        "matches": None if not suffix else "x",
        "range": [-0.5, len(labels) - 0.5],
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "tickfont": {"size": 11},
        "tickangle": 0,
        "showline": True,
        "showticklabels": labelled,
        "title": title if labelled else None,
    }


def build_gaps_table(gaps: Gaps, name: str, bar: Timeframe) -> html.Table:
    """The histograms as a table; ``name`` is the focus venue's name."""
    headings = ("Gap", "Any time", f"of these {name}", f"Same {bar.noun}", f"of these {name}")
    bin_pairs = zip(count_bins(gaps.unaligned), count_bins(gaps.aligned), strict=True)
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(heading, scope="col") for heading in headings])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(unaligned.label, scope="row"),
                            html.Td(str(unaligned.count), className="number"),
                            html.Td(", ".join(unaligned.focus_assets), className="number"),
                            html.Td(str(aligned.count), className="number"),
                            html.Td(", ".join(aligned.focus_assets), className="number"),
                        ]
                    )
                    for unaligned, aligned in bin_pairs
                ]
            ),
        ]
    )
