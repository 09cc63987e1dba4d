"""The order of falls as tables: when each market had fallen by so much, and the path of each quote group."""

from collections.abc import Sequence
from typing import Any

from dash import html

from analysis.order_of_falls import LEVELS_PCT, MarketFalls, Moment, OrderOfFalls, PathMark, compare_with_mark
from dashboard.components.static_html import StaticElement, build_element
from dashboard.draw.scene import Scene
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.text.numbers import EN_DASH
from dashboard.text.sequence import (
    MARK_LABELS,
    TIE_SIGN,
    describe_comparison,
    describe_resolution,
    find_tied,
    format_moment,
    format_span,
    name_market,
)
from deviation.measurement import Measurement
from deviation.wording import format_price


def build_falls_table(order: OrderOfFalls, scene: Scene, links: ViewLinks) -> html.Table:
    """The markets of the first asset by quote group; a time that is tied within its group has a sign."""
    measurement = order.measurements[0]
    header = [
        html.Th("Exchange", scope="col"),
        html.Th("From", scope="col", title="The last closing price of the hour before the window"),
        *(
            html.Th(links.build_definition_link(f"{level}% down", MethodAnchor.PATH), scope="col")
            for level in LEVELS_PCT
        ),
    ]
    rows: list[Any] = []
    for group in measurement.groups:
        markets = order.select_markets(measurement.question.asset, group)
        tied = {level: find_tied({falls: falls.moments[level] for falls in markets}) for level in LEVELS_PCT}
        for falls in markets:
            cells = [_build_cell(moment, falls in tied[level], scene) for level, moment in falls.moments.items()]
            rows.append(_build_row(falls, markets, measurement, cells))
    return html.Table([html.Thead(html.Tr(header)), html.Tbody(rows)])


def _build_row(
    falls: MarketFalls, markets: Sequence[MarketFalls], measurement: Measurement, cells: Sequence[StaticElement]
) -> StaticElement:
    name = name_market(falls, measurement.question.rules, markets)
    before = EN_DASH if falls.price_before is None else format_price(falls.price_before)
    return build_element(
        "tr",
        build_element("th", name, build_element("small", falls.market.symbol), scope="row"),
        build_element("td", before, className="number"),
        *cells,
        className="focus" if falls.market.venue == measurement.focus else "",
    )


def _build_cell(moment: Moment | None, is_tied: bool, scene: Scene) -> StaticElement:  # noqa: FBT001 - one of a row
    measurement = scene.measurement
    text = format_moment(moment, measurement, scene.zone)
    basis = "" if moment is None else describe_resolution(moment, measurement.question.timeframe)
    return build_element("td", f"{text} {TIE_SIGN}" if is_tied else text, className="number", title=basis)


def build_path_table(order: OrderOfFalls, scene: Scene) -> html.Table:
    """Onset, start of the run and bottom of each group of each asset."""
    header = [
        html.Th(text, scope="col")
        for text in ("Asset", "Quote", *(MARK_LABELS[mark] for mark in PathMark), "Bottom within")
    ]
    measurements = dict(zip(order.assets, order.measurements, strict=True))
    rows: list[Any] = [
        build_element(
            "tr",
            build_element("th", marks.asset, scope="row"),
            build_element("td", marks.group.upper()),
            *(
                build_element(
                    "td", format_moment(marks.moments[mark], measurements[marks.asset], scene.zone), className="number"
                )
                for mark in PathMark
            ),
            build_element("td", format_span(marks.bottom_span, scene.zone), className="number"),
        )
        for marks in order.groups
    ]
    return html.Table([html.Thead(html.Tr(header)), html.Tbody(rows)])


def build_comparison_table(order: OrderOfFalls, scene: Scene) -> html.Table | None:
    """The falls of the first asset against the bottom of the second one, by each quote of that; None without one."""
    if len(order.assets) == 1:
        return None
    asset, other = order.assets
    comparisons = compare_with_mark(order, other, PathMark.BOTTOM)
    groups = list(dict.fromkeys(comparison.marks.group for comparison in comparisons))
    if not groups:
        return None
    markets = [falls for falls in order.markets if falls.asset == asset]
    rules, timeframe = order.measurements[0].question.rules, order.measurements[0].question.timeframe
    header = [
        html.Th(text, scope="col")
        for text in ("Exchange", f"{other} bottom in", *(f"{level}% down" for level in LEVELS_PCT))
    ]
    rows: list[Any] = []
    for falls in markets:
        for group in groups:
            words = [
                describe_comparison(comparison, timeframe)
                for comparison in comparisons
                if comparison.falls is falls and comparison.marks.group == group
            ]
            rows.append(
                build_element(
                    "tr",
                    build_element(
                        "th",
                        name_market(falls, rules, markets),
                        build_element("small", falls.market.symbol),
                        scope="row",
                    ),
                    build_element("td", group.upper()),
                    *(build_element("td", word, className="number") for word in words),
                    className="focus" if falls.market.venue == scene.measurement.focus else "",
                )
            )
    return html.Table([html.Thead(html.Tr(header)), html.Tbody(rows)])
