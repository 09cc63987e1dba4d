"""One market's part of a collection: each route in turn for what is still missing, kept chunk by chunk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from collectors.chunk import Chunk
from collectors.plan import MarketPlan, Piece, Span, floor_bar, merged, minutes_in, split_by_age
from collectors.request import MarketResult, OnProgress, Progress
from collectors.sink import Clock, Keeper, Written
from collectors.venues import Route, VenueRow
from data.schema import Outcome

Read = Callable[[Sequence[Span]], AsyncIterator[Chunk]]
"""A route to the candles of one market: reads spans, and says how each was answered; a failure is a piece."""


@dataclass(slots=True)
class Tally:
    """What came of one market so far."""

    candles: int = 0
    done: list[Span] = field(default_factory=list)
    gaps: list[Span] = field(default_factory=list)


def outcome_of(gaps: Sequence[Piece], plan: MarketPlan, asked_min: int) -> tuple[Outcome, str]:
    """The outcome of a market over all the minutes asked, and what is missing and why, in words."""
    if not gaps:
        return Outcome.COMPLETE, "" if plan.missing else "already stored"
    missing_min = minutes_in(gap.span for gap in gaps)
    reasons = "; ".join(dict.fromkeys(gap.message for gap in gaps))
    message = f"{missing_min} of {asked_min} minutes not had: {reasons}"
    return (gaps[0].outcome if missing_min == asked_min else Outcome.PARTLY), message


class MarketRun:
    """Collects one market; ``routes`` are the ways to read it."""

    def __init__(
        self,
        venue: VenueRow,
        plan: MarketPlan,
        routes: Mapping[Route, Read],
        keeper: Keeper,
        now: Clock,
        on_progress: OnProgress,
    ) -> None:
        self._venue = venue
        self._plan = plan
        self._routes = routes
        self._keeper = keeper
        self._now = now
        self._on_progress = on_progress
        self._tally = Tally()
        self._written: list[asyncio.Future[Written]] = []

    async def run(self, windows: Sequence[Span]) -> MarketResult:
        """Read what is missing of the windows by each route of the venue in turn, and say how it ended."""
        self._tell()
        async with self._keeper.reading():
            gaps = await self._read_all()
        written = await asyncio.gather(*self._written)
        outcome, message = outcome_of(gaps, self._plan, minutes_in(windows))
        self._tell(outcome, message)
        market, tally = self._plan.market, self._tally
        return MarketResult(
            self._venue.id,
            market.symbol,
            Span(windows[0].start, windows[-1].end),
            outcome,
            message,
            tally.candles,
            sum(part.new for part in written),
            sum(part.revised for part in written),
            tuple(gaps),
            market.price,
        )

    async def _read_all(self) -> list[Piece]:
        """Read by each route; the pieces that none could have."""
        missing: list[Span] = list(self._plan.missing)
        failed: list[Piece] = []
        *first, last = self._venue.routes_of(self._plan.market.timeframe)
        for route in first:
            young, old = self._within_reach(route, missing)
            gaps = [piece async for piece in self._gaps(route, young)]
            failed += gaps
            missing = sorted([*old, *(gap.span for gap in gaps)])
        return merged([piece async for piece in self._gaps(last, missing, failed, is_last=True)])

    def _within_reach(self, route: Route, spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
        """What the route can have, and what is older than it reaches."""
        timeframe = self._plan.market.timeframe
        reach_min = self._venue.reach_of(timeframe)
        if route is not Route.OHLCV or reach_min is None:
            return list(spans), []
        old, young = split_by_age(spans, floor_bar(self._now() - timedelta(minutes=reach_min), timeframe))
        return young, old

    async def _gaps(
        self, route: Route, spans: Sequence[Span], failed: Sequence[Piece] = (), *, is_last: bool = False
    ) -> AsyncIterator[Piece]:
        """Read the spans by one route and store what comes; yields the pieces that could not be had.

        Gaps are stored by the last route only, with the reasons of those before: another may still fill them.
        """
        if not spans:
            return
        async for part in self._routes[route](spans):
            had = [piece for piece in part.pieces if piece.outcome is Outcome.COMPLETE]
            gaps = [with_reasons(piece, failed) for piece in part.pieces if piece.outcome is not Outcome.COMPLETE]
            settled = [*had, *gaps] if is_last else had
            chunk = replace(part, pieces=settled)
            if self._written and self._written[-1].done():
                self._written[-1].result()  # a store that takes nothing ends the reading
            self._written.append(await self._keeper.keep(self._venue.id, self._plan.market, chunk))
            self._tally.candles += chunk.candles.height
            self._tally.done += (piece.span for piece in settled)
            self._tally.gaps += (gap.span for gap in gaps if is_last)
            self._tell()
            for gap in gaps:
                yield gap

    def _tell(self, outcome: Outcome | None = None, message: str = "") -> None:
        tally, market = self._tally, self._plan.market
        self._on_progress(
            Progress(
                self._venue.id,
                market.symbol,
                tally.candles,
                minutes_in(tally.done),
                self._plan.minutes,
                outcome,
                message,
                market.price,
                minutes_in(tally.gaps),
            )
        )


def with_reasons(gap: Piece, failed: Sequence[Piece]) -> Piece:
    """The gap with the reasons of the routes before, where they failed on some of its minutes.

    That one route does not reach says nothing while another was only down: the minutes have to be asked again.
    """
    overlapping = (piece for piece in failed if piece.span.start < gap.span.end and gap.span.start < piece.span.end)
    all_of_it = [*overlapping, gap]
    passing = (piece.outcome for piece in all_of_it if piece.outcome is not Outcome.HISTORY_TOO_SHORT)
    reasons = "; ".join(dict.fromkeys(piece.message for piece in all_of_it))
    return replace(gap, outcome=next(passing, gap.outcome), message=reasons)
