"""The gate: which of the rows that a venue sent are candles of the page that was asked.

Rows that came back are no proof of anything: several venues answer an old page with today's candles, and ccxt passes
them on because they are later than ``since`` (https://github.com/ccxt/ccxt/issues/22606). Nothing passes here that was
not asked for, is not finished, or is no candle.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import polars as pl

from collectors.failures import BadData, HistoryTooShort
from collectors.plan import MINUTE, Piece, Span
from collectors.venues import EmptyMinutes, VenueRow
from data.schema import CANDLE, MINUTE_MS, Origin, Outcome

Row = Sequence[float | None]
"""A candle as ccxt gives it: open time in ms, open, high, low, close, volume; None where the venue sent no number."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIELDS = 6


class Candle(NamedTuple):
    """One finished minute: open time in ms since 1970 UTC, prices in the quote, volume in base units."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


def to_ms(time: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """The time that many milliseconds after 1970 UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def candle_of(row: Row) -> Candle:
    """The candle that a row holds.

    Raises:
        BadData: a value is missing, not finite or impossible, or the open time is no whole minute.
    """
    values = tuple(value for value in row[:FIELDS] if value is not None and math.isfinite(value))
    if len(values) < FIELDS:
        message = f"a candle with a value missing or not finite: {list(row)}"
        raise BadData(message)
    candle = Candle(int(values[0]), *values[1:])
    if candle.open_ms % MINUTE_MS:
        message = f"a candle that opens inside a minute: {list(row)}"
        raise BadData(message)
    lowest, highest = sorted((candle.open, candle.close))
    if not 0 < candle.low <= lowest <= highest <= candle.high or candle.volume < 0:
        message = f"a candle whose prices or volume cannot be: {list(row)}"
        raise BadData(message)
    return candle


def sift(rows: Sequence[Row], page: Span, now: datetime, seen: dict[int, Candle]) -> list[Candle]:
    """The finished candles of the page among the rows, in time order, each minute once.

    ``seen`` holds the candles that earlier pages of the market brought, by open time, and takes in these: a page may
    run past its end where a venue counts rows instead of minutes, and what it says there must hold in the next page.

    Raises:
        BadData: a row is no candle, or a minute came with two different values.
        HistoryTooShort: rows came, and none belongs to the page.
    """
    finished_ms = to_ms(now) - MINUTE_MS
    start_ms, end_ms = to_ms(page.start), to_ms(page.end)
    stamps = [row[0] for row in rows if row[0] is not None]
    if stamps and not any(start_ms <= stamp < end_ms for stamp in stamps):
        message = f"answered with candles of another time, from {from_ms(int(min(stamps))):%Y-%m-%d %H:%MZ}"
        raise HistoryTooShort(message)
    candles: dict[int, Candle] = {}
    for row in rows:
        if row[0] is not None and row[0] > finished_ms:
            continue
        candle = candle_of(row)
        known = candles.get(candle.open_ms) or seen.get(candle.open_ms)
        if known not in (None, candle):
            message = f"two different candles for {from_ms(candle.open_ms):%Y-%m-%d %H:%MZ}"
            raise BadData(message)
        candles[candle.open_ms] = candle
    seen.update(candles)
    return [candles[stamp] for stamp in sorted(candles) if start_ms <= stamp < end_ms]


def answered(candles: Sequence[Candle], page: Span, venue: VenueRow) -> list[Piece]:
    """Which minutes of the page the venue answered for.

    A venue that omits empty minutes answered for the whole page. One that sends them flat answered from its first to
    its last candle: what lies before and after was cut off, unlisted yet, or delisted, and would be taken for quiet.

    Raises:
        HistoryTooShort: no candle at all from a venue that sends empty minutes flat.
    """
    if venue.empty_minutes is EmptyMinutes.OMITTED:
        return [Piece(page, Outcome.COMPLETE)]
    if not candles:
        message = f"answered with no candle at all; its 1-minute history is taken to reach {venue.history}"
        raise HistoryTooShort(message)
    first, last = from_ms(candles[0].open_ms), from_ms(candles[-1].open_ms)
    cut_off = "answered a part of the page only, though it is taken to send empty minutes as flat candles"
    pieces = (
        Piece(Span(page.start, first), Outcome.PARTLY, cut_off),
        Piece(Span(first, last + MINUTE), Outcome.COMPLETE),
        Piece(Span(last + MINUTE, page.end), Outcome.PARTLY, cut_off),
    )
    return [piece for piece in pieces if piece.span.minutes > 0]


def candle_frame(venue: str, symbol: str, candles: Sequence[Candle]) -> pl.DataFrame:
    """The candles of one market as rows of schema `CANDLE`."""
    times = pl.Series("open_time", [candle.open_ms for candle in candles], dtype=pl.Int64)
    prices = {name: [getattr(candle, name) for candle in candles] for name in Candle._fields[1:]}
    return pl.DataFrame(prices, schema={name: CANDLE[name] for name in prices}).select(
        pl.lit(venue).alias("venue"),
        pl.lit(symbol).alias("symbol"),
        times.cast(CANDLE["open_time"]),
        *prices,
        pl.lit("1m").alias("timeframe"),
        pl.lit("trade").alias("price"),
        pl.lit(Origin.OHLCV.value).alias("origin"),
    )
