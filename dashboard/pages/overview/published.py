"""The published figures of an event's assets with their sources: what a sample was made from."""

import re
from typing import Any
from urllib.parse import urlsplit

from dash import html

from dashboard.components.accessibility import build_scroll_box
from dashboard.service.event import EventContext
from dashboard.text.clock import Zone, convert_to_zone
from data.schema import parse_quote
from deviation.measurement import Measurement
from deviation.question import PublishedPrice
from deviation.wording import format_price

HEADERS = ("Asset", "Exchange", "Lowest trade", "Minute", "Source")

ADDRESS = re.compile(r"https?://\S+")


def build_published_section(overview: EventContext) -> html.Section | None:
    """A table of the published lowest trades of all assets, lowest of each asset first; None without one."""
    prices = [
        (measurement, price)
        for measurement in overview.measurements
        for price in sorted(measurement.question.published, key=lambda price: (price.price, price.venue))
    ]
    if not prices:
        return None
    numbers = {source: number for number, source in enumerate(dict.fromkeys(price.source for _, price in prices), 1)}
    header = html.Thead(html.Tr([html.Th(name, scope="col") for name in HEADERS]))
    rows = [_build_row(overview, measurement, price, numbers[price.source]) for measurement, price in prices]
    table = html.Table([header, html.Tbody(rows)], className="published")
    return html.Section(
        [
            html.Div(html.H2("On public record"), className="block-head"),
            build_scroll_box(table, "Published lowest trades"),
            html.Ol([html.Li(_build_source(source)) for source in numbers], className="quiet published-sources"),
        ],
        className="overview-part",
    )


def _build_row(overview: EventContext, measurement: Measurement, price: PublishedPrice, source: int) -> html.Tr:
    name = measurement.question.rules.name_of(price.venue)
    return html.Tr(
        [
            html.Th(measurement.question.asset, scope="row"),
            html.Td([name, html.Small(price.symbol)]),
            html.Td(f"{format_price(price.price)} {parse_quote(price.symbol)}", className="number"),
            html.Td(_format_minute(price, overview.view.zone), className="number"),
            html.Td(f"[{source}]", className="number"),
        ],
        className="focus" if price.venue == overview.view.focus else "",
    )


def _format_minute(price: PublishedPrice, zone: Zone) -> str:
    return "not stated" if price.at is None else f"{convert_to_zone(price.at, zone):%H:%M} {zone}"


def _build_source(source: str) -> list[Any]:
    """What a source is called, and its addresses as links named by their hosts."""
    addresses = ADDRESS.findall(source)
    label = ADDRESS.split(source)[0].strip(" :;")
    links: list[Any] = []
    for address in addresses:
        links += [", " if links else "", html.A(urlsplit(address).netloc, href=address, rel="noreferrer")]
    return [f"{label[0].upper()}{label[1:]}{': ' if links else '.'}", *links]
