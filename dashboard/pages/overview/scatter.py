"""Two scatter charts of every market: size against duration, and reported volume before against size."""

from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from analysis.questions import sort_venues
from dashboard.charts.scatter.figure import NARROW_CHART, WIDE_CHART, ChartSize, build_scatter_figure
from dashboard.charts.scatter.points import (
    MarketPoint,
    ScatterData,
    build_duration_data,
    build_volume_data,
    categorize_by_duration,
    categorize_by_volume,
    format_names_by_asset,
)
from dashboard.charts.scatter.volume_rank import find_volume_leaders, write_volume_sentence
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.components.point_slider import build_point_slider
from dashboard.draw.encoding import Figure
from dashboard.draw.markers import get_marker_corners
from dashboard.draw.theme import compute_venue_colour
from dashboard.service.event import SAMPLE_TEXT, EventContext, build_focus_button
from dashboard.state.links import MethodAnchor
from dashboard.state.view import Theme
from dashboard.text.numbers import format_signed_percent, format_whole_dollars
from data.catalogue import Catalogue
from deviation.wording import format_minutes

SIZES = {"wide": WIDE_CHART, "narrow": NARROW_CHART}
"""Both are sent; the style sheet shows the one that fits the screen."""

SAMPLE_STAMP = "SAMPLE"

GRAPH_LABELS = {
    "duration": "Size against duration of every exchange and asset. The table below holds the numbers.",
    "volume": "Reported volume before against size. The table below holds the numbers.",
}

SLIDER_LABEL = "Exchanges and assets from left to right"


def build_duration_chart(overview: EventContext, points: Sequence[MarketPoint]) -> html.Section:
    """Size against minutes; markets without a point (never on the side, or not comparable) are listed below it."""
    categories, links, side = categorize_by_duration(points), overview.links, overview.view.side
    size_link = links.build_definition_link("Size", MethodAnchor.DEPTH)
    duration_link = links.build_definition_link("duration", MethodAnchor.BELOW_MIN)
    title: list[Any] = [size_link, " and ", duration_link, f" of the {overview.side_noun}"]
    description = (
        f"Each marker is one exchange on one asset: its largest {overview.side_noun}, and its minutes more than "
        f"{overview.enter_text} {side}. A click opens it in the explorer."
    )
    hollow_note = " Hollow: not ranked." if overview.has_ranks else f" Hollow: invented. {SAMPLE_TEXT}"
    return html.Section(
        [
            _build_header(title),
            html.P(description + hollow_note, className="quiet"),
            *_build_graphs(
                "duration",
                overview,
                categories.plotted,
                build_duration_figure,
                categories.describe_absence(overview.enter_text, side, overview.view.timeframe),
            ),
            *(
                _build_point_list(reason, omitted)
                for reason, omitted in categories.group_omitted(overview.enter_text, side).items()
            ),
            _build_table(overview, points, with_volume=False),
        ],
        className="overview-part",
    )


def build_volume_chart(overview: EventContext, points: Sequence[MarketPoint]) -> html.Section:
    """Reported volume against size, and whether the exchange with most volume strayed furthest."""
    categories, links, side = categorize_by_volume(points), overview.links, overview.view.side
    title: list[Any] = ["Did the busiest exchange stray furthest? ", html.Small("reported volume, not liquidity")]
    sentence = write_volume_sentence(find_volume_leaders(overview.measurements, side), side)
    description: list[Any] = [
        "What each exchange reported as traded in the 24 hours before, beside its ",
        links.build_definition_link(f"largest {overview.side_noun}", MethodAnchor.DEPTH),
        ". ",
        links.build_definition_link("What volume cannot show", MethodAnchor.CANNOT_SHOW),
    ]
    return html.Section(
        [
            _build_header(title),
            html.P(sentence, className="overview-finding"),
            html.P(description, className="quiet"),
            *_build_graphs(
                "volume",
                overview,
                categories.plotted,
                build_volume_figure,
                categories.describe_absence(side, overview.view.timeframe),
            ),
            *(_build_point_list(reason, omitted) for reason, omitted in categories.group_omitted(side).items()),
            _build_table(overview, [point for point in points if point.is_spot], with_volume=True),
        ],
        className="overview-part",
    )


def build_duration_figure(overview: EventContext, points: Sequence[MarketPoint], size: ChartSize) -> Figure:
    """The figure with minutes as x and size as y."""
    return _build_figure(overview, build_duration_data(overview, points), size)


def build_volume_figure(overview: EventContext, points: Sequence[MarketPoint], size: ChartSize) -> Figure:
    """The figure with dollars as x and size as y."""
    return _build_figure(overview, build_volume_data(overview, points), size)


def _build_figure(overview: EventContext, data: ScatterData, size: ChartSize) -> Figure:
    return build_scatter_figure(data.points, data.x, data.y, overview.catalogue, overview.view.theme, size)


def _build_header(title: list[Any]) -> html.Div:
    return html.Div(html.H2(title), className="block-head")


