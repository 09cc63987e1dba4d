"""From the link's key ``against`` to a second window: nonsense becomes a notice, never an error."""

from collections.abc import Mapping

from dashboard.against import BETWEEN, KEY, Against
from dashboard.spans import checked_span
from data.catalogue import Catalogue
from data.errors import UsageError
from data.schema import Timeframe
from data.times import parse_time

ECHOED = 40
"""Characters of a bad value that a notice repeats."""


def against_from(
    query: Mapping[str, str], catalogue: Catalogue, bar: Timeframe
) -> tuple[Against | None, tuple[str, ...]]:
    """What a link's key asks for, None where it has none or it cannot be followed, and notices of that.

    ``bar`` is the length of the bars in which both windows are measured.
    """
    text = query.get(KEY, "")
    if not text:
        return None, ()
    shown = text if len(text) <= ECHOED else f"{text[:ECHOED]}..."
    try:
        against, rounded = read_against(text, catalogue)
    except UsageError as error:
        why = f"cannot be followed: {error}" if BETWEEN in text else "names no window of an event"
        return None, (f"The link's {KEY} {shown!r} {why}; no second window is shown.",)
    try:
        checked_span(against.start, against.end, bar)
    except UsageError as error:
        return None, (f"The link's second window {shown!r} cannot be shown: {error}.",)
    said = "The link's second window has edges that lie inside a minute and were rounded down to it."
    return against, (said,) if rounded else ()


def read_against(text: str, catalogue: Catalogue) -> tuple[Against, bool]:
    """The window that a text names, and whether an edge of it was rounded down to its minute.

    It is ``EVENT`` for the event's default window, ``EVENT:WINDOW``, or ``EVENT:FROM~TO`` with times as of ``from`` and
    ``to``.

    Raises:
        UsageError: The catalogue has no such event or window, or an edge is no time.
    """
    name, _, window = text.partition(":")
    event = catalogue.event(name[:ECHOED])
    if BETWEEN not in window:
        found = event.window(window or None)
        return Against(event.id, found.start, found.end), False
    (start, first), (end, last) = (parse_time(edge[:ECHOED]) for edge in window.split(BETWEEN, 1))
    return Against(event.id, start, end), first or last
