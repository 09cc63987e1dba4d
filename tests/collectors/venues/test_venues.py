import asyncio
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import ccxt.async_support as ccxt
import pytest

from collectors.venues.docs_page import build_page
from collectors.venues.load import FACTS, parse_venue_table
from collectors.venues.row import FINAL_AFTER_S, EmptyMinutes, Host, Mark, MarketType, Route, VenueRow
from collectors.venues.table import VENUES, select_venues
from data.catalogue import load_catalogue
from data.errors import UsageError
from data.intervals import MINUTE
from data.schema import Timeframe
from tests.collectors.replay_setup import NOW, START, build_bars, to_ms
from tests.replay.formats import FORMATS
from tests.replay.market import RecordedRequest

ROOT = Path(__file__).parent.parent.parent.parent
ROWS = {row.key: row for row in VENUES}
ROUTES = [(row, host) for row in VENUES for host in row.hosts]

SPOT_MARKET = dict.fromkeys(("swap", "future", "option", "contract"), False) | {
    "id": "ATOMUSDT",
    "symbol": "ATOM/USDT",
    "base": "ATOM",
    "baseId": "ATOM",
    "quote": "USDT",
    "quoteId": "USDT",
    "type": "spot",
    "spot": True,
    "active": True,
}
SWAP_MARKET = SPOT_MARKET | {
    "symbol": "ATOM/USDT:USDT",
    "settle": "USDT",
    "settleId": "USDT",
    "type": "swap",
    "spot": False,
    "swap": True,
    "contract": True,
    "linear": True,
    "inverse": False,
    "info": {"instFamily": "ATOM-USDT"},
}
INVERSE_MARKET = SWAP_MARKET | {
    "id": "ATOMUSD_PERP",
    "symbol": "ATOM/USD:ATOM",
    "quote": "USD",
    "settle": "ATOM",
    "linear": False,
    "inverse": True,
}

MAX_MINUTES = {
    "binance": 1000,
    "okx": 300,
    "bybit": 1000,
    "coinbaseexchange": 300,
    "coinbase": 349,
    "kraken": 720,
    "bitget": 200,
    "gate": 1000,
    "kucoin": 1500,
    "htx": 1000,
    "mexc": 500,
    "cryptocom": 300,
    "bitfinex": 10000,
    "bitstamp": 1000,
    "upbit": 200,
    "bithumb": 200,
    "gemini": 1440,
    "binanceus": 1000,
    "bingx": 1440,
    "whitebit": 1440,
    "binanceusdm": 1500,
    "binancecoinm": 1500,
    "bybit-swap": 1000,
    "okx-swap": 100,
}
"""The most minutes of a page of each venue, or of ccxt: by hand, from the venues' documents and ccxt's source."""

LISTING_REQUESTS = {"bitget": 2, "gate": 2, "mexc": 2, "bingx": 3, "bybit-swap": 4}
"""Requests that ccxt sends at once for the list of markets, where it is more than one."""

GOOD_TABLE = """
[here]
id = "there"
routes = ["ohlcv"]
hosts = { is = [{ name = "there.example" }], mark = "D", source = "docs" }
page_min = { is = 300, mark = "D", source = "docs" }
anchor = { is = "start", mark = "D", source = "docs" }
newest_first = { is = true, mark = "D", source = "docs" }
empty_minutes = { is = "flat", mark = "D", source = "docs" }
reach_min = { is = 720, mark = "D", source = "docs" }
history = { is = "the newest 720 minutes", mark = "D", source = "docs" }
pace_ms = { is = 100, mark = "D", source = "docs" }
prices = { is = ["trade"], mark = "D", source = "docs" }
rows_at = { is = [], mark = "D", source = "docs" }
timeframes = { is = { ohlcv = ["1m", "5m"] }, mark = "D", source = "docs" }
"""


class RequestStopped(Exception):
    """Raised instead of sending a request."""


class CapturedRequests(NamedTuple):
    """The URLs that ccxt would request, its wait before each in ms, and the exchange."""

    urls: list[str]
    waits_ms: list[float]
    exchange: Any


