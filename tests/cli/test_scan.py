"""`scan` against a replay of a small market: the plan, the question, the collection, and what it prints."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from data.store import CandleStore
from tests.cli.program import DEAD_ADDRESS, ReplayedProgram
from tests.collectors.replay_setup import to_ms
from tests.collectors.universe.small_market import (
    REQUIRED_MIN,
    SCAN_VENUES,
    SCANNED,
    WINDOW_END,
    WINDOW_START,
    build_sites,
    build_venues,
)
from tests.replay.faults import return_outage
from tests.replay.market import RecordedRequest

WINDOW = ("--start", "2025-10-10T20:00Z", "--end", "2025-10-10T22:00Z")
SCAN = ("scan", *WINDOW, "--venues", ",".join(SCAN_VENUES), "--engine", "serial")


@pytest.fixture
def market(program: ReplayedProgram) -> ReplayedProgram:
    """The program over the small market."""
    program.venues = build_venues()
    program.sites = build_sites(program.venues)
    return program


def list_data_requests(program: ReplayedProgram) -> list[RecordedRequest]:
    """The requests for candles and files so far."""
    assert program.replay is not None
    files = [
        request for request in program.replay.requests if request.host in {"data.binance.vision", "static.okx.com"}
    ]
    return program.replay.list_candle_requests() + files


def answer(program: ReplayedProgram, monkeypatch: pytest.MonkeyPatch, text: str) -> Result:
    """The result of the scan on a terminal where the question is answered."""
    monkeypatch.setattr("cli.scan.command.has_terminal", lambda: True)
    program.run_with_replay(*SCAN, "--dry-run")
    assert program.replay is not None
    words = ("--store", program.store, *SCAN, "--mirror", program.replay.url)
    return CliRunner().invoke(main, words, input=text, catch_exceptions=False)


def test_the_estimate_is_shown_and_nothing_collected(market: ReplayedProgram) -> None:
    """`--dry-run` says which coins, scaled and delisted markets, and the cost by exchange, and requests no candle."""
    result = market.run_with_replay(*SCAN, "--dry-run")
    assert result.exit_code == 0
    assert "5 coins of Binance on at least two of 3 other exchanges: 16 markets." in result.output
    assert "On fewer than two other exchanges, so not scanned (2 coins): LUNA, XRP." in result.output
    assert "Quoted by the thousand or more: 1000SATS/USDT on Binance (divided by 1,000)." in result.output
    assert "Delisted since, but requested: Binance (1 market);" in result.output
    assert "Not in the scan: coins that OKX, Coinbase delisted since" in result.output
    lines = [line.split() for line in result.output.splitlines()]
    assert ["Binance", "5", f"{5 * REQUIRED_MIN:,}", "20", "0.6", "1", "min"] in lines
    assert "To collect: about 52 requests, " in result.output
    assert list_data_requests(market) == []


def test_without_a_terminal_a_scan_needs_a_yes(market: ReplayedProgram) -> None:
    """Exit code 2, after the estimate, with the options that help; nothing was requested."""
    result = market.run_with_replay(*SCAN)
    assert result.exit_code == 2
    assert "To collect: about 52 requests" in result.output
    assert (
        "nothing was collected: 52 requests need a yes, and there is no terminal to ask on; add --yes" in result.output
    )
    assert list_data_requests(market) == []


def test_a_terminal_is_asked(market: ReplayedProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ends the scan with nothing collected, yes collects."""
    refused = answer(market, monkeypatch, "n\n")
    assert refused.exit_code == 1
    assert "Go on?" in refused.output
    assert list_data_requests(market) == []
    assert answer(market, monkeypatch, "y\n").exit_code == 0
    assert len(list_data_requests(market)) == 52


