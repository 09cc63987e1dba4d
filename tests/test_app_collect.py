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

import app
from collectors.follower import Follower
from collectors.job import run_check, run_collection
from data.lock import FollowerLock
from tests.collectors.setting import HASTY, NOW, evening, four_venues, ms
from tests.replay.faults import Fault, altering, down, refusing, saying
from tests.replay.server import Replay

WINDOW = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z")
ATOM = ("--assets", "ATOM", *WINDOW)
CHOSEN = ("--venues", "binance,coinbaseexchange")
OKX = ("--venues", "okx")
NOWHERE = "http://127.0.0.1:9"


@dataclass(slots=True)
class Program:
    """The command line on a store of its own, with a clock that stands and venues that are asked without pauses."""

    folder: Path
    venues: dict[str, Any] = field(default_factory=four_venues)
    mirrors: ExitStack = field(default_factory=ExitStack)
    replay: Replay | None = None

    @property
    def store(self) -> str:
        """Where the store is."""
        return str(self.folder / "lake")

    def run(self, *words: str) -> Result:
        """What a command says and ends with; an exception that it lets through fails the test."""
        return CliRunner().invoke(app.main, ["--store", self.store, *words], catch_exceptions=False)

    def ask(self, *words: str, faults: tuple[Fault, ...] = ()) -> Result:
        """The same, with a replay of the venues for a mirror: one for all calls, so that it stays one source."""
        if self.replay is None:
            self.replay = self.mirrors.enter_context(replayed(self.venues))
        self.replay.faults = list(faults)
        return self.run(*words, "--mirror", self.replay.url)

    def told(self, *words: str) -> Any:  # noqa: ANN401 - JSON
        """What `status` says as JSON."""
        return json.loads(self.run("status", *words, "--json").stdout)