def capture_requests(
    row: VenueRow, host: Host, price: str | None, since: datetime = START, timeframe: Timeframe = Timeframe.M1
) -> CapturedRequests:
    """What ccxt sends for one page of candles of a price, or for the list of markets where price is None."""
    return capture_requests_by_key(row.key, row.hosts.index(host), price, since, timeframe)


@cache
def capture_requests_by_key(
    key: str, number: int, price: str | None, since: datetime, timeframe: Timeframe
) -> CapturedRequests:
    """The same by the key of the row and the index of its host; cached for all tests."""
    row, host = ROWS[key], ROWS[key].hosts[number]
    exchange = getattr(ccxt, row.id)(ccxt.Exchange.deep_extend(row.config, host.config))
    captured = CapturedRequests([], [], exchange)

    async def throttle(cost: float) -> None:
        captured.waits_ms.append(exchange.rateLimit * cost)

    async def fetch(url: str, *_: object) -> None:
        captured.urls.append(url)
        raise RequestStopped

    async def request_candles() -> None:
        if price is None:
            await exchange.load_markets()
        params = {} if price in {None, "trade"} else {"price": price}
        symbol, length = get_market(row)["symbol"], timeframe.value
        await exchange.fetch_ohlcv(symbol, length, since=to_ms(since), limit=row.page_min, params=params)

    async def run_request() -> None:
        with pytest.raises(RequestStopped):
            await request_candles()
        other_tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*other_tasks, return_exceptions=True)

    exchange.throttle, exchange.fetch, exchange.milliseconds = throttle, fetch, lambda: to_ms(NOW)
    if price is not None:
        exchange.set_markets([get_market(row)])
    asyncio.run(run_request())
    return captured


def get_market(row: VenueRow) -> dict[str, Any]:
    """A market of ATOM as ccxt describes it."""
    if row.kind is MarketType.SPOT:
        return SPOT_MARKET
    return INVERSE_MARKET if row.id == "binancecoinm" else SWAP_MARKET


def parse_host(url: str) -> str:
    """The host of an address."""
    return urlsplit(url).netloc


def name_item(item: object) -> str | None:
    """The id of a test with that row or host."""
    return item.key if isinstance(item, VenueRow) else getattr(item, "name", None)


@pytest.mark.parametrize("row", VENUES, ids=name_item)
def test_every_fact_of_a_venue_says_how_it_is_known(row: VenueRow) -> None:
    """Each fact of a venue row has a mark of evidence and a source, and each basis has a fact."""
    optional = {
        name for name in ("until", "archive", "trade_archive", "trade_cursor") if getattr(row, name) is not None
    }
    optional |= {"reaches_min"} if row.reaches_min else set()
    optional |= {"final_after_s"} if row.final_after_s != FINAL_AFTER_S else set()
    assert set(row.basis) == set(FACTS) | optional
    assert all(fact.mark in Mark and fact.source for fact in row.basis.values())


def test_what_nobody_knows_is_marked_so() -> None:
    """Exactly these facts are unknown."""
    unknown = {(row.key, name) for row in VENUES for name, fact in row.basis.items() if fact.mark is Mark.UNKNOWN}
    assert unknown == {
        ("htx", "empty_minutes"),
        ("htx", "reach_min"),
        ("cryptocom", "reach_min"),
        ("bingx", "empty_minutes"),
        ("bingx", "reach_min"),
        ("bingx", "history"),
        ("whitebit", "empty_minutes"),
        ("whitebit", "reach_min"),
        ("whitebit", "history"),
    }


@pytest.mark.parametrize(("row", "host"), ROUTES, ids=name_item)
def test_ccxt_goes_to_the_host_that_is_named(row: VenueRow, host: Host) -> None:
    """Candles of every price, and the list of markets, are requested from the host in the table only."""
    for price in (*row.prices, None):
        urls = capture_requests(row, host, price).urls
        assert {parse_host(url) for url in urls} == {host.name}, price


