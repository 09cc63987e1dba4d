"""Shared by tests of collections: an evening 13 months ago, markets with known bars, runs against a replay."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from collectors.collect import collect_candles
from collectors.http.access import Access
from collectors.request import CollectionSummary, CollectRequest, MarketProgress
from collectors.venues.row import MarketType, Route, VenueRow
from collectors.venues.table import VENUES
from data.store import CandleStore
from tests.collectors.memory_sink import MemorySink
from tests.replay.faults import Fault
from tests.replay.market import MINUTE_MS, Bar, PublicTrade
from tests.replay.server import Replay, Site

START = datetime(2025, 10, 10, 20, tzinfo=UTC)
END = START + timedelta(hours=4)
NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FAST_VENUES: tuple[VenueRow, ...] = tuple(
    replace(row, config={**row.config, "rateLimit": 0.001, "timeout_on_exit": 0}) for row in VENUES
)
"""The venue table without ccxt's waits before requests and on closing."""

SPOT_OHLCV_VENUES: tuple[VenueRow, ...] = tuple(
    replace(row, routes=(Route.OHLCV,), archive=None) for row in FAST_VENUES if row.kind is MarketType.SPOT
)
"""Its spot rows, with the OHLCV route only."""

VENUES_OMITTING_QUIET = frozenset({"coinbaseexchange", "coinbase", "bitfinex", "upbit", "bithumb", "kraken", "gate"})
"""Venues whose stored candles lack minutes without a trade: they omit them, or trades or files made of them are
collected."""

REQUEST = CollectRequest(("ATOM",), START, END)


def to_ms(time: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def build_bars(start: datetime, minutes: int, *, level: float = 3.0, quiet: Collection[int] = ()) -> list[Bar]:
    """Bars of consecutive minutes with changing values; ``quiet`` ones, by number, are flat and without volume.

    Prices have three decimals, so that they are the same numbers in a sheet, whose cells have 15 digits.
    """
    built, first = [], to_ms(start)
    for minute in range(minutes):
        open_ms = first + minute * MINUTE_MS
        middle = level + (minute * 7919 % 1000) / 1000
        price, high, low, close = (round(middle + offset, 3) for offset in (0, 0.5, -0.25, 0.125))
        if minute in quiet:
            built.append(Bar(open_ms, price, price, price, price, 0.0))
        else:
            built.append(Bar(open_ms, price, high, low, close, 1.5 + minute % 13))
    return built


@cache
def _build_evening(level: float) -> tuple[Bar, ...]:
    past = build_bars(START - timedelta(hours=5), 14 * 60, level=level, quiet=range(0, 14 * 60, 7))
    return (*past, *build_bars(NOW.replace(second=0) - timedelta(hours=30), 30 * 60 + 1, level=level * 2))


def build_evening(level: float = 3.0) -> list[Bar]:
    """Bars from five hours before the window to five hours after it, quiet in every seventh minute, and today's.

    The bars of a level are built once; the list is a copy.
    """
    return list(_build_evening(level))


def build_four_venues() -> dict[str, dict[str, list[Bar]]]:
    """ATOM and a dollar market of USDT or USDC on each venue; WBETH on one."""
    return {
        "binance": {
            "ATOM/USDT": build_evening(3),
            "ATOM/USDC": build_evening(4),
            "ATOM/BTC": build_evening(5),
            "WBETH/USDT": build_evening(6),
            "WBETH/ETH": build_evening(7),
            "USDC/USDT": build_evening(8),
        },
        "okx": {"ATOM/USDT": build_evening(9), "USDC/USDT": build_evening(10)},
        "bybit": {"ATOM/USDT": build_evening(11), "USDC/USDT": build_evening(12)},
        "coinbaseexchange": {"ATOM/USD": build_evening(13), "USDT/USD": build_evening(14)},
    }


def list_expected(
    venue: str, market_bars: Sequence[Bar], start: datetime = START, end: datetime = END
) -> list[tuple[object, ...]]:
    """The expected candles of a market: bars of the window, without those that the venue omits as quiet."""
    omits = venue in VENUES_OMITTING_QUIET
    return [
        (EPOCH + timedelta(milliseconds=bar.open_ms), *bar[1:])
        for bar in sorted(market_bars)
        if to_ms(start) <= bar.open_ms < to_ms(end) and not (omits and not bar.volume)
    ]


StoreT = TypeVar("StoreT", bound=CandleStore | MemorySink)


@dataclass(slots=True)
class ReplayRun(Generic[StoreT]):
    """A store, and collections into it from a replay of venues that starts anew each time.

    ``venues``, ``trades``, ``sites`` and ``extra_hosts`` are those of `tests.replay.server.Replay`, ``table`` the venue
    rows to choose from; ``events`` is all progress so far.
    """

    store: StoreT
    venues: dict[str, dict[str, list[Bar]]]
    trades: dict[str, dict[str, list[PublicTrade]]] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    extra_hosts: dict[str, str] = field(default_factory=dict)
    table: Sequence[VenueRow] = SPOT_OHLCV_VENUES
    events: list[MarketProgress] = field(default_factory=list)

    def collect(
        self,
        *faults: Fault,
        request: CollectRequest = REQUEST,
        venues: Sequence[str] = (),
        now: datetime = NOW,
        table: Sequence[VenueRow] | None = None,
        release: asyncio.Event | None = None,
    ) -> tuple[CollectionSummary, Replay]:
        """Collect the request over HTTP from a replay with these faults; sets ``release`` when the collection ends."""

        async def collect_from_replay() -> tuple[CollectionSummary, Replay]:
            async with self.start_replay(*faults, now=now) as replay:
                try:
                    summary = await collect_candles(
                        self.store,
                        replace(request, venues=tuple(venues) or tuple(self.venues)),
                        venues=self.table if table is None else table,
                        access=Access(replay.url),
                        now=lambda: now,
                        on_progress=self.events.append,
                    )
                finally:
                    if release is not None:
                        release.set()
                return summary, replay

        return asyncio.run(collect_from_replay())

    def start_replay(self, *faults: Fault, now: datetime = NOW) -> Replay:
        """A replay of the venues, to be entered as an async context manager."""
        return Replay(
            self.venues,
            now_ms=to_ms(now),
            faults=faults,
            extra_hosts=self.extra_hosts,
            trades=self.trades,
            sites=self.sites,
        )

    def read_stored(
        self, venue: str, symbol: str, start: datetime = START, end: datetime = END
    ) -> list[tuple[object, ...]]:
        """The stored candles of a market from a day before the window to a day after it: time and values."""
        day = timedelta(days=1)
        frame = self.store.read_candles([symbol.split("/", maxsplit=1)[0]], start - day, end + day, venues=[venue])
        columns = ("open_time", "open", "high", "low", "close", "volume")
        return list(frame.filter(symbol=symbol).select(columns).iter_rows())

    def read_coverage(self, venue: str, symbol: str) -> list[tuple[str, datetime, datetime]]:
        """Outcome, start and end of each coverage row of a market, in time order."""
        frame = self.store.coverage.read_rows([symbol.split("/", maxsplit=1)[0]], START, END).filter(
            venue=venue, symbol=symbol
        )
        return list(frame.sort("start").select("outcome", "start", "end").iter_rows())


def open_store(folder: Path) -> CandleStore:
    """The store on disk in a test's folder; nothing is created until the first write."""
    return CandleStore(str(folder / "lake"))


def build_run(store: StoreT, *venues: str) -> ReplayRun[StoreT]:
    """A run of all four venues, or of those named."""
    markets = build_four_venues()
    return ReplayRun(store, {venue: markets[venue] for venue in venues or markets})
