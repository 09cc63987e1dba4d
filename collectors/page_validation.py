"""Validation of pages: which rows of a response are final candles of the page that was requested.

Several venues answer a request for an old page with today's candles, and ccxt passes them on because they are later
than ``since`` (https://github.com/ccxt/ccxt/issues/22606). Rows outside the page, candles that may still change, and
rows that are no candles are never returned.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from collectors.failures import BadData, HistoryTooShort
from collectors.plan import SpanOutcome
from collectors.venues.row import EmptyMinutes, PageEdge, VenueRow
from data.intervals import Span
from data.schema import MAX_PRICE, MAX_VOLUME, MIN_PRICE, Outcome, Timeframe
from data.trades.candles import BAR_SCHEMA

CcxtRow = Sequence[float | None]
"""A candle as ccxt returns it: open time in ms, open, high, low, close, volume; None where the venue sent no number."""

CandleArray = npt.NDArray[np.float64]
"""Shape (candles, 6): open time in ms since 1970 UTC, open, high, low, close, volume."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIELD_COUNT = 6
BAR_PHRASES = {Timeframe.S1: "a second", Timeframe.M1: "a minute", Timeframe.M5: "a span of 5 minutes"}
MAX_ROW_CHARS = 200
"""The part of an invalid row that a message has."""

NO_CANDLES: CandleArray = np.empty((0, FIELD_COUNT))

OPENED, CLOSED = "the market may have been opened only then", "the market may have been halted or closed"
"""Why minutes before the first, or after the last, candle of an answer may be missing."""


