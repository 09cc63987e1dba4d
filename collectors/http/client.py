"""The client of one venue: selects the host, limits concurrent requests, and stops after a fatal failure."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from collectors.failures import CollectFailure, NotListed, Refused, Rejected, Scope, Unreachable
from collectors.http.access import Access
from collectors.http.ccxt_exchange import VenueExchange
from collectors.http.clock import VenueClock
from collectors.http.retry import call_with_retries
from collectors.plan import floor_bar
from collectors.store_writer import Clock
from collectors.venues.row import VenueRow
from data.schema import Timeframe

MAX_CONCURRENT_REQUESTS = 6
"""Concurrent requests per venue, enough for 20 a second at a latency of 0.3 s; ccxt keeps the rate limit itself."""

T = TypeVar("T")


class VenueClient:
    """Sends requests to one venue, at the first of its hosts that does not refuse; an async context manager.

    ``fatal_failure`` is the failure after which nothing more is requested of the venue; None before. ``clock`` has the
    venue's time.
    """

    def __init__(self, venue: VenueRow, access: Access, now: Clock) -> None:
        self.venue = venue
        self.fatal_failure: CollectFailure | None = None
        self.clock = VenueClock(now)
        self._has_asked_time = False
        hosts = access.select_hosts(venue)
        self._stack = AsyncExitStack()
        self._untried_hosts = [partial(VenueExchange, venue, host, access, now, self.clock) for host in hosts]
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_REQUESTS)
        self._markets: Sequence[Mapping[str, Any]] = ()
        self._exchange = self._open_next_host()

    @property
    def source(self) -> str:
        """The host that requests go to now."""
        return self._exchange.source

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def use_markets(self, markets: Sequence[Mapping[str, Any]]) -> None:
        """Load markets, in the form of `VenueExchange.list_markets`."""
        self._markets = markets
        self._exchange.use_markets(markets)

    async def call(self, request: Callable[[VenueExchange], Awaitable[T]]) -> T:
        """The result of a request, with retries, and at the next host where one refuses.

        Raises:
            CollectFailure: the request failed; the refusal of the first host where all refuse or fail.
        """
        async with self._slots:
            if self.fatal_failure is not None:
                raise self.fatal_failure
            result = await self._call_current_host(request)
            await self._ask_time()
            return result

    async def call_market(self, request: Callable[[VenueExchange], Awaitable[T]], *, is_listed: bool) -> T:
        """`call` for candles or trades of a market.

        Raises:
            NotListed: the venue does not know the market, or does not list it and answers with an error.
            CollectFailure: the request failed otherwise.
        """
        try:
            return await self.call(request)
        except Rejected as failure:
            if is_listed:
                raise
            raise NotListed(str(failure)) from failure

    def find_final_end(self, timeframe: Timeframe) -> datetime:
        """The end of the last bar whose candle changes no more, by the venue's clock."""
        return floor_bar(self.clock.read() - timedelta(seconds=self.venue.final_after_s), timeframe)

    async def _ask_time(self) -> None:
        """Ask for the venue's time, once, where its responses have no Date."""
        if self.clock.offset is None and not self._has_asked_time:
            self._has_asked_time = True
            with suppress(CollectFailure):  # this machine's clock has to do then
                await self._exchange.note_time()

    async def _call_current_host(self, request: Callable[[VenueExchange], Awaitable[T]]) -> T:
        exchange = self._exchange
        try:
            return await call_with_retries(request, exchange)
        except Refused as refusal:
            if not self._switch_host(exchange):
                self.fatal_failure = refusal
                raise
            first_refusal = refusal
        except CollectFailure as failure:
            if failure.scope is Scope.VENUE:
                self.fatal_failure = failure
            raise
        try:
            return await self._call_current_host(request)
        except (Refused, Rejected, Unreachable) as later_failure:
            self.fatal_failure = first_refusal
            raise first_refusal from later_failure

    def _switch_host(self, refusing: VenueExchange) -> bool:
        """Switch from a host that refuses, unless another task has; False where it was the last."""
        if refusing is self._exchange:
            if not self._untried_hosts:
                return False
            self._exchange = self._open_next_host()
        return True

    def _open_next_host(self) -> VenueExchange:
        exchange = self._untried_hosts.pop(0)()
        self._stack.push_async_callback(exchange.close)
        if self._markets:
            exchange.use_markets(self._markets)
        return exchange
