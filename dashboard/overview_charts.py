"""Two charts of every market: depth against duration, and what was traded before against depth."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from dash import dcc, html

from dashboard.anchors import Anchor
from dashboard.formats import listing, signed
from dashboard.overview_marks import key
from dashboard.overview_points import Point
from dashboard.overview_scatter import NARROW, WIDE, Dot, Figure, LogAxis, Size, scatter
from dashboard.overview_view import Overview
from dashboard.point_walk import point_walk
from deviation.headline import minutes_text

SHALLOWEST = 0.001
"""A depth of 0.1 %: what lies less below has no point beside the volumes, and is named."""

SIZES = {"wide": WIDE, "narrow": NARROW}
"""Both are sent; the style sheet shows the one that there is room for."""

STAMP = "ILLUSTRATION"

LABELS = {
    "depth": "Depth against duration of every exchange and asset. The table below holds the numbers.",
    "volume": "Reported volume before against depth. The table below holds the numbers.",
}

POINTS = "Exchanges and assets from left to right"

FEW = "Too few exchanges: a {bar.one} counts where at least three others traded. Collect or import more of them."

DEPTHS = tuple((pct / 100, f"{pct:g} %") for pct in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100))


def depth_chart(overview: Overview, found: Sequence[Point]) -> html.Section:
    """Depth against minutes; whatever was never below for a minute, or not measured, is named below."""
    drawn = [point for point in found if point.below_min and point.below]
    never = [point for point in found if point.firm_min and not (point.below_min and point.below)]
    unknown = [point for point in found if not point.firm_min]
    links = overview.links
    deep, long = links.define("deep", Anchor.DEPTH), links.define("long", Anchor.BELOW_MIN)
    bar = overview.view.bar
    title: list[Any] = ["How ", deep, ", and how ", long]
    told = (
        f"Each marker is one exchange on one asset: its deepest {bar.adjective} close, and its minutes at least "
        f"{overview.enter} below. A click opens it in the explorer."
    )
    hollow = " Hollow: not ranked." if overview.ranked else " An illustration. Hollow: wholly assumed."
    none = f"Nobody was {overview.enter} below for a {bar.one}." if len(unknown) < len(found) else FEW.format(bar=bar)
    return html.Section(
        [
            _head(overview, title),
            html.P(told + hollow, className="quiet"),
            *_graphs("depth", overview, drawn, depth_figure, none),
            _named(f"Never {overview.enter} below", never),
            _named(f"No firm {bar.one}, so no point", unknown),
            _table(overview, found, volume=False),
        ],
        className="overview-part",
    )


def volume_chart(overview: Overview, found: Sequence[Point], sentence: str) -> html.Section:
    """Reported volume against depth, and in a sentence whether the busiest exchange fell furthest."""
    spot = [point for point in found if point.spot and not point.fair_value and point.firm_min]
    drawn = [point for point in spot if point.volume_usd and point.below >= SHALLOWEST]
    links = overview.links
    title: list[Any] = ["Did the busiest exchange fall furthest? ", html.Small("reported volume, not liquidity")]
    told: list[Any] = [
        "What each exchange reported as traded in the 24 hours before, beside its ",
        links.define("deepest close", Anchor.DEPTH),
        ". ",
        links.define("What volume cannot show", Anchor.CANNOT_SHOW),
    ]
    none = "Nobody was below, or no volume is known." if spot else FEW.format(bar=overview.view.bar)
    without = [point for point in spot if not point.volume_usd]
    shallow = [point for point in spot if point.volume_usd and point.below < SHALLOWEST]
    return html.Section(
        [
            _head(overview, title),
            html.P(sentence, className="overview-finding"),
            html.P(told, className="quiet"),
            *_graphs("volume", overview, drawn, volume_figure, none),
            _named("Less than 0.1 % below", shallow),
            _named("No volume before the window", without),
            _table(overview, [point for point in found if point.spot], volume=True),
        ],
        className="overview-part",
    )


def depth_figure(overview: Overview, drawn: Sequence[Point], size: Size) -> Figure:
    """Minutes from left to right, depth upwards."""
    x = _axis([point.below_min for point in drawn], _minutes())
    y = _axis([point.below for point in drawn], DEPTHS)
    return _figure(overview, drawn, x, y, size, lambda point: (point.below_min, point.below))


def volume_figure(overview: Overview, drawn: Sequence[Point], size: Size) -> Figure:
    """Dollars from left to right, depth upwards."""
    x = _axis([p.volume_usd for p in drawn], _dollars())
    y = _axis([p.below for p in drawn], DEPTHS)
    return _figure(overview, drawn, x, y, size, lambda point: (point.volume_usd, point.below))


def _figure(
    overview: Overview,
    drawn: Sequence[Point],
    x: LogAxis,
    y: LogAxis,
    size: Size,
    place: Callable[[Point], tuple[float, float]],
) -> Figure:
    ranked = _ranked(overview)
    dots = [
        Dot(
            *place(point),
            venue=point.venue,
            label=f"{point.name} {point.asset}",
            hover=point.told(overview.enter),
            href=overview.explorer(point.asset, point.venue),
            focus=point.focus,
            hollow=point.assumed if overview.illustrated else (point.asset, point.venue, point.symbol) not in ranked,
        )
        for point in drawn
    ]
    return scatter(dots, x, y, overview.catalogue, overview.view.theme, size)


def _ranked(overview: Overview) -> set[tuple[str, str, str]]:
    return {
        (measurement.question.asset, market.venue, market.symbol)
        for measurement in overview.measurements
        for market, rank in measurement.ranks.items()
        if rank.why is None
    }


def _axis(values: Sequence[float], ticks: Sequence[tuple[float, str]]) -> LogAxis:
    """An axis that holds all values with some air, and at least two ticks."""
    low, high = min(values), max(values)
    below = max((at for at, _ in ticks if at <= low), default=ticks[0][0])
    above = min((at for at, _ in ticks if at >= high), default=ticks[-1][0])
    if below == above:
        above = min((at for at, _ in ticks if at > below), default=2 * below)
    low, high = min(low, below), max(high, above)
    air = (high / low) ** 0.04
    low, high = low / air, high * air
    return LogAxis(low, high, tuple((at, text) for at, text in ticks if low <= at <= high))


def _minutes() -> list[tuple[float, str]]:
    return [(step * 10**power, f"{step * 10**power:,}") for power in range(5) for step in (1, 2, 5)]


def _dollars() -> list[tuple[float, str]]:
    """Every power of ten from a dollar on, in the words of a newspaper.

    >>> _dollars()[4], _dollars()[7]
    ((10000.0, '$10k'), (10000000.0, '$10m'))
    """
    units = ("", "k", "m", "bn")
    return [(10.0**power, f"${10 ** (power % 3)}{units[power // 3]}") for power in range(12)]


def _head(overview: Overview, title: list[Any]) -> html.Div:
    return html.Div([html.H2(title), overview.file("lows.csv", "Data (CSV)")], className="block-head")


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
    assets = dict.fromkeys(point.asset for point in found)
    said = [f"{asset} {listing(_names(found, asset))}" for asset in assets]
    return html.P([html.Strong(f"{title}: "), "; ".join(said), "."], className="overview-named")


def _names(found: Sequence[Point], asset: str) -> list[str]:
    return list(
        dict.fromkeys(
            f"{point.name}{f' ({point.symbol})' if _twice(point, found) else ''}"
            for point in found
            if point.asset == asset
        )
    )


def _twice(point: Point, found: Sequence[Point]) -> bool:
    alike = [other for other in found if (other.asset, other.name) == (point.asset, point.name)]
    return len(alike) > 1


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
