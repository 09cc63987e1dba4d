"""What `scan` prints of a scan: the finding, counts, gaps, all exchanges, and what is missing."""

from io import StringIO

import polars as pl
from rich.console import Console

from cli.tables.scan import format_scan
from data.catalogue import load_catalogue
from data.tables.scans import SCAN_CROSS, MarketScan, SetAside
from tests.data.scan_frames import build_run, build_scan, build_set_aside

LOWS = {
    "ATOM": {"binance": 0.001, "okx": 1.5, "gate": 1.6, "kraken": 1.7},
    "SKY": {"binance": 0.04, "okx": 0.03, "gate": 0.05, "kraken": 0.05},
    "BCH": {"okx": 480.0, "gate": 470.0, "kraken": 475.0},
}


def print_scan(scan: MarketScan, focus: str | None = None) -> str:
    """The text, wide enough to wrap nowhere."""
    output = StringIO()
    Console(file=output, width=220, markup=False, highlight=False).print(format_scan(scan, load_catalogue(), focus))
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines())


def find_cells(text: str, start: str) -> list[str]:
    """The words of the first line that begins so."""
    return next(line for line in text.splitlines() if line.startswith(start)).split()


def test_the_finding_stands_first_with_universe_and_peers() -> None:
    """Both sides, the five by name, and who was counted."""
    lines = print_scan(build_scan(LOWS, aligned={"ATOM": {"binance": -0.33}})).splitlines()
    assert lines[0] == "2025-10-10 16:00 to 2025-10-11 16:00 UTC (report-day): real data"
    text = "\n".join(lines[:12])
    assert "Binance had the lowest trade of 4 exchanges in 1 of 2 assets (50%); by chance it would be 1 in 4." in text
    assert "1 was at least 10% below the second-lowest exchange; by closing prices of the same minute: 1." in text
    assert "Against OKX, Bybit, Bitget, Gate and KuCoin alone: lowest in 1 of 2 assets (50%)." in text
    assert "Binance had the highest trade of 4 exchanges in 0 of 2 assets (0.0%), and shared it in 2;" in text
    assert "Scanned: 3 coins with prices on Binance and on at least two other exchanges in this data," in text


def test_counts_stand_by_size_for_both_sets_of_peers() -> None:
    """ATOM is 99.9% below, 33% in the same minute."""
    text = print_scan(build_scan(LOWS, aligned={"ATOM": {"binance": -0.33}}))
    assert find_cells(text, "20%") == ["20%", "1", "1", "1", "1"]
    assert find_cells(text, "50%") == ["50%", "1", "0", "1", "0"]
    assert find_cells(text, "known in") == ["known", "in", "2", "2", "2", "2"]


def test_the_largest_gaps_stand_with_the_second_exchange_and_the_same_minute() -> None:
    """One row for ATOM, none for SKY, on which OKX is lowest."""
    text = print_scan(build_scan(LOWS, aligned={"ATOM": {"binance": -0.33}}))
    assert "The 1 largest of 1 gaps between Binance's lowest trade and the second-lowest" in text
    assert find_cells(text, "ATOM")[:9] == ["ATOM", "0.001", "10", "Oct", "21:20", "1,000", "−99.9%", "−99.9%", "−33%"]
    assert not [line for line in text.splitlines() if line.startswith("SKY")]
    assert "Binance had the highest trade alone on no asset." in text


def test_no_more_than_twenty_gaps_are_listed() -> None:
    """The title says how many there are."""
    lows = {f"A{number:02}": {"binance": 1.0 + number / 100, "okx": 2.0, "gate": 2.0} for number in range(30)}
    text = print_scan(build_scan(lows))
    assert "The 20 largest of 30 gaps" in text
    listed = [line.split()[0] for line in text.splitlines() if line[:3] in lows]
    assert listed == sorted(lows)[:20]


def test_all_exchanges_stand_under_the_same_test() -> None:
    """Assets, lowest alone, by chance."""
    text = print_scan(build_scan(LOWS, size_ranks={"ATOM": {"binance": "largest", "okx": "not largest"}}))
    assert find_cells(text, "OKX")[:4] == ["OKX", "3", "1", "0.8"]
    assert find_cells(text, "Gate")[:3] == ["Gate", "3", "1"]
    assert find_cells(text, "Binance  ")[-3:] == ["1", "1", "0"]


