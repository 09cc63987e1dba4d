"""The explorer: one asset over one window, its charts beside the tables of its venues."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl
from dash import dcc, html

from dashboard.charts.lowest_minute.figure import (
    build_bounds_figure,
    build_bounds_table,
    compute_bounds_height,
    list_bar_positions,
    write_heading,
    write_sentences,
)
from dashboard.charts.thresholds.figure import CHART_NOTE, build_threshold_figure, build_threshold_table
from dashboard.charts.thresholds.figure import FIGURE_HEIGHT as THRESHOLDS_HEIGHT
from dashboard.charts.timeline.figure import build_explorer_figure
from dashboard.charts.timeline.hover_table import build_minute_data
from dashboard.charts.timeline.layout import FIGURE_HEIGHT
from dashboard.charts.timeline.notes import build_notes_list
from dashboard.components.accessibility import build_aria_label
from dashboard.components.caveats import build_limits
from dashboard.components.point_slider import build_point_slider
from dashboard.components.updates import Updates, apply_updates
from dashboard.draw.encoding import Figure
from dashboard.draw.scene import Scene
from dashboard.draw.traces import MAX_SCREEN_WICKS, compute_bucket_size, compute_wick_bucket
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_export_menu
from dashboard.pages.base import VIEW_CONTROLS, Control, Page, PageContext
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState, format_number
from dashboard.tables.html import build_lows_table, build_venue_tables
from dashboard.tables.lows import build_lows_rows
from dashboard.tables.venues import build_venue_blocks
from dashboard.text.sentences import list_window_notes, write_measured, write_title
from data.catalogue import Catalogue
from data.reconstruction.candles import list_assumed_markets
from data.schema import Evidence, Timeframe
from deviation.measurement import Measurement
from deviation.wording import format_minutes, join_names

MAX_SECONDS_WINDOW = timedelta(minutes=30)
"""The longest window for which bars of a second are offered; in a longer one they are narrower than a pixel."""

DEFERRED_OUTPUTS = (
    ("minute-data", "data"),
    ("close-look", "children"),
    ("thresholds-chart", "children"),
    ("thresholds-table", "children"),
    ("asset-lows", "children"),
)
"""The values below the first chart that take the browser longest, in the order in which it sets them after it."""

GRAPH_LABEL = "Prices, deviation and states on one time axis. The tables beside hold the numbers."


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The layout with its values."""
    limits = build_limits(ViewLinks(view.to_query(context.catalogue)), view.timeframe)
    return apply_updates([_build_layout(), limits], build_updates(context, view))


def build_updates(context: PageContext, view: ViewState) -> Updates:
    """Headline, charts and tables; the values of `DEFERRED_OUTPUTS` are within the one of ``later``."""
    updates = _build_all_updates(context, view)
    deferred: dict[str, dict[str, Any]] = {name: {prop: updates.pop((name, prop))} for name, prop in DEFERRED_OUTPUTS}
    return {**updates, ("later", "data"): deferred}


