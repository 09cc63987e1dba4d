"""Long form: `serve --follow` as a process through a simulated day, with readers, outages and restarts.

    python -m tests.torture.store.soak_serve --hours 24 --speed 60 --seed 1

The process runs by a clock that is faster than the real one, against replayed exchanges that do not answer at random
times; Bybit has only its newest hour. A reader opens pages. After a third of the time the process is ended by SIGTERM,
after two thirds by SIGKILL, and started again at once on the same port, while connections to it stay open: idle ones
and ones with half a request. At the end the coverage is compared with the candles that the replay has sent.

Prints each hour what store and process take; how long each end and each start took; the pages and those that were not
answered within 5 s; and the minutes that are missing. The exit code is 1 if a minute differs from what the replay sent,
if a page failed while the server ran, or if anything was written about an error. A simulated day takes 24 minutes, and
a machine that does little else: pages are late on one whose processors are taken.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from cli.server.serve import bind_socket
from collectors.follower import HAS_SUCCEEDED
from collectors.run_record import RunKind
from data.intervals import MINUTE
from data.store import CandleStore
from tests.collectors.replay_setup import to_ms
from tests.replay.faults import return_outage
from tests.replay.server import Replay
from tests.torture.server.served_app import ROOT, ServedApp
from tests.torture.server.slow_clients import MAX_ANSWER_S, read_pages
from tests.torture.store.fast_server import FastClock
from tests.torture.store.soak import (
    FINAL_MIN,
    HOSTS,
    START,
    SYMBOLS,
    Outage,
    build_bars_by_venue,
    draw_outages,
    limit_reach,
    list_uncovered,
    measure_disk,
)

REPLAY_TICK_S = 0.02
END_TIMEOUT_S = 60.0
RUN_LINE = re.compile(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\dZ ({'|'.join(RunKind)}): ")
START_NOTE = "no real candles yet"
HALF_REQUEST = b"GET /method HTTP/1.1\r\nHost: local"


@dataclass(slots=True)
class Exchanges:
    """The replayed exchanges by a fast clock; ``served`` are the open times that Bybit has sent."""

    clock: FastClock
    minutes: int
    outages: list[Outage]
    served: set[int] = field(default_factory=set)

    @property
    def minute(self) -> int:
        """Minutes of the clock since the start."""
        return (self.clock.now() - START) // MINUTE

    @contextmanager
    def run(self) -> Iterator[str]:
        """Their address, while they answer in a thread."""
        started: Future[str] = Future()
        ended = threading.Event()

        async def answer() -> None:
            async with Replay(build_bars_by_venue(self.minutes), now_ms=to_ms(START)) as replay:
                started.set_result(replay.url)
                while not ended.is_set():
                    self._set_time(replay)
                    await asyncio.sleep(REPLAY_TICK_S)

        thread = threading.Thread(target=lambda: asyncio.run(answer()))
        thread.start()
        try:
            yield started.result(END_TIMEOUT_S)
        finally:
            ended.set()
            thread.join()

    def _set_time(self, replay: Replay) -> None:
        replay.now_ms = to_ms(self.clock.now())
        replay.requests.clear()
        hosts = [HOSTS[outage.venue] for outage in self.outages if outage.covers(outage.venue, self.minute)]
        replay.faults[:] = [*map(return_outage, hosts), limit_reach(replay.now_ms, self.served)]


@dataclass(slots=True)
class Server:
    """The process of `serve --follow`, started and ended again and again on one port and store."""

    clock: FastClock
    folder: Path
    address: str
    port: int
    app: ServedApp | None = None

    @property
    def store(self) -> str:
        """Where its store is."""
        return str(self.folder / "lake")

    def start(self) -> float:
        """Start it, wait until it answers, and return the seconds that took.

        Raises:
            RuntimeError: it has another port, or has ended.
        """
        begun_s = time.monotonic()
        clock_words = (self.clock.begin.isoformat(), str(self.clock.real_begin_s), str(self.clock.speed))
        words = ("--store", self.store, "serve", "--follow", "--port", str(self.port))
        error_file = self.folder / "errors.txt"
        with error_file.open("a", encoding="utf-8") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "tests.torture.store.fast_server", *clock_words, *words],
                cwd=ROOT,
                env=os.environ | {"PLUMBLINE_MIRROR": self.address},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        if f":{self.port} " not in line:
            message = f"the server does not answer on its port: {line} {error_file.read_text(encoding='utf-8')[-2000:]}"
            raise RuntimeError(message)
        self.app = ServedApp(process, self.port, error_file)
        return time.monotonic() - begun_s

    def end(self, signal_number: signal.Signals) -> tuple[float, int]:
        """End it by a signal; the seconds that took, and the exit code."""
        assert self.app is not None
        begun_s = time.monotonic()
        process = self.app.process
        process.send_signal(signal_number)
        exit_code = process.wait(END_TIMEOUT_S)
        assert process.stdout is not None
        process.stdout.close()
        return time.monotonic() - begun_s, exit_code


@dataclass(slots=True)
class Reader:
    """Opens a page each second, while the server runs."""

    port: int
    seconds: list[float] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to read."""
        self.ended.clear()
        self.thread = threading.Thread(
            target=lambda: self.seconds.extend(read_pages(self.port, lambda: self.ended.wait(1)))
        )
        self.thread.start()

    def stop(self) -> None:
        """Wait for the page under way."""
        self.ended.set()
        if self.thread is not None:
            self.thread.join()


