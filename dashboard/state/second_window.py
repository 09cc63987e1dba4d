"""The second window that the Compare page shows beside the first: the link's key ``against``, written and parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.state.quoting import MAX_QUOTED_CHARS, quote_value
from dashboard.state.window import validate_window
from data.catalogue import Catalogue
from data.errors import UsageError
from data.schema import Timeframe
from data.times import format_time, parse_time

QUERY_KEY = "against"

EDGE_SEPARATOR = "~"
"""Separates the edges of a window without a name."""


@dataclass(frozen=True, slots=True)
class SecondWindow:
    """A window ``[start, end)`` in UTC, and the id of the event whose assets are shown in it.

    A window is identified by its edges; whether it has a name follows from them.
    """

    event: str
    start: datetime
    end: datetime

    def to_text(self, catalogue: Catalogue) -> str:
        """The value of `QUERY_KEY`: the event, and its window by name or else by its edges.

        >>> from data.catalogue import load_catalogue
        >>> from data.times import parse_time
        >>> edges = [parse_time(f"2025-10-10T21:{minute}Z")[0] for minute in (10, 40, 41)]
        >>> SecondWindow("2025-10-10", edges[0], edges[1]).to_text(load_catalogue())
        '2025-10-10:crash'
        >>> SecondWindow("2025-10-10", edges[0], edges[2]).to_text(load_catalogue())
        '2025-10-10:2025-10-10T21:10:00Z~2025-10-10T21:41:00Z'
        """
        name = catalogue.get_event(self.event).find_window_name(self.start, self.end)
        return f"{self.event}:{name or EDGE_SEPARATOR.join(format_time(edge) for edge in (self.start, self.end))}"


def parse_second_window(
    query: Mapping[str, str], catalogue: Catalogue, timeframe: Timeframe
) -> tuple[SecondWindow | None, tuple[str, ...]]:
    """The second window of a link, None if it has none or one that is not valid, and notices about it.

    ``timeframe`` is the length of the bars in which both windows are measured.
    """
    text = query.get(QUERY_KEY, "")
    if not text:
        return None, ()
    try:
        second_window, is_rounded = parse_window_text(text, catalogue)
    except UsageError as error:
        reason = f"cannot be followed: {error}" if EDGE_SEPARATOR in text else "names no window of an event"
        return None, (f"The link's {QUERY_KEY} {quote_value(text)} {reason}; no second window is shown.",)
    try:
        validate_window(second_window.start, second_window.end, timeframe)
    except UsageError as error:
        return None, (f"The link's second window {quote_value(text)} cannot be shown: {error}.",)
    rounding_notice = "The link's second window has edges that lie inside a minute and were rounded down to it."
    return second_window, (rounding_notice,) if is_rounded else ()


def parse_window_text(text: str, catalogue: Catalogue) -> tuple[SecondWindow, bool]:
    """The window of a text, and whether an edge of it was rounded down to its minute.

    The text is ``EVENT`` for the event's default window, ``EVENT:WINDOW``, or ``EVENT:FROM~TO`` with times as the keys
    ``from`` and ``to`` have them.

    Raises:
        UsageError: The catalogue has no such event or window, or an edge is no time.
    """
    name, _, window = text.partition(":")
    event = catalogue.get_event(name[:MAX_QUOTED_CHARS])
    if EDGE_SEPARATOR not in window:
        named_window = event.get_window(window or None)
        return SecondWindow(event.id, named_window.start, named_window.end), False
    (start, start_rounded), (end, end_rounded) = (
        parse_time(edge[:MAX_QUOTED_CHARS]) for edge in window.split(EDGE_SEPARATOR, 1)
    )
    return SecondWindow(event.id, start, end), start_rounded or end_rounded
