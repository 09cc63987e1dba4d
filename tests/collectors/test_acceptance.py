"""The nine acceptance checks of a collection from real venues, each against the replay, from request to store.

Related tests: pages and parameters of every venue in `tests.replay.test_ccxt_on_spot_venues` and
`tests.replay.test_ccxt_pages`; archives in ``archives.test_archives``, validation of pages in ``test_parts``, candles
from trades in ``test_trade_candles``, faults of single pages in ``test_faults``. Bitget's archive is not in the table:
of the archives with days in UTC+8 only OKX's is read.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.http import ccxt_exchange
from collectors.plan import MINUTE
from collectors.request import CollectionSummary, CollectRequest, MarketResult
from collectors.routes import trades
from collectors.venues.row import VenueRow
from data.schema import Origin, Outcome
from tests.collectors.all_venues import (
    SPOT_VENUES,
    build_archives,
    build_every_venue,
    build_full_run,
    build_trades,
)
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import (
    END,
    FAST_VENUES,
    NOW,
    REQUEST,
    SPOT_OHLCV_VENUES,
    START,
    ReplayRun,
    StoreT,
    build_bars,
    list_expected,
    open_store,
)
from tests.replay.faults import limit_rate, refuse_location, replace_body
from tests.replay.market import Bar, PublicTrade

RECENT = CollectRequest(("ATOM",), NOW.replace(second=0) - timedelta(hours=4), NOW.replace(second=0))


def build_atom_run(store: StoreT, venue: str, market_bars: Sequence[Bar] = ()) -> tuple[ReplayRun[StoreT], str]:
    """A venue with one market of ATOM, and its symbol."""
    symbol, evening = next(
        (symbol, market_bars) for symbol, market_bars in build_every_venue()[venue].items() if "ATOM" in symbol
    )
    return ReplayRun(store, {venue: {symbol: list(market_bars) or evening}}), symbol


def find_result(summary: CollectionSummary, symbol: str) -> MarketResult:
    """The result of a market."""
    return next(result for result in summary.results if result.symbol == symbol)


def drop_end(row: VenueRow) -> VenueRow:
    """The row without the parameter for the page's end: Bithumb then sends the newest candles."""
    return replace(row, until=None)


@pytest.mark.parametrize("venue", ["kraken", "bithumb", "gemini"])
def test_1_a_page_of_another_window_is_rejected(venue: str) -> None:
    """Today's candles, sent for an evening of 13 months ago, are `HISTORY_TOO_SHORT`, and none is stored."""
    run, symbol = build_atom_run(MemorySink(), venue)
    summary, replay = run.collect(table=[drop_end(row) for row in SPOT_OHLCV_VENUES])
    result = find_result(summary, symbol)
    assert result.outcome is Outcome.HISTORY_TOO_SHORT
    assert "answered with candles of another time" in result.message
    assert len(replay.list_candle_requests()) > 0
    assert run.store.read_holdings().is_empty()
    assert {outcome for outcome, _, _ in run.read_coverage(venue, symbol)} == {"history-too-short"}
    assert sum(gap.span.minutes for gap in result.gaps) == 240


def test_2_bitget_covers_240_minutes_in_pages_of_200() -> None:
    """Two pages, of 200 and 40 minutes, have every minute; a longer page would lack its first minutes."""
    run, symbol = build_atom_run(MemorySink(), "bitget")
    summary, replay = run.collect()
    assert summary.failed == ()
    assert [request.query["limit"] for request in replay.list_candle_requests()] == ["200", "40"]
    assert run.read_stored("bitget", symbol) == list_expected("bitget", run.venues["bitget"][symbol])
    assert len(run.read_stored("bitget", symbol)) == 240


@pytest.mark.parametrize("request_", [REQUEST, RECENT], ids=["13 months ago", "today"])
def test_3_no_unknown_parameter_goes_on_the_wire(request_: CollectRequest) -> None:
    """No request to a spot venue has a parameter that the venue does not document, nor `until` or `paginate`."""
    _, replay = build_full_run(MemorySink()).collect(request=request_)
    assert replay.unknown_parameters == set()
    assert {name for request in replay.requests for name in request.query}.isdisjoint({"until", "paginate"})
    for venue in SPOT_VENUES:
        archived = {"binance", "gate", "kucoin"} if request_ is REQUEST else set()
        assert replay.list_candle_requests(venue) or venue in archived


