"""Kraken spot: OHLC of the newest 720 minutes whatever is asked, flat where quiet; trades back to the first one."""

from tests.replay.format import Format, Json, Markets, Rows, cap, text
from tests.replay.listing import legs
from tests.replay.market import MINUTE_MS, Asked, Bar, Refusal, Trade, at, in_length

NEWEST = 720

NAMES = {"BTC": "XBT", "DOGE": "XDG", "LUNC": "LUNA", "LUNA": "LUNA2", "USTC": "UST"}
"""The venue's own names of assets, where they differ from the usual ones."""

OLD_COINS = ("BTC", "ETC", "ETH", "LTC", "MLN", "REP", "XLM", "XMR", "XRP", "ZEC")
"""Assets whose key has an X before the name, and whose old pairs have two such keys for an id."""

OLD_MONEY = ("USD", "EUR", "GBP", "CAD", "JPY", "AUD")
"""Assets whose key has a Z before the name."""

QUOTES = ("USDT", "USDC", "USD", "EUR", "GBP", "CAD", "JPY", "AUD", "CHF", "DAI", "BTC", "ETH", "SOL")
"""What pairs are quoted in, as far as they are replayed."""


def name(code: str) -> str:
    """The venue's name of an asset.

    >>> name("BTC"), name("ATOM")
    ('XBT', 'ATOM')
    """
    return NAMES.get(code, code)


def asset(code: str) -> str:
    """The venue's key of an asset.

    >>> asset("BTC"), asset("DOGE"), asset("USD"), asset("ATOM")
    ('XXBT', 'XXDG', 'ZUSD', 'ATOM')
    """
    if code in {*OLD_COINS, "DOGE"}:
        return f"X{name(code)}"
    return f"Z{code}" if code in OLD_MONEY else name(code)


def id_of(symbol: str) -> str:
    """The key under which the venue lists a pair and answers for it.

    >>> [id_of(symbol) for symbol in ("XRP/USD", "DOGE/USD", "USDT/USD", "ATOM/USD", "BTC/USDT")]
    ['XXRPZUSD', 'XDGUSD', 'USDTZUSD', 'ATOMUSD', 'XBTUSDT']
    """
    base, quote = legs(symbol)
    old = base in OLD_COINS and (quote in {"USD", "EUR", "BTC"} or (base in {"BTC", "ETH"} and quote in OLD_MONEY[:5]))
    if old or symbol == "USDT/USD":
        return asset(base) + asset(quote)
    return name(base) + name(quote)


def asked_id(asked: Asked) -> str:
    """The key of the pair asked: the venue also takes the short name of a pair, and answers under the key.

    Raises:
        Refusal: no pair is named like that.
    """
    pair = asked.query["pair"]
    codes = {other: code for code, other in NAMES.items()}
    for quote in QUOTES:
        base = pair.removesuffix(name(quote))
        if base not in {"", pair}:
            return id_of(f"{codes.get(base, base)}/{quote}")
    raise Refusal(200, {"error": ["EQuery:Unknown asset pair"]})


def _pairs(markets: Markets) -> Json:
    result: dict[str, object] = {}
    for symbol in markets:
        base, quote = legs(symbol)
        result[id_of(symbol)] = {
            "altname": name(base) + name(quote),
            "wsname": f"{name(base)}/{name(quote)}",
            "aclass_base": "currency",
            "base": asset(base),
            "aclass_quote": "currency",
            "quote": asset(quote),
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


def _assets(markets: Markets) -> Json:
    codes = sorted({code for symbol in markets for code in legs(symbol)})
    return {
        "error": [],
        "result": {
            asset(code): {
                "aclass": "currency",
                "altname": name(code),
                "decimals": 8,
                "display_decimals": 5,
                "status": "enabled",
            }
            for code in codes
        },
    }


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    """Oldest first, the unfinished minute among them: what is newer than ``since``, of the newest 720."""
    bars = in_length(bars, int(asked.query.get("interval", 1)) * MINUTE_MS)
    since = int(asked.query.get("since", -1)) * 1000
    page = [bar for bar in at(bars, 0, now_ms + 1)[-NEWEST:] if bar.open_ms > since]
    rows: Rows = []
    for bar in page:
        *prices, volume = text(bar)[1:]
        mean = prices[-1] if bar.volume else "0.0000"
        rows.append([bar.open_ms // 1000, *prices, mean, volume, 1 if bar.volume else 0])
    return rows


def _wrap(rows: Rows, asked: Asked) -> Json:
    """``last`` is the newest minute that is over."""
    return {"error": [], "result": {asked_id(asked): rows, "last": rows[-2][0] if len(rows) > 1 else 0}}


def _trades(asked: Asked, trades: list[Trade], now_ms: int) -> Json:
    """Oldest first, after ``since`` in ns or else the newest; ``last`` is the time of the last one in ns."""
    count = cap(asked, 1000, 1000, "count")
    known = sorted((trade for trade in trades if trade.time_ns <= now_ms * 10**6), key=lambda made: made.id)
    since = asked.query.get("since")
    page = known[-count:] if since is None else [trade for trade in known if trade.time_ns > int(since)][:count]
    rows = [[trade.price, trade.amount, trade.time_ns / 10**9, "b", "m", "", trade.id] for trade in page]
    last = str(page[-1].time_ns) if page else since or "0"
    return {"error": [], "result": {asked_id(asked): rows, "last": last}}


FORMAT = Format(
    host="api.kraken.com",
    listing="/0/public/AssetPairs",
    candle_paths=("/0/public/OHLC",),
    known=frozenset({"pair", "interval", "since", "count"}),
    id_of=id_of,
    asked_id=asked_id,
    markets=_pairs,
    rows=_rows,
    wrap=_wrap,
    also={"/0/public/Assets": _assets},
    trade_path="/0/public/Trades",
    trades=_trades,
)
