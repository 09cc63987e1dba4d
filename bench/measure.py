"""Benchmark of a measurement from store to results, over a bare read of the same candles and over other tools.

``python -m bench.measure``: five assets on twelve venues over 30 days, and one asset over a day, in temporary stores;
medians of paired runs, beside the goals. The program reads its table by month; the bare read and the other tools read
the same rows twice, from files by month and from files by day, which is how stores were first made: the goals were set
on those. All times are of the processor, which other programs disturb less than those of a clock. ``--year`` adds one
asset over a year, with the growth of time and the peak of memory.
Every tool must find the same deviations, firm minutes, minutes below and above, and episodes of each market against its
own group, else the benchmark fails. The program also prepares rates and votes for the other groups in that time.
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
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable

from analysis.questions import build_question, measure_question
from bench.candles import ASSETS, MONTH_DAYS, START, fill_store
from bench.peers import NumbersByMarket, PeerMeasure, PeerNumbers, find_layout
from bench.store import open_store
from data.catalogue import load_catalogue
from data.delta.layout import Layout
from data.store import CandleStore
from deviation.measurement import Measurement
from deviation.question import Question
from deviation.report.json_output import build_measurement_json

PEER_MODULES = ("with_pandas", "with_duckdb", "with_polars")
RUNS = 7
YEAR_DAYS = 365

OWN_LABEL, BARE_LABEL, WHOLE_LABEL = "store to results", "bare read", "the whole answer"
RIVALS = (BARE_LABEL, *PEER_MODULES)
"""What is measured on both layouts."""

VENUE_COUNT = 12
"""Markets of an asset in the store of the benchmark."""

GOALS = {
    ("with_pandas", MONTH_DAYS): ">= 2.5",
    ("with_duckdb", MONTH_DAYS): ">= 9",
    ("with_polars", MONTH_DAYS): ">= 6",
    (BARE_LABEL, MONTH_DAYS): "<= 1.5",
    (OWN_LABEL, 1): "<= 12 ms",
    (OWN_LABEL, YEAR_DAYS): "<= 14 times, <= 1024 MB",
}
"""What is aimed at, by the name of a number and the days of the window."""

MEASURED_COLUMNS = ("venue", "symbol", "open_time", "open", "high", "low", "close", "volume")
"""The columns that a measurement reads."""


def time_call(work: Callable[[], object]) -> float:
    """The seconds of processor that one call takes, in all threads."""
    start_s = time.process_time()
    work()
    return time.process_time() - start_s


def build_window(days: int) -> tuple[datetime, datetime]:
    """A window of so many days that has a day of candles before it."""
    return START + timedelta(days=1), START + timedelta(days=1 + days)


@cache
def build_question_of(asset: str, start: datetime, end: datetime) -> Question:
    """The question about an asset over a window; the catalogue is read once, as the program does."""
    return build_question(load_catalogue(), asset, start, end)


def measure_numbers(uri: str, asset: str, start: datetime, end: datetime) -> NumbersByMarket:
    """The program's own results from a store, reduced to those that the peers give."""
    return extract_numbers(measure_question(CandleStore(uri), build_question_of(asset, start, end)))


def measure_everything(uri: str, asset: str, start: datetime, end: datetime) -> dict[str, Any]:
    """The program's full JSON from a store: all groups, ranges, baselines, episodes, paths, ranks."""
    return build_measurement_json(measure_question(CandleStore(uri), build_question_of(asset, start, end)))


def read_bare(uri: str, asset: str, start: datetime, end: datetime) -> pl.DataFrame:
    """The candles that a measurement needs, as polars reads them: unordered and unchecked."""
    question = build_question_of(asset, start, end)
    needed_start, needed_end = question.required_span
    table = DeltaTable(f"{uri}/candles")
    return (
        pl.scan_delta(table)
        .filter(
            find_layout(table).build_filter(question.required_assets, needed_start, needed_end),
            pl.col("open_time").is_between(needed_start, needed_end, closed="left"),
        )
        .select(MEASURED_COLUMNS)
        .collect()
    )


def import_peer(name: str) -> PeerMeasure:
    """The `measure` of a module of `bench.peers`."""
    peer_measure: PeerMeasure = importlib.import_module(f"bench.peers.{name}").measure
    return peer_measure


