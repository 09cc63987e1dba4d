"""The History page: how far one exchange's lows or highs lay beyond all others', day by day over all assets."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from dash import Dash, html

from analysis.questions import sort_venues
from dashboard.charts.history.chart import build_history_chart
from dashboard.charts.history.days import HistoryDay, select_days
from dashboard.charts.history.figure import build_history_figure
from dashboard.charts.history.marks import name_marks
from dashboard.charts.history.wording import describe_basis, describe_panels, write_finding, write_furthest_day
from dashboard.components.caveats import build_limits
from dashboard.components.market_choices import build_choice_links, list_common_choices
from dashboard.components.point_slider import build_walked_graph
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_download_menu
from dashboard.pages.base import Control, Page, PageContext
from dashboard.pages.history.grid import GRID_ID, build_days_grid
from dashboard.service.measurements import ViewResult
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState
from dashboard.tables.grid_search import build_search_head, register_grid_search
from dashboard.text.clock import format_day
from dashboard.text.numbers import format_count
from data.catalogue import Catalogue

GRAPH_ID = "history-graph"
GRAPH_LABEL = "Shares and gaps of every UTC day; the table below holds the numbers."
ANYTIME = "Any time of the day"
"""Names the gap between trades that need not be of one minute."""


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The finding with its chart and a table of all days; without a history how to make one."""
    rows, catalogue = context.measurements.read_history(view), context.catalogue
    query = view.to_query(catalogue)
    limits = build_limits(ViewLinks(query), view.timeframe)
    if rows.is_empty():
        return [*_build_absent_page(), limits]
    days = select_days(rows, view)
    focus_name = catalogue.get_venue(view.focus).name
    own_groups = rows.filter(venue=view.focus)["group"].unique().sort().to_list()
    switches = build_choice_links("history", list_common_choices(view, own_groups, ANYTIME), view, catalogue)
    heading = html.H1(write_finding(days, view, focus_name))
    if not own_groups:
        return [heading, switches, limits]
    menu = html.Div(build_download_menu("history", query), className="taken")
    head = html.Div([heading, menu], className="block-head")
    if not days:
        return [head, switches, limits]
    return [
        head,
        html.P(write_furthest_day(days, view, focus_name), className="second lows-note"),
        switches,
        html.P(_write_basis(rows), className="quiet market-scan"),
        _build_chart_section(days, view, catalogue),
        _build_grid_section(days, view, catalogue),
        limits,
    ]


def build_notice_result(context: PageContext, view: ViewState) -> ViewResult:
    """No measurement; the exchanges of the history, so that each of them can be chosen."""
    venues = {*context.measurements.read_history(view)["venue"]}
    return ViewResult(view, None, present_venues=sort_venues(context.catalogue, venues) if venues else ())


def register_callbacks(app: Dash, context: PageContext) -> None:  # noqa: ARG001 - as every page is called
    """The search of the grid."""
    register_grid_search(app, GRID_ID)


def _build_chart_section(days: Sequence[HistoryDay], view: ViewState, catalogue: Catalogue) -> html.Section:
    chart = build_history_chart(days, view, catalogue)
    named = name_marks(chart.marks)
    return html.Section(
        [
            html.H2("Day by day"),
            html.P(describe_panels(view, chart.focus_name), className="quiet"),
            build_walked_graph(GRAPH_ID, build_history_figure(chart), points="Days", label=GRAPH_LABEL),
            *([html.P(named, className="quiet")] if named else []),
        ],
        className="market-part",
    )


def _build_grid_section(days: Sequence[HistoryDay], view: ViewState, catalogue: Catalogue) -> html.Section:
    head = build_search_head(GRID_ID, "All UTC days", "Search days and assets")
    return html.Section([head, build_days_grid(days, view, catalogue)], className="lows")


def _write_basis(rows: pl.DataFrame) -> str:
    """Which days are stored, when the last of them were measured, and whose list of coins they are of."""
    days = format_count(rows["day"].n_unique(), "day")
    latest = rows["made_at"].sort()[-1]
    made = f"the latest made on {format_day(latest)} {latest:%Y, %H:%M} UTC"
    return f"Scans of {days}; coins {describe_basis(rows)}; {made}."


def _build_absent_page() -> list[Any]:
    return [
        html.H1("No history of the whole market is stored"),
        html.P(
            "A history scans every UTC day of a span, and keeps the counts of each exchange. It is made by a command:",
            className="second lows-note",
        ),
        html.Pre(html.Code("plumbline scan --days 2025-01-01..2025-12-31"), className="market-command"),
    ]


PAGE = Page(
    name="history",
    title="History",
    build_content=build_content,
    build_notice_result=build_notice_result,
    register_callbacks=register_callbacks,
    controls=frozenset({Control.FOCUS}),
    picture=ExportKind.HISTORY,
)
