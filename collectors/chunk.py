"""What every route yields: candles of one market, with the outcome of each requested span."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import polars as pl

from collectors.plan import SpanOutcome
from data.intervals import Span
from data.schema import Origin
from data.trades.candles import build_empty_lows


class RejectedPage(NamedTuple):
    """A response that no candle was taken from: the requested span, the reason, and the body as received."""

    start: datetime
    end: datetime
    message: str
    body: str


@dataclass(slots=True)
class Chunk:
    """Candles of one market, and the outcome of each span that was requested.

    ``candles`` is a frame of `data.trades.candles.BAR_SCHEMA`, in time order, each bar once. ``source`` is the host, or
    the host and a file with its SHA-256. ``lows`` is a frame of `data.trades.candles.LOW_SCHEMA`, with rows for candles
    that were built from trades only. ``seen`` is from the first to the last candle that the venue sent meanwhile, also
    outside of the requested spans; None: no candle.
    """

    candles: pl.DataFrame
    outcomes: list[SpanOutcome]
    origin: Origin
    source: str
    rejected_pages: list[RejectedPage] = field(default_factory=list)
    lows: pl.DataFrame = field(default_factory=build_empty_lows)
    seen: Span | None = None