def extract_numbers(measurement: Measurement) -> NumbersByMarket:
    """The numbers of a measurement that the peers compute, too."""
    return {
        (row.market.venue, row.market.group): PeerNumbers(
            row.own_summary.below.deviation,
            row.own_summary.above.deviation,
            row.own_summary.firm_min,
            row.own_summary.below.minutes,
            row.own_summary.above.minutes,
            len(row.own_summary.episodes),
        )
        for row in measurement.rows
    }


def list_contenders(uris: dict[Layout, str], assets: tuple[str, ...], days: int) -> dict[str, Callable[[], None]]:
    """The functions to time, by name: each handles the assets one at a time."""
    start, end = build_window(days)

    def over_assets(work: Callable[[str, str, datetime, datetime], object], uri: str) -> Callable[[], None]:
        def run_all() -> None:
            for asset in assets:
                work(uri, asset, start, end)

        return run_all

    own_uri = uris[Layout.MONTH]
    contenders_by_name = {
        OWN_LABEL: over_assets(measure_numbers, own_uri),
        WHOLE_LABEL: over_assets(measure_everything, own_uri),
    }
    for layout, uri in uris.items():
        contenders_by_name[name_rival(BARE_LABEL, layout)] = over_assets(read_bare, uri)
        for name in PEER_MODULES:
            contenders_by_name[name_rival(name, layout)] = over_assets(import_peer(name), f"{uri}/candles")
    return contenders_by_name


def name_rival(name: str, layout: Layout) -> str:
    """The name of the bare read or of another tool on files of a layout."""
    return f"{name} by {layout}"


def check_peers(uris: dict[Layout, str], assets: tuple[str, ...], days: int) -> int:
    """Compare every peer on each layout with the program's own numbers; returns the number of episodes.

    Raises:
        SystemExit: A peer has other numbers.
    """
    episode_count = 0
    for asset in assets:
        own_numbers = measure_numbers(uris[Layout.MONTH], asset, *build_window(days))
        episode_count += sum(numbers_of_market.episodes for numbers_of_market in own_numbers.values())
        for name, uri in product(PEER_MODULES, uris.values()):
            peer_numbers = import_peer(name)(f"{uri}/candles", asset, *build_window(days))
            differing_keys = [
                key for key in own_numbers | peer_numbers if not _is_same(own_numbers.get(key), peer_numbers.get(key))
            ]
            if differing_keys:
                key = differing_keys[0]
                sys.exit(f"{name} on {asset} {key}: {peer_numbers.get(key)} instead of {own_numbers.get(key)}")
    return episode_count


def _is_same(first: PeerNumbers | None, second: PeerNumbers | None) -> bool:
    if first is None or second is None:
        return False
    counts = [
        (numbers.firm_min, numbers.below_min, numbers.above_min, numbers.episodes, numbers.below is None)
        for numbers in (first, second)
    ]
    deviations = ((first.below, second.below), (first.above, second.above))
    return counts[0] == counts[1] and all(
        math.isclose(own or 0.0, other or 0.0, rel_tol=1e-9, abs_tol=1e-12) for own, other in deviations
    )


def measure_ratios(uris: dict[Layout, str], assets: tuple[str, ...], days: int) -> tuple[dict[str, float], float]:
    """Median ratios of paired runs, each contender over the program, and the median seconds of the program."""
    contenders_by_name = list_contenders(uris, assets, days)
    for work in contenders_by_name.values():
        work()  # warm
    runs = [{name: time_call(work) for name, work in contenders_by_name.items()} for _ in range(RUNS)]
    ratios_by_name = {
        name: statistics.median(run[name] / run[OWN_LABEL] for run in runs) for name in contenders_by_name
    }
    return ratios_by_name, statistics.median(run[OWN_LABEL] for run in runs)


