"""What a row of the venue table says. The rows are in ``venues.toml``; `collectors.venues.table` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from enum import StrEnum
from typing import Any

from data.schema import Timeframe


class Mark(StrEnum):
    """How a fact about a venue is known, from the surest to the least sure."""

    SEEN = "V"
    """Seen at the venue itself, with `collect --check`."""
    TESTED = "T"
    """Run with this version of ccxt against a local replay."""
    SOURCE = "S"
    """Read in the source of ccxt 4.5.90, or captured from the library."""
    DOCUMENTED = "D"
    """Read in the exchange's own documentation."""
    ISSUE = "I"
    """Read in an issue thread, or in a third party's measured note."""
    MEMORY = "M"
    """General knowledge, not verified."""
    UNKNOWN = "U"
    """Not known: the value is the careful choice, until somebody asks the venue."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a field of a venue row is believed: the mark of evidence, and what it was read in."""

    mark: Mark
    source: str


class MarketType(StrEnum):
    """What is traded; the value is ccxt's name for it."""

    SPOT = "spot"
    SWAP = "swap"
    """Perpetual futures."""


class PageEdge(StrEnum):
    """From which end of a page a venue counts the candles that it was asked for."""

    START = "start"
    """Forward from the start of the page, or the page has both ends and nothing is counted."""
    END = "end"
    """Back from the end of the page."""


class EmptyMinutes(StrEnum):
    """How a venue shows a minute in which nothing traded."""

    FLAT = "flat"
    """As a candle with volume 0: a minute without a candle was then not answered."""
    OMITTED = "omitted"
    """Not at all: a minute without a candle inside an answered page is quiet."""
    UNKNOWN = "unknown"
    """Not known: no minute without a candle can be called quiet."""


class Route(StrEnum):
    """A way to a venue's candles."""

    ARCHIVE = "archive"
    """Files that the venue publishes, a day each."""
    OHLCV = "ohlcv"
    """The venue's candles, by ccxt."""
    TRADES = "trades"
    """The venue's public trades, made into candles here."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host that serves a venue's candles; ``config`` is what points ccxt at it (nothing: ccxt's own choice)."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndParameter:
    """The end of a page, where it has to be passed by hand because ccxt passes neither start nor end.

    ``name`` is the parameter; the time is written in ``zone`` as ``pattern`` says (strftime).
    """

    name: str
    zone: timezone
    pattern: str

    def format_time(self, time: datetime) -> str:
        """The time as the venue reads it.

        >>> from datetime import UTC, timedelta
        >>> korean = EndParameter("to", timezone(timedelta(hours=9)), "%Y-%m-%dT%H:%M:%S")
        >>> korean.format_time(datetime(2025, 10, 11, 0, 0, tzinfo=UTC))
        '2025-10-11T09:00:00'
        """
        return time.astimezone(self.zone).strftime(self.pattern)


@dataclass(frozen=True, slots=True)
class Archive:
    """The daily files that a venue publishes.

    ``path`` is a pattern with ``{base}``, ``{quote}``, ``{day:...}`` and, where files hold candles of one length each,
    ``{timeframe}``. ``layout`` names the way of the columns. The
    day of a file begins ``day_zone_h`` hours before that day does in UTC. ``checksum`` is what is added to the path of
    a file to get its SHA-256; None without one. ``from_day`` is the first day on record. ``lag_h`` is how many hours
    after the end of a day its file can be expected. ``volume_unit`` is ``base``, ``quote`` or ``unknown``.
    """

    host: str
    path: str
    layout: str
    day_zone_h: int
    checksum: str | None
    from_day: date
    empty_minutes: EmptyMinutes
    lag_h: int
    volume_unit: str


@dataclass(frozen=True, slots=True)
class VenueRow:
    """What one venue gives of one kind of market.

    ``key`` is unique in the table, ``id`` is the ccxt id and the venue's name in the store. ``by_default`` says
    whether the row is meant where no venue is named: a second route to books that another row reads is not, because
    the same order book must not count as two venues. ``hosts`` are tried in order while a host refuses to list its
    markets; the first is the default. ``page_min`` is the number of candles that is safe to ask for at once: minutes,
    of candles of a minute. ``newest_first`` is the order on the wire. ``reach_min`` is how many of the newest minutes
    the 1-minute candles cover; None where no such bound is known. ``reaches_min`` is the same of other lengths, where
    one is known. ``history`` says in words how far back 1-minute candles reach. ``timeframes`` are the lengths of
    candles that each route gives. ``pace_ms`` is the least time
    between two requests for candles. ``routes`` are asked in order, each for what is still missing. ``prices`` are the
    price series that have candles. ``rows_at`` are the keys that lead to the list of candles in an answer (none: the
    answer is the list); ``{id}`` stands for the market's id. ``until`` and ``archive`` are None where there is no such
    thing. ``config`` is given to the ccxt constructor. ``basis`` has an entry for each fact, by field name.
    """

    key: str
    id: str
    kind: MarketType
    by_default: bool
    hosts: tuple[Host, ...]
    page_min: int
    anchor: PageEdge
    newest_first: bool
    empty_minutes: EmptyMinutes
    reach_min: int | None
    history: str
    pace_ms: float
    routes: tuple[Route, ...]
    timeframes: Mapping[Route, tuple[Timeframe, ...]]
    reaches_min: Mapping[Timeframe, int]
    prices: tuple[str, ...]
    rows_at: tuple[str, ...]
    until: EndParameter | None
    archive: Archive | None
    basis: Mapping[str, Basis]
    config: Mapping[str, Any] = field(default_factory=dict)

    def list_routes(self, timeframe: Timeframe) -> tuple[Route, ...]:
        """The routes that give candles of that length, in the order in which they are asked."""
        return tuple(route for route in self.routes if timeframe in self.timeframes.get(route, ()))

    def find_reach(self, timeframe: Timeframe) -> int | None:
        """How many of the newest minutes the candles of that length cover; None where no bound is known."""
        return self.reach_min if timeframe is Timeframe.M1 else self.reaches_min.get(timeframe)
