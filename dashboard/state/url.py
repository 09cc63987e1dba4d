"""Parsing the query of a link: a value that is not valid becomes a notice, never an error."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from dashboard.state.names import MAX_LISTED_VENUES, QUOTE_GROUP, SCAN_ID, TICKER, VENUE_ID
from dashboard.state.quoting import quote_value
from dashboard.state.second_window import parse_second_window
from dashboard.state.view import (
    DEFAULT_PARAMETERS,
    GapKind,
    OriginChoice,
    PanelScale,
    PeerChoice,
    Theme,
    ThemeChoice,
    ViewState,
    build_default_view,
)
from dashboard.state.window import validate_window
from dashboard.text.clock import Zone
from data.catalogue import Catalogue, Event
from data.errors import UsageError
from data.identity.venue_names import VenueNames
from data.schema import Timeframe
from data.times import parse_time
from deviation.question import QuoteHandling, ReferenceKind
from deviation.side import Side
from deviation.wording import format_amount, format_threshold

QUERY_KEYS = (
    *("event", "asset", "window", "from", "to", "focus", "quote", "reference", "enter", "exit", "min-vote"),
    *("out", "hide", "zone", "theme", "origin", "bar", "against", "scale", "side"),
    *("group", "peers", "gap", "scan"),
)
"""The keys that a link may have; enter and exit are in per cent, as on the command line."""

MAX_NOTICES = 12
"""Notices about the values of one link; a link that was cut or mistyped has few."""

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)


def parse_query(
    query: Mapping[str, str], catalogue: Catalogue, system_theme: Theme = Theme.LIGHT
) -> tuple[ViewState, tuple[str, ...]]:
    """The view of a link, and a notice for each value that is not valid and was replaced by its default.

    A link without a theme is shown in ``system_theme``.

    A venue may have any of its names. An asset or a venue that the catalogue does not list is accepted: the store may
    have candles of it.

    >>> from data.catalogue import load_catalogue
    >>> parse_query({"asset": "doge"}, load_catalogue())[0].asset
    'DOGE'
    """
    reader = _QueryReader(query, catalogue.venue_names)
    view = build_default_view(catalogue, reader.read_event(catalogue))
    theme_choice = reader.read_choice("theme", ThemeChoice, ThemeChoice.AUTO)
    event = catalogue.get_event(view.event)
    start, end = reader.read_window(event)
    timeframe = reader.read_timeframe(start, end)
    focus = reader.read_focus(catalogue, view.focus)
    second_window, against_notices = parse_second_window(query, catalogue, timeframe)
    reader.notices += against_notices
    view = replace(
        reader.read_thresholds(view),
        asset=reader.read_ticker(view.asset),
        start=start,
        end=end,
        focus=focus,
        quote=reader.read_choice("quote", QuoteHandling, view.quote),
        reference=reader.read_choice("reference", ReferenceKind, view.reference),
        excluded=reader.read_venues("out"),
        hidden=reader.read_venues("hide"),
        zone=reader.read_choice("zone", Zone, view.zone),
        theme=system_theme if theme_choice is ThemeChoice.AUTO else Theme(theme_choice.value),
        follows_system=theme_choice is ThemeChoice.AUTO,
        origin=reader.read_choice("origin", OriginChoice, view.origin),
        second_window=second_window,
        timeframe=timeframe,
        scale=reader.read_choice("scale", PanelScale, view.scale),
        side=reader.read_choice("side", Side, view.side),
        is_side_chosen=query.get("side") in list(Side),
        group=reader.read_group(view.group),
        peers=reader.read_choice("peers", PeerChoice, view.peers),
        gap=reader.read_choice("gap", GapKind, view.gap),
        scan=reader.read_scan(),
    )
    if focus in view.excluded:
        name = catalogue.get_venue(focus).name
        reader.notices.append(
            f"{name} is the exchange shown and cannot be excluded: its benchmark is made of the others."
        )
        view = replace(view, excluded=view.excluded - {focus})
    unknown_keys = [f"The link's {quote_value(key)} is not known." for key in query if key not in QUERY_KEYS]
    return view, _shorten_list([*reader.notices, *unknown_keys])


def _shorten_list(notices: Sequence[str]) -> tuple[str, ...]:
    """The first notices, and one that counts the rest."""
    rest = len(notices) - MAX_NOTICES
    return (*notices[:MAX_NOTICES], *([f"The link has {rest:,} more such values."] if rest > 0 else []))


class _QueryReader:
    """Reads the values of a link, and collects notices about those that are not valid."""

    def __init__(self, query: Mapping[str, str], venue_names: VenueNames) -> None:
        self.query = query
        self.venue_names = venue_names
        self.notices: list[str] = []

    def read_event(self, catalogue: Catalogue) -> str:
        default = next(iter(catalogue.events))
        requested = self.query.get("event", default)
        if requested in catalogue.events:
            return requested
        return self._refuse_value("event", default, catalogue.get_event(default).title)

    def read_choice(self, key: str, choices: type[Choice], default: Choice) -> Choice:
        requested = self.query.get(key, default.value)
        return choices(requested) if requested in list(choices) else self._refuse_value(key, default, default.value)

    def read_focus(self, catalogue: Catalogue, default: str) -> str:
        requested = self.query.get("focus", default)
        if (venue := self.venue_names.find(requested)) is not None:
            return venue
        if VENUE_ID.fullmatch(requested):
            return requested
        return self._refuse_value("focus", default, catalogue.get_venue(default).name)

    def read_ticker(self, default: str) -> str:
        """The asset in upper case, however the link has it."""
        ticker = self.query.get("asset", default).upper()
        return ticker if TICKER.fullmatch(ticker) else self._refuse_value("asset", default, default)

    def read_group(self, default: str) -> str:
        """The quote group in lower case, however the link has it."""
        group = self.query.get("group", default).lower()
        return group if QUOTE_GROUP.fullmatch(group) else self._refuse_value("group", default, default.upper())

    def read_scan(self) -> str:
        """The id of a scan, which the store may not have; "" for none."""
        requested = self.query.get("scan", "")
        return requested if SCAN_ID.fullmatch(requested) else self._refuse_value("scan", "", "another")

    def read_timeframe(self, start: datetime, end: datetime) -> Timeframe:
        """The length of bars; minutes if the window is too long for it."""
        requested = self.read_choice("bar", Timeframe, Timeframe.M1)
        try:
            validate_window(start, end, requested)
        except UsageError as error:
            self.notices.append(f"The link's bar cannot be used: {error}. Bars of a minute are shown.")
            return Timeframe.M1
        return requested

    def read_venues(self, key: str) -> frozenset[str]:
        items = [item for item in self.query.get(key, "").split(",") if item]
        requested = [self.venue_names.find(item) or item for item in items]
        self.notices += [
            f"The link's {key} names {quote_value(item)}, which is no exchange."
            for item in requested
            if not VENUE_ID.fullmatch(item)
        ]
        valid = list(dict.fromkeys(item for item in requested if VENUE_ID.fullmatch(item)))
        if len(valid) > MAX_LISTED_VENUES:
            self.notices.append(
                f"The link's {key} names {len(valid):,} exchanges; the first {MAX_LISTED_VENUES} are taken."
            )
        return frozenset(valid[:MAX_LISTED_VENUES])

    def read_thresholds(self, default_view: ViewState) -> ViewState:
        """The view with enter, exit and least vote of the link, or with none of them if one is not valid."""
        keys = {"enter": default_view.enter_pct, "exit": default_view.exit_pct, "min-vote": default_view.min_vote}
        try:
            enter, exit_, min_vote = (float(self.query.get(key, value)) for key, value in keys.items())
            return replace(default_view, enter_pct=enter, exit_pct=exit_, min_vote=min_vote)
        except ValueError as error:
            self.notices.append(
                f"The link's thresholds cannot be used ({error}); enter {format_threshold(DEFAULT_PARAMETERS.enter)}, "
                f"exit {format_threshold(DEFAULT_PARAMETERS.exit)} and "
                f"votes from {format_amount(DEFAULT_PARAMETERS.min_vote)} dollars "
                "are."
            )
            return default_view

    def read_window(self, event: Event) -> tuple[datetime, datetime]:
        """The window by its edges, else by its name, else the event's default one."""
        window = event.get_window()
        if "from" in self.query or "to" in self.query:
            try:
                return self._read_edges()
            except UsageError as error:
                self.notices.append(f"The link's window cannot be shown: {error}. {window.label} is shown.")
                return window.start, window.end
        requested = self.query.get("window", window.name)
        window = event.windows.get(requested) or self._refuse_value("window", window, window.label)
        return window.start, window.end

    def _read_edges(self) -> tuple[datetime, datetime]:
        edges = []
        for key in ("from", "to"):
            if key not in self.query:
                message = f"it has no {key!r}"
                raise UsageError(message)
            time, rounded = parse_time(self.query[key])
            if rounded:
                self.notices.append(f"The link's {key!r} lies inside a minute and was rounded down to it.")
            edges.append(time)
        return validate_window(edges[0], edges[1])

    def _refuse_value(self, key: str, default: Value, shown: str) -> Value:
        """The default of a value that is not valid; the notice calls it ``shown``."""
        self.notices.append(f"The link's {key} {quote_value(self.query[key])} is not known; {shown} is shown.")
        return default
