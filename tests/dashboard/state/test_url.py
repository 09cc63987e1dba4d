"""Links carry views without loss, as short as possible, and a bad link never breaks the page."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.state.second_window import SecondWindow, parse_window_text
from dashboard.state.url import QUERY_KEYS, parse_query
from dashboard.state.view import (
    GapKind,
    OriginChoice,
    PanelScale,
    PeerChoice,
    Theme,
    ViewState,
    build_default_view,
)
from dashboard.state.window import MAX_WINDOW
from dashboard.text.clock import Zone
from data.catalogue import load_catalogue
from data.schema import Timeframe
from deviation.question import QuoteHandling, ReferenceKind
from deviation.side import Side

CATALOGUE = load_catalogue()
VENUES = st.sampled_from([*CATALOGUE.venues, "somewhere"])
NAMED_WINDOWS = [
    SecondWindow(event.id, window.start, window.end)
    for event in CATALOGUE.events.values()
    for window in event.windows.values()
]


@st.composite
def ranges(draw: st.DrawFn) -> tuple[datetime, datetime]:
    """Any window that the page measures in minutes, by its edges."""
    first = draw(st.datetimes(datetime(2009, 2, 1), datetime(2099, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive ones
    start = first.replace(second=0, microsecond=0, tzinfo=UTC)
    return start, start + timedelta(minutes=draw(st.integers(1, MAX_WINDOW[Timeframe.M1] // timedelta(minutes=1))))


@st.composite
def second_windows(draw: st.DrawFn) -> SecondWindow:
    """Any second window: a named one, or an own range beside the assets of any event."""
    start, end = draw(ranges())
    return draw(
        st.sampled_from(NAMED_WINDOWS)
        | st.sampled_from([*CATALOGUE.events]).map(lambda id_: SecondWindow(id_, start, end))
    )


@st.composite
def views(draw: st.DrawFn) -> ViewState:
    """Any view that controls or a link can lead to."""
    event = draw(st.sampled_from(list(CATALOGUE.events.values())))
    named_windows = [(window.start, window.end) for window in event.windows.values()]
    own_range = draw(ranges())
    enter = draw(st.floats(0.001, 99))
    focus = draw(VENUES)
    window = draw(st.sampled_from([*named_windows, own_range]))
    second_window = draw(st.none() | second_windows())
    longest = max(
        window[1] - window[0], timedelta() if second_window is None else second_window.end - second_window.start
    )
    theme, follows_system = draw(st.sampled_from([(Theme.LIGHT, True), (Theme.LIGHT, False), (Theme.DARK, False)]))
    bars = [bar for bar in Timeframe if longest <= MAX_WINDOW[bar]]
    side = draw(st.sampled_from(Side))
    is_side_chosen = side.value != event.default_side or draw(st.booleans())
    return ViewState(
        event=event.id,
        asset=draw(st.sampled_from([*CATALOGUE.assets, "SOMECOIN"])),
        start=window[0],
        end=window[1],
        focus=focus,
        quote=draw(st.sampled_from(QuoteHandling)),
        reference=draw(st.sampled_from(ReferenceKind)),
        enter_pct=enter,
        exit_pct=draw(st.floats(0.01, 1)) * enter,
        min_vote=draw(st.floats(0, 1e9)),
        excluded=draw(st.frozensets(VENUES, max_size=4)) - {focus},
        hidden=draw(st.frozensets(VENUES, max_size=4)),
        zone=draw(st.sampled_from(Zone)),
        theme=theme,
        follows_system=follows_system,
        origin=draw(st.sampled_from(OriginChoice)),
        second_window=second_window,
        scale=draw(st.sampled_from(PanelScale)),
        timeframe=draw(st.sampled_from(bars)),
        side=side,
        is_side_chosen=is_side_chosen,
        group=draw(st.sampled_from(["usdt", "usd", "krw"])),
        peers=draw(st.sampled_from(PeerChoice)),
        gap=draw(st.sampled_from(GapKind)),
        scan=draw(st.sampled_from(["", "20251201T080000Z-0a1b2c3d"])),
    )


@given(views())
def test_round_trip(view: ViewState) -> None:
    """Parsing the link of a view returns the view, and its keys are known."""
    query = dict(parse_qsl(urlencode(view.to_query(CATALOGUE))))
    assert set(query) <= set(QUERY_KEYS)
    assert parse_query(query, CATALOGUE) == (view, ())


@given(st.dictionaries(st.sampled_from([*QUERY_KEYS, "else"]), st.text(max_size=60), max_size=6))
def test_any_link_gives_a_view(query: dict[str, str]) -> None:
    """Any query is parsed as a view, which has a link of its own."""
    view, notices = parse_query(query, CATALOGUE)
    assert parse_query(view.to_query(CATALOGUE), CATALOGUE) == (view, ())
    assert notices or all(key in QUERY_KEYS for key in query)


def test_default_view() -> None:
    """Without a query the view is ATOM on Binance in the window "both-sides"."""
    view = build_default_view(CATALOGUE)
    assert view.to_query(CATALOGUE) == {}
    assert (view.asset, view.focus, view.find_window_name(CATALOGUE)) == ("ATOM", "binance", "both-sides")


@pytest.mark.parametrize("text", ["doge", "Doge", "DOGE"])
def test_an_asset_in_any_case(text: str) -> None:
    """The case of a typed ticker does not matter, and the link of the view has it in upper case."""
    view, notices = parse_query({"asset": text}, CATALOGUE)
    assert (view.to_query(CATALOGUE), notices) == ({"asset": "DOGE"}, ())


@pytest.mark.parametrize("system_theme", Theme)
def test_a_link_without_a_theme_is_shown_in_that_of_the_system(system_theme: Theme) -> None:
    """The theme of the system is drawn but not part of the link; a chosen one is both, whatever the system has."""
    view, _ = parse_query({}, CATALOGUE, system_theme)
    assert (view.theme, view.to_query(CATALOGUE)) == (system_theme, {})
    chosen_view, _ = parse_query({"theme": "light"}, CATALOGUE, system_theme)
    assert (chosen_view.theme, chosen_view.to_query(CATALOGUE)) == (Theme.LIGHT, {"theme": "light"})
    auto_view, notices = parse_query({"theme": "auto"}, CATALOGUE, system_theme)
    assert (auto_view, notices) == (view, ())


def test_default_view_of_another_event() -> None:
    """A link to the default view of an event has the event alone."""
    assert build_default_view(CATALOGUE, "2023-03-10").to_query(CATALOGUE) == {"event": "2023-03-10"}


def test_window_in_a_link() -> None:
    """A link has the name of its window, or its edges in UTC if it has no name."""
    start, end = datetime(2025, 10, 10, 21, 10, tzinfo=UTC), datetime(2025, 10, 10, 21, 41, tzinfo=UTC)
    own_view, _ = parse_query({"from": "2025-10-11T05:10+08:00", "to": "2025-10-10T21:41Z"}, CATALOGUE)
    assert (own_view.start, own_view.end) == (start, end)
    assert own_view.to_query(CATALOGUE) == {"from": "2025-10-10T21:10:00Z", "to": "2025-10-10T21:41:00Z"}
    named_view, _ = parse_query({"from": "2025-10-10T21:10Z", "to": "2025-10-10T21:40Z"}, CATALOGUE)
    assert named_view.to_query(CATALOGUE) == {"window": "crash"}


def test_an_event_alone_is_its_default_window() -> None:
    """A second window given by its event is the event's default window."""
    window = CATALOGUE.get_event("2023-03-10").windows["usdc-depeg"]
    assert parse_window_text("2023-03-10", CATALOGUE) == (SecondWindow("2023-03-10", window.start, window.end), False)
    view, notices = parse_query({"against": "2023-03-10"}, CATALOGUE)
    assert (view.to_query(CATALOGUE), notices) == ({"against": "2023-03-10:usdc-depeg"}, ())