def test_a_second_scan_collects_nothing(market: ReplayedProgram) -> None:
    """With `--yes` everything is collected; run again, nothing is missing, nothing asked and nothing requested."""
    first = market.run_with_replay(*SCAN, "--yes")
    assert first.exit_code == 0
    assert f"{17 * REQUIRED_MIN:,} candles: {17 * REQUIRED_MIN:,} new" in first.output
    count = len(list_data_requests(market))
    again = market.run_with_replay(*SCAN)
    assert again.exit_code == 0
    assert "Nothing to collect: the store has what the exchanges give." in again.output
    assert len(list_data_requests(market)) == count


def test_an_exchange_that_is_down_is_named(market: ReplayedProgram) -> None:
    """Without Bybit the others are collected; its failure is named before and after, the exit code is 1."""
    result = market.run_with_replay(*SCAN, "--yes", faults=(return_outage("api.bybit.com"),))
    assert result.exit_code == 1
    assert "Bybit: no list of markets: unreachable: HTTP 503" in result.output
    assert "it is left out." in result.output
    assert "Missing: bybit, all markets: unreachable" in result.output
    assert "binance ATOM/USDT: 1,627 candles, complete" in result.output
    complete = market.run_with_replay(*SCAN, "--yes")
    assert complete.exit_code == 0
    held = {(row["venue"], row["symbol"]) for row in market.read_status()["candles"]}
    assert held == {(venue, symbol) for venue, symbols in SCANNED.items() for symbol in symbols}


def test_a_focus_that_is_down_ends_the_scan(market: ReplayedProgram) -> None:
    """Exit code 3, the exchange, the reason, and what to do."""
    result = market.run(*SCAN, "--mirror", DEAD_ADDRESS)
    assert result.exit_code == 3
    assert (
        "nothing to scan: Binance did not list its markets (unreachable: no connection to 127.0.0.1:9" in result.output
    )
    assert "--focus" in result.output


def test_an_interruption_says_how_to_go_on(market: ReplayedProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while candles come keeps what has come, and the message says to run the same command again."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.scan.command.run_collection", interrupt)
    result = market.run_with_replay(*SCAN, "--yes")
    assert result.exit_code == 1
    assert "stopped: what has come is stored; run the same command again for the rest" in result.output


def test_the_plan_as_json(market: ReplayedProgram) -> None:
    """An object with each asset's markets and scales, what is delisted, the lists, and the cost by exchange."""
    result = market.run_with_replay(*SCAN, "--dry-run", "--json")
    (plan,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert plan["assets"]["SATS"] == [
        {"venue": "binance", "symbol": "1000SATS/USDT", "scale": 1000.0},
        {"venue": "bybit", "symbol": "SATS/USDT", "scale": 1.0},
        {"venue": "okx", "symbol": "SATS/USDT", "scale": 1.0},
    ]
    assert plan["left_out"] == ["LUNA", "XRP"]
    assert plan["delisted"] == [{"venue": "binance", "symbol": "LUNC/USDT"}]
    assert (plan["from"], plan["to"]) == ("2025-10-09T18:54:00Z", "2025-10-10T22:01:00Z")
    assert plan["estimate"]["requests"] == 52
    by_venue: dict[str, Any] = {row["venue"]: row for row in plan["listings"]}
    assert by_venue["okx"] == {
        "venue": "okx",
        "markets": 7,
        "lists_delisted": False,
        "failure": None,
        "archive_failure": None,
    }


def test_an_event_adds_its_calm_span_and_placebo_the_days_before(market: ReplayedProgram) -> None:
    """Of the event of 10 October the calm span begins on 9 October; the placebo goes back 7 days more."""
    arguments = ("scan", "--event", "2025-10-10", "--window", "report-day", "--venues", ",".join(SCAN_VENUES))
    plan = json.loads(market.run_with_replay(*arguments, "--dry-run", "--json").stdout)
    assert (plan["from"], plan["to"]) == ("2025-10-08T22:54:00Z", "2025-10-11T16:01:00Z")
    placebo = json.loads(market.run_with_replay(*arguments, "--placebo", "--dry-run", "--json").stdout)
    assert (placebo["from"], placebo["to"]) == ("2025-10-02T14:54:00Z", "2025-10-11T16:01:00Z")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("scan",), "say which window"),
        (("scan", "--event", "2025-10-10", "--window", "noon"), "has no window 'noon'"),
        (("scan", *WINDOW, "--venues", "okx,bybit"), "add binance to --venues, or name another with --focus"),
        (("scan", *WINDOW, "--no-collect", "--dry-run"), "leave one out"),
        (("scan", *WINDOW, "--focus", "nowhere"), "nowhere"),
        (("scan", *WINDOW, "--days", "2025-10-09..2025-10-10"), "leave out event, window, times"),
        (("scan", "--days", "2025-10-09"), "is not of the form 2025-01-01..2025-12-31"),
        (("scan", "--days", "2025-10-10..2025-10-09"), "write the earlier one first"),
    ],
)
def test_a_scan_that_makes_no_sense(program: ReplayedProgram, words: tuple[str, ...], message: str) -> None:
    """A usage error says what is wrong, and nothing is asked."""
    result = program.run(*words)
    assert result.exit_code == 2
    assert message in result.output


