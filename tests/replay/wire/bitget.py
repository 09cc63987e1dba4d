"""Bitget spot: candles oldest first, counted back from ``endTime``, which is exclusive; quiet minutes are flat.

The recent endpoint gives 1,000 at most and knows a month, the history endpoint 200 at most.
"""

from tests.replay.format import Format, Json, Markets, Rows, cap, text
from tests.replay.listing import legs
from tests.replay.market import MINUTE_MS, Asked, Bar, Refusal, at

HISTORY = "/api/v2/spot/market/history-candles"
RECENT_BARS = 30 * 1440


def _markets(markets: Markets) -> Json:
    listed: list[object] = []
    for symbol in markets:
        base, quote = legs(symbol)
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
    return _body(listed)


def _margin(markets: Markets) -> Json:
    """The pairs that can be borrowed for: all."""
    listed: list[object] = []
    for symbol in markets:
        base, quote = legs(symbol)
        listed.append({"symbol": base + quote, "baseCoin": base, "quoteCoin": quote, "isBorrowable": True})
    return _body(listed)


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Oldest first; the history endpoint takes no start, and so counts back from the end alone."""
    history = asked.path == HISTORY
    if history and "endTime" not in asked.query:
        raise Refusal(400, {"code": "40019", "msg": "Parameter endTime cannot be empty", "data": None})
    start = 0 if history else max(int(asked.query.get("startTime", 0)), now_ms - RECENT_BARS * MINUTE_MS)
    end = min(int(asked.query.get("endTime", now_ms + 1)), now_ms + 1)
    page = at(bars, start, end)[-cap(asked, 100, 200 if history else 1000) :]
    return [[*text(bar), "0", "0"] for bar in page]


def _body(data: list[object]) -> Json:
    return {"code": "00000", "msg": "success", "requestTime": 0, "data": data}


FORMAT = Format(
    host="api.bitget.com",
    listing="/api/v2/spot/public/symbols",
    candle_paths=(HISTORY, "/api/v2/spot/market/candles"),
    known=frozenset({"symbol", "granularity", "startTime", "endTime", "limit"}),
    id_of=lambda symbol: symbol.replace("/", ""),
    asked_id=lambda asked: asked.query["symbol"],
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: _body(list(rows)),
    also={"/api/v2/margin/currencies": _margin},
)