def test_a_second_window_of_its_own() -> None:
    """A second range has event and edges in UTC; the edges of a named window become its name."""
    query = {"window": "crash", "against": "2025-10-10:2025-10-11T05:00+08:00~2025-10-10T21:41Z"}
    view, notices = parse_query(query, CATALOGUE)
    start, end = datetime(2025, 10, 10, 21, 0, tzinfo=UTC), datetime(2025, 10, 10, 21, 41, tzinfo=UTC)
    assert (view.second_window, notices) == (SecondWindow("2025-10-10", start, end), ())
    assert view.to_query(CATALOGUE)["against"] == "2025-10-10:2025-10-10T21:00:00Z~2025-10-10T21:41:00Z"
    named_view, _ = parse_query({"against": "2025-10-10:2025-10-10T21:10Z~2025-10-10T21:40Z"}, CATALOGUE)
    assert named_view.to_query(CATALOGUE) == {"against": "2025-10-10:crash"}


@given(st.text(max_size=90) | st.builds("2025-10-10:{}~{}".format, st.text(max_size=30), st.text(max_size=30)))
def test_any_second_window_is_followed_or_refused(text: str) -> None:
    """Any second window is shown as requested, or a notice says why not."""
    view, notices = parse_query({"against": text}, CATALOGUE)
    assert view.second_window is not None or bool(notices) is bool(text)
    assert all(len(notice) < 700 for notice in notices)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"event": "2020-01-01"}, "event '2020-01-01' is not known; 10-11 October 2025 is shown"),
        ({"asset": "atom!"}, "asset 'atom!' is not known"),
        ({"focus": "<b>"}, "focus '<b>' is not known; Binance is shown"),
        ({"quote": "eur"}, "quote 'eur' is not known; usd is shown"),
        ({"zone": "CET"}, "zone 'CET' is not known"),
        ({"window": "noon"}, "window 'noon' is not known; Full crash window is shown"),
        ({"from": "2025-10-10T21:10Z"}, "it has no 'to'. Full crash window is shown"),
        ({"from": "2025-10-10T21:10", "to": "2025-10-10T22:00Z"}, "has no time zone"),
        ({"from": "yesterday", "to": "2025-10-10T22:00Z"}, "'yesterday' is no time"),
        ({"from": "2025-10-10T22:00Z", "to": "2025-10-10T21:00Z"}, "end does not lie after its start"),
        ({"from": "2025-01-01T00:00Z", "to": "2025-10-10T21:00Z"}, "longer than 31 days"),
        ({"from": "0001-01-01T00:00Z", "to": "0001-01-02T00:00Z"}, "outside of 2009 to 2100"),
        ({"from": "2025-10-10T21:00:30Z", "to": "2025-10-10T22:00Z"}, "'from' lies inside a minute"),
        ({"bar": "2m"}, "bar '2m' is not known; 1m is shown"),
        ({"bar": "1s", "window": "report-day"}, "bars of a second are measured over at most 12 hours"),
        ({"enter": "much"}, "thresholds cannot be used"),
        ({"enter": "0.5"}, "exit must be above 0 and at most enter"),
        ({"min-vote": "nan"}, "min-vote must be 0 or more"),
        ({"out": "okx,<b>"}, "out names '<b>', which is no exchange"),
        ({"out": "binance,okx"}, "Binance is the exchange shown and cannot be excluded"),
        ({"against": "2025-10-10:noon"}, "against '2025-10-10:noon' names no window of an event"),
        ({"against": "y" * 90}, f"'{'y' * 40}...'"),
        ({"against": "2025-10-10:noon~2025-10-10T21:40Z"}, "'noon' is no time"),
        ({"against": "2025-10-10:2025-10-10T21:10~2025-10-10T21:40Z"}, "has no time zone"),
        ({"against": "2025-10-10:2025-10-10T21:10Z~"}, "'' is no time"),
        ({"against": "2020-01-01:2025-10-10T21:10Z~2025-10-10T21:40Z"}, "cannot be followed: "),
        ({"against": "2025-10-10:2025-10-10T22:00Z~2025-10-10T21:00Z"}, "end does not lie after its start"),
        ({"against": "2025-10-10:2025-01-01T00:00Z~2025-10-10T21:00Z"}, "longer than 31 days"),
        ({"against": "2025-10-10:0001-01-01T00:00Z~0001-01-02T00:00Z"}, "outside of 2009 to 2100"),
        ({"against": "2025-10-10:2025-10-10T21:00:30Z~2025-10-10T22:00Z"}, "lie inside a minute"),
        ({"against": "2025-10-10:report-day", "bar": "1s"}, "bars of a second are measured over at most 12 hours"),
        ({"scale": "huge"}, "scale 'huge' is not known; shared is shown"),
        ({"group": "us dollars"}, "group 'us dollars' is not known; USDT is shown"),
        ({"peers": "six"}, "peers 'six' is not known; all is shown"),
        ({"gap": "wide"}, "gap 'wide' is not known; unaligned is shown"),
        ({"scan": "../else"}, "scan '../else' is not known; another is shown"),
        ({"colour": "red"}, "'colour' is not known"),
        ({"asset": "x" * 90}, f"'{'x' * 40}...'"),
    ],
)
def test_nonsense_in_a_link(query: dict[str, str], sentence: str) -> None:
    """A value that is not valid has exactly one notice."""
    _, notices = parse_query(query, CATALOGUE)
    assert len(notices) == 1
    assert sentence in notices[0]


