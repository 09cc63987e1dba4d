"""The trades route: public trades, page by page, built into candles.

A chunk ends with a whole bar, so coverage serves as the cursor of an interrupted run.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import polars as pl

from collectors.chunk import Chunk, RejectedPage
from collectors.failures import BadData, CollectFailure, HistoryTooShort
from collectors.http.ccxt_exchange import TRADES_PER_PAGE, TradesPage
from collectors.http.client import VenueClient
from collectors.limits import IDLE_PAGES
from collectors.page_validation import check_built_candles, from_ms, to_ms
from collectors.plan import SeriesKey, SpanOutcome, floor_bar, get_bar_length
from data.intervals import Span
from data.schema import Origin, Outcome, Timeframe
from data.trades.candles import BadTrade, CandlesWithLows, build_candles, build_empty_bars, build_empty_lows

PAGES_PER_CHUNK = 20
"""Pages in a chunk: a crash loses some 20 s of requests."""

MAX_IDLE_ROUNDS = IDLE_PAGES.amount // PAGES_PER_CHUNK
"""Rounds of so many pages without the end of a bar."""

MAX_SILENCE = timedelta(days=1)
"""Trades that begin later than this after a span are the newest ones, and do not prove that the span was quiet."""

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
MAX_TIME_S = 100_000_000_000
"""A larger time in seconds is invalid: the year 5138."""

TradeRow = tuple[float, str, str, int]
NO_BARS = CandlesWithLows(build_empty_bars(), build_empty_lows())
TRADE_SCHEMA = {"time": pl.Float64, "price": pl.String, "amount": pl.String, "id": pl.Int64}


class TradesReader:
    """Reads the trades of one market, in time order. A failure is the outcome of the rest of its span."""

    def __init__(self, client: VenueClient, market: SeriesKey, *, is_listed: bool = True) -> None:
        self._client = client
        self._symbol = market.symbol
        self._is_listed = is_listed
        self._timeframe = market.timeframe

    async def read(self, missing: Sequence[Span]) -> AsyncIterator[Chunk]:
        """The candles of the missing spans; a bar without a trade has none."""
        for span in missing:
            async for chunk in self._read_span(span):
                yield chunk

    async def _read_span(self, span: Span) -> AsyncIterator[Chunk]:
        start, cursor, is_done = span.start, to_ms(span.start) * NS_PER_MS, False
        rows: list[TradeRow] = []
        idle_rounds = 0
        while start < span.end:
            rejected_pages: list[RejectedPage] = []
            idle_rounds += 1
            try:
                if idle_rounds > MAX_IDLE_ROUNDS:
                    IDLE_PAGES.refuse(self._symbol)
                for _ in range(PAGES_PER_CHUNK):
                    page = await self._read_page(cursor, span, rejected_pages)
                    rows += page.rows
                    is_done = page.last_ns <= cursor or page.last_ns >= to_ms(span.end) * NS_PER_MS
                    cursor = max(cursor, page.last_ns)
                    if is_done:
                        break
                final_end = self._client.find_final_end(self._timeframe)
                read_end = span.end if is_done else floor_bar(from_ms(cursor // NS_PER_MS), self._timeframe)
                end = min(read_end, span.end, final_end)
                chunk_rows = [row for row in rows if to_ms(start) <= row[0] * 1000 < to_ms(end)]
                bars = build_bars(chunk_rows, self._timeframe)
            except CollectFailure as failure:
                yield self._build_chunk(
                    NO_BARS, SpanOutcome(Span(start, span.end), failure.outcome, str(failure)), rejected_pages
                )
                return
            if end > start:
                yield self._build_chunk(
                    bars,
                    SpanOutcome(Span(start, end), Outcome.COMPLETE),
                    rejected_pages,
                    find_extent(rows, self._timeframe),
                )
                rows = [row for row in rows if row[0] * 1000 >= to_ms(end)]
                start, idle_rounds = end, 0
            if is_done:
                return  # what is not final yet has no outcome: it is requested again

    async def _read_page(self, cursor: int, span: Span, rejected_pages: list[RejectedPage]) -> TradesPage:
        """The trades from the cursor on, those at the cursor itself included: there may be others of the same time."""
        page = await self._client.call_market(
            lambda exchange: exchange.fetch_trades_page(self._symbol, cursor - 1), is_listed=self._is_listed
        )
        try:
            _check_page(page, cursor, span)
            if cursor > to_ms(span.start) * NS_PER_MS:
                _check_overlap(page, cursor)
        except BadData as error:
            rejected_pages.append(RejectedPage(span.start, span.end, str(error), page.body))
            raise
        return page

    async def find_candles(self, page: Span) -> Span | None:
        """From the first to the last bar of a page of trades from the start of ``page`` on; None: no trade.

        Raises:
            CollectFailure: the page could not be read.
        """
        trades = await self._read_page(to_ms(page.start) * NS_PER_MS, page, [])
        return find_extent(trades.rows, self._timeframe)

    def _build_chunk(
        self,
        bars: CandlesWithLows,
        span_outcome: SpanOutcome,
        rejected_pages: list[RejectedPage],
        seen: Span | None = None,
    ) -> Chunk:
        return Chunk(bars.candles, [span_outcome], Origin.TRADES, self._client.source, rejected_pages, bars.lows, seen)


def find_extent(rows: list[TradeRow], timeframe: Timeframe) -> Span | None:
    """From the start of the first bar to the end of the last one of trades in time order; None without any."""
    if not rows:
        return None
    first, last = (floor_bar(from_ms(row[0] * 1000), timeframe) for row in (rows[0], rows[-1]))
    return Span(first, last + get_bar_length(timeframe))


def _check_page(page: TradesPage, cursor: int, span: Span) -> None:
    """Check that a page continues at the cursor.

    Raises:
        BadData: an invalid trade or cursor, a trade from before the cursor, or a full page of one instant, after which
            the cursor cannot advance.
        HistoryTooShort: the first trade is later than `MAX_SILENCE` after the span.
    """
    bad_row = next((row for row in page.rows if not (0 <= row[0] < MAX_TIME_S and 0 <= row[3] < 1 << 63)), None)
    if bad_row is not None:
        message = f"answered with a trade without time or number: {bad_row}"
        raise BadData(message)
    last_ns = max((row[0] for row in page.rows), default=cursor / NS_PER_S) * NS_PER_S
    if page.last_ns > last_ns + NS_PER_MS:
        message = f"continues {(page.last_ns - last_ns) / NS_PER_S:.3f} s after its last trade: some may be missing"
        raise BadData(message)
    if not page.rows:
        return
    first_time = from_ms(page.rows[0][0] * 1000)
    if any(row[0] * NS_PER_S < cursor - NS_PER_MS for row in page.rows):
        message = f"answered with trades from before {from_ms(cursor / NS_PER_MS):%Y-%m-%d %H:%M:%SZ}"
        raise BadData(message)
    if len(page.rows) >= TRADES_PER_PAGE and page.last_ns <= cursor:
        message = f"answered with {len(page.rows)} trades of one instant, {first_time:%Y-%m-%d %H:%M:%SZ}"
        raise BadData(message)
    if first_time > span.end + MAX_SILENCE:
        message = f"answered with trades of another time, from {first_time:%Y-%m-%d %H:%MZ}"
        raise HistoryTooShort(message)


def _check_overlap(page: TradesPage, cursor: int) -> None:
    """Check that a page begins with the last trade of the previous one.

    Raises:
        BadData: it does not, so trades in between may be missing.
    """
    if not page.rows or page.rows[0][0] * NS_PER_S > cursor + NS_PER_MS:
        message = f"left out the trade at {from_ms(cursor // NS_PER_MS):%Y-%m-%d %H:%M:%SZ}, and perhaps later ones"
        raise BadData(message)


def build_bars(rows: list[TradeRow], timeframe: Timeframe) -> CandlesWithLows:
    """The candles of trades and their lowest trades; a trade that is there twice counts once."""
    if not rows:
        return NO_BARS
    trades = pl.DataFrame(rows, schema=TRADE_SCHEMA, orient="row").unique(maintain_order=True)
    times = (pl.col("time") * NS_PER_S).cast(pl.Int64).cast(pl.Datetime("ns", "UTC"))
    try:
        bars = build_candles([trades.with_columns(times.alias("time"))], timeframe)
    except BadTrade as error:
        raise BadData(str(error)) from error
    check_built_candles(bars.candles)
    return bars
