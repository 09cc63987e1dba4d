"""Bybit v5 spot: klines newest first, from ``start`` on, 1,000 at most; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, aggregate_bars, select_bars


def _build_markets(markets: Markets) -> Json:
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


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first, of so many minutes each; from ``start`` on when it is given, else the newest."""
    bars = aggregate_bars(bars, int(request.query.get("interval", 1)) * MINUTE_MS)
    matching = select_bars(bars, int(request.query.get("start", 0)), int(request.query.get("end", now_ms)) + 1)
    limit = limit_rows(request, 200, 1000)
    page = matching[:limit] if "start" in request.query else matching[-limit:]
    return [[*format_bar(bar), "0"] for bar in reversed(page)]


FORMAT = Format(
    host="api.bybit.com",
    listing_path="/v5/market/instruments-info",
    candle_paths=("/v5/market/kline",),
    known_parameters=frozenset({"category", "symbol", "interval", "start", "end", "limit"}),
    format_id=lambda symbol: symbol.replace("/", ""),
    read_id=lambda asked: asked.query["symbol"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": rows}},
    serves=lambda asked: asked.query.get("category") == "spot",
)
