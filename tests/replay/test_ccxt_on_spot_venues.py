import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import ccxt.async_support as ccxt
import pytest

from collectors.http.mirror import rewrite_urls
from data.intervals import MINUTE
from tests.collectors.replay_setup import NOW, START, build_bars, build_evening, to_ms
from tests.replay.market import Bar, PublicTrade
from tests.replay.server import Replay

Client: TypeAlias = Any
"""A client of ccxt, which has no types."""

Body: TypeAlias = Any
"""JSON of a venue, or as parsed by ccxt."""

MINUTE_MS = 60_000
OLD = START - timedelta(hours=1)
"""The start of old pages: 13 months before now, four hours after the first of the evening's bars."""

SPOT_ONLY = {"options": {"fetchMarkets": {"types": ["spot"]}}, "has": {"fetchCurrencies": False}}
LISTED_ONLY = {"has": {"fetchCurrencies": False}}


@dataclass(frozen=True)
class VenueCase:
    """How a venue is requested: the smallest config, the lists that it needs, a market, and the size of a safe page.

    ccxt requests ``extra_min`` minutes beyond the page and, where quiet ones are omitted, returns them.
    """

    config: Mapping[str, Any]
    lists: tuple[str, ...]
    symbol: str
    page: int
    omits_quiet: bool = False
    extra_min: int = 0


VENUES = {
    "coinbase": VenueCase(
        LISTED_ONLY, ("/api/v3/brokerage/market/products",) * 2, "ATOM/USD", 300, omits_quiet=True, extra_min=1
    ),
    "kraken": VenueCase(LISTED_ONLY, ("/0/public/AssetPairs",), "ATOM/USD", 720),
    "bitget": VenueCase(SPOT_ONLY, ("/api/v2/margin/currencies", "/api/v2/spot/public/symbols"), "ATOM/USDT", 200),
    "gate": VenueCase(SPOT_ONLY, ("/api/v4/margin/currency_pairs", "/api/v4/spot/currency_pairs"), "ATOM/USDT", 1000),
    "kucoin": VenueCase(
        {
            "options": {"fetchMarkets": {"types": ["spot"], "fetchTickersFees": False}},
            "has": {"fetchCurrencies": False},
        },
        ("/api/v2/symbols",),
        "ATOM/USDT",
        1500,
    ),
    "htx": VenueCase(
        {
            "options": {"fetchMarkets": {"types": {"spot": True, "linear": False, "inverse": False}}},
            "has": {"fetchCurrencies": False},
        },
        ("/v1/common/symbols",),
        "ATOM/USDT",
        1000,
    ),
    "mexc": VenueCase({}, ("/api/v1/contract/detail", "/api/v3/exchangeInfo"), "ATOM/USDT", 500),
    "cryptocom": VenueCase({}, ("/exchange/v1/public/get-instruments",), "ATOM/USDT", 300),
}


@dataclass
class ClientResult:
    """What a client returned, and the replay."""

    value: Body
    replay: Replay


def run_client(
    venue: str,
    action: Callable[[Client], Awaitable[object]],
    markets: Mapping[str, list[Bar]] | None = None,
    trades: Sequence[PublicTrade] = (),
) -> ClientResult:
    """Run an action with a ccxt client over HTTP, by the replay's clock."""
    case = VENUES[venue]

    async def run_action() -> ClientResult:
        market_bars = markets or {case.symbol: build_evening()}
        async with Replay(
            {venue: market_bars}, now_ms=to_ms(NOW), trades={venue: {case.symbol: list(trades)}}
        ) as replay:
            client = getattr(ccxt, venue)({**case.config, "rateLimit": 1, "timeout_on_exit": 0})
            client.urls["api"] = rewrite_urls(client.urls["api"], replay.url, client.hostname)
            client.milliseconds = lambda: to_ms(NOW)
            client.seconds = lambda: to_ms(NOW) // 1000
            client.microseconds = lambda: to_ms(NOW) * 1000
            try:
                return ClientResult(await action(client), replay)
            finally:
                await client.close()

    return asyncio.run(run_action())