def _build_all_updates(context: PageContext, view: ViewState) -> Updates:
    result, catalogue = context.measurements.measure_view(view), context.catalogue
    links = ViewLinks(view.to_query(catalogue))
    if result.measurement is None:
        return _build_empty_updates(result.view)
    measurement, shown_view = result.measurement, result.view
    scene = _build_scene(measurement, shown_view, catalogue)
    query = shown_view.to_query(catalogue)
    headline, summary = write_title(measurement)
    left_out_texts = [
        f"{catalogue.get_venue(excluded.venue).name} {excluded.symbol} ({excluded.reason})"
        for excluded in measurement.left_out
    ]
    return {
        ("main", "className"): "main",
        ("headline", "children"): headline,
        ("second", "children"): summary,
        ("measured", "children"): write_measured(measurement),
        ("terms", "children"): _build_terms(measurement, links),
        ("graph", "figure"): _build_figure(scene, shown_view),
        ("hint", "children"): _describe_chart_use(measurement),
        ("bars-offer", "children"): _build_bars_offer(context, shown_view),
        ("minute-data", "data"): build_minute_data(scene, shown_view.zone),
        ("notes", "children"): build_notes_list(
            list_window_notes(measurement, catalogue),
            shown_view.zone,
            measurement.question.end - measurement.question.start,
        ),
        ("chart-files", "children"): [
            build_export_menu(ExportKind.DEVIATION, query, "Deviation"),
            build_export_menu(ExportKind.CANDLES, query, "Candles"),
        ],
        ("thresholds-chart", "children"): _build_chart(
            "thresholds",
            f"{CHART_NOTE} The table below holds the numbers.",
            THRESHOLDS_HEIGHT,
            build_threshold_figure(scene),
            slider=build_point_slider("thresholds", "Exchanges at each depth, the focus last"),
        ),
        ("thresholds-table", "children"): build_threshold_table(scene, links),
        ("thresholds-files", "children"): [
            build_export_menu(ExportKind.THRESHOLDS, query),
            build_export_menu(ExportKind.MEASUREMENT, query, "Whole answer"),
        ],
        ("close-look", "children"): _build_lowest_minutes(context, scene, query),
        ("lows-files", "children"): build_export_menu(ExportKind.LOWS, query, "Files"),
        ("venues", "children"): build_venue_tables(
            build_venue_blocks(measurement, catalogue, shown_view.zone),
            f"{format_number(shown_view.enter_pct)} %",
            links,
        ),
        ("reading", "children"): _build_reading_note(links, view.timeframe),
        ("left-out", "children"): f"Left out: {join_names(left_out_texts)}." if left_out_texts else "",
        ("asset-lows", "children"): build_lows_table(
            build_lows_rows([measurement], catalogue, shown_view.zone), links, view.timeframe
        ),
        ("all-lows", "children"): links.build_page_link("lows", "All lows: every asset and exchange"),
    }


def _build_empty_updates(view: ViewState) -> Updates:
    """The values without a measurement: every part that the layout leaves empty is cleared."""
    layout = _build_layout()
    empty_ids = [name for name in layout if getattr(layout[name], "children", "") is None]
    return {
        **{(name, "children"): "" for name in empty_ids},
        ("main", "className"): "main empty",
        ("headline", "children"): f"Nothing to measure for {view.asset} in this window",
        ("second", "children"): _build_next_steps(view),
        ("graph", "figure"): {"data": [], "layout": {}},
        ("minute-data", "data"): None,
    }


def _build_next_steps(view: ViewState) -> list[Any]:
    """What a reader can do where there is no candle."""
    if view.timeframe is not Timeframe.M1:
        return _build_collect_hint(view)
    return [
        "Choose another asset or window. Collect or import candles: the button above does, or ",
        html.Code(f"plumbline collect --event {view.event}"),
        " and ",
        html.Code("plumbline import FILE..."),
        " on a command line.",
    ]


def _build_collect_hint(view: ViewState) -> list[Any]:
    """How to collect candles of the view's length, which are stored apart from those of a minute."""
    start, end = view.whole_bars
    if start >= end:
        return [f"No whole bar of {view.timeframe.length} lies in this window: choose a longer window or shorter bars."]
    range_options = f"--from {start:%Y-%m-%dT%H:%MZ} --to {end:%Y-%m-%dT%H:%MZ}"
    return [
        f"Candles of {view.timeframe.length} are collected apart from those of a minute: ",
        html.Code(f"plumbline collect --timeframe {view.timeframe} --assets {view.asset} {range_options}"),
        " on a command line. Not every exchange gives them. ",
        _build_bars_button("Show minutes", Timeframe.M1),
    ]


def _build_terms(measurement: Measurement, links: ViewLinks) -> list[Any]:
    """Links from the terms of the headline to their definitions."""
    terms = [
        ("how far below", MethodAnchor.DEPTH),
        ("minutes below", MethodAnchor.BELOW_MIN),
        ("firm minutes", MethodAnchor.FIRM),
        ("deepest", MethodAnchor.RANK),
        ("lowest trade", MethodAnchor.WICK),
        ("the 24 h before", MethodAnchor.BASELINE),
    ]
    if measurement.question.underlying is not None:
        terms.append(("fair value", MethodAnchor.FAIR_VALUE))
    if measurement.question.origin is Evidence.RECONSTRUCTION:
        terms.append(("the reconstruction", MethodAnchor.CANDLES))
    return ["What it means: ", *join_with_dots([links.build_definition_link(text, anchor) for text, anchor in terms])]


