"""Crypto.com Exchange: candles oldest first, counted back from ``end_ts``, 300 at most; quiet minutes are flat.

The edges are in no documentation: both are taken as exclusive, as ccxt sends a start that is a minute early.
"""

from tests.replay.format import Format, Json, Markets, Rows, cap, text
from tests.replay.listing import legs
from tests.replay.market import Asked, Bar, at


def _markets(markets: Markets) -> Json:
    data: list[object] = []
    for symbol in markets:
        base, quote = legs(symbol)
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


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    start = int(asked.query.get("start_ts", -1))
    end = min(int(asked.query.get("end_ts", now_ms + 1)), now_ms + 1)
    page = at(bars, start + 1, end)[-cap(asked, 25, 300, "count") :]
    return [[bar.open_ms, *text(bar)[1:]] for bar in page]


def _wrap(rows: Rows, asked: Asked) -> Json:
    data: list[object] = [dict(zip(("t", "o", "h", "l", "c", "v"), row, strict=False)) for row in rows]
    named = {"instrument_name": asked.query["instrument_name"], "interval": asked.query["timeframe"]}
    return {"id": -1, "method": "public/get-candlestick", "code": 0, "result": {**named, "data": data}}


FORMAT = Format(
    host="api.crypto.com",
    listing="/exchange/v1/public/get-instruments",
    candle_paths=("/exchange/v1/public/get-candlestick",),
    known=frozenset({"instrument_name", "timeframe", "count", "start_ts", "end_ts"}),
    id_of=lambda symbol: symbol.replace("/", "_"),
    asked_id=lambda asked: asked.query["instrument_name"],
    markets=_markets,
    rows=_rows,
    wrap=_wrap,
)
