"""Runs every command that writes on a disk that is full, or that fills up while it runs.

``python -m tests.torture.store.disk_full FOLDER``: an empty folder on a small disk of its own, such as one of
``mount -t tmpfs -o size=32m tmpfs FOLDER``. Each command runs with no room at all, then with more and more, until it
ends well; some five minutes. Then there is room, and it runs again. A command that has no room must say "disk full"
with the path and what to do, and leave no part of a file; the store must be as good as it was. Prints tries and
failures of each command.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl

from data.store import CandleStore
from tests.cli.program import run_main, run_replay, write_csv
from tests.cli.test_verify import WINDOW, list_lines
from tests.collectors.replay_setup import build_four_venues
from tests.collectors.universe.small_market import SCAN_VENUES, build_sites, build_venues
from tests.data.frames import build_candle, build_fetched, get_minute
from tests.data.old_store import create_old_store
from tests.torture.store.command_process import Ended, run_command

FREE_KB = (0, 4, 16, 64, 256, 1024, 4096, 8192, 8256, 8448, 8704, 9216, 12288)
"""Room for a command, until it ends well."""

COLLECT = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z", "--venues", "binance,coinbaseexchange")
SCAN = ("--start", "2025-10-10T20:00Z", "--end", "2025-10-10T22:00Z", "--engine", "serial", "--yes")
ASSETS = ("ATOM", "DOGE", "WBETH")


@dataclass(frozen=True, slots=True)
class WritingCommand:
    """A command that writes.

    Attributes:
        name: what it is called in the table.
        words: with ``{place}`` for the folder on the small disk, ``{files}`` for that of its input.
        store: the name of the store that it starts with.
        exit_code: where it ends well.
        drops_rows: whether it may take rows out of the store.
    """

    name: str
    words: tuple[str, ...]
    store: str = "whole"
    exit_code: int = 0
    drops_rows: bool = False


def list_commands(replay_url: str, market_url: str) -> list[WritingCommand]:
    """All commands that write, with the addresses of two replays."""
    measured = (*WINDOW, "--asset", "ATOM")
    return [
        WritingCommand("import", ("import", "--complete", "{files}/more.csv")),
        WritingCommand(
            "import of trades",
            ("import", "--venue", "okx", "--symbol", "ATOM/USDT", "{files}/trades.csv"),
        ),
        WritingCommand("import into a new store", ("import", "{files}/more.csv"), store="none"),
        WritingCommand("collect", ("collect", "--assets", "WBETH", *COLLECT, "--mirror", replay_url)),
        WritingCommand(
            "scan", ("scan", *SCAN, "--venues", ",".join(SCAN_VENUES), "--mirror", market_url), store="none"
        ),
        WritingCommand("maintain", ("maintain",), store="many files"),
        WritingCommand("maintain, migrating", ("maintain",), store="by day"),
        WritingCommand("forget", ("forget", "candles.csv"), drops_rows=True),
        WritingCommand(
            "verify-store --set-aside", ("verify-store", "--set-aside"), store="damaged", exit_code=3, drops_rows=True
        ),
        *(
            WritingCommand(
                f"export {ending}", ("export", *measured, "--what", "deviation", "--out", "{place}/out/rows." + ending)
            )
            for ending in ("csv", "parquet")
        ),
        WritingCommand("export --case", ("export", *measured, "--case", "{place}/out/case.zip")),
        WritingCommand("chart", ("chart", *measured, "--out", "{place}/out/atom.png")),
        WritingCommand(
            "orders", ("orders", "{files}/log.csv", "--orders-venue", "binance", "--out", "{place}/out/orders.csv")
        ),
    ]


def prepare(files: Path) -> None:
    """Write the input files and the stores that commands start with."""
    write_csv(files / "candles.csv", list_lines())
    more = [
        f"{venue},DOGE/USDT,2025-10-10T21:{minute}:00Z,1,1.1,0.9,1,{minute}"
        for venue in ("okx", "gate")
        for minute in range(10, 60)
    ]
    write_csv(files / "more.csv", more)
    trades = [f"okx,ATOM/USDT,2025-10-10T21:20:{number // 40:02}Z,3.{number},1" for number in range(1000, 2000)]
    write_csv(files / "trades.csv", trades, "venue,symbol,time,price,amount")
    log = [f"2025-10-10T21:20:{number:02}Z,ATOMUSDT,SELL,true,400,-2022,no" for number in range(60)]
    write_csv(files / "log.csv", log, "time,symbol,side,reduceOnly,http_status,code,message")
    _import(files / "whole", files / "candles.csv")
    shutil.copytree(files / "whole", files / "damaged")
    damaged = next((files / "damaged" / "candles").glob("asset=*/**/*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-50] + bytes(50))
    shutil.copytree(files / "whole", files / "many files")
    for number in range(3):
        part = write_csv(files / f"part{number}.csv", more[16 * number : 16 * number + 16])
        _import(files / "many files", part)
    rows = [
        build_candle(at=get_minute(number) + timedelta(days=30 * month), symbol=f"{asset}/USDT")
        for number in range(50)
        for asset in ASSETS
        for month in range(2)
    ]
    create_old_store(files / "by day").candles.write(build_fetched(*rows))


def read_rows(store: Path) -> pl.DataFrame:
    """All candles that a store has, in order."""
    frames = [
        table.read(lambda rows: rows.select("venue", "symbol", "open_time", "close", "source"))
        for table in CandleStore(str(store)).candles.tables.values()
    ]
    return pl.concat(frames).unique().sort(pl.all())


def try_command(command: WritingCommand, files: Path, place: Path) -> Iterator[tuple[int, list[str]]]:
    """Run a command with more and more room; the kilobytes of each try, and what went wrong in it."""
    for free_kb in FREE_KB:
        store = _prepare_place(command, files, place)
        words = [word.format(place=place, files=files) for word in ("--store", str(store), *command.words)]
        before = read_rows(store) if command.store not in {"none", "damaged"} and not command.drops_rows else None
        _fill_disk(place, free_kb * 1024)
        full = run_command(words, files / "report", place / "tmp")
        is_done = full.exit_code == command.exit_code and "isk full" not in full.output
        faults = [] if is_done else _judge_refusal(full, place)
        faults += [f"left {path}" for path in (place / "tmp").iterdir()]
        faults += _check_store(store, before, "on the full disk")
        (place / "ballast").unlink()
        again = run_command(words, files / "report", place / "tmp")
        # What drops rows may have done so before the disk was full, and then finds nothing to do.
        if again.exit_code not in {command.exit_code, 0, 3 if command.drops_rows else 0}:
            faults.append(f"run again with room: exit code {again.exit_code}: {again.output[-600:]}")
        faults += _check_store(store, before, "with room again")
        if command.store != "damaged":
            damages = [damage for _, check in CandleStore(str(store)).verify() for damage in check.damages]
            faults += [f"{damage.path} {damage.reason}" for damage in damages]
        yield free_kb, faults
        if is_done:
            return


def _prepare_place(command: WritingCommand, files: Path, place: Path) -> Path:
    """Empty the small disk, and put the store there that the command starts with; its folder."""
    for path in place.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for name in ("out", "tmp"):
        (place / name).mkdir()
    store = place / "lake"
    if command.store != "none":
        shutil.copytree(files / command.store, store)
    return store


def _judge_refusal(full: Ended, place: Path) -> list[str]:
    """What is wrong with the end of a command that had no room."""
    end = f"exit code {full.exit_code}: {full.output[-600:]}"
    faults = [f"left {path}" for path in (place / "out").iterdir()]
    if full.exit_code not in {1, 2, 3}:
        faults.append(f"no exit code of a failure; {end}")
    faults += [f"a {word}; {end}" for word in ("Traceback", "panicked") if word in full.output]
    if "isk full" not in full.output or str(place) not in full.output:
        faults.append(f"does not say that the disk is full; {end}")
    return faults


def _check_store(store: Path, before: pl.DataFrame | None, moment: str) -> list[str]:
    if before is None:
        return []
    try:
        after = read_rows(store)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        return [f"{moment} the store cannot be read: {error}"]
    lost = before.join(after, on=before.columns, how="anti").height
    return [f"{moment} {lost} rows are lost"] if lost else []


def _fill_disk(place: Path, free_bytes: int) -> None:
    state = os.statvfs(place)
    size = state.f_bavail * state.f_frsize - free_bytes
    with (place / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, size)


def _import(store: Path, file: Path) -> None:
    result = run_main("--store", str(store), "import", "--complete", file)
    if result.exit_code:
        sys.exit(f"the stores could not be prepared: {result.output}")


def main() -> None:
    """Try each command, or those whose names begin with one of the further words."""
    place = Path(sys.argv[1]).resolve()
    if os.statvfs(place).f_blocks * os.statvfs(place).f_frsize > 64e6 or any(place.iterdir()):
        sys.exit(f"{place} is not an empty folder on a disk of its own of at most 64 MB")
    tries = failures = 0
    market = build_venues()
    with ExitStack() as stack:
        files = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        prepare(files)
        replay = stack.enter_context(run_replay(build_four_venues()))
        market_replay = stack.enter_context(run_replay(market, build_sites(market)))
        for command in list_commands(replay.url, market_replay.url):
            if sys.argv[2:] and not command.name.startswith(tuple(sys.argv[2:])):
                continue
            results = list(try_command(command, files, place))
            faulty = [(free_kb, faults) for free_kb, faults in results if faults]
            tries, failures = tries + len(results), failures + len(faulty)
            print(f"{command.name}: {len(results)} tries up to {results[-1][0]} kB, {len(faulty)} failures", flush=True)
            for free_kb, faults in faulty:
                for fault in faults:
                    print(f"  {free_kb} kB: {fault}", flush=True)
    print(f"{tries} tries, {failures} failures")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
