"""The limits of windows."""

from datetime import UTC, datetime, timedelta

from dashboard.text.numbers import format_duration
from data.errors import UsageError
from data.schema import Timeframe

ALLOWED_SPAN = (datetime(2009, 1, 3, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""Every window lies within this span, which begins with the first block of Bitcoin."""


def validate_window(start: datetime, end: datetime, timeframe: Timeframe = Timeframe.M1) -> tuple[datetime, datetime]:
    """The window, if it can be measured in bars of that length.

    Raises:
        UsageError: It is empty, too long for the bars, or outside of `ALLOWED_SPAN`.
    """
    if start >= end:
        message = "the window's end does not lie after its start"
        raise UsageError(message)
    if end - start > MAX_WINDOW[Timeframe.M1]:
        message = f"the window is longer than {format_duration(MAX_WINDOW[Timeframe.M1])}"
        raise UsageError(message)
    if end - start > MAX_WINDOW[timeframe]:
        message = (
            f"bars of {timeframe.length} are measured over at most {format_duration(MAX_WINDOW[timeframe])}; "
            "choose a shorter window or longer bars"
        )
        raise UsageError(message)
    if start < ALLOWED_SPAN[0] or end > ALLOWED_SPAN[1]:
        message = f"the window lies outside of {ALLOWED_SPAN[0].year} to {ALLOWED_SPAN[1].year}"
        raise UsageError(message)
    return start, end


MAX_WINDOW = {Timeframe.S1: timedelta(hours=12), Timeframe.M1: timedelta(days=31), Timeframe.M5: timedelta(days=31)}
"""The longest window for each length of bars: all of its bars are in memory for every venue."""
