"""`maintain` on the command line, and what `status` says about layouts."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import clock
from data.delta.upkeep import migration
from data.store import CandleStore
from tests.cli.program import RunCommand, split_lines
from tests.data.frames import NOW, build_candle, build_fetched, get_minute
from tests.data.old_store import create_old_store

OLD_LAYOUT = "Candles of a minute are stored by asset and day, as earlier versions did: `maintain` stores them by month"


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def old_store(lake: str) -> CandleStore:
    """A store of an earlier version, with candles of two days."""
    store = create_old_store(Path(lake))
    later = datetime(2025, 10, 11, tzinfo=UTC)
    store.candles.write(build_fetched(build_candle(0), build_candle(1), build_candle(at=later)))
    return store


@pytest.mark.usefixtures("old_store")
def test_maintain_brings_an_old_store_to_months(run: RunCommand) -> None:
    """`status` names the layout and the command, `maintain` does it, and then there is nothing left to do."""
    assert OLD_LAYOUT in run("status").stdout
    content = json.loads(run("status", "--json").stdout)
    assert (content["layouts"], content["outdated_layouts"]) == ({"1m": "day"}, ["1m"])
    maintained = run("maintain")
    assert maintained.exit_code == 0
    lines = split_lines(maintained.stdout)
    assert lines[0] == "Candles of a minute: 3 rows, now by month."
    assert "stay for 7 days, for readers of an earlier state." in lines[1]
    assert "Candles of a minute are stored by asset and month\n" in run("status").stdout
    assert run("maintain").stdout.count("\n") == 1


def test_maintain_of_a_store_by_month_keeps_its_candles(run: RunCommand, lake: str) -> None:
    """A new store is only compacted."""
    store = CandleStore(lake)
    for number in range(3):
        store.candles.write(build_fetched(build_candle(number)))
    assert run("maintain").exit_code == 0
    assert store.read_candles(["ATOM"], get_minute(0), get_minute(3)).height == 3


def test_maintain_compacts_a_store_that_it_cannot_migrate(
    run: RunCommand, old_store: CandleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store elsewhere is compacted as it is; the end says what to do, with exit code 1."""
    monkeypatch.setattr(migration, "find_local_folder", lambda _: None)
    maintained = run("maintain")
    assert maintained.exit_code == 1
    assert "copy the store into a folder" in maintained.stderr
    assert "became" in maintained.stdout
    assert old_store.read_candles(["ATOM"], get_minute(0), get_minute(3)).height == 2
