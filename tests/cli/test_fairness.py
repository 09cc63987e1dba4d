"""`measure` over all assets, with the days before, and with `--sensitivity`; `lows` with its threshold curve."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.program import RunCommand, split_lines
from tests.deviation.close_boards import START, ClosesByMarket, build_candles

WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:25Z")
VENUES = ("binance", "bitget", "bybit", "gate")
FLAT_CLOSES = [100.0] * 5
ATOM_BOARD: ClosesByMarket = {f"{venue} ATOM/USDT": FLAT_CLOSES for venue in VENUES} | {
    "binance ATOM/USDT": [80, 80, 80, 100, 100]
}
DOGE_BOARD: ClosesByMarket = {f"{venue} DOGE/USDT": FLAT_CLOSES for venue in VENUES}
DAY_BEFORE_BOARD: ClosesByMarket = {f"{venue} ATOM/USDT": FLAT_CLOSES for venue in VENUES}
"""In the same minutes of the day before all closes are equal."""
QUIET_BOARD: ClosesByMarket = {"okx ATOM/USDT": FLAT_CLOSES}
"""A venue with candles but no trade."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """ATOM and DOGE on four venues for five minutes, ATOM in the same minutes of the day before, and a quiet fifth."""
    path = tmp_path / "candles.csv"
    frame = build_candles(ATOM_BOARD | DOGE_BOARD).vstack(
        build_candles(DAY_BEFORE_BOARD, start=START - timedelta(days=1))
    )
    frame = frame.vstack(build_candles(QUIET_BOARD, volume=0.0))
    frame.drop("timeframe", "price", "origin").write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return path


@pytest.fixture
def run(run: RunCommand, file: Path) -> RunCommand:
    """Runs commands on the file, or on the store for a reconstruction."""

    def run_on_file(*arguments: str) -> Result:
        return run(*arguments, *(() if "reconstruction" in arguments else ("--input", file)))

    return run_on_file


def test_all_assets_of_an_event(run: RunCommand) -> None:
    """The event's assets without a candle are named, and the exit code is 1."""
    edges = ("--event", "2025-10-10", *WINDOW)
    result = run("measure", *edges, "--json")
    assert result.exit_code == 1
    content = json.loads(result.stdout)
    assert (content["assets"], content["no_candle"]) == (["ATOM", "DOGE"], ["WBETH", "BNSOL", "XRP"])
    assert "no real candle of WBETH in the window" in result.stderr
    assert content["event"] == "2025-10-10"
    aid = content["reading_aid"]["usdt"]
    assert (aid["ranked"], aid["deepest"], aid["longest"], aid["even_share"]) == (2, 1, 1, 0.5)
    placebo = content["placebo"]
    assert [day["from"] for day in placebo] == [f"2025-10-0{day}T21:20:00Z" for day in range(9, 2, -1)]
    assert [day["usdt"]["found"] for day in placebo] == ["ranked", *["not collected"] * 6]
    assert (placebo[0]["usdt"]["ranked"], placebo[0]["usdt"]["deepest"]) == (1, 0)
    assert placebo[0]["note"] == "in the calm span that picks the markets"
    assert json.loads(run("measure", "--asset", "all", *edges, "--json").stdout) == content


def test_all_assets_of_the_catalogue(run: RunCommand) -> None:
    """Without an event, assets with a candle in the window are measured, and the exit code is 0."""
    result = run("measure", *WINDOW, "--json")
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert (content["assets"], content["no_candle"], content["window"]) == (["ATOM", "DOGE"], [], "chosen by hand")
    assert content["placebo"][0]["note"] is None
    assert content["fx_assumed"] == ["USDT"]


def test_matrix_width(run: RunCommand) -> None:
    """A table per group, the reading aid and the days before fit into 100 columns."""
    text = run("measure", *WINDOW, "--focus", "binance").stdout
    lines = split_lines(text)
    assert "ATOM Binance −20 % 3 of 5 2 3 deepest longest" in lines
    assert "DOGE Binance 0.0 % 0 of 5 0 0 too close to call too close to call" in [
        line.replace("+0.0", "0.0") for line in lines
    ]
    assert "1 USDT taken as 1 USD" in lines
    assert "no data: DOGE OKX" in lines
    assert "2025-10-10 21:20 1 of 2 1 of 2 0.50 of 2 as asked" in lines
    assert "2025-10-09 21:20 0 of 1 0 of 1 0.25 of 1" in lines
    assert "2025-10-08 21:20 – – – not collected" in lines
    assert "Assets fell together, so this is no significance test." in text
    assert all(len(line) <= 100 for line in text.splitlines()[1:])
    event = run("measure", "--event", "2025-10-10", *WINDOW).stdout
    assert "2025-10-09 21:20 0 of 1 0 of 1 0.25 of 1 in the calm span that picks the markets" in " ".join(event.split())
    assert all(len(line) <= 100 for line in event.splitlines()[1:])


def test_focus_without_rank(run: RunCommand) -> None:
    """A venue without a candle is not in the matrix, and a line says that it has no rank."""
    text = run("measure", *WINDOW, "--focus", "kraken").stdout
    assert "Kraken is ranked on no asset among USDT exchanges." in text
    text_of_three = run("measure", *WINDOW, "--venues", "binance,bitget,bybit").stdout
    assert (
        "not ranked: firm in 0 of 5 minutes: ATOM Binance, Bitget, Bybit; DOGE Binance, Bitget, Bybit" in text_of_three
    )


def test_no_candle_exits_with_3(run: RunCommand) -> None:
    """Without a candle of any asset the exit code is 3."""
    result = run("measure", "--event", "2025-10-10", "--window", "depeg")
    assert result.exit_code == 3
    assert "no real candle of ATOM, WBETH, BNSOL, DOGE, XRP from 2025-10-10T21:36Z" in result.output


