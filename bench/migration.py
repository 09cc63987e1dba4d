"""Kills 20 migrations of a store at random moments, and checks after each that every row is read.

``python -m bench.migration``: one asset on two venues over 90 days, by day, in temporary stores. Each process is
killed with -9 after a random share of the time that a whole migration takes; then the next one goes on to the end.
A process that ended before its kill does not count.
"""

import multiprocessing
import random
import shutil
import signal
import sys
import tempfile
import time
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import polars as pl

from bench.candles import ASSETS, MONTH_DAYS, START, build_candles
from bench.store import open_store
from data.delta.layout import Layout
from data.schema import Timeframe
from data.store import CandleStore

KILLS = 20
DAYS = 90
VENUES = ("binance", "kraken")
PROCESSES = multiprocessing.get_context("forkserver")


def fill_by_day(uri: str) -> int:
    """Write a store by day, and return its number of rows."""
    store = open_store(uri, Layout.DAY)
    month = build_candles(ASSETS[0], MONTH_DAYS * 1440).filter(pl.col("venue").is_in(VENUES))
    for first in range(0, DAYS, MONTH_DAYS):
        shifted = month.with_columns(pl.col("open_time") + timedelta(days=first))
        store.write_candles(shifted, source="bench", fetched_at=START + timedelta(days=DAYS))
    return month.height * DAYS // MONTH_DAYS


def migrate(uri: str) -> None:
    """Migrate the table of minutes, if that is left to do."""
    store = CandleStore(uri)
    if store.candles.list_outdated():
        store.migrate(Timeframe.M1, lambda *_: None)


def start_migration(uri: str | Path) -> BaseProcess:
    """A migration in a process of its own."""
    process = PROCESSES.Process(target=migrate, args=(str(uri),))
    process.start()
    return process


def count_rows(uri: str) -> int:
    """The rows that a reader gets who opens the store now."""
    table = CandleStore(uri).candles.tables[Timeframe.M1]
    return table.read(lambda rows: rows.select("venue")).height


def main() -> None:
    """Measure a whole migration, then kill one after the other, each of a fresh copy, and let the next one go on."""
    PROCESSES.set_forkserver_preload([migrate.__module__])
    generator = random.Random(20251010)  # noqa: S311 - repeatable, and no secret
    with tempfile.TemporaryDirectory() as name:
        source = str(Path(name, "source"))
        row_count = fill_by_day(source)
        start_s = time.perf_counter()
        start_migration(shutil.copytree(source, Path(name, "whole"))).join()
        whole_s = time.perf_counter() - start_s
        killed = lost = 0
        while killed < KILLS:
            uri = str(shutil.copytree(source, Path(name, "copy")))
            process = start_migration(uri)
            process.join(generator.uniform(0, whole_s))
            process.kill()
            process.join()
            if process.exitcode == -signal.SIGKILL:
                killed += 1
                after_kill = count_rows(uri)
                migrate(uri)
                is_whole = after_kill == count_rows(uri) == row_count and not CandleStore(uri).candles.list_outdated()
                lost += not is_whole
                print(f"  {killed}: {after_kill:,} rows after the kill", flush=True)
            elif process.exitcode:
                sys.exit(f"a migration failed with exit code {process.exitcode}")
            shutil.rmtree(uri)
    print(f"{row_count:,} rows migrated in {whole_s:.1f} s")
    print(f"{killed} migrations killed; rows missing, or not by month at the end: {lost}")


if __name__ == "__main__":
    main()
