"""The second window that a view is held against: an event and one of its windows, under the link's key ``against``."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.catalogue import Catalogue, Window
from data.errors import UsageError

KEY = "against"

ECHOED = 40
"""Characters of a bad value that a notice repeats."""


@dataclass(frozen=True, slots=True)
class Against:
    """A window by its names; both stand in the catalogue."""

    event: str
    window: str

    @property
    def text(self) -> str:
        """As a link has it.

        >>> Against("2023-03-10", "usdc-depeg").text
        '2023-03-10:usdc-depeg'
        """
        return f"{self.event}:{self.window}"

    def span(self, catalogue: Catalogue) -> Window:
        """Its start, end and note."""
        return catalogue.event(self.event).window(self.window)


def read_against(text: str, catalogue: Catalogue) -> Against:
    """The window that a text names; an event alone means its default window.

    Raises:
        UsageError: The catalogue has no such event or window.
    """
    event, _, window = text.partition(":")
    found = catalogue.event(event)
    return Against(found.id, found.window(window or None).name)


def against_from(query: Mapping[str, str], catalogue: Catalogue) -> tuple[Against | None, tuple[str, ...]]:
    """What a link's key asks for, None where it has none, and a notice where it cannot be followed."""
    text = query.get(KEY, "")
    if not text:
        return None, ()
    try:
        return read_against(text, catalogue), ()
    except UsageError:
        shown = text if len(text) <= ECHOED else f"{text[:ECHOED]}..."
        return None, (f"The link's {KEY} {shown!r} names no window of an event; no second window is shown.",)
