"""WhiteBIT: klines of API v1 oldest first, from ``start`` on, 1,440 at most or an error; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows, format_bar
from tests.replay.market import Bar, RecordedRequest, Refusal, select_bars
from tests.replay.symbols import split_symbol

MAX_ROWS = 1440
WEEK_MS = 7 * 24 * 3_600_000


def _build_markets(markets: Markets) -> Json:
    return [
        {
            "name": f"{base}_{quote}",
            "stock": base,
            "money": quote,
            "stockPrec": "3",
            "moneyPrec": "4",
            "feePrec": "4",
            "makerFee": "0.1",
            "takerFee": "0.1",
            "minAmount": "0.001",
            "minTotal": "0.001",
            "tradesEnabled": True,
            "isCollateral": False,
            "type": "spot",
            "maxTotal": "1000000000",
        }
        for base, quote in map(split_symbol, markets)
    ]


def _build_assets(markets: Markets) -> Json:
    currencies = sorted({currency for symbol in markets for currency in split_symbol(symbol)})
    return {
        currency: {"name": currency, "can_withdraw": True, "can_deposit": True, "currency_precision": "8"}
        for currency in currencies
    }


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Times are in seconds and inclusive; the open is followed by the close. ``start`` is a week ago by default."""
    limit = int(request.query.get("limit", MAX_ROWS))
    if not 0 < limit <= MAX_ROWS:
        message = {"limit": [f"Limit must be between 1 and {MAX_ROWS}"]}
        raise Refusal(400, {"success": False, "message": message, "result": None})
    end_ms = int(request.query["end"]) * 1000 if "end" in request.query else now_ms
    start_ms = int(request.query["start"]) * 1000 if "start" in request.query else end_ms - WEEK_MS
    matching = select_bars(bars, start_ms, end_ms + 1)
    return [_build_row(bar) for bar in (matching[:limit] if "start" in request.query else matching[-limit:])]


def _build_row(bar: Bar) -> list[object]:
    _, opened, high, low, close, volume = format_bar(bar)
    return [bar.open_ms // 1000, opened, close, high, low, volume, repr(bar.close * bar.volume)]


FORMAT = Format(
    host="whitebit.com",
    listing_path="/api/v4/public/markets",
    candle_paths=("/api/v1/public/kline",),
    known_parameters=frozenset({"market", "interval", "start", "end", "limit"}),
    format_id=lambda symbol: symbol.replace("/", "_"),
    read_id=lambda asked: asked.query.get("market", ""),
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: {"success": True, "message": "", "result": rows},
    extra_lists={"/api/v4/public/assets": _build_assets},
)