def test_4_omitted_and_empty_minutes_stay_apart() -> None:
    """Quiet minutes are stored as flat candles of a venue that sends them, and not stored of one that omits them."""
    quiet = {7, 8, 100}
    market_bars = build_bars(START, 240, quiet=quiet)
    stored = {}
    for venue in ("okx", "coinbaseexchange"):
        run, symbol = build_atom_run(MemorySink(), venue, market_bars)
        run.collect()
        stored[venue] = run.read_stored(venue, symbol)
        assert run.read_coverage(venue, symbol) == [("complete", START, END)]
    assert [row for row in stored["okx"] if row not in stored["coinbaseexchange"]] == [
        (START + number * MINUTE, *market_bars[number][1:]) for number in sorted(quiet)
    ]
    assert {row[5] for row in stored["okx"] if row not in stored["coinbaseexchange"]} == {0.0}
    assert [row for row in stored["okx"] if row[5]] == stored["coinbaseexchange"]


def test_5_the_archive_of_binance_in_microseconds_equals_rest() -> None:
    """The daily file with timestamps in us and the candle request with timestamps in ms give the same rows."""
    by_file, symbol = build_atom_run(MemorySink(), "binance")
    by_rest, _ = build_atom_run(MemorySink(), "binance")
    by_file.sites = build_archives(by_file.venues)
    _, files = by_file.collect(table=FAST_VENUES)
    by_rest.collect()
    assert files.list_candle_requests() == []
    assert by_file.read_stored("binance", symbol) == by_rest.read_stored("binance", symbol)
    assert len(by_rest.read_stored("binance", symbol)) == 240
    origins = [run.store.read_holdings()["origin"].to_list() for run in (by_file, by_rest)]
    assert origins == [[Origin.ARCHIVE.value], [Origin.OHLCV.value]]


def test_6_a_day_of_okx_ends_at_16_utc(tmp_path: Path) -> None:
    """Two hours around 16:00 UTC are in two files, and 20:00 to 24:00 UTC of the 10th in that of the 11th."""
    run, symbol = build_atom_run(open_store(tmp_path), "okx")
    silent = replace_body("history-candles", "{}", status=404)
    run.sites = build_archives(run.venues)
    border = START.replace(hour=16)
    request = CollectRequest(("ATOM",), border - timedelta(hours=1), border + timedelta(hours=1))
    _, replay = run.collect(silent, table=FAST_VENUES, request=request)
    market_bars = run.venues["okx"][symbol]
    assert run.read_stored("okx", symbol) == list_expected("okx", market_bars, request.start, request.end)
    assert [recorded.path[-14:] for recorded in replay.requests if recorded.host == "static.okx.com"] == [
        "2025-10-10.zip",
        "2025-10-11.zip",
    ]
    _, replay = run.collect(silent, table=FAST_VENUES)
    assert run.read_stored("okx", symbol, START, END)[-240:] == list_expected("okx", market_bars)
    assert {recorded.path[-14:] for recorded in replay.requests if recorded.host == "static.okx.com"} == {
        "2025-10-11.zip"
    }


def double_trades(trades: Sequence[PublicTrade]) -> list[PublicTrade]:
    """Each trade followed by a second one of the same nanosecond at another price."""
    doubled = [part for trade in trades for part in (trade, trade._replace(price=str(float(trade.price) + 0.125)))]
    return [trade._replace(id=number) for number, trade in enumerate(doubled, 1)]


