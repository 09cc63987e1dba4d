"""From a link to a view: whatever a link says that makes no sense becomes a notice, never an error."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from dashboard.against import against_from
from dashboard.clock import Zone
from dashboard.formats import duration
from dashboard.style import Theme
from dashboard.view import LONGEST, METHOD, OriginChoice, ViewState, default_view
from data.catalogue import Catalogue, Event
from data.errors import UsageError
from data.schema import Timeframe
from data.times import parse_time
from deviation.question import QuoteHandling, Reference

KEYS = (
    *("event", "asset", "window", "from", "to", "focus", "quote", "reference", "enter", "exit", "min-vote"),
    *("out", "hide", "zone", "theme", "origin", "bar", "against"),
)
"""The keys that a link may have; enter and exit are in per cent, as on the command line."""

YEARS = (datetime(2009, 1, 3, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""A window lies within these: from the first block of Bitcoin on."""

ECHOED = 40
"""Characters of a bad value that a notice repeats."""

TICKER = re.compile(r"[A-Z0-9]{1,20}")
VENUE_ID = re.compile(r"[a-z0-9_]{1,40}")

Text = TypeVar("Text", bound=str)
Choice = TypeVar("Choice", bound=StrEnum)


def from_query(query: Mapping[str, str], catalogue: Catalogue) -> tuple[ViewState, tuple[str, ...]]:
    """The view that a link asks for, and what of the link could not be followed.

    An asset or a venue that the catalogue does not list is taken as it is: the store may know it.
    """
    link = _Link(query)
    view = default_view(catalogue, link.event(catalogue))
    event = catalogue.event(view.event)
    start, end = link.span(event, (view.start, view.end))
    bar = link.bar(start, end)
    focus = link.name("focus", VENUE_ID, view.focus)
    against, said = against_from(query, catalogue)
    link.notices += said
    view = replace(
        link.thresholds(view),
        asset=link.name("asset", TICKER, view.asset),
        start=start,
        end=end,
        focus=focus,
        quote=link.choice("quote", QuoteHandling, view.quote),
        reference=link.choice("reference", Reference, view.reference),
        out=link.venues("out"),
        hidden=link.venues("hide"),
        zone=link.choice("zone", Zone, view.zone),
        theme=link.choice("theme", Theme, view.theme),
        origin=link.choice("origin", OriginChoice, view.origin),
        against=against,
        bar=bar,
    )
    if focus in view.out:
        link.notices.append(f"The focus venue {focus} cannot be left out of the vote: it never votes on itself.")
        view = replace(view, out=view.out - {focus})
    return view, (*link.notices, *(f"The link's {_echo(key)} is not known." for key in query if key not in KEYS))


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


class _Link:
    """The values of a link, read one by one; collects what could not be followed."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.query = query
        self.notices: list[str] = []

    def event(self, catalogue: Catalogue) -> str:
        usual = next(iter(catalogue.events))
        asked = self.query.get("event", usual)
        return asked if asked in catalogue.events else self._refuse("event", usual)

    def choice(self, key: str, choices: type[Choice], usual: Choice) -> Choice:
        asked = self.query.get(key, usual.value)
        return choices(asked) if asked in list(choices) else self._refuse(key, usual)

    def name(self, key: str, form: re.Pattern[str], usual: str) -> str:
        asked = self.query.get(key, usual)
        return asked if form.fullmatch(asked) else self._refuse(key, usual)

    def bar(self, start: datetime, end: datetime) -> Timeframe:
        """The length of bars; minutes where the window is too long for shorter ones."""
        asked = self.choice("bar", Timeframe, Timeframe.M1)
        try:
            checked_span(start, end, asked)
        except UsageError as error:
            self.notices.append(f"The link's bar cannot be used: {error}. Bars of a minute are shown.")
            return Timeframe.M1
        return asked

    def venues(self, key: str) -> frozenset[str]:
        asked = [item for item in self.query.get(key, "").split(",") if item]
        known = [item for item in asked if VENUE_ID.fullmatch(item)]
        self.notices += [
            f"The link's {key} names {_echo(item)}, which is no venue." for item in asked if item not in known
        ]
        return frozenset(known)

    def thresholds(self, usual: ViewState) -> ViewState:
        """Enter, exit and least vote: all three as asked, or all three as usual."""
        keys = {"enter": usual.enter_pct, "exit": usual.exit_pct, "min-vote": usual.min_vote_usd}
        try:
            enter, exit_, least = (float(self.query.get(key, value)) for key, value in keys.items())
            return replace(usual, enter_pct=enter, exit_pct=exit_, min_vote_usd=least)
        except ValueError as error:
            self.notices.append(
                f"The link's thresholds cannot be used ({error}); enter {100 * METHOD.enter:g} %, "
                f"exit {100 * METHOD.exit:g} % and votes from {METHOD.min_vote_usd:g} dollars are."
            )
            return usual

    def span(self, event: Event, usual: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
        """The window by its edges, else by its name, else the event's default one."""
        try:
            if "from" in self.query or "to" in self.query:
                return self._edges()
            window = event.window(self.query.get("window"))
        except UsageError as error:
            self.notices.append(f"The link's window cannot be shown: {error}. {event.default_window} is shown.")
            return usual
        return window.start, window.end

    def _edges(self) -> tuple[datetime, datetime]:
        edges = []
        for key in ("from", "to"):
            if key not in self.query:
                message = f"it has no {key!r}"
                raise UsageError(message)
            time, rounded = parse_time(self.query[key])
            if rounded:
                self.notices.append(f"The link's {key!r} lies inside a minute and was rounded down to it.")
            edges.append(time)
        return checked_span(edges[0], edges[1])

    def _refuse(self, key: str, usual: Text) -> Text:
        self.notices.append(f"The link's {key} {_echo(self.query[key])} is not known; {usual} is shown.")
        return usual


def _echo(text: str) -> str:
    return repr(text if len(text) <= ECHOED else f"{text[:ECHOED]}...")
