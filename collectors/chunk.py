"""What a part of a market's reading brought, whatever the route."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import polars as pl

from collectors.plan import Piece
from data.schema import CANDLE, LOW_TRADE, Origin

BARS: dict[str, pl.DataType] = {name: CANDLE[name] for name in ("open_time", "open", "high", "low", "close", "volume")}
"""The candles of one market and length: open time, prices in the quote, volume in base units."""

LOWS: dict[str, pl.DataType] = {name: LOW_TRADE[name] for name in ("open_time", "at", "price", "amount", "trade_id")}
"""The lowest trade of each bar of one market and length: the bar's open time, and the trade."""


def no_bars() -> pl.DataFrame:
    """A frame of `BARS` without rows."""
    return pl.DataFrame(schema=BARS)


def no_lows() -> pl.DataFrame:
    """A frame of `LOWS` without rows."""
    return pl.DataFrame(schema=LOWS)


class BadPage(NamedTuple):
    """An answer that could not be believed: the span it was asked for, why it is kept aside, and the answer itself."""

    start: datetime
    end: datetime
    message: str
    body: str


@dataclass(slots=True)
class Chunk:
    """Candles of one market, and how each span that was asked for them was answered.

    ``candles`` is a frame of `BARS`, in time order, each bar once. ``source`` is the host that answered, or host and
    file with its SHA-256. ``aside`` are the answers that no candle was taken from. ``lows`` is a frame of `LOWS` for
    the candles that were made from trades.
    """

    candles: pl.DataFrame
    pieces: list[Piece]
    origin: Origin
    source: str
    aside: list[BadPage] = field(default_factory=list)
    lows: pl.DataFrame = field(default_factory=no_lows)
