"""How long store to results takes: as a ratio over a bare read of the same candles, and against other tools.

``python -m bench.measure``: five assets on twelve venues over 30 days, and one asset over a day, in a temporary store;
medians of paired runs. ``--year`` adds one asset over a year, with the growth of time and the peak of memory.
Every tool must find the same depths, firm minutes, minutes below and episodes, else the benchmark fails.
"""

import argparse
import importlib
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl

from bench.made import ASSETS, MONTH, START, fill
from bench.peers import Answer, Numbers, Peer
from dashboard.ask import answer, ask
from data.catalogue import load_catalogue
from data.store import CandleStore
from deviation.answer import measurement_json
from deviation.episodes import Direction
from deviation.question import Question
from deviation.result import Measurement

PEERS = ("with_pandas", "with_duckdb", "with_polars")
RUNS = 7
YEAR = 365

OURS, BARE, WHOLE = "store to results", "bare read", "the whole answer"

COLUMNS = ("venue", "symbol", "open_time", "high", "low", "close", "volume")
"""What a measurement cannot do without."""


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def window(days: int) -> tuple[datetime, datetime]:
    """A window of so many days that has a day of candles before it."""
    return START + timedelta(days=1), START + timedelta(days=1 + days)


@cache
def asked_of(asset: str, start: datetime, end: datetime) -> Question:
    """The question about an asset over a window; the catalogue is read once, as the program does."""
    return ask(load_catalogue(), asset, start, end)


def measured(uri: str, asset: str, start: datetime, end: datetime) -> Answer:
    """The program's own way, from the store to the results that the peers give."""
    return numbers(answer(CandleStore(uri), asked_of(asset, start, end)))


def everything(uri: str, asset: str, start: datetime, end: datetime) -> dict[str, Any]:
    """The program's own way to all that it has to say: gaps, ranges, baselines, episodes, paths, ranks."""
    return measurement_json(answer(CandleStore(uri), asked_of(asset, start, end)))


def bare_read(uri: str, asset: str, start: datetime, end: datetime) -> pl.DataFrame:
    """The candles that a measurement rests on, as polars reads them: in any order, with nothing chosen or checked."""
    question = asked_of(asset, start, end)
    first, last = question.needs
    return (
        pl.scan_delta(f"{uri}/candles")
        .filter(
            pl.col("asset").is_in(list(question.assets)),
            pl.col("day").is_between(first.date(), last.date()),
            pl.col("open_time").is_between(first, last, closed="left"),
        )
        .select(COLUMNS)
        .collect()
    )


def peer(name: str) -> Peer:
    """The `measure` of a module of `bench.peers`."""
    found: Peer = importlib.import_module(f"bench.peers.{name}").measure
    return found


def numbers(measurement: Measurement) -> Answer:
    """What the peers find, out of the whole answer."""
    return {
        (row.market.venue, group.value): Numbers(
            summary.depth,
            summary.firm_min,
            summary.below_min,
            sum(episode.direction is Direction.BELOW for episode in summary.episodes),
        )
        for row in measurement.rows
        for group, summary in row.against.items()
    }


def contenders(uri: str, assets: tuple[str, ...], days: int) -> dict[str, Callable[[], None]]:
    """What is timed: each goes through the assets one at a time."""
    start, end = window(days)

    def each(work: Callable[[str, str, datetime, datetime], object], place: str) -> Callable[[], None]:
        def run() -> None:
            for asset in assets:
                work(place, asset, start, end)

        return run

    ways: dict[str, Callable[[], None]] = {
        BARE: each(bare_read, uri),
        OURS: each(measured, uri),
        WHOLE: each(everything, uri),
    }
    return ways | {name: each(peer(name), f"{uri}/candles") for name in PEERS}


def check(uri: str, assets: tuple[str, ...], days: int) -> int:
    """Hold every peer to the program's own numbers; says how many episodes there were.

    Raises:
        SystemExit: one of them found something else.
    """
    found = 0
    for asset in assets:
        truth = measured(uri, asset, *window(days))
        found += sum(one.episodes for one in truth.values())
        for name in PEERS:
            theirs = peer(name)(f"{uri}/candles", asset, *window(days))
            wrong = [key for key in truth | theirs if not _same(truth.get(key), theirs.get(key))]
            if wrong:
                sys.exit(f"{name} on {asset} {wrong[0]}: {theirs.get(wrong[0])} instead of {truth.get(wrong[0])}")
    return found


