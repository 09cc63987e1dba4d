"""What every route yields: candles of one market, with the outcome of each requested span."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import polars as pl

from collectors.plan import SpanOutcome
from data.schema import CANDLE, LOW_TRADE, Origin

BAR_SCHEMA: dict[str, pl.DataType] = {
    name: CANDLE[name] for name in ("open_time", "open", "high", "low", "close", "volume")
}
"""Candles of one market and timeframe: open time, prices in the quote, volume in base units."""

LOW_SCHEMA: dict[str, pl.DataType] = {
    name: LOW_TRADE[name] for name in ("open_time", "at", "price", "amount", "trade_id")
}
"""The lowest trade of each bar of one market and timeframe: the bar's open time, and the trade."""


def build_empty_bars() -> pl.DataFrame:
    """A frame of `BAR_SCHEMA` without rows."""
    return pl.DataFrame(schema=BAR_SCHEMA)


def build_empty_lows() -> pl.DataFrame:
    """A frame of `LOW_SCHEMA` without rows."""
    return pl.DataFrame(schema=LOW_SCHEMA)


class RejectedPage(NamedTuple):
    """A response that no candle was taken from: the requested span, the reason, and the body as received."""

    start: datetime
    end: datetime
    message: str
    body: str


@dataclass(slots=True)
class Chunk:
    """Candles of one market, and the outcome of each span that was requested.

    ``candles`` is a frame of `BAR_SCHEMA`, in time order, each bar once. ``source`` is the host, or the host and a file
    with its SHA-256. ``lows`` is a frame of `LOW_SCHEMA`, with rows for candles that were built from trades only.
    """

    candles: pl.DataFrame
    outcomes: list[SpanOutcome]
    origin: Origin
    source: str
    rejected_pages: list[RejectedPage] = field(default_factory=list)
    lows: pl.DataFrame = field(default_factory=build_empty_lows)
