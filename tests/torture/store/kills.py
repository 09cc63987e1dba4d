"""Kills processes that write to a store with -9 at random moments, and looks at what they leave.

``python -m tests.torture.store.kills [KILLS [ACTION...]]``: so many kills (50 unless given) of each action, some 3 s
each: import, collection, revision, compaction, vacuum, migration. Each begins with a fresh copy of a store. After a
kill everything that was there before must be read, nothing but what the action writes may have been added, and
`verify-store` must find no damage; the same action then goes on to its end, as if it had not been killed. Prints for
each action the kills, failures, and how many files no commit names.
"""

import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from cli import main as main_module
from data.store import CandleStore
from tests.cli.program import run_main, run_replay, write_csv
from tests.collectors.replay_setup import build_four_venues
from tests.data.frames import NOW, build_candle, build_candles, build_coverage, build_fetched, get_minute
from tests.data.old_store import create_old_store
from tests.torture.store.command_process import list_patches
from tests.torture.store.disk_full import COLLECT

PROCESSES = multiprocessing.get_context("forkserver")
ASSETS = ("ATOM", "DOGE", "XRP")
MINUTES = 120
BATCH = 20
TOMBSTONE_DAYS = 8


@dataclass(frozen=True, slots=True)
class Action:
    """Something that writes to a store.

    ``run`` gets the store's URI and ``argument``; it is a function of a module, as another process calls it.
    ``template`` is the store that it begins with.
    """

    name: str
    run: Callable[[str, str], None]
    template: Path
    argument: str = ""


def import_file(uri: str, file: str) -> None:
    """Import a file of all assets."""
    run_main("--store", uri, "import", "--complete", file)


def collect(uri: str, replay_url: str) -> None:
    """Collect four hours of an asset from the venues of a replay."""
    with ExitStack() as patches:
        for patcher in list_patches():
            patches.enter_context(patcher)
        result = run_main("--store", uri, "collect", "--assets", "WBETH", *COLLECT, "--mirror", replay_url)
    sys.exit(result.exit_code)


def revise(uri: str, _: str) -> None:
    """Write other values of the candles, in batches."""
    fill_store(CandleStore(uri), close=4.0, later=timedelta(days=1))


def maintain(uri: str, _: str) -> None:
    """Compact, remove old files, and write checkpoints."""
    CandleStore(uri).maintain(NOW)


def migrate(uri: str, _: str) -> None:
    """Bring all tables by day to the layout by month."""
    store = CandleStore(uri)
    for timeframe in store.candles.list_outdated():
        store.migrate(timeframe, lambda *_: None)


def fill_store(store: CandleStore, close: float, later: timedelta = timedelta(0)) -> None:
    """Write candles of all assets and their coverage in several commits."""
    for first in range(0, MINUTES, BATCH):
        numbers = range(first, first + BATCH)
        rows = [build_candle(number, close, symbol=f"{asset}/USDT") for number in numbers for asset in ASSETS]
        store.write_candles(build_candles(*rows), source="api.example", fetched_at=NOW + later)
        for asset in ASSETS:
            coverage = build_coverage(first, first + BATCH, symbol=f"{asset}/USDT", asked_at=NOW + later)
            store.coverage.write(coverage)


def age_removals(uri: Path) -> None:
    """Make a store whose files were replaced more than a week ago, as an earlier version left it: without a record."""
    shutil.rmtree(uri / "digests")
    for log in uri.glob("*/_delta_log"):
        for path in (*log.glob("*.checkpoint.parquet"), *log.glob("_last_checkpoint")):
            path.unlink()
        for path in log.glob("*.json"):
            actions = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            for action in actions:
                if "remove" in action:
                    action["remove"]["deletionTimestamp"] -= TOMBSTONE_DAYS * 86_400_000
            path.write_text("".join(f"{json.dumps(action)}\n" for action in actions), encoding="utf-8")


def prepare_actions(folder: Path, replay_url: str | None = None) -> list[Action]:
    """The stores that actions begin with, and the actions; a collection only if there is a replay."""
    filled = folder / "filled"
    fill_store(CandleStore(str(filled)), close=3.0)
    lines = [
        f"okx,{asset}/USDT,{get_minute(number):%Y-%m-%dT%H:%M:%SZ},2,3,1,2,5"
        for asset in ASSETS
        for number in range(MINUTES)
    ]
    file = write_csv(folder / "more.csv", lines)
    old = folder / "old"
    shutil.copytree(filled, old)
    CandleStore(str(old)).maintain(NOW)
    age_removals(old)
    by_day = create_old_store(folder / "by-day")
    for first in range(0, MINUTES, BATCH):
        rows = [
            build_candle(at=get_minute(number) + timedelta(days=30 * month), symbol=f"{asset}/USDT")
            for number in range(first, first + BATCH)
            for month in range(2)
            for asset in ASSETS
        ]
        by_day.candles.write(build_fetched(*rows))
    return [
        Action("import", import_file, filled, str(file)),
        *([] if replay_url is None else [Action("collection", collect, filled, replay_url)]),
        Action("revision", revise, filled),
        Action("compaction", maintain, filled),
        Action("vacuum", maintain, old),
        Action("migration", migrate, folder / "by-day"),
    ]