def join_with_dots(parts: list[Any]) -> list[Any]:
    """The parts with a dot between each two."""
    return [item for i, part in enumerate(parts) for item in ([" · ", part] if i else [part])]


def _build_reading_note(links: ViewLinks, bar: Timeframe) -> list[Any]:
    return [
        f"A {bar.noun} is ",
        links.build_definition_link("firm", MethodAnchor.FIRM),
        f" when at least three others voted in it; only firm {bar.noun}s count. ",
        links.build_definition_link("Order-proof", MethodAnchor.ORDER_PROOF),
        f" are {bar.noun}s that lay below as a whole, in whatever order their trades came.",
    ]


def _build_scene(measurement: Measurement, view: ViewState, catalogue: Catalogue) -> Scene:
    """The measurement with everything that charts need of the view."""
    assumed_set = list_assumed_markets(measurement.question.origin)
    return Scene(measurement, catalogue, view.theme, view.hidden, assumed_set)


def _build_figure(scene: Scene, view: ViewState) -> Figure:
    """The figure; a zoom is kept as long as asset, window and length of bars stay the same."""
    figure = build_explorer_figure(scene, view.zone)
    figure["layout"]["uirevision"] = f"{view.asset} {view.start} {view.end} {view.timeframe}"
    return figure


def _describe_chart_use(measurement: Measurement) -> str:
    """How to zoom and, where several bars are drawn as one, how they are aggregated."""
    usage = "Drag along the charts for a closer window; a double click goes back."
    size, timeframe = measurement.axis.size, measurement.question.timeframe
    line_bucket, wick_bucket_size = compute_bucket_size(size), compute_wick_bucket(size, MAX_SCREEN_WICKS)
    if wick_bucket_size == 1:
        return usage
    subject, bucket_size = ("Wicks are drawn", wick_bucket_size) if line_bucket == 1 else ("Drawn", line_bucket)
    duration_text = format_minutes(timeframe.convert_to_minutes(bucket_size))
    return (
        f"{subject} by least and greatest of each {duration_text} minutes, so that no wick is lost; the numbers count "
        f"every bar. {usage}"
    )


def _build_bars_offer(context: PageContext, view: ViewState) -> list[Any]:
    """The offer of bars of a second where they are stored and wide enough, or of minutes if others are shown."""
    if view.timeframe is not Timeframe.M1:
        return [f"Bars of {view.timeframe.length}. ", _build_bars_button("Show minutes", Timeframe.M1)]
    if view.end - view.start > MAX_SECONDS_WINDOW or not context.measurements.has_seconds(view):
        return []
    return [
        f"Candles of a second of {view.asset} are stored for this window. ",
        _build_bars_button("Show seconds", Timeframe.S1),
    ]


def _build_bars_button(text: str, bar: Timeframe) -> html.Button:
    """A button for bars of another length, on which ``assets/page.js`` acts."""
    attributes: dict[str, Any] = {"data-bar": bar.value}
    return html.Button(text, type="button", className="bars", **attributes)


def _build_lowest_minutes(context: PageContext, scene: Scene, query: Mapping[str, str]) -> list[Any]:
    """Charts of the bars with the focus venue's lowest trades; the first has the menu of files for all of them."""
    lowest_positions = list_bar_positions(scene)
    if not lowest_positions:
        return []
    trades = context.measurements.read_low_trades([scene.measurement])
    menu = [html.Div(build_export_menu(ExportKind.BOUNDS, query), className="taken")]
    return [
        _build_lowest_minute(scene, position, trades, [] if number else menu)
        for number, position in enumerate(lowest_positions)
    ]


