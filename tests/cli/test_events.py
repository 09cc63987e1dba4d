"""`events`: the library, and what the store holds of it."""

import json

from data.catalogue import load_catalogue
from data.store import CandleStore
from tests.cli.program import RunCommand, split_lines
from tests.collectors.replay_setup import NOW
from tests.dashboard.memory_store import build_crash_candles


def test_every_event_has_a_line(run: RunCommand) -> None:
    """An empty store holds nothing of any event; days of a window that ends at midnight end the day before."""
    result = run("events")
    assert result.exit_code == 0
    lines = split_lines(result.stdout)
    assert "2021-02-22 Kraken ETH, 22 Feb 2021 22 Feb 2021 Kraken ETH, ADA, DOT nothing" in lines
    assert "2023-03-10 USDC depeg, 10-12 March 2023 10 Mar to 12 Mar 2023 Kraken BTC nothing" in lines
    assert [line.split()[0] for line in lines[2:11]] == list(load_catalogue().events)


def test_what_the_store_holds(run: RunCommand, lake: str) -> None:
    """Exchanges with prices in the default window, and the minutes of the exchange that the event is about."""
    CandleStore(lake).write_candles(build_crash_candles(), source="by hand", fetched_at=NOW)
    line = next(line for line in split_lines(run("events").stdout) if line.startswith("2025-10-10"))
    assert line.endswith("10 exchanges, 30 of 150 minutes")


def test_as_json(run: RunCommand) -> None:
    """The JSON has everything that the file of the event says, times in UTC."""
    rows = {row["id"]: row for row in json.loads(run("events", "--json").stdout)}
    row = rows["2026-02-06"]
    assert (row["quotes"], row["focus"], row["side"]) == (["KRW"], "bithumb", "below")
    assert row["windows"]["sales"] == {"from": "2026-02-06T10:00:00Z", "to": "2026-02-06T11:00:00Z"}
    assert row["store"]["venues"] == []
    assert row["store"]["lacking"] == row["venues"]
    assert row["published"][1]["text"] == "620,000 BTC credited, 99.7% recovered"