def test_venues_of_a_link_may_have_any_name() -> None:
    """Former ids and display names are read as the id; a venue that nobody lists is taken as it is."""
    query = {"focus": "Gate.io", "out": "OKEx,okx,Crypto.com", "hide": "Huobi Global,somewhere"}
    view, notices = parse_query(query, CATALOGUE)
    assert notices == ()
    assert view.focus == "gate"
    assert view.excluded == {"okx", "cryptocom"}
    assert view.hidden == {"htx", "somewhere"}


def test_one_venue_under_two_names_cannot_be_focus_and_left_out() -> None:
    """A link that leaves out its focus under another name shows the focus, with a notice."""
    view, notices = parse_query({"focus": "htx", "out": "huobi"}, CATALOGUE)
    assert view.excluded == frozenset()
    assert notices == ("HTX is the exchange shown and cannot be excluded: its benchmark is made of the others.",)


def test_notices_repeat_no_hidden_sign_and_little_of_a_value() -> None:
    """Escapes of signs that are not seen are longer than the signs, and count too."""
    for value in ("\U000e0001" * 50, "\x00" * 500, "\u3164" * 60):
        for key in ("event", "against", "asset", "focus", "window", "from", "zone", "out"):
            _, notices = parse_query({key: f"{value}:1~2", "to": "2025-10-10T21:20Z"}, load_catalogue())
            assert notices
            assert all(notice.isprintable() and "\u3164" not in notice and len(notice) < 700 for notice in notices)
