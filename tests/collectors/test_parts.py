from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.candles import NO_CANDLES, check, sift, table_of
from collectors.exchange import retry_after_s
from collectors.failures import BadData, HistoryTooShort, RateLimitedOut, Refused, Rejected, Unreachable
from collectors.job import tell_nobody, utc_now, windows_of
from collectors.mirror import mirror_base, mirrored, source_of
from collectors.ohlcv import chunks_of
from collectors.patience import LONGEST_WAIT_S, wait_before_retry
from collectors.plan import MINUTE, Piece, Span, merged, missing_spans, pages_of, symbols_to_ask, with_fx_legs
from collectors.request import CollectRequest, Progress
from collectors.venues import VENUES
from data.errors import UsageError
from data.schema import Outcome, Timeframe
from tests.collectors.setting import END, NOW, START, bars, ms

WINDOW = Span(START, END)
FLAT = next(row for row in VENUES if row.id == "binance")
OMITS = next(row for row in VENUES if row.id == "upbit")


def minutes(first: int, last: int) -> Span:
    """A span by minutes after the start of the window."""
    return Span(START + first * MINUTE, START + last * MINUTE)


@pytest.mark.parametrize("mirror", ["127.0.0.1:9000", "ftp://host", "http://", "http://host/?a=b", "nonsense"])
def test_a_mirror_is_an_http_address(mirror: str) -> None:
    """A mirror that is no address of an http host is a usage error that names it."""
    with pytest.raises(UsageError, match="is no address"):
        mirror_base(mirror)


def test_the_mirror_moves_every_address() -> None:
    """Nested addresses move with their host in the path, ``{hostname}`` is filled in, and other values stay."""
    urls = {"a": {"b": "https://api.{hostname}/v1"}, "c": "http://x.org", "d": None}
    moved = {"a": {"b": "http://m:1/api.bybit.com/v1"}, "c": "http://m:1/x.org", "d": None}
    assert mirrored(urls, mirror_base("http://m:1/"), "bybit.com") == moved
    assert mirrored("https://{hostname}/v1", "http://m:1") == "http://m:1//v1"
    assert source_of("x.org", None) == "x.org"


def test_the_gate_lets_through_finished_minutes_of_the_page() -> None:
    """Of rows before, in and after the page, twice and still running, the finished ones of the page pass, in order."""
    rows = [[*map(float, bar)] for bar in bars(START, 20)]
    now = START + 15 * MINUTE + timedelta(seconds=59)
    passed, sent = sift([*reversed(rows), rows[5]], minutes(5, 18), FLAT, Timeframe.M1, now, NO_CANDLES)
    assert passed[:, 0].tolist() == [ms(START + n * MINUTE) for n in range(5, 15)]
    assert sent[:, 0].tolist() == [ms(START + n * MINUTE) for n in range(15)]


def test_what_ran_past_a_page_must_hold_in_the_next() -> None:
    """A minute that came with one page and comes with other values in the next is bad data, and named."""
    rows = [[*map(float, bar)] for bar in bars(START, 20)]
    _, sent = sift(rows, minutes(0, 10), FLAT, Timeframe.M1, END, NO_CANDLES)
    other = [[*rows[12][:5], 77.0], *rows[13:]]
    with pytest.raises(BadData, match="two different candles for 2025-10-10 20:12Z"):
        sift(other, minutes(10, 20), FLAT, Timeframe.M1, END, sent)


def test_rows_from_before_prove_a_quiet_page_only_where_rows_are_counted_back() -> None:
    """Who counts rows back and omits quiet minutes may answer with earlier rows; any other gave another time."""
    rows = [[*map(float, bar)] for bar in bars(START, 20)]
    passed, _ = sift(rows, minutes(30, 40), OMITS, Timeframe.M1, END, NO_CANDLES)
    assert len(passed) == 0
    with pytest.raises(HistoryTooShort, match="candles of another time, from 2025-10-10 20:00Z"):
        sift(rows, minutes(30, 40), FLAT, Timeframe.M1, END, NO_CANDLES)
    with pytest.raises(HistoryTooShort, match="candles of another time"):
        sift(rows, minutes(-30, -20), OMITS, Timeframe.M1, END, NO_CANDLES)


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
    """A row too short, with a null or an infinity, inside a minute, or with prices that cannot be, is bad data."""
    with pytest.raises(BadData, match=words):
        check(table_of([[60_000.0, 1.0, 1.0, 1.0, 1.0, 1.0], row]), Timeframe.M1)


def test_spans_that_are_missing() -> None:
    """What no answered span holds is missing: before, between and after them, and overlaps count once."""
    assert missing_spans(WINDOW, []) == (WINDOW,)
    assert missing_spans(WINDOW, [WINDOW]) == ()
    assert missing_spans(WINDOW, [minutes(-10, 300)]) == ()
    answered = [minutes(-5, 10), minutes(5, 20), minutes(30, 40), minutes(200, 230)]
    assert missing_spans(WINDOW, answered) == (minutes(20, 30), minutes(40, 200), minutes(230, 240))
    assert missing_spans(WINDOW, [minutes(300, 310)]) == (WINDOW,)


