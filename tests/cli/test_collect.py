"""The commands that collect and follow, over HTTP against a replay of the venues: what they say, store and end with."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import stamina
from click.testing import CliRunner, Result

from cli import clock
from cli.main import main
from collectors.collect import run_check, run_collection
from collectors.follower import Follower
from data.lock import FollowerLock
from tests.collectors.replay_setup import FAST_VENUES, NOW, build_evening, build_four_venues, to_ms
from tests.replay.faults import Fault, alter_row, refuse_location, replace_body, return_outage
from tests.replay.server import Replay

WINDOW = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z")
ATOM_WINDOW = ("--assets", "ATOM", *WINDOW)
TWO_VENUES = ("--venues", "binance,coinbaseexchange")
OKX_ONLY = ("--venues", "okx")
ROOT = Path(__file__).parents[2]
DEAD_ADDRESS = "http://127.0.0.1:9"


@dataclass(slots=True)
class Program:
    """The command line on a store of its own, with a clock that stands and venues that are asked without pauses."""

    folder: Path
    venues: dict[str, Any] = field(default_factory=build_four_venues)
    mirrors: ExitStack = field(default_factory=ExitStack)
    replay: Replay | None = None

    @property
    def store(self) -> str:
        """Where the store is."""
        return str(self.folder / "lake")

    def run(self, *arguments: str) -> Result:
        """What a command says and ends with; an exception that it lets through fails the test."""
        return CliRunner().invoke(main, ["--store", self.store, *arguments], catch_exceptions=False)

    def run_with_replay(self, *arguments: str, faults: tuple[Fault, ...] = ()) -> Result:
        """The same, with a replay of the venues for a mirror: one for all calls, so that it stays one source."""
        if self.replay is None:
            self.replay = self.mirrors.enter_context(run_replay(self.venues))
        self.replay.faults = list(faults)
        return self.run(*arguments, "--mirror", self.replay.url)

    def read_status(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """What `status` says as JSON."""
        return json.loads(self.run("status", *arguments, "--json").stdout)


@contextmanager
def run_replay(venues: dict[str, Any]) -> Iterator[Replay]:
    """A replay, which runs in a thread with a loop of its own."""
    started: Future[tuple[Replay, asyncio.AbstractEventLoop]] = Future()
    end_event = asyncio.Event()

    async def serve_replay() -> None:
        async with Replay(venues, now_ms=to_ms(NOW)) as server:
            started.set_result((server, asyncio.get_running_loop()))
            await end_event.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve_replay()))
    thread.start()
    server, loop = started.result(30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(end_event.set)
        thread.join()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program as installed, but for its clock, the pace of the venues, and pauses before it asks again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr("cli.commands.collect.run_collection", partial(run_collection, venues=FAST_VENUES))
    monkeypatch.setattr("cli.commands.collect.run_check", partial(run_check, venues=FAST_VENUES))
    monkeypatch.setattr("cli.commands.follow.Follower", partial(Follower, table=FAST_VENUES))
    program_of_test = Program(tmp_path)
    with stamina.set_testing(True, attempts=2, cap=True), program_of_test.mirrors:
        yield program_of_test


def test_collecting_fills_the_store_and_asks_once(program: Program) -> None:
    """`collect` brings candles through a mirror, names what is not listed, and asks for nothing twice."""
    arguments = ("collect", "--assets", "WBETH", *WINDOW, *TWO_VENUES)
    first = program.run_with_replay(*arguments)
    assert first.exit_code == 0
    assert "binance WBETH/USDT: 240 candles, complete" in first.output
    assert "binance WBETH/ETH: 240 candles, complete" in first.output
    assert "Not listed: binance ETH" in first.output
    assert "coinbaseexchange WBETH" in first.output
    repeated = [json.loads(line) for line in program.run_with_replay(*arguments, "--json").stdout.splitlines()]
    assert repeated[-1]["event"] == "summary"
    assert (repeated[-1]["candles"], repeated[-1]["failed"]) == (0, 0)
    content = program.read_status()
    assert ("binance", "WBETH/USDT", 240) in {
        (row["venue"], row["symbol"], row["candles"]) for row in content["candles"]
    }
    assert content["not_had"] == []


def test_other_lengths_come_beside_the_minutes(program: Program) -> None:
    """`--timeframe 5m` asks for bars of five minutes; a venue without seconds is not asked for them, and no failure."""
    assert program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY).exit_code == 0
    five = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, "--timeframe", "5m")
    assert five.exit_code == 0
    assert "okx ATOM/USDT: 48 candles, complete" in five.output
    none = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, "--timeframe", "1s")
    assert none.exit_code == 0
    assert "Not offered: okx gives no 1s candles: ATOM, USDT, USDC" in none.output
    candle_counts = {
        (row["timeframe"], row["candles"]) for row in program.read_status()["candles"] if row["symbol"] == "ATOM/USDT"
    }
    assert candle_counts == {("1m", 240), ("5m", 48)}


def test_what_an_exchange_did_not_give_ends_with_1(program: Program) -> None:
    """Where a venue cannot be asked at all the exit code is 1, and `status` keeps what was not had."""
    result = program.run("collect", *ATOM_WINDOW, "--venues", "coinbaseexchange", "--mirror", DEAD_ADDRESS)
    assert result.exit_code == 1
    assert "Not had: coinbaseexchange ATOM/*" in result.output
    assert "Run the same command again" in result.output
    assert "720 min of 2025-10-10 20:00 to 2025-10-11 00:00 UTC: ATOM/*, USD" in program.run("status").output
    assert {(row["symbol"], row["outcome"]) for row in program.read_status()["not_had"]} == {
        ("ATOM/*", "unreachable"),
        ("USDT/*", "unreachable"),
        ("USDC/*", "unreachable"),
    }


def test_what_was_not_had_comes_with_the_next_run(program: Program) -> None:
    """The same command again brings what a venue did not give, and the list of what is wanting is empty."""
    broken = program.run_with_replay(
        "collect", *ATOM_WINDOW, *OKX_ONLY, faults=(return_outage("www.okx.com/api/v5/market"),)
    )
    assert broken.exit_code == 1
    assert "Not had: okx ATOM/USDT, USDC/USDT: 480 min" in broken.output
    assert program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY).exit_code == 0
    assert program.read_status()["not_had"] == []


def test_a_refusal_names_the_ways_around_it(program: Program) -> None:
    """Where a venue serves nobody from here, the options that may help are named."""
    result = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, faults=(refuse_location("www.okx.com"),))
    assert result.exit_code == 1
    assert "refused: no list of markets: HTTP 451" in result.output
    assert "--host, --proxy or --mirror" in result.output


def test_placebo_days_come_with_the_window(program: Program) -> None:
    """`--placebo` asks for the same hours of the seven days before too."""
    days = [bar for day in range(8) for bar in _list_bars_before(day)]
    program.venues = {"okx": {"ATOM/USDT": sorted(days), "USDC/USDT": sorted(days)}}
    result = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, "--placebo")
    assert "okx ATOM/USDT: 1,920 candles, complete" in result.output  # 8 days of 4 hours
    atom_row = next(row for row in program.read_status()["candles"] if row["symbol"] == "ATOM/USDT")
    assert (atom_row["first"], atom_row["last"]) == ("2025-10-03T20:00:00Z", "2025-10-10T23:59:00Z")


def test_derivatives_are_asked_only_with_the_option(program: Program) -> None:
    """A venue of futures alone is a usage error without `--derivatives`; the help says what it brings."""
    result = program.run("collect", *ATOM_WINDOW, "--venues", "binanceusdm")
    assert result.exit_code == 2
    assert "cannot collect from binanceusdm" in result.output
    assert "Perpetual futures" in program.run("collect", "--help").output
    assert "Perpetual futures" in program.run("follow", "--help").output
    reached = program.run("collect", *ATOM_WINDOW, "--venues", "binanceusdm", "--derivatives", "--mirror", DEAD_ADDRESS)
    assert reached.exit_code == 1
    assert "Not had: binanceusdm ATOM/*:*" in reached.output


def test_a_changed_candle_is_kept_beside_the_first(program: Program) -> None:
    """`--refetch` finds what a venue changed, `status --revisions` shows it, `--as-first-seen` measures without it."""
    window = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-10T21:00Z")
    arguments = ("collect", "--assets", "ATOM", *window, *OKX_ONLY)
    assert program.run_with_replay(*arguments).exit_code == 0
    assert program.run("status", "--revisions").output == "No venue has reported a stored candle with other values.\n"
    changed = program.run_with_replay(*arguments, "--refetch", faults=(alter_row("market/history-candles"),))
    assert changed.exit_code == 0
    assert "120 candles: 0 new, 2 with other values than before" in changed.output

    revisions = [row for row in program.read_status("--revisions") if row["symbol"] == "ATOM/USDT"]
    assert {row["field"] for row in revisions} >= {"open", "high", "low", "close"}
    assert len({row["open_time"] for row in revisions}) == 1
    assert all(row["now"] == 2 * row["first_seen"] and row["changes"] == 1 for row in revisions)
    assert "ATOM/USDT" in program.run("status", "--revisions").output

    high = next(row for row in revisions if row["field"] == "high")
    measure_arguments = ("measure", "--asset", "ATOM", *window, "--venues", "okx", "--focus", "okx", "--json")
    exported_file = program.folder / "rows.csv"
    export_arguments = ("export", "--asset", "ATOM", *window, "--what", "candles", "--out", str(exported_file))
    values = {}
    for option in ((), ("--as-first-seen",)):
        assert json.loads(program.run(*measure_arguments, *option).stdout)["venues"][0]["venue"] == "okx"
        program.run(*export_arguments, *option)
        values[option] = max(
            float(line.split(",")[4]) for line in exported_file.read_text(encoding="utf-8").splitlines()[1:]
        )
    assert values[()] == high["now"]
    assert values[("--as-first-seen",)] < high["now"]


def test_as_first_seen_changes_what_is_measured(program: Program) -> None:
    """A low that came with a revision is in the answer, and is not in the one of the candles as first seen."""
    window = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-10T21:00Z")
    arguments = ("collect", "--assets", "ATOM", *window, *OKX_ONLY)
    program.run_with_replay(*arguments)
    low = min(
        bar.low
        for bar in program.venues["okx"]["ATOM/USDT"]
        if to_ms(_to_time(20)) <= bar.open_ms < to_ms(_to_time(21))
    )
    halved = [bar._replace(low=bar.low / 2) for bar in program.venues["okx"]["ATOM/USDT"]]
    program.venues["okx"]["ATOM/USDT"] = halved
    program.run_with_replay(*arguments, "--refetch")
    measure = ("measure", "--asset", "ATOM", *window, "--focus", "okx", "--json")
    assert json.loads(program.run(*measure).stdout)["venues"][0]["low"] == pytest.approx(low / 2)
    assert json.loads(program.run(*measure, "--as-first-seen").stdout)["venues"][0]["low"] == pytest.approx(low)


def test_as_first_seen_is_for_the_store(program: Program) -> None:
    """A file holds each candle once, so the option beside `--input` is a usage error."""
    result = program.run("measure", "--asset", "ATOM", *WINDOW, "--as-first-seen", "--input", "any.csv")
    assert result.exit_code == 2
    assert "--as-first-seen is for the store" in result.output


def test_a_bad_answer_is_set_aside(program: Program) -> None:
    """An answer that no candle was taken from is counted by `status` and shown by `status --set-aside`."""
    odd = replace_body("market/history-candles", '{"code": "0", "data": [["no", "1", "2", "3"]]}')
    result = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, faults=(odd,))
    assert result.exit_code == 1
    assert "bad-data" in result.output
    assert "2 answers that no candle was taken from: see `status --set-aside`" in program.run("status").output
    assert '[["no", "1", "2", "3"]]' in program.run("status", "--set-aside").output
    rejected = program.read_status("--set-aside")
    assert {(row["venue"], row["symbol"]) for row in rejected} == {("okx", "ATOM/USDT"), ("okx", "USDC/USDT")}
    assert program.run("status", "--set-aside", "--revisions").exit_code == 2


def test_checking_compares_the_table_with_the_venues(program: Program) -> None:
    """`--check` says for each fact whether it holds, in words or as JSON, and stores nothing."""
    program.venues = {"okx": {"ATOM/USDT": build_evening()}}
    arguments = ("collect", "--check", *OKX_ONLY)
    as_text, as_json = program.run_with_replay(*arguments), program.run_with_replay(*arguments, "--json")
    messages = [json.loads(line) for line in as_json.stdout.splitlines()]
    findings = [line for line in messages if line["event"] == "finding"]
    assert {finding["venue"] for finding in findings} == {"okx"}
    assert any((f["fact"], f["verdict"], f["mark"]) == ("history", "as assumed", "D") for f in findings)
    for line, finding in zip(as_text.stdout.splitlines(), findings, strict=False):
        assert "okx" in line
        assert finding["verdict"] in line
    is_open = any(finding["verdict"] == "cannot be told" for finding in findings)
    assert (as_text.exit_code, as_json.exit_code) == (int(is_open), int(is_open))
    assert not Path(program.store).exists()


def test_a_check_takes_no_window(program: Program) -> None:
    """What a check would ignore is refused, rather than ignored."""
    result = program.run("collect", "--check", "--event", "2025-10-10")
    assert result.exit_code == 2
    assert "leave out event" in result.output


def test_a_check_of_a_venue_that_is_away_ends_with_1(program: Program) -> None:
    """A venue that does not answer leaves its facts open."""
    result = program.run("collect", "--check", "--venues", "gemini", "--mirror", DEAD_ADDRESS)
    assert result.exit_code == 1
    assert "cannot be told" in result.output


def test_a_check_that_could_tell_everything_ends_with_0(program: Program) -> None:
    """Where each fact could be compared the exit code is 0, whatever came of it."""
    assert program.run_with_replay("collect", "--check", "--venues", "coinbaseexchange").exit_code == 0


def test_status_tells_size_and_runs(program: Program) -> None:
    """`status` says how large the store is, and `--json` has it in bytes and files, with the runs."""
    program.run_with_replay("follow", "--once", "--assets", "ATOM", *OKX_ONLY)
    content = program.read_status()
    assert content["size"]["bytes"] > 1000
    assert content["size"]["files"] > 3
    assert [(run["kind"], run["outcome"]) for run in content["runs"]] == [("follow", content["runs"][0]["outcome"])]
    text = program.run("status").output
    assert "MB in" in text
    assert "Last runs of the follower:" in text


def test_one_run_of_the_follower(program: Program) -> None:
    """`follow --once` collects the last hour, ends with 0, and stands in the log with who ran it."""
    result = program.run_with_replay("follow", "--once", "--assets", "ATOM", "--venues", "coinbaseexchange")
    assert result.exit_code == 0
    run = program.read_status()["runs"][0]
    assert (run["kind"], run["outcome"]) == ("follow", "done")
    assert (run["start"], run["end"]) == ("2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z")
    assert run["new"] > 100
    assert run["holder"].startswith("process ")


def test_a_run_that_lacks_something_ends_with_1(program: Program) -> None:
    """`follow --once` ends with 1 where a venue gave nothing, and the log says what."""
    result = program.run("follow", "--once", "--assets", "ATOM", *OKX_ONLY, "--mirror", DEAD_ADDRESS)
    assert result.exit_code == 1
    run = program.read_status()["runs"][0]
    assert run["outcome"] == "could not have everything"
    assert run["message"].startswith("okx, 3 markets, as ATOM/*: no list of markets")


def test_a_second_follower_is_refused(program: Program) -> None:
    """While one follows the store, `follow` and `serve --follow` end with 2 and name it."""
    with FollowerLock(program.store).hold(NOW) as holder:
        second = program.run("follow", "--once", *OKX_ONLY, "--mirror", DEAD_ADDRESS)
        served = program.run("serve", "--follow", "--port", "20530")
    assert (second.exit_code, served.exit_code) == (2, 2)
    for refused in (second, served):
        assert f"is followed already, by {holder}: end that one first" in refused.output
    assert program.read_status()["runs"] == []


def test_serving_can_follow_beside(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve --follow` holds the lock and follows the whole catalogue as long as the page is served, and no longer."""
    was_held: list[bool] = []
    started, stopped = threading.Event(), threading.Event()

    class WaitingFollower:
        """Stands in for the follower: waits until it is ended."""

        def __init__(self, *_: object, **__: object) -> None:
            pass

        async def collect_newest(self) -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()

        async def recollect_hour(self) -> None:
            pass

        async def maintain_store(self) -> None:
            pass

    def serve_app(_page: object, listener: Any, _say: object) -> None:  # noqa: ANN401 - a socket
        listener.close()
        assert started.wait(30)
        was_held.append(FollowerLock(program.store).read_holder() is not None)
        assert not stopped.is_set()

    monkeypatch.setattr("cli.commands.follow.Follower", WaitingFollower)
    monkeypatch.setattr("cli.server.serve_app", serve_app)
    assert program.run("serve", "--follow", "--port", "20540").exit_code == 0
    assert was_held == [True]
    assert stopped.is_set()
    assert FollowerLock(program.store).read_holder() is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("collect", *ATOM_WINDOW, "--venues", "nowhere"), "cannot collect from nowhere; venues that can be collected"),
        (("collect", *ATOM_WINDOW, "--host", "bybit"), "is not of the form bybit=api.bytick.com"),
        (("collect", *ATOM_WINDOW, "--host", "bybit=example.org"), "hosts on record: api.bybit.com, api.bytick.com"),
        (("collect", *ATOM_WINDOW, "--host", "nowhere=example.org"), "cannot collect from nowhere"),
        (("collect", *ATOM_WINDOW, "--proxy", "127.0.0.1:1080"), "is no address such as http://HOST:PORT"),
        (
            ("collect", *ATOM_WINDOW, "--mirror", "ftp://127.0.0.1"),
            "--mirror: it should start with http:// or https://",
        ),
        (("collect", "--event", "2025-10-11"), "2025-10-10"),
        (("collect", "--assets", "ATOM"), "say what to collect"),
        (("collect", "--assets", "ATOM", "--from", "2025-10-10T20:00", "--to", "2025-10-10T21:00Z"), "zone"),
        (("collect", "--assets", "ATOM", "--from", "2025-10-10T20:00Z", "--to", "2025-10-10T20:00Z"), "whole minute"),
        (("collect", "--assets", "ATOM", "--from", "2027-10-10T20:00Z", "--to", "2027-10-10T21:00Z"), "is over yet"),
        (("collect", *ATOM_WINDOW, "--timeframe", "3m"), "'3m' is not one of '1s', '1m', '5m'"),
        (("follow", "--once", "--venues", "nowhere"), "cannot collect from nowhere"),
        (("follow", "--once", "--proxy", "1080"), "is no address such as http://HOST:PORT"),
        (("follow", "--every", "0"), "0 is not in the range x>=1"),
        (("status", "--revisions", "--set-aside"), "ask for one at a time"),
    ],
)
def test_a_users_mistake_ends_with_2(program: Program, arguments: tuple[str, ...], message: str) -> None:
    """What makes no sense is told in words, with exit code 2 and no trace."""
    result = program.run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("arguments", [("collect", *ATOM_WINDOW, *OKX_ONLY), ("follow", "--once", *OKX_ONLY)])