@pytest.mark.parametrize("row", VENUES, ids=name_item)
def test_ccxt_keeps_the_pace_of_the_table(row: VenueRow) -> None:
    """The wait of ccxt before a request for candles is the pace in the table, or more for other prices."""
    waits = [capture_requests(row, row.hosts[0], price).waits_ms for price in row.prices]
    assert waits[0] == [pytest.approx(row.pace_ms, rel=1e-4)]
    assert waits[0][0] >= row.pace_ms
    assert all(wait >= row.pace_ms for (wait,) in waits)


@pytest.mark.parametrize("row", VENUES, ids=name_item)
def test_a_page_is_asked_as_it_is(row: VenueRow) -> None:
    """No page is larger than the venue's maximum, and ccxt sends its size unchanged as the limit."""
    assert 0 < row.page_min <= MAX_MINUTES[row.key]
    for price in row.prices:
        query = dict(parse_qsl(urlsplit(capture_requests(row, row.hosts[0], price).urls[0]).query))
        assert {query[name] for name in ("limit", "size", "count") if name in query} <= {str(row.page_min)}


@pytest.mark.parametrize("row", VENUES, ids=name_item)
def test_few_requests_list_the_markets(row: VenueRow) -> None:
    """Listing markets takes one request wherever ccxt allows, and does not request currencies."""
    urls = capture_requests(row, row.hosts[0], None).urls
    assert len(urls) == LISTING_REQUESTS.get(row.key, 1)
    assert not any("currencies" in url.split("/margin/")[0].lower() or "assets" in url.lower() for url in urls)


@pytest.mark.parametrize("row", VENUES, ids=name_item)
def test_there_is_a_way_to_what_candles_do_not_reach(row: VenueRow) -> None:
    """A venue with a bounded reach has another route, or its history says that there is none."""
    assert [route for route in row.routes if route in {Route.ARCHIVE, Route.ARCHIVE_TRADES}] == list(row.archives)
    assert Route.OHLCV in row.routes
    assert row.reach_min is None or len(row.routes) > 1 or "none beyond" in row.history


def test_newest_minutes_only() -> None:
    """Exactly these venues have a known bound of their reach, in minutes."""
    reach = {row.key: row.reach_min for row in VENUES if row.reach_min is not None}
    assert reach == {"kraken": 720, "gate": 10_000, "mexc": 29 * 1440, "gemini": 1440}


@pytest.mark.parametrize("row", [row for row in VENUES if row.archives], ids=name_item)
def test_an_archive_has_a_file_for_each_market_and_day(row: VenueRow) -> None:
    """Paths differ by base, quote and day, and have no placeholder left."""
    day = datetime(2025, 10, 10, tzinfo=UTC).date()
    for route, archive in row.archives.items():
        for file in archive.files:
            paths = [
                file.path.format(base=base, quote=quote, timeframe=timeframe, day=day.replace(day=number))
                for timeframe in row.timeframes[route]
                for base, quote, number in (
                    ("ATOM", "USDT", 10),
                    ("ETH", "USDT", 10),
                    ("ATOM", "USDC", 10),
                    ("ATOM", "USDT", 11),
                )
            ]
            assert len(set(paths)) == 4 * (len(row.timeframes[route]) if "{timeframe}" in file.path else 1)
            assert not any("{" in each or each.startswith("/") for each in paths)


def test_the_file_of_binance() -> None:
    """The path of Binance's archive, written out by hand."""
    archive = ROWS["binance"].archive
    assert archive is not None
    day = datetime(2025, 10, 10, tzinfo=UTC)
    (file,) = archive.files
    path = file.path.format(base="ATOM", quote="USDT", timeframe="1m", day=day)
    assert path == "data/spot/daily/klines/ATOMUSDT/1m/ATOMUSDT-1m-2025-10-10.zip"
    path = file.path.format(base="ATOM", quote="USDT", timeframe="1s", day=day)
    assert path == "data/spot/daily/klines/ATOMUSDT/1s/ATOMUSDT-1s-2025-10-10.zip"
    assert (file.checksum, archive.empty_minutes) == ("{path}.CHECKSUM", EmptyMinutes.FLAT)