def test_two_exchanges_are_no_market(market: ReplayedProgram) -> None:
    """With one other exchange no coin has two others: exit code 3."""
    result = market.run_with_replay("scan", *WINDOW, "--venues", "binance,okx", "--dry-run")
    assert result.exit_code == 3
    assert "no coin of Binance is listed on at least two of the other 1 exchanges" in result.output
    assert not Path(market.store, "candles").exists()


def read_result(result: Result) -> dict[str, Any]:
    """The scan in the last line of JSON."""
    line = json.loads(result.stdout.splitlines()[-1])
    assert line["event"] == "result"
    scan: dict[str, Any] = line["scan"]
    return scan


def find_row(scan: dict[str, Any], asset: str, venue: str) -> dict[str, Any]:
    """The row of a coin on an exchange for the lowest trade in USDT."""
    (row,) = [
        row
        for row in scan["rows"]
        if (row["asset"], row["venue"], row["side"], row["group"]) == (asset, venue, "below", "usdt")
    ]
    return dict(row)


def test_the_scan_measures_what_it_collected(market: ReplayedProgram) -> None:
    """DOGE on Binance is at 2 while its lowest elsewhere is by hand that of OKX's bars; prices of 1000SATS are divided.

    The scan is saved, its list of coins is that of the exchanges, and the delisted LUNC is compared.
    """
    scan = read_result(market.run_with_replay(*SCAN, "--yes", "--json"))
    start, end = to_ms(WINDOW_START), to_ms(WINDOW_END)
    lows = {
        symbol: min(bar.low for bar in bars if start <= bar.open_ms < end)
        for symbol, bars in market.venues["okx"].items()
    }
    doge = find_row(scan, "DOGE", "binance")
    assert (doge["price"], doge["at"], doge["is_first"]) == (2.0, "2025-10-10T21:20:00Z", True)
    assert doge["gap"] == pytest.approx(2.0 / lows["DOGE/USDT"] - 1)
    sats = find_row(scan, "SATS", "binance")
    assert (sats["symbol"], sats["scale"]) == ("1000SATS/USDT", 1000.0)
    assert sats["price"] == pytest.approx(lows["SATS/USDT"])
    assert find_row(scan, "LUNC", "binance")["price"] == pytest.approx(lows["LUNC/USDT"])
    assert (scan["universe"], scan["focus"], scan["assets"]) == ("listed", "binance", 5)
    left_out = [(row["asset"], row["venue"]) for row in scan["set_aside"] if row["reason"] == "too-few-exchanges"]
    assert left_out == [("LUNA", ""), ("XRP", "")]
    saved = CandleStore(market.store).scans.read_latest(WINDOW_START, WINDOW_END)
    assert saved is not None
    assert saved.run.scan_id == scan["scan"]


