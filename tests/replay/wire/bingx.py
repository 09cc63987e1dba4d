"""BingX spot: klines newest first, later than ``startTime``, 1,440 at most or an error; quiet minutes are flat.

The lists of contracts are there too, without any: clients ask for all lists of the venue.
"""

from tests.replay.format import Format, Json, Markets, Rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, Refusal, select_bars

MAX_ROWS = 1440


def _wrap_data(data: object) -> Json:
    return {"code": 0, "msg": "", "debugMsg": "", "data": data}


def _build_markets(markets: Markets) -> Json:
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
    return _wrap_data({"symbols": symbols})


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """The first minutes later than ``startTime`` when it is given, else the newest; ``endTime`` is inclusive."""
    limit = int(request.query.get("limit", 500))
    if limit > MAX_ROWS:
        # The venue answers errors with status 200.
        raise Refusal(200, {"code": 109400, "msg": f"limit must be less than or equal to {MAX_ROWS}", "data": {}})
    matching = select_bars(
        bars, int(request.query.get("startTime", -1)) + 1, int(request.query.get("endTime", now_ms)) + 1
    )
    page = matching[:limit] if "startTime" in request.query else matching[-limit:]
    return [[*bar, bar.open_ms + MINUTE_MS - 1, bar.close * bar.volume] for bar in reversed(page)]


FORMAT = Format(
    host="open-api.bingx.com",
    listing_path="/openApi/spot/v1/common/symbols",
    candle_paths=("/openApi/spot/v1/market/kline",),
    known_parameters=frozenset(
        {"symbol", "interval", "startTime", "endTime", "limit", "timeZone", "timestamp", "recvWindow"}
    ),
    format_id=lambda symbol: symbol.replace("/", "-"),
    read_id=lambda asked: asked.query.get("symbol", ""),
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: _wrap_data(rows),
    extra_lists={
        "/openApi/swap/v2/quote/contracts": lambda _: _wrap_data([]),
        "/openApi/cswap/v1/market/contracts": lambda _: _wrap_data([]),
    },
)
