"""The Events page: the events of the library side by side, and a card for each."""

from typing import Any

from dash import html

from dashboard.components.caveats import build_limits
from dashboard.pages.base import Control, Page, PageContext
from dashboard.pages.events.cards import build_card
from dashboard.pages.events.table import build_comparison
from dashboard.service.event_library import EventEntry, list_event_entries
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_count
from data.schema import Timeframe

NOTE = (
    "Each event in its own default window, at the method's defaults, on the asset on which its exchange was furthest "
    "from the others with the same quote. Bars are of closing prices, the thin line reaches at least to the lowest or "
    "highest trade, and a tick marks each asset; beyond 100% they end at the edge. Assets without a market elsewhere "
    "are left out. Events differ in length and data: this is no ranking of them."
)
"""How to read the comparison."""


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The comparison of all events, and their cards."""
    entries = list_event_entries(context.measurements)
    links = ViewLinks(view.to_query(context.catalogue))
    return [
        html.H1(_write_heading(entries)),
        html.P(NOTE, className="second events-note"),
        html.Section([html.H2("Side by side"), build_comparison(entries, view, context.catalogue)]),
        html.Section(
            [
                html.Div(html.H2("What is at stake, and what is there"), className="block-head"),
                html.Div(
                    [build_card(entry, view, context.catalogue) for entry in entries],
                    className="overview-cards events-cards",
                ),
            ],
            className="events-part",
        ),
        build_limits(links, Timeframe.M1),
    ]


def _write_heading(entries: tuple[EventEntry, ...]) -> str:
    measured = sum(bool(entry.findings) for entry in entries)
    events = format_count(len(entries), "event")
    if not measured:
        return f"{events}, none of them measured yet"
    return f"{events}, {measured} of them measured from the prices in this store"


PAGE = Page(
    name="events",
    title="Events",
    build_content=build_content,
    controls=frozenset({Control.CLOCK}),
    has_charts=False,
)
