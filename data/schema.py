"""The columns and dtypes of every frame that crosses a room of the project, declared once.

A candle is named by its open time and its length: the one-minute candle ``t`` covers ``[t, t + 60 s)``. All times are
UTC.
"""

from enum import StrEnum
from typing import NamedTuple

import polars as pl

MINUTE_MS = 60_000
"""Milliseconds in a minute."""

TIME = pl.Datetime("ms", "UTC")
"""Dtype of every time: an instant, in milliseconds, in UTC."""


TIMEFRAME_SECONDS = {"1s": 1, "1m": 60, "5m": 300}
"""Length of a candle by the name of its timeframe."""


class BarWords(NamedTuple):
    """How sentences speak of bars of one length; see the properties of `Timeframe` that are called so."""

    noun: str
    adjective: str
    length: str
    sequence: str


BAR_WORDS = {
    "1s": BarWords("second", "one-second", "a second", "second by second"),
    "1m": BarWords("minute", "minute", "a minute", "minute by minute"),
    "5m": BarWords("five-minute bar", "five-minute", "five minutes", "bar by bar"),
}
"""What bars are called, by the name of their timeframe: the one place for it."""


class Timeframe(StrEnum):
    """The lengths of candles that are kept. Candles of two lengths never come out of one read."""

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
        """One bar, as in "in the same minute"; an article and an "s" behind it fit any length.

        >>> [timeframe.noun for timeframe in Timeframe]
        ['second', 'minute', 'five-minute bar']
        """
        return BAR_WORDS[self.value].noun

    @property
    def adjective(self) -> str:
        """What stands before a close of such a bar.

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
        """So many bars in minutes; a whole number where they are.

        >>> Timeframe.M5.convert_to_minutes(3), Timeframe.S1.convert_to_minutes(90)
        (15, 1.5)
        >>> Timeframe.S1.convert_to_minutes(120)
        2
        """
        whole_minutes, rest_s = divmod(bars * self.seconds, 60)
        return whole_minutes + rest_s / 60 if rest_s else whole_minutes

    def count_bars(self, minutes: int) -> int:
        """The least number of bars that last so many minutes.

        >>> Timeframe.S1.count_bars(3), Timeframe.M5.count_bars(3)
        (180, 1)
        """
        return -(-60 * minutes // self.seconds)


class Origin(StrEnum):
    """Where a candle came from. The first four are ``real``; of several for one minute the earlier listed wins."""

    ARCHIVE = "collected:archive"
    OHLCV = "collected:ccxt-ohlcv"
    TRADES = "collected:ccxt-trades"
    IMPORTED = "imported"
    RECONSTRUCTION = "reconstruction"


class Evidence(StrEnum):
    """The two kinds of candles that never mix in one measurement."""

    REAL = "real"
    RECONSTRUCTION = "reconstruction"


class Outcome(StrEnum):
    """How a request for one market and window ended."""

    COMPLETE = "complete"
    PARTLY = "partly"
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
"""Outcomes after which there is nothing more to ask for: an asset without a market on a venue, or a venue without
candles of that length, is expected."""

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
"""A candle as it is exchanged: ccxt venue id, ccxt unified symbol, prices in the quote, volume in base units."""

CANDLE_DEFAULTS: dict[str, str] = {
    "timeframe": Timeframe.M1.value,
    "price": "trade",
    "origin": Origin.IMPORTED.value,
}
"""Values of the optional columns of a candle where a file does not carry them."""

FETCHED_CANDLE: dict[str, pl.DataType] = {**CANDLE, "fetched_at": TIME, "source": pl.String()}
"""A candle as it comes to the store: when it was fetched, and ``source``, the host or file it came from."""

STORED_CANDLE: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "day": pl.Date(),
    **FETCHED_CANDLE,
}
"""A candle as the store keeps it: ``asset`` is the symbol's base, ``day`` that of the open time."""

WRITE_COUNTS: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "price": pl.String(),
    "timeframe": pl.String(),
    "new": pl.Int64(),
    "same": pl.Int64(),
    "revised": pl.Int64(),
}
"""What a write made of one market's candles: new, the same as the latest stored, or a revision of it."""

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
"""A field (open, high, low, close or volume) of a candle that its venue has reported with other values since.

``now_at`` is when the present value was seen first, ``changes`` how often the value changed (twice, with ``now`` like
``first_seen``: it was changed and changed back), ``source`` where the latest row came from.
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
"""What was asked of a market over ``[start, end)`` and what came; ``outcome`` is one of `Outcome`.

Inside a ``complete`` span a bar without a candle is quiet; outside of every such span it is missing.
"""

COVERAGE_DEFAULTS: dict[str, str] = {"price": CANDLE_DEFAULTS["price"], "timeframe": CANDLE_DEFAULTS["timeframe"]}
"""Values of the columns of coverage that older stores and frames lack."""

SPAN: dict[str, pl.DataType] = {"venue": pl.String(), "symbol": pl.String(), "start": TIME, "end": TIME}
"""A half-open span ``[start, end)`` that was collected whole for one market."""

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
"""The lowest trade of a bar that was made from trades: of several at that price the first by time and id.

``open_time`` is the bar's, ``at`` the trade's own time, ``price`` in the quote, ``amount`` in base units, ``source``
the host or file of the trades. A bar that came ready made has none.
"""

STORED_LOW_TRADE: dict[str, pl.DataType] = {"asset": pl.String(), "day": pl.Date(), **LOW_TRADE}
"""A lowest trade as the store keeps it: ``asset`` is the symbol's base, ``day`` that of the bar's open time."""

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
"""What the store holds of one market from one source, in candles of one length: first and last open time, and how many
bars have a candle."""

LISTING: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "listed_at": TIME,
    "source": pl.String(),
    "markets": pl.String(),
}
"""The markets that a venue listed at a time, as JSON text; ``source`` is the host that gave the list."""

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
"""An answer over ``[start, end)`` that could not be used: ``message`` says why, ``body`` is its text as it came."""

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
    """The asset that a ccxt unified symbol trades.

    >>> parse_base("DOGE/USDT:USDT")
    'DOGE'
    """
    return symbol.split("/", 1)[0]


def parse_quote(symbol: str) -> str:
    """The currency in which a ccxt unified symbol is priced.

    >>> parse_quote("DOGE/USDT:USDT")
    'USDT'
    """
    return symbol.split("/", 1)[1].split(":", 1)[0]


def is_derivative(symbol: str) -> bool:
    """Whether a ccxt unified symbol names a futures market: those carry the settlement currency after a colon.

    >>> is_derivative("ATOM/USD:ATOM")
    True
    """
    return ":" in symbol


def build_empty_frame(schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """A frame of no rows with the given columns."""
    return pl.DataFrame(schema=schema)