def read_rows(uri: Path) -> pl.DataFrame:
    """All rows of candles, and the different ones of coverage, of a store that is opened now, as text, sorted.

    Coverage is appended, and the same row may be appended again: readers drop repeated ones.
    """
    store = CandleStore(str(uri))
    columns = ("venue", "symbol", "open_time", "close", "start", "end", "source")
    candles, coverage = (
        [table.read(lambda rows: rows.select(pl.col(f"^({'|'.join(columns)})$").cast(pl.String))) for table in tables]
        for tables in (store.candles.tables.values(), [store.coverage.table])
    )
    return pl.concat([*candles, coverage[0].unique()], how="diagonal").select(columns).sort(columns)


def count_unnamed(uri: Path) -> int:
    """Data files below a store that no commit of its log names."""
    unnamed = 0
    for log in uri.glob("*/_delta_log"):
        actions = [json.loads(line) for path in log.glob("*.json") for line in path.read_bytes().splitlines()]
        named = {unquote(action[kind]["path"]) for action in actions for kind in ("add", "remove") if kind in action}
        files = {path.relative_to(log.parent).as_posix() for path in log.parent.rglob("*.parquet")}
        unnamed += sum(name not in named and "_delta_log" not in name for name in files)
    return unnamed


def _run_when_told(action: Action, uri: str, pipe: Connection) -> None:
    os.environ["POLARS_MAX_THREADS"] = "2"
    pipe.send(None)  # everything is imported
    pipe.recv()
    action.run(uri, action.argument)


def run_action(action: Action, uri: Path, seconds: float | None) -> tuple[int | None, float]:
    """Run an action in its own process, and kill it after so many seconds (None: never); exit code, and its time."""
    pipe, other = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_run_when_told, args=(action, str(uri), other))
    process.start()
    pipe.recv()
    start_s = time.perf_counter()
    pipe.send(None)
    process.join(seconds)
    if seconds is not None:
        process.kill()
    process.join()
    return process.exitcode, time.perf_counter() - start_s


def check_kill(action: Action, before: pl.DataFrame, after: pl.DataFrame, uri: Path) -> tuple[list[str], int]:
    """What is wrong with a store after a kill, and how many files no commit names."""
    faults = _compare("after the kill", before, read_rows(uri), after)
    faults += _list_damages(uri)
    unnamed = count_unnamed(uri)
    code, _ = run_action(action, uri, None)
    if code:
        faults.append(f"the next run ended with exit code {code}")
    found = read_rows(uri)
    if not found.equals(after):
        faults.append(f"after the next run {found.height} rows, not {after.height}, or others")
    return [*faults, *_list_damages(uri)], unnamed


def _compare(moment: str, least: pl.DataFrame, found: pl.DataFrame, most: pl.DataFrame) -> list[str]:
    lost = least.join(found, on=least.columns, how="anti", nulls_equal=True).height
    strange = found.join(most, on=most.columns, how="anti", nulls_equal=True).height
    doubled = found.height - found.unique().height
    counts = {"lost": lost, "strange": strange, "doubled": doubled - (most.height - most.unique().height)}
    return [f"{moment} {count} rows {name}" for name, count in counts.items() if count > 0]


def _list_damages(uri: Path) -> list[str]:
    return [
        f"{name}/{damage.path} {damage.reason}"
        for name, check in CandleStore(str(uri)).verify()
        for damage in check.damages
    ]


def kill_action(action: Action, kills: int, folder: Path, generator: random.Random) -> tuple[list[str], int]:
    """Kill an action so many times; what went wrong, and the most files that no commit named after a kill."""
    uri = folder / "store"
    before = read_rows(action.template)
    _copy(action.template, uri)
    code, whole_s = run_action(action, uri, None)
    if code:
        return [f"without a kill its exit code is {code}"], 0
    after = read_rows(uri)
    faults: list[str] = []
    killed = most_unnamed = 0
    while killed < kills:
        _copy(action.template, uri)
        code, _ = run_action(action, uri, generator.uniform(0, whole_s))
        if code != -signal.SIGKILL:
            continue
        killed += 1
        found, unnamed = check_kill(action, before, after, uri)
        faults += [f"kill {killed}: {fault}" for fault in found]
        most_unnamed = max(most_unnamed, unnamed)
    shutil.rmtree(uri)
    return faults, most_unnamed


def _copy(template: Path, uri: Path) -> None:
    shutil.rmtree(uri, ignore_errors=True)
    shutil.copytree(template, uri)


def main() -> None:
    """Kill each action, and count."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    generator = random.Random(seed)  # noqa: S311 - no secret
    PROCESSES.set_forkserver_preload([main_module.__name__])
    failures = 0
    with tempfile.TemporaryDirectory() as name, run_replay(build_four_venues()) as replay:
        folder = Path(name)
        for action in prepare_actions(folder, replay.url):
            if sys.argv[2:] and action.name not in sys.argv[2:]:
                continue
            faults, unnamed = kill_action(action, kills, folder, generator)
            failures += bool(faults)
            print(f"{action.name}: {kills} kills, {len(faults)} faults, at most {unnamed} files unnamed", flush=True)
            for fault in faults:
                print(f"  {fault}", flush=True)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
