"""The Overview page: a card for each asset of the event, charts of all markets, and the matrix of venues and assets."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from analysis.questions import sort_venues
from dashboard.charts.matrix.reading_aid import build_reading_section, write_finding, write_verdict
from dashboard.charts.scatter.points import TOO_FEW_TEXT, MarketPoint, build_market_points
from dashboard.components.caveats import build_limits
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_download_menu
from dashboard.pages.base import Control, Page, PageContext
from dashboard.pages.overview.cards import build_cards
from dashboard.pages.overview.matrix import build_matrices
from dashboard.pages.overview.published import build_published_section
from dashboard.pages.overview.scatter import SIZES, build_duration_chart, build_volume_chart
from dashboard.pages.overview.side_switch import build_side_switch
from dashboard.service.event import SAMPLE_TEXT, EventContext
from dashboard.service.measurements import ViewResult
from dashboard.service.robustness import RobustnessChecks
from dashboard.state.links import ViewLinks
from dashboard.state.url import parse_query
from dashboard.state.view import ViewState
from dashboard.text.clock import convert_to_zone, format_day
from dashboard.text.numbers import format_span

EMPTY_HEADING = "No prices are loaded for this window"

GRAPH_IDS = tuple(f"overview-{name}-{form}" for name in ("duration", "volume") for form in SIZES)
"""The ids of the charts."""


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The page; without cached robustness checks it has placeholders, and a store that requests them."""
    overview = EventContext(context.measurements.measure_event(view), view, context.catalogue)
    if not overview.measurements:
        return _build_empty_page(overview)
    checks = context.measurements.get_cached_checks(view) if overview.has_ranks else None
    is_pending = overview.has_ranks and checks is None
    points = build_market_points(overview.measurements, overview.catalogue, view.side, view.zone)
    cards = html.Div(
        build_cards(overview, None if checks is None else checks.sensitivities),
        id="overview-cards",
        className="overview-cards",
    )
    return [
        *(_build_sample_head(overview) if overview.is_illustration else _build_head(overview)),
        html.Div([build_side_switch(overview), _build_downloads(overview)], className="block-head"),
        cards,
        *_build_charts(overview, points, checks),
        build_limits(overview.links, view.timeframe),
        *([dcc.Store(id="overview-asked", data=view.to_query(overview.catalogue))] if is_pending else []),
    ]


def _build_charts(overview: EventContext, points: Sequence[MarketPoint], checks: RobustnessChecks | None) -> list[Any]:
    """Charts beside tables, those of ranks and volumes on real prices alone; a sentence if nothing can be compared."""
    if not any(point.firm_min for point in points):
        text = html.P(TOO_FEW_TEXT.format(bar=overview.view.timeframe), className="overview-none")
        # The answer to the second request, which a fair value may need still, has a part of the reading aid.
        return [text, *([_build_reading_aid(overview, checks)] if overview.has_ranks else [])]
    charts: list[Any] = [build_duration_chart(overview, points)]
    tables: list[Any] = [build_matrices(overview)]
    if overview.has_ranks:
        charts.append(build_volume_chart(overview, points))
        tables.append(_build_reading_aid(overview, checks))
    return [html.Div([html.Div(charts), html.Div(tables)], className="overview-pair")]


def _build_downloads(overview: EventContext) -> html.Div:
    """The menu of the page's files, which needs scripts."""
    return html.Div(build_download_menu("overview", overview.view.to_query(overview.catalogue)), className="taken")


def _build_head(overview: EventContext) -> list[Any]:
    """The finding, and under it who is meant by it and when."""
    verdict = write_verdict(overview)
    title = overview.catalogue.get_event(overview.view.event).title
    return [
        html.H1(write_finding(overview)),
        html.P(f"{title}. {verdict}".rstrip(), className="second", id="overview-summary"),
        html.P(_describe_question(overview), className="quiet"),
    ]


def _build_sample_head(overview: EventContext) -> list[Any]:
    """The published figures, clearly apart from the lines that are assumed between them."""
    event = overview.catalogue.get_event(overview.view.event)
    published = build_published_section(overview)
    summary = f"{event.title}. {SAMPLE_TEXT} Everything below the published figures is drawn from assumed lines."
    return [
        html.H1(f"Published figures of {_format_day(overview)}, and a sample drawn from them"),
        html.P(summary, className="second", id="overview-summary"),
        *([] if published is None else [published]),
        html.H2("Sample: assumed lines between the published figures", className="overview-sample"),
        html.P(_describe_question(overview), className="quiet"),
    ]


