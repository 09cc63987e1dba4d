"""Bitstamp: candles oldest first, 1,000 at most or an error; quiet minutes are flat.

Of ``start`` and ``end`` the venue goes by ``end`` when both are given: rows are counted back from it, and may be
earlier than ``start``.
"""

from tests.replay.format import Format, Json, Markets, Rows, format_bar
from tests.replay.market import Bar, RecordedRequest, Refusal, select_bars
from tests.replay.symbols import split_symbol

MAX_ROWS = 1000


def _build_markets(markets: Markets) -> Json:
    return [
        {
            "name": symbol,
            "market_symbol": _format_id(symbol),
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
        for base, quote in [split_symbol(symbol)]
    ]


def _format_id(symbol: str) -> str:
    return symbol.replace("/", "").lower()


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Both ends are in seconds and inclusive; ``limit`` has no default."""
    limit = int(request.query.get("limit", 0))
    if not 0 < limit <= MAX_ROWS:
        error = {"field": "limit", "message": "Limit value must be between 1 and 1000.", "code": "validation_error"}
        raise Refusal(400, {"code": "400.002", "errors": [error]})
    if "start" in request.query and "end" not in request.query:
        page = select_bars(bars, int(request.query["start"]) * 1000, now_ms + 1)[:limit]
    else:
        page = select_bars(bars, 0, int(request.query.get("end", now_ms // 1000)) * 1000 + 1)[-limit:]
    return [[str(bar.open_ms // 1000), *format_bar(bar)[1:]] for bar in page]


def _wrap_rows(rows: Rows, request: RecordedRequest) -> Json:
    fields = ("timestamp", "open", "high", "low", "close", "volume")
    candles = [dict(zip(fields, row, strict=True)) for row in rows]
    return {"data": {"pair": request.path.split("/")[4].upper(), "ohlc": candles}}


FORMAT = Format(
    host="www.bitstamp.net",
    listing_path="/api/v2/markets/",
    candle_paths=("/api/v2/ohlc/{id}/",),
    known_parameters=frozenset({"step", "limit", "start", "end", "exclude_current_candle"}),
    format_id=_format_id,
    read_id=lambda asked: asked.path.split("/")[4],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=_wrap_rows,
)
