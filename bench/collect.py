"""Benchmark of collecting: wall time, CPU time and memory.

``python -m bench.collect event|cpu|memory``: candles come over HTTP from a replay in a process of its own.

- ``event``: the event's collection at the venues' limits: wall time over the lower bound that the limits alone allow.
- ``cpu``: CPU time per 1,000 candles of one venue, from the wire into the store, over bare ``fetch_ohlcv``.
- ``memory``: the peak of a collection of 30 days from all venues, with the limits off.
"""

import asyncio
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import ccxt.async_support as ccxt

from collectors.collect import run_collection
from collectors.http.access import Access
from collectors.http.mirror import rewrite_urls
from collectors.request import CollectionSummary, CollectRequest
from collectors.venues.row import MarketType, Route, VenueRow
from collectors.venues.table import VENUES
from data.catalogue import load_catalogue
from data.intervals import MINUTE
from data.store import CandleStore
from tests.collectors.all_venues import SPOT_VENUES, USD_VENUES, build_archives, build_trades
from tests.replay.market import Bar, PublicTrade
from tests.replay.server import Replay

CLOCK_TIME = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RUNS = 5
VENUE_TABLE = tuple(row for row in VENUES if row.kind is MarketType.SPOT and row.by_default)
UNLIMITED_TABLE = tuple(replace(row, config={**row.config, "rateLimit": 0.001}) for row in VENUE_TABLE)

BarsByVenue = dict[str, dict[str, list[Bar]]]


