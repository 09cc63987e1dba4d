"""Reading one market of a venue, page by page: what passes is asked again, what came goes through the gate."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import stamina

from collectors.candles import Candle, answered, sift
from collectors.exchange import VenueExchange
from collectors.failures import CollectFailure, Ends, RateLimitedOut, Refused
from collectors.plan import Piece, Span, merged, pages_of
from collectors.sink import Clock
from collectors.venues import VenueRow

CHUNK_MIN = 1440
"""Minutes that are read before they are stored, rounded up to whole pages: a crash loses a day of one market."""

LONGEST_WAIT_S = 120.0
"""A venue that asks for a longer wait is left alone for this run."""


def wait_before_retry(error: Exception) -> bool | float:
    """Whether to ask again after the error, or the seconds to wait first where the venue said so."""
    if isinstance(error, RateLimitedOut) and error.retry_after_s is not None:
        return error.retry_after_s if error.retry_after_s <= LONGEST_WAIT_S else False
    return isinstance(error, CollectFailure) and error.may_pass


ASK = stamina.AsyncRetryingCaller(attempts=6, timeout=300.0, wait_initial=0.5, wait_max=30.0, wait_jitter=1.0).on(
    wait_before_retry
)


@dataclass(slots=True)
class Chunk:
    """What some pages brought: candles in time order, and how each span was answered."""

    candles: list[Candle] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


@asynccontextmanager
async def open_venue(
    venue: VenueRow, mirror: str | None, now: Clock
) -> AsyncIterator[tuple[VenueExchange, frozenset[str]]]:
    """The exchange of the venue and the spot symbols it lists, by the first of its hosts that does not refuse.

    Raises:
        CollectFailure: no host listed its markets; the reason is that of the first.
    """
    async with AsyncExitStack() as stack:
        failures: list[CollectFailure] = []
        for host in venue.hosts:
            exchange = VenueExchange(venue, host, mirror, now)
            stack.push_async_callback(exchange.close)
            try:
                symbols = await ASK(exchange.spot_symbols)
            except CollectFailure as failure:
                failures.append(failure)
                if not isinstance(failure, Refused):
                    break
            else:
                yield exchange, symbols
                return
        raise failures[0]


def chunks_of(missing: Sequence[Span], page_min: int) -> list[list[Span]]:
    """The missing spans as pages, in lots that are stored together."""
    size = -(-CHUNK_MIN // page_min)
    pages = [page for span in missing for page in pages_of(span, page_min)]
    return [pages[start : start + size] for start in range(0, len(pages), size)]


class MarketReader:
    """Reads the pages of one market, in time order.

    ``ended`` is the failure after which there is no use in asking for more of the market; None as long as there is.
    """

    def __init__(self, exchange: VenueExchange, symbol: str, now: Clock, ended: CollectFailure | None = None) -> None:
        self.ended = ended
        self._exchange = exchange
        self._symbol = symbol
        self._now = now
        self._seen: dict[int, Candle] = {}

    async def read(self, pages: Sequence[Span]) -> Chunk:
        """The candles of the pages. A page that fails leaves its span with the outcome and reason of the failure."""
        chunk = Chunk()
        for page in pages:
            if self.ended is not None:
                chunk.pieces.append(Piece(page, self.ended.outcome, str(self.ended)))
                continue
            try:
                rows = await ASK(self._exchange.candle_rows, self._symbol, page.start, page.minutes)
                candles = sift(rows, page, self._now(), self._seen)
                chunk.pieces += answered(candles, page, self._exchange.venue)
                chunk.candles += candles
            except CollectFailure as failure:
                chunk.pieces.append(Piece(page, failure.outcome, str(failure)))
                self.ended = failure if failure.ends > Ends.PAGE else None
        chunk.pieces = merged(chunk.pieces)
        return chunk
