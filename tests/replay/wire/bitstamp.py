"""Bitstamp: candles oldest first, 1,000 at most or an error; quiet minutes are flat.

Of ``start`` and ``end`` the venue goes by ``end`` when both are given: rows are counted back from it, and may be
earlier than ``start``.
"""

from tests.replay.format import Format, Json, Markets, Rows, text
from tests.replay.listing import legs
from tests.replay.market import Asked, Bar, Refusal, at

MOST = 1000


def _markets(markets: Markets) -> Json:
    return [
        {
            "name": symbol,
            "market_symbol": _id(symbol),
            "base_currency": base,
            "base_decimals": 8,
            "counter_currency": quote,
            "counter_decimals": 5,
            "minimum_order_value": "10",
            "trading": "Enabled",
            "instant_order_counter_decimals": 5,
            "instant_and_market_orders": "Enabled",
            "description": f"{base} / {quote}",
            "market_type": "SPOT",
        }
        for symbol in markets
        for base, quote in [legs(symbol)]
    ]


def _id(symbol: str) -> str:
    return symbol.replace("/", "").lower()


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Both ends are in seconds and inclusive; ``limit`` has no default."""
    limit = int(asked.query.get("limit", 0))
    if not 0 < limit <= MOST:
        error = {"field": "limit", "message": "Limit value must be between 1 and 1000.", "code": "validation_error"}
        raise Refusal(400, {"code": "400.002", "errors": [error]})
    if "start" in asked.query and "end" not in asked.query:
        page = at(bars, int(asked.query["start"]) * 1000, now_ms + 1)[:limit]
    else:
        page = at(bars, 0, int(asked.query.get("end", now_ms // 1000)) * 1000 + 1)[-limit:]
    return [[str(bar.open_ms // 1000), *text(bar)[1:]] for bar in page]


def _wrap(rows: Rows, asked: Asked) -> Json:
    fields = ("timestamp", "open", "high", "low", "close", "volume")
    ohlc = [dict(zip(fields, row, strict=True)) for row in rows]
    return {"data": {"pair": asked.path.split("/")[4].upper(), "ohlc": ohlc}}


FORMAT = Format(
    host="www.bitstamp.net",
    listing="/api/v2/markets/",
    candle_paths=("/api/v2/ohlc/{id}/",),
    known=frozenset({"step", "limit", "start", "end", "exclude_current_candle"}),
    id_of=_id,
    asked_id=lambda asked: asked.path.split("/")[4],
    markets=_markets,
    rows=_rows,
    wrap=_wrap,
)