@pytest.mark.parametrize("page_rows", [3, 7, 250])
def test_7_trades_of_kraken_split_over_pages(monkeypatch: pytest.MonkeyPatch, page_rows: int) -> None:
    """The candles do not depend on where a page ends, also between two trades of one nanosecond."""
    request = replace(REQUEST, end=START + timedelta(minutes=50))
    stored = []
    for trades_per_page in (1000, page_rows):
        run, symbol = build_atom_run(MemorySink(), "kraken")
        run.trades = {"kraken": {symbol: double_trades(build_trades(run.venues["kraken"][symbol]))}}
        monkeypatch.setattr(ccxt_exchange, "TRADES_PER_PAGE", trades_per_page)
        monkeypatch.setattr(trades, "TRADES_PER_PAGE", trades_per_page)
        summary, replay = run.collect(table=FAST_VENUES, request=request)
        assert find_result(summary, symbol).outcome is Outcome.COMPLETE
        stored.append(run.read_stored("kraken", symbol))
    assert len(replay.list_candle_requests()) > 1
    assert stored[0] == stored[1]
    traded = [bar for bar in list_bars(run, symbol, 50) if bar.volume]
    assert [row[5] for row in stored[0]] == [2 * bar.volume for bar in traded]
    assert [(row[1], row[4]) for row in stored[0]] == [(bar.open, bar.close + 0.125) for bar in traded]


def list_bars(run: ReplayRun[MemorySink], symbol: str, minutes: int) -> list[Bar]:
    """The first bars of the window."""
    market_bars = next(iter(run.venues.values()))[symbol]
    return [
        bar
        for bar in market_bars
        if bar.open_ms in {int(START.timestamp() * 1000) + n * 60_000 for n in range(minutes)}
    ]


def test_8_too_old_is_final_too_often_is_asked_again_and_a_refusal_stops() -> None:
    """Gate's 400 "too long ago" is not retried, a 429 is, and after a 451 there is no further request."""
    old, symbol = build_atom_run(MemorySink(), "gate")
    summary, replay = old.collect()
    assert find_result(summary, symbol).outcome is Outcome.HISTORY_TOO_SHORT
    assert "too long ago" in find_result(summary, symbol).message
    assert len(replay.list_candle_requests()) == 1
    second_run, symbol = build_atom_run(MemorySink(), "gate")
    summary, replay = second_run.collect(limit_rate("candlesticks", times=2), request=RECENT)
    assert find_result(summary, symbol).outcome is Outcome.COMPLETE
    assert len(replay.list_candle_requests()) == 3
    refused, symbol = build_atom_run(MemorySink(), "gate")
    table = [replace(row, page_min=60) for row in SPOT_OHLCV_VENUES]
    summary, replay = refused.collect(refuse_location("candlesticks", skip=1), request=RECENT, table=table)
    result = find_result(summary, symbol)
    assert (result.outcome, {gap.outcome for gap in result.gaps}) == (Outcome.PARTLY, {Outcome.REFUSED})
    assert len(replay.list_candle_requests()) == 2


@pytest.mark.parametrize("request_", [REQUEST, RECENT], ids=["trades", "candles"])
def test_9_an_answer_of_kraken_under_another_id_is_an_error(request_: CollectRequest) -> None:
    """A response under XXRPZUSD to a request for XRPUSD is bad data, and not a span without trades."""
    run = ReplayRun(MemorySink(), {"kraken": {"XRP/USD": build_every_venue()["kraken"]["ATOM/USD"]}})
    legs = {"base": "XRP", "quote": "USD", "baseId": "XRP", "quoteId": "USD"}
    kinds = dict.fromkeys(("swap", "future", "option", "contract"), False)
    market = {"id": "XRPUSD", "symbol": "XRP/USD", "type": "spot", "spot": True, "active": True, **legs, **kinds}
    run.store.add_listing("kraken", json.dumps([market]), listed_at=NOW - timedelta(hours=1), source="a test")
    run.trades = {"kraken": {"XRP/USD": build_trades(run.venues["kraken"]["XRP/USD"])}}
    summary, replay = run.collect(table=FAST_VENUES, request=replace(request_, assets=("XRP",)))
    assert {request.query["pair"] for request in replay.requests} == {"XRPUSD"}
    assert find_result(summary, "XRP/USD").outcome is Outcome.BAD_DATA
    assert run.store.read_holdings().is_empty()
    assert run.store.read_covered_spans(["XRP"], request_.start, request_.end).is_empty()
