"""Bitfinex v2: candles in either order, ``start`` and ``end`` inclusive, 10,000 at most; quiet minutes are omitted.

``limit`` counts rows, so a page with quiet minutes runs past the minutes asked for. Currencies have names of their own,
and errors are lists with status 500.
"""

from tests.replay.format import Format, Json, Markets, Rows
from tests.replay.market import Bar, RecordedRequest, Refusal, select_bars
from tests.replay.symbols import split_symbol

MAX_ROWS = 10_000
OLDEST_FIRST = "1"

CURRENCY_NAMES = {
    "ATOM": "ATO",
    "USDT": "UST",
    "USDC": "UDC",
    "ALGO": "ALG",
    "DASH": "DSH",
    "IOTA": "IOT",
    "TUSD": "TSD",
}
"""Currencies with other names at the venue; the rest have those of ccxt."""

PAIRS_PATH = "pub:info:pair,pub:info:pair:futures,pub:list:pair:securities,pub:list:pair:margin"
CURRENCIES_PATH = (
    "pub:list:currency,pub:map:currency:sym,pub:map:currency:label,pub:map:currency:unit,pub:map:currency:undl,"
    "pub:map:currency:pool,pub:map:currency:explorer,pub:map:currency:tx:fee,pub:map:tx:method,pub:info:tx:status,"
    "pub:list:currency:margin"
)


def _format_pair(symbol: str) -> str:
    """Names of three letters are joined; with a longer one there is a colon between them."""
    base, quote = (CURRENCY_NAMES.get(currency, currency) for currency in split_symbol(symbol))
    return f"{base}{quote}" if len(base) == len(quote) == 3 else f"{base}:{quote}"


def _build_pairs(markets: Markets) -> Json:
    """A list for each of the four labels: pairs with their order sizes, futures, securities, margin pairs."""
    sizes = [None, None, None, "0.02", "5000.0", None, None, None, None, None, None, None]
    return [[[_format_pair(symbol), sizes] for symbol in markets], [], [], [_format_pair(symbol) for symbol in markets]]


def _build_currencies(markets: Markets) -> Json:
    """A list for each of the eleven labels; most say something of a few currencies only."""
    names = sorted({CURRENCY_NAMES.get(currency, currency) for symbol in markets for currency in split_symbol(symbol)})
    symbols = [["UST", "USDt"], ["UDC", "USDC"], ["ALG", "ALGO"], ["ATO", "ATOM"], ["DSH", "DASH"], ["TSD", "TUSD"]]
    fees = [[name, [0, 0.3]] for name in names]
    return [names, symbols, [[name, name] for name in names], [], [], [], [], fees, [], [], []]


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """``limit`` rows from ``start`` on when the oldest come first, else counted back from ``end``."""
    limit = int(request.query.get("limit", 100))
    if not 0 < limit <= MAX_ROWS:
        raise Refusal(500, ["error", 10020, "limit: invalid"])
    window = select_bars(bars, int(request.query.get("start", 0)), int(request.query.get("end", now_ms)) + 1)
    matching = [bar for bar in window if bar.volume]
    page = matching[:limit] if request.query.get("sort") == OLDEST_FIRST else matching[: -limit - 1 : -1]
    return [[bar.open_ms, bar.open, bar.close, bar.high, bar.low, bar.volume] for bar in page]


FORMAT = Format(
    host="api-pub.bitfinex.com",
    listing_path=f"/v2/conf/{PAIRS_PATH}",
    candle_paths=("/v2/candles/trade:1m:{id}/hist",),
    known_parameters=frozenset({"start", "end", "sort", "limit"}),
    format_id=lambda symbol: f"t{_format_pair(symbol)}",
    read_id=lambda asked: asked.path.removeprefix("/v2/candles/trade:1m:").removesuffix("/hist"),
    build_markets=_build_pairs,
    list_rows=_list_rows,
    wrap_rows=lambda rows, _: list(rows),
    extra_lists={f"/v2/conf/{CURRENCIES_PATH}": _build_currencies},
)
