"""Every control leads to a view that a link can have."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.state.controls import apply_control
from dashboard.state.view import OriginChoice, Theme, build_default_view
from dashboard.text.clock import Zone
from data.catalogue import load_catalogue
from data.errors import UsageError
from data.schema import Timeframe
from deviation.question import QuoteHandling, ReferenceKind
from deviation.side import Side

CATALOGUE = load_catalogue()
VIEW = build_default_view(CATALOGUE)


def build_time(hour: int, minute: int) -> datetime:
    """A time of 10 October 2025."""
    return datetime(2025, 10, 10, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("control", "value", "changes"),
    [
        ("asset", "DOGE", {"asset": "DOGE"}),
        ("more", "SOMECOIN", {"asset": "SOMECOIN"}),
        ("window", "crash", {"start": build_time(21, 10), "end": build_time(21, 40)}),
        ("range", ("2025-10-10 21:12", " 2025-10-10T21:13 "), {"start": build_time(21, 12), "end": build_time(21, 13)}),
        (
            "range",
            ("2025-10-11T05:12+08:00", "2025-10-10 21:13"),
            {"start": build_time(21, 12), "end": build_time(21, 13)},
        ),
        ("focus", "okx", {"focus": "okx"}),
        ("picked", {"venue": "gate", "at": 1}, {"focus": "gate"}),
        ("out", ["okx", "binance"], {"excluded": frozenset({"okx"})}),
        ("hide", ["okx"], {"hidden": frozenset({"okx"})}),
        ("zone", "UTC+8", {"zone": Zone.UTC8}),
        ("theme", "dark", {"theme": Theme.DARK, "follows_system": False}),
        ("theme", "light", {"follows_system": False}),
        ("theme", "auto", {}),
        ("origin", "real", {"origin": OriginChoice.REAL}),
        ("quote", "as-is", {"quote": QuoteHandling.AS_IS}),
        ("reference-kind", "weighted-median", {"reference": ReferenceKind.WEIGHTED_MEDIAN}),
        ("enter", 5, {"enter_pct": 5.0}),
        ("enter", 0.5, {"enter_pct": 0.5, "exit_pct": 0.5}),
        ("exit", 0.25, {"exit_pct": 0.25}),
        ("min-vote", 1000, {"min_vote": 1000.0}),
        ("bar", "5m", {"timeframe": Timeframe.M5}),
        ("collected", [1], {}),
        ("enter", "", {}),
        ("asset", None, {}),
    ],
)
def test_control(control: str, value: Any, changes: dict[str, Any]) -> None:  # noqa: ANN401 - what a browser sends
    """A control changes its own settings and nothing else; an empty value changes nothing."""
    assert apply_control(VIEW, control, value, CATALOGUE) == replace(VIEW, **changes)


def test_event() -> None:
    """An event opens with its own asset and window, in minutes; colours and focus stay."""
    view = apply_control(
        replace(VIEW, theme=Theme.DARK, focus="okx", timeframe=Timeframe.S1), "event", "2023-03-10", CATALOGUE
    )
    assert (view.asset, view.find_window_name(CATALOGUE), view.theme, view.focus) == (
        "BTC",
        "usdc-depeg",
        Theme.DARK,
        "okx",
    )
    assert view.timeframe is Timeframe.M1


def test_event_sets_its_default_focus() -> None:
    """A default focus is replaced by that of the new event, and taken out of the excluded venues."""
    view = apply_control(replace(VIEW, excluded=frozenset({"kraken", "okx"})), "event", "2023-03-10", CATALOGUE)
    assert (VIEW.focus, view.focus, view.excluded) == ("binance", "kraken", frozenset({"okx"}))
    assert apply_control(view, "event", VIEW.event, CATALOGUE).focus == "binance"


def test_event_sets_its_default_side() -> None:
    """An event about a rise opens above and the next one below again; a side that was chosen against it stays."""
    rise = apply_control(VIEW, "event", "2023-06-21", CATALOGUE)
    assert (VIEW.side, rise.side) == (Side.BELOW, Side.ABOVE)
    assert rise == build_default_view(CATALOGUE, "2023-06-21")
    assert apply_control(rise, "event", "2021-02-22", CATALOGUE).side is Side.BELOW
    chosen = replace(VIEW, side=Side.ABOVE)
    assert apply_control(chosen, "event", "2021-02-22", CATALOGUE).side is Side.ABOVE
    below = replace(rise, side=Side.BELOW, is_side_chosen=True)
    assert below.to_query(CATALOGUE) == {"event": "2023-06-21", "side": "below"}


def test_seconds_have_a_longest_window() -> None:
    """A window that is too long for bars of a second is refused, as are such bars for a long window."""
    with pytest.raises(UsageError, match="bars of a second are measured over at most 12 hours; choose a shorter"):
        apply_control(replace(VIEW, timeframe=Timeframe.S1), "window", "report-day", CATALOGUE)
    day_view = apply_control(VIEW, "window", "report-day", CATALOGUE)
    with pytest.raises(UsageError, match="at most 12 hours"):
        apply_control(day_view, "bar", "1s", CATALOGUE)


def test_range_on_the_clock() -> None:
    """A typed range without an offset is on the reader's clock."""
    view = apply_control(replace(VIEW, zone=Zone.UTC8), "range", ("2025-10-11 05:12", "2025-10-11 05:20"), CATALOGUE)
    assert (view.start, view.end) == (build_time(21, 12), build_time(21, 20))


