"""Binance USDⓈ-M: klines oldest first, from ``startTime`` on, 1,500 at most or an error; quiet minutes are flat.

Mark and index prices have paths of their own, and no volume; index prices are asked by ``pair``.
"""

from tests.replay.format import Format, Json, Markets, Rows, text
from tests.replay.listing_b import perpetual, perpetuals
from tests.replay.market import MINUTE_MS, Asked, Bar, Refusal, at

MOST = 1500

PERPETUAL_ENDS_MS = 4_133_404_800_000
"""The delivery date of a contract without one: 2100-12-25."""

KNOWN = frozenset({"symbol", "pair", "interval", "startTime", "endTime", "limit"})


def price_of(asked: Asked) -> str:
    """Which price the path is for."""
    kind = asked.path.rsplit("/", maxsplit=1)[-1]
    return {"markPriceKlines": "mark", "indexPriceKlines": "index"}.get(kind, "trade")


def asked_id(asked: Asked) -> str:
    """The symbol, or for index prices the pair, and the price."""
    price = price_of(asked)
    return f"{asked.query.get('pair' if price == 'index' else 'symbol', '')}#{price}"


def asked_limit(asked: Asked) -> int:
    """The number of rows asked for; raises `Refusal` when it is more than there are on a page."""
    limit = int(asked.query.get("limit", 500))
    if not 0 < limit <= MOST:
        raise Refusal(400, {"code": -1130, "msg": "Data sent for parameter 'limit' is not valid."})
    return limit


def _id(symbol: str) -> str:
    contract = perpetual(symbol)
    return f"{contract.base}{contract.quote}#{contract.price}"


def _markets(markets: Markets) -> Json:
    symbols: list[object] = [
        {
            "symbol": contract.base + contract.quote,
            "pair": contract.base + contract.quote,
            "contractType": "PERPETUAL",
            "deliveryDate": PERPETUAL_ENDS_MS,
            "onboardDate": 1_569_398_400_000,
            "status": "TRADING",
            "baseAsset": contract.base,
            "quoteAsset": contract.quote,
            "marginAsset": contract.settle,
            "pricePrecision": 4,
            "quantityPrecision": 2,
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "underlyingType": "COIN",
            "filters": [],
        }
        for contract in perpetuals(markets)
    ]
    return {"timezone": "UTC", "serverTime": 0, "rateLimits": [], "exchangeFilters": [], "symbols": symbols}


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    limit = asked_limit(asked)
    found = at(bars, int(asked.query.get("startTime", 0)), int(asked.query.get("endTime", now_ms)) + 1)
    page = found[:limit] if "startTime" in asked.query else found[-limit:]
    traded = price_of(asked) == "trade"
    return [_row(bar, traded=traded) for bar in page]


def _row(bar: Bar, *, traded: bool) -> list[object]:
    volume, turnover = (repr(bar.volume), repr(bar.close * bar.volume)) if traded else ("0", "0")
    return [bar.open_ms, *text(bar)[1:5], volume, bar.open_ms + MINUTE_MS - 1, turnover, 1, "0", "0", "0"]


FORMAT = Format(
    host="fapi.binance.com",
    listing="/fapi/v1/exchangeInfo",
    candle_paths=("/fapi/v1/klines", "/fapi/v1/markPriceKlines", "/fapi/v1/indexPriceKlines"),
    known=KNOWN,
    id_of=_id,
    asked_id=asked_id,
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: list(rows),
)
