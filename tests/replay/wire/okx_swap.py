"""OKX linear perpetuals: candles newest first, both cursors exclusive, 300 at most; quiet minutes are flat.

Volume is in contracts, and in base units one place further on. Mark and index prices have paths of their own, 100 rows
at most, and no volume; index prices are asked by the pair.
"""

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import MINUTE_MS, Bar, RecordedRequest, select_bars
from tests.replay.symbols import list_perpetuals, parse_perpetual

RECENT_BARS = 1440
CONTRACT_BASE = 0.5
"""The base units of one contract; any number but 1 tells the two volumes apart."""

PRICE_KINDS = {
    "history-candles": "trade",
    "candles": "trade",
    "history-mark-price-candles": "mark",
    "mark-price-candles": "mark",
    "history-index-candles": "index",
    "index-candles": "index",
}


def _read_price(request: RecordedRequest) -> str:
    return request.path.rsplit("/", maxsplit=1)[-1]


def _format_id(symbol: str) -> str:
    """The contract, or for index prices the pair, and the price."""
    contract = parse_perpetual(symbol)
    pair = f"{contract.base}-{contract.quote}"
    return f"{pair}#index" if contract.price == "index" else f"{pair}-SWAP#{contract.price}"


def _build_markets(markets: Markets) -> Json:
    data: list[object] = [
        {
            "instType": "SWAP",
            "instId": f"{contract.base}-{contract.quote}-SWAP",
            "instFamily": f"{contract.base}-{contract.quote}",
            "uly": f"{contract.base}-{contract.quote}",
            "baseCcy": "",
            "quoteCcy": "",
            "settleCcy": contract.settle,
            "ctType": "linear",
            "ctVal": str(CONTRACT_BASE),
            "ctMult": "1",
            "ctValCcy": contract.base,
            "listTime": "1611916828000",
            "expTime": "",
            "lever": "50",
            "state": "live",
            "tickSz": "0.0001",
            "lotSz": "1",
            "minSz": "1",
        }
        for contract in list_perpetuals(markets)
    ]
    return {"code": "0", "msg": "", "data": data}


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Later than ``before`` and earlier than ``after``; the paths without history know the newest 1,440 bars."""
    kind = _read_price(request)
    reach = 0 if kind.startswith("history") else now_ms - RECENT_BARS * MINUTE_MS
    start = max(int(request.query.get("before", -1)) + 1, reach)
    matching = select_bars(bars, start, int(request.query.get("after", now_ms + 1)))
    traded = PRICE_KINDS[kind] == "trade"
    page = matching[-limit_rows(request, 100, 300 if traded else 100) :]
    return [_build_row(bar, traded=traded) for bar in reversed(page)]


def _build_row(bar: Bar, *, traded: bool) -> list[object]:
    finished = "1"
    if not traded:
        return [*format_bar(bar)[:5], finished]
    volumes = (bar.volume / CONTRACT_BASE, bar.volume, bar.close * bar.volume)
    return [*format_bar(bar)[:5], *map(repr, volumes), finished]


FORMAT = Format(
    host="www.okx.com",
    listing_path="/api/v5/public/instruments",
    candle_paths=tuple(f"/api/v5/market/{path}" for path in PRICE_KINDS),
    known_parameters=frozenset({"instId", "bar", "before", "after", "limit", "instType", "uly", "instFamily"}),
    format_id=_format_id,
    read_id=lambda asked: f"{asked.query.get('instId')}#{PRICE_KINDS[_read_price(asked)]}",
    build_markets=_build_markets,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: {"code": "0", "msg": "", "data": rows},
    serves=lambda asked: asked.query.get("instType", "SWAP") == "SWAP",
)
