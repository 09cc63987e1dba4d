"""The Lows page: the lowest trade of every asset on every exchange, beside measures of one and the same minute."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, State, dcc, html

from dashboard.charts.gaps.figure import FIGURE_HEIGHT, build_gaps_figure, build_gaps_table, measure_gaps
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.components.caveats import build_limits
from dashboard.components.point_slider import build_point_slider
from dashboard.components.updates import Updates, apply_updates
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_export_menu
from dashboard.pages.base import VIEW_CONTROLS, Page, PageContext
from dashboard.service.measurements import ViewResult, combine_results
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState
from dashboard.tables.html import build_lows_table
from dashboard.tables.lows import build_lows_rows
from dashboard.tables.lows_grid import GRID_ID, build_columns, build_grid, format_grid_height, list_column_terms
from dashboard.tables.lows_rows import FILE_FIELDS, build_grid_rows
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.wording import join_names

WARNING = (
    "A day's lows were not printed in the same {one}, and the busiest exchange has more trades, hence more extreme "
    "lows: a gap between two lows alone says little. Beside each stands what one and the same {one} says: the "
    "smallest gap to the next close, and between which bounds the lowest trade stood against the others then."
)
GRAPH_LABEL = "How many gaps of which size there are; the table below holds the numbers."


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The layout with its values."""
    layout = html.Div([*_build_layout(), build_limits(ViewLinks(view.to_query(context.catalogue)), view.timeframe)])
    return apply_updates([layout], build_updates(context, view))


def build_notice_result(context: PageContext, view: ViewState) -> ViewResult:
    """The results of the event's assets that have candles; that of the view if none has."""
    own_result, event_results = context.measurements.measure_view(view), context.measurements.measure_assets(view)
    return (
        replace(combine_results(view, event_results, context.catalogue), view=own_result.view)
        if event_results
        else own_result
    )


def build_updates(context: PageContext, view: ViewState) -> Updates:
    """The summary, the grid and the histograms for the event's assets."""
    catalogue = context.catalogue
    links = ViewLinks(view.to_query(catalogue))
    shown_view = context.measurements.measure_view(view).view
    measurements = context.measurements.list_measurements(view)
    event_gaps = measure_gaps(measurements, shown_view.focus)
    rows = build_grid_rows(measurements, catalogue, shown_view.focus, view.zone)
    focus_name = catalogue.get_venue(shown_view.focus).name
    return {
        ("lows-none", "children"): _describe_missing_assets(context, view, measurements),
        ("lows-parts", "hidden"): not measurements,
        ("lows-note", "children"): [
            WARNING.format(one=view.timeframe.noun),
            " ",
            links.build_definition_link("Why", MethodAnchor.LOWS),
        ],
        ("lows-summary", "children"): (
            build_lows_table(build_lows_rows(measurements, catalogue, view.zone), links, view.timeframe)
            if measurements
            else []
        ),
        ("lows-title", "children"): f"Lowest trades, and what the same {view.timeframe.noun} says",
        (GRID_ID, "columnDefs"): build_columns(
            view.timeframe, with_dates=any(" " in row["low_at_text"] for row in rows)
        ),
        (GRID_ID, "rowData"): rows,
        (GRID_ID, "style"): {"height": format_grid_height(len(rows))},
        ("lows-columns", "children"): _build_column_terms(links),
        ("lows-gaps-files", "children"): build_export_menu(ExportKind.GAPS, view.to_query(catalogue)),
        ("lows-gaps", "figure"): build_gaps_figure(event_gaps, catalogue, shown_view.focus, view.theme, view.timeframe),
        ("lows-gaps-note", "children"): [
            f"Every asset and exchange once; {focus_name} in its colour. Above: its ",
            links.build_definition_link("lowest trade against the lowest of all others", MethodAnchor.LOWS),
            ". Below: its smallest ",
            links.build_definition_link("gap to the next close", MethodAnchor.GAP),
            " of its own group.",
        ],
        ("lows-gaps-table", "children"): build_gaps_table(event_gaps, focus_name, view.timeframe),
        ("lows-file", "data"): f"plumbline-lows-{view.event}-{view.find_window_name(catalogue) or 'by-hand'}.csv",
    }


def register_callbacks(app: Dash, context: PageContext) -> None:  # noqa: ARG001 - as every page is called
    """The download of the grid, which the browser writes without a request."""
    clientside_callback: Any = app.clientside_callback  # dash leaves it untyped
    clientside_callback(
        ClientsideFunction("plumblineGrid", "file"),
        Input("lows-csv", "n_clicks"),
        State(GRID_ID, "id"),
        State("lows-fields", "data"),
        State("lows-file", "data"),
        prevent_initial_call=True,
    )


def _describe_missing_assets(context: PageContext, view: ViewState, measurements: Sequence[Measurement]) -> str:
    if not measurements:
        return "No candle of this event's assets in this window: no lows."
    measured_assets = {measurement.question.asset for measurement in measurements}
    assets = dict.fromkeys((*context.catalogue.get_event(view.event).assets, view.asset))
    missing_assets = [asset for asset in assets if asset not in measured_assets]
    return f"Without candles here: {join_names(missing_assets)}." if missing_assets else ""


def _build_column_terms(links: ViewLinks) -> list[Any]:
    """Links from the names of columns to their definitions, for keyboards and touch screens; and their units."""
    parts: list[Any] = ["What the columns mean: "]
    for name, anchor in list_column_terms():
        parts += [links.build_definition_link(name, anchor), " · "]
    return [*parts[:-1], ". Filters take per cent; the file holds fractions: 0.05 is 5 %."]


def _build_layout() -> list[Any]:
    return [
        dcc.Store(id="lows-file"),
        dcc.Store(id="lows-fields", data=list(FILE_FIELDS)),
        html.H1(id="lows-title"),
        html.P(id="lows-note", className="second lows-note"),
        html.P(id="lows-none", className="quiet"),
        html.Div(_build_sections(), id="lows-parts"),
    ]


def _build_sections() -> list[Any]:
    """Tables and charts, which are hidden without a measurement."""
    graph = dcc.Graph(
        id="lows-gaps", responsive=True, config={"displayModeBar": False}, style={"height": FIGURE_HEIGHT}
    )
    table = build_scroll_box(None, "The numbers behind the chart", id="lows-gaps-table")
    button = dmc.Button("Download table (CSV)", id="lows-csv", size="xs", variant="default", className="plain")
    return [
        html.Section([html.H2("By asset"), html.Div(id="lows-summary")], className="lows"),
        html.Section(
            [
                html.Div([html.H2("By asset and exchange"), button], className="block-head"),
                build_grid(Timeframe.M1),
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
                    [build_point_slider("lows-gaps", "Gaps of each size"), graph],
                    className="walked",
                    role="group",
                    **build_aria_label(GRAPH_LABEL),
                ),
                html.Details([html.Summary("As a table"), table]),
            ],
            className="lows",
        ),
    ]


PAGE = Page(
    name="lows",
    title="Lows",
    build_content=build_content,
    build_updates=build_updates,
    register_callbacks=register_callbacks,
    controls=VIEW_CONTROLS,
    build_notice_result=build_notice_result,
    is_measured=True,
    is_about_asset=True,
    picture=ExportKind.GAPS,
)
