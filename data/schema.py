"""The columns and dtypes of every frame that is passed between packages.

A candle is named by its open time and its length: the one-minute candle ``t`` covers ``[t, t + 60 s)``. All times are
UTC.
"""

from enum import StrEnum
from typing import NamedTuple

import polars as pl

MINUTE_MS = 60_000
"""Milliseconds in a minute."""

MIN_PRICE, MAX_PRICE = 1e-18, 1e12
"""Prices outside of these are garbage: wei of the cheapest coin and won of the dearest lie far within."""

MAX_VOLUME = 1e20
"""A greater volume is garbage: no coin has so many units."""

TIME = pl.Datetime("ms", "UTC")
"""Dtype of every time: an instant, in milliseconds, in UTC."""


TIMEFRAME_SECONDS = {"1s": 1, "1m": 60, "5m": 300}
"""Length of a candle by the name of its timeframe."""


class BarWords(NamedTuple):
    """Words for bars of one timeframe in sentences; see the properties of `Timeframe` of the same names."""

    noun: str
    adjective: str
    length: str
    sequence: str


BAR_WORDS = {
    "1s": BarWords("second", "one-second", "a second", "second by second"),
    "1m": BarWords("minute", "minute", "a minute", "minute by minute"),
    "5m": BarWords("five-minute bar", "five-minute", "five minutes", "bar by bar"),
}
"""Words for bars by the name of their timeframe."""


class Timeframe(StrEnum):
    """The supported lengths of candles. No read returns candles of two timeframes."""

    S1 = "1s"
    M1 = "1m"
    M5 = "5m"

    @property
    def seconds(self) -> int:
        """The length in seconds."""
        return TIMEFRAME_SECONDS[self.value]

    @property
    def ms(self) -> int:
        """The length in milliseconds."""
        return 1000 * self.seconds

    @property
    def noun(self) -> str:
        """One bar, as in "in the same minute"; it can take an article and a plural "s".

        >>> [timeframe.noun for timeframe in Timeframe]
        ['second', 'minute', 'five-minute bar']
        """
        return BAR_WORDS[self.value].noun

    @property
    def adjective(self) -> str:
        """The adjective, as in "minute close".

        >>> [f"{timeframe.adjective} close" for timeframe in Timeframe]
        ['one-second close', 'minute close', 'five-minute close']
        """
        return BAR_WORDS[self.value].adjective

    @property
    def length(self) -> str:
        """The length of a bar, as in "candles of a minute"."""
        return BAR_WORDS[self.value].length

    @property
    def sequence(self) -> str:
        """Bar after bar, as in "minute by minute"."""
        return BAR_WORDS[self.value].sequence

    def convert_to_minutes(self, bars: int) -> float:
        """The length of so many bars in minutes; an int if it is whole.

        >>> Timeframe.M5.convert_to_minutes(3), Timeframe.S1.convert_to_minutes(90)
        (15, 1.5)
        >>> Timeframe.S1.convert_to_minutes(120)
        2
        """
        whole_minutes, rest_s = divmod(bars * self.seconds, 60)
        return whole_minutes + rest_s / 60 if rest_s else whole_minutes

    def count_bars(self, minutes: int) -> int:
        """The least number of bars that cover so many minutes.

        >>> Timeframe.S1.count_bars(3), Timeframe.M5.count_bars(3)
        (180, 1)
        """
        return -(-60 * minutes // self.seconds)


class Origin(StrEnum):
    """Where a candle came from. The first four are ``real``; of several for one bar the one listed first wins."""

    ARCHIVE = "collected:archive"
    OHLCV = "collected:ccxt-ohlcv"
    TRADES = "collected:ccxt-trades"
    IMPORTED = "imported"
    RECONSTRUCTION = "reconstruction"


class Evidence(StrEnum):
    """The two kinds of candles, which are never mixed in a measurement."""

    REAL = "real"
    RECONSTRUCTION = "reconstruction"


class Outcome(StrEnum):
    """How a request for one market and window ended."""

    COMPLETE = "complete"
    PARTLY = "partly"
    NO_EVIDENCE = "no-evidence"
    HISTORY_TOO_SHORT = "history-too-short"
    NOT_LISTED = "not-listed"
    NOT_OFFERED = "not-offered"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    RATE_LIMITED_OUT = "rate-limited-out"
    BAD_DATA = "bad-data"


class RunOutcome(StrEnum):
    """How a run of the follower ended."""

    DONE = "done"
    INCOMPLETE = "could not have everything"
    FAILED = "failed"
    SKIPPED = "skipped"
    STOPPED = "stopped"


SETTLED_OUTCOMES = frozenset({Outcome.COMPLETE, Outcome.NOT_LISTED, Outcome.NOT_OFFERED})
"""Outcomes after which nothing is left to request. It is expected that a venue does not list every asset or does not
offer every timeframe."""

CANDLE: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "open_time": TIME,
    "open": pl.Float64(),
    "high": pl.Float64(),
    "low": pl.Float64(),
    "close": pl.Float64(),
    "volume": pl.Float64(),
    "timeframe": pl.String(),
    "price": pl.String(),
    "origin": pl.String(),
}
"""A candle: ccxt venue id, ccxt unified symbol, prices in the quote, volume in base units."""

CANDLE_DEFAULTS: dict[str, str] = {
    "timeframe": Timeframe.M1.value,
    "price": "trade",
    "origin": Origin.IMPORTED.value,
}
"""Values of the optional columns of a candle for files without them."""

