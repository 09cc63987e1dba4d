"""Long form: a follower through a simulated day, with outages of the exchanges at random times.

    python -m tests.torture.store.soak --hours 24 --seed 1

The follower runs every five minutes of a clock that is set by hand, requests each hour again, and maintains the store,
as `follow` does; three exchanges are replayed, of which Bybit has only its newest hour. At the end the coverage is
compared with what the outages must have cost, which is counted minute by minute from their times alone. Prints how many
minutes are missing, how many were expected to be, and which differ; and after each hour files, commits, bytes, memory,
objects of Python, threads and open files. The exit code is 1 if a minute differs, or if threads, open files or memory
grew. A simulated hour takes some ten seconds of a processor.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import click
import stamina

from collectors import store_writer
from collectors.follower import Follower, FollowTarget
from collectors.http.access import Access
from collectors.venues.row import VenueRow
from data.store import CandleStore
from tests.collectors.replay_setup import SPOT_OHLCV_VENUES, build_bars, to_ms
from tests.replay.faults import Fault, change_rows, return_outage
from tests.replay.format import Rows
from tests.replay.market import Bar
from tests.replay.server import Replay

START = datetime.fromisoformat("2026-11-02T00:02:30Z")
"""The first run; runs begin 30 s after a minute."""

MINUTE = timedelta(minutes=1)
STEP_MIN = 5
FINAL_MIN = 2
"""Minutes after its end until a candle is stored."""

REACH_MIN = 60
"""How many of the newest minutes Bybit has."""

SYMBOLS = {"binance": "ATOM/USDT", "bybit": "ATOM/USDT", "okx": "ATOM/USDT"}
HOSTS = {"binance": "api.binance.com", "bybit": "api.bybit.com", "okx": "okx.com"}


POOL_THREADS = min(32, (os.cpu_count() or 1) + 4)
"""Threads that asyncio starts for work in threads, one after the other as they are needed: they are no leak."""

MAX_GROWTH = 1.1
"""Highest quotient of the memory in the last quarter of the hours and in the second one, each the mean. The first
quarter is left out: each thread that is added opens the tables for itself."""


@dataclass(frozen=True, slots=True)
class Outage:
    """An exchange that does not answer, in minutes after the first run."""

    venue: str
    start_min: int
    end_min: int

    def covers(self, venue: str, minute: int) -> bool:
        """Whether the exchange is out at a minute."""
        return venue == self.venue and self.start_min <= minute < self.end_min


@dataclass(frozen=True, slots=True)
class Usage:
    """What the process and the store take."""

    files: int
    commits: int
    store_mib: float
    memory_mib: int
    objects: int
    threads: int
    open_files: int


def draw_outages(minutes: int, seed: int) -> list[Outage]:
    """An outage of each exchange in every four hours, of ten minutes to three hours; none at the very end."""
    random = Random(seed)  # noqa: S311 - reproducible
    outages = []
    for venue in SYMBOLS:
        for start in range(60, minutes - 60, 240):
            begin = start + random.randrange(60)
            outages.append(Outage(venue, begin, min(begin + random.randint(10, 180), minutes - 30)))
    return outages


def list_missed(venue: str, minutes: int, outages: list[Outage]) -> set[int]:
    """The minutes, after the first run, that no run could have: each was too old at the next run that was answered."""
    reach = REACH_MIN if venue == "bybit" else None
    runs = [run for run in range(0, minutes + 1, STEP_MIN) if not any(item.covers(venue, run) for item in outages)]
    missed = set()
    for minute in range(minutes - FINAL_MIN):
        seen = [run for run in runs if run >= minute + 1 + FINAL_MIN and (reach is None or minute >= run - reach)]
        if not seen and any(run >= minute + 1 + FINAL_MIN for run in runs):
            missed.add(minute)
    return missed


def limit_reach(now_ms: int, served: set[int] | None = None) -> Fault:
    """Bybit without the candles that are older than its reach; ``served`` takes the open times of those it sends."""
    first_ms = (now_ms // 60_000 - REACH_MIN) * 60_000

    def select_newest(rows: Rows) -> Rows:
        newest = [row for row in rows if int(str(row[0])) >= first_ms]
        if served is not None:
            served.update(int(str(row[0])) for row in newest)
        return newest

    return change_rows("bybit.com/v5/market/kline", select_newest)


def build_bars_by_venue(minutes: int) -> dict[str, dict[str, list[Bar]]]:
    """Candles of each exchange, from three hours before the first run on."""
    start = START.replace(second=0) - timedelta(hours=3)
    return {
        venue: {symbol: build_bars(start, minutes + 240, level=3.0 + number)}
        for number, (venue, symbol) in enumerate(SYMBOLS.items())
    }


def build_table() -> list[VenueRow]:
    """The rows of the exchanges without waits, of which Bybit has its newest candles only."""
    return [replace(row, reach_min=REACH_MIN if row.id == "bybit" else None) for row in SPOT_OHLCV_VENUES]


def measure_disk(folder: Path) -> tuple[int, int, float]:
    """The files of a folder, those of them that are commits, and megabytes; others may write and delete meanwhile."""
    file_count, commit_count, size = 0, 0, 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                file_count += 1
                commit_count += path.parent.name == "_delta_log" and path.suffix == ".json"
                size += path.stat().st_size
    return file_count, commit_count, round(size / 1e6, 2)


def measure_usage(folder: Path) -> Usage:
    """What is taken now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return Usage(
        *measure_disk(folder),
        pages * os.sysconf("SC_PAGE_SIZE") >> 20,
        len(gc.get_objects()),
        threading.active_count(),
        len(list(Path("/proc/self/fd").iterdir())),
    )