def _build_lowest_minute(scene: Scene, position: int, trades: pl.DataFrame, menu: list[Any]) -> html.Section:
    heading_text = write_heading(scene, position)
    return html.Section(
        [
            html.Div([html.H2(heading_text), *menu], className="block-head"),
            *(html.P(text) for text in write_sentences(scene, position, trades)),
            _build_chart(
                f"close-look-{position}",
                f"{heading_text}. Range and close of every exchange; the table below holds the numbers.",
                compute_bounds_height(scene, position),
                build_bounds_figure(scene, position),
            ),
            html.Details(
                [html.Summary("Table of ranges"), html.Div(build_bounds_table(scene, position), className="wide")]
            ),
        ],
        className="look",
    )


def _build_layout() -> html.Div:
    return html.Div(
        [
            # Before the parts that it has the values of, so that they are known when the page is written as HTML.
            html.Div([dcc.Store(id="later"), dcc.Store(id="later-shown")]),
            html.H1(id="headline"),
            html.P(id="second", className="second"),
            html.P(id="measured", className="quiet"),
            html.P(id="terms", className="quiet terms"),
            html.Div([_build_charts(), _build_tables()], className="beside"),
            html.Div([_build_thresholds(), html.Div(id="close-look")], className="closer"),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("Lowest trades"),
                            html.P(id="all-lows"),
                            html.Div(id="lows-files", className="taken"),
                        ],
                        className="block-head",
                    ),
                    html.Div(id="asset-lows"),
                ],
                className="lows",
            ),
        ],
        id="main",
    )


def _build_charts() -> html.Div:
    # Filled by assets/explorer.js; its children are [], so that `_build_empty_updates` does not clear it.
    minute = html.Div(
        [], id="minute", className="moment-box", role="region", **build_aria_label("Every exchange at one moment")
    )
    return html.Div(
        [
            html.P(id="bars-offer", className="bars-offer"),
            _build_chart("graph", GRAPH_LABEL, FIGURE_HEIGHT),
            html.Div(
                [html.P(id="hint", className="hint"), html.Div(id="chart-files", className="taken")],
                className="below",
            ),
            dcc.Store(id="minute-data"),
            dcc.Store(id="minute-shown"),
            html.Div(minute, className="moment-place"),
            html.Div(id="notes", className="notes"),
        ],
        className="charts",
    )


def _build_tables() -> html.Div:
    return html.Div(
        [html.Div(id="venues"), html.P(id="reading", className="quiet"), html.P(id="left-out", className="quiet")]
    )


def _build_thresholds() -> html.Section:
    return html.Section(
        [
            html.Div(
                [html.H2("How long at which depth"), html.Div(id="thresholds-files", className="taken")],
                className="block-head",
            ),
            html.P(CHART_NOTE, className="quiet"),
            html.Div(id="thresholds-chart", style={"minHeight": THRESHOLDS_HEIGHT}),
            html.Details([html.Summary("Table of depths"), html.Div(id="thresholds-table", className="wide")]),
        ],
        className="depths",
    )


def _build_chart(
    name: str, label: str, height: int, figure: Figure | None = None, slider: html.Div | None = None
) -> html.Div:
    """A chart with a label for screen readers, below a slider that leads the keyboard along its points.

    Args:
        name: the id of the graph.
        label: what the chart shows.
        height: in pixels.
        figure: None where it is set later.
        slider: of `build_point_slider`.
    """
    config: Any = {"displayModeBar": False, "doubleClick": "autosize"}
    untyped_figure: Any = figure  # dash types it as a figure of plotly
    graph = dcc.Graph(id=name, responsive=True, config=config, style={"height": height}, figure=untyped_figure)
    # As high as the chart before plotly.js is loaded.
    parts = [graph] if slider is None else [slider, graph]
    return html.Div(parts, className="walked", role="group", style={"minHeight": height}, **build_aria_label(label))


PAGE = Page(
    name="explorer",
    title="Explorer",
    build_content=build_content,
    build_updates=build_updates,
    controls=VIEW_CONTROLS | {Control.PICTURE},
    is_measured=True,
    is_about_asset=True,
    begins_with_chart=True,
)
