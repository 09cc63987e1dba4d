from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.collect import build_windows, ignore_progress, utc_now
from collectors.failures import (
    MAX_FAILURE_CHARS,
    BadData,
    HistoryTooShort,
    RateLimitedOut,
    Refused,
    Rejected,
    Unreachable,
)
from collectors.http.ccxt_exchange import parse_retry_after
from collectors.http.mirror import format_source, normalize_mirror, rewrite_urls
from collectors.http.retry import MAX_RETRY_WAIT_S, decide_retry
from collectors.page_validation import NO_CANDLES, check_candles, parse_ccxt_rows, split_page_outcomes, validate_page
from collectors.plan import SpanOutcome, add_fx_legs, merge_outcomes, select_symbols
from collectors.request import CollectRequest, MarketProgress
from collectors.routes.ohlcv import group_pages
from collectors.venues.table import VENUES
from data.errors import UsageError
from data.intervals import MINUTE, Span, split_span, subtract_spans
from data.schema import Outcome, Timeframe
from tests.collectors.replay_setup import END, NOW, START, build_bars, to_ms

WINDOW = Span(START, END)
FLAT_VENUE = next(row for row in VENUES if row.id == "binance")
OMITTING_VENUE = next(row for row in VENUES if row.id == "upbit")


def build_span(first_minute: int, last_minute: int) -> Span:
    """A span by minutes after the start of the window."""
    return Span(START + first_minute * MINUTE, START + last_minute * MINUTE)


def test_a_failure_is_one_printable_line_without_secrets() -> None:
    """What a venue sent is quoted without what moves the cursor, turns the text, or hides in it; and not at length."""
    failure = BadData("sent\n a\x1b[2J\u202eb\u200b from http://user:word@host " + "x" * 5000)
    assert str(failure).startswith("sent a\ufffd[2J\ufffdb\ufffd from http://***@host xxx")
    assert len(str(failure)) == MAX_FAILURE_CHARS
    assert "word" not in str(BadData("x" * (MAX_FAILURE_CHARS - 20) + " http://user:word-and-more@host"))


@pytest.mark.parametrize("mirror", ["127.0.0.1:9000", "ftp://host", "http://", "http://host/?a=b", "nonsense"])
def test_a_mirror_is_an_http_address(mirror: str) -> None:
    """A mirror that is no http address is a usage error."""
    with pytest.raises(UsageError, match="is no address"):
        normalize_mirror(mirror)


def test_the_mirror_moves_every_address() -> None:
    """Nested addresses are rewritten with their host in the path, ``{hostname}`` is filled in, other values stay."""
    urls = {"a": {"b": "https://api.{hostname}/v1"}, "c": "http://x.org", "d": None}
    moved = {"a": {"b": "http://m:1/api.bybit.com/v1"}, "c": "http://m:1/x.org", "d": None}
    assert rewrite_urls(urls, normalize_mirror("http://m:1/"), "bybit.com") == moved
    assert rewrite_urls("https://{hostname}/v1", "http://m:1") == "http://m:1//v1"
    assert format_source("x.org", None) == "x.org"


def test_the_gate_lets_through_finished_minutes_of_the_page() -> None:
    """Only finished rows of the page are returned, once and in order."""
    rows = [[*map(float, bar)] for bar in build_bars(START, 20)]
    now = START + 15 * MINUTE + timedelta(seconds=59)
    passed, received = validate_page(
        [*reversed(rows), rows[5]], build_span(5, 18), FLAT_VENUE, Timeframe.M1, now, NO_CANDLES
    )
    assert passed[:, 0].tolist() == [to_ms(START + n * MINUTE) for n in range(5, 15)]
    assert received[:, 0].tolist() == [to_ms(START + n * MINUTE) for n in range(15)]


def test_what_ran_past_a_page_must_hold_in_the_next() -> None:
    """A candle beyond a page that has other values in the next page is bad data; the message has its time."""
    rows = [[*map(float, bar)] for bar in build_bars(START, 20)]
    _, received = validate_page(rows, build_span(0, 10), FLAT_VENUE, Timeframe.M1, END, NO_CANDLES)
    changed_rows = [[*rows[12][:5], 77.0], *rows[13:]]
    with pytest.raises(BadData, match="two different candles for 2025-10-10 20:12Z"):
        validate_page(changed_rows, build_span(10, 20), FLAT_VENUE, Timeframe.M1, END, received)


