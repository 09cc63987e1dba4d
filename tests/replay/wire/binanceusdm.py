"""Binance USDⓈ-M: klines oldest first, from ``startTime`` on, 1,500 at most or an error; quiet minutes are flat.

Mark and index prices have paths of their own, and no volume; index prices are asked by ``pair``.
"""

from tests.replay.format import Format, Json, Markets, Rows, format_bar
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, Refusal, select_bars
from tests.replay.symbols import list_perpetuals, parse_perpetual

MAX_ROWS = 1500

PERPETUAL_ENDS_MS = 4_133_404_800_000
"""The delivery date of a contract without one: 2100-12-25."""

KNOWN_PARAMETERS = frozenset({"symbol", "pair", "interval", "startTime", "endTime", "limit"})


def read_price(request: RecordedRequest) -> str:
    """Which price the path is for."""
    kind = request.path.rsplit("/", maxsplit=1)[-1]
    return {"markPriceKlines": "mark", "indexPriceKlines": "index"}.get(kind, "trade")


def read_id(request: RecordedRequest) -> str:
    """The symbol, or for index prices the pair, and the price."""
    price = read_price(request)
    return f"{request.query.get('pair' if price == 'index' else 'symbol', '')}#{price}"


def read_limit(request: RecordedRequest) -> int:
    """The requested number of rows; raises `Refusal` where it is more than fit on a page."""
    limit = int(request.query.get("limit", 500))
    if not 0 < limit <= MAX_ROWS:
        raise Refusal(400, {"code": -1130, "msg": "Data sent for parameter 'limit' is not valid."})
    return limit


def _format_id(symbol: str) -> str:
    contract = parse_perpetual(symbol)
    return f"{contract.base}{contract.quote}#{contract.price}"


def _build_markets(markets: Markets) -> Json:
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
        for contract in list_perpetuals(markets)
    ]
    return {"timezone": "UTC", "serverTime": 0, "rateLimits": [], "exchangeFilters": [], "symbols": symbols}


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    limit = read_limit(request)
    matching = select_bars(bars, int(request.query.get("startTime", 0)), int(request.query.get("endTime", now_ms)) + 1)
    page = matching[:limit] if "startTime" in request.query else matching[-limit:]
    traded = read_price(request) == "trade"
    return [_build_row(bar, traded=traded) for bar in page]


def _build_row(bar: Bar, *, traded: bool) -> list[object]:
    volume, turnover = (repr(bar.volume), repr(bar.close * bar.volume)) if traded else ("0", "0")
    return [bar.open_ms, *format_bar(bar)[1:5], volume, bar.open_ms + MINUTE_MS - 1, turnover, 1, "0", "0", "0"]


FORMAT = Format(
    host="fapi.binance.com",
    listing_path="/fapi/v1/exchangeInfo",
    candle_paths=("/fapi/v1/klines", "/fapi/v1/markPriceKlines", "/fapi/v1/indexPriceKlines"),
    known_parameters=KNOWN_PARAMETERS,
    format_id=_format_id,
    read_id=read_id,
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: list(rows),
)
