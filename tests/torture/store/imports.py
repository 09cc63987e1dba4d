"""Imports files of many commits while other processes read, and kills imports with -9.

``python -m tests.torture.store.imports [IMPORTS [KILLS]]``: 100 of each unless given, some 2 s each. A file has three
assets on 40 days, which are six commits of candles and one of coverage. Three readers look all the time: of each file
they must find everything or nothing. Of a killed import there may be candles that are not covered, so that no minute
counts as quiet, but no coverage without all of its candles; the same import again must end as if none had been killed.
Prints imports, reads and failures of both.
"""

import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from data.files.export import write_rows
from data.files.import_many import import_files
from data.schema import Origin
from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles, get_minute

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
ASSETS = ("ATOM", "DOGE", "XRP")
DAYS = 40
READERS = 3
WINDOW = (get_minute(0) - timedelta(days=DAYS), get_minute(60))

WHOLE = (len(ASSETS) * DAYS * 2, len(ASSETS))
"""The candles and the covered spans of a file."""


def write_file(folder: Path, number: int) -> Path:
    """A file of two minutes on each day; each file has symbols of its own."""
    rows = [
        build_candle(at=get_minute(minute) - timedelta(days=day), symbol=f"{asset}/Q{number}", origin=Origin.IMPORTED)
        for asset in ASSETS
        for day in range(DAYS)
        for minute in range(2)
    ]
    return write_rows(build_candles(*rows), folder / f"part{number}.csv")


def import_file(uri: str, path: str) -> None:
    """Import a file, all of whose minutes are covered."""
    _, refusals = import_files(CandleStore(uri), [path], now=NOW, complete=True)
    if refusals:
        raise refusals[0]


def count_by_file(store: CandleStore) -> dict[str, tuple[int, int]]:
    """Candles and covered spans of each file, by the quote of its symbols, of one moment."""
    with store.hold_versions():
        counts = [
            dict(frame.group_by(frame["symbol"].str.split("/").list.last()).len().iter_rows())
            for frame in (store.read_candles(ASSETS, *WINDOW), store.read_covered_spans(ASSETS, *WINDOW))
        ]
    return {quote: (counts[0].get(quote, 0), counts[1].get(quote, 0)) for quote in counts[0] | counts[1]}


def read_until(uri: str, end: Event, pipe: Connection) -> None:
    """Read again and again, and tell how often, and what was neither whole nor absent."""
    store, reads, faults = CandleStore(uri), 0, []
    while not end.is_set():
        faults += [f"{quote}: {found}" for quote, found in count_by_file(store).items() if found != WHOLE]
        reads += 1
    pipe.send((reads, faults))


@contextmanager
def run_readers(uri: str, results: list[tuple[int, list[str]]], count: int = READERS) -> Iterator[None]:
    """Readers in other processes; what they tell at their end is added to ``results``."""
    end = PROCESSES.Event()
    pipes: list[Connection] = []
    for _ in range(count):
        pipe, other = PROCESSES.Pipe()
        PROCESSES.Process(target=read_until, args=(uri, end, other)).start()
        pipes.append(pipe)
    try:
        yield
    finally:
        end.set()
        results += [pipe.recv() for pipe in pipes]


def kill_import(uri: str, path: Path, seconds: float | None) -> int | None:
    """Import in another process, which is killed after so many seconds (None: never); its exit code."""
    process: Any = PROCESSES.Process(target=import_file, args=(uri, str(path)))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
    process.join()
    return int(process.exitcode)


def try_kill(uri: str, path: Path, seconds: float) -> list[str]:
    """Kill an import, look at what it left, and import again; what went wrong."""
    quote = path.stem.replace("part", "Q")
    kill_import(uri, path, seconds)
    candles, spans = count_by_file(CandleStore(uri)).get(quote, (0, 0))
    faults = [f"{spans} spans of {candles} candles"] if spans and (candles, spans) != WHOLE else []
    code = kill_import(uri, path, None)
    found = count_by_file(CandleStore(uri)).get(quote)
    return faults if (code, found) == (0, WHOLE) else [*faults, f"again: exit code {code}, {found}"]


def main() -> None:
    """Import beside readers, then kill imports."""
    imports, kills = (int(sys.argv[number]) if len(sys.argv) > number else 100 for number in (1, 2))
    seed = random.SystemRandom().getrandbits(32)
    generator = random.Random(seed)  # noqa: S311 - no secret
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as name:
        folder, uri = Path(name), str(Path(name, "lake"))
        results: list[tuple[int, list[str]]] = []
        start_s = time.perf_counter()
        with run_readers(uri, results):
            for number in range(imports):
                import_file(uri, str(write_file(folder, number)))
        whole_s = (time.perf_counter() - start_s) / max(imports, 1)
        faults = [fault for _, found in results for fault in found]
        print(
            f"{imports} imports of {whole_s:.1f} s, {sum(reads for reads, _ in results)} reads, {len(faults)} failures"
        )
        for number in range(imports, imports + kills):
            found = try_kill(uri, write_file(folder, number), generator.uniform(0, 2 * max(whole_s, 1)))
            faults += [f"kill {number}: {fault}" for fault in found]
        print(f"{kills} kills, {len(faults)} failures in all")
        for fault in faults[:50]:
            print(f"  {fault}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
