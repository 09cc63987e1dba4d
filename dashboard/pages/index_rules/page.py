"""The Index page: what an index would have printed under each rule on record, and whose fall it was."""

from dataclasses import replace
from typing import Any

from dash import html

from dashboard.charts.index_rules.figure import build_index_figure
from dashboard.charts.index_rules.lines import list_index_lines
from dashboard.charts.index_rules.table import build_derived_table, build_leg_table, build_rule_table
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.components.caveats import build_limits
from dashboard.components.line_sample import build_line_image
from dashboard.components.point_slider import build_walked_graph
from dashboard.draw.scene import Scene
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_download_menu
from dashboard.pages.base import VIEW_CONTROLS, Page, PageContext
from dashboard.service.index_rules import measure_indexed_view, replay_view, select_indexed_view
from dashboard.service.measurements import ViewResult
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState
from dashboard.text.index_rules import describe_ratio, write_index_headline
from data.reconstruction.candles import list_assumed_markets
from deviation.wording import join_names
from evidence.index_rules.index_replay import IndexReplay
from evidence.index_rules.rules import list_indexed_assets

GRAPH_ID = "index-graph"

GRAPH_LABEL = "The index by each rule over time; the tables below hold the numbers."


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The chart and its tables; a sentence where there is no rule or no price."""
    links = ViewLinks(view.to_query(context.catalogue))
    shown_view = select_indexed_view(view)
    index_replay = replay_view(context.measurements, view)
    asset = view.asset if shown_view is None else shown_view.asset
    head = html.Div(
        [
            html.H1(f"{asset}: the index, rule by rule"),
            html.Div(
                build_download_menu("index-rules", view.to_query(context.catalogue)) if index_replay else "",
                className="taken",
            ),
        ],
        className="block-head",
    )
    switch = _build_asset_switch(context, view, asset)
    if index_replay is None:
        text = _describe_nothing(shown_view)
        return [head, *switch, html.P(text, className="quiet"), build_limits(links, view.timeframe)]
    question = index_replay.measurement.question
    scene = Scene(
        index_replay.measurement,
        context.catalogue,
        view.theme,
        frozenset(),
        list_assumed_markets(question.origin),
        view.zone,
    )
    return [head, *switch, *_build_sections(index_replay, scene, links), build_limits(links, view.timeframe)]


def build_notice_result(context: PageContext, view: ViewState) -> ViewResult:
    """The result of the asset that is shown."""
    return measure_indexed_view(context.measurements, view)


def _describe_nothing(shown_view: ViewState | None) -> str:
    if shown_view is None:
        return "No index rule is on record for this event."
    return f"No prices of {shown_view.asset} are loaded for this window."


def _build_asset_switch(context: PageContext, view: ViewState, asset: str) -> list[Any]:
    """A link for each asset that has a rule, and a sentence where the view's own has none."""
    assets = list_indexed_assets(view.event)
    if not assets:
        return []
    items = [
        ViewLinks(replace(view, asset=name).to_query(context.catalogue)).build_page_link(
            "index-rules", name, **({"aria-current": "true"} if name == asset else {})
        )
        for name in assets
    ]
    note = [] if view.asset in assets else [html.P(f"No index rule of {view.asset} is on record for this event.")]
    return [*note, html.Nav(items, className="side-switch", **build_aria_label("Assets with an index rule"))]


def _build_sections(index_replay: IndexReplay, scene: Scene, links: ViewLinks) -> list[Any]:
    venue = scene.catalogue.get_venue(index_replay.replays[0].rule.venue).name
    ratio, bar = describe_ratio(index_replay), index_replay.measurement.question.timeframe
    lead = (
        f"What an index made of {venue}'s spot prices would have been, from {bar.adjective} closes. A {bar.noun} in "
        "which a market of the rule did not trade has no value: nothing is filled in. "
    )
    paragraph: list[Any] = [lead]
    if ratio:
        paragraph += [ratio, " ", links.build_definition_link("How it is found", MethodAnchor.FAIR_VALUE), "."]
    return [
        html.P(write_index_headline(index_replay, venue, scene.zone), className="second lows-note"),
        html.P(
            paragraph,
            className="quiet",
        ),
        *_build_chart(index_replay, scene),
        html.Section(
            [
                html.H2("What each rule gave"),
                build_scroll_box(build_rule_table(index_replay, scene), "What each rule gave"),
                html.P(
                    f"In brackets: by all lows and by all highs of the {bar.noun}, between which the index lay. Own "
                    "share: the part of the fall, as log returns, that the other exchanges' price does not explain, "
                    f"from the first {bar.noun} with both prices to the lowest; three others must have prices.",
                    className="quiet",
                ),
            ],
            className="sequence index",
        ),
        *_build_table_section("Where the fall happened", build_leg_table(index_replay)),
        *_build_table_section(
            "Index and mark prices that exchanges reported", build_derived_table(index_replay, scene)
        ),
    ]


def _build_chart(index_replay: IndexReplay, scene: Scene) -> list[Any]:
    """The chart; a sentence where no rule has a value."""
    if not list_index_lines(index_replay, scene):
        missing = dict.fromkeys(leg for item in index_replay.replays for leg in item.missing_legs)
        return [html.P(f"No rule has a value: no price of {join_names(tuple(missing))}.", className="quiet")]
    figure = build_index_figure(index_replay, scene)
    samples = [
        html.Li([build_line_image(line.colour, line.width, line.dash), html.Span(line.name)])
        for line in reversed(list_index_lines(index_replay, scene))
    ]
    return [
        build_walked_graph(GRAPH_ID, figure, points="Index by rule", label=GRAPH_LABEL),
        html.Ul([*samples, html.Li("shaded: the first rule by all lows and highs")], className="compare-key"),
    ]


def _build_table_section(title: str, table: html.Table | None) -> list[Any]:
    if table is None:
        return []
    return [html.Section([html.H2(title), build_scroll_box(table, title)], className="sequence")]


PAGE = Page(
    name="index-rules",
    title="Index",
    build_content=build_content,
    build_notice_result=build_notice_result,
    controls=VIEW_CONTROLS,
    is_measured=True,
    picture=ExportKind.INDEX,
)
