"""The histograms of gaps for the page: between lowest trades of any bars, and between closes of one bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
from dash import html

from dashboard.draw.theme import PALETTES, TEMPLATES, Palette, compute_venue_colour
from dashboard.state.view import Theme
from dashboard.tables.lows_rows import measure_unaligned_gap
from dashboard.text.numbers import format_axis_percent
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.question import TOLERANCE
from deviation.report.lows import summarize_lows

BIN_EDGES_PCT = (-50, -20, -10, -5, -2, 0, 2, 5, 10, 20, 50)
"""Edges between bins in per cent; a gap at an edge belongs to the bin below it, the outer bins are open."""

NO_GAP_TEXT = "no gap: too few exchanges traded"
"""Text in a histogram without bars."""

FIGURE_HEIGHT = 320
TOP_DOMAIN, BOTTOM_DOMAIN = (0.58, 1.0), (0.0, 0.42)
"""Vertical span of each histogram, as shares of the figure's height."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap of one market as a fraction, negative if it was lower."""

    asset: str
    is_focus: bool
    value: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The gaps between two edges: their number, the number of the focus venue, and the assets of the latter."""

    label: str
    count: int
    focus_count: int
    focus_assets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """The defined gaps of all spot markets of all assets.

    Attributes:
        unaligned: of each market's lowest trade from the lowest trade of all other venues, whenever each was.
        aligned: of each market's close from the next close of its group, the smallest over its firm bars.
    """

    unaligned: tuple[Gap, ...]
    aligned: tuple[Gap, ...]


def measure_gaps(measurements: Sequence[Measurement], focus: str) -> Gaps:
    """The gaps of every spot market with a trade; ``focus`` is the focus venue's id."""
    rows = [(measurement, row) for measurement in measurements for row in summarize_lows(measurement).rows]

    def build_gaps(values: Iterable[float | None]) -> tuple[Gap, ...]:
        return tuple(
            Gap(measurement.question.asset, row.market.venue == focus, value)
            for (measurement, row), value in zip(rows, values, strict=True)
            if value is not None
        )

    return Gaps(
        unaligned=build_gaps(measure_unaligned_gap(measurement, row) for measurement, row in rows),
        aligned=build_gaps(row.own_summary.gap_depth for _, row in rows),
    )


def count_bins(gaps: Sequence[Gap]) -> tuple[Bin, ...]:
    """The gaps by bin, from the lowest bin to the highest."""
    edges = np.array(BIN_EDGES_PCT) / 100
    indices = np.searchsorted(edges, [gap.value - TOLERANCE for gap in gaps], side="left")
    gaps_by_bin = [
        [gap for gap, index in zip(gaps, indices, strict=True) if index == bin_index]
        for bin_index in range(edges.size + 1)
    ]
    return tuple(
        Bin(
            label,
            len(bin_gaps),
            sum(g.is_focus for g in bin_gaps),
            tuple(sorted({gap.asset for gap in bin_gaps if gap.is_focus})),
        )
        for label, bin_gaps in zip(list_bin_labels(), gaps_by_bin, strict=True)
    )


def list_bin_labels() -> tuple[str, ...]:
    """The labels of the bins, from the lowest to the highest.

    >>> list_bin_labels()[0], list_bin_labels()[1], list_bin_labels()[-1]
    ('−50 % or below', '−50 to −20 %', 'above +50 %')
    """
    inner = [f"{format_edge(low)} to {format_edge(high)} %" for low, high in pairwise(BIN_EDGES_PCT)]
    return (f"{format_edge(BIN_EDGES_PCT[0])} % or below", *inner, f"above {format_edge(BIN_EDGES_PCT[-1])} %")


def format_edge(edge_pct: int) -> str:
    """An edge with its sign, such as "+5"; zero has none."""
    return format_axis_percent(edge_pct).removesuffix(" %")


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
    panels = (
        (f"Lowest trades, of whatever {bar.noun}", gaps.unaligned, TOP_DOMAIN),
        (f"Closes, of one and the same {bar.noun}", gaps.aligned, BOTTOM_DOMAIN),
    )
    for number, (title, panel_gaps, domain) in enumerate(panels, start=1):
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
    """The axis of bins of equal width, with their edges as tick labels."""
    title = {"text": "gap in per cent; the steps are not equal", "font": {"size": 12}, "standoff": 6}
    return {
        "anchor": f"y{suffix}",
        "matches": None if not suffix else "x",
        "range": [-0.5, len(BIN_EDGES_PCT) + 0.5],
        "tickmode": "array",
        "tickvals": [index + 0.5 for index in range(len(BIN_EDGES_PCT))],
        "ticktext": [format_edge(edge) for edge in BIN_EDGES_PCT],
        "tickfont": {"size": 11},
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 4,
        "showline": True,
        "showticklabels": labelled,
        "title": title if labelled else None,
    }


def build_gaps_table(gaps: Gaps, name: str, bar: Timeframe) -> html.Table:
    """The histograms as a table; ``name`` is the focus venue's name."""
    headings = ("Gap", "Lowest trades", f"of these {name}", f"Same {bar.noun}", f"of these {name}")
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
