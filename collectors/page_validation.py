"""The gate: which of the rows that a venue sent are candles of the page that was asked.

Rows that came back are no proof of anything: several venues answer an old page with today's candles, and ccxt passes
them on because they are later than ``since`` (https://github.com/ccxt/ccxt/issues/22606). Nothing passes here that was
not asked for, is not finished, or is no candle.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from collectors.chunk import BAR_SCHEMA
from collectors.failures import BadData, HistoryTooShort
from collectors.plan import Span, SpanOutcome
from collectors.venues.row import EmptyMinutes, PageEdge, VenueRow
from data.schema import Outcome, Timeframe

CcxtRow = Sequence[float | None]
"""A candle as ccxt gives it: open time in ms, open, high, low, close, volume; None where the venue sent no number."""

CandleArray = npt.NDArray[np.float64]
"""Shape (candles, 6): open time in ms since 1970 UTC, open, high, low, close, volume."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIELD_COUNT = 6
BAR_PHRASES = {Timeframe.S1: "a second", Timeframe.M1: "a minute", Timeframe.M5: "a span of 5 minutes"}
NO_CANDLES: CandleArray = np.empty((0, FIELD_COUNT))


def to_ms(time: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: float) -> datetime:
    """The time that many milliseconds after 1970 UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def format_ms(milliseconds: float) -> str:
    """The time to the minute, or to the second inside one; the number itself where no calendar holds it."""
    try:
        time = from_ms(milliseconds)
    except OverflowError:
        return f"{milliseconds:.0f} ms"
    return f"{time:%Y-%m-%d %H:%M:%SZ}" if time.second else f"{time:%Y-%m-%d %H:%MZ}"


def parse_ccxt_rows(rows: Sequence[CcxtRow]) -> CandleArray:
    """The rows as numbers; what is no number is NaN.

    Raises:
        BadData: a row holds fewer than six values, or something that is neither number nor None.
    """
    if not rows:
        return NO_CANDLES
    try:
        return np.array(rows, dtype=np.float64)[:, :FIELD_COUNT].reshape(len(rows), FIELD_COUNT)
    except (IndexError, TypeError, ValueError) as error:
        message = f"a row that is no candle, such as {next((r for r in rows if len(r) < FIELD_COUNT), rows[0])}"
        raise BadData(message) from error


def check_candles(candles: CandleArray, timeframe: Timeframe) -> None:
    """Let only candles of that length pass.

    Raises:
        BadData: a value is missing, not finite or impossible, or no bar opens at an open time; names the first.
    """
    open_time, open_price, high, low, close, volume = candles.T
    is_ordered = (low > 0) & (low <= np.minimum(open_price, close)) & (np.maximum(open_price, close) <= high)
    is_finite = np.isfinite(candles).all(axis=1)
    with np.errstate(invalid="ignore"):
        is_aligned = open_time % timeframe.ms == 0
    checks = (
        (is_finite, "a candle with a value missing or not finite"),
        (is_aligned, f"a candle that opens inside {BAR_PHRASES[timeframe]}"),
        (is_ordered & (volume >= 0), "a candle whose prices or volume cannot be"),
    )
    for is_sound, fault in checks:
        if not is_sound.all():
            message = f"{fault}: {candles[int(np.argmin(is_sound))].tolist()}"
            raise BadData(message)


def deduplicate_candles(candles: CandleArray) -> CandleArray:
    """The candles in time order, each bar once.

    Raises:
        BadData: a bar came with two different values.
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
    rows: Sequence[CcxtRow], page: Span, venue: VenueRow, timeframe: Timeframe, now: datetime, previous: CandleArray
) -> tuple[CandleArray, CandleArray]:
    """The finished candles of the page among the rows, in time order, and all that the rows held.

    ``previous`` is all that the page before held: a page may run past its end where a venue counts rows instead of
    time, and what it says there must hold in the next page.

    Raises:
        BadData: a row is no candle of that length, or a bar came with two different values.
        HistoryTooShort: rows came, and none belongs to the page.
    """
    start_ms, end_ms = to_ms(page.start), to_ms(page.end)
    received = parse_ccxt_rows(rows)
    open_time = received[:, 0]
    in_page = (start_ms <= open_time) & (open_time < end_ms)
    if _is_outside_page(open_time, in_page, page, venue, timeframe):
        message = f"answered with candles of another time, from {format_ms(np.nanmin(open_time))}"
        raise HistoryTooShort(message)
    finished = received[~(open_time > to_ms(now) - timeframe.ms)]
    check_candles(finished, timeframe)
    distinct = deduplicate_candles(finished)
    deduplicate_candles(np.concatenate([previous, distinct]))
    return distinct[(start_ms <= distinct[:, 0]) & (distinct[:, 0] < end_ms)], distinct


def _is_outside_page(
    open_time: npt.NDArray[np.float64],
    in_page: npt.NDArray[np.bool_],
    page: Span,
    venue: VenueRow,
    timeframe: Timeframe,
) -> bool:
    """Whether the venue answered, and not for the page.

    Rows from before the page only are what a venue sends that counts rows back from the page's end and leaves out
    quiet bars: they prove that it looked there, and that nothing traded in the page.
    """
    start_ms, end_ms = to_ms(page.start), to_ms(page.end)
    timestamps = open_time[np.isfinite(open_time)]
    if venue.empty_minutes is EmptyMinutes.OMITTED:
        # Counted from the start no row lies before the page, counted from the end none behind it: a part of another
        # window would be taken for the whole page. Some venues count a bar at the border in.
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
    """Which bars of the page the venue answered for.

    A venue that omits empty bars answered for the whole page. One that sends them flat, or of which it is not
    known, answered from its first to its last candle: what lies before and after was cut off, unlisted yet, or
    delisted, and would be taken for quiet.

    Raises:
        HistoryTooShort: no candle at all from a venue that sends empty bars flat.
    """
    if venue.empty_minutes is EmptyMinutes.OMITTED:
        return [SpanOutcome(page, Outcome.COMPLETE)]
    if not len(candles):
        # What the table says of the reach is about minutes.
        known_reach = f"; its 1-minute history is taken to reach {venue.history}" if timeframe is Timeframe.M1 else ""
        message = f"answered with no candle at all{known_reach}"
        raise HistoryTooShort(message)
    return split_page_outcomes(from_ms(candles[0, 0]), from_ms(candles[-1, 0] + timeframe.ms), page, timeframe)


def split_page_outcomes(start: datetime, end: datetime, page: Span, timeframe: Timeframe) -> list[SpanOutcome]:
    """The pieces of a page that was answered from ``start`` to ``end``, and not outside."""
    bar_name = {Timeframe.S1: "second", Timeframe.M1: "minute", Timeframe.M5: "bar"}[timeframe]
    message = f"answered a part of the page only, and a {bar_name} without a trade is taken to come as a flat candle"
    outcomes = (
        SpanOutcome(Span(page.start, start), Outcome.PARTLY, message),
        SpanOutcome(Span(start, end), Outcome.COMPLETE),
        SpanOutcome(Span(end, page.end), Outcome.PARTLY, message),
    )
    return [span_outcome for span_outcome in outcomes if span_outcome.span.start < span_outcome.span.end]


def build_bars_frame(candles: Sequence[CandleArray]) -> pl.DataFrame:
    """The candles of several pages, in time order, as a frame of `BAR_SCHEMA`."""
    rows = np.concatenate([NO_CANDLES, *candles])
    frame = pl.DataFrame(rows, schema=list(BAR_SCHEMA))
    return frame.with_columns(pl.col("open_time").cast(pl.Int64).cast(BAR_SCHEMA["open_time"]))
