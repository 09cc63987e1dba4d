"""`sequence`: times, ties, comparisons and exit codes."""

import json
from pathlib import Path

import pytest

from tests.cli.program import RunCommand, split_lines, write_csv

WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:24Z")
CLOSES = {
    "binance,BTC/USDT": (100, 100, 96, 90, 95),
    "okx,BTC/USDT": (100, 100, 97, 91, 95),
    "binance,USDE/USDT": (1, 1, 1, 1, 0.7),
    "bybit,USDE/USDT": (1, 1, 0.98, 0.98, 0.9),
    "okx,USDE/USDT": (1, 1, 1, 0.97, 0.97),
}
"""Closes from 21:19 on: BTC's median is lowest at 21:22."""


@pytest.fixture
def candles(tmp_path: Path) -> Path:
    """The closes as a file; every candle trades enough to count."""
    rows = [
        f"{market},2025-10-10T21:{19 + i}:00Z,{close},{close},{close},{close},{1_000 / close}"
        for market, closes in CLOSES.items()
        for i, close in enumerate(closes)
    ]
    return write_csv(tmp_path / "candles.csv", rows)


def test_times_and_ties_of_one_asset(run: RunCommand, candles: Path) -> None:
    """Each exchange has its minute; two in one minute are marked and said to be tied."""
    result = run("sequence", "--asset", "BTC", *WINDOW, "--input", candles)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in split_lines(result.output)]
    assert "Binance 100 21:21= 21:22= 21:22 – –" in lines
    assert "OKX 100 21:21= 21:22= – – –" in lines
    assert "Down 2%: Binance and OKX (21:21, same minute)." in lines
    assert "BTC USDT 21:21 – 21:22 21:20-21:24" in lines
    assert "= same minute: one-minute bars cannot order them." in lines


def test_falls_against_the_mark_of_another_asset(run: RunCommand, candles: Path) -> None:
    """Each exchange's fall came before, after or in the minute of the mark."""
    result = run("sequence", "--asset", "USDE", "--against", "btc:bottom", *WINDOW, "--input", candles, "--json")
    content = json.loads(result.output)
    assert list(content["assets"]) == ["USDE", "BTC"]
    assert content["assets"]["BTC"]["groups"]["usdt"]["bottom"] == {
        "from": "2025-10-10T21:22:00Z",
        "to": "2025-10-10T21:23:00Z",
        "resolution": "bar",
    }
    orders = {
        (row["venue"], row["level"]): row["order"] for row in content["compared"] if row["to"]["mark"] == "bottom"
    }
    assert [orders[venue, 2] for venue in ("binance", "bybit", "okx")] == ["after", "before", "tied"]
    assert [orders[venue, 10] for venue in ("binance", "bybit", "okx")] == ["after", "after", None]
    usde_first = [[row["venue"] for row in tie] for tie in content["order"]["2"]]
    assert usde_first == [["bybit", "binance", "okx"], ["okx"], ["binance"]]  # USDE on Bybit, BTC on both
    table = run("sequence", "--asset", "USDE", "--against", "BTC:bottom", *WINDOW, "--input", candles).output
    assert ["USDE", "Bybit", "USDT", "before", "after", "after", "–", "–"] in [
        line.split() for line in split_lines(table)
    ]


def test_candles_of_a_second_say_which_came_first(run: RunCommand, candles: Path, tmp_path: Path) -> None:
    """Where the minute was collected whole at one second, the time is that second; else the latest possible one."""
    run("import", candles)
    header = "venue,symbol,open_time,open,high,low,close,volume,timeframe"
    seconds = [("binance", 0, 100), ("binance", 30, 96), ("okx", 0, 99), ("okx", 12, 97)]
    rows = [f"{venue},BTC/USDT,2025-10-10T21:21:{s:02}Z,{c},{c},{c},{c},1,1s" for venue, s, c in seconds]
    run("import", write_csv(tmp_path / "seconds.csv", rows, header))
    lines = [line.split() for line in split_lines(run("sequence", "--asset", "BTC", *WINDOW).output)]
    assert ["Binance", "100", "by", "21:21:31=", "21:22=", "21:22", "–", "–"] in lines
    assert ["OKX", "100", "by", "21:21:13=", "21:22=", "–", "–", "–"] in lines  # both spans begin at 21:21: still tied


def test_an_asset_without_prices_is_named(run: RunCommand, candles: Path) -> None:
    """The others are shown, and the exit code is 1; without any it is 3."""
    result = run("sequence", "--assets", "BTC,XRP", *WINDOW, "--input", candles)
    assert result.exit_code == 1
    assert "no real candle of XRP" in result.stderr
    assert run("sequence", "--asset", "XRP", *WINDOW, "--input", candles).exit_code == 3


@pytest.mark.parametrize(
    "arguments", [(), ("--asset", "BTC", "--assets", "XRP"), ("--asset", "BTC", "--against", "BTC")]
)
def test_what_is_not_clear_is_refused(run: RunCommand, candles: Path, arguments: tuple[str, ...]) -> None:
    """No asset, both options, or a mark without a name is a usage error."""
    assert run("sequence", *arguments, *WINDOW, "--input", candles).exit_code == 2
