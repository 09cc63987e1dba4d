"""Which answers without a candle show that nobody traded: those between two candles that the venue gave.

A venue that has forgotten a window, or has not opened the market yet, answers like one on which nobody traded.
"""

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from collectors.chunk import Chunk
from collectors.page_validation import CLOSED, OPENED
from collectors.plan import SpanOutcome, get_bar_length, merge_outcomes
from data.intervals import Span
from data.schema import Outcome, Timeframe


def unite_spans(spans: Iterable[Span | None]) -> Span | None:
    """From the first start to the last end; None without a span.

    >>> unite_spans([Span(3, 4), None, Span(0, 1)])
    Span(start=0, end=4)
    """
    known = [span for span in spans if span is not None]
    return Span(min(span.start for span in known), max(span.end for span in known)) if known else None


class QuietCheck:
    """Holds back spans without a candle until it is known whether they are quiet.

    It takes the chunks of one route to a market in time order; ``undecided`` are the spans held back. Set
    ``is_forgotten`` where the venue no longer gives candles that it gave before: what it omits then shows nothing.
    """

    def __init__(self, timeframe: Timeframe) -> None:
        self._length = get_bar_length(timeframe)
        self._seen: Span | None = None
        self.undecided: list[Span] = []
        self.is_forgotten = False

    def take_outcomes(self, chunk: Chunk) -> list[SpanOutcome]:
        """The outcomes of the chunk, and those of held back spans that its candles decide."""
        outcomes: list[SpanOutcome] = []
        for span_outcome in chunk.outcomes:
            if span_outcome.outcome is Outcome.COMPLETE:
                outcomes += self._split_complete(span_outcome.span, chunk.candles)
            else:
                outcomes.append(span_outcome)
        self.add_seen(unite_spans([chunk.seen, self._find_extent(chunk.candles)]))
        return [*outcomes, *self.take_decided()]

    def add_seen(self, seen: Span | None) -> None:
        """Note that the venue gave candles from the start to the end of a span; None: it gave none."""
        self._seen = unite_spans([self._seen, seen])

    def needs_earlier(self) -> bool:
        """Whether a candle before the first undecided span is wanting."""
        return bool(self.undecided) and (self._seen is None or self.undecided[0].start < self._seen.start)

    def needs_later(self) -> bool:
        """Whether a candle after the last undecided span is wanting, and there is any at all."""
        return bool(self.undecided) and self._seen is not None and self._seen.end < self.undecided[-1].end

    def take_decided(self) -> list[SpanOutcome]:
        """The undecided spans that lie between candles by now, as complete."""
        decided = [] if self._seen is None else [_cut(span, self._seen) for span in self.undecided]
        outcomes = [SpanOutcome(span, Outcome.COMPLETE) for span in decided if span.start < span.end]
        self.undecided = [part for span in self.undecided for part in self._subtract_seen(span)]
        return outcomes

    def reject_undecided(self) -> list[SpanOutcome]:
        """The undecided spans as spans without evidence, or forgotten."""
        outcome = Outcome.HISTORY_TOO_SHORT if self.is_forgotten else Outcome.NO_EVIDENCE
        outcomes = [SpanOutcome(span, outcome, self._describe(span)) for span in self.undecided]
        self.undecided = []
        return outcomes

    def _split_complete(self, span: Span, candles: pl.DataFrame) -> list[SpanOutcome]:
        """The part of a complete span from its first to its last candle; what lies outside becomes undecided."""
        in_span = candles.filter(pl.col("open_time").is_between(span.start, span.end, closed="left"))
        extent = self._find_extent(in_span)
        if extent is None:
            self.undecided.append(span)
            return []
        edges = (Span(span.start, extent.start), Span(extent.end, span.end))
        self.undecided += (edge for edge in edges if edge.start < edge.end)
        return [SpanOutcome(extent, Outcome.COMPLETE)]

    def _find_extent(self, candles: pl.DataFrame) -> Span | None:
        """From the first to the last of the candles, which are in time order; None without one."""
        if candles.is_empty():
            return None
        first: datetime = candles["open_time"][0]
        last: datetime = candles["open_time"][-1]
        return Span(first, last + self._length)

    def _subtract_seen(self, span: Span) -> list[Span]:
        if self._seen is None:
            return [span]
        before = Span(span.start, min(span.end, self._seen.start))
        after = Span(max(span.start, self._seen.end), span.end)
        return [part for part in (before, after) if part.start < part.end]

    def _describe(self, span: Span) -> str:
        if self.is_forgotten:
            return "answered without a candle, also beside these minutes, where it gave candles before"
        if self._seen is None:
            return "answered without a candle, and gave none before or after that would show that nobody traded"
        if span.start < self._seen.start:
            return f"answered without a candle, and gave none before: {OPENED}, or the exchange has forgotten them"
        return f"answered without a candle, and gave none after: {CLOSED}, or nobody has traded since"


def _cut(span: Span, limits: Span) -> Span:
    return Span(max(span.start, limits.start), min(span.end, limits.end))


def merge_sorted(outcomes: Iterable[SpanOutcome]) -> list[SpanOutcome]:
    """The outcomes in time order, merged as by `collectors.plan.merge_outcomes`."""
    return merge_outcomes(sorted(outcomes, key=lambda span_outcome: span_outcome.span))
