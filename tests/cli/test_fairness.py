"""`measure` over all assets, with the days before, and with `--sensitivity`; `lows` with minutes by size."""

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

    def run_on_file(*arguments: str | Path) -> Result:
        has_source = "reconstruction" in arguments or "--input" in arguments
        return run(*arguments, *(() if has_source else ("--input", file)))

    return run_on_file


def test_all_assets_of_an_event(run: RunCommand) -> None:
    """The event's assets without a candle are named, and the exit code is 1."""
    edges = ("--event", "2025-10-10", *WINDOW)
    result = run("measure", *edges, "--json")
    assert result.exit_code == 1
    content = json.loads(result.stdout)
    assert (list(content["assets"]), content["no_candle"]) == (["ATOM", "DOGE"], ["WBETH", "BNSOL", "XRP"])
    assert "no real candle of WBETH in the window" in result.stderr
    assert (content["event"], content["focus"]) == ("2025-10-10", "binance")
    below, above = (content["reading"]["usdt"][side] for side in ("below", "above"))
    assert (below["ranked"], below["largest"], below["longest"], below["even_share"]) == (2, 1, 1, 0.5)
    assert (above["ranked"], above["largest"], above["longest"], above["even_share"]) == (2, 0, 0, 0.5)
    placebo = content["placebo"]
    assert [day["from"] for day in placebo] == [f"2025-10-0{day}T21:20:00Z" for day in range(9, 2, -1)]
    assert [day["usdt"]["status"] for day in placebo] == ["ranked", *["not collected"] * 6]
    assert (placebo[0]["usdt"]["below"]["ranked"], placebo[0]["usdt"]["below"]["largest"]) == (1, 0)
    assert placebo[0]["note"] == "in the calm span"
    assert json.loads(run("measure", "--asset", "all", *edges, "--json").stdout) == content


def test_all_assets_of_the_catalogue(run: RunCommand) -> None:
    """Without an event, assets with a candle in the window are measured, and the exit code is 0."""
    result = run("measure", *WINDOW, "--json")
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert (list(content["assets"]), content["no_candle"], content["window"]) == (["ATOM", "DOGE"], [], None)
    assert content["choices"] == {"window": "chosen by hand"}
    assert content["placebo"][0]["note"] is None


def test_matrix_width(run: RunCommand) -> None:
    """The tables of each side, the reading aid and the days before fit into 100 columns."""
    text = run("measure", *WINDOW, "--focus", "binance").stdout
    lines = split_lines(text)
    # At 21:20 no price stood before, so that two of the three minutes count as whole.
    assert "ATOM Binance 5 20% 3 2 3 largest, longest" in lines
    assert "Bitget 5 0.0% 0 0 0 not largest, not longest" in lines
    assert "DOGE Binance 5 0.0% 0 0 0 too close to call" in lines
    assert "OKX 0 – – – – no data" in lines
    assert "Above the other USDT exchanges: none by 2% or more" in lines
    assert "No data: no price in this data - DOGE OKX" in lines
    assert "2025-10-10 21:20 1 of 2 1 of 2 0 of 2 0 of 2 0.50 of 2 as asked" in lines
    assert "2025-10-09 21:20 0 of 1 0 of 1 0 of 1 0 of 1 0.25 of 1" in lines
    assert "2025-10-08 21:20 – – – – – not collected" in lines
    assert "The assets moved together, so this is not a test of statistical significance." in lines
    assert "Chosen by hand: window 2025-10-10 21:20 to 2025-10-10 21:25 UTC." in lines
    assert all(len(line) <= 100 for line in text.splitlines())
    event = run("measure", "--event", "2025-10-10", *WINDOW).stdout
    assert "2025-10-09 21:20 0 of 1 0 of 1 0 of 1 0 of 1 0.25 of 1 in the calm span" in split_lines(event)
    assert all(len(line) <= 100 for line in event.splitlines())