def read_page(
    venue: str, since_ms: int, limit: int | None, markets: Mapping[str, list[Bar]] | None = None
) -> list[tuple[float, ...]]:
    """The candles that ccxt returns; checks that all query parameters are documented."""

    async def fetch(client: Client) -> object:
        return await client.fetch_ohlcv(VENUES[venue].symbol, "1m", since_ms, limit)

    answer = run_client(venue, fetch, markets)
    assert answer.replay.unknown_parameters == set()
    return [tuple(row) for row in answer.value]


def read_raw(venue: str, method: str, **query: object) -> Body:
    """The raw response to a query, by an implicit method of ccxt, of the evening's bars."""
    return run_client(venue, lambda client: getattr(client, method)(query)).value


def list_expected(
    market_bars: list[Bar], since_ms: int, minutes: int, *, omits_quiet: bool = False
) -> list[tuple[float, ...]]:
    """The bars of so many minutes from a time on, without the quiet ones where they are omitted."""
    until_ms = since_ms + minutes * MINUTE_MS
    return [tuple(bar) for bar in market_bars if since_ms <= bar.open_ms < until_ms and (bar.volume or not omits_quiet)]


@pytest.mark.parametrize("venue", VENUES)
def test_markets_load_under_their_unified_symbols_from_the_fewest_lists(venue: str) -> None:
    """The config requests only the lists that are needed, and every symbol is listed under its name."""
    symbols = ["ATOM/USD", "ATOM/USDT", "USDT/USD", "USDC/USD", "XRP/USD", "DOGE/USD", "ETH/USD", "BTC/USD", "SOL/USD"]
    symbols += ["WBETH/ETH", "BTC/USDT", "ETH/BTC", "DOGE/USDT", "XRP/EUR"]

    async def do(client: Client) -> object:
        markets = await client.load_markets()
        return sorted(symbol for symbol, market in markets.items() if market["spot"])

    answer = run_client(venue, do, dict.fromkeys(symbols, build_evening()))
    assert answer.value == sorted(symbols)
    assert tuple(sorted(request.path for request in answer.replay.requests)) == VENUES[venue].lists
    assert answer.replay.unknown_parameters == set()
    assert answer.replay.list_candle_requests() == []


@pytest.mark.parametrize(
    ("venue", "rows"), [("coinbase", 258), ("bitget", 200), ("kucoin", 1500), ("htx", 1000), ("cryptocom", 300)]
)
def test_an_old_page_comes_back_to_the_minute(venue: str, rows: int) -> None:
    """A page of the safe size, 13 months old, has exactly its bars, without the quiet ones where omitted."""
    market_bars = build_bars(OLD - timedelta(hours=3), 2000, quiet=range(0, 2000, 7)) + build_evening()[-1801:]
    case = VENUES[venue]
    expected_rows = list_expected(market_bars, to_ms(OLD), case.page + case.extra_min, omits_quiet=case.omits_quiet)
    assert len(expected_rows) == rows
    assert read_page(venue, to_ms(OLD), case.page, {case.symbol: market_bars}) == expected_rows


@pytest.mark.parametrize(("venue", "minutes"), [("gate", 1000), ("mexc", 500), ("kraken", 600), ("bitget", 1000)])
def test_a_recent_page_comes_back_to_the_minute(venue: str, minutes: int) -> None:
    """A page inside the venue's reach has all its bars."""
    since_ms = to_ms(NOW.replace(second=0) - timedelta(minutes=1100 if venue != "kraken" else 700))
    assert read_page(venue, since_ms, minutes) == list_expected(build_evening(), since_ms, minutes)


def test_kraken_gives_its_newest_minutes_whatever_old_time_is_asked() -> None:
    """For a page 13 months old Kraken sends the last 720 minutes up to the unfinished one."""
    newest = list_expected(build_evening(), to_ms(NOW.replace(second=0)) - 719 * MINUTE_MS, 720)
    assert read_page("kraken", to_ms(OLD), 720) == newest
    assert len(newest) == 720


