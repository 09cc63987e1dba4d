"""Gemini v2: the newest 1,440 minutes, newest first, and no parameters; quiet minutes are flat."""

from tests.replay.format import Format, Rows
from tests.replay.market import Asked, Bar, at

REACH = 1440


def _rows(_: Asked, bars: list[Bar], now_ms: int) -> Rows:
    return [list(bar) for bar in reversed(at(bars, 0, now_ms + 1)[-REACH:])]


FORMAT = Format(
    host="api.gemini.com",
    listing="/v1/symbols",
    candle_paths=("/v2/candles/{id}/1m",),
    known=frozenset(),
    id_of=lambda symbol: symbol.replace("/", "").lower(),
    asked_id=lambda asked: asked.path.split("/")[3],
    markets=lambda markets: [symbol.replace("/", "").lower() for symbol in markets],
    rows=_rows,
    wrap=lambda rows, _: list(rows),
)
