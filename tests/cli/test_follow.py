"""`follow` and `serve --follow` collect the newest minutes, one process per store, and log each run."""

import asyncio
import threading
from typing import Any

import pytest

from data.lock import FollowerLock
from tests.cli.program import DEAD_ADDRESS, OKX_ONLY, ReplayedProgram
from tests.collectors.replay_setup import NOW


def test_status_shows_size_and_runs(program: ReplayedProgram) -> None:
    """`status` prints the size of the store and the follower's runs; in JSON the size is in bytes and files."""
    program.run_with_replay("follow", "--once", "--assets", "ATOM", *OKX_ONLY)
    content = program.read_status()
    assert content["size"]["bytes"] > 1000
    assert content["size"]["files"] > 3
    assert [(run["kind"], run["outcome"]) for run in content["runs"]] == [("follow", content["runs"][0]["outcome"])]
    text = program.run("status").output
    assert "MB in" in text
    assert "Last runs of the follower:" in text


def test_follow_once(program: ReplayedProgram) -> None:
    """`follow --once` collects the last hour of final candles, logs the run with its process, and exits with 0."""
    result = program.run_with_replay("follow", "--once", "--assets", "ATOM", "--venues", "coinbaseexchange")
    assert result.exit_code == 0
    run = program.read_status()["runs"][0]
    assert (run["kind"], run["outcome"]) == ("follow", "done")
    assert (run["start"], run["end"]) == ("2026-11-20T10:58:00Z", "2026-11-20T11:58:00Z")
    assert run["new"] > 100
    assert run["holder"].startswith("process ")


def test_incomplete_run_exits_with_1(program: ReplayedProgram) -> None:
    """`follow --once` exits with 1 if a venue gave nothing; the log says what is missing."""
    result = program.run("follow", "--once", "--assets", "ATOM", *OKX_ONLY, "--mirror", DEAD_ADDRESS)
    assert result.exit_code == 1
    run = program.read_status()["runs"][0]
    assert run["outcome"] == "could not have everything"
    assert run["message"].startswith("okx, 3 markets, as ATOM/*: no list of markets")


def test_second_follower_is_usage_error(program: ReplayedProgram) -> None:
    """While a process follows the store, `follow` and `serve --follow` exit with 2 and name that process."""
    with FollowerLock(program.store).hold(NOW) as holder:
        second = program.run("follow", "--once", *OKX_ONLY, "--mirror", DEAD_ADDRESS)
        served = program.run("serve", "--follow", "--port", "20530")
    assert (second.exit_code, served.exit_code) == (2, 2)
    for refused in (second, served):
        assert f"is followed already, by {holder}: end that one first" in refused.output
    assert program.read_status()["runs"] == []


def test_serve_with_follower(program: ReplayedProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve --follow` holds the store's lock and runs a follower exactly while the page is served."""
    lock_states: list[bool] = []
    started, stopped = threading.Event(), threading.Event()

    class WaitingFollower:
        """A follower that waits until it is cancelled."""

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

    def serve_app(_page: object, listener: Any, _print_line: object) -> None:  # noqa: ANN401 - a socket
        listener.close()
        assert started.wait(30)
        lock_states.append(FollowerLock(program.store).read_holder() is not None)
        assert not stopped.is_set()

    monkeypatch.setattr("cli.commands.follow.Follower", WaitingFollower)
    monkeypatch.setattr("cli.server.serve.serve_app", serve_app)
    assert program.run("serve", "--follow", "--port", "20540").exit_code == 0
    assert lock_states == [True]
    assert stopped.is_set()
    assert FollowerLock(program.store).read_holder() is None
