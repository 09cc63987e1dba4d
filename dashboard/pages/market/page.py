"""The Market page: how far one exchange's lows or highs lay beyond all others', on every asset of a saved scan."""

from dataclasses import replace
from typing import Any

from dash import Dash, html

from analysis.questions import sort_venues
from analysis.scan.summary import ScanSummary, list_scan_groups, summarize_scan
from dashboard.charts.market.chart import build_lead_chart
from dashboard.charts.market.figure import build_lead_figure
from dashboard.charts.market.gaps import AssetGap, select_gaps
from dashboard.charts.market.tables import build_bins_table, build_counts_table
from dashboard.charts.market.wording import (
    PEER_LABELS,
    describe_gap,
    write_aligned_finding,
    write_finding,
    write_reading_aid,
)
from dashboard.components.accessibility import build_scroll_box
from dashboard.components.caveats import build_limits
from dashboard.components.market_choices import build_choice_links, list_common_choices
from dashboard.components.point_slider import build_walked_graph
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_download_menu
from dashboard.pages.base import Control, Page, PageContext
from dashboard.pages.market.absent import build_absent_page, build_outdated_notice
from dashboard.pages.market.scan_choice import build_scan_choice
from dashboard.pages.market.set_aside import build_set_aside_section
from dashboard.service.market import ScanResult
from dashboard.service.measurements import ViewResult
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState, format_number
from dashboard.tables.grid_search import build_search_head, register_grid_search
from dashboard.tables.market_grid import (
    GRID_ID,
    build_market_columns,
    build_market_grid,
    build_market_rows,
    list_column_terms,
)
from data.catalogue import Catalogue
from data.tables.scans import MarketScan

GRAPH_ID = "market-graph"
GRAPH_LABEL = "The gap of every asset, and how many there are of each size; the tables below hold the numbers."
ANYTIME = "Any time in the window"
"""Names the gap between trades that need not be of one minute."""


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The finding with its chart and tables; without a scan of the window how to make one."""
    result, catalogue = context.measurements.read_scan(view), context.catalogue
    links = ViewLinks(view.to_query(catalogue))
    limits = build_limits(links, view.timeframe)
    if result.scan is None:
        return [*build_absent_page(result.other_runs, view, catalogue), limits]
    return [*_build_scan_page(result.scan, result, view, catalogue), limits]


def build_notice_result(context: PageContext, view: ViewState) -> ViewResult:
    """No measurement; the exchanges of the scan, so that each of them can be chosen."""
    scan = context.measurements.read_scan(view).scan
    venues = () if scan is None else sort_venues(context.catalogue, {*scan.rows["venue"]})
    return ViewResult(view, None, present_venues=venues)


def register_callbacks(app: Dash, context: PageContext) -> None:  # noqa: ARG001 - as every page is called
    """The search of the grid."""
    register_grid_search(app, GRID_ID)


def _build_scan_page(scan: MarketScan, result: ScanResult, view: ViewState, catalogue: Catalogue) -> list[Any]:
    focus_name = catalogue.get_venue(view.focus).name
    gaps = select_gaps(scan.rows, view)
    summary = summarize_scan(scan, view.focus, view.group, view.side)
    head = html.Div(
        [
            html.H1(write_finding(summary, view, focus_name)),
            html.Div(build_download_menu("market", view.to_query(catalogue)), className="taken"),
        ],
        className="block-head",
    )
    sections = (
        [
            _build_chart_section(summary, gaps, view, catalogue),
            _build_grid_section(scan, gaps, view, catalogue),
        ]
        if gaps
        else []
    )
    return [
        head,
        html.P(write_aligned_finding(summary, view), className="second lows-note"),
        *build_outdated_notice(result, view, catalogue),
        _build_choices(scan, view, catalogue),
        *build_scan_choice(result, scan.run, view, catalogue),
        *sections,
        build_set_aside_section(summary, catalogue),
    ]


def _build_choices(scan: MarketScan, view: ViewState, catalogue: Catalogue) -> html.Div:
    """What both pages of the whole market can show, and with whom the exchange is compared."""
    choices = [
        *list_common_choices(view, list_scan_groups(scan, view.focus), ANYTIME),
        ("Compared with", [(text, replace(view, peers=peers)) for peers, text in PEER_LABELS.items()]),
    ]
    return build_choice_links("market", choices, view, catalogue)


def _build_chart_section(
    summary: ScanSummary, gaps: tuple[AssetGap, ...], view: ViewState, catalogue: Catalogue
) -> html.Section:
    focus_name = catalogue.get_venue(view.focus).name
    chart = build_lead_chart(summary.scan, gaps, view, catalogue)
    return html.Section(
        [
            html.H2("All assets, ranked by gap"),
            html.P(describe_gap(view, focus_name), className="quiet"),
            build_walked_graph(GRAPH_ID, build_lead_figure(chart), points="Gaps by asset", label=GRAPH_LABEL),
            html.Details([html.Summary("As a table"), build_scroll_box(build_bins_table(chart), "Assets by gap")]),
            html.H2("How many, by size"),
            build_scroll_box(build_counts_table(summary, view), "Assets by size of the gap"),
            html.P(write_reading_aid(summary, view), className="quiet"),
        ],
        className="market-part",
    )


def _build_grid_section(
    scan: MarketScan, gaps: tuple[AssetGap, ...], view: ViewState, catalogue: Catalogue
) -> html.Section:
    links, enter_text = ViewLinks(view.to_query(catalogue)), f"{format_number(view.enter_pct)}%"
    rows = build_market_rows(scan.rows, view, catalogue, [gap.asset for gap in gaps])
    grid = build_market_grid(build_market_columns(view.side, enter_text), rows)
    terms: list[Any] = ["What the columns mean: "]
    for name, anchor in list_column_terms(view.side):
        terms += [links.build_definition_link(name, anchor), " \N{MIDDLE DOT} "]
    return html.Section(
        [
            build_search_head(GRID_ID, "By asset", "Search assets and exchanges"),
            grid,
            html.P(terms[:-1], className="quiet terms"),
        ],
        className="lows",
    )


PAGE = Page(
    name="market",
    title="Market",
    build_content=build_content,
    build_notice_result=build_notice_result,
    register_callbacks=register_callbacks,
    controls=frozenset({Control.WINDOW, Control.FOCUS, Control.CLOCK}),
    picture=ExportKind.MARKET,
)
