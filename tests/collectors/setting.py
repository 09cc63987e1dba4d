"""What the tests of a collection share: an evening 13 months ago, markets with known bars, a run against a replay."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from collectors.access import Access
from collectors.job import collect
from collectors.request import CollectRequest, Progress, Summary
from collectors.venues import VENUES, Kind, Route, VenueRow
from data.store import CandleStore
from tests.replay.faults import Fault
from tests.replay.market import MINUTE_MS, Bar, Trade
from tests.replay.server import Replay, Site

START = datetime(2025, 10, 10, 20, tzinfo=UTC)
END = START + timedelta(hours=4)
NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

HASTY: tuple[VenueRow, ...] = tuple(
    replace(row, config={**row.config, "rateLimit": 0.001, "timeout_on_exit": 0}) for row in VENUES
)
"""The venue table without ccxt's waiting, before requests and on closing."""

TABLE: tuple[VenueRow, ...] = tuple(
    replace(row, routes=(Route.OHLCV,), archive=None) for row in HASTY if row.kind is Kind.SPOT
)
"""The spot rows of it, with the OHLCV route alone."""

OMITS = frozenset({"coinbaseexchange", "coinbase", "kucoin", "bitfinex", "upbit", "bithumb", "kraken"})
"""Venues that show nothing for a minute without a trade: in their candles, or because trades are collected."""

REQUEST = CollectRequest(("ATOM",), START, END)


def ms(time: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def bars(start: datetime, minutes: int, *, level: float = 3.0, quiet: Collection[int] = ()) -> list[Bar]:
    """Bars of consecutive minutes with changing values; ``quiet`` ones, by number, are flat and without volume."""
    made, first = [], ms(start)
    for minute in range(minutes):
        stamp = first + minute * MINUTE_MS
        price = level + (minute * 7919 % 1000) / 1000
        if minute in quiet:
            made.append(Bar(stamp, price, price, price, price, 0.0))
        else:
            made.append(Bar(stamp, price, price + 0.5, price - 0.25, price + 0.125, 1.5 + minute % 13))
    return made


@cache
def _evening(level: float) -> tuple[Bar, ...]:
    past = bars(START - timedelta(hours=5), 14 * 60, level=level, quiet=range(0, 14 * 60, 7))
    return (*past, *bars(NOW.replace(second=0) - timedelta(hours=30), 30 * 60 + 1, level=level * 2))


def evening(level: float = 3.0) -> list[Bar]:
    """Bars from five hours before the window to five hours after it, quiet in every seventh minute, and today's.

    The bars are made once per level; the list is the caller's own.
    """
    return list(_evening(level))


def four_venues() -> dict[str, dict[str, list[Bar]]]:
    """ATOM and a dollar market of USDT or USDC on each venue; WBETH on one."""
    return {
        "binance": {
            "ATOM/USDT": evening(3),
            "ATOM/USDC": evening(4),
            "ATOM/BTC": evening(5),
            "WBETH/USDT": evening(6),
            "WBETH/ETH": evening(7),
            "USDC/USDT": evening(8),
        },
        "okx": {"ATOM/USDT": evening(9), "USDC/USDT": evening(10)},
        "bybit": {"ATOM/USDT": evening(11), "USDC/USDT": evening(12)},
        "coinbaseexchange": {"ATOM/USD": evening(13), "USDT/USD": evening(14)},
    }


def expected(venue: str, made: Sequence[Bar], start: datetime = START, end: datetime = END) -> list[tuple[object, ...]]:
    """What the store should hold of a market: bars in the window, without those that the venue omits as quiet."""
    omits = venue in OMITS
    return [
        (EPOCH + timedelta(milliseconds=bar.open_ms), *bar[1:])
        for bar in sorted(made)
        if ms(start) <= bar.open_ms < ms(end) and not (omits and not bar.volume)
    ]


@dataclass(slots=True)
class Run:
    """One store, and collections into it from a replay that starts anew each time."""

    store: CandleStore
    venues: Mapping[str, Mapping[str, list[Bar]]] = field(default_factory=four_venues)
    events: list[Progress] = field(default_factory=list)

    def collect(
        self,
        *faults: Fault,
        request: CollectRequest = REQUEST,
        venues: Sequence[str] = (),
        now: datetime = NOW,
        also: Mapping[str, str] | None = None,
        table: Sequence[VenueRow] = TABLE,
        trades: Mapping[str, Mapping[str, list[Trade]]] | None = None,
        sites: Mapping[str, Site] | None = None,
    ) -> tuple[Summary, Replay]:
        """Collect the request over HTTP from a replay with these faults."""

        async def run() -> tuple[Summary, Replay]:
            async with Replay(
                self.venues, now_ms=ms(now), faults=faults, also=also, trades=trades, sites=sites
            ) as replay:
                summary = await collect(
                    self.store,
                    replace(request, venues=tuple(venues) or tuple(self.venues)),
                    venues=table,
                    access=Access(replay.url),
                    now=lambda: now,
                    on_progress=self.events.append,
                )
                return summary, replay

        return asyncio.run(run())

    def stored(self, venue: str, symbol: str, start: datetime = START, end: datetime = END) -> list[tuple[object, ...]]:
        """The stored candles of a market from a day before the window to a day after it: time and values."""
        day = timedelta(days=1)
        frame = self.store.candles([symbol.split("/", maxsplit=1)[0]], start - day, end + day, venues=[venue])
        columns = ("open_time", "open", "high", "low", "close", "volume")
        return list(frame.filter(symbol=symbol).select(columns).iter_rows())

    def coverage(self, venue: str, symbol: str) -> list[tuple[str, datetime, datetime]]:
        """Outcome, start and end of each coverage row of a market, in time order."""
        frame = self.store.coverage([symbol.split("/", maxsplit=1)[0]], START, END).filter(venue=venue, symbol=symbol)
        return list(frame.sort("start").select("outcome", "start", "end").iter_rows())


def new_run(tmp_path: Path, *venues: str) -> Run:
    """An empty store, and the given ones of the four venues, or all."""
    markets = four_venues()
    return Run(CandleStore(str(tmp_path / "lake")), {venue: markets[venue] for venue in venues or markets})
