"""The published figures of an event's assets with their sources: what a sample was made from."""

import re
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from dash import html

from dashboard.components.accessibility import build_scroll_box
from dashboard.service.event import EventContext
from dashboard.text.clock import Zone, convert_to_zone
from data.schema import parse_quote
from deviation.measurement import Measurement
from deviation.question import PublishedPrice, PublishedRange, Question
from deviation.report.published import describe_unnamed, format_range

HEADERS = ("Asset", "Exchange", "Lowest trade", "Minute", "Source")

PublishedFigure: TypeAlias = PublishedPrice | PublishedRange

NOT_STATED = "not stated"

ADDRESS = re.compile(r"https?://\S+")


def build_published_section(overview: EventContext) -> html.Section | None:
    """A table of the published lowest trades of all assets, lowest of each asset first; None without one."""
    figures = [
        (measurement, figure) for measurement in overview.measurements for figure in _sort_figures(measurement.question)
    ]
    if not figures:
        return None
    numbers = {source: number for number, source in enumerate(dict.fromkeys(figure.source for _, figure in figures), 1)}
    header = html.Thead(html.Tr([html.Th(name, scope="col") for name in HEADERS]))
    rows = [_build_row(overview, measurement, figure, numbers[figure.source]) for measurement, figure in figures]
    table = html.Table([header, html.Tbody(rows)], className="published")
    return html.Section(
        [
            html.Div(html.H2("On public record"), className="block-head"),
            build_scroll_box(table, "Published lowest trades"),
            html.Ol([html.Li(_build_source(source)) for source in numbers], className="quiet published-sources"),
        ],
        className="overview-part",
    )


def _sort_figures(question: Question) -> list[PublishedFigure]:
    figures: list[PublishedFigure] = [*question.published_ranges, *question.published]
    return sorted(figures, key=lambda figure: figure.least if isinstance(figure, PublishedRange) else figure.price)


def _build_row(overview: EventContext, measurement: Measurement, figure: PublishedFigure, source: int) -> html.Tr:
    if isinstance(figure, PublishedPrice):
        name, price = measurement.question.rules.name_of(figure.venue), f"{figure.price:f}"
        minute, is_focus = _format_minute(figure, overview.view.zone), figure.venue == overview.view.focus
    else:
        name, price, minute, is_focus = describe_unnamed(figure), format_range(figure), NOT_STATED, False
    return html.Tr(
        [
            html.Th(measurement.question.asset, scope="row"),
            html.Td([f"{name[0].upper()}{name[1:]}", html.Small(figure.symbol)]),
            html.Td(f"{price} {parse_quote(figure.symbol)}", className="number"),
            html.Td(minute, className="number"),
            html.Td(f"[{source}]", className="number"),
        ],
        className="focus" if is_focus else "",
    )


def _format_minute(price: PublishedPrice, zone: Zone) -> str:
    return NOT_STATED if price.at is None else f"{convert_to_zone(price.at, zone):%H:%M} {zone}"


def _build_source(source: str) -> list[Any]:
    """What a source is called, and its addresses as links named by their hosts."""
    addresses = ADDRESS.findall(source)
    label = ADDRESS.split(source)[0].strip(" :;")
    links: list[Any] = []
    for address in addresses:
        links += [", " if links else "", html.A(urlsplit(address).netloc, href=address, rel="noreferrer")]
    return [f"{label[0].upper()}{label[1:]}{': ' if links else '.'}", *links]