def test_another_exchange_can_be_looked_at() -> None:
    """The same scan from Gate's side."""
    text = print_scan(build_scan(LOWS), "gate")
    assert "Gate had the lowest trade in 1 of 3 assets (33%), each on 3 to 4 exchanges; by chance it would be" in text
    assert "Scanned: 3 coins with prices on Binance" in text


def test_what_was_set_aside_and_what_is_missing_is_listed() -> None:
    """Other coins with their prices, other reasons by name, and missing minutes, peers and days."""
    aside = pl.concat(
        [
            build_set_aside("BTT", "gate", SetAside.OTHER_COIN, 3.5, 1.0),
            build_set_aside("NEW", "okx", SetAside.NO_WINDOW_CANDLE),
            build_set_aside("TWO", "", SetAside.FEWER_THAN_THREE),
            build_set_aside("ONE", "", SetAside.TOO_FEW_EXCHANGES),
            build_set_aside("PAIR", "", SetAside.TOO_FEW_EXCHANGES),
        ]
    )
    scan = build_scan(LOWS, set_aside=aside)
    rows = scan.rows.with_columns(missing_min=pl.lit(1, pl.Int64), five_missing=pl.lit(2, pl.Int64))
    text = print_scan(MarketScan(scan.run, rows, scan.cross, scan.set_aside))
    assert find_cells(text, "BTT/USDT") == ["BTT/USDT", "Gate", "3.5", "1"]
    assert "No price of the market in this window (1 market): NEW/USDT on OKX." in text
    assert "Fewer than three exchanges left to compare (1 coin): TWO." in text
    assert "On fewer than two other exchanges, so not scanned (2 coins): ONE, PAIR." in text
    assert "No USDT price of Binance, or of any other: BCH." in text
    assert "Minutes of Binance are missing on 2 assets: it may have traded further there." in text
    assert "A price of one of the five is missing on 2 assets." in text
    assert "Nothing is collected of the same hours of the 7 days before." in text


def test_days_before_stand_beside_the_window() -> None:
    """Lowest, and beyond 10%, on each."""
    window, before = build_scan(LOWS), build_scan({"ATOM": {"binance": 3.0, "okx": 4.0, "gate": 4.0}}, days_before=2)
    text = print_scan(MarketScan(window.run, pl.concat([window.rows, before.rows]), window.cross, window.set_aside))
    assert find_cells(text, "as asked")[:6] == ["as", "asked", "1", "of", "2", "1"]
    assert find_cells(text, "2  ")[:5] == ["2", "1", "of", "1", "1"]


def test_quotes_stand_against_each_other() -> None:
    """What all exchanges of a quote share is said beside what one did."""
    scan = build_scan(LOWS)
    row = ("scan-1", "ATOM", "usdt", "usd", "below", 4, 4, -0.44, "okx", -0.58, "binance")
    cross = pl.DataFrame([row], schema=SCAN_CROSS, orient="row")
    text = print_scan(MarketScan(scan.run, scan.rows, cross, scan.set_aside))
    assert find_cells(text, "USDT  ") == ["USDT", "below", "USD", "1", "1", "0", "−44%", "−58%"]
    assert "≥ 2%" in text
    assert "Quotes against each other" not in print_scan(scan)
    wider = MarketScan(build_run(choices={"enter": 0.05}), scan.rows, cross, scan.set_aside)
    assert "≥ 5%" in print_scan(wider)


def test_choices_by_hand_are_said() -> None:
    """A scan of chosen exchanges says so at once."""
    run = build_run(choices={"venues": ["binance", "okx"]}, window=None)
    lines = print_scan(build_scan(LOWS, run=run)).splitlines()
    assert lines[0].endswith("(chosen by hand): real data")
    assert lines[1] == "Chosen by hand: venues binance, okx."


def test_an_exchange_without_a_price_is_said() -> None:
    """Nothing else is counted then."""
    text = print_scan(build_scan(LOWS), "htx")
    assert "No price of HTX can be compared in this scan." in text
