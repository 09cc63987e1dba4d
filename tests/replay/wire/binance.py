"""Binance spot: klines of any interval, oldest first, from ``startTime`` on, 1,000 at most; quiet ones are flat."""

from tests.replay.format import Format, Json, Markets, Rows, cap, text
from tests.replay.market import MINUTE_MS, Asked, Bar, at, in_length

INTERVALS_MS = {"1s": 1000, "1m": MINUTE_MS, "5m": 5 * MINUTE_MS}


def _markets(markets: Markets) -> Json:
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


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    start = int(asked.query.get("startTime", 0))
    end = int(asked.query.get("endTime", now_ms)) + 1
    limit = cap(asked, 500, 1000)
    step_ms = INTERVALS_MS[asked.query.get("interval", "1m")]
    found = at(in_length(bars, step_ms), start, end)
    page = found[:limit] if "startTime" in asked.query else found[-limit:]
    return [[bar.open_ms, *text(bar)[1:], bar.open_ms + step_ms - 1, "0", 1, "0", "0", "0"] for bar in page]


FORMAT = Format(
    host="api.binance.com",
    listing="/api/v3/exchangeInfo",
    candle_paths=("/api/v3/klines",),
    known=frozenset({"symbol", "interval", "startTime", "endTime", "timeZone", "limit"}),
    id_of=lambda symbol: symbol.replace("/", ""),
    asked_id=lambda asked: asked.query["symbol"],
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: list(rows),
)
