"""The explorer: one asset over one window, its charts beside the tables of its venues."""

from typing import Any

import plotly.graph_objects as go
from dash import dcc, html

from dashboard.anchors import Anchor
from dashboard.explorer import HEIGHT, explorer_figure
from dashboard.formats import listing
from dashboard.limits import limits
from dashboard.links import Links
from dashboard.lows_lines import lows_lines
from dashboard.markup import lows_table, venue_tables
from dashboard.pages.contract import CHOICES, Context, Control, Page
from dashboard.panes import Panes
from dashboard.venue_lines import blocks
from dashboard.view import BAR_WORDS, ViewState, number_text
from dashboard.words import measured, title
from data.catalogue import Catalogue
from data.reconstruction import assumed_markets
from data.schema import Evidence, Timeframe
from deviation.result import Measurement

GRAPH_LABEL = "Prices, deviation and minutes on one time axis. The tables beside hold the numbers."


def show(context: Context, view: ViewState) -> list[Any]:
    """The page with everything in its place."""
    bones = html.Div([_body(), limits(Links(view.to_query(context.catalogue)))])
    for (name, prop), value in values(context, view).items():
        setattr(bones[name], prop, value)
    return [bones]


def values(context: Context, view: ViewState) -> Panes:
    """The sentences, the charts and the tables."""
    answer, catalogue = context.answers.answer(view), context.catalogue
    links = Links(view.to_query(catalogue))
    if answer.measurement is None:
        return _nothing(answer.view)
    measurement, shown = answer.measurement, answer.view
    headline, second = title(measurement)
    left_out = [f"{catalogue.venue(out.venue).name} {out.symbol} ({out.why})" for out in measurement.left_out]
    return {
        ("main", "className"): "main",
        ("headline", "children"): headline,
        ("second", "children"): second,
        ("measured", "children"): measured(measurement),
        ("terms", "children"): _terms(measurement, links),
        ("graph", "figure"): _figure(measurement, shown, catalogue),
        ("venues", "children"): venue_tables(
            blocks(measurement, catalogue, shown.zone), f"{number_text(shown.enter_pct)} %", links
        ),
        ("reading", "children"): _reading(links),
        ("left-out", "children"): f"Left out: {listing(left_out)}." if left_out else "",
        ("asset-lows", "children"): lows_table(lows_lines([measurement], catalogue, shown.zone), links),
        ("all-lows", "children"): links.page("lows", "All lows: every asset and exchange"),
    }


def _nothing(view: ViewState) -> Panes:
    empty = ("measured", "terms", "venues", "reading", "left-out", "asset-lows", "all-lows")
    return {
        ("main", "className"): "main empty",
        ("headline", "children"): f"Nothing to measure for {view.asset} in this window",
        ("second", "children"): _next_steps(view),
        ("graph", "figure"): go.Figure(),
        **{(name, "children"): "" for name in empty},
    }


def _next_steps(view: ViewState) -> list[Any]:
    """What to do where there is nothing to show."""
    if view.bar is not Timeframe.M1:
        return _other_bars(view)
    return [
        "Choose another asset or window. Collect or import candles: the button above does, or ",
        html.Code(f"plumbline collect --event {view.event}"),
        " and ",
        html.Code("plumbline import FILE..."),
        " on a command line.",
    ]


def _other_bars(view: ViewState) -> list[Any]:
    """How candles of another length come into the store: they are a series of their own."""
    start, end = view.whole
    if start >= end:
        return [f"No whole bar of {BAR_WORDS[view.bar]} lies in this window: choose a longer window or shorter bars."]
    span = f"--from {start:%Y-%m-%dT%H:%MZ} --to {end:%Y-%m-%dT%H:%MZ}"
    return [
        f"Candles of {BAR_WORDS[view.bar]} are collected apart from those of a minute: ",
        html.Code(f"plumbline collect --timeframe {view.bar} --assets {view.asset} {span}"),
        " on a command line. Not every exchange gives them. ",
        html.Button("Show minutes", type="button", className="venue-name bars", **_bars(Timeframe.M1)),
    ]


def _bars(bar: Timeframe) -> dict[str, Any]:
    """What makes a button, by ``assets/page.js``, one that shows bars of a length."""
    return {"data-bar": bar.value}


def _terms(measurement: Measurement, links: Links) -> list[Any]:
    """The words of the headline, each leading to its definition."""
    words = [
        ("how far below", Anchor.DEPTH),
        ("minutes below", Anchor.BELOW_MIN),
        ("firm minutes", Anchor.FIRM),
        ("deepest", Anchor.RANK),
        ("lowest trade", Anchor.WICK),
        ("the 24 h before", Anchor.BASELINE),
    ]
    if measurement.question.underlying is not None:
        words.append(("fair value", Anchor.FAIR_VALUE))
    if measurement.question.origin is Evidence.RECONSTRUCTION:
        words.append(("the reconstruction", Anchor.CANDLES))
    return ["What it means: ", *separated([links.define(text, anchor) for text, anchor in words])]


def separated(parts: list[Any]) -> list[Any]:
    """Parts of a line with a dot between them."""
    return [piece for i, part in enumerate(parts) for piece in ([" · ", part] if i else [part])]


def _reading(links: Links) -> list[Any]:
    return [
        "A minute is ",
        links.define("firm", Anchor.FIRM),
        " when at least three others voted in it; only firm minutes count. ",
        links.define("Order-proof", Anchor.ORDER_PROOF),
        " are minutes that lay below as a whole, in whatever order their trades came.",
    ]


def _figure(measurement: Measurement, view: ViewState, catalogue: Catalogue) -> go.Figure:
    """The charts; what a reader zoomed into stays as long as asset and window do."""
    illustrated = measurement.question.origin is Evidence.RECONSTRUCTION
    figure = explorer_figure(
        measurement,
        catalogue,
        theme=view.theme,
        zone=view.zone,
        hidden=view.hidden,
        assumed=assumed_markets() if illustrated else frozenset(),
    )
    return figure.update_layout(uirevision=f"{view.asset} {view.start} {view.end}")


def _body() -> html.Div:
    hint = "Drag along the charts for a closer window; a double click goes back."
    return html.Div(
        [
            html.H1(id="headline"),
            html.P(id="second", className="second"),
            html.P(id="measured", className="quiet"),
            html.P(id="terms", className="quiet terms"),
            html.Div(
                [
                    html.Div([_graph(), html.P(hint, className="hint")], className="charts"),
                    html.Div(
                        [
                            html.Div(id="venues"),
                            html.P(id="reading", className="quiet"),
                            html.P(id="left-out", className="quiet"),
                        ]
                    ),
                ],
                className="beside",
            ),
            html.Section(
                [
                    html.Div([html.H2("Lowest trades"), html.P(id="all-lows")], className="block-head"),
                    html.Div(id="asset-lows"),
                ],
                className="lows",
            ),
        ],
        id="main",
    )


def _graph() -> html.Div:
    config: Any = {"displayModeBar": False, "doubleClick": "autosize"}
    graph = dcc.Graph(id="graph", responsive=True, config=config, style={"height": HEIGHT})
    label: dict[str, Any] = {"aria-label": GRAPH_LABEL}
    return html.Div(graph, role="group", **label)


PAGE = Page(
    name="explorer",
    title="Explorer",
    show=show,
    change=values,
    controls=CHOICES | {Control.PICTURE},
    measures=True,
    of_asset=True,
)
