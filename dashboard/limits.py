"""What no candle can show, at the foot of every view (docs/method.md, section 11)."""

from pathlib import Path

from dash import html

from dashboard.anchors import Anchor
from dashboard.links import Links
from data.schema import Timeframe

DOCUMENT = Path(__file__).parent.parent / "docs" / "method.md"
"""The definition of every number, where the project is run from its checkout."""

LINK = "/docs/method.md"

LIMITS = (
    ("No cause.", "Candles hold no order book, no refused order and no intent: they show how far, never why."),
    ("No order inside a {bar.one}.", "Candles of {bar.length} cannot say which exchange moved first."),
    ("No depth.", "Volume is what an exchange reported; it is not what could have been traded."),
    ("No true price.", "The others are a yardstick, not the truth: a thinly traded exchange can lag for hours."),
)
"""Each in short and in a sentence, with places for the length of the bars that are measured."""


def limits(links: Links, bar: Timeframe) -> html.Section:
    """The list, and where every definition is written."""
    return html.Section(
        [
            html.H2(links.define("What this cannot show", Anchor.CANNOT_SHOW)),
            limits_list(bar),
            html.P(["Every number is defined under ", links.page("method", "Method"), "."], className="quiet"),
        ],
        className="limits",
    )


def limits_list(bar: Timeframe) -> html.Ul:
    """The list alone."""
    said = ((short.format(bar=bar), long.format(bar=bar)) for short, long in LIMITS)
    return html.Ul([html.Li([html.Strong(short), f" {long}"]) for short, long in said])


def document() -> html.A | html.Code:
    """The document of the method, as a link where it can be served."""
    return html.A("docs/method.md", href=LINK) if DOCUMENT.is_file() else html.Code("docs/method.md")
