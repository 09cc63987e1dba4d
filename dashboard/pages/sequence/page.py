"""The Sequence page: in which order the exchanges of an asset fell, beside the path of the whole market."""

from typing import Any

from dash import html

from analysis.order_of_falls import LEVELS_PCT, OrderOfFalls
from dashboard.charts.sequence.figure import build_sequence_figure
from dashboard.charts.sequence.table import build_comparison_table, build_falls_table, build_path_table
from dashboard.components.accessibility import build_scroll_box
from dashboard.components.caveats import build_limits
from dashboard.components.point_slider import build_walked_graph
from dashboard.draw.scene import Scene
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_download_menu
from dashboard.pages.base import VIEW_CONTROLS, Page, PageContext
from dashboard.service.measurements import ViewResult
from dashboard.service.sequence import MARKET_ASSET, measure_sequence
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState
from dashboard.text.sequence import describe_order, describe_tie
from data.reconstruction.candles import list_assumed_markets

GRAPH_ID = "sequence-graph"

GRAPH_LABEL = "When each exchange had fallen by so much; the table below holds the times."

LEAD = (
    "The first {bar} whose closing price lay so far below the last one of the hour before the window. A close is what "
    "counts: a lower trade within a {bar} does not. "
)


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The chart and its tables, or a sentence where the asset has no prices."""
    links = ViewLinks(view.to_query(context.catalogue))
    order = measure_sequence(context.measurements, view)
    head = html.Div(
        [
            html.H1(f"{view.asset}: who fell first"),
            html.Div(
                build_download_menu("sequence", view.to_query(context.catalogue)) if order is not None else "",
                className="taken",
            ),
        ],
        className="block-head",
    )
    if order is None:
        text = f"No prices of {view.asset} are loaded for this window."
        return [head, html.P(text, className="quiet"), build_limits(links, view.timeframe)]
    assumed = list_assumed_markets(order.measurements[0].question.origin)
    scene = Scene(order.measurements[0], context.catalogue, view.theme, frozenset(), assumed, view.zone)
    return [head, *_build_sections(order, scene, view, links), build_limits(links, view.timeframe)]


def build_notice_result(context: PageContext, view: ViewState) -> ViewResult:
    """The result of the view's asset."""
    return context.measurements.measure_view(view)


def _build_sections(order: OrderOfFalls, scene: Scene, view: ViewState, links: ViewLinks) -> list[Any]:
    figure = build_sequence_figure(order, scene)
    findings = _list_findings(order, view)
    tie_note = f"A line joins what is tied: {describe_tie(view.timeframe)}."
    return [
        html.P(
            [
                LEAD.format(bar=view.timeframe.noun),
                links.build_definition_link("How this is defined", MethodAnchor.PATH),
                ".",
            ],
            className="second lows-note",
        ),
        html.P(findings[0]),
        build_walked_graph(GRAPH_ID, figure, points="Falls and marks", label=GRAPH_LABEL),
        html.P(
            f"{tie_note} Larger and stronger: further down. Circle, star and triangle: onset, start of the run and "
            "bottom of a quote's median.",
            className="quiet",
        ),
        html.Section(
            [
                html.H2("When each exchange was that far down"),
                build_scroll_box(build_falls_table(order, scene, links), "Times by exchange"),
                html.P(
                    f'=: tied with another exchange of the quote ({describe_tie(view.timeframe)}). "by": it was that '
                    "far down by then, at the latest. Times with seconds rest on candles of a second or on trades.",
                    className="quiet",
                ),
                html.Ul([html.Li(text) for text in findings[1:]], className="sequence-order"),
            ],
            className="sequence",
        ),
        html.Section(
            [html.H2("Path of each quote"), build_scroll_box(build_path_table(order, scene), "Path of each quote")],
            className="sequence",
        ),
        *_build_comparison(order, scene),
    ]


def _list_findings(order: OrderOfFalls, view: ViewState) -> list[str]:
    """The order at each level that any exchange reached."""
    asset = order.assets[0]
    markets = [falls for falls in order.markets if falls.asset == asset and falls.market.is_spot]
    levels = [level for level in LEVELS_PCT if any(falls.moments[level] for falls in markets)]
    return [describe_order(order, asset, level, view.zone) for level in levels or LEVELS_PCT[:1]]


def _build_comparison(order: OrderOfFalls, scene: Scene) -> list[Any]:
    """The falls against the bottom of the market, where that is in the data."""
    table = build_comparison_table(order, scene)
    if table is None:
        return []
    return [
        html.Section(
            [
                html.H2(f"Before or after the bottom of {MARKET_ASSET}"),
                build_scroll_box(table, f"Falls against the bottom of {MARKET_ASSET}"),
                html.P("An order in time is no cause.", className="quiet"),
            ],
            className="sequence",
        )
    ]


PAGE = Page(
    name="sequence",
    title="Sequence",
    build_content=build_content,
    build_notice_result=build_notice_result,
    controls=VIEW_CONTROLS,
    is_measured=True,
    is_about_asset=True,
    picture=ExportKind.SEQUENCE,
)
