"""One venue's part of a collection: list its markets, plan what is missing, read it, store it, say how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from collectors.client import Chunk, MarketReader, chunks_of, open_venue
from collectors.exchange import VenueExchange
from collectors.failures import CollectFailure, Ends
from collectors.mirror import source_of
from collectors.plan import (
    MarketPlan,
    Piece,
    Span,
    answered_spans,
    any_market_of,
    merged,
    missing_spans,
    symbols_to_ask,
)
from collectors.request import MarketResult, OnProgress, Progress
from collectors.sink import Clock, Keeper
from collectors.venues import VenueRow
from data.schema import Outcome


@dataclass(frozen=True, slots=True)
class Job:
    """What every venue of a collection shares. ``stored`` is the coverage of the window so far, schema `COVERAGE`."""

    assets: tuple[str, ...]
    symbols: tuple[str, ...]
    window: Span
    stored: pl.DataFrame
    keeper: Keeper
    mirror: str | None
    now: Clock
    on_progress: OnProgress


@dataclass(slots=True)
class Tally:
    """What came of one market so far."""

    candles: int = 0
    new: int = 0
    revised: int = 0
    done_min: int = 0


def outcome_of(pieces: Sequence[Piece], plan: MarketPlan, window: Span) -> tuple[Outcome, str]:
    """The outcome of a market over the whole window, and what is missing and why, in words."""
    gaps = [piece for piece in pieces if piece.outcome is not Outcome.COMPLETE]
    if not gaps:
        return Outcome.COMPLETE, "" if plan.missing else "already stored"
    missing_min = sum(gap.span.minutes for gap in gaps)
    reasons = "; ".join(dict.fromkeys(gap.message for gap in gaps))
    message = f"{missing_min} of {window.minutes} minutes not had: {reasons}"
    return (gaps[0].outcome if missing_min == window.minutes else Outcome.PARTLY), message


class VenueRun:
    """Collects from one venue, one request after the other within the limit that ccxt keeps for it."""

    def __init__(self, venue: VenueRow, job: Job) -> None:
        self._venue = venue
        self._job = job
        self._source = source_of(venue.hosts[0].name, job.mirror)
        self._ended: CollectFailure | None = None

    async def run(self) -> list[MarketResult]:
        """Collect; a failure of the venue is a result of each market, and never an exception."""
        job = self._job
        try:
            async with open_venue(self._venue, job.mirror, job.now) as (exchange, listed):
                self._source = exchange.source
                symbols, absent = symbols_to_ask(job.assets, job.symbols, listed)
                plans = [self._plan(symbol) for symbol in symbols]
                for plan in plans:
                    self._tell(plan, Tally())
                results = [await self._collect_market(exchange, plan) for plan in plans]
                return results + [await self._leave_out(symbol) for symbol in absent]
        except CollectFailure as failure:
            asked = [*map(any_market_of, job.assets), *job.symbols]
            return [await self._give_up(symbol, failure) for symbol in asked]

    def _plan(self, symbol: str) -> MarketPlan:
        answered = answered_spans(self._job.stored, self._venue.id, symbol)
        return MarketPlan(symbol, missing_spans(self._job.window, answered))

    async def _collect_market(self, exchange: VenueExchange, plan: MarketPlan) -> MarketResult:
        """Read what is missing of a market, storing chunk by chunk."""
        reader = MarketReader(exchange, plan.symbol, self._job.now, self._ended)
        tally = Tally()
        pieces: list[Piece] = []
        for pages in chunks_of(plan.missing, self._venue.page_min):
            chunk = await reader.read(pages)
            await self._keep(plan.symbol, chunk, tally)
            pieces += chunk.pieces
            tally.done_min += sum(page.minutes for page in pages)
            self._tell(plan, tally)
        if reader.ended is not None and reader.ended.ends is Ends.VENUE:
            self._ended = reader.ended
        outcome, message = outcome_of(pieces, plan, self._job.window)
        self._tell(plan, tally, outcome, message)
        gaps = tuple(piece for piece in merged(pieces) if piece.outcome is not Outcome.COMPLETE)
        return MarketResult(
            self._venue.id,
            plan.symbol,
            self._job.window,
            outcome,
            message,
            tally.candles,
            tally.new,
            tally.revised,
            gaps,
        )

    async def _keep(self, symbol: str, chunk: Chunk, tally: Tally) -> None:
        written = await self._job.keeper.keep(self._venue.id, symbol, self._source, chunk.pieces, chunk.candles)
        tally.candles += len(chunk.candles)
        if written is not None:
            tally.new += written.new
            tally.revised += written.revised

    async def _leave_out(self, symbol: str) -> MarketResult:
        """Note that the venue lists no such market, unless that was noted before for the whole window."""
        noted = answered_spans(self._job.stored, self._venue.id, symbol, Outcome.NOT_LISTED)
        piece = Piece(self._job.window, Outcome.NOT_LISTED, "no such spot market among those that the venue lists")
        if missing_spans(self._job.window, noted):
            await self._job.keeper.keep(self._venue.id, symbol, self._source, [piece])
        return self._result_without_candles(symbol, piece)

    async def _give_up(self, symbol: str, failure: CollectFailure) -> MarketResult:
        """Note that the venue did not even list its markets."""
        piece = Piece(self._job.window, failure.outcome, f"no list of markets: {failure}")
        await self._job.keeper.keep(self._venue.id, symbol, self._source, [piece])
        return self._result_without_candles(symbol, piece)

    def _result_without_candles(self, symbol: str, piece: Piece) -> MarketResult:
        self._tell(MarketPlan(symbol, ()), Tally(), piece.outcome, piece.message)
        gaps = () if piece.outcome is Outcome.NOT_LISTED else (piece,)
        return MarketResult(self._venue.id, symbol, piece.span, piece.outcome, piece.message, gaps=gaps)

    def _tell(self, plan: MarketPlan, tally: Tally, outcome: Outcome | None = None, message: str = "") -> None:
        self._job.on_progress(
            Progress(self._venue.id, plan.symbol, tally.candles, tally.done_min, plan.minutes, outcome, message)
        )