def test_kraken_leaves_out_the_minute_that_since_names() -> None:
    """``since`` is exclusive, and ``last`` is the newest finished minute."""
    newest_s = to_ms(NOW.replace(second=0)) // 1000
    result = read_raw("kraken", "publicGetOHLC", pair="ATOMUSD", interval=1, since=newest_s - 120)["result"]
    assert [int(row[0]) for row in result["ATOMUSD"]] == [newest_s - 60, newest_s]
    assert int(result["last"]) == newest_s - 60


def test_kraken_shows_a_quiet_minute_as_a_flat_row() -> None:
    """A minute without a trade has one price, volume 0 and no trades counted."""
    flat = build_bars(NOW.replace(second=0) - 3 * MINUTE, 3, quiet=[1])

    async def do(client: Client) -> object:
        return await client.publicGetOHLC({"pair": "ATOMUSD", "interval": 1})

    rows = run_client("kraken", do, {"ATOM/USD": flat}).value["result"]["ATOMUSD"]
    price = repr(flat[1].close)
    assert rows[1] == [flat[1].open_ms // 1000, price, price, price, price, "0.0000", "0.0", 0]


@pytest.mark.parametrize(
    ("symbol", "short", "key"),
    [
        ("XRP/USD", "XRPUSD", "XXRPZUSD"),
        ("DOGE/USD", "XDGUSD", "XDGUSD"),
        ("ETH/USD", "ETHUSD", "XETHZUSD"),
        ("BTC/USD", "XBTUSD", "XXBTZUSD"),
        ("USDT/USD", "USDTUSD", "USDTZUSD"),
        ("USDC/USD", "USDCUSD", "USDCUSD"),
        ("ATOM/USD", "ATOMUSD", "ATOMUSD"),
        ("SOL/USD", "SOLUSD", "SOLUSD"),
        ("BTC/USDT", "XBTUSDT", "XBTUSDT"),
    ],
)
def test_kraken_answers_under_its_own_key(symbol: str, short: str, key: str) -> None:
    """For a pair by its short name or its key Kraken responds under the key, with candles and with trades."""

    async def do(client: Client) -> object:
        bodies = [await client.publicGetOHLC({"pair": name, "interval": 1}) for name in (short, key)]
        bodies += [await client.publicGetTrades({"pair": name}) for name in (short, key)]
        return [set(body["result"]) for body in bodies], (await client.load_markets())[symbol]["id"]

    assert run_client("kraken", do, {symbol: build_evening()}).value == ([{key, "last"}] * 4, key)


def test_kraken_names_a_pair_it_does_not_know_an_error() -> None:
    """The response for an unknown pair has status 200 and an error."""
    with pytest.raises(ccxt.ExchangeError, match=r"EQuery:Unknown asset pair"):
        read_raw("kraken", "publicGetOHLC", pair="ATOMNOSUCH", interval=1)


def test_kraken_lists_its_assets_by_key() -> None:
    """The list of assets gives each key the short name."""
    result = read_raw("kraken", "publicGetAssets")["result"]
    assert {key: asset["altname"] for key, asset in result.items()} == {"ATOM": "ATOM", "ZUSD": "USD"}


def build_trades(count: int) -> list[PublicTrade]:
    """Trades 13 months ago, 0.35 s apart."""
    start_ns = to_ms(OLD) * 10**6
    return [
        PublicTrade(start_ns + i * 350_000_123, f"{3 + i % 90 / 100:.4f}", f"{1 + i % 7}.5", 7000 + i)
        for i in range(count)
    ]


async def read_all_trades(client: Client, since: str, **query: object) -> list[list[list[object]]]:
    """The pages of trades after a time, until an empty one."""
    pages: list[list[list[object]]] = []
    while True:
        result = (await client.publicGetTrades({"pair": "ATOMUSD", "since": since, **query}))["result"]
        if not result["ATOMUSD"]:
            assert result["last"] == since
            return pages
        pages.append(result["ATOMUSD"])
        since = result["last"]


@pytest.mark.parametrize(("query", "sizes"), [({}, [1000, 1000, 345]), ({"count": 1999}, [1000, 1000, 345])])
def test_kraken_trades_paged_through_last_are_all_the_trades(query: Mapping[str, object], sizes: list[int]) -> None:
    """At most 1,000 a page, oldest first; paging by ``last`` gives every trade once."""
    built_trades = build_trades(2345)
    before = str(built_trades[0].time_ns - 1)
    answer = run_client("kraken", lambda client: read_all_trades(client, before, **query), trades=built_trades)
    assert [len(page) for page in answer.value] == sizes
    rows = [row for page in answer.value for row in page]
    assert [(row[0], row[1], row[6]) for row in rows] == [
        (trade.price, trade.amount, trade.id) for trade in built_trades
    ]
    assert all(abs(row[2] - trade.time_ns / 1e9) < 1e-6 for row, trade in zip(rows, built_trades, strict=True))
    assert answer.replay.unknown_parameters == set()


def test_kraken_leaves_out_the_trade_that_since_names() -> None:
    """``since`` is exclusive; without it the newest trades are sent."""
    built_trades = build_trades(30)

    async def do(client: Client) -> list[list[int]]:
        after = await client.publicGetTrades({"pair": "ATOMUSD", "since": str(built_trades[9].time_ns), "count": 3})
        newest = await client.publicGetTrades({"pair": "ATOMUSD", "count": 2})
        return [[row[6] for row in body["result"]["ATOMUSD"]] for body in (after, newest)]

    assert run_client("kraken", do, trades=built_trades).value == [[7010, 7011, 7012], [7028, 7029]]


def test_ccxt_reads_the_trades_of_kraken() -> None:
    """The parser of ccxt reads price, amount and time from the rows."""
    built_trades = build_trades(3)

    async def do(client: Client) -> object:
        trades = await client.fetch_trades("ATOM/USD", to_ms(OLD) - 1000)
        return [(trade["id"], trade["price"], trade["amount"], trade["timestamp"]) for trade in trades]

    start = to_ms(OLD)
    assert run_client("kraken", do, trades=built_trades).value == [
        ("7000", 3.0, 1.5, start),
        ("7001", 3.01, 2.5, start + 350),
        ("7002", 3.02, 3.5, start + 700),
    ]


def test_bitget_loses_the_first_minutes_of_a_page_that_is_too_long() -> None:
    """Of 300 old minutes the history endpoint sends the last 200."""
    assert read_page("bitget", to_ms(OLD), 300) == list_expected(build_evening(), to_ms(OLD) + 100 * MINUTE_MS, 200)


def test_bitget_counts_back_from_the_end() -> None:
    """Without a limit 100 rows before the end are sent; the history endpoint requires the end."""
    end_ms = to_ms(OLD)
    rows = read_raw(
        "bitget",
        "publicSpotGetV2SpotMarketHistoryCandles",
        symbol="ATOMUSDT",
        granularity="1min",
        startTime=end_ms - 200 * MINUTE_MS,
        endTime=end_ms,
    )["data"]
    assert [int(row[0]) for row in rows] == [end_ms - minute * MINUTE_MS for minute in range(100, 0, -1)]
    with pytest.raises(ccxt.BadRequest, match=r"endTime cannot be empty"):
        read_raw("bitget", "publicSpotGetV2SpotMarketHistoryCandles", symbol="ATOMUSDT", granularity="1min")


def test_bitget_knows_old_minutes_on_the_history_endpoint_alone() -> None:
    """The recent endpoint has nothing of 13 months ago."""
    query = {"startTime": to_ms(OLD), "endTime": to_ms(OLD) + 60 * MINUTE_MS, "limit": 60}
    rows = read_raw("bitget", "publicSpotGetV2SpotMarketCandles", symbol="ATOMUSDT", granularity="1min", **query)
    assert rows["data"] == []


def test_gate_refuses_what_is_too_old() -> None:
    """A page 13 months old is an error, whatever its size, and so is the 10,001st minute back, but not the 10,000th."""
    with pytest.raises(ccxt.BadRequest, match=r"Candlestick too long ago\. Maximum 10000 points ago are allowed"):
        read_page("gate", to_ms(OLD), 1000)
    edge_s = to_ms(NOW) // 1000 - 10_000 * 60
    query = {"currency_pair": "ATOM_USDT", "interval": "1m", "to": edge_s + 60}
    assert read_raw("gate", "publicSpotGetCandlesticks", **query, **{"from": edge_s}) == []
    with pytest.raises(ccxt.BadRequest, match=r"too long ago"):
        read_raw("gate", "publicSpotGetCandlesticks", **query, **{"from": edge_s - 1})


def test_gate_counts_both_ends_of_a_window() -> None:
    """From minute 0 to minute 999 are 1,000 points; to minute 1,000 is one too many."""
    start_s = to_ms(NOW.replace(second=0)) // 1000 - 1500 * 60
    query = {"currency_pair": "ATOM_USDT", "interval": "1m", "from": start_s}
    rows = read_raw("gate", "publicSpotGetCandlesticks", **query, to=start_s + 999 * 60)
    assert [int(row[0]) for row in rows] == [start_s + minute * 60 for minute in range(1000)]
    with pytest.raises(ccxt.BadRequest, match=r"range too broad\. Maximum 1000 data points"):
        read_raw("gate", "publicSpotGetCandlesticks", **query, to=start_s + 1000 * 60)


def test_gate_refuses_a_limit_beside_a_window() -> None:
    """``limit`` stands alone: 100 where absent, 1,000 at most."""
    query = {"currency_pair": "ATOM_USDT", "interval": "1m"}
    newest_s = to_ms(NOW.replace(second=0)) // 1000
    assert len(read_raw("gate", "publicSpotGetCandlesticks", **query)) == 100
    rows = read_raw("gate", "publicSpotGetCandlesticks", **query, limit=2)
    assert [(row[0], row[7]) for row in rows] == [(str(newest_s - 60), "true"), (str(newest_s), "false")]
    for parameters in ({"limit": 1001}, {"limit": 10, "from": newest_s - 600}, {"limit": 10, "to": newest_s}):
        with pytest.raises(ccxt.BadRequest, match=r"Invalid request parameter `limit` value"):
            read_raw("gate", "publicSpotGetCandlesticks", **query, **parameters)


def test_mexc_has_nothing_that_is_older_than_a_month() -> None:
    """A page 13 months old is empty."""
    assert read_page("mexc", to_ms(OLD), 500) == []


def test_mexc_gives_500_whatever_is_asked() -> None:
    """With a limit above 500 the first 500 are sent, as without a limit."""
    since_ms = to_ms(NOW.replace(second=0) - timedelta(minutes=1700))
    query = {"symbol": "ATOMUSDT", "interval": "1m", "startTime": since_ms, "endTime": since_ms + 1000 * MINUTE_MS}
    for limit in ({"limit": 1000}, {}):
        rows = read_raw("mexc", "spotPublicGetKlines", **query, **limit)
        assert [row[0] for row in rows] == [since_ms + minute * MINUTE_MS for minute in range(500)]


def test_mexc_ignores_a_start_without_an_end() -> None:
    """The newest rows are sent, as without a start."""
    rows = read_raw("mexc", "spotPublicGetKlines", symbol="ATOMUSDT", interval="1m", startTime=to_ms(OLD), limit=1)
    assert [row[0] for row in rows] == [to_ms(NOW.replace(second=0))]


def test_coinbase_refuses_350_minutes() -> None:
    """A window of 349 minutes is served, its end included, newest first; one of 350 is an error."""
    start_s = to_ms(OLD) // 1000
    query = {"product_id": "ATOM-USD", "granularity": "ONE_MINUTE", "start": str(start_s)}
    method = "v3PublicGetBrokerageMarketProductsProductIdCandles"
    rows = read_raw("coinbase", method, **query, end=str(start_s + 349 * 60))["candles"]
    # The evening is quiet in every seventh minute, and the page starts at its minute 240.
    expected_rows = [start_s + minute * 60 for minute in range(350) if (240 + minute) % 7]
    assert [int(row["start"]) for row in reversed(rows)] == expected_rows
    with pytest.raises(ccxt.ExchangeError, match=r"number of candles requested should be less than 350"):
        read_raw("coinbase", method, **query, end=str(start_s + 350 * 60))
    with pytest.raises(ccxt.ExchangeError, match=r"required"):
        read_raw("coinbase", method, **query)


def test_kucoin_gives_the_newest_1500_minutes_of_a_window() -> None:
    """The end of a window is exclusive, the order newest first, and quiet minutes are flat."""
    market_bars = build_bars(OLD, 2000, quiet=range(0, 2000, 7))
    start_s = to_ms(OLD) // 1000

    async def do(client: Client) -> object:
        query = {"symbol": "ATOM-USDT", "type": "1min", "startAt": start_s, "endAt": start_s + 1999 * 60}
        return await client.publicGetMarketCandles(query)

    rows = run_client("kucoin", do, {"ATOM/USDT": market_bars}).value["data"]
    assert [int(row[0]) for row in rows] == [start_s + minute * 60 for minute in range(1998, 498, -1)]
    quiet = [row for row in rows if (int(row[0]) - start_s) // 60 % 7 == 0]
    assert len(quiet) == 214
    assert all(float(row[5]) == 0 and len(set(row[1:5])) == 1 for row in quiet)


def test_kucoin_gives_100_without_a_start() -> None:
    """Without a window the newest 100 are sent."""
    rows = read_raw("kucoin", "publicGetMarketCandles", symbol="ATOM-USDT", type="1min")["data"]
    newest_s = to_ms(NOW.replace(second=0)) // 1000
    assert [int(row[0]) for row in rows] == [newest_s - minute * 60 for minute in range(100)]


def test_htx_gives_150_where_no_size_is_asked_and_nothing_for_more_than_1000() -> None:
    """The endpoint with a window counts from its start and sends the newest first."""
    query = {"symbol": "atomusdt", "period": "1min", "from": to_ms(OLD) // 1000}
    rows = read_raw("htx", "spotPublicGetMarketHistoryCandles", **query)["data"]
    assert [row["id"] for row in reversed(rows)] == [to_ms(OLD) // 1000 + minute * 60 for minute in range(150)]
    assert read_raw("htx", "spotPublicGetMarketHistoryCandles", **query, size=1001)["data"] == []


def test_htx_knows_no_window_on_its_older_endpoint() -> None:
    """The documented endpoint sends the newest rows whatever the start."""
    query = {"symbol": "atomusdt", "period": "1min", "from": to_ms(OLD) // 1000, "size": 2}
    rows = read_raw("htx", "spotPublicGetMarketHistoryKline", **query)["data"]
    newest_s = to_ms(NOW.replace(second=0)) // 1000
    assert [row["id"] for row in rows] == [newest_s, newest_s - 60]


def test_cryptocom_counts_back_from_the_end() -> None:
    """At most 300 rows, and 25 without a count, before the end, oldest first."""
    end_ms = to_ms(OLD) + 600 * MINUTE_MS
    query = {"instrument_name": "ATOM_USDT", "timeframe": "1m", "start_ts": to_ms(OLD), "end_ts": end_ms}
    for count, expected_rows in (({"count": 1000}, 300), ({}, 25)):
        rows = read_raw("cryptocom", "v1PublicGetPublicGetCandlestick", **query, **count)["result"]["data"]
        assert [row["t"] for row in rows] == [end_ms - minute * MINUTE_MS for minute in range(expected_rows, 0, -1)]
