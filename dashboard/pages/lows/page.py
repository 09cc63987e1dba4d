"""The Lows page: the lowest or highest trade of every asset on every exchange, beside measures of the same minute."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, State, dcc, html

from dashboard.charts.gaps.figure import FIGURE_HEIGHT, build_gaps_figure, build_gaps_table
from dashboard.charts.gaps.gaps import measure_gaps
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.components.caveats import build_limits
from dashboard.components.point_slider import build_point_slider
from dashboard.components.updates import Updates, apply_updates
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_download_menu
from dashboard.pages.base import VIEW_CONTROLS, Page, PageContext
from dashboard.service.measurements import ViewResult, combine_results
from dashboard.sheet.file_name import ALL_ASSETS, build_file_name
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState
from dashboard.tables.grid import format_grid_height
from dashboard.tables.lows import build_lows_rows
from dashboard.tables.lows_grid import GRID_ID, build_columns, build_lows_grid, list_column_terms
from dashboard.tables.lows_rows import FILE_FIELDS, build_grid_rows
from dashboard.tables.lows_table import DEVIATION_WORDS, EXTREME_WORDS, ROUND_NOTE, build_lows_table
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.side import Side
from deviation.wording import join_names

WARNING = (
    "The {superlative} trades of a window did not happen in the same {bar}, and the busiest exchange has more trades, "
    "hence more extreme {noun}s: a gap between two {noun}s alone says little. Beside each {noun} is the same {bar} on "
    "the other exchanges with that quote: the gap between the closes, and the least and the most by which the trade "
    "itself was {side} their median. All prices are in their own quote; nothing is converted."
)
GRAPH_LABEL = "How many gaps of which size there are; the table below holds the numbers."

SIDE_LABELS = {Side.BELOW: "Lows", Side.ABOVE: "Highs"}
"""The choices of the switch."""


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
    catalogue, side = context.catalogue, view.side
    links = ViewLinks(view.to_query(catalogue))
    measurements = context.measurements.list_measurements(view)
    event_gaps = measure_gaps(measurements, side)
    rows = build_grid_rows(measurements, catalogue, view.zone)
    focus = measurements[0].focus if measurements else view.focus
    focus_name = catalogue.get_venue(focus).name
    superlative, noun = EXTREME_WORDS[side]
    return {
        ("lows-none", "children"): _describe_missing_assets(context, view, measurements),
        ("lows-parts", "hidden"): not measurements,
        ("lows-sides", "children"): _build_side_switch(context, view),
        ("lows-note", "children"): WARNING.format(
            superlative=superlative, noun=noun, bar=view.timeframe.noun, side=side
        ),
        ("lows-summary", "children"): (
            build_lows_table(
                build_lows_rows(measurements, catalogue, view.zone, side), links, view.timeframe, side, focus_name
            )
            if measurements
            else []
        ),
        ("lows-title", "children"): f"{superlative.capitalize()} trades, and same-{view.timeframe.noun} comparison",
        (GRID_ID, "columnDefs"): build_columns(
            view.timeframe, side, with_dates=any(" " in row[f"{noun}_at_text"] for row in rows)
        ),
        (GRID_ID, "rowData"): rows,
        (GRID_ID, "style"): {"height": format_grid_height(len(rows))},
        ("lows-columns", "children"): _build_column_terms(links, view),
        ("lows-files", "children"): (build_download_menu("lows", view.to_query(catalogue)) if measurements else ""),
        ("lows-gaps", "figure"): build_gaps_figure(event_gaps, catalogue, focus, view.theme, view.timeframe),
        ("lows-gaps-note", "children"): _build_gaps_note(links, view, focus_name),
        ("lows-gaps-table", "children"): build_gaps_table(event_gaps, focus_name, view.timeframe),
        ("lows-file", "data"): _build_grid_file_name(measurements),
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


def _build_side_switch(context: PageContext, view: ViewState) -> list[Any]:
    """A link for each side; that of the page is marked as current."""
    links = []
    for side, label in SIDE_LABELS.items():
        query = replace(view, side=side, is_side_chosen=False).to_query(context.catalogue)
        current = {"aria-current": "true"} if side is view.side else {}
        links.append(ViewLinks(query).build_page_link("lows", label, **current))
    return links


def _build_grid_file_name(measurements: Sequence[Measurement]) -> str:
    """The name of the file that the browser writes of the grid; it names the choices, as that of every export."""
    return build_file_name(measurements[0], "table", "csv", asset=ALL_ASSETS) if measurements else ""


def _describe_missing_assets(context: PageContext, view: ViewState, measurements: Sequence[Measurement]) -> str:
    if not measurements:
        return "No prices of this event's assets are loaded for this window."
    measured_assets = {measurement.question.asset for measurement in measurements}
    assets = dict.fromkeys((*context.catalogue.get_event(view.event).assets, view.asset))
    missing_assets = [asset for asset in assets if asset not in measured_assets]
    return f"No prices are loaded for this window: {join_names(missing_assets)}." if missing_assets else ""


def _build_gaps_note(links: ViewLinks, view: ViewState, focus_name: str) -> list[Any]:
    """What the two histograms count."""
    superlative, bar_name = EXTREME_WORDS[view.side][0], view.timeframe.noun
    closing_text = (
        f" of the same {bar_name}, in the {bar_name} where that was largest; exchanges that never had the "
        f"{superlative} close are not counted."
    )
    return [
        f"Within each quote, of all assets; {focus_name} in its colour. Above: from the exchange with the ",
        links.build_definition_link(f"{superlative} trade", MethodAnchor.LOWS),
        f" to that with the second {superlative}. Below: how far an exchange's close was ",
        links.build_definition_link(f"{view.side} every other close", MethodAnchor.GAP),
        closing_text,
    ]


def _build_column_terms(links: ViewLinks, view: ViewState) -> list[Any]:
    """Links from the names of columns to their definitions, for keyboards and touch screens; and what they show."""
    side = view.side
    superlative, noun = EXTREME_WORDS[side]
    parts: list[Any] = ["What the columns mean: "]
    for name, anchor in list_column_terms(side):
        parts += [links.build_definition_link(name, anchor), " \N{MIDDLE DOT} "]
    explanation = (
        f". To second {superlative}: only for the exchange with the {superlative} trade of its quote. "
        f"{DEVIATION_WORDS[side].capitalize()}: of the {noun} to the other exchanges' median in that "
        f"{view.timeframe.noun}, at least and at most. {ROUND_NOTE} Filters take per cent; in the file, 0.05 is 5%."
    )
    return [*parts[:-1], explanation]


def _build_layout() -> list[Any]:
    return [
        dcc.Store(id="lows-file"),
        dcc.Store(id="lows-fields", data=list(FILE_FIELDS)),
        html.Div(
            [html.H1(id="lows-title"), html.Div(id="lows-files", className="taken")],
            className="block-head",
        ),
        html.P(id="lows-note", className="second lows-note"),
        html.P(id="lows-none", className="quiet"),
        html.Nav(id="lows-sides", className="side-switch", **build_aria_label("Lows or highs")),
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
                build_lows_grid(Timeframe.M1),
                html.P(id="lows-columns", className="quiet terms"),
            ],
            className="lows",
        ),
        html.Section(
            [
                html.H2("Distribution of gaps"),
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
