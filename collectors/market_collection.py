"""The collection of one market: each route in turn for what is still missing, stored chunk by chunk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from collectors.chunk import Chunk
from collectors.failures import CollectFailure
from collectors.plan import MarketPlan, SpanOutcome, floor_bar, get_bar_length, merge_outcomes
from collectors.request import MarketProgress, MarketResult, OnProgress
from collectors.routes.quiet_check import QuietCheck, merge_sorted
from collectors.store_writer import BatchWriter, Clock, WriteCounts
from collectors.venues.row import Route, VenueRow
from data.intervals import Span, count_minutes, merge_spans, split_spans_at, subtract_spans
from data.schema import Outcome

ReadSpans = Callable[[Sequence[Span]], AsyncIterator[Chunk]]
"""Reads spans of one market into chunks, in time order. Failures are outcomes of spans, never raised."""

FindCandles = Callable[[Span], Awaitable[Span | None]]
"""From the first to the last candle that the venue gives for a page of one market; None: it gives none.

It raises `CollectFailure` where the page cannot be read.
"""


TRANSIENT_OUTCOMES = frozenset({Outcome.UNREACHABLE, Outcome.REFUSED, Outcome.RATE_LIMITED_OUT})
"""Outcomes that do not depend on what the venue still has."""

ROUTE_NAMES = {
    Route.ARCHIVE: "archive",
    Route.OHLCV: "candles",
    Route.TRADES: "trades",
    Route.ARCHIVE_TRADES: "files of trades",
}
"""What was tried, in words."""


@dataclass(frozen=True, slots=True)
class RouteReader:
    """A route to the candles of one market; ``find_candles`` is None where a complete span needs no further proof."""

    read: ReadSpans
    find_candles: FindCandles | None = None


@dataclass(slots=True)
class MarketTally:
    """What was read of one market so far."""

    candles: int = 0
    done_spans: list[Span] = field(default_factory=list)
    gap_spans: list[Span] = field(default_factory=list)
    asked_spans: dict[Route, list[Span]] = field(default_factory=dict)
    failures: dict[Route, list[SpanOutcome]] = field(default_factory=dict)


def summarize_outcome(gaps: Sequence[SpanOutcome], plan: MarketPlan, requested_min: int) -> tuple[Outcome, str]:
    """The outcome of a market over all requested minutes, and a message on what is missing and why."""
    if not gaps:
        return Outcome.COMPLETE, "" if plan.missing else "already stored"
    missing_min = count_minutes(gap.span for gap in gaps)
    reasons = "; ".join(dict.fromkeys(gap.message for gap in gaps))
    message = f"{missing_min} of {requested_min} minutes missing: {reasons}"
    return (gaps[0].outcome if missing_min == requested_min else Outcome.PARTLY), message


def format_failures(failures: Mapping[Route, Sequence[SpanOutcome]], gaps: Sequence[SpanOutcome]) -> str:
    """The minutes that routes failed on and that later ones brought, and why; empty if there are none.

    Minutes that no route brought have the same reasons in their gaps.
    """
    gap_spans = [gap.span for gap in gaps]
    sentences = []
    for route, span_outcomes in failures.items():
        filled = [
            (span, span_outcome.message)
            for span_outcome in span_outcomes
            for span in subtract_spans(span_outcome.span, gap_spans)
        ]
        if filled:
            minutes = count_minutes(span for span, _ in filled)
            reasons = "; ".join(dict.fromkeys(message for _, message in filled))
            sentences.append(f"{minutes} minutes came by another route, not by {route}: {reasons}")
    return "; ".join(sentences)


class MarketCollection:
    """Collects one market by the routes of its venue; ``routes`` has a reader for each.

    A route is asked for what is still missing, and with ``all_routes`` afterwards for what others brought before it. A
    market that is not listed today is requested for what the venue still has of it.
    """

    def __init__(
        self,
        venue: VenueRow,
        plan: MarketPlan,
        routes: Mapping[Route, RouteReader],
        writer: BatchWriter,
        now: Clock,
        on_progress: OnProgress,
        *,
        all_routes: bool = False,
        is_listed: bool = True,
    ) -> None:
        self._all_routes = all_routes
        self._venue = venue
        self._plan = plan
        self._routes = routes
        self._writer = writer
        self._now = now
        self._on_progress = on_progress
        self._is_listed = is_listed
        self._tally = MarketTally()
        self._count_futures: list[asyncio.Future[WriteCounts]] = []

    async def run(self, windows: Sequence[Span]) -> MarketResult:
        """Read what is missing of the windows by each route of the venue in turn."""
        self._report_progress()
        async with self._writer.register_reader():
            gaps = await self._read_all_routes() + self._list_unread()
            if self._all_routes:
                await self._read_other_legs()
        counts = await asyncio.gather(*self._count_futures)
        outcome, gap_message = summarize_outcome(gaps, self._plan, count_minutes(windows))
        failed_routes = format_failures(self._tally.failures, gaps)
        message = "; ".join(filter(None, [gap_message, failed_routes]))
        self._report_progress(outcome, message)
        market, tally = self._plan.series, self._tally
        return MarketResult(
            self._venue.id,
            market.symbol,
            Span(windows[0].start, windows[-1].end),
            outcome,
            message,
            tally.candles,
            sum(count.new for count in counts),
            sum(count.revised for count in counts),
            tuple(gaps),
            market.price,
            failed_routes,
        )

    async def _read_all_routes(self) -> list[SpanOutcome]:
        """Read by each route in turn; the spans that none could read, with their reasons."""
        missing: list[Span] = list(self._plan.missing)
        failed_spans: list[SpanOutcome] = []
        *first_routes, last_route = self._venue.list_routes(self._plan.series.timeframe)
        for route in first_routes:
            reachable, too_old = self._split_by_reach(route, missing)
            self._tally.asked_spans[route] = reachable
            gaps = [span_outcome async for span_outcome in self._read_route(route, reachable)]
            failed_spans += gaps
            self._tally.failures[route] = gaps
            missing = sorted([*too_old, *(gap.span for gap in gaps)])
        self._tally.asked_spans[last_route] = missing
        return merge_outcomes(
            [span_outcome async for span_outcome in self._read_route(last_route, missing, failed_spans, is_last=True)]
        )

    async def _read_other_legs(self) -> None:
        """Read by each route what it was not asked for, so that routes can be compared minute by minute."""
        for route, asked_spans in self._tally.asked_spans.items():
            others = [span for missing in self._plan.missing for span in subtract_spans(missing, asked_spans)]
            reachable, _ = self._split_by_reach(route, others)
            gaps = [span_outcome async for span_outcome in self._read_route(route, reachable)]
            self._tally.failures.setdefault(route, []).extend(gaps)

    def _list_unread(self) -> list[SpanOutcome]:
        """The missing spans without an outcome: this machine's clock has them final, and that of the venue has not."""
        unread = (part for span in self._plan.missing for part in subtract_spans(span, self._tally.done_spans))
        message = "by the clock of the venue these candles may still change"
        return [SpanOutcome(span, Outcome.PARTLY, message) for span in unread]

    def _split_by_reach(self, route: Route, spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
        """The parts of the spans within the route's reach, and those that are older."""
        timeframe = self._plan.series.timeframe
        reach_min = self._venue.find_reach(timeframe)
        if route is not Route.OHLCV or reach_min is None:
            return list(spans), []
        too_old, reachable = split_spans_at(spans, floor_bar(self._now() - timedelta(minutes=reach_min), timeframe))
        return reachable, too_old

    async def _read_route(
        self, route: Route, spans: Sequence[Span], failed_spans: Sequence[SpanOutcome] = (), *, is_last: bool = False
    ) -> AsyncIterator[SpanOutcome]:
        """Read the spans by one route and store what it yields; yields the spans that it could not read.

        Gaps are stored by the last route only, with the reasons of the routes before it, as those may still be filled.
        """
        if not spans:
            return
        async for route_chunk in self._read_checked(self._routes[route], spans):
            complete = [
                span_outcome for span_outcome in route_chunk.outcomes if span_outcome.outcome is Outcome.COMPLETE
            ]
            gaps = [
                self._describe_gap(add_reasons(span_outcome, failed_spans), is_last=is_last)
                for span_outcome in route_chunk.outcomes
                if span_outcome.outcome is not Outcome.COMPLETE
            ]
            final = [*complete, *gaps] if is_last else complete
            chunk = replace(route_chunk, outcomes=final)
            if self._count_futures and self._count_futures[-1].done():
                self._count_futures[-1].result()  # a store that takes nothing ends the reading by its error
            self._count_futures.append(await self._writer.submit(self._venue.id, self._plan.series, chunk))
            self._tally.candles += chunk.candles.height
            self._tally.done_spans += (span_outcome.span for span_outcome in final)
            self._tally.gap_spans += (gap.span for gap in gaps if is_last)
            self._report_progress()
            for gap in gaps:
                yield gap

    def _describe_gap(self, gap: SpanOutcome, *, is_last: bool) -> SpanOutcome:
        """The gap; of a market that is not listed, as ``not-listed`` with what was tried, unless a request failed."""
        if self._is_listed or not is_last or gap.outcome in TRANSIENT_OUTCOMES:
            return gap
        routes = " and ".join(ROUTE_NAMES[route] for route in self._venue.list_routes(self._plan.series.timeframe))
        return replace(gap, outcome=Outcome.NOT_LISTED, message=f"not listed today; tried its {routes}: {gap.message}")

    async def _read_checked(self, reader: RouteReader, spans: Sequence[Span]) -> AsyncIterator[Chunk]:
        """The chunks of a route; where nothing shows that nobody traded, complete spans become ``no-evidence``.

        Files of an archive are not checked: a file that exists shows that the market was open on its day.
        """
        if reader.find_candles is None:
            async for chunk in reader.read(spans):
                yield chunk
            return
        check = QuietCheck(self._plan.series.timeframe)
        async for chunk in reader.read(spans):
            outcomes = check.take_outcomes(chunk)
            if any(span_outcome.span.end == spans[-1].end for span_outcome in chunk.outcomes):
                outcomes += await self._decide_rest(reader.find_candles, check)
            yield replace(chunk, outcomes=merge_sorted(outcomes))

    async def _decide_rest(self, find_candles: FindCandles, check: QuietCheck) -> list[SpanOutcome]:
        """The outcomes of all held back spans, after a look at the candles beside them."""
        length = self._venue.page_min * get_bar_length(self._plan.series.timeframe)
        if check.needs_earlier():
            start = check.undecided[0].start
            await self._look_at(find_candles, Span(start - length, start), check)
        if check.needs_later():
            end = check.undecided[-1].end
            await self._look_at(find_candles, Span(end, min(end + length, self._now())), check)
        return [*check.take_decided(), *check.reject_undecided()]

    async def _look_at(self, find_candles: FindCandles, page: Span, check: QuietCheck) -> None:
        """Note which candles the venue gives for a page, or that it has forgotten those that it gave before."""
        try:
            seen = await find_candles(page)
        except CollectFailure:
            return  # what cannot be read shows nothing
        check.add_seen(seen)
        if seen is None and await self._writer.has_candles(self._venue.id, self._plan.series, page):
            check.is_forgotten = True

    def _report_progress(self, outcome: Outcome | None = None, message: str = "") -> None:
        tally, market = self._tally, self._plan.series
        self._on_progress(
            MarketProgress(
                self._venue.id,
                market.symbol,
                tally.candles,
                count_minutes(merge_spans(tally.done_spans)),
                self._plan.minutes,
                outcome,
                message,
                market.price,
                count_minutes(merge_spans(tally.gap_spans)),
            )
        )


def add_reasons(gap: SpanOutcome, failed_spans: Sequence[SpanOutcome]) -> SpanOutcome:
    """The gap with the reasons of earlier routes that failed on some of its minutes.

    Where any of them failed otherwise than by `Outcome.HISTORY_TOO_SHORT`, so does the gap: a route that was down may
    still have the minutes, so they are requested again.
    """
    overlapping = (
        span_outcome
        for span_outcome in failed_spans
        if span_outcome.span.start < gap.span.end and gap.span.start < span_outcome.span.end
    )
    related = [*overlapping, gap]
    transient_outcomes = (
        span_outcome.outcome for span_outcome in related if span_outcome.outcome is not Outcome.HISTORY_TOO_SHORT
    )
    reasons = "; ".join(dict.fromkeys(span_outcome.message for span_outcome in related))
    return replace(gap, outcome=next(transient_outcomes, gap.outcome), message=reasons)