def test_sensitivity(run: RunCommand) -> None:
    """`--sensitivity` adds the ranges of every market and leaves the measurement unchanged."""
    without_sensitivity = json.loads(run("measure", "--asset", "ATOM", *WINDOW, "--json").stdout)
    content = json.loads(run("measure", "--asset", "ATOM", *WINDOW, "--json", "--sensitivity").stdout)
    assert {
        name: value for name, value in content.items() if name not in {"sensitivity", "runs"}
    } == without_sensitivity
    assert content["runs"] == 16 + 5 - 1
    binance = content["sensitivity"][0]
    assert (binance["venue"], binance["symbol"], binance["group"]) == ("binance", "ATOM/USDT", "usdt")
    # Without any of the four that trade only two votes are left.
    assert binance["not_firm"] == ["without Bitget", "without Bybit", "without Gate"]
    text = run("measure", "--asset", "ATOM", *WINDOW, "--sensitivity").stdout
    lines = split_lines(text)
    assert "Over 20 runs a market: median and weighted-median" in text
    assert "Binance ATOM/USDT −20 % 0 to 3 without Bitget –" in lines
    assert "Binance ATOM/USDT: −20 % (defaults) to −20 % (defaults)" in lines
    assert "Binance ATOM/USDT: no firm minute (without Bitget; without Bybit; without Gate)" in lines
    flips = "without Bitget; without Bybit; without Gate: 'not ranked'"
    assert f"Binance ATOM/USDT, deepest? 'deepest' | {flips}" in lines


def test_sensitivity_without_firm_minute(run: RunCommand) -> None:
    """OKX never trades: its depth is a dash in every run, and it has no rank to change."""
    text = run("measure", "--asset", "ATOM", *WINDOW, "--focus", "okx", "--sensitivity").stdout
    lines = split_lines(text)
    assert "OKX ATOM/USDT – – – –" in lines
    assert any(line.startswith("OKX ATOM/USDT: no firm minute (defaults; ") for line in lines)
    assert not any(line.startswith("OKX ATOM/USDT, ") for line in lines)


def test_sensitivity_without_changes(run: RunCommand) -> None:
    """With two venues no minute is firm: there are no ranges, and a line says that no rank changes."""
    text = run("measure", "--asset", "ATOM", *WINDOW, "--venues", "binance,bitget", "--sensitivity").stdout
    assert text.rstrip().endswith("in turn:\nNo setting changes a rank.")


def test_reconstruction_has_no_ranks(run: RunCommand) -> None:
    """The sample has numbers, but no ranks, reading aid, placebo or sensitivity."""
    sample = ("--event", "2025-10-10", "--origin", "reconstruction")
    assert "taken as 1 USD" not in run("measure", *sample).stdout  # the sample has USDT/USD
    content = json.loads(run("measure", *sample, "--json").stdout)
    assert (content["reading_aid"], content["placebo"]) == (None, None)
    note = "Illustration from published figures: no ranks, no reading aid, no sensitivity are given."
    assert note in run("measure", *sample).stdout
    asset_arguments = ("--asset", "ATOM", *sample, "--sensitivity")
    assert json.loads(run("measure", *asset_arguments, "--json").stdout)["sensitivity"] == []
    assert note in run("measure", *asset_arguments).stdout


def test_sensitivity_of_all_assets_is_usage_error(run: RunCommand) -> None:
    """`--sensitivity` needs one asset."""
    result = run("measure", *WINDOW, "--sensitivity")
    assert result.exit_code == 2
    assert "--sensitivity is of one asset" in result.output


def test_threshold_curve(run: RunCommand) -> None:
    """`lows` has firm minutes at or beyond each depth, and the share of the window's volume in them."""
    content = json.loads(run("lows", "--asset", "ATOM", *WINDOW, "--json").stdout)
    rows = {row["venue"]: row for row in content["assets"][0]["venues"]}
    assert list(rows) == ["binance", "bitget", "bybit", "gate"]
    # 80 against 100: minutes at or beyond 1, 2, 5, 10 and 20 per cent, 3 of 5 minutes of equal volume.
    assert rows["binance"]["against"]["usdt"] == {
        "firm_min": 5,
        "threshold_min": {"1": 3, "2": 3, "5": 3, "10": 3, "20": 3, "50": 0},
    }
    assert rows["binance"]["against"]["usd"]["firm_min"] == 0
    assert rows["binance"]["volume_share"] == {"1": 0.6, "2": 0.6, "5": 0.6, "10": 0.6, "20": 0.6, "50": 0.0}
    assert rows["gate"]["against"]["usdt"]["threshold_min"]["1"] == 0
    assert set(content["assets"][0]["lowest"]) == {"venue", "symbol", "group", "low", "low_at"}
    assert content["fx_assumed"] == ["USDT"]
    lines = split_lines(run("lows", "--asset", "ATOM", *WINDOW).stdout)
    assert "1 USDT taken as 1 USD" in lines
    assert "ATOM against USDT exchanges: minutes at or beyond each depth" in lines
    assert "Binance ATOM/USDT 80 21:20 5 3 (60) 3 (60) 3 (60) 3 (60) 3 (60) 0" in lines


def test_market_path(run: RunCommand) -> None:
    """Section 10: the median of 100, 100, 100 and 80 never falls; its minimum is first reached at once."""
    content = json.loads(run("measure", "--asset", "ATOM", *WINDOW, "--json").stdout)
    assert content["path"] == {
        "usdt": {"onset": None, "bottom": "2025-10-10T21:20:00Z"},
        "usd": {"onset": None, "bottom": None},
    }
