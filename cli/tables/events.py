"""The events of the library and what the store holds of them, as a table and as JSON."""

from collections.abc import Sequence

from rich.console import Group as Stack
from rich.console import RenderableType

from analysis.event_holdings import EventHoldings
from cli.tables.console import build_table
from dashboard.text.clock import format_day
from dashboard.text.numbers import format_count
from data.catalogue import Catalogue, Event
from data.intervals import MINUTE, Span

COLLECT_HINT = "Collect one with `collect --event ID`, and measure it with `measure --event ID --asset ASSET`."


def format_events(holdings: Sequence[EventHoldings], catalogue: Catalogue) -> RenderableType:
    """A row per event: id, title, day of its default window, focus, assets, and what the store holds of the window."""
    table = build_table("Events", ("id", "title", "dates", "exchange", "assets", "in the store"), ())
    for held in holdings:
        event = held.event
        focus = catalogue.get_venue(event.default_focus).name
        table.add_row(
            event.id, event.title, format_dates(event), focus, ", ".join(event.assets), describe_holdings(held)
        )
    return Stack(table, "", COLLECT_HINT)


def describe_holdings(held: EventHoldings) -> str:
    """The exchanges with prices, the minutes of the focus, and how many exchanges of the event's list gave nothing."""
    if not held.venues:
        return "nothing"
    lacking = f"; {len(held.lacking_venues)} lacking" if held.lacking_venues else ""
    return f"{format_count(len(held.venues), 'exchange')}, {held.focus_min} of {held.window_min} minutes{lacking}"


def format_dates(event: Event) -> str:
    """The days of the default window in UTC."""
    window = event.get_window()
    first, last = window.start.date(), (window.end - MINUTE).date()
    start_text = "" if first == last else f"{format_day(first)} to "
    return f"{start_text}{format_day(last)} {last.year}"


def build_event_json(held: EventHoldings) -> dict[str, object]:
    """What the catalogue says of an event, and what the store holds of its default window; times in UTC."""
    event = held.event
    return {
        "id": event.id,
        "title": event.title,
        "claim": event.claim,
        "assets": event.assets,
        "also": event.extra_assets,
        "quotes": event.quotes,
        "focus": event.default_focus,
        "side": event.default_side,
        "venues": event.venues,
        "collect": _build_span(event.collect_span),
        "calm": None if event.calm_span is None else _build_span(event.calm_span),
        "default_window": event.default_window,
        "windows": {name: _build_span(Span(window.start, window.end)) for name, window in event.windows.items()},
        "published": [
            {"text": figure.text, "mark": figure.mark, "source_url": figure.source_url} for figure in event.published
        ],
        "store": {
            "venues": held.venues,
            "lacking": held.lacking_venues,
            "focus_minutes": held.focus_min,
            "window_minutes": held.window_min,
        },
    }


def _build_span(span: Span) -> dict[str, object]:
    return {"from": span.start, "to": span.end}