@contextmanager
def replayed(venues: dict[str, Any]) -> Iterator[Replay]:
    """A replay, which runs in a thread with a loop of its own."""
    running: Future[tuple[Replay, asyncio.AbstractEventLoop]] = Future()
    ended = asyncio.Event()

    async def replay() -> None:
        async with Replay(venues, now_ms=ms(NOW)) as server:
            running.set_result((server, asyncio.get_running_loop()))
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(replay()))
    thread.start()
    server, loop = running.result(30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program as installed, but for its clock, the pace of the venues, and pauses before it asks again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(app, "now", lambda: NOW)
    monkeypatch.setattr(app, "run_collection", partial(run_collection, venues=HASTY))
    monkeypatch.setattr(app, "run_check", partial(run_check, venues=HASTY))
    monkeypatch.setattr(app, "Follower", partial(Follower, table=HASTY))
    made = Program(tmp_path)
    with stamina.set_testing(True, attempts=2, cap=True), made.mirrors:
        yield made


def test_collecting_fills_the_store_and_asks_once(program: Program) -> None:
    """`collect` brings candles through a mirror, names what is not listed, and asks for nothing twice."""
    words = ("collect", "--assets", "WBETH", *WINDOW, *CHOSEN)
    first = program.ask(*words)
    assert first.exit_code == 0
    assert "binance WBETH/USDT: 240 candles, complete" in first.output
    assert "binance WBETH/ETH: 240 candles, complete" in first.output
    assert "Not listed: binance ETH" in first.output
    assert "coinbaseexchange WBETH" in first.output
    again = [json.loads(line) for line in program.ask(*words, "--json").stdout.splitlines()]
    assert again[-1]["event"] == "summary"
    assert (again[-1]["candles"], again[-1]["failed"]) == (0, 0)
    held = program.told()
    assert ("binance", "WBETH/USDT", 240) in {(row["venue"], row["symbol"], row["candles"]) for row in held["candles"]}
    assert held["not_had"] == []


def test_other_lengths_come_beside_the_minutes(program: Program) -> None:
    """`--timeframe 5m` asks for bars of five minutes; a venue without seconds is not asked for them, and no failure."""
    assert program.ask("collect", *ATOM, *OKX).exit_code == 0
    five = program.ask("collect", *ATOM, *OKX, "--timeframe", "5m")
    assert five.exit_code == 0
    assert "okx ATOM/USDT: 48 candles, complete" in five.output
    none = program.ask("collect", *ATOM, *OKX, "--timeframe", "1s")
    assert none.exit_code == 0
    assert "Not offered: okx gives no 1s candles: ATOM, USDT, USDC" in none.output
    held = {(row["timeframe"], row["candles"]) for row in program.told()["candles"] if row["symbol"] == "ATOM/USDT"}
    assert held == {("1m", 240), ("5m", 48)}


def test_what_an_exchange_did_not_give_ends_with_1(program: Program) -> None:
    """Where a venue cannot be asked at all the exit code is 1, and `status` keeps what was not had."""
    result = program.run("collect", *ATOM, "--venues", "coinbaseexchange", "--mirror", NOWHERE)
    assert result.exit_code == 1
    assert "Not had: coinbaseexchange ATOM/*" in result.output
    assert "Run the same command again" in result.output
    assert "720 min of 2025-10-10 20:00 to 2025-10-11 00:00 UTC: ATOM/*, USD" in program.run("status").output
    assert {(row["symbol"], row["outcome"]) for row in program.told()["not_had"]} == {
        ("ATOM/*", "unreachable"),
        ("USDT/*", "unreachable"),
        ("USDC/*", "unreachable"),
    }


def test_what_was_not_had_comes_with_the_next_run(program: Program) -> None:
    """The same command again brings what a venue did not give, and the list of what is wanting is empty."""
    broken = program.ask("collect", *ATOM, *OKX, faults=(down("www.okx.com/api/v5/market"),))
    assert broken.exit_code == 1
    assert "Not had: okx ATOM/USDT, USDC/USDT: 480 min" in broken.output
    assert program.ask("collect", *ATOM, *OKX).exit_code == 0
    assert program.told()["not_had"] == []


def test_a_refusal_names_the_ways_around_it(program: Program) -> None:
    """Where a venue serves nobody from here, the options that may help are named."""
    result = program.ask("collect", *ATOM, *OKX, faults=(refusing("www.okx.com"),))
    assert result.exit_code == 1
    assert "refused: no list of markets: HTTP 451" in result.output
    assert "--host, --proxy or --mirror" in result.output


def test_placebo_days_come_with_the_window(program: Program) -> None:
    """`--placebo` asks for the same hours of the seven days before too."""
    days = [bar for day in range(8) for bar in _day_before(day)]
    program.venues = {"okx": {"ATOM/USDT": sorted(days), "USDC/USDT": sorted(days)}}
    result = program.ask("collect", *ATOM, *OKX, "--placebo")
    assert "okx ATOM/USDT: 1,920 candles, complete" in result.output  # 8 days of 4 hours
    held = next(row for row in program.told()["candles"] if row["symbol"] == "ATOM/USDT")
    assert (held["first"], held["last"]) == ("2025-10-03T20:00:00Z", "2025-10-10T23:59:00Z")


def test_derivatives_are_asked_only_with_the_option(program: Program) -> None:
    """A venue of futures alone is a usage error without `--derivatives`; the help says what it brings."""
    result = program.run("collect", *ATOM, "--venues", "binanceusdm")
    assert result.exit_code == 2
    assert "cannot collect from binanceusdm" in result.output
    assert "Perpetual futures" in program.run("collect", "--help").output
    assert "Perpetual futures" in program.run("follow", "--help").output
    reached = program.run("collect", *ATOM, "--venues", "binanceusdm", "--derivatives", "--mirror", NOWHERE)
    assert reached.exit_code == 1
    assert "Not had: binanceusdm ATOM/*:*" in reached.output


def test_a_changed_candle_is_kept_beside_the_first(program: Program) -> None:
    """`--refetch` finds what a venue changed, `status --revisions` shows it, `--as-first-seen` measures without it."""
    window = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-10T21:00Z")
    words = ("collect", "--assets", "ATOM", *window, *OKX)
    assert program.ask(*words).exit_code == 0
    assert program.run("status", "--revisions").output == "No venue has reported a stored candle with other values.\n"
    changed = program.ask(*words, "--refetch", faults=(altering("market/history-candles"),))
    assert changed.exit_code == 0
    assert "120 candles: 0 new, 2 with other values than before" in changed.output

    revisions = [row for row in program.told("--revisions") if row["symbol"] == "ATOM/USDT"]
    assert {row["field"] for row in revisions} >= {"open", "high", "low", "close"}
    assert len({row["open_time"] for row in revisions}) == 1
    assert all(row["now"] == 2 * row["first_seen"] and row["changes"] == 1 for row in revisions)
    assert "ATOM/USDT" in program.run("status", "--revisions").output

    high = next(row for row in revisions if row["field"] == "high")
    measure = ("measure", "--asset", "ATOM", *window, "--venues", "okx", "--focus", "okx", "--json")
    out = program.folder / "rows.csv"
    exported = ("export", "--asset", "ATOM", *window, "--what", "candles", "--out", str(out))
    values = {}
    for option in ((), ("--as-first-seen",)):
        assert json.loads(program.run(*measure, *option).stdout)["venues"][0]["venue"] == "okx"
        program.run(*exported, *option)
        values[option] = max(float(line.split(",")[4]) for line in out.read_text(encoding="utf-8").splitlines()[1:])
    assert values[()] == high["now"]
    assert values[("--as-first-seen",)] < high["now"]


def test_as_first_seen_changes_what_is_measured(program: Program) -> None:
    """A low that came with a revision is in the answer, and is not in the one of the candles as first seen."""
    window = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-10T21:00Z")
    words = ("collect", "--assets", "ATOM", *window, *OKX)
    program.ask(*words)
    low = min(bar.low for bar in program.venues["okx"]["ATOM/USDT"] if ms(_time(20)) <= bar.open_ms < ms(_time(21)))
    halved = [bar._replace(low=bar.low / 2) for bar in program.venues["okx"]["ATOM/USDT"]]
    program.venues["okx"]["ATOM/USDT"] = halved
    program.ask(*words, "--refetch")
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
    odd = saying("market/history-candles", '{"code": "0", "data": [["no", "1", "2", "3"]]}')
    result = program.ask("collect", *ATOM, *OKX, faults=(odd,))
    assert result.exit_code == 1
    assert "bad-data" in result.output
    assert "2 answers that no candle was taken from: see `status --set-aside`" in program.run("status").output
    assert '[["no", "1", "2", "3"]]' in program.run("status", "--set-aside").output
    kept = program.told("--set-aside")
    assert {(row["venue"], row["symbol"]) for row in kept} == {("okx", "ATOM/USDT"), ("okx", "USDC/USDT")}
    assert program.run("status", "--set-aside", "--revisions").exit_code == 2


def test_checking_compares_the_table_with_the_venues(program: Program) -> None:
    """`--check` says for each fact whether it holds, in words or as JSON, and stores nothing."""
    program.venues = {"okx": {"ATOM/USDT": evening()}}
    words = ("collect", "--check", *OKX)
    told, as_json = program.ask(*words), program.ask(*words, "--json")
    said = [json.loads(line) for line in as_json.stdout.splitlines()]
    findings = [line for line in said if line["event"] == "finding"]
    assert {finding["venue"] for finding in findings} == {"okx"}
    assert any((f["fact"], f["verdict"], f["mark"]) == ("history", "as assumed", "D") for f in findings)
    for line, finding in zip(told.stdout.splitlines(), findings, strict=False):
        assert "okx" in line
        assert finding["verdict"] in line
    is_open = any(finding["verdict"] == "cannot be told" for finding in findings)
    assert (told.exit_code, as_json.exit_code) == (int(is_open), int(is_open))
    assert not Path(program.store).exists()


def test_a_check_takes_no_window(program: Program) -> None:
    """What a check would ignore is refused, rather than ignored."""
    result = program.run("collect", "--check", "--event", "2025-10-10")
    assert result.exit_code == 2
    assert "leave out event" in result.output


def test_a_check_of_a_venue_that_is_away_ends_with_1(program: Program) -> None:
    """A venue that does not answer leaves its facts open."""
    result = program.run("collect", "--check", "--venues", "gemini", "--mirror", NOWHERE)
    assert result.exit_code == 1
    assert "cannot be told" in result.output


def test_a_check_that_could_tell_everything_ends_with_0(program: Program) -> None:
    """Where each fact could be compared the exit code is 0, whatever came of it."""
    assert program.ask("collect", "--check", "--venues", "coinbaseexchange").exit_code == 0


def test_status_tells_size_and_runs(program: Program) -> None:
    """`status` says how large the store is, and `--json` has it in bytes and files, with the runs."""
    program.ask("follow", "--once", "--assets", "ATOM", *OKX)
    told = program.told()
    assert told["size"]["bytes"] > 1000
    assert told["size"]["files"] > 3
    assert [(run["kind"], run["outcome"]) for run in told["runs"]] == [("follow", told["runs"][0]["outcome"])]
    text = program.run("status").output
    assert "MB in" in text
    assert "Last runs of the follower:" in text


def test_one_run_of_the_follower(program: Program) -> None:
    """`follow --once` collects the last hour, ends with 0, and stands in the log with who ran it."""
    result = program.ask("follow", "--once", "--assets", "ATOM", "--venues", "coinbaseexchange")
    assert result.exit_code == 0
    run = program.told()["runs"][0]
    assert (run["kind"], run["outcome"]) == ("follow", "done")
    assert (run["start"], run["end"]) == ("2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z")
    assert run["new"] > 100
    assert run["holder"].startswith("process ")


def test_a_run_that_lacks_something_ends_with_1(program: Program) -> None:
    """`follow --once` ends with 1 where a venue gave nothing, and the log says what."""
    result = program.run("follow", "--once", "--assets", "ATOM", *OKX, "--mirror", NOWHERE)
    assert result.exit_code == 1
    run = program.told()["runs"][0]
    assert run["outcome"] == "could not have everything"
    assert run["message"].startswith("okx, 3 markets, as ATOM/*: no list of markets")


def test_a_second_follower_is_refused(program: Program) -> None:
    """While one follows the store, `follow` and `serve --follow` end with 2 and name it."""
    with FollowerLock(program.store).held(NOW) as holder:
        second = program.run("follow", "--once", *OKX, "--mirror", NOWHERE)
        served = program.run("serve", "--follow", "--port", "20530")
    assert (second.exit_code, served.exit_code) == (2, 2)
    for refused in (second, served):
        assert f"is followed already, by {holder}: end that one first" in refused.output
    assert program.told()["runs"] == []


def test_serving_can_follow_beside(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve --follow` holds the lock and follows the whole catalogue as long as the page is served, and no longer."""
    held: list[bool] = []
    begun, stopped = threading.Event(), threading.Event()

    class Beside:
        """Stands in for the follower: waits until it is ended."""

        def __init__(self, *_: object, **__: object) -> None:
            pass

        async def collect_newest(self) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()

        async def ask_again(self) -> None:
            pass

        async def tidy(self) -> None:
            pass

    def serve_app(_page: object, listener: Any, _say: object) -> None:  # noqa: ANN401 - a socket
        listener.close()
        assert begun.wait(30)
        held.append(FollowerLock(program.store).holder() is not None)
        assert not stopped.is_set()

    monkeypatch.setattr(app, "Follower", Beside)
    monkeypatch.setattr("dashboard.server.serve_app", serve_app)
    assert program.run("serve", "--follow", "--port", "20540").exit_code == 0
    assert held == [True]
    assert stopped.is_set()
    assert FollowerLock(program.store).holder() is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("collect", *ATOM, "--venues", "nowhere"), "cannot collect from nowhere; venues that can be collected"),
        (("collect", *ATOM, "--host", "bybit"), "is not of the form bybit=api.bytick.com"),
        (("collect", *ATOM, "--host", "bybit=example.org"), "hosts on record: api.bybit.com, api.bytick.com"),
        (("collect", *ATOM, "--host", "nowhere=example.org"), "cannot collect from nowhere"),
        (("collect", *ATOM, "--proxy", "127.0.0.1:1080"), "is no address such as http://HOST:PORT"),
        (("collect", *ATOM, "--mirror", "ftp://127.0.0.1"), "--mirror: it should start with http:// or https://"),
        (("collect", "--event", "2025-10-11"), "2025-10-10"),
        (("collect", "--assets", "ATOM"), "say what to collect"),
        (("collect", "--assets", "ATOM", "--from", "2025-10-10T20:00", "--to", "2025-10-10T21:00Z"), "zone"),
        (("collect", "--assets", "ATOM", "--from", "2025-10-10T20:00Z", "--to", "2025-10-10T20:00Z"), "whole minute"),
        (("collect", "--assets", "ATOM", "--from", "2027-10-10T20:00Z", "--to", "2027-10-10T21:00Z"), "is over yet"),
        (("collect", *ATOM, "--timeframe", "3m"), "'3m' is not one of '1s', '1m', '5m'"),
        (("follow", "--once", "--venues", "nowhere"), "cannot collect from nowhere"),
        (("follow", "--once", "--proxy", "1080"), "is no address such as http://HOST:PORT"),
        (("follow", "--every", "0"), "0 is not in the range x>=1"),
        (("status", "--revisions", "--set-aside"), "ask for one at a time"),
    ],
)
def test_a_users_mistake_ends_with_2(program: Program, words: tuple[str, ...], said: str) -> None:
    """What makes no sense is told in words, with exit code 2 and no trace."""
    result = program.run(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("words", [("collect", *ATOM, *OKX), ("follow", "--once", *OKX)])
def test_a_store_that_cannot_be_made_ends_with_3(program: Program, words: tuple[str, ...]) -> None:
    """Where a file stands in the place of the store, that is said with the place."""
    Path(program.store).write_text("no folder", encoding="utf-8")
    result = program.ask(*words)
    assert result.exit_code == 3
    assert f"Error: the store at {program.store}" in result.output


def test_looking_at_the_store_loads_no_exchange_and_no_page() -> None:
    """The command line starts without what only collecting, following or the page needs."""
    heavy = ("ccxt", "dash", "plotly", "kaleido", "apscheduler", "waitress")
    code = f"import sys, app; print([name for name in {heavy!r} if name in sys.modules])"
    root = Path(app.__file__).parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert done.stdout == "[]\n"


def _time(hour: int) -> datetime:
    return datetime.fromisoformat(f"2025-10-10T{hour}:00Z")


def _day_before(days: int) -> list[Any]:
    """The bars of the evening, so many days earlier."""
    earlier = days * timedelta(days=1) // timedelta(milliseconds=1)
    within = (bar for bar in evening() if ms(_time(20)) <= bar.open_ms < ms(_time(20)) + 4 * 3_600_000)
    return [bar._replace(open_ms=bar.open_ms - earlier) for bar in within]
