"""Markets that a venue lists no more: their past is requested, and the outcome says what was tried."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.request import CollectionSummary, MarketResult
from data.schema import SETTLED_OUTCOMES, Origin, Outcome
from tests.collectors.all_venues import build_archives
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import (
    END,
    FAST_VENUES,
    REQUEST,
    SPOT_OHLCV_VENUES,
    START,
    ReplayRun,
    build_evening,
    list_expected,
)
from tests.replay.faults import replace_body, return_outage
from tests.replay.formats import FORMATS


@pytest.fixture(autouse=True)
def _forget_pinned_markets() -> None:
    """Pinned markets are requested here."""


def find_result(summary: CollectionSummary, symbol: str) -> MarketResult:
    """The result of a market."""
    (result,) = [result for result in summary.results if result.symbol == symbol]
    return result


def build_delisted_run(venue: str) -> ReplayRun[MemorySink]:
    """A run of a venue that lists DOGE only."""
    return ReplayRun(MemorySink(), {venue: {"DOGE/USDT": build_evening(7)}}, table=FAST_VENUES)


def test_a_delisted_market_is_had_from_the_archive() -> None:
    """ATOM/USDT, which Binance no longer lists, has its candles of the evening from the archive."""
    run, evening = build_delisted_run("binance"), build_evening()
    run.sites = build_archives({"binance": {"ATOM/USDT": evening}})
    summary, _ = run.collect()
    result = find_result(summary, "ATOM/USDT")
    assert (result.outcome, result.message) == (Outcome.COMPLETE, "")
    assert run.read_stored("binance", "ATOM/USDT") == list_expected("binance", evening)
    assert run.store.candles.read_holdings()["origin"].to_list() == [Origin.ARCHIVE.value]


def test_a_market_that_is_asked_for_by_name_is_looked_for_in_the_archive() -> None:
    """A market that is neither listed nor pinned is had from the archive, and not listed where that has no file."""
    run, evening = build_delisted_run("binance"), build_evening()
    run.sites = build_archives({"binance": {"LUNC/USDT": evening}})
    request = replace(REQUEST, assets=("DOGE",), symbols=("LUNC/USDT", "FTT/USDT"))
    summary, replay = run.collect(request=request)
    assert find_result(summary, "LUNC/USDT").outcome is Outcome.COMPLETE
    assert run.read_stored("binance", "LUNC/USDT") == list_expected("binance", evening)
    absent = find_result(summary, "FTT/USDT")
    assert absent.outcome is Outcome.NOT_LISTED
    assert "not listed today; tried its archive: no archive file" in absent.message
    assert not any("FTT" in str(recorded.query) for recorded in replay.requests)


def test_a_delisted_market_is_had_from_the_candles() -> None:
    """ATOM/USDT, which OKX no longer lists, has its candles where they are still served."""
    evening = build_evening()
    run = ReplayRun(MemorySink(), {"okx": {"ATOM/USDT": evening}}, table=SPOT_OHLCV_VENUES)
    listed = FORMATS["okx"].build_markets({"DOGE/USDT": evening})
    summary, _ = run.collect(replace_body("/instruments", json_text(listed)))
    assert find_result(summary, "ATOM/USDT").outcome is Outcome.COMPLETE
    assert run.read_stored("okx", "ATOM/USDT") == list_expected("okx", evening)


def json_text(body: object) -> str:
    """The body as JSON."""
    return json.dumps(body)


@pytest.mark.parametrize(
    ("venue", "words"),
    [
        ("binance", "not listed today; tried its archive and candles: no archive file"),
        ("coinbaseexchange", "not listed today; tried its candles and trades: "),
        ("kraken", "not listed today; tried its candles and trades: "),
    ],
)
def test_a_delisted_market_without_a_past_is_not_listed(venue: str, words: str) -> None:
    """Where nothing answers, the outcome is not listed today, with what was tried, and it is not tried again."""
    run = build_delisted_run(venue)
    symbol = "ATOM/USDT" if venue == "binance" else "ATOM/USD"
    summary, replay = run.collect()
    result = find_result(summary, symbol)
    assert result.outcome is Outcome.NOT_LISTED
    assert words in result.message
    assert summary.failed == ()
    assert set(run.read_coverage(venue, symbol)) == {("not-listed", START, END)}
    assert replay.list_candle_requests()
    again, replay = run.collect()
    assert replay.list_candle_requests() == []
    assert find_result(again, symbol).outcome in SETTLED_OUTCOMES


def test_a_delisted_market_whose_venue_is_down_is_asked_again() -> None:
    """An outage says nothing about a market, listed or not."""
    run = build_delisted_run("coinbaseexchange")
    summary, _ = run.collect(return_outage("/candles"))
    assert find_result(summary, "ATOM/USD").outcome is Outcome.UNREACHABLE
    _, replay = run.collect()
    assert replay.list_candle_requests()


def test_a_market_that_was_delisted_in_the_window_is_missing_from_then_on() -> None:
    """The archive has the day's candles up to the delisting; the rest is not listed, and named."""
    run, last = build_delisted_run("binance"), START + timedelta(minutes=90)
    evening = [bar for bar in build_evening() if bar.open_ms < last.timestamp() * 1000]
    run.sites = build_archives({"binance": {"ATOM/USDT": evening}})
    summary, _ = run.collect()
    result = find_result(summary, "ATOM/USDT")
    assert (result.outcome, [(gap.outcome, gap.span) for gap in result.gaps]) == (
        Outcome.PARTLY,
        [(Outcome.NOT_LISTED, (last, END))],
    )
    assert run.store.read_covered_spans(["ATOM"], START, END).rows() == [("binance", "ATOM/USDT", START, last)]
    assert run.read_stored("binance", "ATOM/USDT") == list_expected("binance", evening)
