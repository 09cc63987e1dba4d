"""Benchmark of the import of large files: processor time over a bare read and write, and the peak of memory.

``python -m bench.import_large``: two million candles of forty markets, then three million trades of one, each imported
into an empty store by a process of its own. ``--trades-only`` and ``--candles-only`` leave one out.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from bench.candles import ASSETS, START
from data.files.import_many import import_files
from data.files.trade_bars import build_trade_bars
from data.store import CandleStore

VENUES = tuple(f"venue{number}" for number in range(8))
CANDLES = 2_000_000
TRADES = 3_000_000
TRADE_DAYS = 30
BATCH_ROWS = 100_000

LIMIT_S = 15.0
"""The wall time that an import of `CANDLES` may take on an idle machine."""

WORKS = ("candles", "bare", "trades", "bars")
"""What a process of its own does: imports the candles, reads and writes them without a store, imports the trades, or
builds the bars of as many trades that it gets in batches."""


def write_candle_csv(path: Path, markets: list[tuple[str, str]], minutes: int) -> None:
    """Write a CSV with so many minutes of candles of each venue and symbol, one market after the other."""
    times = pl.datetime_range(START, START + timedelta(minutes=minutes - 1), "1m", eager=True)
    close = 4 + (times.dt.epoch("s") // 60 * 7919 % 1000) / 10_000
    prices = {"open": close, "high": close + 0.01, "low": close - 0.01, "close": close}
    rows = pl.DataFrame({"open_time": times, **prices}).with_columns(pl.lit(4936.648).alias("volume"))
    frames = [
        rows.select(pl.lit(venue).alias("venue"), pl.lit(symbol).alias("symbol"), pl.all()) for venue, symbol in markets
    ]
    pl.concat(frames).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ", float_precision=4)


def build_trades() -> Iterator[pl.DataFrame]:
    """Batches of trades over a month, each of any time in it, so that they are in no order."""
    rng = np.random.default_rng(1)
    start_us, length_us = int(START.timestamp() * 1e6), TRADE_DAYS * 86_400 * 10**6
    for first in range(0, TRADES, BATCH_ROWS):
        times = pl.Series(start_us + rng.integers(0, length_us, BATCH_ROWS)).cast(pl.Datetime("us", "UTC"))
        prices = pl.Series(np.round(4 + rng.normal(0, 0.1, BATCH_ROWS), 4)).cast(pl.String)
        amounts = pl.Series(np.round(rng.exponential(10, BATCH_ROWS) + 0.01, 2)).cast(pl.String)
        ids = pl.int_range(first, first + BATCH_ROWS, eager=True)
        yield pl.DataFrame({"time": times, "id": ids, "price": prices, "amount": amounts})


def write_trade_csv(path: Path) -> None:
    """Write the trades with the columns of a file of trades."""
    with path.open("wb") as file:
        for number, batch in enumerate(build_trades()):
            stamps = batch.with_columns(pl.col("time").dt.epoch("us")).rename({"time": "timestamp"})
            stamps.write_csv(file, include_header=number == 0)


def run_work(work: str, path: Path, folder: Path) -> None:
    """Do one of `WORKS` and print the wall time, the processor time and the peak of memory of this process."""
    works: dict[str, Callable[[], object]] = {
        "candles": lambda: _import(path, folder),
        "bare": lambda: pl.read_csv(path, try_parse_dates=True).write_parquet(folder / "bare.parquet"),
        "trades": lambda: _import(path, folder, venue="kraken", symbol="ATOM/USD"),
        "bars": lambda: build_trade_bars(build_trades()),
    }
    before, start_s = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    works[work]()
    wall_s, after = time.perf_counter() - start_s, resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    numbers = {"wall_s": wall_s, "cpu_s": cpu_s, "before_mb": before.ru_maxrss / 1e3, "peak_mb": after.ru_maxrss / 1e3}
    print(json.dumps(numbers))


def _import(path: Path, folder: Path, venue: str | None = None, symbol: str | None = None) -> None:
    store = CandleStore(str(folder / "lake"))
    stored, refusals = import_files(store, [path], now=datetime.now(UTC), venue=venue, symbol=symbol, new_venues=VENUES)
    if refusals or not stored:
        raise refusals[0]


def measure_work(work: str, path: Path) -> dict[str, float]:
    """The numbers of `run_work` in a process and folder of its own."""
    with TemporaryDirectory(prefix="plumbline-bench-") as folder:
        words = [sys.executable, "-m", "bench.import_large", "--work", work, "--file", str(path), "--folder", folder]
        result = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this program
    numbers: dict[str, float] = json.loads(result.stdout)
    return numbers


def measure_candles(folder: Path) -> None:
    """Print what an import of candles takes."""
    path = folder / "candles.csv"
    markets = [(venue, f"{asset}/USDT") for venue in VENUES for asset in ASSETS]
    write_candle_csv(path, markets, CANDLES // len(markets))
    bare, own = measure_work("bare", path), measure_work("candles", path)
    print(f"{CANDLES:,} candles of {len(markets)} markets, a CSV of {path.stat().st_size / 1e6:.0f} MB")
    print(f"  processor time {own['cpu_s']:.1f} s: {own['cpu_s'] / bare['cpu_s']:.1f} times a bare read and write")
    print(f"  wall time {own['wall_s']:.1f} s (limit on an idle machine: {LIMIT_S:.0f} s)")
    print(f"  memory at its peak {own['peak_mb']:.0f} MB")


def measure_trades(folder: Path) -> None:
    """Print what an import of trades takes, and what the bars alone take."""
    path = folder / "trades.csv"
    write_trade_csv(path)
    bars, own = measure_work("bars", path), measure_work("trades", path)
    print(f"{TRADES:,} trades in no order, a CSV of {path.stat().st_size / 1e6:.0f} MB")
    for label, numbers in (("bars from batches", bars), ("the whole import", own)):
        grown_mb = numbers["peak_mb"] - numbers["before_mb"]
        print(
            f"  {label}: processor time {numbers['cpu_s']:.1f} s, memory at its peak {numbers['peak_mb']:.0f} MB, "
            f"{grown_mb:.0f} MB more than before"
        )


def main() -> None:
    """Run the benchmarks that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candles-only", action="store_true")
    parser.add_argument("--trades-only", action="store_true")
    parser.add_argument("--work", choices=WORKS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        run_work(arguments.work, arguments.file, arguments.folder)
        return
    with TemporaryDirectory(prefix="plumbline-bench-") as folder:
        if not arguments.trades_only:
            measure_candles(Path(folder))
        if not arguments.candles_only:
            measure_trades(Path(folder))


if __name__ == "__main__":
    main()
