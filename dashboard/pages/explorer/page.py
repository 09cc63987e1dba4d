"""The explorer: one asset over one window, its charts beside the tables of its venues."""

from typing import Any

import polars as pl
from dash import dcc, html

from dashboard.charts.lowest_minute.figure import build_bounds_figure, build_bounds_table, compute_bounds_height
from dashboard.charts.lowest_minute.ranges import ExtremeBar, list_drawn_ranges, list_extreme_bars
from dashboard.charts.lowest_minute.sentences import write_heading, write_sentences
from dashboard.charts.thresholds.figure import FIGURE_HEIGHT as THRESHOLDS_HEIGHT
from dashboard.charts.thresholds.figure import build_threshold_figure, build_threshold_table, write_chart_note
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
from dashboard.draw.side import choose_side
from dashboard.draw.traces import MAX_SCREEN_WICKS, compute_bucket_size, compute_wick_bucket
from dashboard.exports.kinds import ExportKind
from dashboard.pages.base import VIEW_CONTROLS, Control, Page, PageContext
from dashboard.pages.explorer.texts import (
    build_bars_offer,
    build_next_steps,
    build_present_exchanges,
    build_reading_note,
    build_side_switch,
)
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState
from dashboard.tables.html import build_venue_tables
from dashboard.tables.lows import build_lows_rows
from dashboard.tables.lows_table import build_lows_table
from dashboard.tables.venues import build_venue_blocks
from dashboard.text.sentences import list_window_notes, write_measured, write_title
from data.catalogue import Catalogue
from data.reconstruction.candles import list_assumed_markets
from deviation.measurement import Measurement
from deviation.report.notes import write_notes
from deviation.side import Side
from deviation.wording import format_minutes, format_threshold, join_names

DEFERRED_OUTPUTS = (
    ("minute-data", "data"),
    ("close-look", "children"),
    ("thresholds-chart", "children"),
    ("thresholds-table", "children"),
    ("asset-lows", "children"),
)
"""The values below the first chart that take the browser longest, in the order in which it sets them after it."""

GRAPH_LABEL = "Prices, deviation and data gaps on one time axis. The tables below hold the numbers."


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
    headline, summary = write_title(measurement, shown_view.zone)
    side = choose_side(measurement, shown_view.side if shown_view.is_side_chosen else None)
    left_out_texts = [
        f"{catalogue.get_venue(excluded.venue).name} {excluded.symbol} ({excluded.reason})"
        for excluded in measurement.left_out
    ]
    return {
        ("main", "className"): "main",
        ("headline", "children"): headline,
        ("second", "children"): summary or build_present_exchanges(result, catalogue),
        ("remarks", "children"): " ".join(write_notes(measurement)),
        ("measured", "children"): write_measured(measurement),
        ("graph", "figure"): build_explorer_figure(scene),
        ("hint", "children"): _describe_chart_use(measurement),
        ("bars-offer", "children"): build_bars_offer(context, shown_view),
        ("minute-data", "data"): build_minute_data(scene),
        ("notes", "children"): build_notes_list(
            list_window_notes(measurement, catalogue),
            shown_view.zone,
            measurement.question.end - measurement.question.start,
        ),
        ("thresholds-chart", "children"): _build_chart(
            "thresholds",
            f"{write_chart_note(scene, side)} The table below holds the numbers.",
            THRESHOLDS_HEIGHT,
            build_threshold_figure(scene, side),
            slider=build_point_slider("thresholds", "Exchanges at each size, the chosen one last"),
        ),
        ("thresholds-title", "children"): f"{view.timeframe.noun.capitalize()}s at least this far {side}",
        ("thresholds-note", "children"): write_chart_note(scene, side),
        ("thresholds-side", "children"): build_side_switch(shown_view, side, catalogue),
        ("thresholds-table", "children"): build_threshold_table(scene, side, links),
        ("close-look", "children"): _build_lowest_minutes(context, scene),
        ("venues", "children"): build_venue_tables(
            build_venue_blocks(measurement, catalogue, shown_view.zone),
            format_threshold(measurement.question.parameters.enter),
            links,
            view.timeframe,
        ),
        ("reading", "children"): build_reading_note(links, view.timeframe),
        ("left-out", "children"): f"Left out: {join_names(left_out_texts)}." if left_out_texts else "",
        ("asset-lows", "children"): [
            build_lows_table(
                build_lows_rows([measurement], catalogue, shown_view.zone, side),
                links,
                view.timeframe,
                side,
                catalogue.get_venue(measurement.focus).name,
            )
            for side in Side
        ],
        ("all-lows", "children"): links.build_page_link("lows", "Every asset and exchange"),
    }


