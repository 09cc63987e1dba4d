import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.request import CollectRequest
from data.errors import UsageError
from data.schema import Outcome
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import (
    END,
    NOW,
    REQUEST,
    START,
    ReplayRun,
    build_bars,
    build_four_venues,
    build_run,
    list_expected,
    open_store,
    to_ms,
)


def test_the_store_gets_what_the_venues_had(tmp_path: Path) -> None:
    """Four hours of 13 months ago are stored minute by minute from all four venues, and no other minute."""
    run = build_run(open_store(tmp_path))
    summary, replay = run.collect()
    assert summary.failed == ()
    for venue, markets in run.venues.items():
        for symbol in markets.keys() & {"ATOM/USD", "ATOM/USDT", "ATOM/USDC", "USDT/USD", "USDC/USDT"}:
            assert run.read_stored(venue, symbol) == list_expected(venue, markets[symbol]), (venue, symbol)
            assert run.read_coverage(venue, symbol) == [("complete", START, END)]
    assert run.read_stored("binance", "ATOM/BTC") == []
    assert summary.candles == summary.new == sum(result.candles for result in summary.results)
    assert summary.revised == 0
    assert replay.unknown_parameters == set()


def test_candles_bear_origin_source_and_time(tmp_path: Path) -> None:
    """Candles and coverage have route, host and time of the request."""
    run = build_run(open_store(tmp_path), "okx")
    _, replay = run.collect()
    coverage = run.store.coverage.read_rows(["ATOM"], START, END).row(0, named=True)
    source = f"{replay.url.removeprefix('http://')}/www.okx.com"
    assert (coverage["origin"], coverage["source"], coverage["asked_at"]) == ("collected:ccxt-ohlcv", source, NOW)
    holding = run.store.candles.read_holdings().filter(symbol="ATOM/USDT").row(0, named=True)
    assert (holding["origin"], holding["source"], holding["candles"]) == ("collected:ccxt-ohlcv", source, 240)


