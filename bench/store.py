"""Benchmark of the store's two layouts: files by asset and day, as stores were first made, and by asset and month.

``python -m bench.store``: five assets on twelve venues over 30 days; what lies on the disk, CPU time of reads, of
opening a store that a follower has written to, and the conflicts of two writers, in temporary stores. Times are the
best of `RUNS`, the layouts in turn.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.pool import Pool
from pathlib import Path
from unittest.mock import patch

import polars as pl
from deltalake import DeltaTable

from bench.candles import ASSETS, MONTH_DAYS, START, build_candles, fill_store
from data.delta.layout import Layout
from data.schema import Timeframe
from data.store import CandleStore
from tests.torture.store.conflicts import count_conflicts

RUNS = 15
COLUMNS = ("venue", "symbol", "open_time", "open", "high", "low", "close", "volume")
FOLLOWED_MINUTES = 150
"""Commits of a follower that are made one by one."""

WRITER_ROUNDS = 30
"""Commits of each of two writers."""


def open_store(uri: str, layout: Layout) -> CandleStore:
    """A store whose table of minutes has a layout if it is new."""
    store = CandleStore(uri)
    store.candles.tables[Timeframe.M1].layout = layout
    return store


def measure_cpu_ms(works: dict[Layout, Callable[[], object]]) -> dict[Layout, float]:
    """The least CPU time of each work, all threads together; the works take turns."""
    best_ms = dict.fromkeys(works, float("inf"))
    for _ in range(RUNS):
        for layout, work in works.items():
            start_s = time.process_time()
            work()
            best_ms[layout] = min(best_ms[layout], 1000 * (time.process_time() - start_s))
    return best_ms


def read_window(uri: str, days: int) -> pl.DataFrame:
    """Candles of the first asset over the last so many days, by a store opened anew."""
    end = START + timedelta(days=MONTH_DAYS)
    return CandleStore(uri).read_candles(ASSETS[:1], end - timedelta(days=days), end, columns=COLUMNS, in_order=False)


def compare_reads(folder: Path) -> None:
    """Fill a store of each layout, and print its files, bytes and read times."""
    uris = {layout: str(folder / layout) for layout in Layout}
    for layout, uri in uris.items():
        fill_store(open_store(uri, layout), ASSETS, MONTH_DAYS)
        paths = [Path(path) for path in DeltaTable(f"{uri}/candles").file_uris()]
        size = sum(path.stat().st_size for path in paths)
        print(f"  by {layout}: {len(paths)} files, {size / 1e6:.1f} MB")
    for days in (MONTH_DAYS, 1):
        times = measure_cpu_ms({layout: partial(read_window, uri, days) for layout, uri in uris.items()})
        print(f"  {days} days of one asset: " + ", ".join(f"by {layout} {ms:.1f} ms" for layout, ms in times.items()))


def list_minutes(store_rows: pl.DataFrame, first: datetime, count: int) -> list[pl.DataFrame]:
    """The candles of each of so many minutes."""
    return [store_rows.filter(pl.col("open_time") == first + timedelta(minutes=number)) for number in range(count)]


def compare_opening(folder: Path) -> None:
    """Write to a store as a follower does, and print the time that opening its table of minutes takes."""
    minutes = list_minutes(build_candles(ASSETS[0], FOLLOWED_MINUTES), START, FOLLOWED_MINUTES)
    uris = {layout: str(folder / layout) for layout in Layout}
    stores = {layout: open_store(uri, layout) for layout, uri in uris.items()}
    end = START + timedelta(minutes=FOLLOWED_MINUTES)
    for layout, store in stores.items():
        settings = {"delta.checkpointInterval": "100"} if layout is Layout.DAY else {}  # as stores were first made
        with patch.dict("data.delta.table.CONFIGURATION", settings):
            for candles in minutes:
                store.write_candles(candles, source="bench", fetched_at=end)
    _print_opening("a follower's store", uris)
    for store in stores.values():
        store.maintain(end)
    _print_opening("after its tidy-up", uris)


def _print_opening(name: str, uris: dict[Layout, str]) -> None:
    times = measure_cpu_ms({layout: partial(DeltaTable, f"{uri}/candles") for layout, uri in uris.items()})
    counts = {layout: DeltaTable(f"{uri}/candles").version() for layout, uri in uris.items()}
    print(f"  {name}: " + ", ".join(f"by {key} {ms:.1f} ms (version {counts[key]})" for key, ms in times.items()))


def write_rounds(uri: str, layout: Layout, venues: tuple[str, ...], days: tuple[int, ...]) -> int:
    """Write minutes of some venues, one commit each, on each of the days in turn; returns the number of conflicts."""
    store = open_store(uri, layout)
    rows = build_candles(ASSETS[0], WRITER_ROUNDS).filter(pl.col("venue").is_in(venues))
    with count_conflicts() as conflicts:
        for number, candles in enumerate(list_minutes(rows, START, WRITER_ROUNDS)):
            later = pl.col("open_time") + timedelta(days=days[number % len(days)])
            store.write_candles(candles.with_columns(later), source="bench", fetched_at=START + timedelta(days=40))
    return conflicts.count


def compare_writers(folder: Path, pool: Pool) -> None:
    """Let two processes write to one asset at a time, on the same days and on days of their own."""
    halves = (("binance", "okx", "bybit"), ("bitget", "gate", "kucoin"))
    pool.starmap(
        build_candles, [(asset, 1440) for asset in ASSETS[:2]], chunksize=1
    )  # both processes have imported everything
    for name, days in (("the same day", ((0,), (0,))), ("days of one month", ((0, 1, 2), (10, 11, 12)))):
        for layout in Layout:
            uri = str(folder / f"{days[1][0]}-{layout}")
            # The table is there, so that no writer has to create it.
            open_store(uri, layout).write_candles(build_candles(ASSETS[1], 1), source="bench", fetched_at=START)
            start_s = time.perf_counter()
            tasks = [(uri, layout, venues, own_days) for venues, own_days in zip(halves, days, strict=True)]
            conflicts = sum(pool.starmap(write_rounds, tasks))
            elapsed_s = time.perf_counter() - start_s
            row_count = DeltaTable(f"{uri}/candles").count()
            print(f"  {name}, by {layout}: {conflicts} conflicts, {elapsed_s:.1f} s, {row_count} rows")


def main() -> None:
    """Print all comparisons."""
    with tempfile.TemporaryDirectory() as name, multiprocessing.get_context("spawn").Pool(2) as pool:
        folder = Path(name)
        print(f"{len(ASSETS)} x 12 markets, {MONTH_DAYS} days")
        compare_reads(folder / "reads")
        print(f"opening a table of {FOLLOWED_MINUTES} commits")
        compare_opening(folder / "followed")
        print(f"two writers of one asset, {WRITER_ROUNDS} commits each")
        compare_writers(folder, pool)


if __name__ == "__main__":
    main()
