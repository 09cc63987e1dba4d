"""Binance spot: klines of any interval, oldest first, from ``startTime`` on, 1,000 at most; quiet ones are flat."""

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, aggregate_bars, select_bars

INTERVALS_MS = {"1s": 1000, "1m": MINUTE_MS, "5m": 5 * MINUTE_MS}


def _build_markets(markets: Markets) -> Json:
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


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    start = int(request.query.get("startTime", 0))
    end = int(request.query.get("endTime", now_ms)) + 1
    limit = limit_rows(request, 500, 1000)
    step_ms = INTERVALS_MS[request.query.get("interval", "1m")]
    matching = select_bars(aggregate_bars(bars, step_ms), start, end)
    page = matching[:limit] if "startTime" in request.query else matching[-limit:]
    return [[bar.open_ms, *format_bar(bar)[1:], bar.open_ms + step_ms - 1, "0", 1, "0", "0", "0"] for bar in page]


FORMAT = Format(
    host="api.binance.com",
    listing_path="/api/v3/exchangeInfo",
    candle_paths=("/api/v3/klines",),
    known_parameters=frozenset({"symbol", "interval", "startTime", "endTime", "timeZone", "limit"}),
    format_id=lambda symbol: symbol.replace("/", ""),
    read_id=lambda asked: asked.query["symbol"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: list(rows),
)
