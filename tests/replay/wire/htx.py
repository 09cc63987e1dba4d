"""HTX spot: candles newest first, from ``from`` on, 1,000 at most or none at all; quiet minutes are flat.

``/market/history/candles`` is in no documentation of the venue. The documented ``/market/history/kline`` knows no
window: it gives the newest 2,000 at most.
"""

from tests.replay.format import Format, Json, Markets, Rows, limit_rows
from tests.replay.market import Bar, RecordedRequest, select_bars
from tests.replay.symbols import split_symbol

CANDLES_PATH = "/market/history/candles"
MAX_ROWS = 1000


def _build_markets(markets: Markets) -> Json:
    listed: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol.lower())
        listed.append(
            {
                "base-currency": base,
                "quote-currency": quote,
                "price-precision": 4,
                "amount-precision": 4,
                "symbol-partition": "main",
                "symbol": base + quote,
                "state": "online",
                "value-precision": 8,
                "min-order-amt": 0.01,
                "max-order-amt": 1000000,
                "min-order-value": 10,
                "api-trading": "enabled",
            }
        )
    return {"status": "ok", "data": listed}


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first; the endpoint with a window sends nothing for a size above 1,000."""
    query = request.query
    matching = select_bars(bars, 0, now_ms + 1)
    if request.path != CANDLES_PATH:
        page = matching[-limit_rows(request, 150, 2000, "size") :]
    elif (size := int(query.get("size", 150))) > MAX_ROWS:
        page = []
    else:
        start, end = int(query.get("from", 0)) * 1000, int(query.get("to", now_ms // 1000)) * 1000
        matching = select_bars(matching, start, end + 1)
        page = matching[:size] if "from" in query else matching[-size:]
    return [
        [bar.open_ms // 1000, bar.open, bar.close, bar.low, bar.high, bar.volume, bar.volume * bar.close, 1]
        for bar in reversed(page)
    ]


def _wrap_rows(rows: Rows, request: RecordedRequest) -> Json:
    """Of the two volumes ``amount`` is the one in base units."""
    keys = ("id", "open", "close", "low", "high", "amount", "vol", "count")
    channel = f"market.{request.query['symbol']}.kline.{request.query['period']}"
    data: list[object] = [dict(zip(keys, row, strict=False)) for row in rows]
    return {"ch": channel, "status": "ok", "ts": 0, "data": data}


FORMAT = Format(
    host="api.huobi.pro",
    listing_path="/v1/common/symbols",
    candle_paths=(CANDLES_PATH, "/market/history/kline"),
    known_parameters=frozenset({"symbol", "period", "from", "to", "size"}),
    format_id=lambda symbol: symbol.replace("/", "").lower(),
    read_id=lambda asked: asked.query["symbol"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=_wrap_rows,
)
