"""Upbit: candles newest first, counted back from ``to``, which is exclusive, 200 at most; quiet minutes are omitted.

``count`` counts rows, so a page with quiet minutes begins earlier than the minutes asked for.
"""

from datetime import UTC, datetime, timedelta, timezone

from tests.replay.format import Format, Json, Markets, Rows, cap
from tests.replay.listing import legs
from tests.replay.market import MINUTE_MS, Asked, Bar, at, in_length

KOREA = timezone(timedelta(hours=9))

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


def listed(markets: Markets) -> Json:
    """The list of markets."""
    return [
        {"market": market_id(symbol), "korean_name": base, "english_name": base}
        for symbol in markets
        for base, _ in [legs(symbol)]
    ]


def market_id(symbol: str) -> str:
    """The quote comes first."""
    base, quote = legs(symbol)
    return f"{quote}-{base}"


def candles_before(asked: Asked, bars: list[Bar], end_ms: int) -> Rows:
    """The candles that open before a time, newest first, as many as ``count`` says, by default one."""
    traded = [bar for bar in at(bars, 0, end_ms) if bar.volume]
    return [_row(bar) for bar in reversed(traded[-cap(asked, 1, 200, "count") :])]


def _row(bar: Bar) -> list[object]:
    time = datetime.fromtimestamp(bar.open_ms / 1000, UTC)
    times = [f"{zoned:%Y-%m-%dT%H:%M:%S}" for zoned in (time, time.astimezone(KOREA))]
    last_trade_ms = bar.open_ms + 59_000
    return [*times, *bar[1:5], last_trade_ms, bar.close * bar.volume, bar.volume]


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """``to`` is UTC unless it names another zone."""
    unit = asked.path.rpartition("/")[2]
    bars = in_length(bars, 1000 if unit == "seconds" else int(unit) * MINUTE_MS)
    if "to" not in asked.query:
        return candles_before(asked, bars, now_ms + 1)
    time = datetime.fromisoformat(asked.query["to"])
    return candles_before(asked, bars, int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000))


def wrapped(rows: Rows, asked: Asked) -> Json:
    """Each row as an object."""
    return [{"market": asked.query["market"], **dict(zip(FIELDS, row, strict=True)), "unit": 1} for row in rows]


FORMAT = Format(
    host="api.upbit.com",
    listing="/v1/market/all",
    candle_paths=("/v1/candles/minutes/1", "/v1/candles/minutes/5", "/v1/candles/seconds"),
    known=frozenset({"market", "to", "count", "isDetails", "is_details"}),
    id_of=market_id,
    asked_id=lambda asked: asked.query.get("market", ""),
    markets=listed,
    rows=_rows,
    wrap=wrapped,
)
