"""The limits of candles, at the foot of every page (docs/method.md, section 11)."""

from pathlib import Path

from dash import html

from dashboard.state.links import MethodAnchor, ViewLinks
from data.schema import Timeframe

METHOD_FILE = Path(__file__).parent.parent.parent / "docs" / "method.md"
"""The document of the method; it exists if the project is run from its checkout."""

METHOD_URL = "/docs/method.md"

LIMIT_SENTENCES = (
    ("No cause.", "Candles hold no order book, no refused order and no intent: they show how far, never why."),
    ("No order inside a {bar.noun}.", "Candles of {bar.length} cannot say which exchange moved first."),
    ("No depth.", "Volume is what an exchange reported; it is not what could have been traded."),
    ("No true price.", "The others are a yardstick, not the truth: a thinly traded exchange can lag for hours."),
)
"""A heading and a sentence for each limit, with placeholders for the length of the measured bars."""


def build_limits(links: ViewLinks, bar: Timeframe) -> html.Section:
    """The list with a heading, and links to the method page."""
    return html.Section(
        [
            html.H2(links.build_definition_link("What this cannot show", MethodAnchor.CANNOT_SHOW)),
            build_limits_list(bar),
            html.P(
                ["Every number is defined under ", links.build_page_link("method", "Method"), "."], className="quiet"
            ),
        ],
        className="limits",
    )


def build_limits_list(bar: Timeframe) -> html.Ul:
    """The list of limits."""
    sentences = ((heading.format(bar=bar), sentence.format(bar=bar)) for heading, sentence in LIMIT_SENTENCES)
    return html.Ul([html.Li([html.Strong(heading), f" {sentence}"]) for heading, sentence in sentences])


def build_document_link() -> html.A | html.Code:
    """The name of the document of the method, as a link if the document exists."""
    return html.A("docs/method.md", href=METHOD_URL) if METHOD_FILE.is_file() else html.Code("docs/method.md")
