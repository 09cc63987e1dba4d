"""Crypto.com Exchange: candles oldest first, counted back from ``end_ts``, 300 at most; quiet minutes are flat.

The edges are in no documentation: both are taken as exclusive, as ccxt sends a start that is a minute early.
"""

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import Bar, RecordedRequest, select_bars
from tests.replay.symbols import split_symbol


def _build_markets(markets: Markets) -> Json:
    data: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol)
        data.append(
            {
                "symbol": f"{base}_{quote}",
                "inst_type": "CCY_PAIR",
                "display_name": symbol,
                "base_ccy": base,
                "quote_ccy": quote,
                "quote_decimals": 4,
                "quantity_decimals": 2,
                "price_tick_size": "0.0001",
                "qty_tick_size": "0.01",
                "max_leverage": "50",
                "tradable": True,
                "expiry_timestamp_ms": 0,
                "margin_buy_enabled": True,
                "margin_sell_enabled": True,
            }
        )
    return {"id": -1, "method": "public/get-instruments", "code": 0, "result": {"data": data}}


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    start = int(request.query.get("start_ts", -1))
    end = min(int(request.query.get("end_ts", now_ms + 1)), now_ms + 1)
    page = select_bars(bars, start + 1, end)[-limit_rows(request, 25, 300, "count") :]
    return [[bar.open_ms, *format_bar(bar)[1:]] for bar in page]


def _wrap_rows(rows: Rows, request: RecordedRequest) -> Json:
    data: list[object] = [dict(zip(("t", "o", "h", "l", "c", "v"), row, strict=False)) for row in rows]
    named = {"instrument_name": request.query["instrument_name"], "interval": request.query["timeframe"]}
    return {"id": -1, "method": "public/get-candlestick", "code": 0, "result": {**named, "data": data}}


FORMAT = Format(
    host="api.crypto.com",
    listing_path="/exchange/v1/public/get-instruments",
    candle_paths=("/exchange/v1/public/get-candlestick",),
    known_parameters=frozenset({"instrument_name", "timeframe", "count", "start_ts", "end_ts"}),
    format_id=lambda symbol: symbol.replace("/", "_"),
    read_id=lambda asked: asked.query["instrument_name"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=_wrap_rows,
)
