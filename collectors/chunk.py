"""What a part of a market's reading brought, whatever the route."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import polars as pl

from collectors.plan import SpanOutcome
from data.schema import CANDLE, LOW_TRADE, Origin

BAR_SCHEMA: dict[str, pl.DataType] = {
    name: CANDLE[name] for name in ("open_time", "open", "high", "low", "close", "volume")
}
"""The candles of one market and length: open time, prices in the quote, volume in base units."""

LOW_SCHEMA: dict[str, pl.DataType] = {
    name: LOW_TRADE[name] for name in ("open_time", "at", "price", "amount", "trade_id")
}
"""The lowest trade of each bar of one market and length: the bar's open time, and the trade."""


def build_empty_bars() -> pl.DataFrame:
    """A frame of `BAR_SCHEMA` without rows."""
    return pl.DataFrame(schema=BAR_SCHEMA)


def build_empty_lows() -> pl.DataFrame:
    """A frame of `LOW_SCHEMA` without rows."""
    return pl.DataFrame(schema=LOW_SCHEMA)


class RejectedPage(NamedTuple):
    """An answer that could not be believed: the span it was asked for, why it is kept aside, and the answer itself."""

    start: datetime
    end: datetime
    message: str
    body: str


@dataclass(slots=True)
class Chunk:
    """Candles of one market, and how each span that was asked for them was answered.

    ``candles`` is a frame of `BAR_SCHEMA`, in time order, each bar once. ``source`` is the host that answered, or host and
    file with its SHA-256. ``aside`` are the answers that no candle was taken from. ``lows`` is a frame of `LOW_SCHEMA` for
    the candles that were made from trades.
    """

    candles: pl.DataFrame
    outcomes: list[SpanOutcome]
    origin: Origin
    source: str
    rejected_pages: list[RejectedPage] = field(default_factory=list)
    lows: pl.DataFrame = field(default_factory=build_empty_lows)
