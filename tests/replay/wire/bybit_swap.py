"""Bybit v5 linear perpetuals: klines newest first, from ``start`` on, 1,000 at most; quiet minutes are flat.

Mark and index prices have paths of their own, and rows without volume.
"""

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import Bar, RecordedRequest, select_bars
from tests.replay.symbols import list_perpetuals, parse_perpetual

PRICE_KINDS = {"kline": "trade", "mark-price-kline": "mark", "index-price-kline": "index"}


def _wrap_result(listed: list[object]) -> Json:
    result = {"category": "linear", "list": listed, "nextPageCursor": ""}
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 0}


def _read_price(request: RecordedRequest) -> str:
    return PRICE_KINDS[request.path.rsplit("/", maxsplit=1)[-1]]


def _format_id(symbol: str) -> str:
    contract = parse_perpetual(symbol)
    return f"linear:{contract.base}{contract.quote}#{contract.price}"


def _build_markets(markets: Markets) -> Json:
    return _wrap_result(
        [
            {
                "symbol": contract.base + contract.quote,
                "contractType": "LinearPerpetual",
                "status": "Trading",
                "baseCoin": contract.base,
                "quoteCoin": contract.quote,
                "settleCoin": contract.settle,
                "launchTime": "1585526400000",
                "deliveryTime": "0",
                "deliveryFeeRate": "",
                "priceScale": "4",
                "leverageFilter": {"minLeverage": "1", "maxLeverage": "50.00", "leverageStep": "0.01"},
                "priceFilter": {"minPrice": "0.0001", "maxPrice": "199999.80", "tickSize": "0.0001"},
                "lotSizeFilter": {
                    "minNotionalValue": "5",
                    "maxOrderQty": "1190",
                    "minOrderQty": "0.1",
                    "qtyStep": "0.1",
                },
                "fundingInterval": 480,
            }
            for contract in list_perpetuals(markets)
        ]
    )


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Both ends are inclusive. Rows are counted back from ``end``, and from ``start`` on only where it stands alone."""
    matching = select_bars(bars, int(request.query.get("start", 0)), int(request.query.get("end", now_ms)) + 1)
    limit = limit_rows(request, 200, 1000)
    page = matching[:limit] if "start" in request.query and "end" not in request.query else matching[-limit:]
    if _read_price(request) != "trade":
        return [format_bar(bar)[:5] for bar in reversed(page)]
    return [[*format_bar(bar), repr(bar.close * bar.volume)] for bar in reversed(page)]


FORMAT = Format(
    host="api.bybit.com",
    listing_path="/v5/market/instruments-info",
    candle_paths=tuple(f"/v5/market/{path}" for path in PRICE_KINDS),
    known_parameters=frozenset({"category", "symbol", "interval", "start", "end", "limit", "status", "cursor"}),
    format_id=_format_id,
    read_id=lambda asked: f"{asked.query.get('category')}:{asked.query.get('symbol')}#{_read_price(asked)}",
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: _wrap_result(list(rows)),
    serves=lambda asked: asked.query.get("category") != "spot",
)
