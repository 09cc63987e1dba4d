"""Half-open spans of time: merged, subtracted and split, one by one or as rows of a frame."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from data.schema import Timeframe

MINUTE = timedelta(minutes=1)

MARKET_COLUMNS = ("venue", "symbol")


class Span(NamedTuple):
    """A half-open span ``[start, end)`` in aware UTC."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """The length in minutes, rounded up."""
        return count_minutes([self])

    def count_bars(self, timeframe: Timeframe) -> int:
        """The number of whole bars of that length in the span."""
        return (self.end - self.start) // timedelta(seconds=timeframe.seconds)


def count_minutes(spans: Iterable[Span]) -> int:
    """The total length of the spans in minutes, rounded up."""
    return -(-sum((span.end - span.start for span in spans), timedelta()) // MINUTE)


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in time order, with overlapping and touching ones merged.

    >>> merge_spans([Span(4, 6), Span(0, 2), Span(2, 3)])
    (Span(start=0, end=3), Span(start=4, end=6))
    """
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def subtract_spans(span: Span, subtracted: Iterable[Span]) -> tuple[Span, ...]:
    """The parts of ``span`` that none of the others covers, in time order.

    >>> subtract_spans(Span(0, 10), [Span(4, 5), Span(-3, 2)])
    (Span(start=2, end=4), Span(start=5, end=10))
    """
    remaining: list[Span] = []
    cursor = span.start
    for start, end in sorted(subtracted):
        if start >= span.end:
            break
        if start > cursor:
            remaining.append(Span(cursor, start))
        cursor = max(cursor, end)
    if cursor < span.end:
        remaining.append(Span(cursor, span.end))
    return tuple(remaining)


def split_span(span: Span, step: timedelta) -> list[Span]:
    """The span cut into consecutive spans of length ``step``; the last may be shorter.

    >>> split_span(Span(0, 5), 2)
    [Span(start=0, end=2), Span(start=2, end=4), Span(start=4, end=5)]
    """
    starts = (span.start + step * index for index in range(-((span.start - span.end) // step)))
    return [Span(start, min(start + step, span.end)) for start in starts]


def split_spans_at(spans: Iterable[Span], edge: datetime) -> tuple[list[Span], list[Span]]:
    """The parts of the spans before ``edge``, and those from it on.

    >>> split_spans_at([Span(0, 2), Span(3, 6)], 4)
    ([Span(start=0, end=2), Span(start=3, end=4)], [Span(start=4, end=6)])
    """
    before, after = [], []
    for span in spans:
        before.append(Span(span.start, min(span.end, edge)))
        after.append(Span(max(span.start, edge), span.end))
    return [span for span in before if span.start < span.end], [span for span in after if span.start < span.end]


def merge_span_rows(spans: pl.DataFrame, key_columns: Collection[str] = MARKET_COLUMNS) -> pl.DataFrame:
    """The spans of each market, or of each value of ``key_columns``, merged like `merge_spans`.

    Args:
        spans: columns ``key_columns``, ``start`` and ``end``; by default those of `data.schema.SPAN`.
        key_columns: spans are merged where these columns are equal.

    Returns:
        The same columns, sorted by them.
    """
    previous_end = pl.col("end").cum_max().shift(1).over(key_columns)
    return (
        spans.sort(*key_columns, "start", "end")
        .with_columns(run=(previous_end.is_null() | (pl.col("start") > previous_end)).cum_sum())
        .group_by(*key_columns, "run", maintain_order=True)
        .agg(pl.col("start").min(), pl.col("end").max())
        .select(*key_columns, "start", "end")
    )
