"""Coinbase Exchange: candles newest first, 300 at most or an error; quiet minutes are omitted. Trades by number."""

from datetime import UTC, datetime

from tests.replay.format import Format, Json, Markets, Rows, limit_rows
from tests.replay.market import Bar, PublicTrade, RecordedRequest, Refusal, aggregate_bars, select_bars


def _build_markets(markets: Markets) -> Json:
    return [
        {
            "id": symbol.replace("/", "-"),
            "base_currency": symbol.split("/")[0],
            "quote_currency": symbol.split("/")[1],
            "status": "online",
            "margin_enabled": False,
            "base_increment": "0.01",
            "quote_increment": "0.0001",
            "min_market_funds": "1",
        }
        for symbol in markets
    ]


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Newest first, ``start`` and ``end`` inclusive, 300 at most; no row for a minute without a trade."""
    step_ms = int(request.query.get("granularity", 60)) * 1000
    end = _parse_ms(request.query["end"]) if "end" in request.query else now_ms
    start = _parse_ms(request.query["start"]) if "start" in request.query else end - 299 * step_ms
    if (end - start) // step_ms + 1 > 300:
        message = "granularity too small for the requested time range. Count of aggregations requested exceeds 300"
        raise Refusal(400, {"message": message})
    page = [bar for bar in select_bars(aggregate_bars(bars, step_ms), start, end + 1) if bar.volume]
    return [[bar.open_ms // 1000, bar.low, bar.high, bar.open, bar.close, bar.volume] for bar in reversed(page)]


def _list_trades(request: RecordedRequest, trades: list[PublicTrade], now_ms: int) -> Json:
    """Newest first; with ``after`` those with a lower number, 1,000 at most; times to the microsecond."""
    before = int(request.query["after"]) if "after" in request.query else None
    older = [trade for trade in trades if trade.time_ns <= now_ms * 10**6 and (before is None or trade.id < before)]
    return [
        {
            "trade_id": trade.id,
            "side": "sell",
            "size": trade.amount,
            "price": trade.price,
            "time": f"{datetime.fromtimestamp(trade.time_ns // 1000 / 10**6, UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        }
        for trade in reversed(older[-limit_rows(request, 1000, 1000) :])
    ]


def _parse_ms(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp() * 1000)


FORMAT = Format(
    host="api.exchange.coinbase.com",
    listing_path="/products",
    candle_paths=("/products/{id}/candles",),
    known_parameters=frozenset({"granularity", "start", "end", "after", "limit"}),
    format_id=lambda symbol: symbol.replace("/", "-"),
    read_id=lambda asked: asked.path.split("/")[2],
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: list(rows),
    trade_path="/products/{id}/trades",
    list_trades=_list_trades,
)