@pytest.mark.parametrize("row", VENUES, ids=lambda row: row.key)
def test_candles_are_asked_in_lengths_that_ccxt_has(row: VenueRow) -> None:
    """The OHLCV route has only timeframes that ccxt has of the venue, and every route has minutes."""
    known = getattr(ccxt, row.id)().timeframes
    assert {str(timeframe) for timeframe in row.timeframes.get(Route.OHLCV, ())} <= set(known)
    assert all(Timeframe.M1 in lengths for lengths in row.timeframes.values())
    assert row.list_routes(Timeframe.M1) == row.routes


TIMEFRAME_PARAMETERS = {
    "binance": {"1s": "interval=1s&limit=1000", "5m": "interval=5m&limit=1000"},
    "okx": {"5m": "bar=5m&limit=300&before=1760126399999&after=1760216400000"},
    "bybit": {"5m": "limit=1000&interval=5"},
    "coinbaseexchange": {
        "5m": "granularity=300&start=2025-10-10T20%3A00%3A00.000Z&end=2025-10-11T20%3A55%3A00.000Z",
    },
    "coinbase": {"5m": "granularity=FIVE_MINUTE&start=1760126400&end=1760216400"},
    "kraken": {"5m": "interval=5&since=1760126100"},
    "bitget": {"5m": "granularity=5min&startTime=1760126400000&endTime=1760186400000&limit=200"},
    "gate": {"5m": "interval=5m&from=1760126400&to=1760426100"},
    "kucoin": {"5m": "type=5min&startAt=1760126400&endAt=1760576400"},
    "htx": {"5m": "period=5min&symbol=ATOMUSDT&from=1760126400&size=1000"},
    "mexc": {"5m": "interval=5m&startTime=1760126400000&endTime=1760276400000&limit=500"},
    "cryptocom": {"5m": "timeframe=5m&count=300&start_ts=1760126100000&end_ts=1760216400000"},
    "bitfinex": {"5m": "candles/trade:5m:ATOMUSDT/hist?limit=10000&start=1760126400000"},
    "bitstamp": {"5m": "step=300&start=1760126400&end=1760426399&limit=1000"},
    "upbit": {
        "1s": "candles/seconds?market=ATOMUSDT&count=200&to=2025-10-10T20%3A03%3A20.000Z",
        "5m": "candles/minutes/5?market=ATOMUSDT&count=200&to=2025-10-11T12%3A40%3A00.000Z",
    },
    "bithumb": {"5m": "candles/minutes/5?market=USDT-ATOM&count=200"},
    "gemini": {"5m": "candles/ATOMUSDT/5m"},
    "binanceus": {"5m": "interval=5m&limit=1000"},
    "bingx": {"5m": "interval=5m&limit=1440&startTime=1760126399999"},
    "whitebit": {"5m": "interval=5m&start=1760126400&limit=1440"},
    "binanceusdm": {"5m": "interval=5m&limit=1000"},
    "binancecoinm": {"5m": "interval=5m&limit=1000"},
    "bybit-swap": {"5m": "limit=1000&interval=5&category=linear"},
    "okx-swap": {"5m": "bar=5m&limit=100&before=1760126399999&after=1760156400000"},
}
"""A part of the URL for a page from 2025-10-10 20:00 UTC on: as many bars of the timeframe as the table says."""


@pytest.mark.parametrize("row", VENUES, ids=lambda row: row.key)
def test_a_page_counts_bars_of_its_length(row: VenueRow) -> None:
    """Pages of seconds and of five minutes count as many candles as those of minutes."""
    other_timeframes = [timeframe for timeframe in row.timeframes[Route.OHLCV] if timeframe is not Timeframe.M1]
    assert [str(timeframe) for timeframe in other_timeframes] == list(TIMEFRAME_PARAMETERS[row.key])
    for timeframe in other_timeframes:
        (url,) = capture_requests(row, row.hosts[0], "trade", timeframe=timeframe).urls
        assert TIMEFRAME_PARAMETERS[row.key][timeframe] in url


