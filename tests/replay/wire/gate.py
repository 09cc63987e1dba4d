"""Gate spot: candles oldest first, both ends inclusive, 1,000 at most, of the newest 10,000; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, Refusal, select_bars
from tests.replay.symbols import split_symbol

MAX_ROWS = 1000
REACH_BARS = 10_000


def _build_markets(markets: Markets) -> Json:
    listed: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol)
        listed.append(
            {
                "id": f"{base}_{quote}",
                "base": base,
                "quote": quote,
                "fee": "0.2",
                "min_base_amount": "0.01",
                "min_quote_amount": "3",
                "amount_precision": 2,
                "precision": 4,
                "trade_status": "tradable",
                "sell_start": 0,
                "buy_start": 0,
            }
        )
    return listed


def _build_margin_list(markets: Markets) -> Json:
    """The pairs that can be traded on margin: all."""
    listed: list[object] = []
    for symbol in markets:
        base, quote = split_symbol(symbol)
        listed.append({"id": f"{base}_{quote}", "base": base, "quote": quote, "leverage": 10, "status": 1})
    return listed


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Oldest first; ``limit`` is refused beside ``from`` or ``to``, and so is a window that is too wide or too old."""
    query = request.query
    limit = int(query.get("limit", 100))
    if limit > MAX_ROWS or ("limit" in query and query.keys() & {"from", "to"}):
        message = f"Invalid request parameter `limit` value: {limit}"
        raise _build_refusal(message)
    end = int(query["to"]) * 1000 if "to" in query else now_ms
    start = int(query["from"]) * 1000 if "from" in query else (end // MINUTE_MS - limit + 1) * MINUTE_MS
    if (end - start) // MINUTE_MS + 1 > MAX_ROWS:
        message = f"Candlestick range too broad. Maximum {MAX_ROWS} data points are allowed per request"
        raise _build_refusal(message)
    if start < now_ms - REACH_BARS * MINUTE_MS:
        message = f"Candlestick too long ago. Maximum {REACH_BARS} points ago are allowed"
        raise _build_refusal(message)
    return [_build_row(bar, now_ms) for bar in select_bars(bars, start, min(end, now_ms) + 1)]


def _build_row(bar: Bar, now_ms: int) -> list[object]:
    """Seconds, turnover in the quote, close, high, low, open, volume, and whether the minute is over."""
    values = (bar.close, bar.high, bar.low, bar.open, bar.volume)
    over = bar.open_ms + MINUTE_MS <= now_ms
    return [str(bar.open_ms // 1000), "0", *(repr(value) for value in values), str(over).lower()]


def _build_refusal(message: str) -> Refusal:
    return Refusal(400, {"label": "INVALID_PARAM_VALUE", "message": message})


FORMAT = Format(
    host="api.gateio.ws",
    listing_path="/api/v4/spot/currency_pairs",
    candle_paths=("/api/v4/spot/candlesticks",),
    known_parameters=frozenset({"currency_pair", "interval", "from", "to", "limit"}),
    format_id=lambda symbol: symbol.replace("/", "_"),
    read_id=lambda asked: asked.query["currency_pair"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: list(rows),
    extra_lists={"/api/v4/margin/currency_pairs": _build_margin_list},
)
