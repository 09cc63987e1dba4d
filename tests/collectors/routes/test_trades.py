"""The trades route, against a client with scripted pages."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, cast

from collectors.chunk import Chunk
from collectors.http.ccxt_exchange import TradesPage
from collectors.http.client import VenueClient
from collectors.plan import SeriesKey
from collectors.routes.trades import TradesReader
from data.intervals import Span
from data.schema import Outcome, Timeframe
from tests.collectors.replay_setup import START, to_ms

START_NS = to_ms(START) * 1_000_000


class ScriptedClient:
    """A client that returns the given pages of trades (second, price) in turn."""

    source = "api.kraken.com"

    def __init__(self, *pages: list[tuple[int, str]]) -> None:
        self._pages = list(pages)

    def find_final_end(self, timeframe: Timeframe) -> datetime:  # noqa: ARG002 - long after all trades
        """The end of the last final candle."""
        return START + timedelta(days=1)

    async def call_market(
        self,
        request: Callable[[Any], Awaitable[TradesPage]],  # noqa: ARG002 - a fixed script
        *,
        is_listed: bool,  # noqa: ARG002 - as above
    ) -> TradesPage:
        """The next page, whatever is requested."""
        rows = [(START_NS / 1e9 + second, price, "1", second) for second, price in self._pages.pop(0)]
        return TradesPage(rows, int(rows[-1][0]) * 1_000_000_000, "the answer")


def read_chunks(client: ScriptedClient, minutes: int) -> list[Chunk]:
    """The chunks of the first minutes of the window."""

    async def read_all() -> list[Chunk]:
        reader = TradesReader(cast("VenueClient", client), SeriesKey("ATOM/USD"))
        return [chunk async for chunk in reader.read([Span(START, START + timedelta(minutes=minutes))])]

    return asyncio.run(read_all())


def test_pages_that_overlap_join_without_a_seam() -> None:
    """The last trade of a page is also the first of the next, and counts once."""
    (chunk,) = read_chunks(ScriptedClient([(5, "3"), (50, "4")], [(50, "4"), (70, "2"), (130, "9")]), 2)
    assert chunk.candles.select("open", "high", "low", "close", "volume").rows() == [(3, 4, 3, 4, 2), (2, 2, 2, 2, 1)]
    assert [piece.outcome for piece in chunk.outcomes] == [Outcome.COMPLETE]


def test_a_page_that_skips_trades_is_not_believed() -> None:
    """A page that does not begin with the last trade of the previous one is bad data, and rejected."""
    (chunk,) = read_chunks(ScriptedClient([(5, "3"), (50, "4")], [(70, "2"), (130, "9")]), 2)
    assert chunk.candles.is_empty()
    assert [piece.outcome for piece in chunk.outcomes] == [Outcome.BAD_DATA]
    assert chunk.outcomes[0].message == "left out the trade at 2025-10-10 20:00:50Z, and perhaps later ones"
    assert [page.body for page in chunk.rejected_pages] == ["the answer"]


class CreepingClient(ScriptedClient):
    """A client whose every page ends a microsecond after the one before; ``requests`` counts them."""

    requests = 0

    async def call_market(
        self,
        request: Callable[[Any], Awaitable[TradesPage]],  # noqa: ARG002 - whatever is requested
        *,
        is_listed: bool,  # noqa: ARG002 - as above
    ) -> TradesPage:
        """The trade of the page before, and one more."""
        self.requests += 1
        times_ns = [START_NS + 1000 * number for number in (self.requests - 1, self.requests)]
        rows = [(time_ns / 1e9, "3", "1", time_ns) for time_ns in times_ns]
        return TradesPage(rows, times_ns[-1], "the answer")


def test_pages_of_trades_that_reach_no_next_bar_have_an_end() -> None:
    """Pages that creep forward within a bar end at a thousand, and their span is bad data that names the limit."""
    client = CreepingClient()
    (chunk,) = read_chunks(client, 2)
    assert client.requests == 1000
    assert [piece.outcome for piece in chunk.outcomes] == [Outcome.BAD_DATA]
    assert "more than 1,000, the limit of a bar's number of pages of trades" in chunk.outcomes[0].message
    assert chunk.candles.is_empty()
