"""Coinbase Advanced Trade: candles newest first, fewer than 350 or an error; quiet minutes are omitted."""

from tests.replay.format import Format, Json, Markets, Rows, limit_rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, Refusal, select_bars
from tests.replay.symbols import split_symbol

TOO_MANY_ROWS = 350


def _build_markets(markets: Markets) -> Json:
    """Every product is a spot one, so the list of futures holds nothing that is one."""
    products: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol)
        products.append(
            {
                "product_id": f"{base}-{quote}",
                "base_currency_id": base,
                "quote_currency_id": quote,
                "base_increment": "0.01",
                "quote_increment": "0.0001",
                "price_increment": "0.0001",
                "base_min_size": "0.01",
                "base_max_size": "100000",
                "quote_min_size": "1",
                "quote_max_size": "10000000",
                "product_type": "SPOT",
                "status": "online",
                "is_disabled": False,
                "trading_disabled": False,
                "alias": "",
                "alias_to": [],
            }
        )
    return {"products": products, "num_products": len(products)}


def _list_rows(request: RecordedRequest, bars: list[Bar], _now_ms: int) -> Rows:
    """Newest first, ``start`` and ``end`` required and inclusive; no row for a minute without a trade."""
    if not {"start", "end"} <= request.query.keys():
        message = "start and end are required"
        raise _build_refusal(message)
    start, end = int(request.query["start"]) * 1000, int(request.query["end"]) * 1000
    if (end - start) // MINUTE_MS >= TOO_MANY_ROWS:
        message = f"number of candles requested should be less than {TOO_MANY_ROWS}"
        raise _build_refusal(message)
    page = [bar for bar in select_bars(bars, start, end + 1) if bar.volume][
        -limit_rows(request, TOO_MANY_ROWS, TOO_MANY_ROWS) :
    ]
    return [
        [str(bar.open_ms // 1000), *(repr(value) for value in (bar.low, bar.high, bar.open, bar.close, bar.volume))]
        for bar in reversed(page)
    ]


def _build_refusal(message: str) -> Refusal:
    return Refusal(400, {"error": "INVALID_ARGUMENT", "error_details": message, "message": message})


def _wrap_rows(rows: Rows, _asked: RecordedRequest) -> Json:
    keys = ("start", "low", "high", "open", "close", "volume")
    return {"candles": [dict(zip(keys, row, strict=False)) for row in rows]}


FORMAT = Format(
    host="api.coinbase.com",
    listing_path="/api/v3/brokerage/market/products",
    candle_paths=("/api/v3/brokerage/market/products/{id}/candles",),
    known_parameters=frozenset({"start", "end", "granularity", "limit", "product_type"}),
    format_id=lambda symbol: symbol.replace("/", "-"),
    read_id=lambda asked: asked.path.split("/")[6],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=_wrap_rows,
)
