"""The limits of candles, at the foot of every page (docs/method.md, section 11)."""

from pathlib import Path
from typing import Any

from dash import html

from dashboard.components.static_html import StaticElement, build_element
from dashboard.state.links import MethodAnchor, ViewLinks
from data.schema import Timeframe

METHOD_FILE = Path(__file__).parent.parent.parent / "docs" / "method.md"
"""The document of the method; it exists if the project is run from its checkout."""

METHOD_URL = "/docs/method.md"

LIMIT_SENTENCES = (
    ("No cause.", "Prices hold no order book, no rejected order and no intent: they show how far, not why."),
    ("No liquidity.", "Volume is what an exchange reported; it is not what could have been traded."),
    (
        "No order within a {bar.noun}.",
        "Who moved first within {bar.length} is unknown, and being early is no deviation.",
    ),
    (
        "Carried prices.",
        "Some exchanges open a {bar.noun} with their last price: its low or high can be an older trade.",
    ),
    ("Rates are prices, too.", "A comparison across quote currencies rests on a market of its own."),
    (
        "An even split decides nothing.",
        "Where the others disagree among themselves, a median is a choice between them.",
    ),
    ("No exchange is the truth.", "The others are a benchmark: a thinly traded exchange can lag for hours."),
    ("Not in the data is not nowhere.", "A price that is not loaded is unknown."),
)
"""A heading and a sentence for each limit, with placeholders for the length of the measured bars."""


def build_limits(links: ViewLinks, bar: Timeframe) -> html.Section:
    """The list with a heading, and links to the method page."""
    limits: Any = build_limits_list(bar)  # dash knows only its own components as children
    return html.Section(
        [
            html.H2(links.build_definition_link("What this cannot show", MethodAnchor.CANNOT_SHOW)),
            limits,
            html.P(
                ["Every number is defined under ", links.build_page_link("method", "Method"), "."], className="quiet"
            ),
        ],
        className="limits",
    )


def build_limits_list(bar: Timeframe) -> StaticElement:
    """The list of limits."""
    sentences = ((heading.format(bar=bar), sentence.format(bar=bar)) for heading, sentence in LIMIT_SENTENCES)
    return build_element(
        "ul", *(build_element("li", build_element("strong", heading), f" {text}") for heading, text in sentences)
    )


def build_document_link() -> html.A | html.Code:
    """The name of the document of the method, as a link if the document exists."""
    return html.A("docs/method.md", href=METHOD_URL) if METHOD_FILE.is_file() else html.Code("docs/method.md")
