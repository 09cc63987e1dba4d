"""What the venue table assumes beside what a venue really sends: the way to settle what is marked unverified.

One old page per venue and route is asked, and nothing is stored.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from collectors.access import DIRECT, Access
from collectors.archive_reader import ArchiveReader
from collectors.candles import Candles, from_ms, sift, table_of
from collectors.chunk import Chunk
from collectors.client import VenueClient
from collectors.exchange import VenueExchange
from collectors.failures import CollectFailure, HistoryTooShort
from collectors.findings import Finding, OnFinding, Verdict
from collectors.market_run import Read
from collectors.plan import Market, Span, markets_of
from collectors.sink import Clock
from collectors.trades import TradesReader
from collectors.venues import EmptyMinutes, Route, VenueRow

OLD = datetime(2025, 10, 10, 21, 0, tzinfo=UTC)
"""The start of the old page: the hour in which prices collapsed."""

PROBED = ("ATOM", "DOGE", "XRP", "SOL", "ETH", "BTC")
"""Assets whose first listed market is asked for, the least traded first: it shows best how empty minutes come."""

ONLY_ON_BINANCE = ("WBETH", "BNSOL")
"""Assets for which no other market is on record."""


async def check(
    venues: Iterable[VenueRow], now: Clock, on_finding: OnFinding, access: Access = DIRECT
) -> list[Finding]:
    """Ask every venue, side by side, and tell each finding as it comes; returns all, in the order of the venues."""
    async with asyncio.TaskGroup() as group:
        checks = [group.create_task(VenueCheck(venue, access, now, on_finding).run()) for venue in venues]
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
        """Ask for the list of markets, and by each route for one old page."""
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(VenueClient(self._venue, self._access, self._now))
            try:
                markets = await client.ask(VenueExchange.list_markets)
            except CollectFailure as failure:
                self._note("markets", "hosts", "a list of markets", str(failure), Verdict.OPEN)
                return self._found
            client.use_markets(markets)
            listed = frozenset(str(market["symbol"]) for market in markets)
            self._listing(listed)
            symbol = next((s for asset in PROBED for s in markets_of(asset, listed)), None)
            if symbol is not None:
                await self._candles(client, symbol)
                await self._other_routes(stack, client, symbol)
        return self._found

    def _listing(self, listed: frozenset[str]) -> None:
        expected = self._venue.id == "binance"
        for asset in ONLY_ON_BINANCE:
            found = markets_of(asset, listed)
            came = ", ".join(found) or "not listed"
            verdict = Verdict.AS_ASSUMED if bool(found) is expected else Verdict.OTHER
            self._note("markets", f"{asset} markets", "listed" if expected else "not listed", came, verdict)

    async def _candles(self, client: VenueClient, symbol: str) -> None:
        """The OHLCV route: how far back, in which order, how empty minutes come, how many candles at once."""
        venue = self._venue
        page = Span(OLD, OLD + timedelta(minutes=venue.page_min))
        route = f"{Route.OHLCV} {symbol}"
        reaches = venue.reach_min is None or self._now() - timedelta(minutes=venue.reach_min) <= OLD
        try:
            sent = await client.ask(lambda exchange: exchange.candle_page(symbol, "trade", page))
            candles, _ = sift(sent.rows, page, venue, self._now(), table_of([]))
        except HistoryTooShort as failure:
            verdict = Verdict.OTHER if reaches else Verdict.AS_ASSUMED
            self._note(route, "history", venue.history, str(failure), verdict)
            return
        except CollectFailure as failure:
            self._note(route, "history", venue.history, str(failure), Verdict.OPEN)
            return
        came = "no candle" if not len(candles) else f"{_time(candles[0, 0])} to {_time(candles[-1, 0])}"
        verdict = Verdict.AS_ASSUMED if bool(len(candles)) is reaches else Verdict.OTHER
        self._note(route, "history", venue.history, came, verdict)
        if sent.newest_first is not None:
            self._order(route, newest_first=sent.newest_first)
        if len(candles) > 1:
            self._empty_minutes(route, candles, page)

    def _order(self, route: str, *, newest_first: bool) -> None:
        words = {True: "newest first", False: "oldest first"}
        verdict = Verdict.AS_ASSUMED if newest_first is self._venue.newest_first else Verdict.OTHER
        self._note(route, "newest_first", words[self._venue.newest_first], words[newest_first], verdict)

    def _empty_minutes(self, route: str, candles: Candles, page: Span) -> None:
        """How minutes without a trade came, and whether the page came whole."""
        flat = int((candles[:, 5] == 0).sum())
        absent = int((candles[-1, 0] - candles[0, 0]) // 60_000) + 1 - len(candles)
        assumed = self._venue.empty_minutes
        came = f"{flat} candles with volume 0, {absent} minutes absent between the first and the last"
        shown = {(True, False): EmptyMinutes.FLAT, (False, True): EmptyMinutes.OMITTED}.get((flat > 0, absent > 0))
        verdict = Verdict.OPEN if shown is None else Verdict.AS_ASSUMED if shown is assumed else Verdict.OTHER
        self._note(route, "empty_minutes", assumed, came, verdict)
        whole = from_ms(candles[0, 0]) == page.start and from_ms(candles[-1, 0]) == page.end - timedelta(minutes=1)
        verdict = Verdict.AS_ASSUMED if whole else Verdict.OPEN
        self._note(route, "page_min", f"{page.minutes} minutes at once", f"{len(candles)} candles", verdict)

    async def _other_routes(self, stack: AsyncExitStack, client: VenueClient, symbol: str) -> None:
        """Trades and archive, where the table has them: one hour."""
        reads: dict[Route, Read] = {}
        if Route.TRADES in self._venue.routes:
            reads[Route.TRADES] = TradesReader(client, Market(symbol)).read
        if self._venue.archive is not None:
            archive = await stack.enter_async_context(ArchiveReader(self._venue.archive, self._access, self._now))
            reads[Route.ARCHIVE] = lambda missing: archive.read(symbol, missing)
        for route, read in reads.items():
            hour = Span(OLD, OLD + timedelta(hours=1))
            chunks = [chunk async for chunk in read([hour])]
            self._note(f"{route} {symbol}", "history", "reaches", _came(chunks), _verdict(chunks))

    def _note(self, route: str, fact: str, assumed: str, came: str, verdict: Verdict) -> None:
        basis = self._venue.basis.get(fact)
        mark = "" if basis is None else basis.mark.value
        finding = Finding(self._venue.key, route, fact, mark, assumed, came, verdict)
        self._found.append(finding)
        self._on_finding(finding)


def _came(chunks: Sequence[Chunk]) -> str:
    reasons = dict.fromkeys(piece.message for chunk in chunks for piece in chunk.pieces if piece.message)
    candles = sum(chunk.candles.height for chunk in chunks)
    return "; ".join([f"{candles} candles of an hour", *reasons])


def _verdict(chunks: Sequence[Chunk]) -> Verdict:
    if not any(chunk.candles.height for chunk in chunks):
        return Verdict.OPEN
    return Verdict.OTHER if any(piece.message for c in chunks for piece in c.pieces) else Verdict.AS_ASSUMED


def _time(milliseconds: float) -> str:
    return f"{from_ms(milliseconds):%Y-%m-%d %H:%MZ}"
