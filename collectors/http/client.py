"""The client of one venue: which of its hosts is asked, how many requests at once, and whether to go on asking."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from collectors.failures import CollectFailure, Refused, Rejected, Scope, Unreachable
from collectors.http.access import Access
from collectors.http.ccxt_exchange import VenueExchange
from collectors.http.retry import call_with_retries
from collectors.store_writer import Clock
from collectors.venues.row import VenueRow

MAX_CONCURRENT_REQUESTS = 6
"""Requests under way per venue: enough to keep a limit of 20 a second busy over a connection of 0.3 s.

The limit itself is kept by ccxt, which lets them go one by one.
"""

T = TypeVar("T")


class VenueClient:
    """Asks one venue, at the first of its hosts that does not refuse; use it as an async context manager.

    ``ended`` is the failure after which there is no use in asking the venue for anything; None as long as there is.
    """

    def __init__(self, venue: VenueRow, access: Access, now: Clock) -> None:
        self.venue = venue
        self.fatal_failure: CollectFailure | None = None
        hosts = access.select_hosts(venue)
        self._stack = AsyncExitStack()
        self._untried_hosts = [partial(VenueExchange, venue, host, access, now) for host in hosts]
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_REQUESTS)
        self._markets: Sequence[Mapping[str, Any]] = ()
        self._exchange = self._open_next_host()

    @property
    def source(self) -> str:
        """The host that is asked now."""
        return self._exchange.source

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def use_markets(self, markets: Sequence[Mapping[str, Any]]) -> None:
        """Take the markets as listed; a list of ccxt markets as `VenueExchange.list_markets` gives it."""
        self._markets = markets
        self._exchange.use_markets(markets)

    async def call(self, request: Callable[[VenueExchange], Awaitable[T]]) -> T:
        """The answer to a request; asked again where that can help, and of the next host where one refuses.

        Raises:
            CollectFailure: no answer; that of the first host where all refuse.
        """
        async with self._slots:
            if self.fatal_failure is not None:
                raise self.fatal_failure
            return await self._call_current_host(request)

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
        """Leave a host that refuses; False where it was the last. Another task may have left it already."""
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
