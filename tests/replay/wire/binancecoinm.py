"""Binance COIN-M: klines oldest first, counted back from ``endTime``, 1,500 at most or an error; quiet ones are flat.

A row's volume is in contracts of 10 USD, and in base units two places further on. Mark and index prices have paths of
their own, and no volume; index prices are asked by ``pair``.
"""

from tests.replay.format import Format, Json, Markets, Rows, format_bar
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, Refusal, select_bars
from tests.replay.symbols import list_perpetuals, parse_perpetual
from tests.replay.wire.binanceusdm import KNOWN_PARAMETERS, PERPETUAL_ENDS_MS, read_id, read_limit, read_price

CONTRACT_USD = 10
MAX_WINDOW_MS = 200 * 24 * 3_600_000


def _format_id(symbol: str) -> str:
    """Contracts are named after their pair; the index price belongs to the pair."""
    contract = parse_perpetual(symbol)
    pair = contract.base + contract.quote
    return f"{pair}#index" if contract.price == "index" else f"{pair}_PERP#{contract.price}"


def _build_markets(markets: Markets) -> Json:
    symbols: list[object] = [
        {
            "symbol": f"{contract.base}{contract.quote}_PERP",
            "pair": contract.base + contract.quote,
            "contractType": "PERPETUAL",
            "deliveryDate": PERPETUAL_ENDS_MS,
            "onboardDate": 1_597_042_800_000,
            "contractStatus": "TRADING",
            "contractSize": CONTRACT_USD,
            "marginAsset": contract.settle,
            "baseAsset": contract.base,
            "quoteAsset": contract.quote,
            "pricePrecision": 4,
            "quantityPrecision": 0,
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "equalQtyPrecision": 4,
            "underlyingType": "COIN",
            "filters": [],
        }
        for contract in list_perpetuals(markets)
    ]
    return {"timezone": "UTC", "serverTime": 0, "rateLimits": [], "exchangeFilters": [], "symbols": symbols}


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """The last ``limit`` rows of the window; it is 200 days long where only one end is given, and no longer ever."""
    limit = read_limit(request)
    start = int(request.query["startTime"]) if "startTime" in request.query else None
    end = int(request.query.get("endTime", now_ms if start is None else min(start + MAX_WINDOW_MS, now_ms)))
    start = end - MAX_WINDOW_MS if start is None else start
    if end - start > MAX_WINDOW_MS:
        raise Refusal(400, {"code": -4144, "msg": "Invalid time interval."})
    traded = read_price(request) == "trade"
    return [_build_row(bar, traded=traded) for bar in select_bars(bars, start, end + 1)[-limit:]]


def _build_row(bar: Bar, *, traded: bool) -> list[object]:
    contracts = round(bar.close * bar.volume / CONTRACT_USD)
    volumes = (str(contracts), repr(bar.volume)) if traded else ("0", "0")
    return [bar.open_ms, *format_bar(bar)[1:5], volumes[0], bar.open_ms + MINUTE_MS - 1, volumes[1], 1, "0", "0", "0"]


FORMAT = Format(
    host="dapi.binance.com",
    listing_path="/dapi/v1/exchangeInfo",
    candle_paths=("/dapi/v1/klines", "/dapi/v1/markPriceKlines", "/dapi/v1/indexPriceKlines"),
    known_parameters=KNOWN_PARAMETERS,
    format_id=_format_id,
    read_id=read_id,
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: list(rows),
)
