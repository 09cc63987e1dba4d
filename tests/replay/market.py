"""Bars and trades of a replayed venue, and the requests that it gets."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MINUTE_MS = 60_000


class Bar(NamedTuple):
    """One bar of a market, of a minute unless a test says otherwise; nothing is checked.

    Open time in ms since 1970 UTC, prices, volume in base units.
    """

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class PublicTrade(NamedTuple):
    """One public trade: time in ns since 1970 UTC, price and amount in base units as the venue prints them, its id."""

    time_ns: int
    price: str
    amount: str
    id: int


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request: the host and path behind the mirror's address, and the query."""

    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)


def select_bars(bars: list[Bar], start_ms: int, end_ms: int) -> list[Bar]:
    """The bars that open in ``[start_ms, end_ms)``; ``bars`` are in time order, and so is the result."""
    first_index, last_index = (bisect_left(bars, ms, key=lambda bar: bar.open_ms) for ms in (start_ms, end_ms))
    return bars[first_index:last_index]


def aggregate_bars(bars: list[Bar], step_ms: int) -> list[Bar]:
    """Bars of ``step_ms`` from shorter ones, oldest first; bars of that length or more are returned as they are."""
    if len(bars) < 2 or bars[1].open_ms - bars[0].open_ms >= step_ms:
        return bars
    bars_by_open: dict[int, Bar] = {}
    for bar in bars:
        open_ms = bar.open_ms - bar.open_ms % step_ms
        current = bars_by_open.get(open_ms)
        if current is None:
            bars_by_open[open_ms] = bar._replace(open_ms=open_ms)
        else:
            high, low = max(current.high, bar.high), min(current.low, bar.low)
            volume = current.volume + bar.volume
            bars_by_open[open_ms] = Bar(open_ms, current.open, high, low, bar.close, volume)
    return list(bars_by_open.values())


class Refusal(Exception):
    """A response with an HTTP status and a JSON body instead of rows."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body
