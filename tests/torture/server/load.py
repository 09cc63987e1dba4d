"""Readers who open pages, change views and fetch files, with 2 s between an answer and the next request.

    python -m tests.torture.server.load [--clients 200] [--seconds 300] [--think 2]

The server is new: nothing is in its memory. Readers choose among ten pages, six files and three pictures and all
changes of a view, of seven assets without one of four exchanges, some 600 different requests; a reader in ten opens the
data page, which is never answered from memory.

Prints the requests by kind with the median and the 95th percentile of their seconds, the same of the first half
minute, in which most answers are made, and as failures those that were not answered with 200 within 60 s; a picture
may also be refused with 503 and a Retry-After header, which is counted apart. Server and clients share the processors
of the machine.
"""

import argparse
import http.client
import json
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

import click

from tests.torture.server.endpoint_bodies import build_bodies
from tests.torture.server.served_app import ServedApp, serve_sample

TIMEOUT_S = 60.0
"""Seconds after which a reader gives up."""

SAMPLE_INTERVAL_S = 1.0

FIRST_S = 30.0
"""The seconds of the beginning, whose requests are counted apart as well."""

ASSETS = ("ATOM", "DOGE", "XRP", "WBETH", "BNSOL", "SOL", "ETH")
VENUES = ("okx", "kraken", "bybit", "coinbase")
PAGES = ("/", "/explorer", "/explorer", "/explorer", "/lows", "/compare", "/events", "/method", "/data", "/claims")
FILES = ("comparison.csv", "lows.csv", "matrix.csv", "thresholds.csv", "gaps.csv", "matrix.parquet")
PICTURES = ("comparison.png", "matrix.png", "thresholds.svg")

VIEW_TRIGGERS = frozenset({"place.data", "asset.value", "focus.value", "zone.value", "out.value", "enter.value"})

KINDS = ("page", "view", "file", "picture")
WEIGHTS = (40, 40, 17, 3)
"""What of a hundred requests is of each kind."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a kind; one with a body is a POST."""

    kind: str
    path: str
    body: str | None = None


@dataclass(slots=True)
class Results:
    """What came of all requests; written by many threads.

    Attributes:
        seconds: of each request that was answered, by kind.
        first_seconds: of those of them that ended within `FIRST_S`.
        different: the requests without repetitions.
        failures: what others ended with.
        refusals: pictures that were refused for now.
    """

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    first_seconds: list[float] = field(default_factory=list)
    different: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)
    refusals: int = 0
    started_s: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, request: Request, outcome: str, taken_s: float) -> None:
        """Count a request."""
        with self.lock:
            self.different.add(f"{request.path} {request.body}")
            if outcome == "busy" and request.kind == "picture":
                self.refusals += 1
            elif outcome:
                self.failures[f"{outcome} {request.path.partition('?')[0]}"] += 1
            else:
                self.seconds[request.kind].append(taken_s)
                if time.monotonic() - self.started_s < FIRST_S:
                    self.first_seconds.append(taken_s)


