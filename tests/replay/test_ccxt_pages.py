import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import ccxt.async_support as ccxt
import pytest

from collectors.http.mirror import rewrite_urls
from tests.collectors.replay_setup import NOW, START, build_bars, to_ms
from tests.replay.formats import FORMATS
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, Refusal
from tests.replay.server import Replay

FAST_CONFIG = {"rateLimit": 1, "timeout_on_exit": 0}
WITHOUT_CURRENCIES = {"has": {"fetchCurrencies": False}}
PAST_MIN = 1800
PAST = build_bars(START - timedelta(hours=5), PAST_MIN, quiet=range(0, PAST_MIN, 7))
TODAY = build_bars(NOW.replace(second=0) - timedelta(hours=30), 30 * 60 + 1, level=6)
"""Up to the minute that has just begun."""

OhlcvRow = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """How ccxt requests a venue: ``lists`` are the paths of load_markets, ``page`` is the size of a safe page.

    ``params`` go with a request for ``page`` candles from `START` on.
    """

    venue: str
    symbol: str
    page: int
    lists: tuple[str, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    omits: bool = False
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def ccxt_id(self) -> str:
        """The ccxt id of the venue: spot and swaps share it."""
        return self.venue.removesuffix("_swap")


SPOT = (
    Case(
        "bitfinex",
        "ATOM/USD",
        10_000,
        ("/v2/conf/pub:info:pair,pub:info:pair:futures,pub:list:pair:securities,pub:list:pair:margin",),
        WITHOUT_CURRENCIES,
        omits=True,
    ),
    Case("bitstamp", "ATOM/USD", 1000, ("/api/v2/markets/",), WITHOUT_CURRENCIES),
    Case("upbit", "ATOM/KRW", 200, ("/v1/market/all",), omits=True),
    # The end of the page, 23:20 UTC, by the clocks of Korea.
    Case("bithumb", "ATOM/KRW", 200, ("/v1/market/all",), omits=True, params={"to": "2025-10-11T08:20:00"}),
    Case("binanceus", "ATOM/USDT", 1000, ("/api/v3/exchangeInfo",)),
    Case(
        "bingx",
        "ATOM/USDT",
        1440,
        (
            "/openApi/cswap/v1/market/contracts",
            "/openApi/spot/v1/common/symbols",
            "/openApi/swap/v2/quote/contracts",
        ),
    ),
    Case("whitebit", "ATOM/USDT", 1440, ("/api/v4/public/markets",), WITHOUT_CURRENCIES),
)
GEMINI = Case("gemini", "ATOM/USD", 1440, ("/v1/symbols",), WITHOUT_CURRENCIES)

SWAPS = (
    Case("binanceusdm", "ATOM/USDT:USDT", 1000, ("/fapi/v1/exchangeInfo",)),
    Case("binancecoinm", "ATOM/USD:ATOM", 1000, ("/dapi/v1/exchangeInfo",)),
    Case(
        "bybit_swap",
        "ATOM/USDT:USDT",
        1000,
        ("/v5/market/instruments-info",) * 2,
        {"options": {"fetchMarkets": {"types": ["linear"]}}},
    ),
    Case(
        "okx_swap",
        "ATOM/USDT:USDT",
        300,
        ("/api/v5/public/instruments",),
        {"options": {"fetchMarkets": {"types": ["swap"]}}},
    ),
)
VOLUME_OF_UNTRADED: Mapping[str, float | None] = {
    "binanceusdm": 0.0,
    "binancecoinm": 0.0,
    "bybit_swap": None,
    "okx_swap": None,
}
"""The volume of mark and index candles as parsed by ccxt."""


def name_case(case: Case) -> str:
    """The name of a parametrized test."""
    return case.venue


@dataclass(slots=True)
class PageResult:
    """The markets and one page as parsed by ccxt, and the replay."""

    symbols: frozenset[str]
    rows: list[OhlcvRow]
    replay: Replay


def read_page(
    case: Case,
    limit: int | None,
    *,
    since: datetime | None = START,
    markets: Mapping[str, list[Bar]] | None = None,
    params: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> PageResult:
    """Load the markets and one page of minutes with a ccxt client over HTTP."""

    async def fetch() -> PageResult:
        market_bars = markets or {case.symbol: PAST + TODAY}
        async with Replay({case.venue: market_bars}, now_ms=to_ms(NOW)) as replay:
            used_config = case.config if config is None else config
            client = getattr(ccxt, case.ccxt_id)(ccxt.Exchange.deep_extend(used_config, FAST_CONFIG))
            client.urls["api"] = rewrite_urls(client.urls["api"], replay.url, client.hostname)
            client.milliseconds = lambda: to_ms(NOW)
            try:
                listed = await client.load_markets()
                since_ms = None if since is None else to_ms(since)
                used_params = dict(case.params if params is None else params)
                rows = await client.fetch_ohlcv(case.symbol, "1m", since_ms, limit, used_params)
            finally:
                await client.close()
            return PageResult(frozenset(listed), [tuple(row) for row in rows], replay)

    return asyncio.run(fetch())


def select_window(rows: Sequence[OhlcvRow] | Sequence[Bar], start: datetime, minutes: int) -> list[OhlcvRow]:
    """The rows that open within so many minutes."""
    start_ms = to_ms(start)
    return [tuple(row) for row in rows if row[0] is not None and 0 <= row[0] - start_ms < minutes * MINUTE_MS]


def select_traded(market_bars: Sequence[Bar]) -> list[Bar]:
    """The bars of minutes with trades."""
    return [bar for bar in market_bars if bar.volume]


def list_open_times(rows: Sequence[OhlcvRow]) -> list[float | None]:
    """The times of the rows."""
    return [row[0] for row in rows]


def read_served(
    venue: str, query: Mapping[str, str], path: str = "", market_bars: Sequence[Bar] = PAST
) -> list[list[object]]:
    """The rows of the venue's format for a query, as sent."""
    venue_format = FORMATS[venue]
    request = RecordedRequest(venue_format.host, path or venue_format.candle_paths[0], query)
    return venue_format.list_rows(request, list(market_bars), to_ms(NOW))


@pytest.mark.parametrize("case", [*SPOT, GEMINI, *SWAPS], ids=name_case)
def test_markets_are_listed(case: Case) -> None:
    """load_markets finds the market and requests only the lists that it needs."""
    answer = read_page(case, 1)
    paths = [request.path for request in answer.replay.requests]
    assert answer.symbols == {case.symbol}
    assert sorted(paths[:-1]) == sorted(case.lists)
    assert answer.replay.unknown_parameters == set()


@pytest.mark.parametrize("case", [*SPOT, *SWAPS], ids=name_case)
def test_page_of_13_months_ago(case: Case) -> None:
    """A safe page has every requested minute, oldest first, without the quiet ones where they are omitted."""
    answer = read_page(case, case.page)
    market_bars = select_traded(PAST) if case.omits else PAST
    assert select_window(answer.rows, START, case.page) == select_window(market_bars, START, case.page)
    assert answer.replay.unknown_parameters == set()


@pytest.mark.parametrize("case", [*SPOT, *SWAPS], ids=name_case)
def test_short_page(case: Case) -> None:
    """A page of 30 minutes has all of them."""
    params = {"to": "2025-10-11T05:30:00"} if case.params else {}
    answer = read_page(case, 30, params=params)
    market_bars = select_traded(PAST) if case.omits else PAST
    assert select_window(answer.rows, START, 30) == select_window(market_bars, START, 30)


@pytest.mark.parametrize(
    ("venue", "symbol"),
    [
        ("bitfinex", "USDT/USD"),
        ("bitfinex", "DOGE/USD"),
        ("bitfinex", "ATOM/USDT"),
        ("bitfinex", "USDC/USDT"),
        ("bitstamp", "USDT/USD"),
        ("upbit", "ATOM/USDT"),
        ("upbit", "USDT/KRW"),
        ("gemini", "USDC/USD"),
        ("whitebit", "USDT/USD"),
        ("bingx", "USDC/USDT"),
    ],
)
def test_ids_of_other_markets(venue: str, symbol: str) -> None:
    """Markets with irregular ids are found under their symbols."""
    case = next(case for case in (*SPOT, GEMINI) if case.venue == venue)
    other = Case(venue, symbol, case.page, case.lists, case.config, omits=case.omits)
    since = NOW.replace(second=0) - timedelta(minutes=30)
    assert select_window(read_page(other, 30, since=since).rows, since, 30) == select_window(TODAY, since, 30)


@pytest.mark.parametrize(
    ("symbol", "market_id"),
    [("ATOM/USD", "tATOUSD"), ("ATOM/USDT", "tATOUST"), ("USDT/USD", "tUSTUSD"), ("DOGE/USD", "tDOGE:USD")],
)
def test_ids_of_bitfinex(symbol: str, market_id: str) -> None:
    """The id has the venue's own names, and a colon where one has more than three letters."""
    assert FORMATS["bitfinex"].format_id(symbol) == market_id


@pytest.mark.parametrize(
    ("venue", "query"),
    [
        ("bitfinex", {"start": "0", "sort": "1", "limit": "10001"}),
        ("bitstamp", {"step": "60", "limit": "1001"}),
        ("bitstamp", {"step": "60"}),
        ("bingx", {"symbol": "ATOM-USDT", "limit": "1441"}),
        ("whitebit", {"market": "ATOM_USDT", "limit": "1441"}),
        ("binanceusdm", {"symbol": "ATOMUSDT", "limit": "1501"}),
        ("binancecoinm", {"symbol": "ATOMUSD_PERP", "limit": "1501"}),
    ],
)
def test_more_than_a_page_is_an_error(venue: str, query: Mapping[str, str]) -> None:
    """A limit above the maximum, or no limit, is refused by these venues."""
    with pytest.raises(Refusal):
        read_served(venue, query)


@pytest.mark.parametrize(
    ("venue", "path", "query", "count"),
    [
        ("upbit", "", {"count": "201"}, 200),
        ("upbit", "", {}, 1),
        ("bithumb", "", {"count": "500"}, 200),
        ("bithumb", "", {}, 1),
        ("binanceus", "", {"limit": "1001"}, 1000),
        ("binanceus", "", {}, 500),
        ("bitfinex", "", {"start": "0", "sort": "1"}, 100),
        ("bingx", "", {}, 500),
        ("whitebit", "", {"start": "0"}, 1440),
        ("gemini", "", {}, 1440),
        ("binanceusdm", "", {"startTime": "0"}, 500),
        ("binanceusdm", "", {"startTime": "0", "limit": "1500"}, 1500),
        ("bybit_swap", "", {"start": "0", "limit": "1001"}, 1000),
        ("bybit_swap", "", {"start": "0"}, 200),
        ("okx_swap", "", {"limit": "301"}, 300),
        ("okx_swap", "/api/v5/market/history-mark-price-candles", {"limit": "101"}, 100),
        ("okx_swap", "/api/v5/market/history-index-candles", {}, 100),
    ],
)
def test_pages_are_no_longer_than_the_venues(venue: str, path: str, query: Mapping[str, str], count: int) -> None:
    """With a limit above the maximum, or without one, the venue's own number of rows is sent."""
    assert len(read_served(venue, query, path)) == count


@pytest.mark.parametrize("case", [*SPOT, *SWAPS], ids=name_case)
def test_more_than_a_page_asked_of_ccxt(case: Case) -> None:
    """No more rows than fit on a page are sent, though ccxt is called with a larger limit."""
    assert 0 < len(read_page(case, case.page + 500).rows) <= case.page


@pytest.mark.parametrize(
    ("venue", "newest_first"),
    [
        ("bitfinex", True),
        ("bitstamp", False),
        ("binanceus", False),
        ("bingx", True),
        ("whitebit", False),
        ("gemini", True),
        ("binanceusdm", False),
        ("binancecoinm", False),
        ("bybit_swap", True),
        ("okx_swap", True),
    ],
)
def test_order_on_the_wire(venue: str, *, newest_first: bool) -> None:
    """Rows are sent in the venue's order; ccxt would sort them."""
    times = [int(str(row[0])) for row in read_served(venue, {"limit": "5"}, market_bars=PAST + TODAY)]
    assert times == sorted(times, reverse=newest_first)
    assert len(set(times)) > 1


def test_upbit_counts_rows_back() -> None:
    """With quiet minutes a page of Upbit begins before the requested minutes; one too long lacks its first minutes."""
    wire = read_served("upbit", {"to": "2025-10-10T20:10:00Z", "count": "10"})
    assert [row[0] for row in wire] == [
        # The bars begin at 15:00, and those whose number seven divides are quiet: 301 is 20:01, 308 is 20:08.
        "2025-10-10T20:09:00",
        "2025-10-10T20:07:00",
        "2025-10-10T20:06:00",
        "2025-10-10T20:05:00",
        "2025-10-10T20:04:00",
        "2025-10-10T20:03:00",
        "2025-10-10T20:02:00",
        "2025-10-10T20:00:00",
        "2025-10-10T19:59:00",
        "2025-10-10T19:58:00",
    ]
    upbit = next(case for case in SPOT if case.venue == "upbit")
    assert len(select_window(read_page(upbit, 400).rows, START, 100)) == 0


def test_bitfinex_counts_rows_on() -> None:
    """With quiet minutes a page of Bitfinex runs past the requested minutes; newest first it is counted back."""
    wire = read_served("bitfinex", {"start": str(to_ms(START)), "sort": "1", "limit": "10"})
    assert [(int(str(row[0])) - to_ms(START)) // MINUTE_MS for row in wire] == [0, 2, 3, 4, 5, 6, 7, 9, 10, 11]
    end = str(to_ms(START + timedelta(minutes=4)))
    wire = read_served("bitfinex", {"start": "0", "end": end, "limit": "5"})
    assert [(int(str(row[0])) - to_ms(START)) // MINUTE_MS for row in wire] == [4, 3, 2, 0, -1]


def test_bitstamp_goes_by_the_end() -> None:
    """With both ends given, rows are counted back from the end, which is inclusive, and pass the start."""
    start, end = to_ms(START) // 1000, to_ms(START + timedelta(minutes=2)) // 1000
    wire = read_served("bitstamp", {"step": "60", "limit": "5", "start": str(start), "end": str(end)})
    assert [(int(str(row[0])) - start) // 60 for row in wire] == [-2, -1, 0, 1, 2]
    wire = read_served("bitstamp", {"step": "60", "limit": "3", "start": str(start)})
    assert [(int(str(row[0])) - start) // 60 for row in wire] == [0, 1, 2]


def test_coin_margined_klines_are_counted_from_the_end() -> None:
    """COIN-M sends the last rows of the window, USD-M the first; a window over 200 days is refused."""
    start, end = str(to_ms(START)), str(to_ms(START + timedelta(minutes=9)))
    query = {"startTime": start, "endTime": end, "limit": "2"}
    minutes = {
        venue: [(int(str(row[0])) - to_ms(START)) // MINUTE_MS for row in read_served(venue, query)]
        for venue in ("binanceusdm", "binancecoinm")
    }
    assert minutes == {"binanceusdm": [0, 1], "binancecoinm": [8, 9]}
    with pytest.raises(Refusal):
        read_served("binancecoinm", {"startTime": start, "endTime": str(to_ms(NOW))})


def test_bingx_starts_later_than_asked() -> None:
    """The minute at startTime itself is not sent."""
    wire = read_served("bingx", {"startTime": str(to_ms(START)), "limit": "2"})
    assert [(int(str(row[0])) - to_ms(START)) // MINUTE_MS for row in wire] == [2, 1]


def test_bybit_counts_back_from_the_end() -> None:
    """With both ends given, the last rows of the window are sent."""
    query = {"start": str(to_ms(START)), "end": str(to_ms(START + timedelta(minutes=9))), "limit": "2"}
    wire = read_served("bybit_swap", query)
    assert [(int(str(row[0])) - to_ms(START)) // MINUTE_MS for row in wire] == [9, 8]


def test_okx_cursors_are_exclusive() -> None:
    """The minutes of ``before`` and ``after`` are not sent, and the path without history has no old minutes."""
    query = {"before": str(to_ms(START)), "after": str(to_ms(START + timedelta(minutes=3)))}
    wire = read_served("okx_swap", query)
    assert [(int(str(row[0])) - to_ms(START)) // MINUTE_MS for row in wire] == [2, 1]
    assert read_served("okx_swap", query, "/api/v5/market/mark-price-candles") == []


def test_bithumb_without_an_end_gives_the_newest() -> None:
    """Today's candles are sent whatever the time: ccxt does not send since."""
    bithumb = next(case for case in SPOT if case.venue == "bithumb")
    answer = read_page(bithumb, 200, params={})
    assert answer.rows == [tuple(bar) for bar in TODAY[-200:]]
    assert "to" not in answer.replay.requests[-1].query


def test_bithumb_refuses_a_zone() -> None:
    """The end of a page is Korean local time and names no zone."""
    bithumb = next(case for case in SPOT if case.venue == "bithumb")
    with pytest.raises(ccxt.ExchangeError, match="Invalid parameter"):
        read_page(bithumb, 200, params={"to": "2025-10-11T08:20:00Z"})


def test_gemini_gives_the_newest() -> None:
    """The newest 1,440 minutes are sent whatever the time, and the query is empty."""
    answer = read_page(GEMINI, 1440)
    assert answer.rows == [tuple(bar) for bar in TODAY[-1440:]]
    assert answer.replay.requests[-1].query == {}


@pytest.mark.parametrize("price", ["mark", "index"])
@pytest.mark.parametrize("case", SWAPS, ids=name_case)
def test_mark_and_index_candles(case: Case, price: str) -> None:
    """Mark and index candles have paths of their own, and no volume."""
    other = build_bars(START - timedelta(hours=1), 400, level=9)
    answer = read_page(
        case,
        100,
        markets={case.symbol: PAST, f"{case.symbol}#{price}": other},
        params={"price": price},
    )
    volume = VOLUME_OF_UNTRADED[case.venue]
    assert answer.rows == [(*row[:5], volume) for row in select_window(other, START, 100)]
    assert answer.symbols == {case.symbol}
    assert answer.replay.unknown_parameters == set()


@pytest.mark.parametrize("price", ["mark", "index"])
@pytest.mark.parametrize("case", SWAPS, ids=name_case)
def test_recent_mark_and_index_candles(case: Case, price: str) -> None:
    """Today's mark and index candles are sent too, also where they have another path."""
    since = NOW.replace(second=0) - timedelta(minutes=60)
    answer = read_page(
        case,
        50,
        since=since,
        markets={case.symbol: PAST, f"{case.symbol}#{price}": TODAY},
        params={"price": price},
    )
    assert list_open_times(answer.rows) == list_open_times(select_window(TODAY, since, 50))


@pytest.mark.parametrize("venue", ["binanceusdm", "binancecoinm"])
def test_index_is_asked_by_the_pair(venue: str) -> None:
    """The index price belongs to the pair, the mark price to the contract."""
    case = next(case for case in SWAPS if case.venue == venue)
    markets = {case.symbol: PAST, f"{case.symbol}#index": PAST, f"{case.symbol}#mark": PAST}
    index = read_page(case, 10, markets=markets, params={"price": "index"}).replay.requests[-1].query
    mark = read_page(case, 10, markets=markets, params={"price": "mark"}).replay.requests[-1].query
    assert ("pair" in index, "symbol" in index, "pair" in mark, "symbol" in mark) == (True, False, False, True)


@pytest.mark.parametrize(
    ("venue", "paths"),
    [("bitfinex", 2), ("whitebit", 2)],
)
def test_currencies_are_listed_too(venue: str, paths: int) -> None:
    """A client that requests currencies too gets them."""
    case = next(case for case in SPOT if case.venue == venue)
    answer = read_page(case, 1, config={})
    assert answer.symbols == {case.symbol}
    assert len(answer.replay.requests) == paths + 1
