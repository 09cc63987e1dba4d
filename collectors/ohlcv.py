"""The OHLCV route: one market of a venue, page by page; what came goes through the gate."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from collectors.candles import NO_CANDLES, Candles, answered, bars_frame, sift
from collectors.chunk import BadPage, Chunk
from collectors.client import VenueClient
from collectors.failures import BadData, CollectFailure, Ends, HistoryTooShort
from collectors.plan import Market, Piece, Span, bar_of, merged, pages_of
from collectors.sink import Clock
from data.schema import Origin, Timeframe

CHUNK_BARS = 1440
"""Bars that are read before they are stored, rounded up to whole pages: a crash loses a day of minutes of a market."""


def chunks_of(missing: Sequence[Span], page_bars: int, timeframe: Timeframe) -> list[list[Span]]:
    """The missing spans as pages of so many bars, in lots that are stored together."""
    size = -(-CHUNK_BARS // page_bars)
    pages = [page for span in missing for page in pages_of(span, bar_of(timeframe) * page_bars)]
    return [pages[start : start + size] for start in range(0, len(pages), size)]


class OhlcvReader:
    """Reads the candles of one market, in time order. A page that fails leaves its span with outcome and reason."""

    def __init__(self, client: VenueClient, market: Market, now: Clock) -> None:
        self._client = client
        self._venue = client.venue
        self._market = market
        self._now = now
        self._before: Candles = NO_CANDLES
        self._ended: CollectFailure | None = None
        self._too_old: CollectFailure | None = None

    async def read(self, missing: Sequence[Span]) -> AsyncIterator[Chunk]:
        """The candles of the spans, in chunks of about `CHUNK_BARS`."""
        timeframe = self._market.timeframe
        for pages in chunks_of(missing, self._venue.page_min, timeframe):
            candles: list[Candles] = []
            pieces: list[Piece] = []
            aside: list[BadPage] = []
            for page in pages:
                try:
                    found = await self._page(page, aside)
                    candles.append(found)
                    pieces += answered(found, page, self._venue, timeframe)
                except CollectFailure as failure:
                    pieces.append(Piece(page, failure.outcome, str(failure)))
                    self._note(failure)
            yield Chunk(bars_frame(candles), merged(pieces), Origin.OHLCV, self._client.source, aside)

    async def _page(self, page: Span, aside: list[BadPage]) -> Candles:
        if self._ended is not None:
            raise self._ended
        if self._too_old is not None and self._beyond_reach(page):
            raise self._too_old
        sent = await self._client.ask(lambda exchange: exchange.candle_page(*self._market, page))
        try:
            timeframe = self._market.timeframe
            found, self._before = sift(sent.rows, page, self._venue, timeframe, self._now(), self._before)
        except BadData as bad:
            aside.append(BadPage(page.start, page.end, str(bad), sent.body))
            raise
        return found

    def _beyond_reach(self, page: Span) -> bool:
        """Whether the page is older than the table says that candles reach."""
        reach_min = self._venue.reach_of(self._market.timeframe)
        return reach_min is not None and page.end <= self._now() - timedelta(minutes=reach_min)

    def _note(self, failure: CollectFailure) -> None:
        if failure.ends > Ends.PAGE:
            self._ended = failure
        elif isinstance(failure, HistoryTooShort):
            self._too_old = failure