class Reader:
    """One reader, with a new connection for each request."""

    def __init__(self, port: int, bodies: list[dict[str, Any]], seed: int) -> None:
        self._port = port
        self._bodies = bodies
        self._random = Random(seed)  # noqa: S311 - repeatable

    def read(self, results: Results, ended: threading.Event, think_s: float) -> None:
        """Request one thing after the other until the end."""
        ended.wait(self._random.uniform(0, think_s))
        while not ended.is_set():
            request = self.choose()
            started_s = time.monotonic()
            outcome = self._send(request)
            results.add(request, outcome, time.monotonic() - started_s)
            ended.wait(think_s)

    def choose(self) -> Request:
        """The next request."""
        kind = self._random.choices(KINDS, WEIGHTS)[0]
        query = {"asset": self._random.choice(ASSETS), "window": "crash", "out": self._random.choice(VENUES)}
        search = f"?{urlencode(query)}"
        if kind == "view":
            body = json.dumps(self._random.choice(self._bodies))
            body = body.replace('"?window=crash"', json.dumps(search)).replace('{"window": "crash"}', json.dumps(query))
            return Request(kind, "/_dash-update-component", body)
        name = self._random.choice({"page": PAGES, "file": FILES, "picture": PICTURES}[kind])
        return Request(kind, f"{name if kind == 'page' else f'/export/{name}'}{search}")

    def _send(self, request: Request) -> str:
        """Why there is no answer; "" if there is, "busy" if it is to come later."""
        headers = {"Accept-Encoding": "gzip"} | ({"Content-Type": "application/json"} if request.body else {})
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            connection.request("POST" if request.body else "GET", request.path, request.body, headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()
        if response.status == http.client.SERVICE_UNAVAILABLE and response.getheader("Retry-After"):
            return "busy"
        return "" if response.status in {http.client.OK, http.client.NO_CONTENT} else str(response.status)


def list_views(port: int) -> list[dict[str, Any]]:
    """Bodies of callbacks that open or change a view, of a server."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    connection.request("GET", "/_dash-dependencies")
    bodies = build_bodies(json.loads(connection.getresponse().read()))
    connection.close()
    return select_views(bodies)


def select_views(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that open or change a view."""
    return [body for body in bodies if VIEW_TRIGGERS.issuperset(body["changedPropIds"])]


def put_load(app: ServedApp, clients: int, duration_s: float, think_s: float) -> tuple[Results, float]:
    """The results of so many readers, and the most megabytes of memory that the server took."""
    bodies, results, ended = list_views(app.port), Results(), threading.Event()
    readers = [
        threading.Thread(target=Reader(app.port, bodies, seed).read, args=(results, ended, think_s))
        for seed in range(clients)
    ]
    for reader in readers:
        reader.start()
    most_memory_mb, end_s = 0.0, time.monotonic() + duration_s
    while time.monotonic() < end_s:
        time.sleep(SAMPLE_INTERVAL_S)
        most_memory_mb = max(most_memory_mb, app.read_memory_mb())
    ended.set()
    for reader in readers:
        reader.join()
    return results, most_memory_mb


def print_seconds(name: str, seconds: list[float]) -> None:
    """Print the number of requests, and the seconds that they took."""
    if len(seconds) > 1:
        percentiles = statistics.quantiles(seconds, n=100)
        click.echo(
            f"{name}: {len(seconds)}, p50 {percentiles[49]:.2f} s, p95 {percentiles[94]:.2f} s, "
            f"slowest {max(seconds):.2f} s"
        )


def main() -> int:
    """Run the long form, and print what came of it; 1 if a request failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--think", type=float, default=2)
    options = parser.parse_args()
    with serve_sample() as app:
        results, most_memory_mb = put_load(app, options.clients, options.seconds, options.think)
        cpu_s, threads, files, tracebacks = (
            app.read_cpu_s(),
            app.count_threads(),
            app.count_open_files(),
            app.count_tracebacks(),
        )
    for kind in KINDS:
        print_seconds(kind, results.seconds[kind])
    print_seconds("all", [taken_s for seconds in results.seconds.values() for taken_s in seconds])
    print_seconds(f"all of the first {FIRST_S:.0f} s", results.first_seconds)
    failures = sum(results.failures.values())
    tries = sum(map(len, results.seconds.values())) + failures + results.refusals
    click.echo(f"{tries} tries, {failures} failures, {results.refusals} pictures refused for now")
    click.echo(f"{len(results.different)} different requests, {tries / options.seconds:.0f} a second")
    for reason, count in results.failures.most_common():
        click.echo(f"  {count} x {reason}")
    click.echo(f"{cpu_s:.0f} s of processor time of the server, {1000 * cpu_s / tries:.0f} ms for each request")
    click.echo(f"memory {most_memory_mb:.0f} MB, {threads} threads, {files} open files, {tracebacks} tracebacks")
    return int(failures > 0 or tracebacks > 0)


if __name__ == "__main__":
    sys.exit(main())
