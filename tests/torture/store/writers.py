"""Lets two writers and ten readers use one store at once, each in a process of its own.

``python -m tests.torture.store.writers [SECONDS]``: 600 unless given. Both writers add a minute of one asset at a time
to the same month, so that they conflict; readers read all of it again and again. A reader must never find fewer
minutes than before, nor a gap between them; in the end every write that was acknowledged is read. Prints writes,
reads, conflicts, the longest write, and errors.
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from data.errors import PlumblineError
from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles, build_coverage, get_minute
from tests.torture.store.conflicts import count_conflicts

WRITERS = ("binance", "okx")
READERS = 10
PAUSE_S = 0.2
"""Between two reads of a reader."""

MAX_MINUTES = 8 * 60
"""After so many minutes a writer begins another symbol."""

PROCESSES = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Uses:
    """What a process did: how often, the longest time in seconds, conflicts, and what went wrong."""

    count: int
    longest_s: float
    conflicts: int
    faults: tuple[str, ...]


def write_minutes(uri: str, venue: str, goes_on: Callable[[], bool]) -> Uses:
    """Add candles, and then their coverage, minute after minute."""
    store, count, longest_s = CandleStore(uri), 0, 0.0
    with count_conflicts() as conflicts:
        while goes_on():
            minute, symbol = count % MAX_MINUTES, f"ATOM/Q{count // MAX_MINUTES}"
            start_s = time.perf_counter()
            try:
                candles = build_candles(build_candle(minute, venue=venue, symbol=symbol))
                store.write_candles(candles, source="api.example", fetched_at=NOW)
                store.coverage.write(build_coverage(minute, minute + 1, venue=venue, symbol=symbol))
            except PlumblineError as error:
                return Uses(count, longest_s, conflicts.count, (str(error),))
            longest_s = max(longest_s, time.perf_counter() - start_s)
            count += 1
    return Uses(count, longest_s, conflicts.count, ())


def read_minutes(uri: str, goes_on: Callable[[], bool]) -> Uses:
    """Read all candles, and compare them with those of the read before."""
    store, count, longest_s, known = CandleStore(uri), 0, 0.0, 0
    while goes_on():
        start_s = time.perf_counter()
        try:
            rows = store.read_candles(["ATOM"], get_minute(0), get_minute(MAX_MINUTES))
        except PlumblineError as error:
            return Uses(count, longest_s, 0, (str(error),))
        longest_s = max(longest_s, time.perf_counter() - start_s)
        count += 1
        if rows.height < known:
            return Uses(count, longest_s, 0, (f"{rows.height} rows after {known}",))
        for (venue, symbol), market in rows.group_by("venue", "symbol"):
            if market["open_time"].max() != get_minute(market.height - 1):
                return Uses(count, longest_s, 0, (f"a gap in {venue} {symbol}",))
        known = rows.height
    return Uses(count, longest_s, 0, ())


def count_read_rows(uri: str) -> tuple[int, int]:
    """The candles of a store, and the minutes of its coverage."""
    store = CandleStore(uri)
    window = get_minute(0), get_minute(MAX_MINUTES)
    spans = store.read_covered_spans(["ATOM"], *window)
    minutes = (spans["end"] - spans["start"]).dt.total_minutes().sum()
    return store.read_candles(["ATOM"], *window).height, int(minutes)


def _use_and_report(
    use: Callable[[Callable[[], bool]], Uses], seconds: float, pause_s: float, pipe: Connection
) -> None:
    pipe.send(None)  # everything is imported
    pipe.recv()
    end_s = time.perf_counter() + seconds

    def goes_on() -> bool:
        time.sleep(pause_s)
        return time.perf_counter() < end_s

    pipe.send(use(goes_on))


def run_all(uri: str, seconds: float) -> tuple[list[Uses], list[Uses]]:
    """What writers and readers did in so many seconds."""
    uses = [(partial(write_minutes, uri, venue), 0.0) for venue in WRITERS]
    uses_of_readers = [(partial(read_minutes, uri), PAUSE_S)] * READERS
    pipes = []
    for use, pause_s in (*uses, *uses_of_readers):
        pipe, other = PROCESSES.Pipe()
        PROCESSES.Process(target=_use_and_report, args=(use, seconds, pause_s, other)).start()
        pipes.append(pipe)
    for pipe in pipes:
        pipe.recv()
    for pipe in pipes:
        pipe.send(None)
    done: list[Uses] = [pipe.recv() for pipe in pipes]
    return done[: len(WRITERS)], done[len(WRITERS) :]


def main() -> None:
    """Run all, and count what was read in the end."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    PROCESSES.set_forkserver_preload([CandleStore.__module__])
    with tempfile.TemporaryDirectory() as folder:
        uri = str(Path(folder, "lake"))
        writers, readers = run_all(uri, seconds)
        counts = count_read_rows(uri)
    writes = sum(uses.count for uses in writers)
    faults = [fault for uses in (*writers, *readers) for fault in uses.faults]
    if counts != (writes, writes):
        faults.append(f"{writes} minutes were acknowledged; read were {counts[0]} candles, {counts[1]} covered minutes")
    print(f"writes {writes}, the longest {max(uses.longest_s for uses in writers):.1f} s")
    print(f"conflicts {sum(uses.conflicts for uses in writers)}")
    print(f"reads {sum(uses.count for uses in readers)}, the longest {max(uses.longest_s for uses in readers):.1f} s")
    print(f"errors {len(faults)}")
    for fault in faults:
        print(f"  {fault}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