def test_seconds_come_from_these_venues_only() -> None:
    """By candles, trades and archives, as listed by hand from ccxt and the descriptions of the archives."""
    routes_by_key = {row.key: row.list_routes(Timeframe.S1) for row in VENUES if row.list_routes(Timeframe.S1)}
    assert routes_by_key == {
        "binance": (Route.ARCHIVE, Route.OHLCV),
        "okx": (Route.ARCHIVE_TRADES,),
        "bybit": (Route.ARCHIVE,),
        "coinbaseexchange": (Route.TRADES,),
        "kraken": (Route.TRADES,),
        "upbit": (Route.OHLCV, Route.ARCHIVE),
    }


def test_only_bithumb_needs_its_end_by_hand() -> None:
    """The end of a page is passed in Korean time to the endpoint of generation 2."""
    (row,) = [row for row in VENUES if row.until is not None]
    assert row.until is not None
    assert (row.id, row.until.name) == ("bithumb", "to")
    assert row.until.format_time(datetime(2025, 10, 10, 20, tzinfo=UTC)) == "2025-10-11T05:00:00"
    (url,) = capture_requests(row, row.hosts[0], "trade").urls
    assert url == "https://api.bithumb.com/v1/candles/minutes/1?market=USDT-ATOM&count=200"


@pytest.mark.parametrize("venue", sorted({row.id for row in VENUES if row.kind is MarketType.SPOT} & set(FORMATS)))
def test_the_replay_answers_in_the_order_of_the_table(venue: str) -> None:
    """The replay sends candles under the keys and in the order of the table."""
    row = ROWS[venue]
    since = START if row.reach_min is None else NOW.replace(hour=11, second=0)
    (url,), _, exchange = capture_requests(row, row.hosts[0], "trade", since)
    split = urlsplit(url)
    query = dict(parse_qsl(split.query))
    if row.until is not None:
        query[row.until.name] = row.until.format_time(since + 9 * MINUTE)
    request = RecordedRequest(split.netloc, split.path, query)
    candles = build_bars(since - 50 * MINUTE, 100)
    wire_rows: Any = FORMATS[venue].wrap_rows(FORMATS[venue].list_rows(request, candles, to_ms(NOW)), request)
    market = exchange.market("ATOM/USDT")
    for key in row.rows_at:
        wire_rows = wire_rows[key.format(id=market["id"])]
    stamps = [exchange.parse_ohlcv(each, market)[0] for each in wire_rows]
    assert len(stamps) > 2
    assert stamps == sorted(stamps, reverse=row.newest_first)


def test_venues_that_are_meant() -> None:
    """Without ids the spot rows by default are selected; an id given twice counts once."""
    assert [row.id for row in select_venues(("okx", "binance", "okx"))] == ["okx", "binance"]
    default_rows = select_venues(())
    assert all(row.kind is MarketType.SPOT for row in default_rows)
    assert {row.key for row in VENUES if row.kind is MarketType.SPOT} - {row.key for row in default_rows} == {
        "coinbase"
    }
    assert [row.key for row in select_venues(("coinbase",))] == ["coinbase"]


def test_an_archive_with_terms_of_use_is_read_only_where_asked() -> None:
    """Upbit's archive is for personal use: without ``personal_archives`` the row has neither it nor a route to it."""
    assert [row.key for row in VENUES if any(archive.terms for archive in row.archives.values())] == ["upbit"]
    (row,) = select_venues(("upbit",))
    assert (row.archive, row.routes) == (None, (Route.OHLCV,))
    assert row.list_routes(Timeframe.S1) == (Route.OHLCV,)
    (personal_row,) = select_venues(("upbit",), personal_archives=True)
    assert personal_row is ROWS["upbit"]
    assert personal_row.routes == (Route.OHLCV, Route.ARCHIVE)
    assert select_venues(("okx",)) == (ROWS["okx"],)


def test_venues_may_be_selected_by_any_name() -> None:
    """Former ids and display names select the row of their venue, once."""
    assert [row.id for row in select_venues(("OKEx", "Gate.io", "okx", "GDAX"))] == ["okx", "gate", "coinbaseexchange"]
    assert [row.id for row in select_venues(("Binance Futures",), derivatives=True)] == ["binanceusdm"]