def test_reset() -> None:
    """The settings have their defaults again; what is shown, on which clock and in which colours, stays."""
    kept: dict[str, Any] = {
        "asset": "DOGE",
        "focus": "okx",
        "zone": Zone.UTC8,
        "theme": Theme.DARK,
        "follows_system": False,
    }
    settings: dict[str, Any] = {
        "timeframe": Timeframe.M5,
        "quote": QuoteHandling.AS_IS,
        "reference": ReferenceKind.WEIGHTED_MEDIAN,
        "origin": OriginChoice.REAL,
        "enter_pct": 5.0,
        "exit_pct": 3.0,
        "min_vote": 7.0,
        "excluded": frozenset({"gate"}),
        "hidden": frozenset({"bybit"}),
    }
    view = replace(VIEW, **kept, **settings)
    assert apply_control(view, "reset", 1, CATALOGUE) == replace(VIEW, **kept)


def test_visible_range() -> None:
    """The range of a zoomed chart consists of all minutes that it touches, within the window."""
    visible_range = {"start": "2025-10-10 21:12:33.4", "end": "2025-10-10 21:19:02", "at": 1}
    view = apply_control(VIEW, "visible-range", visible_range, CATALOGUE)
    assert (view.start, view.end) == (build_time(21, 12), build_time(21, 20))
    later_view = apply_control(
        view, "visible-range", {"start": "2025-10-10 20:00", "end": "2025-10-10 21:15"}, CATALOGUE
    )
    assert (later_view.start, later_view.end) == (build_time(21, 12), build_time(21, 16))


def test_a_scan_is_left_with_its_window() -> None:
    """Another exchange is shown of the same scan; in another window there is no such scan."""
    view = replace(VIEW, scan="scan-1")
    assert apply_control(view, "focus", "okx", CATALOGUE).scan == "scan-1"
    assert apply_control(view, "window", VIEW.find_window_name(CATALOGUE), CATALOGUE).scan == "scan-1"
    assert apply_control(view, "window", "crash", CATALOGUE).scan == ""


def test_focus_votes() -> None:
    """An excluded venue is included again when it becomes the focus."""
    assert apply_control(replace(VIEW, excluded=frozenset({"okx"})), "focus", "okx", CATALOGUE).excluded == frozenset()


@pytest.mark.parametrize(
    ("control", "value", "reason"),
    [
        ("range", ("soon", "2025-10-10 21:20"), "'soon' is no time"),
        ("range", ("2025-10-10 21:20", "2025-10-10 21:20"), "end does not lie after its start"),
        ("exit", 3, "exit must be above 0"),
        ("enter", -1, "enter must be above 0"),
        ("exit", 0, "exit must be above 0"),
        ("window", "noon", "no window 'noon'"),
        ("theme", "red", "'red' is not a valid Theme"),
    ],
)
def test_nonsense(control: str, value: Any, reason: str) -> None:  # noqa: ANN401 - what a browser sends
    """A value that is not valid is refused with a reason for the reader."""
    with pytest.raises(UsageError, match=reason):
        apply_control(VIEW, control, value, CATALOGUE)
