"""Outcomes and next steps in the words of the data page."""

from collections.abc import Container
from datetime import datetime

from dash import html

from dashboard.service.coverage import NEVER_ASKED
from dashboard.text.clock import Zone, convert_to_zone, format_day
from data.schema import Outcome, Timeframe

BAR_NAMES = {Timeframe.M1: "minute", Timeframe.S1: "second", Timeframe.M5: "5-minute bar"}
"""A bar of each length, to be counted."""

LENGTH_NAMES = {Timeframe.M1.value: "1 min", Timeframe.S1.value: "1 s", Timeframe.M5.value: "5 min"}
"""Lengths of candles as tables and choices name them, the usual one first."""

OUTCOME_LETTERS = {
    Outcome.PARTLY.value: "P",
    Outcome.HISTORY_TOO_SHORT.value: "H",
    Outcome.NOT_LISTED.value: "L",
    Outcome.NOT_OFFERED.value: "O",
    Outcome.UNREACHABLE.value: "U",
    Outcome.REFUSED.value: "R",
    Outcome.RATE_LIMITED_OUT.value: "T",
    Outcome.BAD_DATA.value: "B",
    NEVER_ASKED: "?",
}
"""The letter of each outcome in a field of the map that is too narrow for the word."""

OUTCOME_NAMES = {
    Outcome.COMPLETE.value: "complete",
    Outcome.PARTLY.value: "partly had",
    Outcome.HISTORY_TOO_SHORT.value: "history too short",
    Outcome.NOT_LISTED.value: "not listed",
    Outcome.NOT_OFFERED.value: "not offered",
    Outcome.UNREACHABLE.value: "unreachable",
    Outcome.REFUSED.value: "refused",
    Outcome.RATE_LIMITED_OUT.value: "asked too often",
    Outcome.BAD_DATA.value: "bad data",
    NEVER_ASKED: NEVER_ASKED,
}
"""Each outcome in plain words."""

OUTCOME_ADVICE = {
    Outcome.PARTLY.value: "Collect again: only what is missing is asked for.",
    Outcome.HISTORY_TOO_SHORT.value: "Asking again will not help: import a file, or do without.",
    Outcome.UNREACHABLE.value: "Collect again later.",
    Outcome.REFUSED.value: "It serves nobody from here: try another host, a proxy or a mirror "
    "(collect --host, --proxy, --mirror).",
    Outcome.RATE_LIMITED_OUT.value: "Collect again later, or fewer exchanges at once.",
    Outcome.BAD_DATA.value: "Look at the answer kept aside, then collect again.",
}
"""What to do about minutes that were asked for and not had."""


def format_outcome(outcome: str) -> str:
    """An outcome in plain words; one that is not known as it is."""
    return OUTCOME_NAMES.get(outcome, outcome)


def format_symbol(symbol: str) -> str:
    """A market; an asset whose markets were asked for as a whole in words.

    >>> format_symbol("ATOM/USDT"), format_symbol("ATOM/*"), format_symbol("ATOM/*:*")
    ('ATOM/USDT', 'ATOM, any market', 'ATOM, any perpetual')
    """
    return symbol.replace("/*:*", ", any perpetual").replace("/*", ", any market")


def build_header(*names: str, numeric: Container[str] = ()) -> html.Thead:
    """The head of a table; the columns of numbers are named above their right edge."""
    return html.Thead(
        html.Tr([html.Th(name, scope="col", className="number" if name in numeric else "") for name in names])
    )


def format_instant(time: datetime, zone: Zone) -> str:
    """An instant on the reader's clock, to the minute.

    >>> from datetime import UTC
    >>> format_instant(datetime(2025, 10, 10, 21, 5, tzinfo=UTC), Zone.UTC8)
    '11 Oct 2025 05:05'
    """
    local_time = convert_to_zone(time, zone)
    return f"{format_day(local_time.date())} {local_time.year} {local_time:%H:%M}"