def test_every_venue_of_the_table_is_listed_in_the_catalogue() -> None:
    """What is collected has a name, a family and an entry among the names of venues."""
    assert {row.id for row in VENUES} <= load_catalogue().venues.keys()


def test_derivatives_are_meant_where_they_are_asked() -> None:
    """With ``derivatives`` swaps are added after the spot row of the same id."""
    assert [row.key for row in select_venues(("okx", "kraken"), derivatives=True)] == ["okx", "okx-swap", "kraken"]
    swaps = {"binanceusdm", "binancecoinm", "bybit-swap", "okx-swap"}
    assert {row.key for row in VENUES if row.kind is MarketType.SWAP} == swaps
    added = {row.key for row in select_venues((), derivatives=True)} - {row.key for row in select_venues(())}
    assert added == swaps


def test_the_nearest_name_is_offered() -> None:
    """The error for an unknown venue ends with the nearest known one; for a known one without a row there is none."""
    with pytest.raises(UsageError, match=r"whitebit; with .*; nearest to 'krakn' is kraken$"):
        select_venues(("krakn",))
    with pytest.raises(UsageError) as error_info:
        select_venues(("Kraken Futures",))
    assert "cannot collect from krakenfutures; " in str(error_info.value)
    assert "nearest" not in str(error_info.value)


@pytest.mark.parametrize("venue", ["nowhere", "binanceusdm"])
def test_a_venue_that_cannot_be_collected(venue: str) -> None:
    """An unknown id, or one of swaps without ``derivatives``, is a usage error."""
    with pytest.raises(UsageError, match=f"cannot collect from {venue}; venues that can be collected: "):
        select_venues((venue,))


def test_a_row_as_it_is_read() -> None:
    """The values, marks and defaults of a small table."""
    (row,) = parse_venue_table("t.toml", GOOD_TABLE)
    assert (row.key, row.id, row.kind, row.by_default) == ("here", "there", MarketType.SPOT, True)
    assert (row.page_min, row.reach_min, row.pace_ms, row.rows_at) == (300, 720, 100.0, ())
    assert row.hosts == (Host("there.example"),)
    assert (row.until, row.archive, row.config) == (None, None, {})
    assert [row.list_routes(timeframe) for timeframe in Timeframe] == [(), (Route.OHLCV,), (Route.OHLCV,)]
    assert [row.find_reach(timeframe) for timeframe in Timeframe] == [None, 720, None]
    assert row.basis["page_min"].mark is Mark.DOCUMENTED


def test_a_candle_is_final_after_two_minutes_unless_its_row_says_otherwise() -> None:
    """A row without ``final_after_s`` has 120 seconds, and a row with it those, with their basis."""
    (row,) = parse_venue_table("t.toml", GOOD_TABLE)
    assert (row.final_after_s, "final_after_s" in row.basis) == (120, False)
    fact = 'final_after_s = { is = 300, mark = "I", source = "seen" }'
    (late,) = parse_venue_table("t.toml", GOOD_TABLE.replace("page_min", f"{fact}\npage_min", 1))
    assert (late.final_after_s, late.basis["final_after_s"].mark) == (300, Mark.ISSUE)