def test_a_store_that_cannot_be_made_ends_with_3(program: Program, arguments: tuple[str, ...]) -> None:
    """Where a file stands in the place of the store, that is said with the place."""
    Path(program.store).write_text("no folder", encoding="utf-8")
    result = program.run_with_replay(*arguments)
    assert result.exit_code == 3
    assert f"Error: the store at {program.store}" in result.output


def test_looking_at_the_store_loads_no_exchange_and_no_page() -> None:
    """The command line starts without what only collecting, following or the page needs."""
    heavy = ("ccxt", "dash", "plotly", "kaleido", "apscheduler", "waitress")
    code = f"import sys, app; print([name for name in {heavy!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert result.stdout == "[]\n"


def _to_time(hour: int) -> datetime:
    return datetime.fromisoformat(f"2025-10-10T{hour}:00Z")


def _list_bars_before(days: int) -> list[Any]:
    """The bars of the evening, so many days earlier."""
    shift_ms = days * timedelta(days=1) // timedelta(milliseconds=1)
    evening_bars = (
        bar for bar in build_evening() if to_ms(_to_time(20)) <= bar.open_ms < to_ms(_to_time(20)) + 4 * 3_600_000
    )
    return [bar._replace(open_ms=bar.open_ms - shift_ms) for bar in evening_bars]