@pytest.mark.parametrize("venue", build_four_venues())
def test_pages_join_without_a_seam(venue: str) -> None:
    """A window of several pages is stored without gaps, with one request per page and no unknown parameter.

    Where the last minute is quiet and omitted, one more page shows that candles follow.
    """
    run = build_run(MemorySink(), venue)
    symbol = next(iter(run.venues[venue]))
    market_bars = build_bars(START - timedelta(hours=5), 60 * 60, quiet=range(0, 60 * 60, 5))
    run.venues = {venue: {symbol: market_bars}}
    end = START + timedelta(minutes=2100)
    summary, replay = run.collect(request=CollectRequest(("ATOM",), START, end))
    assert summary.failed == ()
    assert run.read_stored(venue, symbol, START, end) == list_expected(venue, market_bars, START, end)
    page_min = {"binance": 1000, "bybit": 1000, "okx": 300, "coinbaseexchange": 300}[venue]
    assert len(replay.list_candle_requests()) == -(-2100 // page_min) + (venue == "coinbaseexchange")
    assert replay.unknown_parameters == set()


def test_a_second_run_asks_for_nothing(tmp_path: Path) -> None:
    """A second run requests no candle that is covered."""
    run = build_run(open_store(tmp_path))
    run.collect()
    coverage = run.store.coverage.read_rows(["ATOM", "USDT", "USDC"], START, END)
    summary, replay = run.collect()
    assert replay.list_candle_requests() == []
    assert summary.failed == ()
    assert summary.candles == 0
    assert {result.message for result in summary.results if result.outcome is Outcome.COMPLETE} == {"already stored"}
    assert run.store.coverage.read_rows(["ATOM", "USDT", "USDC"], START, END).equals(coverage)


def test_a_longer_window_asks_for_the_rest_only(tmp_path: Path) -> None:
    """A longer window requests only the missing spans before and after the covered one."""
    run = build_run(open_store(tmp_path), "bybit")
    run.collect()
    wider = CollectRequest(("ATOM",), START - timedelta(hours=1), END + timedelta(hours=2))
    _, replay = run.collect(request=wider)
    requested = [
        (int(request.query["start"]), int(request.query["limit"]))
        for request in replay.list_candle_requests()
        if request.query["symbol"] == "ATOMUSDT"
    ]
    assert requested == [(to_ms(START - timedelta(hours=1)), 60), (to_ms(END), 120)]
    market_bars = run.venues["bybit"]["ATOM/USDT"]
    assert run.read_stored("bybit", "ATOM/USDT") == list_expected("bybit", market_bars, wider.start, wider.end)


def test_an_asset_of_one_venue_is_no_failure_elsewhere() -> None:
    """WBETH and its ratio market are collected from Binance, and other venues are recorded as not listing them."""
    run = build_run(MemorySink())
    request = replace(REQUEST, assets=("WBETH",), symbols=("WBETH/ETH",))
    summary, _ = run.collect(request=request)
    assert summary.failed == ()
    for symbol in ("WBETH/USDT", "WBETH/ETH"):
        assert run.read_stored("binance", symbol) == list_expected("binance", run.venues["binance"][symbol])
    for venue in ("okx", "bybit", "coinbaseexchange"):
        assert run.read_coverage(venue, "WBETH/*") == [("not-listed", START, END)]
        assert run.read_coverage(venue, "WBETH/ETH") == [("not-listed", START, END)]
        outcomes = {r.symbol: r.outcome for r in summary.results if r.venue == venue and "WBETH" in r.symbol}
        assert outcomes == {"WBETH/*": Outcome.NOT_LISTED, "WBETH/ETH": Outcome.NOT_LISTED}


def test_a_minute_that_may_still_change_is_not_asked() -> None:
    """A window that reaches into the future ends with the minute that was over two minutes ago, and a note says so."""
    run = build_run(MemorySink())
    now = NOW.replace(second=0)
    request = CollectRequest(("ATOM",), now - timedelta(hours=2, seconds=30), now + timedelta(hours=1))
    summary, _ = run.collect(request=request)
    assert summary.failed == ()
    assert len(summary.notes) == 2
    first, last = now - timedelta(minutes=121), now - timedelta(minutes=2)
    for venue, symbol in (("binance", "ATOM/USDT"), ("okx", "ATOM/USDT"), ("coinbaseexchange", "ATOM/USD")):
        expected = list_expected(venue, run.venues[venue][symbol], first, last)
        assert run.read_stored(venue, symbol, first, now) == expected
    covered = run.store.coverage.read_rows(["ATOM"], first, now)
    assert (covered["start"].min(), covered["end"].max()) == (first, last)


def test_progress_leads_from_nothing_to_the_outcome() -> None:
    """The events of a market are its total minutes, then its progress, then its outcome."""
    run = build_run(MemorySink(), "coinbaseexchange")
    run.collect(request=CollectRequest(("ATOM",), START, START + timedelta(hours=9)))
    steps = [(e.candles, e.done_min, e.total_min, e.outcome) for e in run.events if e.symbol == "ATOM/USD"]
    candles = len(run.read_stored("coinbaseexchange", "ATOM/USD"))
    assert steps == [(0, 0, 540, None), (candles, 540, 540, None), (candles, 540, 540, Outcome.COMPLETE)]
    absent = [event for event in run.events if event.symbol == "USDC/*"]
    assert [(event.total_min, event.outcome) for event in absent] == [(0, Outcome.NOT_LISTED)]


def test_candles_of_another_origin_spare_no_question(tmp_path: Path) -> None:
    """Coverage of imported or reconstructed candles does not prevent requests to the venue."""
    run = build_run(open_store(tmp_path), "okx")
    run.collect()
    coverage = run.store.coverage.read_rows(["ATOM"], START, END)
    other_run = ReplayRun(type(run.store)(f"{run.store.uri}-other"), run.venues)
    for origin in ("imported", "reconstruction"):
        other_run.store.coverage.write(
            coverage.with_columns(origin=coverage["origin"].replace_strict({}, default=origin))
        )
    other_run.collect()
    assert other_run.read_stored("okx", "ATOM/USDT") == list_expected("okx", run.venues["okx"]["ATOM/USDT"])


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (replace(REQUEST, venues=("okx", "mtgox")), "mtgox.*binance, okx, bybit, coinbaseexchange"),
        (replace(REQUEST, start=NOW, end=NOW + timedelta(hours=1)), "is final yet"),
    ],
)
def test_a_request_that_makes_no_sense_is_said_to_be_so(request_: CollectRequest, words: str) -> None:
    """An unknown venue is a usage error that lists the known ones; so is a window in the future."""
    with pytest.raises(UsageError, match=words):
        build_run(MemorySink()).collect(request=request_, venues=request_.venues)


def test_the_collector_is_light_until_it_runs() -> None:
    """Importing `collectors.collect` does not import ccxt, which is slow and large."""
    code = "import sys, collectors.collect, collectors.request; sys.exit('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - a fixed program
