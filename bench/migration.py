"""Kills a migration of a store 20 times at random moments, and checks after each that every row is read.

``python -m bench.migration``: one asset on twelve venues over 150 days by day, in a temporary store. Each process is
killed with -9 after a random share of the time that a whole migration takes; at the end one runs through.
"""

import multiprocessing
import random
import shutil
import tempfile
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from bench.candles import ASSETS, fill_store
from bench.store import open_store
from data.delta.layout import Layout
from data.schema import Timeframe
from data.store import CandleStore

KILLS = 20
DAYS = 150
PROCESSES = multiprocessing.get_context("forkserver")


def migrate(uri: str) -> None:
    """Migrate the table of minutes, if that is left to do."""
    store = CandleStore(uri)
    if store.candles.list_outdated():
        store.migrate(Timeframe.M1, lambda *_: None)


def start_migration(uri: str) -> BaseProcess:
    """A migration in a process of its own."""
    process = PROCESSES.Process(target=migrate, args=(uri,))
    process.start()
    return process


def count_rows(uri: str) -> int:
    """The rows that a reader gets who opens the store now."""
    table = CandleStore(uri).candles.tables[Timeframe.M1]
    return table.read(lambda rows: rows.select("venue")).height


def main() -> None:
    """Migrate a copy of a store for its duration, then kill migrations of the store itself."""
    PROCESSES.set_forkserver_preload([migrate.__module__])
    generator = random.Random(20251010)  # noqa: S311 - repeatable, and no secret
    with tempfile.TemporaryDirectory() as name:
        uri, copy = (str(Path(name, folder)) for folder in ("lake", "copy"))
        row_count = fill_store(open_store(uri, Layout.DAY), ASSETS[:1], DAYS)
        shutil.copytree(uri, copy)
        start_s = time.perf_counter()
        start_migration(copy).join()
        whole_s = time.perf_counter() - start_s
        killed = lost = 0
        for _ in range(KILLS):
            process = start_migration(uri)
            process.join(generator.uniform(0, whole_s))
            process.kill()
            process.join()
            killed += process.exitcode != 0
            lost += count_rows(uri) != row_count
        migrate(uri)
        lost += count_rows(uri) != row_count
    print(f"{row_count:,} rows migrated in {whole_s:.1f} s")
    print(f"{killed} of {KILLS} runs killed, rows missing after {lost} of them")


if __name__ == "__main__":
    main()
