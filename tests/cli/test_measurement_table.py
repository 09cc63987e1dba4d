"""What `measure` prints on one asset: both sides of each group, all other groups against it, and what is not there."""

from functools import partial
from pathlib import Path

import pytest

from tests.cli.program import RunCommand, split_lines
from tests.deviation.close_boards import ClosesByMarket, build_candles

WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:23Z")
FLAT_CLOSES = [100.0] * 3
BOARD: ClosesByMarket = {
    "binance ATOM/USDT": [80, 80, 100],
    "bitget ATOM/USDT": FLAT_CLOSES,
    "bybit ATOM/USDT": FLAT_CLOSES,
    "gate ATOM/USDT": FLAT_CLOSES,
    "binanceusdm ATOM/USDT:USDT": [90, 100, 100],
    "bitstamp ATOM/USD": [110, 110, 110],
    "coinbaseexchange ATOM/USD": [110, 110, 110],
    "gemini ATOM/USD": [110, 110, 110],
    "kraken ATOM/USD": [110, 110, 110],
    "kraken ATOM/USDC": [120, 110],
    "kraken ATOM/BTC": [0.001, 0.001],
}
"""Binance is 20 % below the other USDT exchanges for two minutes, and these are 9.1 % below USD exchanges."""


@pytest.fixture
def measure(run: RunCommand, tmp_path: Path) -> RunCommand:
    """Runs `measure` on a board of three minutes."""
    path = tmp_path / "board.csv"
    columns = ("timeframe", "price", "origin")
    build_candles(BOARD).drop(columns).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return partial(run, "measure", "--asset", "ATOM", *WINDOW, "--input", path)


def test_each_side_of_a_group(measure: RunCommand) -> None:
    """Size, minutes under each stricter test, and both ranks, of spot markets alone."""
    lines = split_lines(measure().stdout)
    assert "ATOM/USDT below the other USDT exchanges" in lines
    # No price stood before 21:20, so that only 21:21 counts as a whole minute.
    assert "Binance 3 20% 21:20 2 2 2 1 largest too close to call" in lines
    assert "Gate 3 0.0% 0 0 0 0 not largest too close to call" in lines
    assert "ATOM/USDT above the other USDT exchanges: none by 2% or more" in lines
    assert "Not ranked: perpetual - Binance USD-M ATOM/USDT:USDT" in lines


def test_trades_as_printed(measure: RunCommand) -> None:
    """Lowest and highest trade with their times, and how far those furthest away lay from the others'."""
    lines = split_lines(measure().stdout)
    # At 21:20 no range of the others is known; at 21:21 the low of 80 meets prices of 100 alone.
    assert "Binance ATOM/USDT 80 21:20 −20% 21:21 100 21:22 0.0% –" in lines
    assert "Trades of ATOM/USD, in USD" in lines
    assert "Kraken 110 21:20 0.0% 110 21:20 0.0% –" in lines


def test_every_market_of_other_groups_against_a_group(measure: RunCommand) -> None:
    """All markets of other groups, and what the exchanges of each share."""
    lines = split_lines(measure().stdout)
    start = lines.index("Against USD exchanges: markets of other groups, and derivatives")
    block = lines[start + 3 : lines.index("Against USDT exchanges: markets of other groups, and derivatives")]
    assert block == [
        "Binance ATOM/USDT 3 −27% 21:20 – 3 | 0",
        "Binance USD-M ATOM/USDT:USDT 3 −18% 21:20 – 3 | 0",
        "Bitget ATOM/USDT 3 −9.1% 21:20 – 3 | 0",
        "Bybit ATOM/USDT 3 −9.1% 21:20 – 3 | 0",
        "Gate ATOM/USDT 3 −9.1% 21:20 – 3 | 0",
        "Kraken ATOM/USDC 2 – +9.1% 21:20 0 | 1",
        "All 4 USDT exchanges traded 9.1-27% below USD exchanges at their lowest.",
        "Kraken, the one USDC exchange compared, traded 9.1% above USD exchanges at its highest.",
        "",
    ]
    assert "Binance USD-M ATOM/USDT:USDT 3 −10% 21:20 – 1 | 0" in lines  # its own group, where it is no peer
    assert "Kraken ATOM/USD 3 – +10% 21:20 0 | 3" in lines
    assert "All 4 USD exchanges traded 10% above USDT exchanges at their highest." in lines


def test_minutes_with_few_exchanges_name_each(measure: RunCommand) -> None:
    """With Bitget alone beside it, Binance is measured against Bitget by name; calm pairs are counted."""
    lines = split_lines(measure("--venues", "binance,bitget,kraken:ATOM/USD").stdout)
    assert "ATOM/USDT: no exchange can be compared; no minute has prices of three others" in lines
    assert "Binance ATOM/USDT Bitget USDT 3 −20% 21:20 –" in lines
    assert "Bitget ATOM/USDT Binance USDT 3 – +25% 21:20" in lines
    assert "Bitget ATOM/USDT Kraken USD 3 −9.1% 21:20 –" in lines
    calm = split_lines(measure("--venues", "bitget,bybit", "--focus", "bybit").stdout)
    assert "Bitget ATOM/USDT Bybit USDT 3 – –" in calm  # all there is, though level
    wide = split_lines(measure("--venues", "binance,bitget,kraken:ATOM/USD", "--enter", "22").stdout)
    # Binance - Bitget and Bitget - Kraken, and Kraken - Bitget (10 %): below 22 %; two of these are all there is.
    assert "In such minutes, 2 other pairs stayed within 22% of each other." in wide