def to_ms(time: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def build_bars(start: datetime, minutes: int) -> list[Bar]:
    """Bars of consecutive minutes, each with a volume; volume and prices have a few digits, as venues print them."""
    bars = []
    for minute in range(minutes):
        price = 3 + (minute * 7919 % 1000) / 1000
        open_ms = to_ms(start + minute * MINUTE)
        bars.append(Bar(open_ms, price, price + 0.5, price - 0.25, price + 0.125, 1.5 + minute % 13))
    return bars


def build_markets(assets: Sequence[str], bars: list[Bar]) -> BarsByVenue:
    """Each asset in two quotes on every venue, all with the same bars."""
    quotes = {venue: ("USD", "USDT") if venue in USD_VENUES else ("USDT", "USDC") for venue in SPOT_VENUES}
    return {
        row.id: {f"{asset}/{quote}": bars for asset in assets for quote in quotes[row.id] if asset != quote}
        for row in VENUE_TABLE
    }


def run_replay(venues: BarsByVenue, bars: list[Bar], connection: Connection, is_over: Event) -> None:
    """Run a replay until it is over; sends its address, and at the end how often each host was asked for candles."""
    trades: dict[str, dict[str, list[PublicTrade]]] = {}
    if "kraken" in venues:
        kraken_trades = build_trades(bars)
        trades = {"kraken": dict.fromkeys(venues["kraken"], kraken_trades)}

    async def run_until_over() -> None:
        sites = build_archives(
            {
                venue: bars_by_symbol
                for venue, bars_by_symbol in venues.items()
                if venue in {"binance", "gate", "kucoin"}
            }
        )
        async with Replay(venues, now_ms=to_ms(CLOCK_TIME), trades=trades, sites=sites) as replay:
            connection.send(replay.url)
            await asyncio.to_thread(is_over.wait)
            connection.send(Counter(request.host for request in replay.list_candle_requests()))

    asyncio.run(run_until_over())


@contextmanager
def start_replay(venues: BarsByVenue, bars: list[Bar]) -> Iterator[tuple[str, Callable[[], Counter[str]]]]:
    """A replay in a process of its own: its address, and a function that ends it and returns its request counts."""
    context = multiprocessing.get_context("fork")
    parent_end, child_end = context.Pipe()
    is_over = context.Event()
    process = context.Process(target=run_replay, args=(venues, bars, child_end, is_over))
    process.start()

    def end_replay() -> Counter[str]:
        is_over.set()
        request_counts: Counter[str] = parent_end.recv()
        return request_counts

    try:
        yield parent_end.recv(), end_replay
    finally:
        is_over.set()
        process.join()


def compute_least_s(row: VenueRow, symbols: int, minutes: int) -> float:
    """The least time that the venue's limit allows for the candles of so many markets by the OHLCV route."""
    pages = symbols * -(-minutes // row.page_min)
    return (pages - 1) * row.pace_ms / 1000


def bench_event() -> None:
    """The event's collection at the venues' limits, each venue timed for itself, Kraken's trades stated apart."""
    catalogue = load_catalogue()
    event_entry = catalogue.get_event("2025-10-10")
    assets = tuple(dict.fromkeys([*event_entry.assets, *event_entry.extra_assets]))
    start, end = event_entry.collect_span
    minutes = (end - start) // MINUTE
    bars = build_bars(start, minutes)
    venues = build_markets(assets, bars)
    request = CollectRequest(assets, start, end)
    for name, table in (
        ("without kraken", [row for row in VENUE_TABLE if row.id != "kraken"]),
        ("kraken", [row for row in VENUE_TABLE if row.id == "kraken"]),
    ):
        with start_replay(venues, bars) as (url, end_replay), tempfile.TemporaryDirectory() as folder:
            wall_s, cpu_s, summary = time_collection(folder, request, table, url)
            request_counts = end_replay()
        bounds_s = {row.id: compute_bound_s(row, venues, minutes, request_counts) for row in table}
        slowest = max(bounds_s, key=lambda venue: bounds_s[venue])
        print(
            f"event, {name}: {summary.candles:,} candles of {len(summary.results)} markets in {wall_s:.1f} s "
            f"({cpu_s:.1f} s CPU); the limits allow {bounds_s[slowest]:.1f} s ({slowest}): "
            f"ratio {wall_s / bounds_s[slowest]:.2f}, failed {len(summary.failed)}"
        )


def compute_bound_s(row: VenueRow, venues: BarsByVenue, minutes: int, request_counts: Counter[str]) -> float:
    """The lower bound of a venue: by its pages, or for trades by the pages that its trades fill."""
    if row.routes[0] is Route.ARCHIVE:
        return 0.0
    if Route.TRADES in row.routes:
        return (request_counts[row.hosts[0].name] - 1) * row.pace_ms / 1000
    reachable_min = minutes if row.reach_min is None else min(minutes, row.page_min)
    return compute_least_s(row, len(venues[row.id]), reachable_min)


def time_collection(
    folder: str, request: CollectRequest, table: Sequence[VenueRow], url: str
) -> tuple[float, float, CollectionSummary]:
    """Wall and CPU seconds of one collection into an empty store."""
    start_s, cpu_start_s = time.perf_counter(), time.process_time()
    summary = run_collection(CandleStore(folder), request, venues=table, access=Access(url), now=lambda: CLOCK_TIME)
    return time.perf_counter() - start_s, time.process_time() - cpu_start_s, summary


async def fetch_bare(url: str, symbols: Sequence[str], start: datetime, minutes: int) -> int:
    """Candles of Binance by ``fetch_ohlcv`` alone, in pages of 1,000; how many came."""
    exchange = ccxt.binance({"rateLimit": 0.001, "options": {"fetchMarkets": {"types": ["spot"]}}})
    exchange.urls["api"] = rewrite_urls(exchange.urls["api"], url)
    candle_count = 0
    for symbol in symbols:
        for minute in range(0, minutes, 1000):
            since = to_ms(start + minute * MINUTE)
            candle_count += len(
                await exchange.fetch_ohlcv(symbol, "1m", since=since, limit=min(1000, minutes - minute))
            )
    await exchange.close()
    return candle_count


def bench_cpu(days: int = 10) -> None:
    """Binance's candles over REST, into a store, over bare ccxt: the same pages, one after the other in each run."""
    start, minutes = datetime(2025, 10, 1, tzinfo=UTC), days * 1440
    bars = build_bars(start, minutes)
    assets = ("ATOM", "DOGE", "XRP", "ETH", "SOL", "BTC")
    venues = {"binance": build_markets(assets, bars)["binance"]}
    table = [replace(row, routes=(Route.OHLCV,), archive=None) for row in UNLIMITED_TABLE if row.id == "binance"]
    request = CollectRequest(assets, start, start + timedelta(days=days))
    ratios, own_ms, bare_ms = [], [], []
    with start_replay(venues, bars) as (url, _):
        for _run in range(RUNS):
            cpu_start_s = time.process_time()
            candle_count = asyncio.run(fetch_bare(url, list(venues["binance"]), start, minutes))
            bare_ms.append(1e6 * (time.process_time() - cpu_start_s) / candle_count)
            with tempfile.TemporaryDirectory() as folder:
                _, cpu_s, summary = time_collection(folder, request, table, url)
            own_ms.append(1e6 * cpu_s / summary.candles)
            ratios.append(own_ms[-1] / bare_ms[-1])
    print(
        f"cpu: {statistics.median(own_ms):.1f} ms per 1,000 candles into the store, bare fetch_ohlcv "
        f"{statistics.median(bare_ms):.1f} ms: ratio {statistics.median(ratios):.2f} "
        f"(min {min(ratios):.2f}, max {max(ratios):.2f}, {RUNS} runs of {summary.candles:,} candles)"
    )


def bench_memory(days: int = 30) -> None:
    """Peak resident memory of this process for 30 days of the five assets from all venues."""
    start, minutes = datetime(2025, 10, 1, tzinfo=UTC), days * 1440
    bars = build_bars(start, minutes)
    assets = ("ATOM", "WBETH", "BNSOL", "DOGE", "XRP")
    venues = build_markets(assets, bars)
    request = CollectRequest(assets, start, start + timedelta(days=days))
    table = [row for row in UNLIMITED_TABLE if row.id != "kraken"]
    with start_replay(venues, bars) as (url, _):
        bars.clear()
        memory_before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with tempfile.TemporaryDirectory() as folder:
            wall_s, cpu_s, summary = time_collection(folder, request, table, url)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"memory: peak {peak_mb:.0f} MB ({memory_before_mb:.0f} MB before) for {summary.candles:,} candles "
        f"of {days} days in {wall_s:.0f} s ({cpu_s:.0f} s CPU, {1e6 * cpu_s / summary.candles:.1f} ms per 1,000), "
        f"failed {json.dumps(sorted({result.venue for result in summary.failed}))}"
    )


if __name__ == "__main__":
    {"event": bench_event, "cpu": bench_cpu, "memory": bench_memory}[sys.argv[1] if sys.argv[1:] else "cpu"]()
