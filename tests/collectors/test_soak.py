"""A follower with an outage longer than an exchange's reach; the long form is `tests.torture.soak`."""

import asyncio
from pathlib import Path

import pytest

from tests.collectors.replay_setup import open_store
from tests.torture.soak import Outage, follow, list_missed, list_uncovered

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
