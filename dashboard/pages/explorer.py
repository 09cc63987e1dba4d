"""The explorer: one asset over one window, its charts beside the tables of its venues."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl
from dash import dcc, html

from dashboard.anchors import Anchor
from dashboard.bounds import bounds_figure, bounds_height, bounds_table, heading, positions, sentences
from dashboard.explorer import HEIGHT, explorer_figure
from dashboard.explorer_notes import notes_list
from dashboard.export_kinds import What
from dashboard.export_menu import export_menu
from dashboard.formats import listing
from dashboard.limits import limits
from dashboard.links import Links
from dashboard.lows_lines import lows_lines
from dashboard.markup import lows_table, venue_tables
from dashboard.minute_table import minute_data
from dashboard.pages.contract import CHOICES, Context, Control, Page
from dashboard.panels import SCREEN_WICKS, bucket, wick_bucket
from dashboard.panes import Panes
from dashboard.point_walk import point_walk
from dashboard.scene import Scene
from dashboard.thresholds import HEIGHT as THRESHOLDS_HEIGHT
from dashboard.thresholds import NOTE, threshold_figure, threshold_table
from dashboard.venue_lines import blocks
from dashboard.view import ViewState, number_text
from dashboard.wire import Figure
from dashboard.words import measured, title, window_notes
from data.catalogue import Catalogue
from data.reconstruction import assumed_markets
from data.schema import Evidence, Timeframe
from deviation.headline import minutes_text
from deviation.result import Measurement

SECONDS_WITHIN = timedelta(minutes=30)
"""The longest window in which seconds are offered: in a longer one a screen has no room for them."""

LATER = (
    ("minute-data", "data"),
    ("close-look", "children"),
    ("thresholds-chart", "children"),
    ("thresholds-table", "children"),
    ("asset-lows", "children"),
)
"""What lies below the first chart and takes the browser longest, in the order in which it is shown."""

Held = dict[str, dict[str, Any]]
"""The properties of each part of the page, by its id."""

GRAPH_LABEL = "Prices, deviation and states on one time axis. The tables beside hold the numbers."


def show(context: Context, view: ViewState) -> list[Any]:
    """The page with everything in its place."""
    held: Held = {}
    for (name, prop), value in change(context, view).items():
        held.setdefault(name, {})[prop] = value
    return [_body(held), limits(Links(view.to_query(context.catalogue)), view.bar)]


def change(context: Context, view: ViewState) -> Panes:
    """The values after a change."""
    return staged(values(context, view))


def staged(panes: Panes) -> Panes:
    """The same values, of which the browser shows those of `LATER` after the first chart."""
    later: dict[str, dict[str, Any]] = {name: {prop: panes[name, prop]} for name, prop in LATER}
    return {key: value for key, value in panes.items() if key not in LATER} | {("later", "data"): later}


def values(context: Context, view: ViewState) -> Panes:
    """The sentences, the charts and the tables."""
    answer, catalogue = context.answers.answer(view), context.catalogue
    links = Links(view.to_query(catalogue))
    if answer.measurement is None:
        return _nothing(answer.view)
    measurement, shown = answer.measurement, answer.view
    scene = _scene(measurement, shown, catalogue)
    query = shown.to_query(catalogue)
    headline, second = title(measurement)
    left_out = [f"{catalogue.venue(out.venue).name} {out.symbol} ({out.why})" for out in measurement.left_out]
    return {
        ("main", "className"): "main",
        ("headline", "children"): headline,
        ("second", "children"): second,
        ("measured", "children"): measured(measurement),
        ("terms", "children"): _terms(measurement, links),
        ("graph", "figure"): _figure(scene, shown),
        ("hint", "children"): _hint(measurement),
        ("bars-offer", "children"): _bars_offer(context, shown),
        ("minute-data", "data"): minute_data(scene, shown.zone),
        ("notes", "children"): notes_list(
            window_notes(measurement, catalogue), shown.zone, measurement.question.end - measurement.question.start
        ),
        ("chart-files", "children"): [
            export_menu(What.DEVIATION, query, "Deviation"),
            export_menu(What.CANDLES, query, "Candles"),
        ],
        ("thresholds-chart", "children"): _chart(
            "thresholds",
            f"{NOTE} The table below holds the numbers.",
            THRESHOLDS_HEIGHT,
            threshold_figure(scene),
            walk=point_walk("thresholds", "Exchanges at each depth, the focus last"),
        ),
        ("thresholds-table", "children"): threshold_table(scene, links),
        ("thresholds-files", "children"): [
            export_menu(What.THRESHOLDS, query),
            export_menu(What.MEASUREMENT, query, "Whole answer"),
        ],
        ("close-look", "children"): _close_look(context, scene, query),
        ("lows-files", "children"): export_menu(What.LOWS, query, "Files"),
        ("venues", "children"): venue_tables(
            blocks(measurement, catalogue, shown.zone), f"{number_text(shown.enter_pct)} %", links
        ),
        ("reading", "children"): _reading(links, view.bar),
        ("left-out", "children"): f"Left out: {listing(left_out)}." if left_out else "",
        ("asset-lows", "children"): lows_table(lows_lines([measurement], catalogue, shown.zone), links, view.bar),
        ("all-lows", "children"): links.page("lows", "All lows: every asset and exchange"),
    }


def _nothing(view: ViewState) -> Panes:
    empty = (
        *("measured", "terms", "venues", "reading", "left-out", "asset-lows", "all-lows", "hint", "bars-offer"),
        *("notes", "chart-files", "thresholds-chart", "thresholds-table", "thresholds-files", "close-look"),
        "lows-files",
    )
    return {
        ("main", "className"): "main empty",
        ("headline", "children"): f"Nothing to measure for {view.asset} in this window",
        ("second", "children"): _next_steps(view),
        ("graph", "figure"): {"data": [], "layout": {}},
        ("minute-data", "data"): None,
        **{(name, "children"): "" for name in empty},
    }


def _next_steps(view: ViewState) -> list[Any]:
    """What to do where there is nothing to show."""
    if view.bar is not Timeframe.M1:
        return _other_bars(view)
    return [
        "Choose another asset or window. Collect or import candles: the button above does, or ",
        html.Code(f"plumbline collect --event {view.event}"),
        " and ",
        html.Code("plumbline import FILE..."),
        " on a command line.",
    ]


def _other_bars(view: ViewState) -> list[Any]:
    """How candles of another length come into the store: they are a series of their own."""
    start, end = view.whole
    if start >= end:
        return [f"No whole bar of {view.bar.length} lies in this window: choose a longer window or shorter bars."]
    span = f"--from {start:%Y-%m-%dT%H:%MZ} --to {end:%Y-%m-%dT%H:%MZ}"
    return [
        f"Candles of {view.bar.length} are collected apart from those of a minute: ",
        html.Code(f"plumbline collect --timeframe {view.bar} --assets {view.asset} {span}"),
        " on a command line. Not every exchange gives them. ",
        _bars_button("Show minutes", Timeframe.M1),
    ]


def _terms(measurement: Measurement, links: Links) -> list[Any]:
    """The words of the headline, each leading to its definition."""
    words = [
        ("how far below", Anchor.DEPTH),
        ("minutes below", Anchor.BELOW_MIN),
        ("firm minutes", Anchor.FIRM),
        ("deepest", Anchor.RANK),
        ("lowest trade", Anchor.WICK),
        ("the 24 h before", Anchor.BASELINE),
    ]
    if measurement.question.underlying is not None:
        words.append(("fair value", Anchor.FAIR_VALUE))
    if measurement.question.origin is Evidence.RECONSTRUCTION:
        words.append(("the reconstruction", Anchor.CANDLES))
    return ["What it means: ", *separated([links.define(text, anchor) for text, anchor in words])]


def separated(parts: list[Any]) -> list[Any]:
    """Parts of a line with a dot between them."""
    return [piece for i, part in enumerate(parts) for piece in ([" · ", part] if i else [part])]


def _reading(links: Links, bar: Timeframe) -> list[Any]:
    return [
        f"A {bar.one} is ",
        links.define("firm", Anchor.FIRM),
        f" when at least three others voted in it; only firm {bar.one}s count. ",
        links.define("Order-proof", Anchor.ORDER_PROOF),
        f" are {bar.one}s that lay below as a whole, in whatever order their trades came.",
    ]


def _scene(measurement: Measurement, view: ViewState, catalogue: Catalogue) -> Scene:
    """What is drawn, and how."""
    illustrated = measurement.question.origin is Evidence.RECONSTRUCTION
    assumed = assumed_markets() if illustrated else frozenset()
    return Scene(measurement, catalogue, view.theme, view.hidden, assumed)


def _figure(scene: Scene, view: ViewState) -> Figure:
    """The charts; what a reader zoomed into stays as long as asset, window and bars do."""
    figure = explorer_figure(scene, view.zone)
    figure["layout"]["uirevision"] = f"{view.asset} {view.start} {view.end} {view.bar}"
    return figure


def _hint(measurement: Measurement) -> str:
    """How the charts are used and, where bars are drawn together, how."""
    use = "Drag along the charts for a closer window; a double click goes back."
    size, timeframe = measurement.axis.size, measurement.question.timeframe
    lines, wicks = bucket(size), wick_bucket(size, SCREEN_WICKS)
    if wicks == 1:
        return use
    what, width = ("Wicks are drawn", wicks) if lines == 1 else ("Drawn", lines)
    minutes = minutes_text(timeframe.minutes(width))
    return (
        f"{what} by least and greatest of each {minutes} minutes, so that no wick is lost; the numbers count every "
        f"bar. {use}"
    )


def _bars_offer(context: Context, view: ViewState) -> list[Any]:
    """Seconds where they can be seen, and the way back from other bars."""
    if view.bar is not Timeframe.M1:
        return [f"Bars of {view.bar.length}. ", _bars_button("Show minutes", Timeframe.M1)]
    if view.end - view.start > SECONDS_WITHIN or not context.answers.has_seconds(view):
        return []
    return [
        f"Candles of a second of {view.asset} are stored for this window. ",
        _bars_button("Show seconds", Timeframe.S1),
    ]


def _bars_button(text: str, bar: Timeframe) -> html.Button:
    """A button that ``assets/page.js`` makes one that shows bars of a length."""
    marks: dict[str, Any] = {"data-bar": bar.value}
    return html.Button(text, type="button", className="bars", **marks)


def _close_look(context: Context, scene: Scene, query: Mapping[str, str]) -> list[Any]:
    """The bars of the focus venue's lowest trades, with everyone's range; one menu gives all of them."""
    found = positions(scene)
    if not found:
        return []
    trades = context.answers.low_trades([scene.measurement])
    menu = [html.Div(export_menu(What.BOUNDS, query), className="taken")]
    return [_look(scene, position, trades, [] if number else menu) for number, position in enumerate(found)]


def _look(scene: Scene, position: int, trades: pl.DataFrame, menu: list[Any]) -> html.Section:
    title = heading(scene, position)
    return html.Section(
        [
            html.Div([html.H2(title), *menu], className="block-head"),
            *(html.P(text) for text in sentences(scene, position, trades)),
            _chart(
                f"close-look-{position}",
                f"{title}. Range and close of every exchange; the table below holds the numbers.",
                bounds_height(scene, position),
                bounds_figure(scene, position),
            ),
            html.Details([html.Summary("Table of ranges"), html.Div(bounds_table(scene, position), className="wide")]),
        ],
        className="look",
    )


def _body(held: Held) -> html.Div:
    return html.Div(
        [
            html.H1(id="headline", **held["headline"]),
            html.P(id="second", className="second", **held["second"]),
            html.P(id="measured", className="quiet", **held["measured"]),
            html.P(id="terms", className="quiet terms", **held["terms"]),
            html.Div([_charts(held), _tables(held)], className="beside"),
            html.Div([_thresholds(held), html.Div(id="close-look")], className="closer"),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("Lowest trades"),
                            html.P(id="all-lows", **held["all-lows"]),
                            html.Div(id="lows-files", className="taken", **held["lows-files"]),
                        ],
                        className="block-head",
                    ),
                    html.Div(id="asset-lows"),
                ],
                className="lows",
            ),
            dcc.Store(id="later", **held["later"]),
            dcc.Store(id="later-shown"),
        ],
        id="main",
        **held["main"],
    )


def _charts(held: Held) -> html.Div:
    label: dict[str, Any] = {"aria-label": "Every exchange at one moment"}
    return html.Div(
        [
            html.P(id="bars-offer", className="bars-offer", **held["bars-offer"]),
            _chart("graph", GRAPH_LABEL, HEIGHT, **held["graph"]),
            html.Div(
                [
                    html.P(id="hint", className="hint", **held["hint"]),
                    html.Div(id="chart-files", className="taken", **held["chart-files"]),
                ],
                className="below",
            ),
            dcc.Store(id="minute-data"),
            dcc.Store(id="minute-shown"),
            # Filled by assets/page.js, which follows the pointer.
            html.Div(html.Div(id="minute", className="moment-box", role="region", **label), className="moment-place"),
            html.Div(id="notes", className="notes", **held["notes"]),
        ],
        className="charts",
    )


def _tables(held: Held) -> html.Div:
    return html.Div(
        [
            html.Div(id="venues", **held["venues"]),
            html.P(id="reading", className="quiet", **held["reading"]),
            html.P(id="left-out", className="quiet", **held["left-out"]),
        ]
    )


def _thresholds(held: Held) -> html.Section:
    return html.Section(
        [
            html.Div(
                [
                    html.H2("How long at which depth"),
                    html.Div(id="thresholds-files", className="taken", **held["thresholds-files"]),
                ],
                className="block-head",
            ),
            html.P(NOTE, className="quiet"),
            html.Div(id="thresholds-chart", style={"minHeight": THRESHOLDS_HEIGHT}),
            html.Details([html.Summary("Table of depths"), html.Div(id="thresholds-table", className="wide")]),
        ],
        className="depths",
    )


def _chart(name: str, label: str, height: int, figure: Figure, walk: html.Div | None = None) -> html.Div:
    """A chart with a name for those who cannot see it, and a way along its points for the keyboard."""
    config: Any = {"displayModeBar": False, "doubleClick": "autosize"}
    drawn: Any = figure  # dash wants a figure of plotly's by its type
    graph = dcc.Graph(id=name, responsive=True, config=config, style={"height": height}, figure=drawn)
    marks: dict[str, Any] = {"aria-label": label}
    # Its place is kept while plotly.js is still on its way.
    parts = [graph] if walk is None else [walk, graph]
    return html.Div(parts, className="walked", role="group", style={"minHeight": height}, **marks)


PAGE = Page(
    name="explorer",
    title="Explorer",
    show=show,
    change=change,
    controls=CHOICES | {Control.PICTURE},
    measures=True,
    of_asset=True,
    seen_first=True,
)
