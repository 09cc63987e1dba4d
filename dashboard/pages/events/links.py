"""Links to the pages of an event."""

from dataclasses import replace

from dashboard.service.event_library import EventEntry
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState
from data.catalogue import Catalogue


def build_event_links(entry: EventEntry, view: ViewState, catalogue: Catalogue) -> ViewLinks:
    """Links to the default view of an event, on the clock and in the colours of the reader's view."""
    event_view = replace(entry.view, zone=view.zone, theme=view.theme, follows_system=view.follows_system)
    return ViewLinks(event_view.to_query(catalogue))
