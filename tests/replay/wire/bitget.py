"""Bitget spot: candles oldest first, counted back from ``endTime``, which is exclusive; quiet minutes are flat.

The recent endpoint gives 1,000 at most and knows a month, the history endpoint 200 at most.
"""

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, Refusal, select_bars
from tests.replay.symbols import split_symbol

HISTORY_PATH = "/api/v2/spot/market/history-candles"
RECENT_BARS = 30 * 1440


def _build_markets(markets: Markets) -> Json:
    listed: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol)
        listed.append(
            {
                "symbol": base + quote,
                "baseCoin": base,
                "quoteCoin": quote,
                "minTradeAmount": "0",
                "maxTradeAmount": "900000000",
                "takerFeeRate": "0.002",
                "makerFeeRate": "0.002",
                "pricePrecision": "4",
                "quantityPrecision": "2",
                "quotePrecision": "6",
                "minTradeUSDT": "1",
                "status": "online",
            }
        )
    return _wrap_data(listed)


def _build_margin_list(markets: Markets) -> Json:
    """The pairs that can be borrowed for: all."""
    listed: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol)
        listed.append({"symbol": base + quote, "baseCoin": base, "quoteCoin": quote, "isBorrowable": True})
    return _wrap_data(listed)


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Oldest first; the history endpoint takes no start, and so counts back from the end alone."""
    history = request.path == HISTORY_PATH
    if history and "endTime" not in request.query:
        raise Refusal(400, {"code": "40019", "msg": "Parameter endTime cannot be empty", "data": None})
    start = 0 if history else max(int(request.query.get("startTime", 0)), now_ms - RECENT_BARS * MINUTE_MS)
    end = min(int(request.query.get("endTime", now_ms + 1)), now_ms + 1)
    page = select_bars(bars, start, end)[-limit_rows(request, 100, 200 if history else 1000) :]
    return [[*format_bar(bar), "0", "0"] for bar in page]


def _wrap_data(data: list[object]) -> Json:
    return {"code": "00000", "msg": "success", "requestTime": 0, "data": data}


FORMAT = Format(
    host="api.bitget.com",
    listing_path="/api/v2/spot/public/symbols",
    candle_paths=(HISTORY_PATH, "/api/v2/spot/market/candles"),
    known_parameters=frozenset({"symbol", "granularity", "startTime", "endTime", "limit"}),
    format_id=lambda symbol: symbol.replace("/", ""),
    read_id=lambda asked: asked.query["symbol"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: _wrap_data(list(rows)),
    extra_lists={"/api/v2/margin/currencies": _build_margin_list},
)
