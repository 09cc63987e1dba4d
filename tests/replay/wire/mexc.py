"""MEXC spot: klines oldest first, from ``startTime`` on, 500 at most, of the last 30 days; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows, cap, text
from tests.replay.listing import legs
from tests.replay.market import MINUTE_MS, Asked, Bar, at

REACH = 30 * 1440


def _markets(markets: Markets) -> Json:
    symbols: list[object] = []
    for symbol in markets:
        base, quote = legs(symbol)
        symbols.append(
            {
                "symbol": base + quote,
                "status": "1",
                "baseAsset": base,
                "baseAssetPrecision": 2,
                "quoteAsset": quote,
                "quotePrecision": 4,
                "quoteAssetPrecision": 4,
                "isSpotTradingAllowed": True,
                "isMarginTradingAllowed": False,
                "quoteAmountPrecision": "1",
                "baseSizePrecision": "0.01",
                "maxQuoteAmount": "2000000",
                "makerCommission": "0",
                "takerCommission": "0.0005",
                "permissions": ["SPOT"],
                "filters": [],
            }
        )
    return {"timezone": "CST", "serverTime": 0, "rateLimits": [], "exchangeFilters": [], "symbols": symbols}


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Oldest first; ``endTime`` is exclusive, and a start without an end is ignored; nothing beyond the reach."""
    whole = {"startTime", "endTime"} <= asked.query.keys()
    start = int(asked.query["startTime"]) if whole else 0
    end = min(int(asked.query.get("endTime", now_ms + 1)), now_ms + 1)
    found = at(bars, max(start, now_ms - REACH * MINUTE_MS), end)
    limit = cap(asked, 500, 500)
    page = found[:limit] if whole else found[-limit:]
    return [[bar.open_ms, *text(bar)[1:], bar.open_ms + MINUTE_MS, "0"] for bar in page]


FORMAT = Format(
    host="api.mexc.com",
    listing="/api/v3/exchangeInfo",
    candle_paths=("/api/v3/klines",),
    known=frozenset({"symbol", "interval", "startTime", "endTime", "limit"}),
    id_of=lambda symbol: symbol.replace("/", ""),
    asked_id=lambda asked: asked.query["symbol"],
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: list(rows),
    # The list of contracts, on the same host: none.
    also={"/api/v1/contract/detail": lambda _: {"success": True, "code": 0, "data": []}},
)
