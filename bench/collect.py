"""What collecting costs, against the venues' own limits, bare ccxt, and memory.

``python -m bench.collect event|cpu|memory``: everything comes over HTTP from a replay in a process of its own.

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

from collectors.access import Access
from collectors.job import run_collection
from collectors.mirror import mirrored
from collectors.plan import MINUTE
from collectors.request import CollectRequest, Summary
from collectors.venues import VENUES, Kind, Route, VenueRow
from data.catalogue import load_catalogue
from data.store import CandleStore
from tests.collectors.everywhere import DOLLARS, SPOT, archives_of, trades_of
from tests.replay.market import Bar, Trade
from tests.replay.server import Replay

NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RUNS = 5
TABLE = tuple(row for row in VENUES if row.kind is Kind.SPOT and row.by_default)
UNLIMITED = tuple(replace(row, config={**row.config, "rateLimit": 0.001}) for row in TABLE)

Markets = dict[str, dict[str, list[Bar]]]


def ms(time: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def walk(start: datetime, minutes: int) -> list[Bar]:
    """Bars of consecutive minutes, each with a volume; volume and prices have a few digits, as venues print them."""
    made = []
    for minute in range(minutes):
        price = 3 + (minute * 7919 % 1000) / 1000
        stamp = ms(start + minute * MINUTE)
        made.append(Bar(stamp, price, price + 0.5, price - 0.25, price + 0.125, 1.5 + minute % 13))
    return made


def markets(assets: Sequence[str], made: list[Bar]) -> Markets:
    """Each asset in two quotes on every venue, all with the same bars."""
    quotes = {venue: ("USD", "USDT") if venue in DOLLARS else ("USDT", "USDC") for venue in SPOT}
    return {
        row.id: {f"{asset}/{quote}": made for asset in assets for quote in quotes[row.id] if asset != quote}
        for row in TABLE
    }


def serve(venues: Markets, made: list[Bar], ready: Connection, over: Event) -> None:
    """Run a replay until it is over; sends its address, and at the end how often each host was asked for candles."""
    trades: dict[str, dict[str, list[Trade]]] = {}
    if "kraken" in venues:
        printed = trades_of(made)
        trades = {"kraken": dict.fromkeys(venues["kraken"], printed)}

    async def run() -> None:
        sites = archives_of({venue: found for venue, found in venues.items() if venue in {"binance", "gate", "kucoin"}})
        async with Replay(venues, now_ms=ms(NOW), trades=trades, sites=sites) as replay:
            ready.send(replay.url)
            await asyncio.to_thread(over.wait)
            ready.send(Counter(asked.host for asked in replay.candle_requests()))

    asyncio.run(run())


@contextmanager
def replay(venues: Markets, made: list[Bar]) -> Iterator[tuple[str, Callable[[], Counter[str]]]]:
    """A replay in a process of its own: its address, and what ends it and tells the requests."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    over = context.Event()
    process = context.Process(target=serve, args=(venues, made, there, over))
    process.start()

    def end() -> Counter[str]:
        over.set()
        counted: Counter[str] = here.recv()
        return counted

    try:
        yield here.recv(), end
    finally:
        over.set()
        process.join()


