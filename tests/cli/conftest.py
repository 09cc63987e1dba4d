"""Fixtures that run the command line."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import stamina

from cli import clock
from collectors.collect import run_check, run_collection
from collectors.follower import Follower
from tests.cli.program import ReplayedProgram, RunCommand, run_main
from tests.collectors.replay_setup import FAST_VENUES, NOW


@pytest.fixture
def lake(tmp_path: Path) -> str:
    """The location of a store that does not exist yet."""
    return str(tmp_path / "lake")


@pytest.fixture
def run(tmp_path: Path, lake: str, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Runs commands on a store of their own, with an empty folder as the current one."""
    monkeypatch.chdir(tmp_path)
    return partial(run_main, "--store", lake)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReplayedProgram]:
    """The program with a fixed clock, without waiting between requests, and with two attempts per request.

    It requests no market but those that the replay lists.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("collectors.listing.list_unlisted_markets", lambda *_: [])
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr("cli.commands.collect.run_collection", partial(run_collection, venues=FAST_VENUES))
    monkeypatch.setattr("cli.commands.collect.run_check", partial(run_check, venues=FAST_VENUES))
    monkeypatch.setattr("cli.scan.command.VENUES", FAST_VENUES)
    monkeypatch.setattr("cli.commands.follow.Follower", partial(Follower, table=FAST_VENUES))
    replayed_program = ReplayedProgram(tmp_path)
    with stamina.set_testing(True, attempts=2, cap=True), replayed_program.exit_stack:
        yield replayed_program
