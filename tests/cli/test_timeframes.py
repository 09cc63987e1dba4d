"""Bars of a second from file to answer: the crash second is bounded closer than the minute, its trade is named."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from analysis.questions import build_question
from cli.main import main
from data.catalogue import load_catalogue
from data.schema import LOW_TRADE, Timeframe
from data.store import CandleStore

HEADER = "venue,symbol,open_time,open,high,low,close,volume,timeframe"
START = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:22Z")
OTHER_VENUES = ("bitget", "bybit", "gate")


@pytest.fixture
def lake(tmp_path: Path) -> str:
    """Where the store is."""
    return str(tmp_path / "lake")


@pytest.fixture
def run(tmp_path: Path, lake: str, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a function
    """Runs a command on a store of two minutes of four venues, as seconds and as minutes."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--store", lake, *arguments], catch_exceptions=False)

    seconds = [_format_row(venue, second, 100, 100, "1s") for venue in OTHER_VENUES for second in range(120)]
    # In the 14th second Binance trades down to 40 and closes it at 50; the others do not move.
    seconds += [
        _format_row("binance", second, 40, 50, "1s") if second == 13 else _format_row("binance", second, 100, 100, "1s")
        for second in range(120)
    ]
    minutes = [_format_row(venue, 60 * minute, 100, 100, "1m") for venue in OTHER_VENUES for minute in range(2)]
    minutes += [_format_row("binance", 0, 40, 100, "1m"), _format_row("binance", 60, 100, 100, "1m")]
    file = tmp_path / "both.csv"
    file.write_text("\n".join([HEADER, *seconds, *minutes]), encoding="utf-8")
    assert run_command("import", "--complete", str(file)).exit_code == 0
    return run_command


def _format_row(venue: str, second: int, low: float, close: float, timeframe: str) -> str:
    open_time = START + timedelta(seconds=second)
    return f"{venue},ATOM/USDT,{open_time:%Y-%m-%dT%H:%M:%SZ},100,100,{low},{close},50,{timeframe}"


def _read_binance(result: Result) -> dict[str, Any]:
    content = json.loads(result.output)
    (row,) = (row for row in content["venues"] if row["venue"] == "binance")
    return {"timeframe": content["timeframe"], **row, **row["against"]["usdt"]}


def test_a_second_is_measured_apart_from_its_minute(run: Any) -> None:  # noqa: ANN401
    """What the minute's close does not show, the second's does: 50 % below for a sixtieth of a minute."""
    minute = _read_binance(run("measure", "--asset", "ATOM", *WINDOW, "--json"))
    assert (minute["timeframe"], minute["depth"], minute["firm_min"], minute["below_min"]) == ("1m", 0, 2, 0)
    second = _read_binance(run("measure", "--asset", "ATOM", *WINDOW, "--timeframe", "1s", "--json"))
    assert (second["timeframe"], second["depth"], second["depth_at"]) == ("1s", -0.5, "2025-10-10T21:20:13Z")
    assert (second["firm_min"], second["below_min"]) == (2, 1 / 60)
    assert second["low_at"] == "2025-10-10T21:20:13Z"


def test_the_tables_show_seconds(run: Any) -> None:  # noqa: ANN401
    """The table on the terminal names the second, the length of the bars, and parts of minutes."""
    output = run("measure", "--asset", "ATOM", *WINDOW, "--timeframe", "1s").output
    assert "2 minutes in bars of 1s" in output
    assert "21:20:13" in output
    assert "0.02 of 2" in output


def test_lows_name_the_very_trade(run: Any, lake: str) -> None:  # noqa: ANN401
    """Where the bar of the low was made of trades, the trade is named with its own time, price, amount and id."""
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
    elsewhere = {**trade, "open_time": START, "at": START, "price": 100.0, "trade_id": "1"}
    CandleStore(lake).write_low_trades(pl.DataFrame([trade, elsewhere], schema=LOW_TRADE))
    arguments = ("lows", "--asset", "ATOM", *WINDOW, "--timeframe", "1s")
    venues = {row["venue"]: row for row in json.loads(run(*arguments, "--json").output)["assets"][0]["venues"]}
    assert venues["binance"]["trade"] == {"at": "2025-10-10T21:20:13.482Z", "price": 40, "amount": 3.5, "id": "77"}
    assert venues["gate"]["trade"] is None
    assert "the lowest trade was 3.5 at 40 USDT, 2025-10-10 21:20:13.482 UTC, trade 77" in run(*arguments).output


def test_a_trade_of_another_price_is_not_the_low(run: Any, lake: str) -> None:  # noqa: ANN401
    """A trade that is not what the bar calls its low belongs to candles of another route: none is named."""
    at = START + timedelta(seconds=13)
    row = ("binance", "ATOM/USDT", "1s", at, at, 41.0, 1.0, "7", "host", at)
    CandleStore(lake).write_low_trades(pl.DataFrame([row], schema=LOW_TRADE, orient="row"))
    content = json.loads(run("lows", "--asset", "ATOM", *WINDOW, "--timeframe", "1s", "--json").output)
    assert [venue["trade"] for venue in content["assets"][0]["venues"]] == [None] * 4


def test_what_is_not_there_is_said_with_the_way_to_get_it(run: Any) -> None:  # noqa: ANN401
    """No bar is made of shorter ones: the way to collect five-minute bars is named."""
    result = run(
        "measure", "--asset", "ATOM", "--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:30Z", "--timeframe", "5m"
    )
    assert result.exit_code == 3
    assert "--timeframe 5m" in result.output


def test_a_window_is_rounded_down_to_whole_bars() -> None:
    """A window of five-minute bars whose edges lie inside of bars begins and ends with these bars."""
    edges = START + timedelta(minutes=2), START + timedelta(minutes=13)
    question = build_question(load_catalogue(), "ATOM", *edges, event="2025-10-10", timeframe=Timeframe.M5)
    assert (question.start, question.end) == (START, START + timedelta(minutes=10))
    assert question.window is None


def test_candles_of_one_length_are_exported(run: Any) -> None:  # noqa: ANN401
    """An export of seconds holds no minutes."""
    result = run("export", "--asset", "ATOM", "--what", "candles", *WINDOW, "--timeframe", "1s", "--out", "seconds.csv")
    assert "480 rows" in result.output
