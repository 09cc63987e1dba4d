from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

import ccxt.async_support as ccxt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.candles import candle_of, sift
from collectors.client import LONGEST_WAIT_S, chunks_of, wait_before_retry
from collectors.exchange import VenueExchange, retry_after_s
from collectors.failures import BadData, HistoryTooShort, RateLimitedOut, Refused, Rejected, Unreachable
from collectors.job import tell_nobody, utc_now, window_of
from collectors.mirror import mirror_base, mirrored, source_of
from collectors.plan import MINUTE, Piece, Span, merged, missing_spans, pages_of, symbols_to_ask, with_fx_legs
from collectors.request import CollectRequest, Progress
from collectors.venues import FACTS, VENUES, Host, Mark, VenueRow, venues_named
from data.errors import UsageError
from data.schema import Outcome
from tests.collectors.setting import END, START, bars, ms
from tests.replay.formats import FORMATS
from tests.replay.market import Asked

WINDOW = Span(START, END)


def minutes(first: int, last: int) -> Span:
    """A span by minutes after the start of the window."""
    return Span(START + first * MINUTE, START + last * MINUTE)


@pytest.mark.parametrize("row", VENUES, ids=lambda row: row.id)
def test_every_fact_of_a_venue_says_how_it_is_known(row: VenueRow) -> None:
    """Each claim of a venue row has a mark of evidence and a source, and no basis is left without a claim."""
    assert set(row.basis) == set(FACTS)
    assert all(fact.mark in Mark and fact.source for fact in row.basis.values())


@pytest.mark.parametrize("row", VENUES, ids=lambda row: row.id)
def test_the_replay_answers_in_the_order_of_the_table(row: VenueRow) -> None:
    """The replay, written from the venues' documents, sends candles in the order on the wire that the table names."""
    query = {"startTime": str(ms(START)), "before": str(ms(START)), "limit": "9"}
    if row.id == "coinbaseexchange":
        query = {"start": START.isoformat(), "end": (START + 9 * MINUTE).isoformat()}
    rows = FORMATS[row.id].rows(Asked("", "history-candles", query), bars(START, 9), ms(END))
    stamps = [int(str(stamp)) for stamp, *_ in rows]
    assert len(stamps) > 2
    assert stamps == sorted(stamps, reverse=row.newest_first)


@pytest.mark.parametrize(
    ("row", "host"), [(row, host) for row in VENUES for host in row.hosts], ids=lambda item: getattr(item, "name", "")
)
def test_ccxt_goes_to_the_host_that_is_named(row: VenueRow, host: Host) -> None:
    """The host that candles name as their source is the one that ccxt is pointed at, with nothing left to fill in."""
    exchange = getattr(ccxt, row.id)(ccxt.Exchange.deep_extend(row.config, host.config))
    public = exchange.urls["api"].get("public", exchange.urls["api"].get("rest"))
    assert urlsplit(exchange.implode_hostname(public)).netloc == host.name
    assert VenueExchange(row, host, None, utc_now).source == host.name


def test_all_venues_are_meant_where_none_is_named() -> None:
    """No venue named means the whole table, and one named twice counts once."""
    assert venues_named(()) == VENUES
    assert [row.id for row in venues_named(("okx", "binance", "okx"))] == ["okx", "binance"]


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
    passed = sift([*reversed(rows), rows[5]], minutes(5, 18), now, {})
    assert [candle.open_ms for candle in passed] == [ms(START + n * MINUTE) for n in range(5, 15)]


@pytest.mark.parametrize("row", [[], [0.0], [0.0, 1.0, 1.0, 1.0, 1.0, float("inf")], [0.0, 1.0, 1.0, 1.0, None, 1.0]])
def test_a_row_without_six_numbers_is_no_candle(row: list[float | None]) -> None:
    """A row that is too short, or holds a null or an infinity, is bad data."""
    with pytest.raises(BadData, match="missing or not finite"):
        candle_of(row)


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
    pages = [page for lot in chunks_of(missing_spans(WINDOW, spans), page_min) for page in lot]
    asked = [page.start + n * MINUTE for page in pages for n in range(page.minutes)]
    had = {span.start + n * MINUTE for span in spans for n in range(span.minutes)}
    assert asked == [time for n in range(240) if (time := START + n * MINUTE) not in had]
    assert all(0 < page.minutes <= page_min for page in pages)


def test_a_lot_of_pages_is_about_a_day() -> None:
    """Pages are stored in lots of a day, rounded up to whole pages."""
    days = Span(START, START + timedelta(days=3))
    assert [len(lot) for lot in chunks_of([days], 300)] == [5, 5, 5]
    assert [len(lot) for lot in chunks_of([days], 1000)] == [2, 2, 1]
    assert pages_of(minutes(0, 0), 300) == []


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
    assert absent == ("USDC/*", "BNSOL/SOL")


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


def test_retry_after_in_seconds() -> None:
    """The header is read whatever its case; a date or nothing gives none."""
    assert retry_after_s({"retry-after": "30"}) == 30.0
    assert retry_after_s({"Retry-After": "Fri, 10 Oct 2025 21:20:00 GMT"}) is None
    assert retry_after_s({}) is None


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
    window, notes = window_of(CollectRequest(("ATOM",), start, start + timedelta(hours=4)), END + timedelta(days=1))
    assert window == WINDOW
    assert window.start.tzinfo is UTC
    assert notes == ("edges rounded down to whole minutes: 2025-10-10 20:00Z to 2025-10-11 00:00Z",)


def test_the_clock_is_utc_and_progress_may_go_nowhere() -> None:
    """The default clock is aware UTC, and progress that nobody wants is dropped."""
    assert utc_now().tzinfo is UTC
    tell_nobody(Progress("okx", "ATOM/USDT", 0, 0, 240))
