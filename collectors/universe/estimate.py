"""What a collection will cost: requests, bytes and minutes by venue, before anything is requested."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import polars as pl

from collectors.archives.formats import ARCHIVE_FORMATS
from collectors.archives.paths import find_unavailability, split_by_day
from collectors.plan import CoverageIndex, SeriesKey, add_fx_legs, floor_bar, select_symbols
from collectors.request import CollectRequest
from collectors.universe.venue_markets import VenueMarkets
from collectors.venues.row import Archive, Route, VenueRow
from data.intervals import Span, count_minutes, split_spans_at
from data.schema import Outcome, Timeframe

TRADES_PER_MIN = 5
"""Trades of a market in a minute, where candles are built from trades. A guess: a large coin has a hundred times as
many, most coins have fewer."""

TRADES_PER_PAGE = 1000

CANDLE_BYTES, FILE_CANDLE_BYTES, TRADE_BYTES = 60, 45, 80
"""Bytes on the wire of a candle in a page (compressed), of one in a file, and of a trade."""

LATENCY_S = 0.3
"""Time of a request and its response."""

CONCURRENT_REQUESTS = 6
"""Requests to one venue, and files of one archive, that are under way at once."""

BYTES_PER_S = 2_000_000
"""Of the connection of this machine."""

CANDLES_PER_S = 40_000
"""Candles that one processor checks and stores."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests, bytes and seconds."""

    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.requests + other.requests, self.bytes + other.bytes, self.seconds + other.seconds)


@dataclass(frozen=True, slots=True)
class VenueEstimate:
    """What one venue will be asked for.

    ``markets`` lack candles, ``minutes`` in all. No route of the venue has ``lost_min`` of them any more.
    """

    venue: str
    markets: int
    minutes: int
    lost_min: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class CollectionEstimate:
    """The estimate by venue, in their order; ``seconds`` are those of the slowest venue, and of storing all candles."""

    venues: tuple[VenueEstimate, ...]

    @property
    def requests(self) -> int:
        """Requests to all venues."""
        return sum(venue.cost.requests for venue in self.venues)

    @property
    def bytes(self) -> int:
        """Bytes from all venues."""
        return sum(venue.cost.bytes for venue in self.venues)

    @property
    def candles(self) -> int:
        """Candles at most: one for each minute that is not lost."""
        return sum(venue.minutes - venue.lost_min for venue in self.venues)

    @property
    def seconds(self) -> float:
        """The slowest venue, or the connection where that is slower, and then the store."""
        slowest = max((venue.cost.seconds for venue in self.venues), default=0.0)
        return max(slowest, self.bytes / BYTES_PER_S) + self.candles / CANDLES_PER_S


def estimate_collection(
    request: CollectRequest, window: Span, listings: Sequence[VenueMarkets], coverage: pl.DataFrame, now: datetime
) -> CollectionEstimate:
    """Estimate a collection of 1-minute candles.

    Args:
        request: what will be collected.
        window: its span in whole minutes, without those that are not final yet.
        listings: the markets of each venue; of one that could not list its markets nothing is requested.
        coverage: rows of `data.schema.COVERAGE` of all requested assets in the window.
        now: the present time.
    """
    collected = CoverageIndex(coverage, request.final_outcomes)
    not_listed = CoverageIndex(coverage, (Outcome.NOT_LISTED,))
    return CollectionEstimate(
        tuple(_estimate_venue(request, window, listing, collected, not_listed, now) for listing in listings)
    )


def _estimate_venue(
    request: CollectRequest,
    window: Span,
    listing: VenueMarkets,
    collected: CoverageIndex,
    not_listed: CoverageIndex,
    now: datetime,
) -> VenueEstimate:
    venue = listing.venue
    markets = minutes = lost_min = 0
    cost = Cost()
    for symbol, routes in _list_markets(request, listing):
        series = SeriesKey(symbol)
        missing = collected.list_missing(venue.id, series, [window])
        if symbol not in listing.symbols:
            missing = not_listed.list_missing(venue.id, series, missing)
        if missing:
            market_cost, lost_spans = estimate_market(venue, routes, missing, now)
            cost += market_cost
            markets, minutes = markets + 1, minutes + count_minutes(missing)
            lost_min += count_minutes(lost_spans)
    return VenueEstimate(venue.id, markets, minutes, lost_min, cost)


