"""What the venue table assumes beside what a venue really sends: the way to settle what is marked unverified.

A few pages per venue and route are asked, and nothing is stored.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

from collectors.access import DIRECT, Access
from collectors.archive_reader import ArchiveReader
from collectors.candles import Candles, sift, table_of, told_time
from collectors.check_archive import HOUR, OLD, came_of, check_archive
from collectors.client import VenueClient
from collectors.comparison import empty_minutes
from collectors.exchange import VenueExchange
from collectors.failures import CollectFailure, HistoryTooShort
from collectors.findings import Finding, OnFinding, Verdict
from collectors.listing import pinned_markets
from collectors.plan import MINUTE, Market, Span, floor_minute, markets_of
from collectors.sink import Clock
from collectors.trades import TradesReader
from collectors.venues import EmptyMinutes, Kind, Route, VenueRow
from data.schema import MINUTE_MS

MARGIN_MIN = 10
"""A page within a bounded reach begins so many minutes after its edge: the edge moves while the page is asked."""

QUIET_EDGE_MIN = 30
"""So many minutes may be absent at an edge of a page where minutes without a trade are left out."""

PROBED = ("ATOM", "DOGE", "XRP", "SOL", "ETH", "BTC")
"""Assets whose first listed market is asked for, the least traded first: it shows best how empty minutes come."""

ONLY_ON = {"WBETH": "binance", "BNSOL": "binance"}
"""Assets for whose spot markets one venue only is on record."""


class Seen(NamedTuple):
    """A page that was asked for, its candles, and whether they came newest first (None: fewer than two came)."""

    page: Span
    candles: Candles
    newest_first: bool | None


async def check(
    venues: Iterable[VenueRow], now: Clock, on_finding: OnFinding, access: Access = DIRECT
) -> list[Finding]:
    """Ask every venue, side by side; tell the findings of each when it is done, and return all in the given order.

    Raises:
        UsageError: the host chosen for a venue is none that it documents.
    """
    rows = tuple(venues)
    for venue in rows:
        access.hosts_of(venue)
    async with asyncio.TaskGroup() as group:
        checks = [group.create_task(VenueCheck(venue, access, now, on_finding).run()) for venue in rows]
    return [finding for done in checks for finding in done.result()]


class VenueCheck:
    """The findings about one row of the venue table."""

    def __init__(self, venue: VenueRow, access: Access, now: Clock, on_finding: OnFinding) -> None:
        self._venue = venue
        self._access = access
        self._now = now
        self._on_finding = on_finding
        self._found: list[Finding] = []

    async def run(self) -> list[Finding]:
        """Ask for the list of markets, and by each route for a few pages; what fails is a finding."""
        venue = self._venue
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(VenueClient(venue, self._access, self._now))
            try:
                markets = await client.ask(VenueExchange.list_markets)
            except CollectFailure as failure:
                self._note("markets", "hosts", "a list of markets", str(failure), Verdict.OPEN)
                markets = []
            listed = frozenset(str(market["symbol"]) for market in markets)
            if listed:
                client.use_markets(markets)
                self._listing(listed)
            known = listed or frozenset(str(market["symbol"]) for market in pinned_markets(venue))
            symbol = next((s for asset in PROBED for s in markets_of(asset, known)), None)
            if symbol in listed:
                for price in venue.prices:
                    await self._candles(client, Market(symbol, price))
                if Route.TRADES in venue.routes:
                    await self._trades(client, symbol)
            if symbol is not None and venue.archive is not None:
                reader = await stack.enter_async_context(ArchiveReader(venue.archive, self._access, self._now))
                note = partial(self._note, _route(Route.ARCHIVE, Market(symbol)))
                read = partial(self._candles_of, client, Market(symbol)) if symbol in listed else None
                await check_archive(reader, venue.archive, symbol, self._now(), note, read)
        for finding in self._found:
            self._on_finding(finding)
        return self._found

    def _listing(self, listed: frozenset[str]) -> None:
        if self._venue.kind is Kind.SWAP:
            return
        for asset, venue in ONLY_ON.items():
            expected = self._venue.id == venue
            found = markets_of(asset, listed)
            verdict = Verdict.AS_ASSUMED if bool(found) is expected else Verdict.OTHER
            assumed = "listed" if expected else f"not listed, as on {venue} only"
            self._note("markets", asset, assumed, ", ".join(found) or "not listed", verdict)

    async def _candles(self, client: VenueClient, market: Market) -> None:
        """The OHLCV route: how far back, in which order, how empty minutes come, how many candles at once."""
        venue = self._venue
        route = _route(Route.OHLCV, market)
        seen = await self._old_page(client, market, route)
        if seen is None and venue.reach_min is not None:
            seen = await self._page_within_reach(client, market, route, venue.reach_min)
        if seen is None:
            return
        if seen.newest_first is not None:
            words = {True: "newest first", False: "oldest first"}
            verdict = Verdict.AS_ASSUMED if seen.newest_first is venue.newest_first else Verdict.OTHER
            self._note(route, "newest_first", words[venue.newest_first], words[seen.newest_first], verdict)
        if market.price == "trade":
            shown = empty_minutes(seen.candles, venue.empty_minutes)
            self._note(route, "empty_minutes", venue.empty_minutes, *shown)
        self._whole_page(route, seen)

    async def _old_page(self, client: VenueClient, market: Market, route: str) -> Seen | None:
        """Whether candles reach back to the old page; the page, if it came."""
        venue, page = self._venue, Span(OLD, OLD + MINUTE * self._venue.page_min)
        reaches = venue.reach_min is None or self._now() - MINUTE * venue.reach_min <= OLD
        try:
            seen = await self._page(client, market, page)
        except HistoryTooShort as failure:
            verdict = Verdict.OTHER if reaches else Verdict.AS_ASSUMED
            self._note(route, "history", venue.history, str(failure), verdict)
            return None
        except CollectFailure as failure:
            self._note(route, "history", venue.history, str(failure), Verdict.OPEN)
            return None
        came = bool(len(seen.candles))
        verdict = Verdict.AS_ASSUMED if came is reaches else Verdict.OTHER
        self._note(route, "history", venue.history, _edges(seen.candles), verdict)
        return seen if came else None

    async def _page_within_reach(self, client: VenueClient, market: Market, route: str, reach_min: int) -> Seen | None:
        """A page from the edge of a bounded reach on, if it came."""
        start = floor_minute(self._now()) - MINUTE * (reach_min - MARGIN_MIN)
        page = Span(start, start + MINUTE * min(self._venue.page_min, reach_min - MARGIN_MIN))
        assumed = f"{reach_min} minutes, so candles from {start:%Y-%m-%d %H:%MZ} on"
        try:
            seen = await self._page(client, market, page)
        except CollectFailure as failure:
            verdict = Verdict.OTHER if isinstance(failure, HistoryTooShort) else Verdict.OPEN
            self._note(route, "reach_min", assumed, str(failure), verdict)
            return None
        came = bool(len(seen.candles))
        self._note(route, "reach_min", assumed, _edges(seen.candles), Verdict.AS_ASSUMED if came else Verdict.OTHER)
        return seen if came else None

    async def _page(self, client: VenueClient, market: Market, page: Span) -> Seen:
        """The candles of a page.

        Raises:
            CollectFailure: none came that can be believed.
        """
        sent = await client.ask(lambda exchange: exchange.candle_page(*market, page))
        candles, _ = sift(sent.rows, page, self._venue, market.timeframe, self._now(), table_of([]))
        return Seen(page, candles, sent.newest_first)

    async def _candles_of(self, client: VenueClient, market: Market, page: Span) -> Candles:
        """The candles of a page, as `_page` gives them."""
        return (await self._page(client, market, page)).candles

    def _whole_page(self, route: str, seen: Seen) -> None:
        """Whether so many minutes came at once."""
        page, first, last = seen.page, seen.candles[0, 0], seen.candles[-1, 0]
        omits = self._venue.empty_minutes is EmptyMinutes.OMITTED
        slack_ms = QUIET_EDGE_MIN * MINUTE_MS if omits else 0
        start_ms, end_ms = (edge.timestamp() * 1000 for edge in page)
        whole = first - start_ms <= slack_ms and end_ms - MINUTE_MS - last <= slack_ms
        sure = self._venue.empty_minutes is EmptyMinutes.FLAT
        verdict = Verdict.AS_ASSUMED if whole else Verdict.OTHER if sure else Verdict.OPEN
        came = f"{len(seen.candles)} candles, {_edges(seen.candles)}"
        self._note(route, "page_min", f"{page.minutes} minutes at once", came, verdict)

    async def _trades(self, client: VenueClient, symbol: str) -> None:
        """Public trades, made into candles: one hour."""
        chunks = [chunk async for chunk in TradesReader(client, Market(symbol)).read([Span(OLD, OLD + HOUR)])]
        self._note(_route(Route.TRADES, Market(symbol)), "history", self._venue.history, *came_of(chunks))

    def _note(self, route: str, fact: str, assumed: str, came: str, verdict: Verdict) -> None:
        basis = self._venue.basis.get(fact.partition(".")[0])
        mark = "" if basis is None else basis.mark.value
        self._found.append(Finding(self._venue.key, route, fact, mark, assumed, came, verdict))


def _route(route: Route, market: Market) -> str:
    price = "" if market.price == "trade" else f" ({market.price})"
    return f"{route} {market.symbol}{price}"


def _edges(candles: Candles) -> str:
    return f"{told_time(candles[0, 0])} to {told_time(candles[-1, 0])}" if len(candles) else "no candle"