def _format_day(overview: EventContext) -> str:
    day = convert_to_zone(overview.view.start, overview.view.zone).date()
    return f"{format_day(day)} {day.year}"


def build_deferred_parts(context: PageContext, query: dict[str, str]) -> tuple[list[Any], list[Any]]:
    """The children of cards and reading aid, with the results of the robustness checks.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    view, _ = parse_query(query, context.catalogue)
    checks = context.measurements.run_checks(view)
    overview = EventContext(context.measurements.measure_event(view), view, context.catalogue)
    return build_cards(overview, checks.sensitivities), build_reading_section(overview, checks.placebo)


def build_notice_result(context: PageContext, view: ViewState) -> ViewResult:
    """A result for every asset of the event, with the requested focus venue; without one the measurement is None."""
    by_asset = {measurement.question.asset: measurement for measurement in context.measurements.measure_event(view)}
    assets = dict.fromkeys((*context.catalogue.get_event(view.event).assets, *by_asset))
    asset_results = tuple(ViewResult(replace(view, asset=asset), by_asset.get(asset)) for asset in assets)
    venues = {row.market.venue for measurement in by_asset.values() for row in measurement.rows}
    present_venues = sort_venues(context.catalogue, venues | (view.excluded - {view.focus})) if by_asset else ()
    return ViewResult(view, next(iter(by_asset.values()), None), present_venues, parts=asset_results)


def register_callbacks(app: Dash, context: PageContext) -> None:
    """The second request, for the robustness checks; and clicks on points, which open the explorer."""

    @app.callback(
        Output("overview-cards", "children"), Output("overview-reading", "children"), Input("overview-asked", "data")
    )
    def fill_deferred_parts(query: dict[str, str]) -> tuple[list[Any], list[Any]]:
        return build_deferred_parts(context, query)

    clientside_callback: Any = app.clientside_callback  # dash leaves it untyped
    for graph in GRAPH_IDS:
        clientside_callback(
            ClientsideFunction("plumblineOverview", "follow"), Input(graph, "clickData"), prevent_initial_call=True
        )


def _describe_question(overview: EventContext) -> str:
    view, catalogue = overview.view, overview.catalogue
    window_text = view.find_window_label(catalogue) or "Window chosen by hand"
    span_text = format_span(view.start, view.end, view.zone)
    return f"{window_text}, {span_text}. Every exchange is compared with the others, {view.timeframe.sequence}."


def _build_reading_aid(overview: EventContext, checks: RobustnessChecks | None) -> html.Section:
    placebo = None if checks is None else checks.placebo
    return html.Section(build_reading_section(overview, placebo), id="overview-reading", className="overview-part")


def _build_empty_page(overview: EventContext) -> list[Any]:
    """What a reader can do without any candle."""
    event, links = overview.catalogue.get_event(overview.view.event), overview.links
    return [
        html.H1(EMPTY_HEADING),
        html.P(f"{event.title}: no price of its assets in this window.", className="second", id="overview-summary"),
        html.Dl(
            [
                html.Dt("Collect"),
                html.Dd(["The button above does, or ", html.Code(f"plumbline collect --event {event.id}"), "."]),
                html.Dt("Import"),
                html.Dd([html.Code("plumbline import FILE..."), " takes CSV and Parquet files."]),
                html.Dt("Look elsewhere"),
                html.Dd(["Choose another window or event. ", links.build_page_link("data", "Which prices are stored")]),
            ],
            className="ways-on",
        ),
        build_limits(ViewLinks(overview.view.to_query(overview.catalogue)), overview.view.timeframe),
    ]


PAGE = Page(
    name="overview",
    title="Overview",
    build_content=build_content,
    register_callbacks=register_callbacks,
    build_notice_result=build_notice_result,
    controls=frozenset({Control.WINDOW, Control.FOCUS, Control.SETTINGS, Control.CLOCK}),
    is_measured=True,
    picture=ExportKind.MATRIX,
    begins_with_chart=True,
    has_later_part=True,
)
