"""The types of a row of the venue table; `collectors.venues.table` has the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from enum import StrEnum
from typing import Any

from data.schema import Timeframe

FINAL_AFTER_S = 120
"""The `VenueRow.final_after_s` of a venue of which nothing else is known."""


class Mark(StrEnum):
    """How a fact about a venue is known, from the surest to the least sure."""

    VERIFIED = "V"
    """Verified at the venue itself, with `collect --check`."""
    THIRD_PARTY = "P"
    """Measured at the venue by a third party who published figures or recorded answers."""
    TESTED = "T"
    """Tested with this version of ccxt against a local replay."""
    SOURCE = "S"
    """Read in the source of ccxt 4.5.90, or captured from the library."""
    DOCUMENTED = "D"
    """Read in the exchange's own documentation."""
    ISSUE = "I"
    """Read in an issue thread, or in a third party's note."""
    MEMORY = "M"
    """General knowledge, not verified."""
    UNKNOWN = "U"
    """Not known: the value is the cautious choice until it is checked at the venue."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The evidence for a field of a venue row: a mark, and the source."""

    mark: Mark
    source: str


class MarketType(StrEnum):
    """What is traded; the value is ccxt's name for it."""

    SPOT = "spot"
    SWAP = "swap"
    """Perpetual futures."""


class PageEdge(StrEnum):
    """From which end of a page a venue counts candles."""

    START = "start"
    """Forward from the start of the page, or the page has both ends and nothing is counted."""
    END = "end"
    """Back from the end of the page."""


class EmptyMinutes(StrEnum):
    """How a venue shows a minute in which nothing traded."""

    FLAT = "flat"
    """As a candle with volume 0: a minute without a candle is missing."""
    OMITTED = "omitted"
    """Not at all: a minute without a candle inside a page is quiet."""
    UNKNOWN = "unknown"
    """Not known: a minute without a candle counts as missing."""


class Route(StrEnum):
    """A way to a venue's candles."""

    ARCHIVE = "archive"
    """Daily files that the venue publishes."""
    OHLCV = "ohlcv"
    """The venue's candles, by ccxt."""
    TRADES = "trades"
    """The venue's public trades, built into candles here."""
    ARCHIVE_TRADES = "archive-trades"
    """Daily files of trades beside those of candles, built into candles here."""


class TradeCursor(StrEnum):
    """What a venue pages its public trades by."""

    TIME = "time"
    """Upwards from a time."""
    NUMBER = "number"
    """Downwards from the number of a trade."""


class IndexForm(StrEnum):
    """How an archive lists its folders."""

    S3 = "s3"
    """As S3 lists a bucket: pages of XML."""
    HTML = "html"
    """As a page of links."""


