from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data.intervals import (
    MINUTE,
    Span,
    count_minutes,
    merge_span_rows,
    merge_spans,
    split_span,
    split_spans_at,
    subtract_spans,
)
from data.schema import SPAN, Timeframe

START = datetime(2025, 10, 10, tzinfo=UTC)


def build_span(first: int, end: int) -> Span:
    """The span from one minute of the day to another."""
    return Span(START + first * MINUTE, START + end * MINUTE)


def list_minutes(span: Span) -> list[datetime]:
    """The minutes of a span, one by one."""
    minutes = []
    time = span.start
    while time < span.end:
        minutes.append(time)
        time += MINUTE
    return minutes


SPANS = st.lists(
    st.tuples(st.integers(-20, 60), st.integers(1, 30)).map(lambda edges: build_span(edges[0], sum(edges))), max_size=8
)


def assert_maximal(spans: tuple[Span, ...]) -> None:
    """Spans are in order, none is empty, and no two overlap or touch."""
    assert all(span.start < span.end for span in spans)
    assert all(before.end < after.start for before, after in pairwise(spans))


@given(SPANS)
def test_merged_spans_cover_the_same_minutes(spans: list[Span]) -> None:
    """Merged spans cover the minutes of the given ones, each once, in as few spans as possible."""
    merged = merge_spans(spans)
    assert_maximal(merged)
    assert [time for span in merged for time in list_minutes(span)] == sorted(
        {time for span in spans for time in list_minutes(span)}
    )


@given(SPANS)
def test_subtracting_leaves_the_minutes_that_no_span_covers(spans: list[Span]) -> None:
    """The remaining spans cover exactly the minutes of the window that are in none of the others."""
    window = build_span(0, 40)
    remaining = subtract_spans(window, spans)
    assert_maximal(remaining)
    covered = {time for span in spans for time in list_minutes(span)}
    assert [time for span in remaining for time in list_minutes(span)] == [
        time for time in list_minutes(window) if time not in covered
    ]


@given(SPANS, st.integers(-30, 100))
def test_splitting_at_an_edge_keeps_each_minute_on_its_side(spans: list[Span], minute: int) -> None:
    """Every minute is on the side of the edge where it lies, in the order of the spans, and no part is empty."""
    edge = START + minute * MINUTE
    minutes = [time for span in spans for time in list_minutes(span)]
    before, after = split_spans_at(spans, edge)
    assert [time for span in before for time in list_minutes(span)] == [time for time in minutes if time < edge]
    assert [time for span in after for time in list_minutes(span)] == [time for time in minutes if time >= edge]
    assert all(span.start < span.end for span in [*before, *after])


@given(st.integers(0, 100), st.integers(1, 30))
def test_steps_cover_a_span_once(length: int, step: int) -> None:
    """The parts cover each minute of the span once; all but the last have the length of the step."""
    span = build_span(7, 7 + length)
    parts = split_span(span, step * MINUTE)
    assert [time for part in parts for time in list_minutes(part)] == list_minutes(span)
    assert all(part.minutes == step for part in parts[:-1])
    assert all(0 < part.minutes <= step for part in parts)


@given(st.lists(st.tuples(st.sampled_from(["okx", "gate"]), st.integers(-20, 60), st.integers(1, 30)), max_size=10))
def test_rows_merge_like_spans(rows: list[tuple[str, int, int]]) -> None:
    """The rows of a frame merge within each market as the spans of that market do alone."""
    spans = [(venue, build_span(first, first + length)) for venue, first, length in rows]
    frame = pl.DataFrame([(venue, "ATOM/USDT", *span) for venue, span in spans], schema=SPAN, orient="row")
    expected = [
        (venue, "ATOM/USDT", *span)
        for venue in ("gate", "okx")
        for span in merge_spans(span for name, span in spans if name == venue)
    ]
    assert_frame_equal(merge_span_rows(frame), pl.DataFrame(expected, schema=SPAN, orient="row"))


def test_lengths_round_minutes_up_and_bars_down() -> None:
    """A started minute counts as whole, in the sum once; a started bar does not count."""
    span = Span(START, START + timedelta(seconds=301))
    assert span.minutes == 6
    assert [span.count_bars(timeframe) for timeframe in (Timeframe.S1, Timeframe.M1, Timeframe.M5)] == [301, 5, 1]
    assert count_minutes([span, span]) == 11
    assert count_minutes([]) == 0
