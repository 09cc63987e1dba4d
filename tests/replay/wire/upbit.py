"""Upbit: candles newest first, counted back from ``to``, which is exclusive, 200 at most; quiet minutes are omitted.

``count`` counts rows, so a page with quiet minutes begins earlier than the minutes asked for.
"""

from datetime import UTC, datetime, timedelta, timezone

from tests.replay.format import Format, Json, Markets, Rows, limit_rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, aggregate_bars, select_bars
from tests.replay.symbols import split_symbol

KOREA_TIME = timezone(timedelta(hours=9))

FIELDS = (
    "candle_date_time_utc",
    "candle_date_time_kst",
    "opening_price",
    "high_price",
    "low_price",
    "trade_price",
    "timestamp",
    "candle_acc_trade_price",
    "candle_acc_trade_volume",
)


def build_markets(markets: Markets) -> Json:
    """The list of markets."""
    return [
        {"market": format_id(symbol), "korean_name": base, "english_name": base}
        for symbol in markets
        for base, _ in [split_symbol(symbol)]
    ]


def format_id(symbol: str) -> str:
    """The quote comes first."""
    base, quote = split_symbol(symbol)
    return f"{quote}-{base}"


def list_candles_before(request: RecordedRequest, bars: list[Bar], end_ms: int) -> Rows:
    """The candles that open before a time, newest first, as many as ``count`` says, by default one."""
    traded = [bar for bar in select_bars(bars, 0, end_ms) if bar.volume]
    return [_build_row(bar) for bar in reversed(traded[-limit_rows(request, 1, 200, "count") :])]


def _build_row(bar: Bar) -> list[object]:
    time = datetime.fromtimestamp(bar.open_ms / 1000, UTC)
    times = [f"{zoned:%Y-%m-%dT%H:%M:%S}" for zoned in (time, time.astimezone(KOREA_TIME))]
    last_trade_ms = bar.open_ms + 59_000
    return [*times, *bar[1:5], last_trade_ms, bar.close * bar.volume, bar.volume]


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """``to`` is UTC unless it names another zone."""
    unit = request.path.rpartition("/")[2]
    bars = aggregate_bars(bars, 1000 if unit == "seconds" else int(unit) * MINUTE_MS)
    if "to" not in request.query:
        return list_candles_before(request, bars, now_ms + 1)
    time = datetime.fromisoformat(request.query["to"])
    return list_candles_before(
        request, bars, int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
    )


def wrap_rows(rows: Rows, request: RecordedRequest) -> Json:
    """Each row as an object."""
    return [{"market": request.query["market"], **dict(zip(FIELDS, row, strict=True)), "unit": 1} for row in rows]


FORMAT = Format(
    host="api.upbit.com",
    listing_path="/v1/market/all",
    candle_paths=("/v1/candles/minutes/1", "/v1/candles/minutes/5", "/v1/candles/seconds"),
    known_parameters=frozenset({"market", "to", "count", "isDetails", "is_details"}),
    format_id=format_id,
    read_id=lambda asked: asked.query.get("market", ""),
    build_markets=build_markets,
    list_rows=_list_rows,
    wrap_rows=wrap_rows,
)
