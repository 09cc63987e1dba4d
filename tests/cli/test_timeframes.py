"""Commands on candles of a second and of five minutes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import Result

from analysis.questions import build_question
from data.catalogue import load_catalogue
from data.schema import LOW_TRADE, Timeframe
from data.store import CandleStore
from tests.cli.program import CSV_HEADER, RunCommand, write_csv

START = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:22Z")
OTHER_VENUES = ("bitget", "bybit", "gate")


@pytest.fixture
def run(run: RunCommand, tmp_path: Path) -> RunCommand:
    """Runs commands on a store of two minutes of four venues, as seconds and as minutes."""
    seconds = [_format_row(venue, second, 100, 100, "1s") for venue in OTHER_VENUES for second in range(120)]
    # In the 14th second Binance trades down to 40 and closes it at 50; the others do not move.
    seconds += [
        _format_row("binance", second, 40, 50, "1s") if second == 13 else _format_row("binance", second, 100, 100, "1s")
        for second in range(120)
    ]
    minutes = [_format_row(venue, 60 * minute, 100, 100, "1m") for venue in OTHER_VENUES for minute in range(2)]
    minutes += [_format_row("binance", 0, 40, 100, "1m"), _format_row("binance", 60, 100, 100, "1m")]
    file = write_csv(tmp_path / "both.csv", [*seconds, *minutes], header=f"{CSV_HEADER},timeframe")
    assert run("import", "--complete", file).exit_code == 0
    return run


def _format_row(venue: str, second: int, low: float, close: float, timeframe: str) -> str:
    open_time = START + timedelta(seconds=second)
    return f"{venue},ATOM/USDT,{open_time:%Y-%m-%dT%H:%M:%SZ},100,100,{low},{close},50,{timeframe}"


def _read_binance(result: Result) -> dict[str, Any]:
    content = json.loads(result.output)
    (row,) = (row for row in content["rows"] if row["venue"] == "binance")
    summary = row["against"]["usdt"]
    return {"timeframe": content["timeframe"], **row, **summary, **summary["below"]}


def test_measure_seconds(run: RunCommand) -> None:
    """A fall within a second is 50 % in bars of a second, and invisible in the minute's close."""
    minute = _read_binance(run("measure", "--asset", "ATOM", *WINDOW, "--json"))
    assert (minute["timeframe"], minute["deviation"], minute["firm_min"], minute["minutes"]) == ("1m", 0, 2, 0)
    second = _read_binance(run("measure", "--asset", "ATOM", *WINDOW, "--timeframe", "1s", "--json"))
    assert (second["timeframe"], second["deviation"], second["at"]) == ("1s", -0.5, "2025-10-10T21:20:13Z")
    assert (second["firm_min"], second["minutes"]) == (2, 1 / 60)
    assert second["low_at"] == "2025-10-10T21:20:13Z"


def test_tables_show_seconds(run: RunCommand) -> None:
    """The table shows the second, the length of the bars, and fractions of minutes."""
    output = run("measure", "--asset", "ATOM", *WINDOW, "--timeframe", "1s").output
    assert "2 minutes, bars of 1s, real data" in output
    assert "Binance 2 50% 21:20:13 0.02 0.02 0.02 0" in " ".join(output.split())


def test_lows_name_the_trade(run: RunCommand, lake: str) -> None:
    """Where the bar of the low was built from trades, the trade is given with time, price, amount and id."""
    trade = {
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "timeframe": "1s",
        "open_time": START + timedelta(seconds=13),
        "at": START + timedelta(milliseconds=13_482),
        "price": 40.0,
        "amount": 3.5,
        "trade_id": "77",
        "source": "host",
        "fetched_at": START + timedelta(days=1),
    }
    other_trade = {**trade, "open_time": START, "at": START, "price": 100.0, "trade_id": "1"}
    CandleStore(lake).lowest_trades.write(pl.DataFrame([trade, other_trade], schema=LOW_TRADE))
    arguments = ("lows", "--asset", "ATOM", *WINDOW, "--timeframe", "1s")
    rows = json.loads(run(*arguments, "--json").output)["groups"]["usdt"]["low"]["rows"]
    venues = {row["venue"]: row for row in rows}
    assert venues["binance"]["trade"] == {"at": "2025-10-10T21:20:13.482Z", "price": 40, "amount": 3.5, "id": "77"}
    assert venues["gate"]["trade"] is None
    assert "the lowest trade was 3.5 at 40 USDT, 2025-10-10 21:20:13.482 UTC, trade 77" in run(*arguments).output


def test_trade_of_another_price_is_ignored(run: RunCommand, lake: str) -> None:
    """A stored trade whose price is not the bar's low comes from another route, and is not shown."""
    at = START + timedelta(seconds=13)
    row = ("binance", "ATOM/USDT", "1s", at, at, 41.0, 1.0, "7", "host", at)
    CandleStore(lake).lowest_trades.write(pl.DataFrame([row], schema=LOW_TRADE, orient="row"))
    content = json.loads(run("lows", "--asset", "ATOM", *WINDOW, "--timeframe", "1s", "--json").output)
    assert [row["trade"] for row in content["groups"]["usdt"]["low"]["rows"]] == [None] * 4


def test_missing_timeframe(run: RunCommand) -> None:
    """Bars are not built from shorter ones: the message says how to collect those of five minutes."""
    result = run(
        "measure", "--asset", "ATOM", "--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:30Z", "--timeframe", "5m"
    )
    assert result.exit_code == 3
    assert "--timeframe 5m" in result.output


def test_window_is_rounded_down_to_bars() -> None:
    """Edges of a window inside of five-minute bars are rounded down to the starts of these bars."""
    edges = START + timedelta(minutes=2), START + timedelta(minutes=13)
    question = build_question(load_catalogue(), "ATOM", *edges, event="2025-10-10", timeframe=Timeframe.M5)
    assert (question.start, question.end) == (START, START + timedelta(minutes=10))
    assert question.window is None


def test_export_one_timeframe(run: RunCommand) -> None:
    """An export of seconds contains no minutes."""
    result = run("export", "--asset", "ATOM", "--what", "candles", *WINDOW, "--timeframe", "1s", "--out", "seconds.csv")
    assert "480 rows" in result.output
