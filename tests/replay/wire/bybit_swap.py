"""Bybit v5 linear perpetuals: klines newest first, from ``start`` on, 1,000 at most; quiet minutes are flat.

Mark and index prices have paths of their own, and rows without volume.
"""

from tests.replay.format import Format, Json, Markets, Rows, cap, text
from tests.replay.listing_b import perpetual, perpetuals
from tests.replay.market import Asked, Bar, at

PRICES = {"kline": "trade", "mark-price-kline": "mark", "index-price-kline": "index"}


def _said(listed: list[object]) -> Json:
    result = {"category": "linear", "list": listed, "nextPageCursor": ""}
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 0}


def _price(asked: Asked) -> str:
    return PRICES[asked.path.rsplit("/", maxsplit=1)[-1]]


def _id(symbol: str) -> str:
    contract = perpetual(symbol)
    return f"linear:{contract.base}{contract.quote}#{contract.price}"


def _markets(markets: Markets) -> Json:
    return _said(
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
            for contract in perpetuals(markets)
        ]
    )


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Both ends are inclusive. Rows are counted back from ``end``, and from ``start`` on only where it stands alone."""
    found = at(bars, int(asked.query.get("start", 0)), int(asked.query.get("end", now_ms)) + 1)
    limit = cap(asked, 200, 1000)
    page = found[:limit] if "start" in asked.query and "end" not in asked.query else found[-limit:]
    if _price(asked) != "trade":
        return [text(bar)[:5] for bar in reversed(page)]
    return [[*text(bar), repr(bar.close * bar.volume)] for bar in reversed(page)]


FORMAT = Format(
    host="api.bybit.com",
    listing="/v5/market/instruments-info",
    candle_paths=tuple(f"/v5/market/{path}" for path in PRICES),
    known=frozenset({"category", "symbol", "interval", "start", "end", "limit", "status", "cursor"}),
    id_of=_id,
    asked_id=lambda asked: f"{asked.query.get('category')}:{asked.query.get('symbol')}#{_price(asked)}",
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: _said(list(rows)),
    serves=lambda asked: asked.query.get("category") != "spot",
)
