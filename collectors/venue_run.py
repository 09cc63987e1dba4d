"""One venue's part of a collection: list its markets, plan what is missing, and collect the markets side by side."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from collectors.access import Access
from collectors.archive_reader import ArchiveReader
from collectors.chunk import Chunk, no_bars
from collectors.client import VenueClient
from collectors.failures import CollectFailure
from collectors.listing import Listing, list_markets
from collectors.market_run import MarketRun, Read
from collectors.ohlcv import OhlcvReader
from collectors.plan import Answered, Market, MarketPlan, Piece, Span, any_market_of, symbols_to_ask
from collectors.request import MarketResult, OnProgress, Progress
from collectors.sink import Clock, Keeper, Written
from collectors.trades import TradesReader
from collectors.venues import Kind, Route, VenueRow
from data.schema import NOTHING_WANTING, Origin, Outcome, Timeframe, is_derivative


@dataclass(frozen=True, slots=True)
class Job:
    """What every venue of a collection shares. ``had``, ``unlisted`` and ``unoffered`` are known from before."""

    assets: tuple[str, ...]
    symbols: tuple[str, ...]
    windows: tuple[Span, ...]
    had: Answered
    unlisted: Answered
    unoffered: Answered
    keeper: Keeper
    access: Access
    now: Clock
    on_progress: OnProgress
    timeframe: Timeframe


class VenueRun:
    """Collects from one row of the venue table, within the limit that ccxt keeps for it."""

    def __init__(self, venue: VenueRow, job: Job) -> None:
        self._venue = venue
        self._job = job
        self._written: list[asyncio.Future[Written]] = []
        self._client = VenueClient(venue, job.access, job.now)
        self._archive = None if venue.archive is None else ArchiveReader(venue.archive, job.access, job.now)

    async def run(self) -> list[MarketResult]:
        """Collect; a failure of the venue is a result of each market, and never an exception."""
        results = await self._results()
        await asyncio.gather(*self._written)
        return results

    async def _results(self) -> list[MarketResult]:
        job = self._job
        symbols = tuple(symbol for symbol in job.symbols if is_derivative(symbol) is (self._venue.kind is Kind.SWAP))
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._client)
            if self._archive is not None:
                await stack.enter_async_context(self._archive)
            asked = [*map(self._any_market_of, job.assets), *symbols]
            if not self._venue.routes_of(job.timeframe):
                return [await self._not_offered(symbol) for symbol in asked]
            try:
                listing = await list_markets(self._client, job.keeper, job.now)
            except CollectFailure as failure:
                return [await self._give_up(symbol, failure) for symbol in asked]
            found, absent = symbols_to_ask(job.assets, symbols, listing.symbols)
            markets = [Market(symbol, price, job.timeframe) for symbol in found for price in self._venue.prices]
            async with asyncio.TaskGroup() as group:
                runs = [group.create_task(self._collect(market)) for market in markets]
            results = [run.result() for run in runs]
            results += [await self._leave_out(symbol, listing) for symbol in absent]
            return results + self._perhaps_more(listing, absent)

    async def _collect(self, market: Market) -> MarketResult:
        job = self._job
        plan = MarketPlan(market, job.had.missing(self._venue.id, market, job.windows))
        run = MarketRun(self._venue, plan, self._routes(market), job.keeper, job.now, job.on_progress)
        return await run.run(job.windows)

    def _routes(self, market: Market) -> Mapping[Route, Read]:
        routes: dict[Route, Read] = {
            Route.OHLCV: OhlcvReader(self._client, market, self._job.now).read,
            Route.TRADES: TradesReader(self._client, market).read,
        }
        if self._archive is not None:
            routes[Route.ARCHIVE] = partial(self._archive.read, market.symbol, market.timeframe)
        return routes

    def _any_market_of(self, asset: str) -> str:
        return any_market_of(asset, derivative=self._venue.kind is Kind.SWAP)

    async def _leave_out(self, symbol: str, listing: Listing) -> MarketResult:
        """Note that the venue lists no such market, unless that was noted before; a pinned list cannot say so."""
        symbol = symbol if "/" in symbol else self._any_market_of(symbol)
        if listing.failure is not None:
            return await self._give_up(symbol, listing.failure)
        unlisted = self._job.unlisted.missing(self._venue.id, self._named(symbol), self._job.windows)
        message = f"no such {self._venue.kind} market among those that the venue lists"
        return await self._without_candles(symbol, Outcome.NOT_LISTED, message, unlisted)

    async def _not_offered(self, symbol: str) -> MarketResult:
        """Note that the venue gives no candles of that length by any route, unless that was noted before."""
        unoffered = self._job.unoffered.missing(self._venue.id, self._named(symbol), self._job.windows)
        message = f"{self._venue.id} gives no {self._job.timeframe} candles"
        return await self._without_candles(symbol, Outcome.NOT_OFFERED, message, unoffered)

    def _named(self, symbol: str) -> Market:
        """The series under which coverage names something of which no candle is asked."""
        return Market(symbol, timeframe=self._job.timeframe)

    def _perhaps_more(self, listing: Listing, absent: Sequence[str]) -> list[MarketResult]:
        """Say of assets that were asked by an old or pinned list that the venue may have further markets of them."""
        if listing.failure is None:
            return []
        outcome, message = listing.failure.outcome, f"only markets on record were asked: {listing.failure}"
        return [
            self._told(self._any_market_of(asset), outcome, message)
            for asset in self._job.assets
            if asset not in absent
        ]

    async def _give_up(self, symbol: str, failure: CollectFailure) -> MarketResult:
        """Note that the venue did not even list its markets."""
        return await self._without_candles(symbol, failure.outcome, f"no list of markets: {failure}", self._job.windows)

    async def _without_candles(
        self, symbol: str, outcome: Outcome, message: str, spans: Sequence[Span]
    ) -> MarketResult:
        if spans:
            pieces = [Piece(span, outcome, message) for span in spans]
            chunk = Chunk(no_bars(), pieces, Origin.OHLCV, self._client.source)
            self._written.append(await self._job.keeper.keep(self._venue.id, self._named(symbol), chunk))
        return self._told(symbol, outcome, message)

    def _told(self, symbol: str, outcome: Outcome, message: str) -> MarketResult:
        """The result of something of which no candle was asked."""
        self._job.on_progress(Progress(self._venue.id, symbol, 0, 0, 0, outcome, message))
        whole = Span(self._job.windows[0].start, self._job.windows[-1].end)
        gaps = tuple(Piece(window, outcome, message) for window in self._job.windows)
        wanting = () if outcome in NOTHING_WANTING else gaps
        return MarketResult(self._venue.id, symbol, whole, outcome, message, gaps=wanting)