def measure_peak_mb(uri: str, name: str, asset: str, days: int) -> int:
    """The peak memory of one contender on a store by month, in a process of its own."""
    command = [sys.executable, "-m", "bench.measure", "--alone", name, uri, asset, str(days)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very program
    return int(result.stdout)


def run_alone(name: str, uri: str, asset: str, days: int) -> None:
    """Run one contender once and print its peak memory in MB (Linux)."""
    list_contenders({Layout.MONTH: uri}, (asset,), days)[name]()
    # Not getrusage: its peak includes that of the process from which this one was started.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) // 1024)


def compare_tools(uris: dict[Layout, str], assets: tuple[str, ...], days: int, rows: int) -> None:
    """Check, time and print one size."""
    episode_count = check_peers(uris, assets, days)
    ratios_by_name, own_s = measure_ratios(uris, assets, days)
    measured_alone = (OWN_LABEL, *(name_rival(name, Layout.MONTH) for name in RIVALS))
    peaks = {name: measure_peak_mb(uris[Layout.MONTH], name, assets[0], days) for name in measured_alone}
    print(f"{len(assets)} x {VENUE_COUNT} markets, {days} days, {rows:,} rows, {episode_count:,} episodes")
    for rival in RIVALS:
        by_layout = {layout: ratios_by_name[name_rival(rival, layout)] for layout in uris}
        is_bare = rival == BARE_LABEL
        numbers = ", ".join(f"by {layout} {1 / ratio if is_bare else ratio:.2f}" for layout, ratio in by_layout.items())
        first, second = (OWN_LABEL, rival) if is_bare else (rival, OWN_LABEL)
        print(f"  {first} over {second}: {numbers}{state_goal(rival, days)}")
    print(f"  {WHOLE_LABEL} over {OWN_LABEL}: {ratios_by_name[WHOLE_LABEL]:.2f}")
    print(f"  {OWN_LABEL} per asset: {1000 * own_s / len(assets):.1f} ms{state_goal(OWN_LABEL, days)}")
    print("  peak memory, one asset: " + ", ".join(f"{name} {mb} MB" for name, mb in peaks.items()))


def state_goal(name: str, days: int) -> str:
    """The goal of a number over so many days, in brackets; empty without one."""
    goal = GOALS.get((name, days))
    return "" if goal is None else f" (goal {goal})"


def compare_year() -> None:
    """One asset over a year against a month of it: time per row, and the peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        rows = fill_store(CandleStore(folder), ASSETS[:1], YEAR_DAYS + 1)
        spans = {
            days: partial(measure_numbers, folder, ASSETS[0], *build_window(days)) for days in (MONTH_DAYS, YEAR_DAYS)
        }
        for work in spans.values():
            work()  # warm
        runs = [{days: time_call(work) for days, work in spans.items()} for _ in range(3)]
        growth = statistics.median(run[YEAR_DAYS] / run[MONTH_DAYS] for run in runs)
        peaks = {days: measure_peak_mb(folder, OWN_LABEL, ASSETS[0], days) for days in spans}
    print(f"1 x {VENUE_COUNT} markets, {YEAR_DAYS} days, {rows:,} rows")
    goal = state_goal(OWN_LABEL, YEAR_DAYS)
    print(f"  {YEAR_DAYS / MONTH_DAYS:.1f} times the days take {growth:.1f} times as long{goal}")
    print("  peak memory: " + ", ".join(f"{days} days {mb} MB" for days, mb in peaks.items()))


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=MONTH_DAYS, help="days of the first size")
    parser.add_argument(
        "--markets",
        type=int,
        default=VENUE_COUNT * len(ASSETS),
        help=f"markets of the first size, {VENUE_COUNT} per asset",
    )
    parser.add_argument("--year", action="store_true", help="one asset over a year as well")
    parser.add_argument("--alone", nargs=4, metavar=("WAY", "URI", "ASSET", "DAYS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        name, uri, asset, days = arguments.alone
        run_alone(name, uri, asset, int(days))
        return
    with tempfile.TemporaryDirectory() as folder:
        assets = ASSETS[: max(arguments.markets // VENUE_COUNT, 1)]
        uris = {layout: str(Path(folder, layout)) for layout in (Layout.MONTH, Layout.DAY)}
        for layout, uri in uris.items():
            rows = fill_store(open_store(uri, layout), assets, arguments.days + 1)
        compare_tools(uris, assets, arguments.days, rows)
        compare_tools(uris, assets[:1], 1, 2 * rows // (arguments.days + 1) // len(assets))
    if arguments.year:
        compare_year()


if __name__ == "__main__":
    main()
