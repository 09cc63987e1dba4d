"""The trades route of venues that page trades by their number, newest first, and know no time: Coinbase.

The numbers of a market rise by one from trade to trade, so the first of a span is found by halving, and pages are read
upwards from there. A chunk ends with a whole bar, so coverage serves as the cursor of an interrupted run.
"""

from collections.abc import AsyncIterator, Sequence

from collectors.chunk import Chunk, RejectedPage
from collectors.failures import BadData, CollectFailure, HistoryTooShort
from collectors.http.ccxt_exchange import TRADES_PER_PAGE
from collectors.http.client import VenueClient
from collectors.limits import IDLE_PAGES
from collectors.page_validation import from_ms, to_ms
from collectors.plan import SeriesKey, SpanOutcome, floor_bar
from collectors.routes.trades import (
    MAX_IDLE_ROUNDS,
    NO_BARS,
    PAGES_PER_CHUNK,
    TradeRow,
    TradesReader,
    build_bars,
    find_extent,
)
from collectors.venues.row import TradeCursor
from data.intervals import Span
from data.schema import Origin, Outcome


def build_trades_reader(
    client: VenueClient, market: SeriesKey, *, is_listed: bool = True
) -> "TradesReader | TradesByIdReader":
    """The reader of a market's trades, by what the venue pages them by."""
    reader = TradesByIdReader if client.venue.trade_cursor is TradeCursor.NUMBER else TradesReader
    return reader(client, market, is_listed=is_listed)


class TradesByIdReader:
    """Reads the trades of one market, in time order. A failure is the outcome of the rest of its span."""

    def __init__(self, client: VenueClient, market: SeriesKey, *, is_listed: bool = True) -> None:
        self._client = client
        self._is_listed = is_listed
        self._symbol = market.symbol
        self._timeframe = market.timeframe

    async def read(self, missing: Sequence[Span]) -> AsyncIterator[Chunk]:
        """The candles of the missing spans; a bar without a trade has none."""
        for span in missing:
            async for chunk in self._read_span(span):
                yield chunk

    async def find_candles(self, page: Span) -> Span | None:
        """From the market's first trade to its newest one, whose numbers show that it was open throughout.

        Raises:
            CollectFailure: a page could not be read.
        """
        first_rows = await self._read_page(2, 1, page, [])
        newest_rows = await self._read_page(None, 1, page, [])
        return find_extent([*first_rows, *newest_rows], self._timeframe)

    async def _read_span(self, span: Span) -> AsyncIterator[Chunk]:
        start, cursor, newest = span.start, 0, 0
        rows: list[TradeRow] = []
        idle_rounds = 0
        while start < span.end:
            rejected_pages: list[RejectedPage] = []
            idle_rounds += 1
            try:
                if idle_rounds > MAX_IDLE_ROUNDS:
                    IDLE_PAGES.refuse(self._symbol)
                if not newest:
                    cursor, newest = await self._find_start(span, rejected_pages)
                is_done = False
                for _ in range(PAGES_PER_CHUNK):
                    page = await self._read_page(cursor + TRADES_PER_PAGE + 1, TRADES_PER_PAGE, span, rejected_pages)
                    rows += sorted((row for row in page if row[3] > cursor), key=lambda row: row[3])
                    cursor += TRADES_PER_PAGE
                    is_done = cursor >= newest or any(row[0] * 1000 >= to_ms(span.end) for row in rows[-1:])
                    if is_done:
                        break
                last_time = from_ms(rows[-1][0] * 1000) if rows else start
                read_end = span.end if is_done else floor_bar(last_time, self._timeframe)
                end = min(read_end, span.end, self._client.find_final_end(self._timeframe))
                bars = build_bars([row for row in rows if to_ms(start) <= row[0] * 1000 < to_ms(end)], self._timeframe)
            except CollectFailure as failure:
                rest = SpanOutcome(Span(start, span.end), failure.outcome, str(failure))
                yield Chunk(NO_BARS.candles, [rest], Origin.TRADES, self._client.source, rejected_pages)
                return
            if end > start:
                outcomes = [SpanOutcome(Span(start, end), Outcome.COMPLETE)]
                yield Chunk(bars.candles, outcomes, Origin.TRADES, self._client.source, rejected_pages, bars.lows)
                rows = [row for row in rows if row[0] * 1000 >= to_ms(end)]
                start, idle_rounds = end, 0
            if is_done:
                return  # what is not final yet has no outcome: it is requested again

    async def _find_start(self, span: Span, rejected_pages: list[RejectedPage]) -> tuple[int, int]:
        """A number before that of the span's first trade, by a page at most, and the number of the newest trade.

        Raises:
            HistoryTooShort: the market has no trade at all, so an empty answer proves nothing.
        """
        newest_rows = await self._read_page(None, 1, span, rejected_pages)
        if not newest_rows:
            message = "answered with no trade at all"
            raise HistoryTooShort(message)
        newest = newest_rows[0][3]
        low, high = 0, newest
        while high - low > TRADES_PER_PAGE:
            middle = (low + high) // 2
            page = await self._read_page(middle + 1, 1, span, rejected_pages)
            if not page or page[0][0] * 1000 < to_ms(span.start):
                low = middle
            else:
                high = page[0][3]
        return low, newest

    async def _read_page(
        self, before: int | None, count: int, span: Span, rejected_pages: list[RejectedPage]
    ) -> list[TradeRow]:
        """The newest trades with a number below ``before``, so many at most.

        Raises:
            CollectFailure: the request failed, or the response has an invalid trade or one that was not requested.
        """
        page = await self._client.call_market(
            lambda exchange: exchange.fetch_trades_before(self._symbol, before, count), is_listed=self._is_listed
        )
        numbers = [row[3] for row in page.rows]
        is_asked = all(0 < number < (before or number + 1) for number in numbers)
        if not is_asked or len(set(numbers)) < len(numbers) or len(numbers) > count:
            message = f"answered with other trades than {count} below number {before}"
            rejected_pages.append(RejectedPage(span.start, span.end, message, page.body))
            raise BadData(message)
        return page.rows
