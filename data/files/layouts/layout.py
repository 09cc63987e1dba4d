"""What a known kind of file looks like, as data: `CandleLayout`, `TradeLayout`, and the names of columns."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


def normalize_key(name: str) -> str:
    """The letters and digits of a column's name in lower case.

    >>> normalize_key("Volume_(BTC)"), normalize_key(" Open time ")
    ('volumebtc', 'opentime')
    """
    return re.sub(r"[^a-z0-9]+", "", name.lower())


ROLE_KEYS: Mapping[str, tuple[str, ...]] = {
    "venue": ("venue", "exchange"),
    "symbol": ("symbol", "pair", "market", "instrumentname", "instrument", "instid", "product", "productid"),
    "timeframe": ("timeframe",),
    "price": ("price",),
    "origin": ("origin",),
    "open": ("open", "openprice", "priceopen", "openingprice", "o"),
    "high": ("high", "highprice", "pricehigh", "h"),
    "low": ("low", "lowprice", "pricelow", "l"),
    "close": ("close", "closeprice", "priceclose", "tradeprice", "c"),
    "close_time": ("closetime", "timeperiodend", "timeclose", "endtime", "closetimestamp"),
}
"""The keys (`normalize_key`) of a candle's columns; of several that a file has, the first one is read."""

TIME_KEYS = (
    "opentime",
    "opentimeutc",
    "opentimestamp",
    "timeperiodstart",
    "timeopen",
    "starttime",
    "unix",
    "unixtime",
    "unixtimestamp",
    "time",
    "timeutc",
    "timestamp",
    "timestamputc",
    "datetime",
    "datetimeutc",
    "date",
    "dateutc",
    "ts",
    "t",
    "candledatetimeutc",
    "gmttime",
)
"""Keys of the time at which a candle opens."""

INDEX_KEYS = ("", "index", "indexlevel0", "unnamed0")
"""Keys of a column that may hold the times if no other does: pandas writes a nameless index so."""

UTC_KEY = re.compile(r"(utc|gmttime)$")
"""A key of a time that is in UTC by its name."""

BASE_VOLUME_KEYS = (
    "volumebase",
    "basevolume",
    "volumefrom",
    "volume",
    "vol",
    "v",
    "basevol",
    "volumetraded",
    "candleacctradevolume",
)
"""Keys of the volume in base units."""

QUOTE_VOLUME_KEYS = (
    "quotevolume",
    "quoteassetvolume",
    "volumequote",
    "quotevol",
    "volquote",
    "volumeto",
    "turnover",
    "volumecurrency",
    "volumeccy",
    "quoteamount",
)
"""Keys of the volume in the quote, which is read to check that in base units."""


@dataclass(frozen=True, slots=True)
class CandleLayout:
    """A kind of file of candles.

    Attributes:
        name: as users know it.
        marks: keys that all of its files have in their header.
        order: the roles of its columns in a file without a header; empty if there are no such files. Roles are those of
            `ROLE_KEYS`, ``open_time``, ``volume`` (base units), ``quote_volume``, ``vwap``, ``trades`` (a count) and
            ``other``.
        units: the units of its times in a file without a header.
        keys: keys of roles that differ from the usual ones.
    """

    name: str
    marks: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    units: frozenset[str] = frozenset({"s", "ms", "us"})
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TradeLayout:
    """A kind of file of trades.

    Attributes:
        name: as users know it.
        keys: the keys of its columns: ``time``, ``price``, ``amount`` (base units) and, where there are such, ``id``,
            ``venue`` and ``symbol``.
        order: the roles of its columns in a file without a header, ``other`` for those that are not read; empty if
            there are no such files.
        derivative_venues: names of exchanges that stand for their derivatives in these files.
    """

    name: str
    keys: Mapping[str, str]
    order: tuple[str, ...] = ()
    derivative_venues: frozenset[str] = frozenset()


def index_columns(columns: Iterable[str]) -> dict[str, str]:
    """The columns by their keys; of two columns with the same key the first."""
    by_key: dict[str, str] = {}
    for name in columns:
        by_key.setdefault(normalize_key(name), name)
    return by_key