def list_leaks(usages: list[Usage]) -> list[str]:
    """What grew from the first hour to the last, or with memory from the second quarter of the hours to the last."""
    first, last, quarter = usages[0], usages[-1], len(usages) // 4
    grew = {
        "threads": last.threads > first.threads + POOL_THREADS,
        "open files": last.open_files > first.open_files + 8,
        "memory": quarter > 0
        and sum(usage.memory_mib for usage in usages[-quarter:])
        > MAX_GROWTH * sum(usage.memory_mib for usage in usages[quarter : 2 * quarter]),
    }
    return [name for name, has_grown in grew.items() if has_grown]


async def follow(store: CandleStore, folder: Path, minutes: int, outages: list[Outage]) -> list[Usage]:
    """Run a follower through so many minutes; what was taken after each hour, which is printed too."""
    clock = START
    usages = []
    async with Replay(build_bars_by_venue(minutes), now_ms=to_ms(START)) as replay:
        follower = Follower(
            store,
            FollowTarget(("ATOM",), venues=tuple(SYMBOLS)),
            table=build_table(),
            access=Access(replay.url),
            now=lambda: clock,
        )
        for minute in range(0, minutes + 1, STEP_MIN):
            clock = START + minute * MINUTE
            replay.now_ms = to_ms(clock)
            outages_now = [item.venue for item in outages if item.covers(item.venue, minute)]
            replay.faults[:] = [*(return_outage(HOSTS[venue]) for venue in outages_now), limit_reach(replay.now_ms)]
            await follower.collect_newest()
            await follower.recollect_hour()
            await follower.maintain_store()
            replay.requests.clear()  # they would count as memory of the follower
            if minute and minute % 60 == 0:
                usages.append(measure_usage(folder))
                click.echo(json.dumps({"hour": minute // 60} | asdict(usages[-1])))
    return usages


def list_uncovered(store: CandleStore, venue: str, minutes: int) -> set[int]:
    """The minutes after the first run that the store does not call complete, or has no candle of."""
    end = START.replace(second=0) + (minutes - FINAL_MIN) * MINUTE
    start = START.replace(second=0)
    spans = store.read_covered_spans(["ATOM"], start, end).filter(venue=venue, symbol=SYMBOLS[venue])
    complete = {
        (to_ms(span_start) - to_ms(start)) // 60_000 + offset
        for span_start, span_end in spans.select("start", "end").iter_rows()
        for offset in range((span_end - span_start) // MINUTE)
    }
    candles = store.read_candles(["ATOM"], start, end, venues=[venue]).filter(symbol=SYMBOLS[venue])
    stored = {(to_ms(time) - to_ms(start)) // 60_000 for time in candles["open_time"]}
    if stored - complete:
        message = f"{venue} has candles where nothing is complete: {sorted(stored - complete)[:5]}"
        raise ValueError(message)
    return set(range(minutes - FINAL_MIN)) - (complete & stored)


def main() -> int:
    """Run the long form."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    stamina.set_testing(True, attempts=3, cap=True)
    store_writer.MAX_WAIT_S = 0.0
    minutes, outages = arguments.hours * 60, draw_outages(arguments.hours * 60, arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        store = CandleStore(f"{name}/lake")
        usages = asyncio.run(follow(store, Path(name), minutes, outages))
        failures = 0
        for venue in SYMBOLS:
            expected, found = list_missed(venue, minutes, outages), list_uncovered(store, venue, minutes)
            failures += len(expected ^ found)
            click.echo(
                f"{venue}: {len(found)} of {minutes} minutes missing, {len(expected)} expected, "
                f"other ones: {sorted(expected ^ found)[:20]}"
            )
    leaks = list_leaks(usages)
    outcome = {"outages": len(outages), "minutes": minutes * len(SYMBOLS), "failures": failures, "leaks": leaks}
    click.echo(json.dumps(outcome))
    return int(failures > 0 or bool(leaks))


if __name__ == "__main__":
    sys.exit(main())
