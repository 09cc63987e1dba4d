"""Benchmark of a scan of the whole market: one process, threads, processes, and dask on this machine.

``python -m bench.scan``: 400 assets on eight venues over 24 hours (4.6 million rows) in a temporary store; medians of
runs in turn, each in a process of its own. ``--growth`` adds memory at 100, 400 and 1,600 assets, ``--storage`` the
same store on a local S3 server. Each engine has to find the same rows, else the benchmark fails.

Wall times need idle processors. The ratio of processor times holds on a busy machine, too: two workers on two idle
processors can be at most twice as fast, less what they spend more.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import polars as pl

from analysis.engine.run import Engine, EngineKind, count_processors
from analysis.scan.measure import scan_market
from analysis.scan.request import ScanRequest
from bench.candles import START
from data.catalogue import load_catalogue
from data.identity.market_universe import ScanAsset, ScanMarket
from data.schema import CANDLE, CANDLE_DEFAULTS
from data.store import CandleStore

VENUES = ("binance", "bitget", "bybit", "gate", "htx", "kucoin", "mexc", "okx")
ASSETS = 400
GROWTH = (100, 400, 1600)
MINUTES = 1440
BATCH = 20
"""Assets that are written together."""


def fill_store(store: CandleStore, asset_count: int) -> None:
    """Write a day of candles of each asset on each venue."""
    for first in range(0, asset_count, BATCH):
        numbers = range(first, min(first + BATCH, asset_count))
        rows = pl.concat(build_candles(number, venue) for number in numbers for venue in VENUES)
        store.write_candles(rows, source="bench", fetched_at=START + timedelta(days=2))


def build_candles(number: int, venue: str) -> pl.DataFrame:
    """A day of one market: a random walk that all venues of the asset share, and an excursion of its own."""
    shared = np.random.default_rng(number).normal(0, 1e-3, MINUTES).cumsum()
    own = np.random.default_rng((number, VENUES.index(venue)))
    excursion = np.zeros(MINUTES)
    first_minute = own.integers(0, MINUTES)
    excursion[first_minute : first_minute + own.integers(1, 60)] = own.uniform(-0.2, 0.05)
    close = np.round(100 * np.exp(shared + excursion + own.normal(0, 3e-4, MINUTES)), 3)
    values = {
        "open_time": pl.datetime_range(
            START, START + timedelta(minutes=MINUTES - 1), "1m", time_unit="ms", time_zone="UTC", eager=True
        ),
        "open": close,
        "high": np.round(close * 1.001, 3),
        "low": np.round(close * 0.999, 3),
        "close": close,
        "volume": np.round(own.uniform(0.5, 1000, MINUTES), 2),
    }
    labels = {"venue": venue, "symbol": f"{name_asset(number)}/USDT", **CANDLE_DEFAULTS}
    return (
        pl.DataFrame(values).with_columns(pl.lit(value).alias(name) for name, value in labels.items()).select(*CANDLE)
    )


def name_asset(number: int) -> str:
    """The ticker of an asset."""
    return f"COIN{number:04}"


def scan_alone(uri: str, kind: str, asset_count: int) -> None:
    """Scan once and print wall and processor time in seconds, peak memory in MB and a digest of the rows, as JSON.

    Memory is that of this process and, for each worker, of the largest one (Linux).
    """
    assets = tuple(
        ScanAsset(name, tuple(ScanMarket(venue, f"{name}/USDT", 1.0) for venue in VENUES))
        for name in map(name_asset, range(asset_count))
    )
    request = ScanRequest(
        scan_id="bench",
        made_at=START,
        assets=assets,
        start=START,
        end=START + timedelta(days=1),
        focus="binance",
        placebo_days=(),
    )
    store, catalogue, engine = CandleStore(uri), load_catalogue(), Engine(kind=EngineKind(kind))
    start_s = time.perf_counter()
    scan = scan_market(store, catalogue, request, engine)
    wall_s = time.perf_counter() - start_s
    worker_count = 0 if engine.kind in {EngineKind.SERIAL, EngineKind.THREADS} else engine.worker_count
    # Not getrusage for this process: its peak includes that of the process from which it was started.
    own_mb = int(Path("/proc/self/status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0]) // 1024
    worker_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    numbers = {
        "wall": wall_s,
        "cpu": sum(os.times()[:4]),
        "mb": own_mb + worker_count * worker_mb,
        "rows": scan.rows.height,
        "digest": sha256(scan.rows.write_json().encode()).hexdigest(),
    }
    print(json.dumps(numbers))


def measure_scan(uri: str, kind: EngineKind, asset_count: int) -> dict[str, float]:
    """The numbers of one scan in a process of its own."""
    command = [sys.executable, "-m", "bench.scan", "--alone", uri, kind, str(asset_count)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very program
    numbers: dict[str, float] = json.loads(result.stdout)
    return numbers


def compare_engines(uri: str, asset_count: int, runs: int, label: str) -> None:
    """Time every engine in turn, check that the rows are the same, and print ratios."""
    measured: dict[EngineKind, list[dict[str, float]]] = {kind: [] for kind in EngineKind}
    for _ in range(runs):
        for kind, numbers in measured.items():
            numbers.append(measure_scan(uri, kind, asset_count))
    digests = {numbers["digest"] for runs_of_kind in measured.values() for numbers in runs_of_kind}
    if len(digests) != 1:
        sys.exit("the engines found different rows")
    row_count = asset_count * len(VENUES) * MINUTES
    serial = measured[EngineKind.SERIAL]
    serial_cpu_s = statistics.median(numbers["cpu"] for numbers in serial)
    print(f"{label}: {asset_count} assets x {len(VENUES)} venues x 24 h, {row_count:,} rows")
    print(f"  one process: {serial_cpu_s:.1f} s of CPU, {1e6 * serial_cpu_s / row_count:.2f} s a million rows")
    for kind, numbers in measured.items():
        speed_up = statistics.median(a["wall"] / b["wall"] for a, b in zip(serial, numbers, strict=True))
        cpu_ratio = statistics.median(b["cpu"] / a["cpu"] for a, b in zip(serial, numbers, strict=True))
        peak_mb = max(run["mb"] for run in numbers)
        print(f"  {kind}: {speed_up:.2f} times as fast, {cpu_ratio:.2f} times the CPU, {peak_mb:.0f} MB")


@contextmanager
def upload_store(folder: Path) -> Iterator[str]:
    """A local S3 server in a process of its own that holds the files of a store: its URI."""
    command = [sys.executable, "-m", "tests.object_storage"]
    with subprocess.Popen(  # noqa: S603 - a program of this repository
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        if server.stdout is None:
            sys.exit("the server has no output")
        address = server.stdout.readline().strip()
        os.environ.update(
            AWS_ENDPOINT_URL=address,
            AWS_ALLOW_HTTP="true",
            AWS_ACCESS_KEY_ID="bench",
            AWS_SECRET_ACCESS_KEY="bench",  # noqa: S106 - of a server on this machine
            AWS_REGION="us-east-1",
        )
        _put(f"{address}/bench", None)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            _put(f"{address}/bench/lake/{path.relative_to(folder).as_posix()}", path.read_bytes())
        try:
            yield "s3://bench/lake"
        finally:
            server.terminate()


def _put(url: str, content: bytes | None) -> None:
    # Else urllib says that the content is a form, which the server would parse.
    headers = {} if content is None else {"Content-Type": "application/octet-stream"}
    with urlopen(Request(url, data=content, headers=headers, method="PUT")):  # noqa: S310 - an address of this machine
        pass


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, default=ASSETS, help="assets of the comparison")
    parser.add_argument("--runs", type=int, default=3, help="runs of each engine")
    parser.add_argument("--growth", action="store_true", help="memory at 100, 400 and 1,600 assets as well")
    parser.add_argument("--storage", action="store_true", help="on a local S3 server as well")
    parser.add_argument("--alone", nargs=3, metavar=("URI", "ENGINE", "ASSETS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        uri, kind, asset_count = arguments.alone
        scan_alone(uri, kind, int(asset_count))
        return
    print(f"{count_processors()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        fill_store(CandleStore(folder), max(arguments.assets, *(GROWTH if arguments.growth else (0,))))
        compare_engines(folder, arguments.assets, arguments.runs, "folder")
        if arguments.growth:
            for asset_count in GROWTH:
                peaks = {kind: measure_scan(folder, kind, asset_count)["mb"] for kind in EngineKind}
                print(f"  {asset_count} assets: " + ", ".join(f"{kind} {mb:.0f} MB" for kind, mb in peaks.items()))
        if arguments.storage:
            with upload_store(Path(folder)) as uri:
                compare_engines(uri, arguments.assets, arguments.runs, "object storage")


if __name__ == "__main__":
    main()