@given(
    st.lists(st.tuples(st.integers(-50, 300), st.integers(1, 90)), max_size=8),
    st.integers(1, 100),
)
def test_pages_hold_each_missing_minute_once(answered: list[tuple[int, int]], page_min: int) -> None:
    """Whatever was answered, the pages to ask hold exactly the other minutes of the window, each once."""
    spans = sorted(minutes(first, first + length) for first, length in answered)
    pages = [page for lot in chunks_of(missing_spans(WINDOW, spans), page_min, Timeframe.M1) for page in lot]
    asked = [page.start + n * MINUTE for page in pages for n in range(page.minutes)]
    had = {span.start + n * MINUTE for span in spans for n in range(span.minutes)}
    assert asked == [time for n in range(240) if (time := START + n * MINUTE) not in had]
    assert all(0 < page.minutes <= page_min for page in pages)


def test_a_lot_of_pages_is_about_a_day() -> None:
    """Pages are stored in lots of a day, rounded up to whole pages."""
    days = Span(START, START + timedelta(days=3))
    assert [len(lot) for lot in chunks_of([days], 300, Timeframe.M1)] == [5, 5, 5]
    assert [len(lot) for lot in chunks_of([days], 1000, Timeframe.M1)] == [2, 2, 1]
    assert pages_of(minutes(0, 0), 300 * MINUTE) == []
    seconds = Span(START, START + timedelta(minutes=50, seconds=7))
    pages = [page for lot in chunks_of([seconds], 1000, Timeframe.S1) for page in lot]
    assert [page.bars(Timeframe.S1) for page in pages] == [1000, 1000, 1000, 7]
    assert [len(lot) for lot in chunks_of([seconds], 1000, Timeframe.S1)] == [2, 2]


def test_neighbours_that_say_the_same_are_joined() -> None:
    """Pieces that touch and agree become one; a gap, another outcome or another reason keeps them apart."""
    done, bad = Outcome.COMPLETE, Outcome.BAD_DATA
    pieces = [
        Piece(minutes(0, 5), done),
        Piece(minutes(5, 9), done),
        Piece(minutes(10, 12), done),
        Piece(minutes(12, 13), bad, "a"),
        Piece(minutes(13, 14), bad, "b"),
    ]
    assert merged(pieces) == [Piece(minutes(0, 9), done), *pieces[2:]]


def test_markets_of_an_asset() -> None:
    """An asset's markets are those in USD, USDT and USDC; the quotes that are no dollars come along as assets."""
    listed = {"ATOM/USD", "ATOM/USDC", "ATOM/EUR", "USDT/USD", "WBETH/ETH"}
    found, absent = symbols_to_ask(with_fx_legs(("ATOM",)), ("WBETH/ETH", "BNSOL/SOL"), listed)
    assert found == ("ATOM/USD", "ATOM/USDC", "USDT/USD", "WBETH/ETH")
    assert absent == ("USDC", "BNSOL/SOL")


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RateLimitedOut("", 7.0), 7.0),
        (RateLimitedOut("", LONGEST_WAIT_S + 1), False),
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
    """Retry-After is honoured up to a bound; refusals, bad rows and errors of the venue are final."""
    assert wait_before_retry(error) == wait


def test_retry_after_in_seconds_or_as_a_date() -> None:
    """The header is read whatever its case, as seconds or as a date; nonsense or nothing gives none."""
    now = datetime(2025, 10, 10, 21, 19, 30, tzinfo=UTC)
    assert retry_after_s({"retry-after": "30"}, now) == 30.0
    assert retry_after_s({"Retry-After": "Fri, 10 Oct 2025 21:20:00 GMT"}, now) == 30.0
    assert retry_after_s({"Retry-After": "Fri, 10 Oct 2025 21:00:00 GMT"}, now) == 0.0
    assert retry_after_s({"Retry-After": "soon"}, now) is None
    assert retry_after_s({}, now) is None


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
    """Times of another zone are turned into UTC, and edges inside a minute are rounded down and noted."""
    east = timezone(timedelta(hours=8))
    start = datetime(2025, 10, 11, 4, 0, 30, tzinfo=east)
    windows, notes = windows_of(CollectRequest(("ATOM",), start, start + timedelta(hours=4)), END + timedelta(days=1))
    assert windows == (WINDOW,)
    assert windows[0].start.tzinfo is UTC
    assert notes == ("edges rounded down to whole minutes: 2025-10-10 20:00Z to 2025-10-11 00:00Z",)


def test_the_placebo_is_the_same_clock_window_of_seven_days_before() -> None:
    """A short window brings seven others; one of a day or more runs into those before and becomes one."""
    placebo = CollectRequest(("ATOM",), START, END, placebo=True)
    windows, _ = windows_of(placebo, NOW)
    assert windows == tuple(Span(START - timedelta(days=n), END - timedelta(days=n)) for n in range(7, -1, -1))
    whole, _ = windows_of(replace(placebo, end=START + timedelta(hours=30)), NOW)
    assert whole == (Span(START - timedelta(days=7), START + timedelta(hours=30)),)


def test_the_clock_is_utc_and_progress_may_go_nowhere() -> None:
    """The default clock is aware UTC, and progress that nobody wants is dropped."""
    assert utc_now().tzinfo is UTC
    tell_nobody(Progress("okx", "ATOM/USDT", 0, 0, 240))