def test_rows_from_before_prove_a_quiet_page_only_where_rows_are_counted_back() -> None:
    """Rows before the page are valid only where rows are counted back and quiet minutes omitted."""
    rows = [[*map(float, bar)] for bar in build_bars(START, 20)]
    passed, _ = validate_page(rows, build_span(30, 40), OMITTING_VENUE, Timeframe.M1, END, NO_CANDLES)
    assert len(passed) == 0
    with pytest.raises(HistoryTooShort, match="candles of another time, from 2025-10-10 20:00Z"):
        validate_page(rows, build_span(30, 40), FLAT_VENUE, Timeframe.M1, END, NO_CANDLES)
    with pytest.raises(HistoryTooShort, match="candles of another time"):
        validate_page(rows, build_span(-30, -20), OMITTING_VENUE, Timeframe.M1, END, NO_CANDLES)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([], "is no candle"),
        ([0.0], "is no candle"),
        ([0.0, 1.0, 1.0, 1.0, 1.0, float("inf")], "missing or not finite"),
        ([0.0, 1.0, 1.0, 1.0, None, 1.0], "missing or not finite"),
        ([30_000.0, 1.0, 1.0, 1.0, 1.0, 1.0], "opens inside a minute"),
        ([0.0, 1.0, 0.9, 0.8, 0.85, 1.0], "cannot be"),
        ([0.0, 1.0, 1.0, 0.0, 1.0, 1.0], "cannot be"),
        ([0.0, 1.0, 1.0, 1.0, 1.0, -1.0], "cannot be"),
    ],
)
def test_a_row_that_is_no_candle_is_bad_data(row: list[float | None], words: str) -> None:
    """A row that is too short, has a null or an infinity, is inside a minute, or has impossible prices is bad data."""
    with pytest.raises(BadData, match=words):
        check_candles(parse_ccxt_rows([[60_000.0, 1.0, 1.0, 1.0, 1.0, 1.0], row]), Timeframe.M1)


def test_spans_that_are_missing() -> None:
    """Missing spans are those before, between and after the covered ones, which may overlap."""
    assert subtract_spans(WINDOW, []) == (WINDOW,)
    assert subtract_spans(WINDOW, [WINDOW]) == ()
    assert subtract_spans(WINDOW, [build_span(-10, 300)]) == ()
    answered = [build_span(-5, 10), build_span(5, 20), build_span(30, 40), build_span(200, 230)]
    assert subtract_spans(WINDOW, answered) == (build_span(20, 30), build_span(40, 200), build_span(230, 240))
    assert subtract_spans(WINDOW, [build_span(300, 310)]) == (WINDOW,)


@given(
    st.lists(st.tuples(st.integers(-50, 300), st.integers(1, 90)), max_size=8),
    st.integers(1, 100),
)
def test_pages_hold_each_missing_minute_once(answered: list[tuple[int, int]], page_min: int) -> None:
    """The pages have exactly the minutes of the window that are not covered, each once."""
    spans = sorted(build_span(first, first + length) for first, length in answered)
    pages = [page for lot in group_pages(subtract_spans(WINDOW, spans), page_min, Timeframe.M1) for page in lot]
    page_minutes = [page.start + n * MINUTE for page in pages for n in range(page.minutes)]
    covered_minutes = {span.start + n * MINUTE for span in spans for n in range(span.minutes)}
    assert page_minutes == [time for n in range(240) if (time := START + n * MINUTE) not in covered_minutes]
    assert all(0 < page.minutes <= page_min for page in pages)


def test_a_page_of_a_venue_that_sends_quiet_minutes_says_what_its_edges_may_mean() -> None:
    """Before the first candle the market may not have been open yet, after the last one it may have been closed."""
    page, first, end = Span(START, START + 9 * MINUTE), START + 2 * MINUTE, START + 7 * MINUTE
    outcomes = split_page_outcomes(first, end, page, Timeframe.M1)
    assert [(outcome.span, outcome.outcome) for outcome in outcomes] == [
        (Span(START, first), Outcome.PARTLY),
        (Span(first, end), Outcome.COMPLETE),
        (Span(end, page.end), Outcome.PARTLY),
    ]
    assert [outcome.message for outcome in outcomes] == [
        (
            "sent no candle of the first minutes, though a minute without a trade would have a candle too: the market "
            "may have been opened only then, or the answer was cut off"
        ),
        "",
        (
            "sent no candle of the last minutes, though a minute without a trade would have a candle too: the market "
            "may have been halted or closed, or the answer was cut off"
        ),
    ]


def test_a_lot_of_pages_is_about_a_day() -> None:
    """Pages are grouped into chunks of a day, rounded up to whole pages."""
    days = Span(START, START + timedelta(days=3))
    assert [len(lot) for lot in group_pages([days], 300, Timeframe.M1)] == [5, 5, 5]
    assert [len(lot) for lot in group_pages([days], 1000, Timeframe.M1)] == [2, 2, 1]
    assert split_span(build_span(0, 0), 300 * MINUTE) == []
    seconds = Span(START, START + timedelta(minutes=50, seconds=7))
    pages = [page for lot in group_pages([seconds], 1000, Timeframe.S1) for page in lot]
    assert [page.count_bars(Timeframe.S1) for page in pages] == [1000, 1000, 1000, 7]
    assert [len(lot) for lot in group_pages([seconds], 1000, Timeframe.S1)] == [2, 2]


