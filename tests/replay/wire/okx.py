"""OKX: candles newest first, both cursors exclusive, 300 at most; quiet minutes are flat."""

from tests.replay.format import Format, Json, Markets, Rows, cap, text
from tests.replay.market import MINUTE_MS, Asked, Bar, at, in_length

RECENT_BARS = 1440


def _markets(markets: Markets) -> Json:
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


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first; ``before`` and ``after`` are both exclusive; the recent endpoint knows 1,440 bars."""
    step_ms = {"1m": MINUTE_MS, "5m": 5 * MINUTE_MS}[asked.query.get("bar", "1m")]
    bars = in_length(bars, step_ms)
    newer_than = int(asked.query.get("before", -1))
    older_than = int(asked.query.get("after", now_ms + 1))
    reach = 0 if asked.path.endswith("history-candles") else now_ms - RECENT_BARS * step_ms
    found = at(bars, max(newer_than + 1, reach), older_than)
    page = found[-cap(asked, 100, 300) :]
    return [[*text(bar), "0", "0", "1"] for bar in reversed(page)]


FORMAT = Format(
    host="www.okx.com",
    listing="/api/v5/public/instruments",
    candle_paths=("/api/v5/market/history-candles", "/api/v5/market/candles"),
    known=frozenset({"instId", "bar", "before", "after", "limit", "instType"}),
    id_of=lambda symbol: symbol.replace("/", "-"),
    asked_id=lambda asked: asked.query["instId"],
    markets=_markets,
    rows=_rows,
    wrap=lambda rows, _: {"code": "0", "msg": "", "data": rows},
    serves=lambda asked: asked.query.get("instType", "SPOT") == "SPOT",
)
