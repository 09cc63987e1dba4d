"""Comparison of the venue table with what venues send, by a few requests per venue and route; nothing is stored."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

from collectors.archives.route import ArchiveReader
from collectors.check.archive import HOUR, OLD_HOUR_START, check_archive, summarize_chunks
from collectors.check.compare import compare_empty_minutes
from collectors.check.findings import Finding, FindingStatus, OnFinding
from collectors.failures import CollectFailure, HistoryTooShort
from collectors.http.access import DIRECT_ACCESS, Access
from collectors.http.ccxt_exchange import VenueExchange
from collectors.http.client import VenueClient
from collectors.listing import list_pinned_markets
from collectors.page_validation import CandleArray, format_ms, parse_ccxt_rows, validate_page
from collectors.plan import SeriesKey, floor_minute, list_asset_markets
from collectors.routes.trades_by_id import build_trades_reader
from collectors.store_writer import Clock
from collectors.venues.row import ARCHIVE_TABLES, EmptyMinutes, MarketType, Route, VenueRow
from data.intervals import MINUTE, Span
from data.schema import MINUTE_MS

REACH_MARGIN_MIN = 10
"""A page at the edge of a bounded reach begins so many minutes after it, as the edge moves during the request."""

QUIET_EDGE_MIN = 30
"""So many minutes may be absent at an edge of a page where minutes without a trade are omitted."""

PROBE_ASSETS = ("ATOM", "DOGE", "XRP", "SOL", "ETH", "BTC")
"""The first of these with a listed market is requested; the least traded come first, as they have empty minutes."""

EXCLUSIVE_VENUES = {"WBETH": "binance", "BNSOL": "binance"}
"""Assets with spot markets on one known venue only."""


class CheckedPage(NamedTuple):
    """A requested page, its candles, and whether they were sent newest first (None: fewer than two)."""

    page: Span
    candles: CandleArray
    newest_first: bool | None


async def check_venues(
    venues: Iterable[VenueRow], now: Clock, on_finding: OnFinding, access: Access = DIRECT_ACCESS
) -> list[Finding]:
    """Check all venues concurrently.

    ``on_finding`` gets the findings of a venue when it is done; all are returned in the given order of venues.

    Raises:
        UsageError: the host chosen for a venue is not in the table.
    """
    rows = tuple(venues)
    for venue in rows:
        access.select_hosts(venue)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(VenueChecker(venue, access, now, on_finding).run()) for venue in rows]
    return [finding for task in tasks for finding in task.result()]


class VenueChecker:
    """Checks one row of the venue table."""

    def __init__(self, venue: VenueRow, access: Access, now: Clock, on_finding: OnFinding) -> None:
        self._venue = venue
        self._access = access
        self._now = now
        self._on_finding = on_finding
        self._findings: list[Finding] = []

    async def run(self) -> list[Finding]:
        """Request the list of markets, and a few pages by each route; failures are findings."""
        venue = self._venue
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(VenueClient(venue, self._access, self._now))
            try:
                markets = await client.call(VenueExchange.list_markets)
            except CollectFailure as failure:
                self._add_finding("markets", "hosts", "a list of markets", str(failure), FindingStatus.UNDECIDED)
                markets = []
            listed = frozenset(str(market["symbol"]) for market in markets)
            if listed:
                client.use_markets(markets)
                self._check_listing(listed)
            symbols = listed or frozenset(str(market["symbol"]) for market in list_pinned_markets(venue))
            symbol = next((s for asset in PROBE_ASSETS for s in list_asset_markets(asset, symbols)), None)
            if symbol in listed:
                for price in venue.prices:
                    await self._check_candles(client, SeriesKey(symbol, price))
                if Route.TRADES in venue.routes:
                    await self._check_trades(client, symbol)
            for route, archive in venue.archives.items():
                if symbol is None:
                    break
                reader = await stack.enter_async_context(
                    ArchiveReader(archive, self._access, self._now, own_hosts=venue.own_hosts)
                )
                add_finding = partial(self._add_finding, _format_route(route, SeriesKey(symbol)))
                read_candles = partial(self._read_candles, client, SeriesKey(symbol)) if symbol in listed else None
                table = ARCHIVE_TABLES[route]
                await check_archive(reader, archive, table, symbol, self._now(), add_finding, read_candles)
        for finding in self._findings:
            self._on_finding(finding)
        return self._findings

    def _check_listing(self, listed: frozenset[str]) -> None:
        if self._venue.kind is MarketType.SWAP:
            return
        for asset, venue in EXCLUSIVE_VENUES.items():
            is_expected = self._venue.id == venue
            markets = list_asset_markets(asset, listed)
            status = FindingStatus.AS_ASSUMED if bool(markets) is is_expected else FindingStatus.DIFFERENT
            assumed = "listed" if is_expected else f"not listed, as on {venue} only"
            self._add_finding("markets", asset, assumed, ", ".join(markets) or "not listed", status)

    async def _check_candles(self, client: VenueClient, market: SeriesKey) -> None:
        """Check the OHLCV route: reach, order, empty minutes, and the size of a page."""
        venue = self._venue
        route = _format_route(Route.OHLCV, market)
        checked_page = await self._check_old_page(client, market, route)
        if checked_page is None and venue.reach_min is not None:
            checked_page = await self._check_page_within_reach(client, market, route, venue.reach_min)
        if checked_page is None:
            return
        if checked_page.newest_first is not None:
            order_names = {True: "newest first", False: "oldest first"}
            status = (
                FindingStatus.AS_ASSUMED if checked_page.newest_first is venue.newest_first else FindingStatus.DIFFERENT
            )
            self._add_finding(
                route, "newest_first", order_names[venue.newest_first], order_names[checked_page.newest_first], status
            )
        if market.price == "trade":
            comparison = compare_empty_minutes(checked_page.candles, venue.empty_minutes)
            self._add_finding(route, "empty_minutes", venue.empty_minutes, *comparison)
        self._check_page_size(route, checked_page)

    async def _check_old_page(self, client: VenueClient, market: SeriesKey, route: str) -> CheckedPage | None:
        """Check whether candles reach back to the old page; the page if it has candles."""
        venue, page = self._venue, Span(OLD_HOUR_START, OLD_HOUR_START + MINUTE * self._venue.page_min)
        is_in_reach = venue.reach_min is None or self._now() - MINUTE * venue.reach_min <= OLD_HOUR_START
        try:
            checked_page = await self._read_page(client, market, page)
        except HistoryTooShort as failure:
            status = FindingStatus.DIFFERENT if is_in_reach else FindingStatus.AS_ASSUMED
            self._add_finding(route, "history", venue.history, str(failure), status)
            return None
        except CollectFailure as failure:
            self._add_finding(route, "history", venue.history, str(failure), FindingStatus.UNDECIDED)
            return None
        has_candles = bool(len(checked_page.candles))
        status = FindingStatus.AS_ASSUMED if has_candles is is_in_reach else FindingStatus.DIFFERENT
        self._add_finding(route, "history", venue.history, _format_edges(checked_page.candles), status)
        return checked_page if has_candles else None

    async def _check_page_within_reach(
        self, client: VenueClient, market: SeriesKey, route: str, reach_min: int
    ) -> CheckedPage | None:
        """Check a page at the edge of a bounded reach; the page if it has candles."""
        start = floor_minute(self._now()) - MINUTE * (reach_min - REACH_MARGIN_MIN)
        page = Span(start, start + MINUTE * min(self._venue.page_min, reach_min - REACH_MARGIN_MIN))
        assumed = f"{reach_min} minutes, so candles from {start:%Y-%m-%d %H:%MZ} on"
        try:
            checked_page = await self._read_page(client, market, page)
        except CollectFailure as failure:
            status = FindingStatus.DIFFERENT if isinstance(failure, HistoryTooShort) else FindingStatus.UNDECIDED
            self._add_finding(route, "reach_min", assumed, str(failure), status)
            return None
        has_candles = bool(len(checked_page.candles))
        self._add_finding(
            route,
            "reach_min",
            assumed,
            _format_edges(checked_page.candles),
            FindingStatus.AS_ASSUMED if has_candles else FindingStatus.DIFFERENT,
        )
        return checked_page if has_candles else None

    async def _read_page(self, client: VenueClient, market: SeriesKey, page: Span) -> CheckedPage:
        """The candles of a page.

        Raises:
            CollectFailure: the response has no valid candles of the page.
        """
        received = await client.call(lambda exchange: exchange.fetch_candle_page(*market, page))
        candles, _ = validate_page(received.rows, page, self._venue, market.timeframe, self._now(), parse_ccxt_rows([]))
        return CheckedPage(page, candles, received.newest_first)

    async def _read_candles(self, client: VenueClient, market: SeriesKey, page: Span) -> CandleArray:
        """The candles of a page; see `_read_page`."""
        return (await self._read_page(client, market, page)).candles

    def _check_page_size(self, route: str, checked_page: CheckedPage) -> None:
        """Check whether the page has as many minutes as the table says."""
        page, first, last = checked_page.page, checked_page.candles[0, 0], checked_page.candles[-1, 0]
        omits_empty = self._venue.empty_minutes is EmptyMinutes.OMITTED
        slack_ms = QUIET_EDGE_MIN * MINUTE_MS if omits_empty else 0
        start_ms, end_ms = (edge.timestamp() * 1000 for edge in page)
        is_whole = first - start_ms <= slack_ms and end_ms - MINUTE_MS - last <= slack_ms
        is_certain = self._venue.empty_minutes is EmptyMinutes.FLAT
        status = (
            FindingStatus.AS_ASSUMED if is_whole else FindingStatus.DIFFERENT if is_certain else FindingStatus.UNDECIDED
        )
        observed = f"{len(checked_page.candles)} candles, {_format_edges(checked_page.candles)}"
        self._add_finding(route, "page_min", f"{page.minutes} minutes at once", observed, status)

    async def _check_trades(self, client: VenueClient, symbol: str) -> None:
        """Check an hour of candles built from public trades."""
        chunks = [
            chunk
            async for chunk in build_trades_reader(client, SeriesKey(symbol)).read(
                [Span(OLD_HOUR_START, OLD_HOUR_START + HOUR)]
            )
        ]
        self._add_finding(
            _format_route(Route.TRADES, SeriesKey(symbol)), "history", self._venue.history, *summarize_chunks(chunks)
        )

    def _add_finding(self, route: str, fact: str, assumed: str, observed: str, status: FindingStatus) -> None:
        basis = self._venue.basis.get(fact.partition(".")[0])
        mark = "" if basis is None else basis.mark.value
        self._findings.append(Finding(self._venue.key, route, fact, mark, assumed, observed, status))


def _format_route(route: Route, market: SeriesKey) -> str:
    price = "" if market.price == "trade" else f" ({market.price})"
    return f"{route} {market.symbol}{price}"


def _format_edges(candles: CandleArray) -> str:
    return f"{format_ms(candles[0, 0])} to {format_ms(candles[-1, 0])}" if len(candles) else "no candle"
