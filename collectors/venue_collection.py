"""The collection of one venue: list its markets, plan what is missing, and collect the markets concurrently."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from collectors.archives.route import ArchiveReader
from collectors.chunk import Chunk
from collectors.failures import CollectFailure
from collectors.http.access import Access
from collectors.http.client import VenueClient
from collectors.listing import Listing, load_listing
from collectors.market_collection import MarketCollection, RouteReader
from collectors.plan import CoverageIndex, MarketPlan, SeriesKey, SpanOutcome, format_any_market, select_symbols
from collectors.request import MarketProgress, MarketResult, OnProgress
from collectors.routes.ohlcv import OhlcvReader
from collectors.routes.trades_by_id import build_trades_reader
from collectors.store_writer import BatchWriter, Clock, WriteCounts
from collectors.venues.row import MarketType, Route, VenueRow
from data.intervals import Span
from data.schema import SETTLED_OUTCOMES, Origin, Outcome, Timeframe, is_derivative, parse_base
from data.trades.candles import build_empty_bars

ARCHIVE_ORIGINS = {Route.ARCHIVE: Origin.ARCHIVE, Route.ARCHIVE_TRADES: Origin.TRADES}
"""The origin of candles by the route to files: those built from trades yield to those that the venue built itself."""

TRIED_BEFORE = "not listed today; what is missing was tried before"
"""The message on a market on record that the venue does not list, where nothing is left to try."""


@dataclass(frozen=True, slots=True)
class CollectionJob:
    """What all venues of a collection share; the indexes are of the coverage stored before.

    ``list_symbols`` gives the symbols that are requested of a venue, by its id, beside the markets of the assets.
    """

    assets: tuple[str, ...]
    list_symbols: Callable[[str], tuple[str, ...]]
    windows: tuple[Span, ...]
    complete_index: CoverageIndex
    not_listed_index: CoverageIndex
    not_offered_index: CoverageIndex
    writer: BatchWriter
    access: Access
    now: Clock
    on_progress: OnProgress
    timeframe: Timeframe
    all_routes: bool = False
    quotes: tuple[str, ...] = ()


class VenueCollection:
    """Collects from one row of the venue table, within the rate limit that ccxt keeps for it."""

    def __init__(self, venue: VenueRow, job: CollectionJob) -> None:
        self._venue = venue
        self._job = job
        self._count_futures: list[asyncio.Future[WriteCounts]] = []
        self._client = VenueClient(venue, job.access, job.now)
        self._archives = {
            route: ArchiveReader(archive, job.access, job.now, ARCHIVE_ORIGINS[route], venue.own_hosts)
            for route, archive in venue.archives.items()
        }

    @property
    def clock_offset(self) -> timedelta | None:
        """What the venue's clock is ahead of this machine's; None where no response had a time."""
        return self._client.clock.offset

    async def run(self) -> list[MarketResult]:
        """Collect. A failure of the venue is the outcome of its markets, and never raised."""
        results = await self._collect_all()
        await asyncio.gather(*self._count_futures)
        return results

    async def _collect_all(self) -> list[MarketResult]:
        job = self._job
        symbols = tuple(
            symbol
            for symbol in job.list_symbols(self._venue.id)
            if is_derivative(symbol) is (self._venue.kind is MarketType.SWAP)
        )
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._client)
            for archive in self._archives.values():
                await stack.enter_async_context(archive)
            requested = [*map(self._format_any_market, job.assets), *symbols]
            if not self._venue.list_routes(job.timeframe):
                return await self._record_all(map(self._record_not_offered, requested))
            try:
                listing = await load_listing(self._client, job.writer, job.now)
            except CollectFailure as failure:
                return await self._record_all(self._record_failure(symbol, failure) for symbol in requested)
            known_symbols, absent = select_symbols(job.assets, symbols, listing.symbols | listing.unlisted, job.quotes)
            markets = [
                SeriesKey(symbol, price, job.timeframe) for symbol in known_symbols for price in self._venue.prices
            ]
            archived = self._select_archived(symbols, absent, listing)
            looked_for = {*archived, *map(parse_base, archived)}
            absent = tuple(name for name in absent if name not in looked_for)
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._collect_market(market, is_listed=market.symbol not in listing.unlisted))
                    for market in markets
                ]
                tasks += [
                    group.create_task(
                        self._collect_market(self._build_series_key(symbol), is_listed=False, only=Route.ARCHIVE)
                    )
                    for symbol in archived
                ]
            results = [task.result() for task in tasks]
            results += await self._record_all(self._record_not_listed(symbol, listing) for symbol in absent)
            return results + self._warn_incomplete_listing(listing, absent)

    def _select_archived(self, symbols: Sequence[str], absent: Sequence[str], listing: Listing) -> tuple[str, ...]:
        """The markets that were asked for by name, that the venue does not list, and that its archive may have."""
        if listing.failure is not None or Route.ARCHIVE not in self._venue.list_routes(self._job.timeframe):
            return ()
        return tuple(symbol for symbol in symbols if symbol in absent)

    async def _collect_market(self, market: SeriesKey, *, is_listed: bool, only: Route | None = None) -> MarketResult:
        """Collect a series by the routes of the venue, or by ``only`` one of them."""
        job = self._job
        venue = self._venue if only is None else replace(self._venue, routes=(only,))
        missing = job.complete_index.list_missing(self._venue.id, market, job.windows)
        if not is_listed and missing:
            missing = job.not_listed_index.list_missing(self._venue.id, market, missing)
            if not missing:
                return self._result_without_candles(market.symbol, Outcome.NOT_LISTED, TRIED_BEFORE)
        plan = MarketPlan(market, missing)
        routes = self._build_routes(market, is_listed=is_listed)
        collection = MarketCollection(
            venue,
            plan,
            routes,
            job.writer,
            job.now,
            job.on_progress,
            all_routes=job.all_routes,
            is_listed=is_listed,
        )
        return await collection.run(job.windows)

    def _build_routes(self, market: SeriesKey, *, is_listed: bool) -> Mapping[Route, RouteReader]:
        candles = OhlcvReader(self._client, market, is_listed=is_listed)
        trades = build_trades_reader(self._client, market, is_listed=is_listed)
        routes = {
            Route.OHLCV: RouteReader(candles.read, candles.find_candles),
            Route.TRADES: RouteReader(trades.read, trades.find_candles),
        }
        for route, archive in self._archives.items():
            routes[route] = RouteReader(partial(archive.read, market.symbol, market.timeframe))
        return routes

    def _format_any_market(self, asset: str) -> str:
        return format_any_market(asset, derivative=self._venue.kind is MarketType.SWAP)

    async def _record_all(self, records: Iterable[Awaitable[MarketResult]]) -> list[MarketResult]:
        """The results of records about assets without a request, all of which wait for one commit."""
        async with self._job.writer.register_reader():
            return [await record for record in records]

    async def _record_not_listed(self, symbol: str, listing: Listing) -> MarketResult:
        """Store that the venue lists no such market, once; with an old or pinned listing, that the listing failed."""
        symbol = symbol if "/" in symbol else self._format_any_market(symbol)
        if listing.failure is not None:
            return await self._record_failure(symbol, listing.failure)
        missing_spans = self._job.not_listed_index.list_missing(
            self._venue.id, self._build_series_key(symbol), self._job.windows
        )
        message = f"not among the {self._venue.kind} markets that the exchange lists"
        return await self._record_without_candles(symbol, Outcome.NOT_LISTED, message, missing_spans)

    async def _record_not_offered(self, symbol: str) -> MarketResult:
        """Store, once, that no route of the venue has candles of the timeframe."""
        missing_spans = self._job.not_offered_index.list_missing(
            self._venue.id, self._build_series_key(symbol), self._job.windows
        )
        message = f"{self._venue.id} gives no {self._job.timeframe} candles"
        return await self._record_without_candles(symbol, Outcome.NOT_OFFERED, message, missing_spans)

    def _build_series_key(self, symbol: str) -> SeriesKey:
        """The series of an asset or market of which no candle is requested, as coverage names it."""
        return SeriesKey(symbol, timeframe=self._job.timeframe)

    def _warn_incomplete_listing(self, listing: Listing, absent: Sequence[str]) -> list[MarketResult]:
        """Results that warn that the venue may have further markets of an asset than an old or pinned listing has."""
        if listing.failure is None:
            return []
        outcome, message = listing.failure.outcome, f"only markets known from before were requested: {listing.failure}"
        return [
            self._result_without_candles(self._format_any_market(asset), outcome, message)
            for asset in self._job.assets
            if asset not in absent
        ]

    async def _record_failure(self, symbol: str, failure: CollectFailure) -> MarketResult:
        """Store that the venue did not list its markets."""
        return await self._record_without_candles(
            symbol, failure.outcome, f"no list of markets: {failure}", self._job.windows
        )

    async def _record_without_candles(
        self, symbol: str, outcome: Outcome, message: str, spans: Sequence[Span]
    ) -> MarketResult:
        if spans:
            outcomes = [SpanOutcome(span, outcome, message) for span in spans]
            chunk = Chunk(build_empty_bars(), outcomes, Origin.OHLCV, self._client.source)
            self._count_futures.append(
                await self._job.writer.submit(self._venue.id, self._build_series_key(symbol), chunk)
            )
        return self._result_without_candles(symbol, outcome, message)

    def _result_without_candles(self, symbol: str, outcome: Outcome, message: str) -> MarketResult:
        """The result of an asset or market of which no candle was requested."""
        self._job.on_progress(MarketProgress(self._venue.id, symbol, 0, 0, 0, outcome, message))
        full_span = Span(self._job.windows[0].start, self._job.windows[-1].end)
        gaps = tuple(SpanOutcome(window, outcome, message) for window in self._job.windows)
        outstanding = () if outcome in SETTLED_OUTCOMES else gaps
        return MarketResult(self._venue.id, symbol, full_span, outcome, message, gaps=outstanding)
