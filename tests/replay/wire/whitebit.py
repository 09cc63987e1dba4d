"""WhiteBIT: klines of API v1 oldest first, from ``start`` on, 1,440 at most or an error; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows, text
from tests.replay.listing import legs
from tests.replay.market import Asked, Bar, Refusal, at

MOST = 1440
WEEK_MS = 7 * 24 * 3_600_000


def _markets(markets: Markets) -> Json:
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
        for base, quote in map(legs, markets)
    ]


def _assets(markets: Markets) -> Json:
    currencies = sorted({currency for symbol in markets for currency in legs(symbol)})
    return {
        currency: {"name": currency, "can_withdraw": True, "can_deposit": True, "currency_precision": "8"}
        for currency in currencies
    }


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Times are in seconds and inclusive; the open is followed by the close. ``start`` is a week ago by default."""
    limit = int(asked.query.get("limit", MOST))
    if not 0 < limit <= MOST:
        message = {"limit": [f"Limit must be between 1 and {MOST}"]}
        raise Refusal(400, {"success": False, "message": message, "result": None})
    end_ms = int(asked.query["end"]) * 1000 if "end" in asked.query else now_ms
    start_ms = int(asked.query["start"]) * 1000 if "start" in asked.query else end_ms - WEEK_MS
    found = at(bars, start_ms, end_ms + 1)
    return [_row(bar) for bar in (found[:limit] if "start" in asked.query else found[-limit:])]


def _row(bar: Bar) -> list[object]:
    _, opened, high, low, close, volume = text(bar)
    return [bar.open_ms // 1000, opened, close, high, low, volume, repr(bar.close * bar.volume)]


FORMAT = Format(
    host="whitebit.com",
    listing="/api/v4/public/markets",
    candle_paths=("/api/v1/public/kline",),
    known=frozenset({"market", "interval", "start", "end", "limit"}),
    id_of=lambda symbol: symbol.replace("/", "_"),
    asked_id=lambda asked: asked.query.get("market", ""),
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: {"success": True, "message": "", "result": rows},
    also={"/api/v4/public/assets": _assets},
)
