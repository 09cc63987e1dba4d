"""A follower with an outage longer than an exchange's reach; the long form is `tests.torture.store.soak`."""

import asyncio
from pathlib import Path

import pytest

from tests.collectors.replay_setup import open_store
from tests.torture.store.soak import Outage, Usage, follow, list_leaks, list_missed, list_uncovered

OUTAGES = [Outage("bybit", 30, 110), Outage("okx", 20, 90)]


def test_coverage_lacks_what_an_outage_cost_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bybit has its newest hour, and was out from the run at minute 30 to that at 110; okx has all of its minutes.

    The run at minute 25 had minutes up to 22, as a minute is final two minutes after its end, and that at 110 had
    minutes from 50 on.
    """
    monkeypatch.setattr("collectors.store_writer.MAX_WAIT_S", 0.0)
    store = open_store(tmp_path)
    asyncio.run(follow(store, tmp_path, 115, OUTAGES))
    assert list_uncovered(store, "bybit", 115) == set(range(23, 50))
    assert list_missed("bybit", 115, OUTAGES) == set(range(23, 50))
    assert list_uncovered(store, "okx", 115) == set()
    assert list_uncovered(store, "binance", 115) == set()


def build_usages(memory_mib: list[int], threads: int = 16, open_files: int = 23) -> list[Usage]:
    """An hour for each figure of memory; the others are those of the last hour."""
    first = [Usage(240, 100, 1.0, figure, 268_000, 16, 23) for figure in memory_mib[:-1]]
    return [*first, Usage(240, 100, 1.0, memory_mib[-1], 268_000, threads, open_files)]


def test_only_what_grows_from_then_on_is_a_leak() -> None:
    """The memory of hours seven and eight is compared with that of hours three and four."""
    assert list_leaks(build_usages([350, 380, 400, 400, 400, 400, 400, 400])) == []
    assert list_leaks(build_usages([350, 380, 400, 400, 420, 430, 441, 441])) == ["memory"]
    assert list_leaks(build_usages([400] * 8, threads=49, open_files=32)) == ["threads", "open files"]
