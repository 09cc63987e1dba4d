"""KuCoin spot: candles newest first, at most 1,500 before ``endAt``, itself exclusive; quiet minutes are omitted."""

from tests.replay.format import Format, Json, Markets, Rows
from tests.replay.listing import legs
from tests.replay.market import Asked, Bar, at

PAGE = 1500
WITHOUT_START = 100


def _markets(markets: Markets) -> Json:
    listed: list[object] = []
    for symbol in markets:
        base, quote = legs(symbol)
        listed.append(
            {
                "symbol": f"{base}-{quote}",
                "name": f"{base}-{quote}",
                "baseCurrency": base,
                "quoteCurrency": quote,
                "feeCurrency": quote,
                "market": quote,
                "baseMinSize": "0.01",
                "quoteMinSize": "0.1",
                "baseMaxSize": "10000000000",
                "quoteMaxSize": "99999999",
                "baseIncrement": "0.01",
                "quoteIncrement": "0.0001",
                "priceIncrement": "0.0001",
                "minFunds": "0.1",
                "isMarginEnabled": True,
                "enableTrading": True,
            }
        )
    return {"code": "200000", "data": listed}


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first; seconds, open, close, high, low, volume, turnover; no row for a minute without a trade."""
    start = int(asked.query.get("startAt", 0)) * 1000
    end = min(int(asked.query["endAt"]) * 1000 if "endAt" in asked.query else now_ms + 1, now_ms + 1)
    traded = [bar for bar in at(bars, start, end) if bar.volume]
    page = traded[-(PAGE if "startAt" in asked.query else WITHOUT_START) :]
    return [
        [
            str(bar.open_ms // 1000),
            *(repr(value) for value in (bar.open, bar.close, bar.high, bar.low, bar.volume)),
            "0",
        ]
        for bar in reversed(page)
    ]


FORMAT = Format(
    host="api.kucoin.com",
    listing="/api/v2/symbols",
    candle_paths=("/api/v1/market/candles",),
    known=frozenset({"symbol", "type", "startAt", "endAt", "market"}),
    id_of=lambda symbol: symbol.replace("/", "-"),
    asked_id=lambda asked: asked.query["symbol"],
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: {"code": "200000", "data": rows},
)
