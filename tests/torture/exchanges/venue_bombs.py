"""Long form: answers that are made to exhaust memory, disk or patience, at full size, each in a process of its own.

    python -m tests.torture.exchanges.venue_bombs
    python -m tests.torture.exchanges.venue_bombs --only "gzip of 5.5 GB"

A collection of two exchanges gets each bomb from one of them: packed pages and lists, bodies and files without end,
redirects to other servers. Prints a line of JSON for each: outcome, seconds of the processor, the growth of memory, the
most bytes of temporary files, and how many of them were left. The exit code is 1 if the other exchange is not complete,
if a file is left, or if memory grew by more than 500 MiB. It takes some two minutes and a gigabyte of disk.
"""

import argparse
import asyncio
import json
import logging
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import stamina

from collectors import store_writer
from collectors.collect import collect_candles
from collectors.http.access import Access
from collectors.venues.row import Route
from tests.collectors.all_venues import build_full_run
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import END, FAST_VENUES, NOW, REQUEST, START
from tests.replay.bombs import redirect, send_bomb, send_endlessly
from tests.replay.faults import Fault

MAX_GROWTH_MIB = 500
MAX_MEMORY_BYTES = 6_000_000_000

BOMBS: dict[str, tuple[str, Route, Callable[[], Fault]]] = {
    "gzip of 5.5 GB": ("binance", Route.OHLCV, lambda: send_bomb("/klines", 5500)),
    "deflate of 5.5 GB": ("binance", Route.OHLCV, lambda: send_bomb("/klines", 5500, "deflate")),
    "page without end": ("binance", Route.OHLCV, lambda: send_endlessly("/klines")),
    "list of 5.5 GB": ("binance", Route.OHLCV, lambda: send_bomb("/exchangeInfo", 5500)),
    "list without end": ("binance", Route.OHLCV, lambda: send_endlessly("/exchangeInfo")),
    "redirect elsewhere": ("binance", Route.OHLCV, lambda: redirect("/klines", "http://127.0.0.1:9/x")),
    "file of candles without end": ("binance", Route.ARCHIVE, lambda: send_endlessly(".zip")),
    "file of trades without end": ("bybit", Route.ARCHIVE, lambda: send_endlessly(".csv.gz")),
    "checksum without end": ("binance", Route.ARCHIVE, lambda: send_endlessly(".CHECKSUM")),
}
"""What is sent, by which exchange and route."""


class DiskWatch:
    """Watches the size of a folder until it is stopped; ``most`` is the largest that was seen."""

    def __init__(self, folder: Path) -> None:
        self.most = 0
        self._folder = folder
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(0.01):
            sizes = [path.stat().st_size for path in self._folder.rglob("*") if path.is_file()]
            self.most = max(self.most, sum(sizes))


async def collect_bomb(name: str) -> dict[str, object]:
    """The outcomes of both exchanges."""
    venue, route, build_fault = BOMBS[name]
    run = build_full_run(MemorySink(), venue, "okx")
    table = [
        replace(row, routes=(route if row.key == venue else Route.OHLCV,))
        for row in FAST_VENUES
        if row.key in {venue, "okx"}
    ]
    async with run.start_replay(build_fault()) as replay:
        summary = await collect_candles(
            run.store,
            replace(REQUEST, venues=(venue, "okx")),
            venues=table,
            access=Access(replay.url),
            now=lambda: NOW,
        )
    failed = [result for result in summary.failed if result.venue == venue]
    is_other_complete = run.read_coverage("okx", "ATOM/USDT") == [("complete", START, END)]
    return {"outcome": failed[0].outcome, "message": failed[0].message, "other_complete": is_other_complete}


def run_bomb(name: str) -> dict[str, object]:
    """What one bomb does, in this process."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    logging.disable(logging.CRITICAL)
    stamina.set_testing(True, attempts=3, cap=True)
    store_writer.MAX_WAIT_S = 0.0
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        watch = DiskWatch(Path(folder))
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        outcome = asyncio.run(collect_bomb(name))
        seconds = time.process_time() - start
        growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        watch.stop()
        left = len(list(Path(folder).iterdir()))
    measured = {"seconds": round(seconds, 1), "memory_growth_mib": growth >> 10, "disk_mib": watch.most >> 20}
    return {"bomb": name, **outcome, **measured, "files_left": left}


def is_harmless(result: dict[str, object]) -> bool:
    """Whether the bomb of a result did no harm."""
    growth = result["memory_growth_mib"]
    return bool(result["other_complete"]) and not result["files_left"] and int(str(growth)) <= MAX_GROWTH_MIB


def main() -> int:
    """Run all bombs, or one of them in this process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=list(BOMBS))
    only: str | None = parser.parse_args().only
    if only is not None:
        result = run_bomb(only)
        click.echo(json.dumps(result))
        return int(not is_harmless(result))
    command = [sys.executable, "-m", "tests.torture.exchanges.venue_bombs", "--only"]
    codes = [subprocess.run([*command, name], check=False).returncode for name in BOMBS]  # noqa: S603 - our own command
    click.echo(json.dumps({"tries": len(codes), "failures": sum(map(bool, codes))}))
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