def to_ms(time: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: float) -> datetime:
    """The time so many milliseconds after 1970 UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def format_ms(milliseconds: float) -> str:
    """The time as text, to the minute or, within one, to the second; the number where no `datetime` can hold it."""
    try:
        time = from_ms(milliseconds)
    except OverflowError:
        return f"{milliseconds:.0f} ms"
    return f"{time:%Y-%m-%d %H:%M:%SZ}" if time.second else f"{time:%Y-%m-%d %H:%MZ}"


def parse_ccxt_rows(rows: Sequence[CcxtRow]) -> CandleArray:
    """The rows as an array; None is NaN.

    Raises:
        BadData: a row holds fewer than six values, or something that is neither number nor None.
    """
    if not rows:
        return NO_CANDLES
    try:
        return np.array(rows, dtype=np.float64)[:, :FIELD_COUNT].reshape(len(rows), FIELD_COUNT)
    except (IndexError, TypeError, ValueError) as error:
        row = str(next((r for r in rows if len(r) < FIELD_COUNT), rows[0]))[:MAX_ROW_CHARS]
        message = f"a row that is no candle, such as {row}"
        raise BadData(message) from error


def check_candles(candles: CandleArray, timeframe: Timeframe) -> None:
    """Check that all rows are candles of that timeframe.

    Raises:
        BadData: a value is missing, not finite or impossible, or an open time is inside a bar; names the first one.
    """
    open_time, open_price, high, low, close, volume = candles.T
    is_ordered = (low > 0) & (low <= np.minimum(open_price, close)) & (np.maximum(open_price, close) <= high)
    is_price = (low >= MIN_PRICE) & (high <= MAX_PRICE) & (volume <= MAX_VOLUME)
    is_finite = np.isfinite(candles).all(axis=1)
    with np.errstate(invalid="ignore"):
        is_aligned = open_time % timeframe.ms == 0
    checks = (
        (is_finite, "a candle with a value missing or not finite"),
        (is_aligned, f"a candle that opens inside {BAR_PHRASES[timeframe]}"),
        (is_ordered & is_price & (volume >= 0), "a candle whose prices or volume cannot be true"),
    )
    for is_sound, fault in checks:
        if not is_sound.all():
            message = f"{fault}: {candles[int(np.argmin(is_sound))].tolist()}"
            raise BadData(message)


def check_built_candles(candles: pl.DataFrame) -> None:
    """Check the prices of candles that were built from trades, of `BAR_SCHEMA`.

    Raises:
        BadData: a price is outside of what was ever paid; names the first one.
    """
    outside = candles.filter((pl.col("low") < MIN_PRICE) | (pl.col("high") > MAX_PRICE))
    if len(outside):
        message = f"trades whose prices cannot be true: from {outside['low'][0]} to {outside['high'][0]}"
        raise BadData(message)


def deduplicate_candles(candles: CandleArray) -> CandleArray:
    """The candles in time order, each bar once.

    Raises:
        BadData: two candles of a bar differ.
    """
    time = candles[:, 0]
    if (time[1:] > time[:-1]).all():
        return candles
    distinct = np.unique(candles, axis=0)
    duplicates = np.flatnonzero(distinct[1:, 0] == distinct[:-1, 0])
    if duplicates.size:
        message = f"two different candles for {format_ms(distinct[duplicates[0], 0])}"
        raise BadData(message)
    return distinct


def validate_page(
    rows: Sequence[CcxtRow],
    page: Span,
    venue: VenueRow,
    timeframe: Timeframe,
    final_end: datetime,
    previous: CandleArray,
) -> tuple[CandleArray, CandleArray]:
    """The final candles of a page in time order, and all final candles among the rows.

    Args:
        rows: the rows of the response.
        page: the requested span.
        venue: the venue that sent them.
        timeframe: the requested timeframe.
        final_end: candles of bars that end later may still change, and are left out.
        previous: all final candles of the previous page. Where a venue counts rows instead of time, a page may run
            past its end, and the candles there must equal those of the next page.

    Raises:
        BadData: a row is no candle of that timeframe, or two candles of a bar differ.
        HistoryTooShort: there are rows, and none belongs to the page.
    """
    start_ms, end_ms = to_ms(page.start), to_ms(page.end)
    received = parse_ccxt_rows(rows)
    open_time = received[:, 0]
    in_page = (start_ms <= open_time) & (open_time < end_ms)
    if _is_outside_page(open_time, in_page, page, venue, timeframe):
        message = f"answered with candles of another time, from {format_ms(np.nanmin(open_time))}"
        raise HistoryTooShort(message)
    final = received[~(open_time > to_ms(final_end) - timeframe.ms)]
    check_candles(final, timeframe)
    distinct = deduplicate_candles(final)
    deduplicate_candles(np.concatenate([previous, distinct]))
    return distinct[(start_ms <= distinct[:, 0]) & (distinct[:, 0] < end_ms)], distinct


def _is_outside_page(
    open_time: npt.NDArray[np.float64],
    in_page: npt.NDArray[np.bool_],
    page: Span,
    venue: VenueRow,
    timeframe: Timeframe,
) -> bool:
    """Whether the response is for another window than the page.

    A venue that counts rows back from the end of the page and omits quiet bars sends only rows from before the page
    where nothing traded in it: such a response is for the page.
    """
    start_ms, end_ms = to_ms(page.start), to_ms(page.end)
    timestamps = open_time[np.isfinite(open_time)]
    if venue.empty_minutes is EmptyMinutes.OMITTED:
        # Counted from the start no row can be earlier than the page, counted from the end none later: such rows are of
        # another window, whose part in the page must not be taken for all of it. Some venues include a bar at the edge.
        is_far = (
            timestamps < start_ms - timeframe.ms
            if venue.anchor is PageEdge.START
            else timestamps >= end_ms + timeframe.ms
        )
        if is_far.any():
            return True
    counts_backwards = venue.anchor is PageEdge.END and venue.empty_minutes is EmptyMinutes.OMITTED
    return bool(timestamps.size and not in_page.any() and not (counts_backwards and (timestamps < start_ms).all()))


def list_page_outcomes(candles: CandleArray, page: Span, venue: VenueRow, timeframe: Timeframe) -> list[SpanOutcome]:
    """Which spans of a page are complete.

    The whole page where the venue omits bars without a trade. Where it sends them flat, or that is not known, the span
    from its first to its last candle: bars outside were cut off, or the market was not listed, and are not quiet.

    Raises:
        HistoryTooShort: no candle at all where bars without a trade are not omitted.
    """
    if venue.empty_minutes is EmptyMinutes.OMITTED:
        return [SpanOutcome(page, Outcome.COMPLETE)]
    if not len(candles):
        # The history in the table is that of 1-minute candles.
        known_reach = f"; its minute candles are believed to reach {venue.history}" if timeframe is Timeframe.M1 else ""
        message = f"answered with no candle at all{known_reach}"
        raise HistoryTooShort(message)
    return split_page_outcomes(from_ms(candles[0, 0]), from_ms(candles[-1, 0] + timeframe.ms), page, timeframe)


def split_page_outcomes(start: datetime, end: datetime, page: Span, timeframe: Timeframe) -> list[SpanOutcome]:
    """The outcomes of a page that is complete from ``start`` to ``end``, and missing before and after."""
    bar_name = {Timeframe.S1: "second", Timeframe.M1: "minute", Timeframe.M5: "bar"}[timeframe]
    reason = f"though a {bar_name} without a trade would have a candle too"
    before = f"sent no candle of the first {bar_name}s, {reason}: {OPENED}, or the answer was cut off"
    after = f"sent no candle of the last {bar_name}s, {reason}: {CLOSED}, or the answer was cut off"
    outcomes = (
        SpanOutcome(Span(page.start, start), Outcome.PARTLY, before),
        SpanOutcome(Span(start, end), Outcome.COMPLETE),
        SpanOutcome(Span(end, page.end), Outcome.PARTLY, after),
    )
    return [span_outcome for span_outcome in outcomes if span_outcome.span.start < span_outcome.span.end]


def build_bars_frame(candles: Sequence[CandleArray]) -> pl.DataFrame:
    """The candles of several pages, in time order, as a frame of `BAR_SCHEMA`."""
    rows = np.concatenate([NO_CANDLES, *candles])
    frame = pl.DataFrame(rows, schema=list(BAR_SCHEMA))
    return frame.with_columns(pl.col("open_time").cast(pl.Int64).cast(BAR_SCHEMA["open_time"]))
