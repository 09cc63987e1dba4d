"""The OHLCV route: the venue's own candles of one market, page by page, each page validated."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from collectors.chunk import Chunk, RejectedPage
from collectors.failures import BadData, CollectFailure, HistoryTooShort, Scope
from collectors.http.client import VenueClient
from collectors.page_validation import (
    NO_CANDLES,
    CandleArray,
    build_bars_frame,
    from_ms,
    list_page_outcomes,
    validate_page,
)
from collectors.plan import SeriesKey, SpanOutcome, get_bar_length, merge_outcomes
from collectors.routes.quiet_check import unite_spans
from data.intervals import Span, split_span
from data.schema import Origin, Timeframe

CHUNK_BARS = 1440
"""Bars in a chunk, rounded up to whole pages: a crash loses at most a day of minutes of a market."""


def group_pages(missing: Sequence[Span], page_bars: int, timeframe: Timeframe) -> list[list[Span]]:
    """The missing spans as pages of at most so many bars, in groups of one chunk each."""
    size = -(-CHUNK_BARS // page_bars)
    pages = [page for span in missing for page in split_span(span, get_bar_length(timeframe) * page_bars)]
    return [pages[start : start + size] for start in range(0, len(pages), size)]


class OhlcvReader:
    """Reads the candles of one market, in time order. The failure of a page is the outcome of its span."""

    def __init__(self, client: VenueClient, market: SeriesKey, *, is_listed: bool = True) -> None:
        self._client = client
        self._venue = client.venue
        self._market = market
        self._is_listed = is_listed
        self._previous: CandleArray = NO_CANDLES
        self._seen: Span | None = None
        self._fatal_failure: CollectFailure | None = None
        self._reach_failure: CollectFailure | None = None

    async def read(self, missing: Sequence[Span]) -> AsyncIterator[Chunk]:
        """The candles of the missing spans, in chunks of about `CHUNK_BARS`."""
        timeframe = self._market.timeframe
        for pages in group_pages(missing, self._venue.page_min, timeframe):
            candles: list[CandleArray] = []
            outcomes: list[SpanOutcome] = []
            self._seen = None
            rejected_pages: list[RejectedPage] = []
            for page in pages:
                try:
                    page_candles = await self._read_page(page, rejected_pages)
                    candles.append(page_candles)
                    # What is not final yet has no outcome: it is requested again.
                    final_page = Span(page.start, min(page.end, self._client.find_final_end(timeframe)))
                    if final_page.start < final_page.end:
                        outcomes += list_page_outcomes(page_candles, final_page, self._venue, timeframe)
                except CollectFailure as failure:
                    outcomes.append(SpanOutcome(page, failure.outcome, str(failure)))
                    self._record_failure(failure)
            yield Chunk(
                build_bars_frame(candles),
                merge_outcomes(outcomes),
                Origin.OHLCV,
                self._client.source,
                rejected_pages,
                seen=self._seen,
            )

    async def find_candles(self, page: Span) -> Span | None:
        """From the first to the last candle that the venue sends for a page; None: it sends none.

        Raises:
            CollectFailure: the page could not be read.
        """
        self._seen, self._previous = None, NO_CANDLES
        await self._read_page(page, [])
        return self._seen

    async def _read_page(self, page: Span, rejected_pages: list[RejectedPage]) -> CandleArray:
        if self._fatal_failure is not None:
            raise self._fatal_failure
        if self._reach_failure is not None and self._is_beyond_reach(page):
            raise self._reach_failure
        received = await self._client.call_market(
            lambda exchange: exchange.fetch_candle_page(*self._market, page), is_listed=self._is_listed
        )
        try:
            timeframe = self._market.timeframe
            candles, self._previous = validate_page(
                received.rows, page, self._venue, timeframe, self._client.find_final_end(timeframe), self._previous
            )
        except BadData as error:
            rejected_pages.append(RejectedPage(page.start, page.end, str(error), received.body))
            raise
        if len(self._previous):
            first_ms, last_ms = self._previous[0, 0], self._previous[-1, 0]
            self._seen = unite_spans([self._seen, Span(from_ms(first_ms), from_ms(last_ms + timeframe.ms))])
        return candles

    def _is_beyond_reach(self, page: Span) -> bool:
        """Whether the page is older than the reach in the venue table."""
        reach_min = self._venue.find_reach(self._market.timeframe)
        return reach_min is not None and page.end <= self._client.clock.read() - timedelta(minutes=reach_min)

    def _record_failure(self, failure: CollectFailure) -> None:
        if failure.scope > Scope.PAGE:
            self._fatal_failure = failure
        elif isinstance(failure, HistoryTooShort):
            self._reach_failure = failure
