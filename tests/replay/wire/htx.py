"""HTX spot: candles newest first, from ``from`` on, 1,000 at most or none at all; quiet minutes are flat.

``/market/history/candles`` is in no documentation of the venue. The documented ``/market/history/kline`` knows no
window: it gives the newest 2,000 at most.
"""

from tests.replay.format import Format, Json, Markets, Rows, cap
from tests.replay.listing import legs
from tests.replay.market import Asked, Bar, at

CANDLES = "/market/history/candles"
PAGE = 1000


def _markets(markets: Markets) -> Json:
    listed: list[object] = []
    for symbol in markets:
        base, quote = legs(symbol.lower())
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


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first; more than 1,000 asked of the endpoint with a window gives nothing."""
    query = asked.query
    found = at(bars, 0, now_ms + 1)
    if asked.path != CANDLES:
        page = found[-cap(asked, 150, 2000, "size") :]
    elif (size := int(query.get("size", 150))) > PAGE:
        page = []
    else:
        start, end = int(query.get("from", 0)) * 1000, int(query.get("to", now_ms // 1000)) * 1000
        found = at(found, start, end + 1)
        page = found[:size] if "from" in query else found[-size:]
    return [
        [bar.open_ms // 1000, bar.open, bar.close, bar.low, bar.high, bar.volume, bar.volume * bar.close, 1]
        for bar in reversed(page)
    ]


def _wrap(rows: Rows, asked: Asked) -> Json:
    """Of the two volumes ``amount`` is the one in base units."""
    keys = ("id", "open", "close", "low", "high", "amount", "vol", "count")
    channel = f"market.{asked.query['symbol']}.kline.{asked.query['period']}"
    data: list[object] = [dict(zip(keys, row, strict=False)) for row in rows]
    return {"ch": channel, "status": "ok", "ts": 0, "data": data}


FORMAT = Format(
    host="api.huobi.pro",
    listing="/v1/common/symbols",
    candle_paths=(CANDLES, "/market/history/kline"),
    known=frozenset({"symbol", "period", "from", "to", "size"}),
    id_of=lambda symbol: symbol.replace("/", "").lower(),
    asked_id=lambda asked: asked.query["symbol"],
    markets=_markets,
    rows=_rows,
    wrap=_wrap,
)
