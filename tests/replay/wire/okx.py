"""OKX: candles newest first, both cursors exclusive, 300 at most; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, aggregate_bars, select_bars

RECENT_BARS = 1440


def _build_markets(markets: Markets) -> Json:
    data: list[object] = [
        {
            "instType": "SPOT",
            "instId": symbol.replace("/", "-"),
            "baseCcy": symbol.split("/")[0],
            "quoteCcy": symbol.split("/")[1],
            "state": "live",
            "tickSz": "0.0001",
            "lotSz": "0.0001",
            "minSz": "0.01",
        }
        for symbol in markets
    ]
    return {"code": "0", "msg": "", "data": data}


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first; ``before`` and ``after`` are both exclusive; the recent endpoint knows 1,440 bars."""
    step_ms = {"1m": MINUTE_MS, "5m": 5 * MINUTE_MS}[request.query.get("bar", "1m")]
    bars = aggregate_bars(bars, step_ms)
    newer_than = int(request.query.get("before", -1))
    older_than = int(request.query.get("after", now_ms + 1))
    reach = 0 if request.path.endswith("history-candles") else now_ms - RECENT_BARS * step_ms
    matching = select_bars(bars, max(newer_than + 1, reach), older_than)
    page = matching[-limit_rows(request, 100, 300) :]
    return [[*format_bar(bar), "0", "0", "1"] for bar in reversed(page)]


FORMAT = Format(
    host="www.okx.com",
    listing_path="/api/v5/public/instruments",
    candle_paths=("/api/v5/market/history-candles", "/api/v5/market/candles"),
    known_parameters=frozenset({"instId", "bar", "before", "after", "limit", "instType"}),
    format_id=lambda symbol: symbol.replace("/", "-"),
    read_id=lambda asked: asked.query["instId"],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: {"code": "0", "msg": "", "data": rows},
    serves=lambda asked: asked.query.get("instType", "SPOT") == "SPOT",
)