def _order(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OHLC = "open high low close"

CANDLE_LAYOUTS = (
    CandleLayout(
        "candles of Plumbline",
        frozenset({"venue", "symbol", "opentime", "open", "high", "low", "close", "volume", "origin"}),
    ),
    CandleLayout(
        "Binance klines",
        frozenset({"opentime", "closetime", "quoteassetvolume"}),
        _order(f"open_time {_OHLC} volume close_time quote_volume other other other other"),
        frozenset({"ms", "us"}),
    ),
    CandleLayout("Binance klines", frozenset({"opentime", "closetime", "quotevolume"})),
    CandleLayout("a CryptoDataDownload file", frozenset({"unix", "date", "symbol"})),
    CandleLayout("a CryptoDataDownload file", frozenset({"unixtimestamp", "date", "symbol"})),
    CandleLayout("Bitcoin minutes as on Kaggle", frozenset({"timestamp", "volumecurrency", "weightedprice"})),
    CandleLayout(
        "OKX candles",
        frozenset({"instrumentname", "vol", "volccy", "volquote"}),
        keys={"volume": "vol", "quote_volume": "volquote"},
    ),
    CandleLayout(
        "HTX candles",
        frozenset({"id", "open", "close", "low", "high", "amount", "vol", "count"}),
        keys={"open_time": "id", "volume": "amount", "quote_volume": "vol"},
    ),
    CandleLayout(
        "KuCoin klines",
        frozenset({"time", "open", "close", "high", "low", "volume", "turnover"}),
        _order("open_time open close high low volume quote_volume"),
    ),
    CandleLayout("Kraken OHLCVT", order=_order(f"open_time {_OHLC} volume trades"), units=frozenset({"s"})),
    CandleLayout("Kraken OHLCVT", order=_order(f"open_time {_OHLC} vwap volume trades"), units=frozenset({"s"})),
    CandleLayout("Bybit klines", order=_order(f"open_time {_OHLC} volume quote_volume"), units=frozenset({"ms"})),
    CandleLayout("MEXC klines", order=_order(f"open_time {_OHLC} volume close_time quote_volume")),
    CandleLayout("OKX candles", order=_order(f"open_time {_OHLC} volume other quote_volume other")),
    CandleLayout("Bitget candles", order=_order(f"open_time {_OHLC} volume other quote_volume")),
    CandleLayout("ccxt rows", order=_order(f"open_time {_OHLC} volume")),
    CandleLayout("Bitfinex candles", order=_order("open_time open close high low volume"), units=frozenset({"ms"})),
    CandleLayout("Coinbase candles", order=_order("open_time low high open close volume"), units=frozenset({"s"})),
    CandleLayout("Gate candles", order=_order("open_time volume close high low open"), units=frozenset({"s"})),
)
"""The known kinds of files of candles; the first that fits is taken."""

TRADE_LAYOUTS = (
    TradeLayout(
        "trades of Tardis",
        {
            "venue": "exchange",
            "symbol": "symbol",
            "time": "timestamp",
            "id": "id",
            "price": "price",
            "amount": "amount",
        },
        derivative_venues=frozenset({"bybit", "phemex", "cryptofacilities"}),
    ),
    TradeLayout(
        "Binance aggTrades",
        {"time": "transacttime", "id": "aggtradeid", "price": "price", "amount": "quantity"},
        _order("id price amount other other time other other"),
    ),
    TradeLayout("Binance aggTrades", {}, _order("id price amount other other time other")),
    TradeLayout(
        "Binance trades",
        {"time": "time", "id": "id", "price": "price", "amount": "qty"},
        _order("id price amount quote_amount time other other"),
    ),
    TradeLayout("Binance trades", {}, _order("id price amount quote_amount time other")),
    TradeLayout(
        "Bybit trades",
        {"time": "timestamp", "id": "trdmatchid", "symbol": "symbol", "price": "price", "amount": "size"},
    ),
    TradeLayout("Bybit trades", {"time": "timestamp", "id": "id", "price": "price", "amount": "volume"}),
    TradeLayout(
        "OKX trades",
        {"time": "createdtime", "id": "tradeid", "symbol": "instrumentname", "price": "price", "amount": "size"},
    ),
    TradeLayout(
        "ccxt trades",
        {"time": "timestamp", "id": "id", "symbol": "symbol", "price": "price", "amount": "amount"},
    ),
    TradeLayout("Kraken trades", {}, _order("time price amount")),
    TradeLayout("Gate deals", {}, _order("time id price amount other")),
    *(
        TradeLayout("trades", {"time": time, "price": "price", "amount": amount})
        for amount in ("amount", "quantity", "qty", "size", "volume")
        for time in ("timestamp", "time", "datetime", "date", "unix", "tradetime")
    ),
)
"""The known kinds of files of trades; the first that fits is taken."""
