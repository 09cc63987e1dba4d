"""BingX spot: klines newest first, later than ``startTime``, 1,440 at most or an error; quiet minutes are flat.

The lists of contracts are there too, without any: clients ask for all lists of the venue.
"""

from tests.replay.format import Format, Json, Markets, Rows
from tests.replay.market import MINUTE_MS, Asked, Bar, Refusal, at

MOST = 1440


def _said(data: object) -> Json:
    return {"code": 0, "msg": "", "debugMsg": "", "data": data}


def _markets(markets: Markets) -> Json:
    symbols = [
        {
            "symbol": symbol.replace("/", "-"),
            "minQty": 1,
            "maxQty": 2941177,
            "minNotional": 5,
            "maxNotional": 20000,
            "status": 1,
            "tickSize": 0.0001,
            "stepSize": 0.01,
            "apiStateSell": True,
            "apiStateBuy": True,
            "timeOnline": 0,
            "offTime": 0,
            "maintainTime": 0,
        }
        for symbol in markets
    ]
    return _said({"symbols": symbols})


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """The first minutes later than ``startTime`` when it is given, else the newest; ``endTime`` is inclusive."""
    limit = int(asked.query.get("limit", 500))
    if limit > MOST:
        # The venue answers errors with status 200.
        raise Refusal(200, {"code": 109400, "msg": f"limit must be less than or equal to {MOST}", "data": {}})
    found = at(bars, int(asked.query.get("startTime", -1)) + 1, int(asked.query.get("endTime", now_ms)) + 1)
    page = found[:limit] if "startTime" in asked.query else found[-limit:]
    return [[*bar, bar.open_ms + MINUTE_MS - 1, bar.close * bar.volume] for bar in reversed(page)]


FORMAT = Format(
    host="open-api.bingx.com",
    listing="/openApi/spot/v1/common/symbols",
    candle_paths=("/openApi/spot/v1/market/kline",),
    known=frozenset({"symbol", "interval", "startTime", "endTime", "limit", "timeZone", "timestamp", "recvWindow"}),
    id_of=lambda symbol: symbol.replace("/", "-"),
    asked_id=lambda asked: asked.query.get("symbol", ""),
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: _said(rows),
    also={
        "/openApi/swap/v2/quote/contracts": lambda _: _said([]),
        "/openApi/cswap/v1/market/contracts": lambda _: _said([]),
    },
)
