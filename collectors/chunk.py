"""What a part of a market's reading brought, whatever the route."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import polars as pl

from collectors.plan import Piece
from data.schema import CANDLE, Origin

MINUTES: dict[str, pl.DataType] = {
    name: CANDLE[name] for name in ("open_time", "open", "high", "low", "close", "volume")
}
"""The minutes of one market: open time, prices in the quote, volume in base units."""


class BadPage(NamedTuple):
    """An answer that could not be believed: the span it was asked for, why it is kept aside, and the answer itself."""

    start: datetime
    end: datetime
    message: str
    body: str


@dataclass(slots=True)
class Chunk:
    """Candles of one market, and how each span that was asked for them was answered.

    ``candles`` is a frame of `MINUTES`, in time order, each minute once. ``source`` is the host that answered, or host
    and file with its SHA-256. ``aside`` are the answers that no candle was taken from.
    """

    candles: pl.DataFrame
    pieces: list[Piece]
    origin: Origin
    source: str
    aside: list[BadPage] = field(default_factory=list)


def no_minutes() -> pl.DataFrame:
    """A frame of `MINUTES` without rows."""
    return pl.DataFrame(schema=MINUTES)