def _build_graphs(
    name: str,
    overview: EventContext,
    points: Sequence[MarketPoint],
    build_figure: Callable[[EventContext, Sequence[MarketPoint], ChartSize], Figure],
    empty_text: str,
) -> list[Any]:
    """The chart in both sizes and the legend of its markers; ``empty_text`` without a point."""
    if not points:
        return [html.P(empty_text, className="overview-none")]
    config: Any = {"displayModeBar": False}
    graphs = [
        html.Div(
            [
                build_point_slider(f"overview-{name}-{size_name}", SLIDER_LABEL, opens_link=True),
                dcc.Graph(
                    id=f"overview-{name}-{size_name}",
                    figure=build_figure(overview, points, size),
                    config=config,
                    responsive=False,
                    style={"width": size.width, "height": size.height},
                ),
            ],
            className=f"overview-{size_name} walked",
            role="group",
            # As high as the chart before plotly.js is loaded.
            style={"minHeight": size.height},
            **build_aria_label(GRAPH_LABELS[name]),
        )
        for size_name, size in SIZES.items()
    ]
    y_title: list[Any] = [
        "\N{UPWARDS ARROW} ",
        overview.links.build_definition_link(f"largest {overview.side_noun}", MethodAnchor.DEPTH),
        f", {overview.view.timeframe.adjective} close",
    ]
    titles = [html.Span(y_title), html.Strong(SAMPLE_STAMP if overview.is_illustration else "")]
    venues = {point.venue for point in points}
    return [
        html.P(titles, className="overview-axis"),
        *graphs,
        html.P([html.Span(), html.Span(_build_x_title(overview, name))], className="overview-axis"),
        build_marker_legend(overview.catalogue, venues, overview.view.focus, overview.view.theme),
    ]


def _build_x_title(overview: EventContext, name: str) -> list[Any]:
    """The title of the x axis."""
    arrow = " \N{RIGHTWARDS ARROW}"
    if name == "volume":
        return [f"reported 24h volume before the window, USD{arrow}"]
    return [
        overview.links.build_definition_link(
            f"minutes more than {overview.enter_text} {overview.view.side}", MethodAnchor.BELOW_MIN
        ),
        arrow,
    ]


def _build_point_list(title: str, points: Sequence[MarketPoint]) -> html.P | None:
    """Markets without a point by asset; None if there are none."""
    if not points:
        return None
    return html.P([html.Strong(f"{title}: "), format_names_by_asset(points), "."], className="overview-named")


def _build_table(overview: EventContext, points: Sequence[MarketPoint], *, with_volume: bool) -> html.Details | None:
    """The numbers behind a chart, the largest first; each asset is a link to the explorer."""
    links, side = overview.links, overview.view.side
    volume_headers = [links.build_definition_link("24h volume before, USD", MethodAnchor.CANNOT_SHOW)]
    headers: list[Any] = [
        "Asset",
        "Exchange",
        links.build_definition_link(f"Largest {overview.side_noun}", MethodAnchor.DEPTH),
        "at",
        links.build_definition_link(f"Minutes >{overview.enter_text} {side}", MethodAnchor.BELOW_MIN),
        links.build_definition_link("Comparable minutes", MethodAnchor.FIRM),
        *(volume_headers if with_volume else []),
    ]
    rows = [
        html.Tr(
            [
                html.Th(overview.build_explorer_link(point.asset, point.asset, point.venue), scope="row"),
                html.Td([point.name, html.Small(point.symbol)]),
                html.Td(format_signed_percent(point.deviation), className="number"),
                html.Td(point.at, className="number"),
                html.Td(format_minutes(point.minutes), className="number"),
                html.Td(format_minutes(point.firm_min), className="number"),
                *([html.Td(format_whole_dollars(point.volume_usd), className="number")] if with_volume else []),
            ]
        )
        for point in sorted(points, key=lambda row_point: -row_point.size)
        if point.deviation is not None
    ]
    if not rows:
        return None
    header = html.Thead(html.Tr([html.Th(name, scope="col") for name in headers]))
    table = build_scroll_box(html.Table([header, html.Tbody(rows)]), "The numbers behind the chart")
    return html.Details([html.Summary("As a table"), table])


def build_marker_legend(catalogue: Catalogue, venues: Collection[str], focus: str, theme: Theme) -> html.P:
    """A button with the marker of each venue, which makes it the focus."""
    return html.P(
        [
            build_focus_button(catalogue, venue, focus, _build_marker_image(catalogue, venue, theme))
            for venue in sort_venues(catalogue, venues)
        ],
        className="overview-key",
    )


def _build_marker_image(catalogue: Catalogue, venue: str, theme: Theme) -> html.Img:
    """The marker as an image with a data URL."""
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in get_marker_corners(catalogue, venue))
    colour = compute_venue_colour(catalogue, venue, theme)
    shape = f'<polygon points="{points}" fill="{colour}"/>'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 2 2">{shape}</svg>'
    return html.Img(src=f"data:image/svg+xml,{quote(picture)}", alt="", width=11, height=11)