def open_connections(port: int) -> list[socket.socket]:
    """Connections that stay open: ones that were answered, and ones with half a request."""
    connections = []
    for beginning in (b"GET /method HTTP/1.1\r\nHost: localhost\r\n\r\n", HALF_REQUEST) * 5:
        connection = socket.create_connection(("127.0.0.1", port), timeout=MAX_ANSWER_S)
        connection.sendall(beginning)
        if beginning != HALF_REQUEST:
            connection.recv(4)
        connections.append(connection)
    return connections


def restart(server: Server, reader: Reader, signal_number: signal.Signals) -> None:
    """End the server while connections are open, start it at once, and print the seconds of both."""
    reader.stop()
    connections = open_connections(server.port)
    end_s, exit_code = server.end(signal_number)
    start_s = server.start()
    for connection in connections:
        with suppress(OSError):
            connection.close()
    reader.start()
    click.echo(
        f"{signal_number.name}: ended after {end_s:.1f} s with {exit_code}, answered again after {start_s:.1f} s"
    )


def print_usage(server: Server, hour: int) -> None:
    """Print what the store and the process take."""
    assert server.app is not None
    files, commits, store_mib = measure_disk(server.folder)
    usage = {
        "hour": hour,
        "files": files,
        "commits": commits,
        "store_mib": store_mib,
        "memory_mb": round(server.app.read_memory_mb()),
        "threads": server.app.count_threads(),
        "open_files": server.app.count_open_files(),
    }
    click.echo(json.dumps(usage))


def count_differences(store: CandleStore, served: set[int], venue: str) -> int:
    """Print the minutes of an exchange that are missing; how many of them differ from what it sent."""
    runs = store.runs.read_rows(10_000).filter(HAS_SUCCEEDED, kind="follow")
    last_end = runs["end"].max()
    assert isinstance(last_end, datetime)
    minutes = (last_end - START.replace(second=0)) // MINUTE
    first_ms = to_ms(START.replace(second=0))
    missing = list_uncovered(store, venue, minutes)
    compared = range(minutes - FINAL_MIN) if venue == "bybit" else ()  # the others send all that is asked for later
    expected = {minute for minute in compared if first_ms + minute * 60_000 not in served}
    click.echo(
        f"{venue}: {len(missing)} of {minutes} minutes missing, {len(expected)} expected, "
        f"other ones: {sorted(missing ^ expected)[:20]}"
    )
    return len(missing ^ expected)


def list_errors(file: Path) -> list[str]:
    """What the process wrote besides a line on each run and the notes of its start."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not RUN_LINE.match(line) and not line.startswith(START_NOTE)]


def keep_quiet(outages: list[Outage], minutes: list[int]) -> list[Outage]:
    """The outages that are over two hours before and begin two hours after the restarts, which may cost minutes too."""
    return [
        outage
        for outage in outages
        if all(outage.end_min < minute - 120 or outage.start_min > minute + 120 for minute in minutes)
    ]


def main() -> int:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    minutes = options.hours * 60
    restarts = {minutes // 3: signal.SIGTERM, 2 * minutes // 3: signal.SIGKILL}
    clock = FastClock(START, time.time(), options.speed)
    exchanges = Exchanges(clock, minutes, keep_quiet(draw_outages(minutes, options.seed), list(restarts)))
    click.echo(f"outages: {exchanges.outages}")
    with bind_socket("127.0.0.1", 21700, search=True) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as name, exchanges.run() as address:
        server, reader = Server(clock, Path(name), address, port), Reader(port)
        click.echo(f"answered after {server.start():.1f} s")
        reader.start()
        hour = 0
        try:
            while exchanges.minute < minutes:
                time.sleep(0.2)
                if exchanges.minute // 60 > hour:
                    hour = exchanges.minute // 60
                    print_usage(server, hour)
                for minute in [minute for minute in restarts if minute <= exchanges.minute]:
                    restart(server, reader, restarts.pop(minute))
        finally:
            reader.stop()
            end_s, exit_code = server.end(signal.SIGTERM)
        click.echo(f"ended after {end_s:.1f} s with {exit_code}")
        store = CandleStore(server.store)
        failures = sum(count_differences(store, exchanges.served, venue) for venue in SYMBOLS)
        runs = store.runs.read_rows(10_000).group_by("kind", "outcome").len().sort("kind", "outcome")
        click.echo(f"runs: {runs.rows()}")
        assert server.app is not None
        errors = list_errors(server.app.error_file)
    slow = sum(second > MAX_ANSWER_S for second in reader.seconds)
    click.echo(f"pages: {len(reader.seconds)} tries, {slow} failures")
    click.echo(f"minutes: {failures} differ; {len(errors)} lines about errors: {errors[:20]}")
    return int(failures > 0 or slow > 0 or bool(errors) or exit_code != 0)


if __name__ == "__main__":
    sys.exit(main())
