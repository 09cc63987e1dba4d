"""The overview: what the program answers, and where to look."""

from typing import Any

from dash import html

from dashboard.limits import limits
from dashboard.links import Links
from dashboard.pages.contract import Context, Page
from dashboard.view import ViewState

WAYS = (
    ("explorer", "Explorer", "One asset over one window: every exchange's price, and how far the focus strayed."),
    ("lows", "Lows", "The lowest trade of every asset on every exchange, beside the gaps of one and the same minute."),
    ("compare", "Compare", "All assets and exchanges side by side."),
    ("data", "Data", "Which candles are stored, and what could not be had."),
    ("method", "Method", "What every number means, and what candles cannot show."),
)
"""Name, title and content of the other pages."""


def show(context: Context, view: ViewState) -> list[Any]:
    """One sentence, and the ways on."""
    links = Links(view.to_query(context.catalogue))
    event = context.catalogue.event(view.event)
    return [
        html.H1("How far did one exchange's price stray from everyone else's?"),
        html.P(f"{event.title}: choose where to look.", className="second"),
        html.Dl(
            [part for name, text, told in WAYS for part in (html.Dt(links.page(name, text)), html.Dd(told))],
            className="ways-on",
        ),
        limits(links),
    ]


PAGE = Page(name="overview", title="Overview", show=show)