def _build_empty_updates(view: ViewState) -> Updates:
    """The values without a measurement: every part that the layout leaves empty is cleared."""
    layout = _build_layout()
    empty_ids = [name for name in layout if getattr(layout[name], "children", "") is None]
    return {
        **{(name, "children"): "" for name in empty_ids},
        ("main", "className"): "main empty",
        ("headline", "children"): f"Nothing to measure for {view.asset} in this window",
        ("second", "children"): build_next_steps(view),
        ("graph", "figure"): {"data": [], "layout": {}},
        ("minute-data", "data"): None,
    }


def _build_scene(measurement: Measurement, view: ViewState, catalogue: Catalogue) -> Scene:
    """The measurement with everything that charts need of the view."""
    assumed_set = list_assumed_markets(measurement.question.origin)
    return Scene(measurement, catalogue, view.theme, view.hidden, assumed_set, view.zone)


def _describe_chart_use(measurement: Measurement) -> str:
    """How to zoom and, where several bars are drawn as one, how they are aggregated."""
    usage = (
        "Drag along the charts, or turn the wheel with Ctrl held, to zoom; no number changes. A double click shows the "
        "whole window again."
    )
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


def _build_lowest_minutes(context: PageContext, scene: Scene) -> list[Any]:
    """Charts of the bars with the focus venue's extreme trades."""
    bars = list_extreme_bars(scene)
    if not bars:
        return []
    trades = context.measurements.read_low_trades([scene.measurement])
    return [_build_lowest_minute(scene, bar, trades) for bar in bars]


def _build_lowest_minute(scene: Scene, bar: ExtremeBar, trades: pl.DataFrame) -> html.Section:
    heading_text, position = write_heading(scene, bar), bar.position
    price_ranges = list_drawn_ranges(scene, position)
    table: Any = build_bounds_table(scene, price_ranges)  # dash knows only its own components as children
    return html.Section(
        [
            html.Div(html.H2(heading_text), className="block-head"),
            *(html.P(text) for text in write_sentences(scene, bar, trades)),
            _build_chart(
                f"close-look-{position}",
                f"{heading_text}. Range and close of every exchange; the table below holds the numbers.",
                compute_bounds_height(price_ranges),
                build_bounds_figure(scene, price_ranges),
            ),
            html.Details([html.Summary("Table of ranges"), html.Div(table, className="wide")]),
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
            html.P(id="remarks", className="quiet"),
            html.P(id="measured", className="quiet"),
            html.Div([_build_charts(), _build_tables()], className="beside"),
            html.Div([_build_thresholds(), html.Div(id="close-look")], className="closer"),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("Lowest and highest trades"),
                            html.P(id="all-lows"),
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
            html.Div([_build_zoom_tools(), _build_chart("graph", GRAPH_LABEL, FIGURE_HEIGHT)], className="zoomable"),
            html.Div(html.P(id="hint", className="hint"), className="below"),
            dcc.Store(id="minute-data"),
            dcc.Store(id="minute-shown"),
            html.Div(minute, className="moment-place"),
            html.Div(id="notes", className="notes"),
        ],
        className="charts",
    )


def _build_zoom_tools() -> html.Div:
    """The buttons of a zoomed chart, on which ``assets/zoom.js`` acts, and which are hidden until it is zoomed."""
    buttons = [
        html.Button("Measure this range", id="measure-range", type="button", className="bars"),
        html.Button("Whole window", id="unzoom", type="button", className="bars"),
    ]
    # Its class is set by the script; a property would be set back whenever the page changes.
    return html.Div(buttons, id="zoom-tools", className="zoom-tools")


def _build_tables() -> html.Div:
    return html.Div(
        [
            html.Div(id="venues", className="venue-blocks"),
            html.P(id="reading", className="quiet"),
            html.P(id="left-out", className="quiet"),
        ]
    )


def _build_thresholds() -> html.Section:
    return html.Section(
        [
            html.Div(
                [
                    html.H2(id="thresholds-title"),
                    html.P(id="thresholds-side"),
                ],
                className="block-head",
            ),
            html.P(id="thresholds-note", className="quiet"),
            html.Div(id="thresholds-chart", style={"minHeight": THRESHOLDS_HEIGHT}),
            html.Details([html.Summary("Table of minutes"), html.Div(id="thresholds-table", className="wide")]),
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
    config: Any = {"displayModeBar": False, "doubleClick": "reset", "scrollZoom": True, "showTips": False}
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
    writes_notes=True,
    is_about_asset=True,
    picture=ExportKind.COMPARISON,
    begins_with_chart=True,
)