def test_what_the_store_has_is_measured_without_asking(market: ReplayedProgram) -> None:
    """`--no-collect` sends no request, gives the same rows, and says that the list of coins is that of the store."""
    first = read_result(market.run_with_replay(*SCAN, "--yes", "--json"))
    assert market.replay is not None
    count = len(market.replay.requests)
    again = read_result(market.run(*SCAN, "--no-collect", "--json"))
    assert len(market.replay.requests) == count
    assert again["rows"] == first["rows"]
    assert again["universe"] == "stored"
    # XRP is on two exchanges, but nothing of it is stored.
    assert [row for row in again["set_aside"] if row["reason"] == "too-few-exchanges"] == []
    assert "Binance" in market.run(*SCAN, "--no-collect").output


def test_only_what_the_store_has_of_the_window_is_its_market(market: ReplayedProgram) -> None:
    """A coin that it has of a week before is neither measured nor set aside; one on a single exchange is left out."""
    market.run_with_replay(*SCAN, "--yes")
    store = CandleStore(market.store)
    week = timedelta(days=7)
    for shift, ticker, venues in ((week, "OLD", ("binance", "okx", "bybit")), (timedelta(), "ONE", ("binance",))):
        for venue in venues:
            candles = store.read_candles(["DOGE"], WINDOW_START, WINDOW_END).filter(venue="binance")
            moved = candles.with_columns(
                venue=pl.lit(venue), symbol=pl.lit(f"{ticker}/USDT"), open_time=pl.col("open_time") - shift
            )
            store.write_candles(moved, source="by hand", fetched_at=WINDOW_END)
    scan = read_result(market.run(*SCAN, "--no-collect", "--json"))
    assert scan["assets"] == 5
    assert "OLD" not in str(scan["set_aside"])
    assert [row["asset"] for row in scan["set_aside"] if row["reason"] == "too-few-exchanges"] == ["ONE"]


def test_a_store_without_a_market_is_named(market: ReplayedProgram) -> None:
    """Without candles there is nothing to compare: exit code 3, and how to get some."""
    result = market.run(*SCAN, "--no-collect")
    assert result.exit_code == 3
    assert "nothing to compare: the store has no coin with prices of Binance" in result.output
    assert "from 2025-10-10T20:00:00Z to 2025-10-10T22:00:00Z" in result.output


def test_days_are_measured_by_themselves(market: ReplayedProgram) -> None:
    """Of 10 October DOGE has the largest gap of five coins: 2 to the lowest of OKX's bars of that day, by hand.

    Run again, nothing is collected and the day is not measured again; the text names day, coin and gap.
    """
    words = ("scan", "--days", "2025-10-10..2025-10-10", *SCAN[len(WINDOW) + 1 :])
    first = market.run_with_replay(*words, "--yes", "--json")
    assert first.exit_code == 0
    history = json.loads(first.stdout.splitlines()[-1])
    (row,) = [
        row for row in history["rows"] if (row["venue"], row["side"], row["group"]) == ("binance", "below", "usdt")
    ]
    start, end = to_ms(datetime(2025, 10, 10, tzinfo=UTC)), to_ms(datetime(2025, 10, 11, tzinfo=UTC))
    day = [bar.low for bar in market.venues["okx"]["DOGE/USDT"] if start <= bar.open_ms < end]
    assert history["left_out"] == ["LUNA", "XRP"]
    assert (row["day"], row["assets"], row["first"], row["gap_most_asset"]) == ("2025-10-10", 5, 1, "DOGE")
    assert row["gap_most"] == pytest.approx(2.0 / min(day) - 1)
    again = market.run_with_replay(*words)
    assert again.exit_code == 0
    assert "Nothing to collect" in again.output
    assert "measured" not in again.output
    (line,) = [line for line in again.output.splitlines() if line.startswith("2025-10-10") and "DOGE" in line]
    assert f"{100 * (1 - 2.0 / min(day)):.0f}%" in line


def test_days_without_a_candle_are_named(market: ReplayedProgram) -> None:
    """Exit code 3, with the days, and how to get candles."""
    result = market.run("scan", "--days", "2025-10-09..2025-10-10", "--no-collect", "--engine", "serial")
    assert result.exit_code == 3
    assert "nothing to compare: on no day from 2025-10-09 to 2025-10-10" in result.output