ARCHIVE_TABLES = {Route.ARCHIVE: "archive", Route.ARCHIVE_TRADES: "trade_archive"}
"""The routes to files, and the names of their tables in a row."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host that serves a venue's candles; ``config`` is the ccxt configuration for it (empty: ccxt's default)."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndParameter:
    """The parameter for the end of a page, for venues to which ccxt passes neither start nor end.

    The time is formatted in ``zone`` by ``pattern`` (strftime).
    """

    name: str
    zone: timezone
    pattern: str

    def format_time(self, time: datetime) -> str:
        """The time in the format of the venue.

        >>> from datetime import UTC, timedelta
        >>> korean = EndParameter("to", timezone(timedelta(hours=9)), "%Y-%m-%dT%H:%M:%S")
        >>> korean.format_time(datetime(2025, 10, 11, 0, 0, tzinfo=UTC))
        '2025-10-11T09:00:00'
        """
        return time.astimezone(self.zone).strftime(self.pattern)


@dataclass(frozen=True, slots=True)
class FilePattern:
    """Where an archive has the file of a market and day, and how it is read.

    ``path`` is a pattern with ``{base}``, ``{quote}``, ``{day:...}`` and, where files have candles of one timeframe
    each, ``{timeframe}``. ``layout`` is a key of `collectors.archives.formats.ARCHIVE_FORMATS`. ``from_day`` is the
    first day with a file. ``checksum`` is the path to the checksum of a file, as a pattern of ``{path}`` and, without
    the last ending, ``{stem}``; None where none is published.
    """

    path: str
    layout: str
    from_day: date
    checksum: str | None = None


@dataclass(frozen=True, slots=True)
class ArchiveIndex:
    """The list of the folders of an archive, one for each market that has or had files.

    A folder has the name of its market, base and quote without a sign between them. The list is at ``path`` of
    ``host``; ``folder`` is what lies before the names in an S3 bucket, and empty in a page of links.
    """

    host: str
    path: str
    form: IndexForm
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """The daily files that a venue publishes.

    ``index`` lists the markets that have or had files; None where no such list is known. ``files`` are the places where
    a day's file may be, tried in order. The day of a file begins ``day_zone_h`` hours before that day does in UTC.
    ``lag_h`` is how many hours after the end of a day its file is expected, ``volume_unit`` is ``base``, ``quote`` or
    ``unknown``. ``terms`` are terms of use that keep an archive from being read unless a user says that they are met;
    empty where there are none.
    """

    host: str
    files: tuple[FilePattern, ...]
    day_zone_h: int
    empty_minutes: EmptyMinutes
    lag_h: int
    volume_unit: str
    terms: str = ""
    index: ArchiveIndex | None = None

    @property
    def from_day(self) -> date:
        """The first day with a file."""
        return min(file.from_day for file in self.files)


@dataclass(frozen=True, slots=True)
class VenueRow:
    """What one venue offers of one kind of market.

    Attributes:
        key: unique in the table.
        id: the ccxt id, and the venue's name in the store.
        kind: spot markets or perpetual futures.
        by_default: whether the row is used where no venue is named; not for a second route to order books that another
            row reads, which must not count as two venues.
        hosts: tried in order while a host refuses; the first is the default.
        page_min: the number of candles that can safely be requested at once: minutes, for 1-minute candles.
        anchor: the end of a page from which candles are counted.
        newest_first: the order of candles in a response.
        empty_minutes: how minutes without a trade are sent.
        reach_min: how many of the newest minutes the 1-minute candles cover; None where no bound is known.
        history: how far back 1-minute candles reach, in words.
        pace_ms: the minimum time between two requests for candles.
        routes: the routes to candles, tried in order, each for what is still missing.
        timeframes: the timeframes that each route has.
        reaches_min: ``reach_min`` of other timeframes, where a bound is known.
        prices: the price series that have candles: ``trade``, ``mark``, ``index``.
        rows_at: the keys that lead to the list of candles in a response (empty: the response is the list); ``{id}``
            stands for the id of the market.
        until: the parameter for the end of a page; None where ccxt passes it.
        archive: the daily files; None where the venue publishes none.
        trade_cursor: what public trades are paged by; None where they are not read.
        trade_archive: the daily files of trades, where there are such beside those of candles; else None.
        final_after_s: how many seconds after its end a candle is taken to change no more.
        basis: the evidence for each fact, by field name.
        config: arguments of the ccxt constructor.
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
    trade_archive: Archive | None = None
    final_after_s: int = FINAL_AFTER_S
    trade_cursor: TradeCursor | None = None

    @property
    def archives(self) -> Mapping[Route, Archive]:
        """The archives, by route."""
        by_route = {route: getattr(self, table) for route, table in ARCHIVE_TABLES.items()}
        return {route: archive for route, archive in by_route.items() if archive is not None}

    @property
    def own_hosts(self) -> frozenset[str]:
        """The names of all hosts of the venue: of its API, its archives, and their lists."""
        names = [host.name for host in self.hosts]
        for archive in self.archives.values():
            names += [archive.host] if archive.index is None else [archive.host, archive.index.host]
        return frozenset(names)

    def list_routes(self, timeframe: Timeframe) -> tuple[Route, ...]:
        """The routes that have candles of the timeframe, in the order in which they are tried."""
        return tuple(route for route in self.routes if timeframe in self.timeframes.get(route, ()))

    def find_reach(self, timeframe: Timeframe) -> int | None:
        """How many of the newest minutes the candles of the timeframe cover; None where no bound is known."""
        return self.reach_min if timeframe is Timeframe.M1 else self.reaches_min.get(timeframe)
