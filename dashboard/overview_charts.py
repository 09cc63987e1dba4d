"""Two charts of every market: depth against duration, and what was traded before against depth."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from dash import dcc, html

from dashboard.anchors import Anchor
from dashboard.export_kinds import What
from dashboard.export_menu import export_menu
from dashboard.formats import signed
from dashboard.overview_dots import Dots, depth_dots, fates, volume_dots, volume_fates
from dashboard.overview_marks import key
from dashboard.overview_points import Point, by_asset
from dashboard.overview_scatter import NARROW, WIDE, Figure, Size, scatter
from dashboard.overview_view import Overview
from dashboard.point_walk import point_walk
from deviation.headline import minutes_text

SIZES = {"wide": WIDE, "narrow": NARROW}
"""Both are sent; the style sheet shows the one that there is room for."""

STAMP = "ILLUSTRATION"

LABELS = {
    "depth": "Depth against duration of every exchange and asset. The table below holds the numbers.",
    "volume": "Reported volume before against depth. The table below holds the numbers.",
}

POINTS = "Exchanges and assets from left to right"


def depth_chart(overview: Overview, found: Sequence[Point]) -> html.Section:
    """Depth against minutes; whatever was never below for a minute, or not measured, is named below."""
    shown = fates(found)
    links = overview.links
    deep, long = links.define("deep", Anchor.DEPTH), links.define("long", Anchor.BELOW_MIN)
    bar = overview.view.bar
    title: list[Any] = ["How ", deep, ", and how ", long]
    told = (
        f"Each marker is one exchange on one asset: its deepest {bar.adjective} close, and its minutes at least "
        f"{overview.enter} below. A click opens it in the explorer."
    )
    hollow = " Hollow: not ranked." if overview.ranked else " An illustration. Hollow: wholly assumed."
    return html.Section(
        [
            _head(title, export_menu(What.DEPTH, overview.view.to_query(overview.catalogue))),
            html.P(told + hollow, className="quiet"),
            *_graphs("depth", overview, shown.drawn, depth_figure, shown.nobody(overview.enter, bar)),
            _named(f"Never {overview.enter} below", shown.never),
            _named(f"No firm {bar.one}, so no point", shown.unknown),
            _table(overview, found, volume=False),
        ],
        className="overview-part",
    )


def volume_chart(overview: Overview, found: Sequence[Point], sentence: str) -> html.Section:
    """Reported volume against depth, and in a sentence whether the busiest exchange fell furthest."""
    shown = volume_fates(found)
    links = overview.links
    title: list[Any] = ["Did the busiest exchange fall furthest? ", html.Small("reported volume, not liquidity")]
    told: list[Any] = [
        "What each exchange reported as traded in the 24 hours before, beside its ",
        links.define("deepest close", Anchor.DEPTH),
        ". ",
        links.define("What volume cannot show", Anchor.CANNOT_SHOW),
    ]
    return html.Section(
        [
            _head(title, export_menu(What.VOLUME, overview.view.to_query(overview.catalogue))),
            html.P(sentence, className="overview-finding"),
            html.P(told, className="quiet"),
            *_graphs("volume", overview, shown.drawn, volume_figure, shown.nobody(overview.view.bar)),
            *(_named(why, left) for why, left in shown.left_out().items()),
            _table(overview, [point for point in found if point.spot], volume=True),
        ],
        className="overview-part",
    )


def depth_figure(overview: Overview, drawn: Sequence[Point], size: Size) -> Figure:
    """Minutes from left to right, depth upwards."""
    return _figure(overview, depth_dots(overview, drawn), size)


def volume_figure(overview: Overview, drawn: Sequence[Point], size: Size) -> Figure:
    """Dollars from left to right, depth upwards."""
    return _figure(overview, volume_dots(overview, drawn), size)


def _figure(overview: Overview, shown: Dots, size: Size) -> Figure:
    return scatter(shown.dots, shown.x, shown.y, overview.catalogue, overview.view.theme, size)


def _head(title: list[Any], files: Any) -> html.Div:  # noqa: ANN401 - whatever dash takes
    return html.Div([html.H2(title), files], className="block-head")


def _graphs(
    name: str,
    overview: Overview,
    drawn: Sequence[Point],
    draw: Callable[[Overview, Sequence[Point], Size], Figure],
    none: str,
) -> list[Any]:
    """The chart in both sizes and the key to its markers; ``none`` is said where there is no point."""
    if not drawn:
        return [html.P(none, className="overview-none")]
    config: Any = {"displayModeBar": False}
    aria: dict[str, Any] = {"aria-label": LABELS[name]}
    graphs = [
        html.Div(
            [
                point_walk(f"overview-{name}-{form}", POINTS, opens=True),
                dcc.Graph(
                    id=f"overview-{name}-{form}",
                    figure=draw(overview, drawn, size),
                    config=config,
                    responsive=False,
                    style={"width": size.width, "height": size.height},
                ),
            ],
            className=f"overview-{form} walked",
            role="group",
            # Its place is kept while what draws it is still on its way.
            style={"minHeight": size.height},
            **aria,
        )
        for form, size in SIZES.items()
    ]
    above: list[Any] = ["\N{UPWARDS ARROW} ", overview.links.define("deepest close", Anchor.DEPTH), " below the others"]
    titles = [html.Span(above), html.Strong(STAMP if overview.illustrated else "")]
    venues = {point.venue for point in drawn}
    return [
        html.P(titles, className="overview-axis"),
        *graphs,
        html.P([html.Span(), html.Span(_across(overview, name))], className="overview-axis"),
        key(overview.catalogue, venues, overview.view.focus, overview.view.theme),
    ]


def _across(overview: Overview, name: str) -> list[Any]:
    """What the axis from left to right shows."""
    arrow = " \N{RIGHTWARDS ARROW}"
    if name == "volume":
        return [f"dollars reported as traded in the 24 h before{arrow}"]
    return [overview.links.define(f"minutes at least {overview.enter} below", Anchor.BELOW_MIN), f", longer{arrow}"]


def _named(title: str, found: Sequence[Point]) -> html.P | None:
    """Markets without a point, by asset."""
    if not found:
        return None
    return html.P([html.Strong(f"{title}: "), by_asset(found), "."], className="overview-named")


def _table(overview: Overview, found: Sequence[Point], *, volume: bool) -> html.Details:
    """The numbers behind a chart, deepest first; each asset leads to the explorer."""
    links = overview.links
    extra = [links.define("Volume before, USD", Anchor.CANNOT_SHOW)] if volume else []
    names: list[Any] = [
        "Asset",
        "Exchange",
        links.define("Deepest close", Anchor.DEPTH),
        "at",
        links.define(f"Minutes {overview.enter} below", Anchor.BELOW_MIN),
        links.define("of firm ones", Anchor.FIRM),
        *extra,
    ]
    rows = [
        html.Tr(
            [
                html.Th(overview.to_explorer(point.asset, point.asset, point.venue), scope="row"),
                html.Td([point.name, html.Small(point.symbol)]),
                html.Td(signed(point.depth), className="number"),
                html.Td(point.depth_at, className="number"),
                html.Td(minutes_text(point.below_min), className="number"),
                html.Td(minutes_text(point.firm_min), className="number"),
                *([html.Td(f"{point.volume_usd:,.0f}", className="number")] if volume else []),
            ]
        )
        for point in sorted(found, key=lambda one: math.inf if one.depth is None else one.depth)
    ]
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in names]))
    label: dict[str, Any] = {"aria-label": "The numbers behind the chart"}
    table = html.Div(html.Table([head, html.Tbody(rows)]), className="wide", tabIndex=0, role="region", **label)
    return html.Details([html.Summary("As a table"), table])
