"""A card for each event: the claim at stake, the figures on public record, and what the store holds of it."""

from typing import Any

from dash import html

from dashboard.charts.timeline.notes import SUPPORT_TEXTS
from dashboard.pages.events.links import build_event_links
from dashboard.service.event_library import EventEntry
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_count, format_span
from data.catalogue import Catalogue, PublishedFigure
from deviation.wording import join_names
from evidence.claims.load import load_ledger

PAGE_LINKS = (("overview", "Overview"), ("explorer", "Explorer"), ("lows", "Lows"), ("data", "Data"))
"""The pages that every card leads to."""

CLAIMS_LINK = ("claims", "Claims")
"""The page that the card of an event with claims leads to as well."""


def build_card(entry: EventEntry, view: ViewState, catalogue: Catalogue) -> html.Article:
    """The card of an event."""
    event, links = entry.event, build_event_links(entry, view, catalogue)
    window = event.get_window()
    rows: list[tuple[str, Any]] = [
        ("Window", f"{window.label}, {format_span(window.start, window.end, view.zone)}"),
        ("Exchange", catalogue.get_venue(event.default_focus).name),
        ("Assets", ", ".join(event.assets)),
    ]
    if event.published:
        rows.append(("On record", html.Ul([html.Li(_build_figure(figure)) for figure in event.published])))
    rows.append(("In this store", _build_holdings(entry, catalogue)))
    parts: list[Any] = [html.H3(links.build_page_link("overview", event.title))]
    if event.claim is not None:
        parts.append(html.P(event.claim, className="events-claim"))
    parts.append(html.Dl([part for name, value in rows for part in (html.Dt(name), html.Dd(value))]))
    page_links = PAGE_LINKS if load_ledger(event.id) is None else (*PAGE_LINKS, CLAIMS_LINK)
    parts.append(html.P([links.build_page_link(page, text) for page, text in page_links], className="overview-foot"))
    return html.Article(parts, className="" if entry.holdings.venues else "missing")


def _build_figure(figure: PublishedFigure) -> list[Any]:
    support = SUPPORT_TEXTS[figure.mark]
    if figure.source_url is None:
        return [f"{figure.text} ", html.Small(f"({support}, not public)")]
    source = html.A("source", href=figure.source_url, target="_blank", rel="noreferrer")
    return [f"{figure.text} ", html.Small([source, f" ({support})"])]


def _build_holdings(entry: EventEntry, catalogue: Catalogue) -> list[Any]:
    """What is there of the default window, what is lacking, and the command that collects it."""
    held = entry.holdings
    name = catalogue.get_venue(entry.event.default_focus).name
    if not held.venues:
        sentence = "The sample alone. " if entry.is_sample else "Nothing. "
    else:
        exchanges = format_count(len(held.venues), "exchange")
        sentence = f"{exchanges} with prices; {name} in {held.focus_min} of {held.window_min} minutes. "
    if held.is_complete:
        return [sentence]
    lacking = ""
    if held.venues and held.lacking_venues:
        lacking = f"Nothing of {join_names([catalogue.get_venue(venue).name for venue in held.lacking_venues])}. "
    return [sentence, lacking, "Collect: ", html.Code(f"plumbline collect --event {entry.event.id}")]
