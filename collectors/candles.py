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

from collectors.chunk import BARS
from collectors.failures import BadData, HistoryTooShort
from collectors.plan import Piece, Span
from collectors.venues import Anchor, EmptyMinutes, VenueRow
from data.schema import Outcome, Timeframe

Row = Sequence[float | None]
"""A candle as ccxt gives it: open time in ms, open, high, low, close, volume; None where the venue sent no number."""

Candles = npt.NDArray[np.float64]
"""Shape (candles, 6): open time in ms since 1970 UTC, open, high, low, close, volume."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIELDS = 6
INSIDE = {Timeframe.S1: "a second", Timeframe.M1: "a minute", Timeframe.M5: "a span of 5 minutes"}
NO_CANDLES: Candles = np.empty((0, FIELDS))


def to_ms(time: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: float) -> datetime:
    """The time that many milliseconds after 1970 UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def told_time(milliseconds: float) -> str:
    """The time to the minute, or to the second inside one; the number itself where no calendar holds it."""
    try:
        time = from_ms(milliseconds)
    except OverflowError:
        return f"{milliseconds:.0f} ms"
    return f"{time:%Y-%m-%d %H:%M:%SZ}" if time.second else f"{time:%Y-%m-%d %H:%MZ}"


def table_of(rows: Sequence[Row]) -> Candles:
    """The rows as numbers; what is no number is NaN.

    Raises:
        BadData: a row holds fewer than six values, or something that is neither number nor None.
    """
    if not rows:
        return NO_CANDLES
    try:
        return np.array(rows, dtype=np.float64)[:, :FIELDS].reshape(len(rows), FIELDS)
    except (IndexError, TypeError, ValueError) as error:
        message = f"a row that is no candle, such as {next((r for r in rows if len(r) < FIELDS), rows[0])}"
        raise BadData(message) from error


def check(candles: Candles, timeframe: Timeframe) -> None:
    """Let only candles of that length pass.

    Raises:
        BadData: a value is missing, not finite or impossible, or no bar opens at an open time; names the first.
    """
    time, opened, high, low, close, volume = candles.T
    ordered = (low > 0) & (low <= np.minimum(opened, close)) & (np.maximum(opened, close) <= high)
    finite = np.isfinite(candles).all(axis=1)
    with np.errstate(invalid="ignore"):
        whole = time % timeframe.ms == 0
    faults = (
        (finite, "a candle with a value missing or not finite"),
        (whole, f"a candle that opens inside {INSIDE[timeframe]}"),
        (ordered & (volume >= 0), "a candle whose prices or volume cannot be"),
    )
    for holds, fault in faults:
        if not holds.all():
            message = f"{fault}: {candles[int(np.argmin(holds))].tolist()}"
            raise BadData(message)


def each_once(candles: Candles) -> Candles:
    """The candles in time order, each bar once.

    Raises:
        BadData: a bar came with two different values.
    """
    time = candles[:, 0]
    if (time[1:] > time[:-1]).all():
        return candles
    ordered = np.unique(candles, axis=0)
    twice = np.flatnonzero(ordered[1:, 0] == ordered[:-1, 0])
    if twice.size:
        message = f"two different candles for {told_time(ordered[twice[0], 0])}"
        raise BadData(message)
    return ordered


def sift(
    rows: Sequence[Row], page: Span, venue: VenueRow, timeframe: Timeframe, now: datetime, before: Candles
) -> tuple[Candles, Candles]:
    """The finished candles of the page among the rows, in time order, and all that the rows held.

    ``before`` is all that the page before held: a page may run past its end where a venue counts rows instead of
    time, and what it says there must hold in the next page.

    Raises:
        BadData: a row is no candle of that length, or a bar came with two different values.
        HistoryTooShort: rows came, and none belongs to the page.
    """
    start_ms, end_ms = to_ms(page.start), to_ms(page.end)
    sent = table_of(rows)
    time = sent[:, 0]
    inside = (start_ms <= time) & (time < end_ms)
    if _of_another_time(time, inside, page, venue, timeframe):
        message = f"answered with candles of another time, from {told_time(np.nanmin(time))}"
        raise HistoryTooShort(message)
    finished = sent[~(time > to_ms(now) - timeframe.ms)]
    check(finished, timeframe)
    once = each_once(finished)
    each_once(np.concatenate([before, once]))
    return once[(start_ms <= once[:, 0]) & (once[:, 0] < end_ms)], once


def _of_another_time(
    time: npt.NDArray[np.float64], inside: npt.NDArray[np.bool_], page: Span, v: VenueRow, timeframe: Timeframe
) -> bool:
    """Whether the venue answered, and not for the page.

    Rows from before the page only are what a venue sends that counts rows back from the page's end and leaves out
    quiet bars: they prove that it looked there, and that nothing traded in the page.
    """
    start_ms, end_ms = to_ms(page.start), to_ms(page.end)
    stamps = time[np.isfinite(time)]
    if v.empty_minutes is EmptyMinutes.OMITTED:
        # Counted from the start no row lies before the page, counted from the end none behind it: a part of another
        # window would be taken for the whole page. Some venues count a bar at the border in.
        far = stamps < start_ms - timeframe.ms if v.anchor is Anchor.START else stamps >= end_ms + timeframe.ms
        if far.any():
            return True
    looked_back = v.anchor is Anchor.END and v.empty_minutes is EmptyMinutes.OMITTED
    return bool(stamps.size and not inside.any() and not (looked_back and (stamps < start_ms).all()))


def answered(candles: Candles, page: Span, venue: VenueRow, timeframe: Timeframe) -> list[Piece]:
    """Which bars of the page the venue answered for.

    A venue that omits empty bars answered for the whole page. One that sends them flat, or of which it is not
    known, answered from its first to its last candle: what lies before and after was cut off, unlisted yet, or
    delisted, and would be taken for quiet.

    Raises:
        HistoryTooShort: no candle at all from a venue that sends empty bars flat.
    """
    if venue.empty_minutes is EmptyMinutes.OMITTED:
        return [Piece(page, Outcome.COMPLETE)]
    if not len(candles):
        # What the table says of the reach is about minutes.
        known = f"; its 1-minute history is taken to reach {venue.history}" if timeframe is Timeframe.M1 else ""
        message = f"answered with no candle at all{known}"
        raise HistoryTooShort(message)
    return between(from_ms(candles[0, 0]), from_ms(candles[-1, 0] + timeframe.ms), page, timeframe)


def between(start: datetime, end: datetime, page: Span, timeframe: Timeframe) -> list[Piece]:
    """The pieces of a page that was answered from ``start`` to ``end``, and not outside."""
    bar = {Timeframe.S1: "second", Timeframe.M1: "minute", Timeframe.M5: "bar"}[timeframe]
    cut_off = f"answered a part of the page only, and a {bar} without a trade is taken to come as a flat candle"
    pieces = (
        Piece(Span(page.start, start), Outcome.PARTLY, cut_off),
        Piece(Span(start, end), Outcome.COMPLETE),
        Piece(Span(end, page.end), Outcome.PARTLY, cut_off),
    )
    return [piece for piece in pieces if piece.span.start < piece.span.end]


def bars_frame(candles: Sequence[Candles]) -> pl.DataFrame:
    """The candles of several pages, in time order, as a frame of `BARS`."""
    joined = np.concatenate([NO_CANDLES, *candles])
    frame = pl.DataFrame(joined, schema=list(BARS))
    return frame.with_columns(pl.col("open_time").cast(pl.Int64).cast(BARS["open_time"]))