def _same(one: Numbers | None, other: Numbers | None) -> bool:
    if one is None or other is None:
        return False
    counts = [(each.firm_min, each.below_min, each.episodes, each.depth is None) for each in (one, other)]
    near = math.isclose(one.depth or 0.0, other.depth or 0.0, rel_tol=1e-9, abs_tol=1e-12)
    return counts[0] == counts[1] and near


def ratios(uri: str, assets: tuple[str, ...], days: int) -> dict[str, float]:
    """The median time of each way over the program's own, from paired runs; the program's own over the bare read."""
    ways = contenders(uri, assets, days)
    for work in ways.values():
        work()  # warm
    runs = [{name: seconds(work) for name, work in ways.items()} for _ in range(RUNS)]
    over = {name: statistics.median(run[name] / run[OURS] for run in runs) for name in (*PEERS, WHOLE)}
    own = statistics.median(run[OURS] / run[BARE] for run in runs)
    return {BARE: own, **over, OURS: statistics.median(run[OURS] for run in runs)}


def peak_mb(uri: str, name: str, asset: str, days: int) -> int:
    """The most memory that one way holds, in a process of its own."""
    command = [sys.executable, "-m", "bench.measure", "--alone", name, uri, asset, str(days)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very program
    return int(done.stdout)


def alone(name: str, uri: str, asset: str, days: int) -> None:
    """Run one way once and print its peak of memory in MB, as Linux tells it."""
    contenders(uri, (asset,), days)[name]()
    # Not getrusage: its peak includes that of the process from which this one was started.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) // 1024)


def compare(uri: str, assets: tuple[str, ...], days: int, rows: int) -> None:
    """Check, time and print one size."""
    found = check(uri, assets, days)
    over = ratios(uri, assets, days)
    peaks = {name: peak_mb(uri, name, assets[0], days) for name in (OURS, BARE, *PEERS)}
    print(f"{len(assets)} x 12 markets, {days} days, {rows:,} rows, {found:,} episodes below")
    print(f"  {OURS} over the {BARE} of {len(COLUMNS)} columns: {over[BARE]:.2f}")
    for name in (*PEERS, WHOLE):
        print(f"  {name} over {OURS}: {over[name]:.2f}")
    print(f"  {OURS} per asset here: {1000 * over[OURS] / len(assets):.0f} ms")
    print("  peak memory, one asset: " + ", ".join(f"{name} {mb} MB" for name, mb in peaks.items()))


def year() -> None:
    """One asset over a year against a month of it: time per row, and the peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        rows = fill(CandleStore(folder), ASSETS[:1], YEAR + 1)
        spans = {days: partial(measured, folder, ASSETS[0], *window(days)) for days in (MONTH, YEAR)}
        for work in spans.values():
            work()  # warm
        runs = [{days: seconds(work) for days, work in spans.items()} for _ in range(3)]
        growth = statistics.median(run[YEAR] / run[MONTH] for run in runs)
        peaks = {days: peak_mb(folder, OURS, ASSETS[0], days) for days in spans}
    print(f"1 x 12 markets, {YEAR} days, {rows:,} rows")
    print(f"  {YEAR / MONTH:.1f} times the days take {growth:.1f} times as long")
    print("  peak memory: " + ", ".join(f"{days} days {mb} MB" for days, mb in peaks.items()))


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=MONTH, help="days of the first size")
    parser.add_argument("--year", action="store_true", help="one asset over a year as well")
    parser.add_argument("--alone", nargs=4, metavar=("WAY", "URI", "ASSET", "DAYS"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        name, uri, asset, days = asked.alone
        alone(name, uri, asset, int(days))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = fill(CandleStore(folder), ASSETS, asked.days + 1)
        compare(folder, ASSETS, asked.days, rows)
        compare(folder, ASSETS[:1], 1, 2 * rows // (asked.days + 1) // len(ASSETS))
    if asked.year:
        year()


if __name__ == "__main__":
    main()
