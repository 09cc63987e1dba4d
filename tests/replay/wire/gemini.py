"""Gemini v2: the newest 1,440 minutes, newest first, and no parameters; quiet minutes are flat."""

from tests.replay.format import Format, Rows
from tests.replay.market import Bar, RecordedRequest, select_bars

REACH_BARS = 1440


def _list_rows(_: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    return [list(bar) for bar in reversed(select_bars(bars, 0, now_ms + 1)[-REACH_BARS:])]


FORMAT = Format(
    host="api.gemini.com",
    listing_path="/v1/symbols",
    candle_paths=("/v2/candles/{id}/1m",),
    known_parameters=frozenset(),
    format_id=lambda symbol: symbol.replace("/", "").lower(),
    read_id=lambda asked: asked.path.split("/")[3],
    build_markets=lambda markets: [symbol.replace("/", "").lower() for symbol in markets],
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: list(rows),
)
