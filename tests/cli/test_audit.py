"""`audit`: what one bar has twice, after a collection, another fetch and an import."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from cli import clock
from tests.cli.program import OKX_ONLY, ReplayedProgram, RunCommand, split_lines, write_csv
from tests.collectors.replay_setup import NOW
from tests.replay.faults import alter_row

WINDOW = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-10T21:00Z")
ATOM = ("--asset", "ATOM", *WINDOW)
COLLECT = ("collect", "--assets", "ATOM", *WINDOW, *OKX_ONLY)


def test_a_changed_candle_of_the_same_source_is_told_apart(
    program: ReplayedProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 60 minutes that OKX was asked for twice one has other prices; before, nothing had been requested twice."""
    program.run_with_replay(*COLLECT)
    assert "No bar was requested twice from one source" in program.run("audit", *ATOM).stdout
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    program.run_with_replay(*COLLECT, "--refetch", faults=(alter_row("market/history-candles"),))
    result = program.run("audit", *ATOM, "--json")
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert (content["assets"], content["from"], content["bars"]) == (["ATOM"], "2025-10-10T20:00:00Z", 60)
    (comparison,) = content["comparisons"]
    assert (comparison["kind"], comparison["source_a"] == comparison["source_b"]) == ("changed", True)
    assert (comparison["compared"], comparison["equal"], comparison["differing"]) == (60, 59, 1)
    assert comparison["largest_price_difference"] == 1.0
    assert {row["relative_difference"] for row in content["differences"] if row["field"] != "volume"} == {1.0}
    lines = program.run("audit", *ATOM).stdout
    assert "60 bars fetched again from the same source: 59 equal, 1 with other values now." in lines


def test_an_imported_file_is_a_second_source(program: ReplayedProgram) -> None:
    """A file with another close differs from the collected candle, which is no change; `--venues` leaves it out."""
    program.run_with_replay(*COLLECT)
    low, high = 0.001, 99.0
    row = f"okx,ATOM/USDT,2025-10-10T20:05:00Z,5,{high},{low},5,7"
    program.run("import", str(write_csv(program.folder / "mine.csv", [row])))
    content = json.loads(program.run("audit", *ATOM, "--json").stdout)
    (comparison,) = content["comparisons"]
    names = ("kind", "origin_a", "origin_b", "source_b", "compared", "differing")
    assert [comparison[name] for name in names] == [
        "sources",
        "collected:ccxt-ohlcv",
        "imported",
        "mine.csv",
        1,
        1,
    ]
    assert {row["open_time"] for row in content["differences"]} == {"2025-10-10T20:05:00Z"}
    assert {row["value_b"] for row in content["differences"]} >= {low, high}
    text = program.run("audit", *ATOM).stdout
    assert "1 bar from two sources: 0 equal, 1 different." in text
    assert "a difference between them is not a change" in text
    assert any(line.startswith("OKX 1 1 ") for line in split_lines(text))
    assert program.run("audit", *ATOM, "--venues", "kraken").exit_code == 3


def test_without_a_candle_there_is_nothing_to_audit(run: RunCommand) -> None:
    """An empty store ends with exit code 3, no window with 2."""
    result = run("audit", *ATOM)
    assert result.exit_code == 3
    assert "the store holds no real candle of ATOM in the window" in result.output
    assert run("audit", "--asset", "ATOM").exit_code == 2


def test_more_differences_are_shown_with_verbose(run: RunCommand, tmp_path: Path) -> None:
    """Of 30 differing minutes 20 are shown, and all with `--verbose`; unusual candles are named."""
    for name, volume in (("a.csv", 1), ("b.csv", 2)):
        rows = [f"okx,ATOM/USDT,2025-10-10T20:{minute:02}:00Z,5,5,5,5,{volume}" for minute in range(30)]
        rows.append("okx,ATOM/USDT,2025-10-10T20:40:00Z,5,6,4,5,0")
        run("import", "--replace", str(write_csv(tmp_path / name, rows)))
    text = run("audit", *ATOM).stdout
    assert "and 10 more" in text
    assert text.count(":00 volume ") == 20
    assert "2 runs of candles (2 bars) do not look like trades." in text
    assert any("prices move, volume 0" in line for line in split_lines(text))
    assert run("audit", *ATOM, "--verbose").stdout.count(":00 volume ") == 30
