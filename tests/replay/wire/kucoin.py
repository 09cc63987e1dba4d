"""KuCoin spot: candles newest first, at most 1,500 before ``endAt``, itself exclusive; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows
from tests.replay.market import Bar, RecordedRequest, select_bars
from tests.replay.symbols import split_symbol

MAX_ROWS = 1500
ROWS_WITHOUT_START = 100


def _build_markets(markets: Markets) -> Json:
    listed: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol)
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


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first; seconds, open, close, high, low, volume, turnover."""
    start = int(request.query.get("startAt", 0)) * 1000
    end = min(int(request.query["endAt"]) * 1000 if "endAt" in request.query else now_ms + 1, now_ms + 1)
    page = select_bars(bars, start, end)[-(MAX_ROWS if "startAt" in request.query else ROWS_WITHOUT_START) :]
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
    listing_path="/api/v2/symbols",
    candle_paths=("/api/v1/market/candles",),
    known_parameters=frozenset({"symbol", "type", "startAt", "endAt", "market"}),
    format_id=lambda symbol: symbol.replace("/", "-"),
    read_id=lambda asked: asked.query["symbol"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: {"code": "200000", "data": rows},
)