def least_s(row: VenueRow, symbols: int, minutes: int) -> float:
    """The least time that the venue's limit allows for the candles of so many markets by the OHLCV route."""
    pages = symbols * -(-minutes // row.page_min)
    return (pages - 1) * row.pace_ms / 1000


def bench_event() -> None:
    """The event's collection at the venues' limits, each venue timed for itself, Kraken's trades stated apart."""
    catalogue = load_catalogue()
    happened = catalogue.event("2025-10-10")
    assets = tuple(dict.fromkeys([*happened.assets, *happened.also]))
    start, end = happened.collect
    minutes = (end - start) // MINUTE
    made = walk(start, minutes)
    venues = markets(assets, made)
    request = CollectRequest(assets, start, end)
    for name, table in (
        ("without kraken", [row for row in TABLE if row.id != "kraken"]),
        ("kraken", [row for row in TABLE if row.id == "kraken"]),
    ):
        with replay(venues, made) as (url, ended), tempfile.TemporaryDirectory() as folder:
            wall_s, cpu_s, summary = timed(folder, request, table, url)
            asked = ended()
        bounds = {row.id: bound(row, venues, minutes, asked) for row in table}
        slowest = max(bounds, key=lambda venue: bounds[venue])
        print(
            f"event, {name}: {summary.candles:,} candles of {len(summary.results)} markets in {wall_s:.1f} s "
            f"({cpu_s:.1f} s CPU); the limits allow {bounds[slowest]:.1f} s ({slowest}): "
            f"ratio {wall_s / bounds[slowest]:.2f}, failed {len(summary.failed)}"
        )


def bound(row: VenueRow, venues: Markets, minutes: int, asked: Counter[str]) -> float:
    """The lower bound of a venue: by its pages, or for trades by the pages that its trades fill."""
    if row.routes[0] is Route.ARCHIVE:
        return 0.0
    if Route.TRADES in row.routes:
        return (asked[row.hosts[0].name] - 1) * row.pace_ms / 1000
    reached = minutes if row.reach_min is None else min(minutes, row.page_min)
    return least_s(row, len(venues[row.id]), reached)


def timed(folder: str, request: CollectRequest, table: Sequence[VenueRow], url: str) -> tuple[float, float, Summary]:
    """Wall and CPU seconds of one collection into an empty store."""
    begun, used = time.perf_counter(), time.process_time()
    summary = run_collection(CandleStore(folder), request, venues=table, access=Access(url), now=lambda: NOW)
    return time.perf_counter() - begun, time.process_time() - used, summary


async def bare(url: str, symbols: Sequence[str], start: datetime, minutes: int) -> int:
    """Candles of Binance by ``fetch_ohlcv`` alone, in pages of 1,000; how many came."""
    exchange = ccxt.binance({"rateLimit": 0.001, "options": {"fetchMarkets": {"types": ["spot"]}}})
    exchange.urls["api"] = mirrored(exchange.urls["api"], url)
    came = 0
    for symbol in symbols:
        for minute in range(0, minutes, 1000):
            since = ms(start + minute * MINUTE)
            came += len(await exchange.fetch_ohlcv(symbol, "1m", since=since, limit=min(1000, minutes - minute)))
    await exchange.close()
    return came


def bench_cpu(days: int = 10) -> None:
    """Binance's candles over REST, into a store, over bare ccxt: the same pages, one after the other in each run."""
    start, minutes = datetime(2025, 10, 1, tzinfo=UTC), days * 1440
    made = walk(start, minutes)
    assets = ("ATOM", "DOGE", "XRP", "ETH", "SOL", "BTC")
    venues = {"binance": markets(assets, made)["binance"]}
    table = [replace(row, routes=(Route.OHLCV,), archive=None) for row in UNLIMITED if row.id == "binance"]
    request = CollectRequest(assets, start, start + timedelta(days=days))
    ratios, ours, theirs = [], [], []
    with replay(venues, made) as (url, _):
        for _run in range(RUNS):
            used = time.process_time()
            came = asyncio.run(bare(url, list(venues["binance"]), start, minutes))
            theirs.append(1e6 * (time.process_time() - used) / came)
            with tempfile.TemporaryDirectory() as folder:
                _, cpu_s, summary = timed(folder, request, table, url)
            ours.append(1e6 * cpu_s / summary.candles)
            ratios.append(ours[-1] / theirs[-1])
    print(
        f"cpu: {statistics.median(ours):.1f} ms per 1,000 candles into the store, bare fetch_ohlcv "
        f"{statistics.median(theirs):.1f} ms: ratio {statistics.median(ratios):.2f} "
        f"(min {min(ratios):.2f}, max {max(ratios):.2f}, {RUNS} runs of {summary.candles:,} candles)"
    )


def bench_memory(days: int = 30) -> None:
    """Peak resident memory of this process for 30 days of the five assets from all venues."""
    start, minutes = datetime(2025, 10, 1, tzinfo=UTC), days * 1440
    made = walk(start, minutes)
    assets = ("ATOM", "WBETH", "BNSOL", "DOGE", "XRP")
    venues = markets(assets, made)
    request = CollectRequest(assets, start, start + timedelta(days=days))
    table = [row for row in UNLIMITED if row.id != "kraken"]
    with replay(venues, made) as (url, _):
        made.clear()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with tempfile.TemporaryDirectory() as folder:
            wall_s, cpu_s, summary = timed(folder, request, table, url)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"memory: peak {peak:.0f} MB ({before:.0f} MB before) for {summary.candles:,} candles of {days} days "
        f"in {wall_s:.0f} s ({cpu_s:.0f} s CPU, {1e6 * cpu_s / summary.candles:.1f} ms per 1,000), "
        f"failed {json.dumps(sorted({result.venue for result in summary.failed}))}"
    )


if __name__ == "__main__":
    {"event": bench_event, "cpu": bench_cpu, "memory": bench_memory}[sys.argv[1] if sys.argv[1:] else "cpu"]()
