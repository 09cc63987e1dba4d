"""How all gaps are spread: between lows of whatever minute, and between closes of one and the same minute."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
from dash import html

from dashboard.lows_rows import unaligned_gap
from dashboard.style import MINUS, TEMPLATES, Palette, Theme, palette, venue_colour
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.lows import lows
from deviation.question import TOLERANCE
from deviation.result import Measurement

EDGES_PCT = (-50, -20, -10, -5, -2, 0, 2, 5, 10, 20, 50)
"""Where one bin ends and the next begins; a gap at an edge belongs to the bin below it, the outer bins are open."""

NONE = "no gap: too few exchanges traded"
"""Said where a histogram has no bar."""

HEIGHT = 320
TOP, BOTTOM = (0.58, 1.0), (0.0, 0.42)
"""The share of the height that each of the two charts has."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One market's gap, a fraction: of its lowest trade to that of all others, or of its close to the next close."""

    asset: str
    focus: bool
    value: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The gaps between two edges: how many of all markets, how many of them the focus venue's, and of which assets."""

    label: str
    count: int
    own: int
    focus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Both kinds of gaps of all assets and spot markets, a value each where it is defined."""

    unaligned: tuple[Gap, ...]
    aligned: tuple[Gap, ...]


def gaps(measurements: Sequence[Measurement], focus: str) -> Gaps:
    """The gaps of every market with a trade; ``focus`` is the venue to tell from the others."""
    rows = [(measurement, row) for measurement in measurements for row in lows(measurement).rows]

    def known(values: Iterable[float | None]) -> tuple[Gap, ...]:
        return tuple(
            Gap(measurement.question.asset, row.market.venue == focus, value)
            for (measurement, row), value in zip(rows, values, strict=True)
            if value is not None
        )

    return Gaps(
        unaligned=known(unaligned_gap(measurement, row) for measurement, row in rows),
        aligned=known(row.own.gap_depth for _, row in rows),
    )


def bins(found: Sequence[Gap]) -> tuple[Bin, ...]:
    """The gaps by bin, from far below to far above."""
    edges = np.array(EDGES_PCT) / 100
    places = np.searchsorted(edges, [gap.value - TOLERANCE for gap in found], side="left")
    inside = [[gap for gap, at in zip(found, places, strict=True) if at == place] for place in range(edges.size + 1)]
    return tuple(
        Bin(label, len(here), sum(g.focus for g in here), tuple(sorted({gap.asset for gap in here if gap.focus})))
        for label, here in zip(bin_labels(), inside, strict=True)
    )


def bin_labels() -> tuple[str, ...]:
    """The names of the bins.

    >>> bin_labels()[0], bin_labels()[1], bin_labels()[-1]
    ('−50 % or below', '−50 to −20 %', 'above +50 %')
    """
    inner = [f"{edge_text(low)} to {edge_text(high)} %" for low, high in pairwise(EDGES_PCT)]
    return (f"{edge_text(EDGES_PCT[0])} % or below", *inner, f"above {edge_text(EDGES_PCT[-1])} %")


def edge_text(edge_pct: int) -> str:
    """An edge with its sign."""
    return f"{MINUS if edge_pct < 0 else '+' if edge_pct else ''}{abs(edge_pct)}"


def gaps_figure(found: Gaps, catalogue: Catalogue, focus: str, theme: Theme, bar: Timeframe) -> go.Figure:
    """Both histograms, one above the other on the same bins; the focus venue's part of each bar in its colour."""
    colours, colour = palette(theme), venue_colour(catalogue, focus, theme)
    name = catalogue.venue(focus).name
    figure = go.Figure(
        layout={
            "template": TEMPLATES[theme],
            "height": HEIGHT,
            "margin": {"l": 34, "r": 8, "t": 26, "b": 48},
            "barmode": "stack",
            "bargap": 0.12,
            "hovermode": "closest",
        }
    )
    panels = (
        (f"Lowest trades, of whatever {bar.one}", found.unaligned, TOP),
        (f"Closes, of one and the same {bar.one}", found.aligned, BOTTOM),
    )
    for number, (title, kind, domain) in enumerate(panels, start=1):
        suffix, binned = "" if number == 1 else str(number), bins(kind)
        on = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        figure.add_traces([block.update(on) for block in _bars(binned, name, colour, colours)])
        most = max(1, *(bin_.count for bin_ in binned))
        figure.update_layout(
            {
                f"xaxis{suffix}": _bin_axis(suffix, labelled=domain is BOTTOM),
                f"yaxis{suffix}": {
                    "domain": domain,
                    "anchor": f"x{suffix}",
                    "range": [0, 1.25 * most],
                    "dtick": -(-most // 3),
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
        if not kind:
            figure.add_annotation(
                text=NONE,
                xref="paper",
                yref="paper",
                x=0.5,
                y=sum(domain) / 2,
                showarrow=False,
                font={"size": 13, "color": colours.muted},
            )
    return figure


def _bars(binned: Sequence[Bin], name: str, colour: str, colours: Palette) -> tuple[go.Bar, go.Bar]:
    """The focus venue's part of each bin, and on top of it everyone else's with the number of both."""
    common = {"x": list(range(len(binned)))}
    own = go.Bar(
        **common,
        y=[bin_.own for bin_ in binned],
        marker={"color": colour},
        name=name,
        customdata=[f"{bin_.label}: {', '.join(bin_.focus)}" for bin_ in binned],
        hovertemplate=f"%{{y}} of {name}, %{{customdata}}<extra></extra>",
    )
    others = go.Bar(
        **common,
        y=[bin_.count - bin_.own for bin_ in binned],
        marker={"color": colours.band},
        name="others",
        text=[str(bin_.count) if bin_.count else "" for bin_ in binned],
        textposition="outside",
        textfont={"color": colours.text, "size": 12},
        cliponaxis=False,
        customdata=[bin_.label for bin_ in binned],
        hovertemplate="%{y} of the others, %{customdata}<extra></extra>",
    )
    return own, others


def _bin_axis(suffix: str, *, labelled: bool) -> dict[str, Any]:
    """Bins side by side, their edges written between them."""
    title = {"text": "gap in per cent; the steps are not equal", "font": {"size": 12}, "standoff": 6}
    return {
        "anchor": f"y{suffix}",
        "matches": None if not suffix else "x",
        "range": [-0.5, len(EDGES_PCT) + 0.5],
        "tickmode": "array",
        "tickvals": [place + 0.5 for place in range(len(EDGES_PCT))],
        "ticktext": [edge_text(edge) for edge in EDGES_PCT],
        "tickfont": {"size": 11},
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 4,
        "showline": True,
        "showticklabels": labelled,
        "title": title if labelled else None,
    }


def gaps_table(found: Gaps, name: str, bar: Timeframe) -> html.Table:
    """The numbers behind the histograms; ``name`` is the focus venue's."""
    heads = ("Gap", "Lowest trades", f"of these {name}", f"Same {bar.one}", f"of these {name}")
    lines = zip(bins(found.unaligned), bins(found.aligned), strict=True)
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(free.label, scope="row"),
                            html.Td(str(free.count), className="number"),
                            html.Td(", ".join(free.focus), className="number"),
                            html.Td(str(aligned.count), className="number"),
                            html.Td(", ".join(aligned.focus), className="number"),
                        ]
                    )
                    for free, aligned in lines
                ]
            ),
        ]
    )
