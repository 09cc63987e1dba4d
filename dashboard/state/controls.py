"""The effect of each control on the view; the result is always a view that a link can have."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from dashboard.state.names import check_ticker, check_venue
from dashboard.state.quoting import quote_value
from dashboard.state.view import OriginChoice, Theme, ThemeChoice, ViewState, build_default_view
from dashboard.state.window import validate_window
from dashboard.text.clock import Zone
from data.catalogue import Catalogue
from data.errors import UsageError
from data.schema import Timeframe
from data.times import parse_time
from deviation.question import QuoteHandling, ReferenceKind

MINUTE = timedelta(minutes=1)


def apply_control(view: ViewState, control: str, value: Any, catalogue: Catalogue) -> ViewState:  # noqa: ANN401 - whatever a browser sends
    """The view after a control was used; an empty value changes nothing.

    Raises:
        UsageError: The value is not valid; the message is for the reader.
    """
    if value in (None, ""):
        return view
    try:
        new_view = CONTROLS[control](view, value, catalogue)
        if (new_view.start, new_view.end) != (view.start, view.end):
            new_view = replace(new_view, scan="")  # it is of one window
        validate_window(new_view.start, new_view.end, new_view.timeframe)
        if new_view.second_window is not None:
            validate_window(new_view.second_window.start, new_view.second_window.end, new_view.timeframe)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return new_view


def parse_typed_time(text: str, zone: Zone) -> datetime:
    """A typed time, in UTC; without an offset of its own it is on the reader's clock.

    >>> parse_typed_time("2025-10-11 05:20", Zone.UTC8)
    datetime.datetime(2025, 10, 10, 21, 20, tzinfo=datetime.timezone.utc)

    Raises:
        UsageError: The text is no time.
    """
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError as error:
        message = f"{quote_value(text)} is no time; write it like 2025-10-10 21:20"
        raise UsageError(message) from error
    aware_time = time if time.tzinfo else time.replace(tzinfo=timezone(zone.offset))
    return parse_time(aware_time.isoformat())[0]


SETTING_FIELDS = (
    *("timeframe", "quote", "reference", "origin", "enter_pct", "exit_pct", "min_vote", "excluded", "hidden"),
)
"""The fields of a view that the settings set."""


def reset_settings(view: ViewState, catalogue: Catalogue) -> ViewState:
    """The view with the defaults of all settings; asset, window, focus, clock and colours stay."""
    default_view = build_default_view(catalogue, view.event)
    defaults: dict[str, Any] = {name: getattr(default_view, name) for name in SETTING_FIELDS}
    return replace(view, **defaults)


def _set_event(view: ViewState, event: str, catalogue: Catalogue) -> ViewState:
    """The default asset, window and bars of another event; its focus and side where those of the view are defaults."""
    event_view, own_default = build_default_view(catalogue, event), build_default_view(catalogue, view.event)
    has_default_focus = view.focus == own_default.focus
    sided_view = event_view if view.side is own_default.side else view
    focus = event_view.focus if has_default_focus else view.focus
    return replace(
        view,
        event=event_view.event,
        asset=event_view.asset,
        start=event_view.start,
        end=event_view.end,
        focus=focus,
        excluded=view.excluded - {focus},
        timeframe=event_view.timeframe,
        side=sided_view.side,
        is_side_chosen=sided_view.is_side_chosen,
    )


def _set_window(view: ViewState, name: str, catalogue: Catalogue) -> ViewState:
    window = catalogue.get_event(view.event).get_window(name)
    return replace(view, start=window.start, end=window.end)


def _set_range(view: ViewState, texts: tuple[str | None, str | None], _: Catalogue) -> ViewState:
    start, end = (parse_typed_time(text or "", view.zone) for text in texts)
    return replace(view, start=start, end=end)


def _set_visible_range(view: ViewState, value: dict[str, str], _: Catalogue) -> ViewState:
    """All minutes of the range that a zoomed chart shows."""
    start, end = (parse_typed_time(value[edge], Zone.UTC) for edge in ("start", "end"))
    return replace(view, start=max(start, view.start), end=min(end + MINUTE, view.end))


def _set_asset(view: ViewState, ticker: str, _: Catalogue) -> ViewState:
    return replace(view, asset=check_ticker(ticker))


def _set_excluded(view: ViewState, venues: Sequence[str], _: Catalogue) -> ViewState:
    return replace(view, excluded=frozenset(map(check_venue, venues)) - {view.focus})


def _set_focus(view: ViewState, venue: str, _: Catalogue) -> ViewState:
    check_venue(venue)
    return replace(view, focus=venue, excluded=view.excluded - {venue})


def _set_theme(view: ViewState, value: str, _: Catalogue) -> ViewState:
    """The chosen theme; without a choice the theme stays until the caller sets that of the reader's system."""
    choice = ThemeChoice(value)
    if choice is ThemeChoice.AUTO:
        return replace(view, follows_system=True)
    return replace(view, theme=Theme(choice.value), follows_system=False)


def _set_enter(view: ViewState, value: float, _: Catalogue) -> ViewState:
    """The new enter, and the exit lowered to it if it was above."""
    return replace(view, enter_pct=float(value), exit_pct=min(view.exit_pct, float(value)))


CONTROLS: dict[str, Callable[[ViewState, Any, Catalogue], ViewState]] = {
    "event": _set_event,
    "asset": _set_asset,
    "more": _set_asset,
    "window": _set_window,
    "range": _set_range,
    "visible-range": _set_visible_range,
    "focus": _set_focus,
    "picked": lambda view, value, catalogue: _set_focus(view, value["venue"], catalogue),
    "out": _set_excluded,
    "hide": lambda view, value, _: replace(view, hidden=frozenset(map(check_venue, value))),
    "zone": lambda view, value, _: replace(view, zone=Zone(value)),
    "theme": _set_theme,
    "origin": lambda view, value, _: replace(view, origin=OriginChoice(value)),
    "quote": lambda view, value, _: replace(view, quote=QuoteHandling(value)),
    "reference-kind": lambda view, value, _: replace(view, reference=ReferenceKind(value)),
    "enter": _set_enter,
    "exit": lambda view, value, _: replace(view, exit_pct=float(value)),
    "bar": lambda view, value, _: replace(view, timeframe=Timeframe(value)),
    "min-vote": lambda view, value, _: replace(view, min_vote=float(value)),
    "reset": lambda view, _, catalogue: reset_settings(view, catalogue),
    "collected": lambda view, _, __: view,
}
"""The function from view, value and catalogue to the new view, by the id of each control."""