def test_premiums_have_a_table_of_their_own(run: RunCommand, tmp_path: Path) -> None:
    """125 among prices of 100 is a premium of 25%, the largest and longest of four; nothing is below."""
    board = ATOM_BOARD | {"binance ATOM/USDT": [125, 125, 125, 100, 100]}
    path = tmp_path / "premium.csv"
    build_candles(board).drop("timeframe", "price", "origin").write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    lines = split_lines(run("measure", *WINDOW, "--input", path).stdout)
    assert "ATOM Binance 5 25% 3 2 3 largest, longest" in lines
    assert "Below the other USDT exchanges: none by 2% or more" in lines
    assert "Asset Exchange minutes Premium ≥ 2% minute all others Size, length" in lines


def test_focus_without_rank(run: RunCommand) -> None:
    """A venue without a candle is not in the matrix, and a line says that it has no rank."""
    text = run("measure", *WINDOW, "--focus", "kraken").stdout
    assert "Kraken is ranked on no asset among USDT exchanges." in text
    text_of_three = run("measure", *WINDOW, "--venues", "binance,bitget,bybit").stdout
    names = "Binance, Bitget, Bybit"
    assert f"Not ranked: comparable in 0 of 5 minutes - ATOM {names}; DOGE {names}" in text_of_three
    assert "Chosen by hand: only Binance, Bitget and Bybit; window " in text_of_three


def test_excluded_exchanges_neither_count_nor_appear(run: RunCommand) -> None:
    """Without Gate and OKX no minute of the others has three prices; both are named as excluded."""
    content = json.loads(run("measure", "--asset", "ATOM", *WINDOW, "--exclude", "gate.io,OKEX", "--json").stdout)
    assert [row["venue"] for row in content["rows"]] == ["binance", "bitget", "bybit"]
    assert [row["against"]["usdt"]["firm_min"] for row in content["rows"]] == [0, 0, 0]
    assert content["choices"]["excluded"] == ["gate", "okx"]
    text = run("measure", *WINDOW, "--exclude", "gate,okx").stdout
    assert "Chosen by hand: Gate and OKX excluded; window " in text
    both = ("--venues", "binance,bitget,bybit,gate:ATOM/USDT", "--exclude", "gate")
    content = json.loads(run("measure", "--asset", "ATOM", *WINDOW, *both, "--json").stdout)
    assert [row["venue"] for row in content["rows"]] == ["binance", "bitget", "bybit"]


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
    names = ("venue", "symbol", "group", "against")
    assert [binance[name] for name in names] == ["binance", "ATOM/USDT", "usdt", "usdt"]
    # Without any of the four that trade only two votes are left.
    assert binance["not_firm"] == ["excluding Bitget", "excluding Bybit", "excluding Gate"]
    lines = split_lines(run("measure", "--asset", "ATOM", *WINDOW, "--sensitivity").stdout)
    assert any(line.startswith("Over 20 runs a market: median and volume-weighted median") for line in lines)
    assert "Binance ATOM/USDT 20% 0 to 3 Bitget: not comparable without" in lines
    assert "Binance ATOM/USDT: 20% (defaults) to 20% (defaults)" in lines
    settings = "excluding Bitget; excluding Bybit; excluding Gate"
    assert f"Binance ATOM/USDT: no comparable minute ({settings})" in lines
    assert f"Binance ATOM/USDT, size of discount: largest at the defaults | not ranked: {settings}" in lines
    assert f"Binance ATOM/USDT, size of premium: too close to call at the defaults | not ranked: {settings}" in lines


def test_sensitivity_without_firm_minute(run: RunCommand) -> None:
    """OKX never trades: its discount is a dash in every run, and it has no rank to change."""
    lines = split_lines(run("measure", "--asset", "ATOM", *WINDOW, "--focus", "okx", "--sensitivity").stdout)
    assert "OKX ATOM/USDT – – –" in lines
    assert any(line.startswith("OKX ATOM/USDT: no comparable minute (defaults; ") for line in lines)
    assert not any(line.startswith("OKX ATOM/USDT, ") for line in lines)


def test_sensitivity_without_changes(run: RunCommand) -> None:
    """With two venues no minute is firm: there are no ranges, and a line says that no rank changes."""
    text = run("measure", "--asset", "ATOM", *WINDOW, "--venues", "binance,bitget", "--sensitivity").stdout
    assert text.rstrip().endswith("in turn:\n\nNo setting changes a rank.")


