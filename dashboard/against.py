"""The second window that a view is held against, under the link's key ``against``."""

from dataclasses import dataclass
from datetime import datetime

from data.catalogue import Catalogue
from data.times import format_time

QUERY_KEY = "against"

EDGE_SEPARATOR = "~"
"""Stands between the edges of a range of its own."""


@dataclass(frozen=True, slots=True)
class SecondWindow:
    """An event of the catalogue, whose assets are shown, and a window ``[start, end)`` in UTC.

    As everywhere a window is known by its edges alone; its name follows.
    """

    event: str
    start: datetime
    end: datetime

    def to_text(self, catalogue: Catalogue) -> str:
        """As a link has it: the event, and its window by name or by its edges, written as those of the first one.

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
