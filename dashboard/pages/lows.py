"""Lows: the lowest trade of every asset on every exchange, beside what one and the same minute says."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, State, dcc, html

from dashboard.anchors import Anchor
from dashboard.answers import Answer, together
from dashboard.export_kinds import What
from dashboard.export_menu import export_menu
from dashboard.formats import listing
from dashboard.limits import limits
from dashboard.links import Links
from dashboard.lows_gaps import HEIGHT, gaps, gaps_figure, gaps_table
from dashboard.lows_grid import GRID, columns, grid_height, labels, lows_grid
from dashboard.lows_lines import lows_lines
from dashboard.lows_rows import FIELDS, lows_rows
from dashboard.markup import lows_table
from dashboard.pages.contract import CHOICES, Context, Page
from dashboard.panes import Panes
from dashboard.point_walk import point_walk
from dashboard.view import ViewState
from data.schema import Timeframe
from deviation.result import Measurement

WARNING = (
    "A day's lows were not printed in the same {one}, and the busiest exchange has more trades, hence more extreme "
    "lows: a gap between two lows alone says little. Beside each stands what one and the same {one} says: the "
    "smallest gap to the next close, and between which bounds the lowest trade stood against the others then."
)
GRAPH_LABEL = "How many gaps of which size there are; the table below holds the numbers."


def show(context: Context, view: ViewState) -> list[Any]:
    """The page with everything in its place."""
    links = Links(view.to_query(context.catalogue))
    bones = html.Div([*_body(), limits(links, view.bar)])
    for (name, prop), value in values(context, view).items():
        setattr(bones[name], prop, value)
    return [bones]


def answer(context: Context, view: ViewState) -> Answer:
    """What the notices speak of: every asset of the event with a candle, else the view's own."""
    own, every = context.answers.answer(view), context.answers.every(view)
    return replace(together(view, every, context.catalogue), view=own.view) if every else own


def values(context: Context, view: ViewState) -> Panes:
    """The summary, the grid and the histograms for the event's assets."""
    catalogue = context.catalogue
    links = Links(view.to_query(catalogue))
    shown = context.answers.answer(view).view
    measurements = context.answers.lows(view)
    found, rows = gaps(measurements, shown.focus), lows_rows(measurements, catalogue, shown.focus, view.zone)
    focus = catalogue.venue(shown.focus).name
    return {
        ("lows-none", "children"): _missing(context, view, measurements),
        ("lows-parts", "hidden"): not measurements,
        ("lows-note", "children"): [
            WARNING.format(one=view.bar.one),
            " ",
            links.define("Why", Anchor.LOWS),
        ],
        ("lows-summary", "children"): (
            lows_table(lows_lines(measurements, catalogue, view.zone), links, view.bar) if measurements else []
        ),
        ("lows-title", "children"): f"Lowest trades, and what the same {view.bar.one} says",
        (GRID, "columnDefs"): columns(view.bar, dated=any(" " in row["low_at_text"] for row in rows)),
        (GRID, "rowData"): rows,
        (GRID, "style"): {"height": grid_height(len(rows))},
        ("lows-columns", "children"): _columns(links),
        ("lows-gaps-files", "children"): export_menu(What.GAPS, view.to_query(catalogue)),
        ("lows-gaps", "figure"): gaps_figure(found, catalogue, shown.focus, view.theme, view.bar),
        ("lows-gaps-note", "children"): [
            f"Every asset and exchange once; {focus} in its colour. Above: its ",
            links.define("lowest trade against the lowest of all others", Anchor.LOWS),
            ". Below: its smallest ",
            links.define("gap to the next close", Anchor.GAP),
            " of its own group.",
        ],
        ("lows-gaps-table", "children"): gaps_table(found, focus, view.bar),
        ("lows-file", "data"): f"plumbline-lows-{view.event}-{view.window(catalogue) or 'by-hand'}.csv",
    }


def register(app: Dash, context: Context) -> None:  # noqa: ARG001 - as every page is called
    """The file of the grid, which the browser writes by itself."""
    clientside: Any = app.clientside_callback  # dash leaves it untyped
    clientside(
        ClientsideFunction("plumblineGrid", "file"),
        Input("lows-csv", "n_clicks"),
        State(GRID, "id"),
        State("lows-fields", "data"),
        State("lows-file", "data"),
        prevent_initial_call=True,
    )


def _missing(context: Context, view: ViewState, measurements: Sequence[Measurement]) -> str:
    if not measurements:
        return "No candle of this event's assets in this window: no lows."
    found = {measurement.question.asset for measurement in measurements}
    assets = dict.fromkeys((*context.catalogue.event(view.event).assets, view.asset))
    without = [asset for asset in assets if asset not in found]
    return f"Without candles here: {listing(without)}." if without else ""


def _columns(links: Links) -> list[Any]:
    """The columns of the grid, each leading to its definition, the way of keyboard and finger; and their units."""
    told: list[Any] = ["What the columns mean: "]
    for name, anchor in labels():
        told += [links.define(name, anchor), " · "]
    return [*told[:-1], ". Filters take per cent; the file holds fractions: 0.05 is 5 %."]


def _body() -> list[Any]:
    return [
        dcc.Store(id="lows-file"),
        dcc.Store(id="lows-fields", data=list(FIELDS)),
        html.H1(id="lows-title"),
        html.P(id="lows-note", className="second"),
        html.P(id="lows-none", className="quiet"),
        html.Div(_parts(), id="lows-parts"),
    ]


def _parts() -> list[Any]:
    """Tables and charts, which are hidden where nothing is in them."""
    graph_label: dict[str, Any] = {"aria-label": GRAPH_LABEL}
    graph = dcc.Graph(id="lows-gaps", responsive=True, config={"displayModeBar": False}, style={"height": HEIGHT})
    table_label: dict[str, Any] = {"aria-label": "The numbers behind the chart"}
    table = html.Div(id="lows-gaps-table", className="wide", tabIndex=0, role="region", **table_label)
    button = dmc.Button("Download table (CSV)", id="lows-csv", size="xs", variant="default", className="plain")
    return [
        html.Section([html.H2("By asset"), html.Div(id="lows-summary")], className="lows"),
        html.Section(
            [
                html.Div([html.H2("By asset and exchange"), button], className="block-head"),
                lows_grid(Timeframe.M1),
                html.P(id="lows-columns", className="quiet terms"),
            ],
            className="lows",
        ),
        html.Section(
            [
                html.Div(
                    [html.H2("How all gaps are spread"), html.Div(id="lows-gaps-files", className="taken")],
                    className="block-head",
                ),
                html.P(id="lows-gaps-note", className="quiet"),
                html.Div(
                    [point_walk("lows-gaps", "Gaps of each size"), graph],
                    className="walked",
                    role="group",
                    **graph_label,
                ),
                html.Details([html.Summary("As a table"), table]),
            ],
            className="lows",
        ),
    ]


PAGE = Page(
    name="lows",
    title="Lows",
    show=show,
    change=values,
    register=register,
    controls=CHOICES,
    answer=answer,
    measures=True,
    of_asset=True,
)
