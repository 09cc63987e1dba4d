"""The REST formats of four venues: their paths, parameters, limits, order and way with empty minutes.

Written from the exchanges' documentation, and not from the code under test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.replay.market import MINUTE_MS, Asked, Bar, Refusal, at

Json = dict[str, object] | list[object]
Markets = Mapping[str, list[Bar]]
Rows = list[list[object]]

OKX_RECENT_BARS = 1440


@dataclass(frozen=True, slots=True)
class Format:
    """How one venue answers.

    ``listing`` and ``candle_paths`` are paths. ``known`` are the query parameters that the venue documents. ``id_of``
    gives a symbol its id, ``asked_id`` finds the id in a request. ``markets`` is the body of the list of markets,
    ``rows`` the rows that answer a request at a time, and ``wrap`` puts rows into a body.
    """

    host: str
    listing: str
    candle_paths: tuple[str, ...]
    known: frozenset[str]
    id_of: Callable[[str], str]
    asked_id: Callable[[Asked], str]
    markets: Callable[[Markets], Json]
    rows: Callable[[Asked, list[Bar], int], Rows]
    wrap: Callable[[Rows], Json]


def _cap(asked: Asked, default: int, most: int) -> int:
    return min(int(asked.query.get("limit", default)), most)


def _text(bar: Bar) -> list[object]:
    return [str(bar.open_ms), *(repr(value) for value in bar[1:])]


def _binance_markets(markets: Markets) -> Json:
    symbols: list[object] = [
        {
            "symbol": symbol.replace("/", ""),
            "status": "TRADING",
            "baseAsset": symbol.split("/")[0],
            "quoteAsset": symbol.split("/")[1],
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": [],
            "permissions": [],
        }
        for symbol in markets
    ]
    return {"timezone": "UTC", "serverTime": 0, "rateLimits": [], "symbols": symbols}


def _binance_rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    start = int(asked.query.get("startTime", 0))
    end = int(asked.query.get("endTime", now_ms)) + 1
    limit = _cap(asked, 500, 1000)
    found = at(bars, start, end)
    page = found[:limit] if "startTime" in asked.query else found[-limit:]
    return [[bar.open_ms, *_text(bar)[1:], bar.open_ms + MINUTE_MS - 1, "0", 1, "0", "0", "0"] for bar in page]


def _okx_markets(markets: Markets) -> Json:
    data: list[object] = [
        {
            "instType": "SPOT",
            "instId": symbol.replace("/", "-"),
            "baseCcy": symbol.split("/")[0],
            "quoteCcy": symbol.split("/")[1],
            "state": "live",
            "tickSz": "0.0001",
            "lotSz": "0.0001",
            "minSz": "0.01",
        }
        for symbol in markets
    ]
    return {"code": "0", "msg": "", "data": data}


def _okx_rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first; ``before`` and ``after`` are both exclusive; the recent endpoint knows 1,440 bars."""
    newer_than = int(asked.query.get("before", -1))
    older_than = int(asked.query.get("after", now_ms + 1))
    reach = 0 if asked.path.endswith("history-candles") else now_ms - OKX_RECENT_BARS * MINUTE_MS
    found = at(bars, max(newer_than + 1, reach), older_than)
    page = found[-_cap(asked, 100, 300) :]
    return [[*_text(bar), "0", "0", "1"] for bar in reversed(page)]


def _bybit_markets(markets: Markets) -> Json:
    listed: list[object] = [
        {
            "symbol": symbol.replace("/", ""),
            "baseCoin": symbol.split("/")[0],
            "quoteCoin": symbol.split("/")[1],
            "status": "Trading",
            "lotSizeFilter": {"basePrecision": "0.01", "quotePrecision": "0.0001", "minOrderQty": "0.01"},
            "priceFilter": {"tickSize": "0.0001"},
        }
        for symbol in markets
    ]
    return {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": listed}}


def _bybit_rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first; from ``start`` on when it is given, else the newest."""
    found = at(bars, int(asked.query.get("start", 0)), int(asked.query.get("end", now_ms)) + 1)
    limit = _cap(asked, 200, 1000)
    page = found[:limit] if "start" in asked.query else found[-limit:]
    return [[*_text(bar), "0"] for bar in reversed(page)]


def _coinbase_markets(markets: Markets) -> Json:
    return [
        {
            "id": symbol.replace("/", "-"),
            "base_currency": symbol.split("/")[0],
            "quote_currency": symbol.split("/")[1],
            "status": "online",
            "margin_enabled": False,
            "base_increment": "0.01",
            "quote_increment": "0.0001",
            "min_market_funds": "1",
        }
        for symbol in markets
    ]


def _coinbase_rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first, ``start`` and ``end`` inclusive, 300 at most; no row for a minute without a trade."""
    end = _ms(asked.query["end"]) if "end" in asked.query else now_ms
    start = _ms(asked.query["start"]) if "start" in asked.query else end - 299 * MINUTE_MS
    if (end - start) // MINUTE_MS + 1 > 300:
        message = "granularity too small for the requested time range. Count of aggregations requested exceeds 300"
        raise Refusal(400, {"message": message})
    page = [bar for bar in at(bars, start, end + 1) if bar.volume]
    return [[bar.open_ms // 1000, bar.low, bar.high, bar.open, bar.close, bar.volume] for bar in reversed(page)]


def _ms(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp() * 1000)


FORMATS: dict[str, Format] = {
    "binance": Format(
        host="api.binance.com",
        listing="/api/v3/exchangeInfo",
        candle_paths=("/api/v3/klines",),
        known=frozenset({"symbol", "interval", "startTime", "endTime", "timeZone", "limit"}),
        id_of=lambda symbol: symbol.replace("/", ""),
        asked_id=lambda asked: asked.query["symbol"],
        markets=_binance_markets,
        rows=_binance_rows,
        wrap=list,
    ),
    "okx": Format(
        host="www.okx.com",
        listing="/api/v5/public/instruments",
        candle_paths=("/api/v5/market/history-candles", "/api/v5/market/candles"),
        known=frozenset({"instId", "bar", "before", "after", "limit", "instType"}),
        id_of=lambda symbol: symbol.replace("/", "-"),
        asked_id=lambda asked: asked.query["instId"],
        markets=_okx_markets,
        rows=_okx_rows,
        wrap=lambda rows: {"code": "0", "msg": "", "data": rows},
    ),
    "bybit": Format(
        host="api.bybit.com",
        listing="/v5/market/instruments-info",
        candle_paths=("/v5/market/kline",),
        known=frozenset({"category", "symbol", "interval", "start", "end", "limit"}),
        id_of=lambda symbol: symbol.replace("/", ""),
        asked_id=lambda asked: asked.query["symbol"],
        markets=_bybit_markets,
        rows=_bybit_rows,
        wrap=lambda rows: {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": rows}},
    ),
    "coinbaseexchange": Format(
        host="api.exchange.coinbase.com",
        listing="/products",
        candle_paths=("/products/{id}/candles",),
        known=frozenset({"granularity", "start", "end"}),
        id_of=lambda symbol: symbol.replace("/", "-"),
        asked_id=lambda asked: asked.path.split("/")[2],
        markets=_coinbase_markets,
        rows=_coinbase_rows,
        wrap=list,
    ),
}
"""The replayed venues by ccxt id."""