FETCHED_CANDLE: dict[str, pl.DataType] = {**CANDLE, "fetched_at": TIME, "source": pl.String()}
"""A candle as it is written to the store: with the time of fetching, and ``source``, its host or file."""

STORED_CANDLE: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "day": pl.Date(),
    **FETCHED_CANDLE,
}
"""A candle in the store: ``asset`` is the base of the symbol, ``day`` that of the open time."""

WRITE_COUNTS: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "price": pl.String(),
    "timeframe": pl.String(),
    "new": pl.Int64(),
    "same": pl.Int64(),
    "revised": pl.Int64(),
}
"""Counts of one market's candles in a write: new, the same as the latest stored row, or a revision of it."""

REVISION: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "price": pl.String(),
    "timeframe": pl.String(),
    "open_time": TIME,
    "field": pl.String(),
    "first_seen": pl.Float64(),
    "first_seen_at": TIME,
    "now": pl.Float64(),
    "now_at": TIME,
    "changes": pl.Int64(),
    "origin": pl.String(),
    "source": pl.String(),
}
"""A field (open, high, low, close or volume) of a candle that its venue has since reported with other values.

``now_at`` is when the current value was first fetched, ``changes`` how often the value changed (2 with ``now`` equal to
``first_seen``: it was changed and changed back), ``source`` that of the latest row.
"""

COVERAGE: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "start": TIME,
    "end": TIME,
    "outcome": pl.String(),
    "message": pl.String(),
    "asked_at": TIME,
    "origin": pl.String(),
    "source": pl.String(),
    "price": pl.String(),
    "timeframe": pl.String(),
}
"""A request for a market over ``[start, end)`` and its outcome, one of `Outcome`.

A bar without a candle is quiet inside a ``complete`` span. It also is inside a ``no-evidence`` span, an answer without
a candle, where complete spans of the series begin before and end after it; see `data.tables.absence`. Otherwise it is
missing.
"""

COVERAGE_DEFAULTS: dict[str, str] = {"price": CANDLE_DEFAULTS["price"], "timeframe": CANDLE_DEFAULTS["timeframe"]}
"""Values of the columns of coverage for older stores and frames without them."""

SPAN: dict[str, pl.DataType] = {"venue": pl.String(), "symbol": pl.String(), "start": TIME, "end": TIME}
"""A complete half-open span ``[start, end)`` of one market."""

LOW_TRADE: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "timeframe": pl.String(),
    "open_time": TIME,
    "at": TIME,
    "price": pl.Float64(),
    "amount": pl.Float64(),
    "trade_id": pl.String(),
    "source": pl.String(),
    "fetched_at": TIME,
}
"""The lowest trade of a bar that was built from trades: of several at that price the first by time and id.

``open_time`` is the bar's, ``at`` the trade's own time, ``price`` in the quote, ``amount`` in base units, ``source``
the host or file of the trades. Bars that were fetched as candles have no lowest trade.
"""

SOURCE: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "origin": pl.String(),
    "source": pl.String(),
    "rows": pl.Int64(),
    "first_fetched": TIME,
    "last_fetched": TIME,
}
"""A source of a venue's candles: how many rows are of it, and when the first and the last of them were fetched.

The times are null for a file that is not in the store."""

STORED_LOW_TRADE: dict[str, pl.DataType] = {"asset": pl.String(), "day": pl.Date(), **LOW_TRADE}
"""A lowest trade in the store: ``asset`` is the base of the symbol, ``day`` that of the bar's open time."""

HOLDING: dict[str, pl.DataType] = {
    "origin": pl.String(),
    "source": pl.String(),
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "first": TIME,
    "last": TIME,
    "candles": pl.Int64(),
    "timeframe": pl.String(),
}
"""The candles of one market, source and timeframe in the store: first and last open time, and the number of bars with
a candle."""

LISTING: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "listed_at": TIME,
    "source": pl.String(),
    "markets": pl.String(),
}
"""The markets that a venue listed at a time, as JSON text; ``source`` is the host."""

REJECTED_PAGE: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "price": pl.String(),
    "start": TIME,
    "end": TIME,
    "asked_at": TIME,
    "source": pl.String(),
    "message": pl.String(),
    "body": pl.String(),
}
"""A rejected response about ``[start, end)``: ``message`` is the reason, ``body`` its unchanged text."""

RUN: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "began_at": TIME,
    "ended_at": TIME,
    "start": TIME,
    "end": TIME,
    "outcome": pl.String(),
    "candles": pl.Int64(),
    "new": pl.Int64(),
    "revised": pl.Int64(),
    "message": pl.String(),
    "holder": pl.String(),
}
"""One run of the follower. ``start`` and ``end`` are its window (null: none), ``outcome`` is one of `RunOutcome`."""


def parse_base(symbol: str) -> str:
    """The base currency of a ccxt unified symbol.

    >>> parse_base("DOGE/USDT:USDT")
    'DOGE'
    """
    return symbol.split("/", 1)[0]


def parse_quote(symbol: str) -> str:
    """The quote currency of a ccxt unified symbol.

    >>> parse_quote("DOGE/USDT:USDT")
    'USDT'
    """
    return symbol.split("/", 1)[1].split(":", 1)[0]


def is_derivative(symbol: str) -> bool:
    """Whether a ccxt unified symbol is of a futures market, with a settlement currency after a colon.

    >>> is_derivative("ATOM/USD:ATOM")
    True
    """
    return ":" in symbol


def build_empty_frame(schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """A frame without rows."""
    return pl.DataFrame(schema=schema)