def test_what_is_not_there(measure: RunCommand) -> None:
    """Missing minutes, markets without a group, chosen exchanges without a price, and prices taken as a dollar."""
    text = measure("--venues", "binance,bitget,bybit,gate,kraken,htx").stdout
    lines = split_lines(text)
    assert "Minutes missing from this data: Kraken ATOM/USDC 1" in lines
    assert "Left out: Kraken ATOM/BTC: BTC is not in the table of quotes" in lines
    assert "USDT is treated as $1: no USDT/USD price is in this data for this window." in lines
    assert "Chosen, but without a price in this data for this window: htx." in lines
    assert any(line.startswith("Chosen by hand: only Binance, Bitget, Bybit, Gate, Kraken and HTX; ") for line in lines)
    assert "firm" not in text


def test_tables_fit_into_120_columns(measure: RunCommand) -> None:
    """Rows of tables are at most 120 columns wide; of spot markets also where times need their day."""
    spot = ("--exclude", "binanceusdm", "--from", "2025-10-09T21:00Z")
    for words in ((), spot):
        text = measure(*words).stdout
        rows = [line.rstrip() for line in text.splitlines() if "  " in line.strip()]
        assert len(rows) > 30
        assert max(map(len, rows)) <= 120


def test_a_fair_value_states_its_ratio(run: RunCommand, tmp_path: Path) -> None:
    """WBETH at 88 beside ETH at 100 x 1.1: 20 % below its fair value; the ratio is given with its minutes."""
    ratio = build_candles({"binance WBETH/ETH": [1.1] * 40}).with_columns(
        open_time=build_candles({"binance WBETH/ETH": [1.1] * 40})["open_time"].dt.offset_by("-24h")
    )
    board: ClosesByMarket = {"binance WBETH/USDT": [88, 88, 110], "binance ETH/USDT": [100, 100, 100]}
    board |= {f"{venue} ETH/USDT": FLAT_CLOSES for venue in ("bitget", "bybit", "gate")}
    path = tmp_path / "wbeth.csv"
    candles = build_candles(board).vstack(ratio).drop("timeframe", "price", "origin")
    candles.write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    lines = split_lines(run("measure", "--asset", "WBETH", *WINDOW, "--input", path).stdout)
    assert "WBETH/USDT below the fair value by ETH on other USDT exchanges" in lines
    assert "Binance 3 20% 21:20 2 2 2 1" in lines
    assert (
        "Binance WBETH/USDT: market-implied pre-event ratio 1.1 (WBETH/ETH, median of 40 minutes, 5-95% 1.1 to 1.1); "
        "at 21:20 WBETH/ETH there 20% below that ratio, ETH there level with other exchanges"
    ) in lines
    assert "Not ranked: measured against fair value - Binance WBETH/USDT" in lines


def test_each_stricter_test_has_its_column(run: RunCommand, tmp_path: Path) -> None:
    """A fall one minute before the others': allowing for that minute it is none, without any one exchange it is one."""
    board: ClosesByMarket = {f"{venue} ATOM/USDT": [100, 100, 60] for venue in ("bitget", "bybit", "gate")}
    lines = _measure_board(run, tmp_path, board | {"binance ATOM/USDT": [100, 60, 60]})
    assert "Exchange minutes Discount at ≥ 2% left out lag minute by size by length" in lines
    assert "Binance 3 40% 21:21 1 1 0 0 largest too close to call" in lines
    # OKX's 63 is above 60 whichever exchange is left out, but not above the 100 of the minute before.
    lines = _measure_board(run, tmp_path, board | {"binance ATOM/USDT": [100, 100, 60], "okx ATOM/USDT": [100, 80, 63]})
    assert "OKX 3 20% 21:21 1 1 0 0 largest too close to call" in lines
    assert "OKX 3 5.0% 21:22 1 1 0 0 largest too close to call" in lines


def test_the_price_of_a_quote_on_the_exchange_itself(run: RunCommand, tmp_path: Path) -> None:
    """USDC is 1 dollar on two exchanges and 0.9 on Kraken, where 120 USDC are 108 dollars: 1.8 % below 110."""
    board: ClosesByMarket = {f"{venue} ATOM/USD": [110] * 3 for venue in ("bitstamp", "gemini", "coinbaseexchange")}
    board |= {"bitstamp USDC/USD": [1.0] * 3, "gemini USDC/USD": [1.0] * 3, "kraken USDC/USD": [0.9] * 3}
    lines = _measure_board(run, tmp_path, board | {"kraken ATOM/USDC": [120] * 3})
    assert "Kraken ATOM/USDC 3 – – 0 | 0 −1.8% | –" in lines


def _measure_board(run: RunCommand, tmp_path: Path, board: ClosesByMarket) -> list[str]:
    """The lines of `measure` on a board of three minutes."""
    path = tmp_path / "other.csv"
    candles = build_candles(board).drop("timeframe", "price", "origin")
    candles.write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return split_lines(run("measure", "--asset", "ATOM", *WINDOW, "--input", path).stdout)