def _list_markets(request: CollectRequest, listing: VenueMarkets) -> Iterable[tuple[str, tuple[Route, ...]]]:
    """The markets that will be requested of a venue, each with its routes: what is not listed has files alone."""
    if not listing.symbols:
        return
    routes = listing.venue.list_routes(Timeframe.M1)
    symbols = request.list_symbols(listing.venue.id)
    listed, absent = select_symbols(
        add_fx_legs(request.assets), symbols, listing.symbols | listing.unlisted, request.quotes
    )
    yield from ((symbol, routes) for symbol in listed)
    if Route.ARCHIVE in routes and listing.failure is None:
        yield from ((symbol, (Route.ARCHIVE,)) for symbol in symbols if symbol in absent)


def estimate_market(
    venue: VenueRow, routes: Sequence[Route], missing: Sequence[Span], now: datetime
) -> tuple[Cost, list[Span]]:
    """The cost of the missing spans of a market, each by the first route that reaches it, and what none reaches."""
    cost, rest = Cost(), list(missing)
    for route in routes:
        route_cost, rest = ROUTE_ESTIMATES[route](venue, rest, now)
        cost += route_cost
    return cost, rest


def _estimate_archive(archive: Archive | None, spans: Sequence[Span], now: datetime) -> tuple[Cost, list[Span]]:
    """The cost of the files of all days that can exist; a day without one is left."""
    if archive is None:
        return Cost(), list(spans)
    left: list[Span] = []
    file_count = 0
    for day, day_spans in split_by_day(archive, spans).items():
        if find_unavailability(archive, day, now) is None:
            file_count += 1
        else:
            left += day_spans
    file = archive.files[0]
    minute_bytes = TRADES_PER_MIN * TRADE_BYTES if ARCHIVE_FORMATS[file.layout].holds_trades else FILE_CANDLE_BYTES
    requests = file_count * (1 if file.checksum is None else 2)
    seconds = requests * LATENCY_S / CONCURRENT_REQUESTS
    return Cost(requests, file_count * 24 * 60 * minute_bytes, seconds), left


def _estimate_candles(venue: VenueRow, spans: Sequence[Span], now: datetime) -> tuple[Cost, list[Span]]:
    """The cost of all pages within reach; older minutes are left."""
    reach_min = venue.find_reach(Timeframe.M1)
    too_old: list[Span] = []
    reachable = list(spans)
    if reach_min is not None:
        too_old, reachable = split_spans_at(spans, floor_bar(now - timedelta(minutes=reach_min), Timeframe.M1))
    pages = sum(ceil(span.minutes / venue.page_min) for span in reachable)
    return Cost(pages, count_minutes(reachable) * CANDLE_BYTES, pages * _get_pace_s(venue)), too_old


def _estimate_trades(venue: VenueRow, spans: Sequence[Span], now: datetime) -> tuple[Cost, list[Span]]:
    """The cost of the trades of `TRADES_PER_MIN`; trades reach back to the first, so nothing is left."""
    del now
    pages = sum(ceil(span.minutes * TRADES_PER_MIN / TRADES_PER_PAGE) for span in spans)
    trade_bytes = count_minutes(spans) * TRADES_PER_MIN * TRADE_BYTES
    return Cost(pages, trade_bytes, pages * _get_pace_s(venue)), []


def _get_pace_s(venue: VenueRow) -> float:
    """Seconds for each request: the venue's rate limit, or what responses take where that is more."""
    return max(venue.pace_ms / 1000, LATENCY_S / CONCURRENT_REQUESTS)


ROUTE_ESTIMATES: dict[Route, Callable[[VenueRow, Sequence[Span], datetime], tuple[Cost, list[Span]]]] = {
    Route.ARCHIVE: lambda venue, spans, now: _estimate_archive(venue.archive, spans, now),
    Route.ARCHIVE_TRADES: lambda venue, spans, now: _estimate_archive(venue.trade_archive, spans, now),
    Route.OHLCV: _estimate_candles,
    Route.TRADES: _estimate_trades,
}
"""The estimate of each route: its cost, and the spans that it does not reach."""
