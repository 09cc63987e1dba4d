"""Kraken spot: OHLC of the newest 720 minutes whatever the start, flat where quiet; trades back to the first one."""

from bisect import bisect_right
from operator import attrgetter

from tests.replay.format import Format, Json, Markets, Rows, format_bar, limit_rows
from tests.replay.market import MINUTE_MS, Bar, PublicTrade, RecordedRequest, Refusal, aggregate_bars, select_bars
from tests.replay.symbols import split_symbol

NEWEST_BARS = 720

ASSET_NAMES = {"BTC": "XBT", "DOGE": "XDG", "LUNC": "LUNA", "LUNA": "LUNA2", "USTC": "UST"}
"""The venue's own names of assets, where they differ from the usual ones."""

X_PREFIXED = ("BTC", "ETC", "ETH", "LTC", "MLN", "REP", "XLM", "XMR", "XRP", "ZEC")
"""Assets whose key has an X before the name, and whose old pairs have two such keys for an id."""

Z_PREFIXED = ("USD", "EUR", "GBP", "CAD", "JPY", "AUD")
"""Assets whose key has a Z before the name."""

QUOTES = ("USDT", "USDC", "USD", "EUR", "GBP", "CAD", "JPY", "AUD", "CHF", "DAI", "BTC", "ETH", "SOL")
"""What pairs are quoted in, as far as they are replayed."""


def get_name(code: str) -> str:
    """The venue's name of an asset.

    >>> get_name("BTC"), get_name("ATOM")
    ('XBT', 'ATOM')
    """
    return ASSET_NAMES.get(code, code)


def get_asset_key(code: str) -> str:
    """The venue's key of an asset.

    >>> get_asset_key("BTC"), get_asset_key("DOGE"), get_asset_key("USD"), get_asset_key("ATOM")
    ('XXBT', 'XXDG', 'ZUSD', 'ATOM')
    """
    if code in {*X_PREFIXED, "DOGE"}:
        return f"X{get_name(code)}"
    return f"Z{code}" if code in Z_PREFIXED else get_name(code)


def format_id(symbol: str) -> str:
    """The key under which the venue lists a pair and sends its data.

    >>> [format_id(symbol) for symbol in ("XRP/USD", "DOGE/USD", "USDT/USD", "ATOM/USD", "BTC/USDT")]
    ['XXRPZUSD', 'XDGUSD', 'USDTZUSD', 'ATOMUSD', 'XBTUSDT']
    """
    base, quote = split_symbol(symbol)
    has_prefixes = base in X_PREFIXED and (
        quote in {"USD", "EUR", "BTC"} or (base in {"BTC", "ETH"} and quote in Z_PREFIXED[:5])
    )
    if has_prefixes or symbol == "USDT/USD":
        return get_asset_key(base) + get_asset_key(quote)
    return get_name(base) + get_name(quote)


def read_id(request: RecordedRequest) -> str:
    """The key of the requested pair: the venue also takes its short name, and responds under the key.

    Raises:
        Refusal: no pair is named like that.
    """
    pair = request.query["pair"]
    codes = {venue_name: code for code, venue_name in ASSET_NAMES.items()}
    for quote in QUOTES:
        base = pair.removesuffix(get_name(quote))
        if base not in {"", pair}:
            return format_id(f"{codes.get(base, base)}/{quote}")
    raise Refusal(200, {"error": ["EQuery:Unknown asset pair"]})


def _build_pairs(markets: Markets) -> Json:
    result: dict[str, object] = {}
    for symbol in markets:
        base, quote = split_symbol(symbol)
        result[format_id(symbol)] = {
            "altname": get_name(base) + get_name(quote),
            "wsname": f"{get_name(base)}/{get_name(quote)}",
            "aclass_base": "currency",
            "base": get_asset_key(base),
            "aclass_quote": "currency",
            "quote": get_asset_key(quote),
            "lot": "unit",
            "cost_decimals": 5,
            "pair_decimals": 4,
            "lot_decimals": 8,
            "lot_multiplier": 1,
            "leverage_buy": [],
            "leverage_sell": [],
            "fees": [[0, 0.4]],
            "fees_maker": [[0, 0.25]],
            "fee_volume_currency": "ZUSD",
            "margin_call": 80,
            "margin_stop": 40,
            "ordermin": "0.5",
            "costmin": "0.5",
            "tick_size": "0.0001",
            "status": "online",
        }
    return {"error": [], "result": result}


def _build_assets(markets: Markets) -> Json:
    codes = sorted({code for symbol in markets for code in split_symbol(symbol)})
    return {
        "error": [],
        "result": {
            get_asset_key(code): {
                "aclass": "currency",
                "altname": get_name(code),
                "decimals": 8,
                "display_decimals": 5,
                "status": "enabled",
            }
            for code in codes
        },
    }


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    """Oldest first, the unfinished minute among them: what is newer than ``since``, of the newest 720."""
    bars = aggregate_bars(bars, int(request.query.get("interval", 1)) * MINUTE_MS)
    since = int(request.query.get("since", -1)) * 1000
    page = [bar for bar in select_bars(bars, 0, now_ms + 1)[-NEWEST_BARS:] if bar.open_ms > since]
    rows: Rows = []
    for bar in page:
        *prices, volume = format_bar(bar)[1:]
        mean = prices[-1] if bar.volume else "0.0000"
        rows.append([bar.open_ms // 1000, *prices, mean, volume, 1 if bar.volume else 0])
    return rows


def _wrap_rows(rows: Rows, request: RecordedRequest) -> Json:
    """``last`` is the newest finished minute."""
    return {"error": [], "result": {read_id(request): rows, "last": rows[-2][0] if len(rows) > 1 else 0}}


def _list_trades(request: RecordedRequest, trades: list[PublicTrade], now_ms: int) -> Json:
    """Oldest first, after ``since`` in ns or else the newest; ``last`` is the time of the last one in ns."""
    count = limit_rows(request, 1000, 1000, "count")
    since = request.query.get("since")
    end = bisect_right(trades, now_ms * 10**6, key=attrgetter("time_ns"))
    first = max(end - count, 0) if since is None else bisect_right(trades, int(since), key=attrgetter("time_ns"))
    page = trades[first : min(first + count, end)]
    rows = [[trade.price, trade.amount, trade.time_ns / 10**9, "b", "m", "", trade.id] for trade in page]
    last_ns = str(page[-1].time_ns) if page else since or "0"
    return {"error": [], "result": {read_id(request): rows, "last": last_ns}}


FORMAT = Format(
    host="api.kraken.com",
    listing_path="/0/public/AssetPairs",
    candle_paths=("/0/public/OHLC",),
    known_parameters=frozenset({"pair", "interval", "since", "count"}),
    format_id=format_id,
    read_id=read_id,
    build_markets=_build_pairs,
    list_rows=_list_rows,
    wrap_rows=_wrap_rows,
    extra_lists={"/0/public/Assets": _build_assets},
    trade_path="/0/public/Trades",
    list_trades=_list_trades,
)
