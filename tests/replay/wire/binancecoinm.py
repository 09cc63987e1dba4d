"""Binance COIN-M: klines oldest first, counted back from ``endTime``, 1,500 at most or an error; quiet ones are flat.

A row's volume is in contracts of 10 USD, and in base units two places further on. Mark and index prices have paths of
their own, and no volume; index prices are asked by ``pair``.
"""

from tests.replay.format import Format, Json, Markets, Rows, text
from tests.replay.listing_b import perpetual, perpetuals
from tests.replay.market import MINUTE_MS, Asked, Bar, Refusal, at
from tests.replay.wire.binanceusdm import KNOWN, PERPETUAL_ENDS_MS, asked_id, asked_limit, price_of

CONTRACT_USD = 10
LONGEST_MS = 200 * 24 * 3_600_000


def _id(symbol: str) -> str:
    """Contracts are named after their pair; the index price belongs to the pair."""
    contract = perpetual(symbol)
    pair = contract.base + contract.quote
    return f"{pair}#index" if contract.price == "index" else f"{pair}_PERP#{contract.price}"


def _markets(markets: Markets) -> Json:
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
        for contract in perpetuals(markets)
    ]
    return {"timezone": "UTC", "serverTime": 0, "rateLimits": [], "exchangeFilters": [], "symbols": symbols}


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """The last ``limit`` rows of the window; it is 200 days long where only one end is given, and no longer ever."""
    limit = asked_limit(asked)
    start = int(asked.query["startTime"]) if "startTime" in asked.query else None
    end = int(asked.query.get("endTime", now_ms if start is None else min(start + LONGEST_MS, now_ms)))
    start = end - LONGEST_MS if start is None else start
    if end - start > LONGEST_MS:
        raise Refusal(400, {"code": -4144, "msg": "Invalid time interval."})
    traded = price_of(asked) == "trade"
    return [_row(bar, traded=traded) for bar in at(bars, start, end + 1)[-limit:]]


def _row(bar: Bar, *, traded: bool) -> list[object]:
    contracts = round(bar.close * bar.volume / CONTRACT_USD)
    volumes = (str(contracts), repr(bar.volume)) if traded else ("0", "0")
    return [bar.open_ms, *text(bar)[1:5], volumes[0], bar.open_ms + MINUTE_MS - 1, volumes[1], 1, "0", "0", "0"]


FORMAT = Format(
    host="dapi.binance.com",
    listing="/dapi/v1/exchangeInfo",
    candle_paths=("/dapi/v1/klines", "/dapi/v1/markPriceKlines", "/dapi/v1/indexPriceKlines"),
    known=KNOWN,
    id_of=_id,
    asked_id=asked_id,
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: list(rows),
)
