"""Bybit v5 spot: klines newest first, from ``start`` on, 1,000 at most; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows, cap, text
from tests.replay.market import MINUTE_MS, Asked, Bar, at, in_length


def _markets(markets: Markets) -> Json:
    listed: list[object] = [
        {
            "symbol": symbol.replace("/", ""),
            "baseCoin": symbol.split("/")[0],
            "quoteCoin": symbol.split("/")[1],
            "status": "Trading",
            "lotSizeFilter": {"basePrecision": "0.01", "quotePrecision": "0.0001", "minOrderQty": "0.01"},
            "priceFilter": {"tickSize": "0.0001"},
        }
        for symbol in markets
    ]
    return {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": listed}}


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first, of so many minutes each; from ``start`` on when it is given, else the newest."""
    bars = in_length(bars, int(asked.query.get("interval", 1)) * MINUTE_MS)
    found = at(bars, int(asked.query.get("start", 0)), int(asked.query.get("end", now_ms)) + 1)
    limit = cap(asked, 200, 1000)
    page = found[:limit] if "start" in asked.query else found[-limit:]
    return [[*text(bar), "0"] for bar in reversed(page)]


FORMAT = Format(
    host="api.bybit.com",
    listing="/v5/market/instruments-info",
    candle_paths=("/v5/market/kline",),
    known=frozenset({"category", "symbol", "interval", "start", "end", "limit"}),
    id_of=lambda symbol: symbol.replace("/", ""),
    asked_id=lambda asked: asked.query["symbol"],
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": rows}},
    serves=lambda asked: asked.query.get("category") == "spot",
)
