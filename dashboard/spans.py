"""Which windows the page measures."""

from datetime import UTC, datetime

from dashboard.formats import duration
from dashboard.view import LONGEST
from data.errors import UsageError
from data.schema import Timeframe

YEARS = (datetime(2009, 1, 3, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""A window lies within these: from the first block of Bitcoin on."""


def checked_span(start: datetime, end: datetime, bar: Timeframe = Timeframe.M1) -> tuple[datetime, datetime]:
    """The window, if it is one that the page measures in bars of that length.

    Raises:
        UsageError: It is empty, too long, or outside of the years in which coins were traded.
    """
    if start >= end:
        message = "the window's end does not lie after its start"
        raise UsageError(message)
    if end - start > LONGEST[Timeframe.M1]:
        message = f"the window is longer than {duration(LONGEST[Timeframe.M1])}"
        raise UsageError(message)
    if end - start > LONGEST[bar]:
        message = (
            f"bars of {bar.length} are measured over at most {duration(LONGEST[bar])}; "
            "choose a shorter window or longer bars"
        )
        raise UsageError(message)
    if start < YEARS[0] or end > YEARS[1]:
        message = f"the window lies outside of {YEARS[0].year} to {YEARS[1].year}"
        raise UsageError(message)
    return start, end
