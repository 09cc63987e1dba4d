"""MEXC spot: klines oldest first, from ``startTime`` on, 500 at most, of the last 30 days; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, select_bars
from tests.replay.symbols import split_symbol

REACH_MIN = 30 * 1440


def _build_markets(markets: Markets) -> Json:
    symbols: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol)
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


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Oldest first; ``endTime`` is exclusive, and a start without an end is ignored; nothing beyond the reach."""
    has_window = {"startTime", "endTime"} <= request.query.keys()
    start = int(request.query["startTime"]) if has_window else 0
    end = min(int(request.query.get("endTime", now_ms + 1)), now_ms + 1)
    matching = select_bars(bars, max(start, now_ms - REACH_MIN * MINUTE_MS), end)
    limit = limit_rows(request, 500, 500)
    page = matching[:limit] if has_window else matching[-limit:]
    return [[bar.open_ms, *format_bar(bar)[1:], bar.open_ms + MINUTE_MS, "0"] for bar in page]


FORMAT = Format(
    host="api.mexc.com",
    listing_path="/api/v3/exchangeInfo",
    candle_paths=("/api/v3/klines",),
    known_parameters=frozenset({"symbol", "interval", "startTime", "endTime", "limit"}),
    format_id=lambda symbol: symbol.replace("/", ""),
    read_id=lambda asked: asked.query["symbol"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: list(rows),
    # The list of contracts, on the same host: none.
    extra_lists={"/api/v1/contract/detail": lambda _: {"success": True, "code": 0, "data": []}},
)