def test_neighbours_that_say_the_same_are_joined() -> None:
    """Adjacent outcomes that are equal are merged; a gap, another outcome or another message separates them."""
    complete, bad = Outcome.COMPLETE, Outcome.BAD_DATA
    pieces = [
        SpanOutcome(build_span(0, 5), complete),
        SpanOutcome(build_span(5, 9), complete),
        SpanOutcome(build_span(10, 12), complete),
        SpanOutcome(build_span(12, 13), bad, "a"),
        SpanOutcome(build_span(13, 14), bad, "b"),
    ]
    assert merge_outcomes(pieces) == [SpanOutcome(build_span(0, 9), complete), *pieces[2:]]


def test_markets_of_an_asset() -> None:
    """The markets of an asset are those in USD, USDT and USDC; USDT and USDC are added as assets."""
    listed = {"ATOM/USD", "ATOM/USDC", "ATOM/EUR", "USDT/USD", "WBETH/ETH"}
    listed_symbols, absent = select_symbols(add_fx_legs(("ATOM",)), ("WBETH/ETH", "BNSOL/SOL"), listed)
    assert listed_symbols == ("ATOM/USD", "ATOM/USDC", "USDT/USD", "WBETH/ETH")
    assert absent == ("USDC", "BNSOL/SOL")


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RateLimitedOut("", 7.0), 7.0),
        (RateLimitedOut("", MAX_RETRY_WAIT_S + 1), False),
        (RateLimitedOut(""), True),
        (Unreachable(""), True),
        (BadData("", garbled=True), True),
        (BadData(""), False),
        (HistoryTooShort(""), False),
        (Rejected(""), False),
        (Refused(""), False),
        (ValueError(), False),
    ],
)
def test_only_what_can_pass_is_asked_again(error: Exception, wait: object) -> None:
    """Transient failures are retried, with Retry-After up to a bound; refusals, bad rows and venue errors are not."""
    assert decide_retry(error) == wait


def test_retry_after_in_seconds_or_as_a_date() -> None:
    """The header is read in any case, as seconds or a date; None where it is invalid or absent."""
    now = datetime(2025, 10, 10, 21, 19, 30, tzinfo=UTC)
    assert parse_retry_after({"retry-after": "30"}, now) == 30.0
    assert parse_retry_after({"Retry-After": "Fri, 10 Oct 2025 21:20:00 GMT"}, now) == 30.0
    assert parse_retry_after({"Retry-After": "Fri, 10 Oct 2025 21:00:00 GMT"}, now) == 0.0
    assert parse_retry_after({"Retry-After": "soon"}, now) is None
    assert parse_retry_after({}, now) is None


@pytest.mark.parametrize(
    ("assets", "start", "end", "words"),
    [
        ((), START, END, "at least one asset"),
        (("ATOM",), START.replace(tzinfo=None), END, "has no zone"),
        (("ATOM",), START, END.replace(tzinfo=None), "has no zone"),
        (("ATOM",), END, START, "holds no whole minute"),
        (("ATOM",), START, START, "holds no whole minute"),
    ],
)
def test_a_request_has_assets_zones_and_minutes(
    assets: tuple[str, ...], start: datetime, end: datetime, words: str
) -> None:
    """A request without assets, with a naive time or with an empty window is a usage error."""
    with pytest.raises(UsageError, match=words):
        CollectRequest(assets, start, end)


def test_a_window_is_whole_minutes_in_utc() -> None:
    """Times of another zone are converted to UTC, and edges inside a minute are rounded down and noted."""
    east = timezone(timedelta(hours=8))
    start = datetime(2025, 10, 11, 4, 0, 30, tzinfo=east)
    windows, notes = build_windows(
        CollectRequest(("ATOM",), start, start + timedelta(hours=4)), END + timedelta(days=1)
    )
    assert windows == (WINDOW,)
    assert windows[0].start.tzinfo is UTC
    assert notes == ("edges rounded down to whole minutes: 2025-10-10 20:00Z to 2025-10-11 00:00Z",)


def test_the_placebo_is_the_same_clock_window_of_seven_days_before() -> None:
    """A short window has seven others; one of a day or more touches those before and is merged with them."""
    placebo = CollectRequest(("ATOM",), START, END, placebo=True)
    windows, _ = build_windows(placebo, NOW)
    assert windows == tuple(Span(START - timedelta(days=n), END - timedelta(days=n)) for n in range(7, -1, -1))
    joined_windows, _ = build_windows(replace(placebo, end=START + timedelta(hours=30)), NOW)
    assert joined_windows == (Span(START - timedelta(days=7), START + timedelta(hours=30)),)


def test_the_clock_is_utc_and_progress_may_go_nowhere() -> None:
    """The default clock is aware UTC, and progress is ignored by default."""
    assert utc_now().tzinfo is UTC
    ignore_progress(MarketProgress("okx", "ATOM/USDT", 0, 0, 240))