def test_reconstruction_has_no_ranks(run: RunCommand) -> None:
    """The sample has numbers, but no ranks, reading aid, placebo or sensitivity."""
    sample = ("--event", "2025-10-10", "--origin", "reconstruction")
    content = json.loads(run("measure", *sample, "--json").stdout)
    assert (content["reading"], content["placebo"]) == (None, None)
    note = "Nothing is ranked on the sample: no reading aid, no days before, no sensitivity."
    mark = "Sample data made from published figures: no conclusion can be drawn, and nothing is ranked."
    lines = split_lines(run("measure", *sample).stdout)
    assert note in lines
    assert mark in lines
    asset_arguments = ("--asset", "ATOM", *sample, "--sensitivity")
    assert json.loads(run("measure", *asset_arguments, "--json").stdout)["sensitivity"] == []
    lines = split_lines(run("measure", *asset_arguments).stdout)
    assert note in lines
    assert mark in lines
    assert mark in split_lines(run("lows", "--asset", "ATOM", *sample).stdout)


def test_sensitivity_of_all_assets_is_usage_error(run: RunCommand) -> None:
    """`--sensitivity` needs one asset."""
    result = run("measure", *WINDOW, "--sensitivity")
    assert result.exit_code == 2
    assert "--sensitivity is of one asset" in result.output


def test_lows_of_one_asset_and_of_several(run: RunCommand) -> None:
    """One asset has a table of its own in the JSON; of several each stands under its name."""
    one = json.loads(run("lows", "--asset", "ATOM", *WINDOW, "--json").stdout)
    low, high = (one["groups"]["usdt"][side] for side in ("low", "high"))
    assert (one["asset"], list(one["groups"])) == ("ATOM", ["usdt"])
    assert [row["venue"] for row in low["rows"]] == ["binance", "bitget", "bybit", "gate"]
    assert (low["lowest"]["price"], low["second"]["price"], high["highest"]["price"]) == (80, 100, 100)
    focus = one["focus"]["groups"]["usdt"]["low"]
    assert (focus["price"], focus["gap_to_second"]) == (80, pytest.approx(-0.2))
    several = json.loads(run("lows", "--asset", "ATOM", "--asset", "DOGE", *WINDOW, "--json").stdout)
    assert list(several["assets"]) == ["ATOM", "DOGE"]
    assert several["assets"]["ATOM"] == one


def test_minutes_by_size(run: RunCommand) -> None:
    """`lows` has comparable minutes at or beyond each size, and the share of the window's volume in them."""
    content = json.loads(run("measure", "--asset", "ATOM", *WINDOW, "--json").stdout)
    binance = content["rows"][0]
    # 80 against 100: minutes at or beyond 1, 2, 5, 10 and 20 per cent, 3 of 5 minutes of 1,000 ATOM each.
    assert binance["against"]["usdt"]["below"]["threshold_min"] == {"1": 3, "2": 3, "5": 3, "10": 3, "20": 3, "50": 0}
    assert binance["volume_share"]["below"] == {"1": 0.6, "2": 0.6, "5": 0.6, "10": 0.6, "20": 0.6, "50": 0.0}
    lines = split_lines(run("lows", "--asset", "ATOM", *WINDOW).stdout)
    assert "ATOM/USDT: minutes below other USDT exchanges, by size" in lines
    assert "Binance 5 3 (60) 3 (60) 3 (60) 3 (60) 3 (60) 0" in lines
    assert "Gate 5 0 0 0 0 0 0" in lines
    assert not any("minutes above" in line for line in lines)


def test_market_path(run: RunCommand) -> None:
    """Section 10: the median of 100, 100, 100 and 80 never falls; its minimum is first reached at once."""
    content = json.loads(run("measure", "--asset", "ATOM", *WINDOW, "--json").stdout)
    assert content["path"] == {"usdt": {"onset": None, "run_start": None, "bottom": "2025-10-10T21:20:00Z"}}
    lines = split_lines(run("measure", "--asset", "ATOM", *WINDOW).stdout)
    assert "USDT exchanges together: never down 1% at once; lowest at 21:20" in lines