def break_table() -> Iterator[tuple[str, str, str]]:
    """What is replaced in the valid table, by what, and the message."""
    page_min = 'page_min = { is = 300, mark = "D", source = "docs" }'
    yield "page_min = {", "page_mins = {", "t.toml: here/page_mins: Extra inputs"
    yield page_min, "", "t.toml: here/page_min: Field required"
    yield page_min, page_min.replace('mark = "D", ', ""), "t.toml: here/page_min/mark: Field required"
    yield page_min, page_min.replace('"docs"', '""'), "t.toml: here/page_min/source: "
    yield page_min, page_min.replace('"D"', '"Z"'), "t.toml: here/page_min/mark: "
    yield page_min, page_min.replace("300", "0"), "t.toml: here/page_min/is: "
    yield page_min, page_min.replace("300", '"300"'), "t.toml: here/page_min/is: "
    yield page_min, page_min.replace("source", 'why = "", source'), "t.toml: here/page_min/why: Extra inputs"
    yield "is = 720", 'is = "unknown"', "t.toml: here: .*reach_min: the value 'unknown' and the mark U go together"
    yield '["ohlcv"]', '["archive", "ohlcv"]', "t.toml: here: .*archive: the route and the table go together"
    yield '["ohlcv"]', '["ohlcv", "ohlcv"]', "t.toml: here: .*routes: one is named twice"
    yield '["ohlcv"]', '["carrier"]', "t.toml: here/routes/0: "
    yield '["ohlcv"]', '["trades", "ohlcv"]', "t.toml: here: .*trade_cursor: the route trades and the fact go together"
    yield (
        'ohlcv = ["1m"',
        'archive = ["1m"], ohlcv = ["1m"',
        "t.toml: here: .*they name each of the routes, and no other",
    )
    yield '"5m"', '"7m"', "t.toml: here/timeframes/is/ohlcv/1: "
    yield '["1m", "5m"]', "[]", "t.toml: here/timeframes/is/ohlcv: "
    yield "[here]", "[here", "t.toml: .*line 2"
    yield "[here]", f"{GOOD_TABLE.replace('[here]', '[again]')}[here]", "t.toml: again/id: here is there spot too"


@pytest.mark.parametrize(("old", "new", "words"), list(break_table()))
def test_a_broken_table_names_venue_and_field(old: str, new: str, words: str) -> None:
    """An invalid table is a usage error with venue and field."""
    with pytest.raises(UsageError, match=words):
        parse_venue_table("t.toml", GOOD_TABLE.replace(old, new, 1))


ARCHIVE_TABLE = """
[here.archive]
mark = "D"
source = "docs"
host = "files.example"
path = "{base}{quote}-{day:%Y-%m-%d}.zip"
layout = "binance-klines"
day_zone_h = 0
from_day = 2023-01-01
empty_minutes = "flat"
lag_h = 24
volume_unit = "base"
"""
UNTIL_TABLE = 'until = { name = "to", zone = "+09:00", pattern = "%H", mark = "D", source = "docs" }\n'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{base}", "{symbol}", "here/archive: .* is no pattern of base, quote, timeframe and day"),
        ("{base}", "", "here/archive: .* names no base or no day"),
        ('"base"', '"coins"', "here/archive/volume_unit: "),
        ('archive = ["1m"]', 'archive = ["1s", "1m"]', "here: .*an archive of candles has one length, unless its path"),
        ("+09:00", "KST", "here/until/zone: "),
        ("+09:00", "+99:00", "here/until/zone: "),
    ],
)
def test_a_broken_archive_or_end_names_venue_and_field(old: str, new: str, words: str) -> None:
    """An invalid archive or end parameter is a usage error with venue and field."""
    lengths = GOOD_TABLE.replace('ohlcv = ["1m", "5m"]', 'ohlcv = ["1m"], archive = ["1m"]')
    good = lengths.replace('["ohlcv"]', '["ohlcv", "archive"]') + UNTIL_TABLE + ARCHIVE_TABLE
    assert parse_venue_table("t.toml", good)[0].archive is not None
    with pytest.raises(UsageError, match=words):
        parse_venue_table("t.toml", good.replace(old, new, 1))


def test_the_page_of_the_docs_is_made_from_the_table() -> None:
    """`docs/venues.md` is the generated page, and explains every mark."""
    page_text = build_page()
    assert (ROOT / "docs" / "venues.md").read_text(encoding="utf-8") == page_text
    assert all(f"\n| {mark} | " in page_text for mark in Mark)


def test_the_table_is_cheap_to_read() -> None:
    """The table is read without importing ccxt."""
    code = "import sys, collectors.venues.table; print('ccxt' in sys.modules)"
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - a fixed program
    assert process.stdout.strip() == "False"


def test_every_venue_has_a_name_and_a_colour() -> None:
    """The catalogue has each venue that can be collected."""
    known = tomllib.loads((ROOT / "data" / "catalogue" / "venues.toml").read_text(encoding="utf-8"))
    assert {row.id for row in VENUES} <= set(known)
