"""The nine checks that a collection from real venues has to stand, each against the replay, from request to store.

More on the same: pages and parameters of every venue in `tests.replay.test_wire_a` and ``test_wire_b`` (also of
futures), layouts of archives in ``test_archives``, the gate alone in ``test_parts``, trades made into candles in
``test_minutes``, faults of single pages in ``test_faults``. Bitget's archive is not in the table: of the archives with
days of UTC+8 only OKX's is read.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from collectors import exchange, trades
from collectors.plan import MINUTE
from collectors.request import CollectRequest, MarketResult, Summary
from collectors.venues import VenueRow
from data.schema import Origin, Outcome
from data.store import CandleStore
from tests.collectors.everywhere import SPOT, archives_of, every_venue, trades_everywhere, trades_of
from tests.collectors.setting import END, HASTY, NOW, REQUEST, START, TABLE, Run, bars, expected
from tests.replay.faults import refusing, saying, too_many_requests
from tests.replay.market import Bar, Trade

RECENT = CollectRequest(("ATOM",), NOW.replace(second=0) - timedelta(hours=4), NOW.replace(second=0))


def atom(tmp_path: Path, venue: str, made: Sequence[Bar] = ()) -> tuple[Run, str]:
    """A store, and a venue with one market of ATOM."""
    symbol, evening = next((symbol, made) for symbol, made in every_venue()[venue].items() if "ATOM" in symbol)
    return Run(CandleStore(str(tmp_path / "lake")), {venue: {symbol: list(made) or evening}}), symbol


def result_of(summary: Summary, symbol: str) -> MarketResult:
    """The result of a market."""
    return next(result for result in summary.results if result.symbol == symbol)


def without_end(row: VenueRow) -> VenueRow:
    """The row, without the page's end passed by hand: Bithumb answers with the newest candles then."""
    return replace(row, until=None)


@pytest.mark.parametrize("venue", ["kraken", "bithumb", "gemini"])
def test_1_a_page_of_another_window_is_rejected(tmp_path: Path, venue: str) -> None:
    """Today's candles, sent for an evening of 13 months ago, are a history too short, and none is stored."""
    run, symbol = atom(tmp_path, venue)
    summary, replay = run.collect(table=[without_end(row) for row in TABLE])
    result = result_of(summary, symbol)
    assert result.outcome is Outcome.HISTORY_TOO_SHORT
    assert "answered with candles of another time" in result.message
    assert len(replay.candle_requests()) > 0
    assert run.store.holdings().is_empty()
    assert {outcome for outcome, _, _ in run.coverage(venue, symbol)} == {"history-too-short"}
    assert sum(gap.span.minutes for gap in result.gaps) == 240


def test_2_bitget_covers_240_minutes_in_pages_of_200(tmp_path: Path) -> None:
    """Two pages, of 200 and 40 minutes, hold every minute: more at once would come 100 minutes late."""
    run, symbol = atom(tmp_path, "bitget")
    summary, replay = run.collect()
    assert summary.failed == ()
    assert [request.query["limit"] for request in replay.candle_requests()] == ["200", "40"]
    assert run.stored("bitget", symbol) == expected("bitget", run.venues["bitget"][symbol])
    assert len(run.stored("bitget", symbol)) == 240


@pytest.mark.parametrize("request_", [REQUEST, RECENT], ids=["13 months ago", "today"])
def test_3_no_unknown_parameter_goes_on_the_wire(tmp_path: Path, request_: CollectRequest) -> None:
    """No spot venue is asked with a parameter that it does not document, `until` least of all."""
    venues = every_venue()
    run = Run(CandleStore(str(tmp_path / "lake")), venues)
    _, replay = run.collect(table=HASTY, request=request_, trades=trades_everywhere(venues), sites=archives_of(venues))
    assert replay.unknown == set()
    assert {name for request in replay.requests for name in request.query}.isdisjoint({"until", "paginate"})
    for venue in SPOT:
        archived = {"binance", "gate", "kucoin"} if request_ is REQUEST else set()
        assert replay.candle_requests(venue) or venue in archived


def test_4_omitted_and_empty_minutes_stay_apart(tmp_path: Path) -> None:
    """Of the same minutes one venue shows the quiet ones flat and one not at all; the store keeps both as they are."""
    quiet = {7, 8, 100}
    made = bars(START, 240, quiet=quiet)
    had = {}
    for venue in ("okx", "coinbaseexchange"):
        run, symbol = atom(tmp_path / venue, venue, made)
        run.collect()
        had[venue] = run.stored(venue, symbol)
        assert run.coverage(venue, symbol) == [("complete", START, END)]
    assert [row for row in had["okx"] if row not in had["coinbaseexchange"]] == [
        (START + number * MINUTE, *made[number][1:]) for number in sorted(quiet)
    ]
    assert {row[5] for row in had["okx"] if row not in had["coinbaseexchange"]} == {0.0}
    assert [row for row in had["okx"] if row[5]] == had["coinbaseexchange"]


def test_5_the_archive_of_binance_in_microseconds_equals_rest(tmp_path: Path) -> None:
    """The daily file, stamped in us, and the candle request, stamped in ms, give the same rows."""
    by_file, symbol = atom(tmp_path / "file", "binance")
    by_rest, _ = atom(tmp_path / "rest", "binance")
    _, files = by_file.collect(table=HASTY, sites=archives_of(by_file.venues))
    by_rest.collect()
    assert files.candle_requests() == []
    assert by_file.stored("binance", symbol) == by_rest.stored("binance", symbol)
    assert len(by_rest.stored("binance", symbol)) == 240
    origins = [run.store.holdings()["origin"].to_list() for run in (by_file, by_rest)]
    assert origins == [[Origin.ARCHIVE.value], [Origin.OHLCV.value]]


def test_6_a_day_of_okx_ends_at_16_utc(tmp_path: Path) -> None:
    """Two hours around 16:00 UTC lie in two files, and 20:00 to 24:00 UTC of the 10th in that of the 11th."""
    run, symbol = atom(tmp_path, "okx")
    silent = saying("history-candles", "{}", status=404)
    sites = archives_of(run.venues)
    border = START.replace(hour=16)
    request = CollectRequest(("ATOM",), border - timedelta(hours=1), border + timedelta(hours=1))
    _, replay = run.collect(silent, table=HASTY, request=request, sites=sites)
    made = run.venues["okx"][symbol]
    assert run.stored("okx", symbol) == expected("okx", made, request.start, request.end)
    assert [asked.path[-14:] for asked in replay.requests if asked.host == "static.okx.com"] == [
        "2025-10-10.zip",
        "2025-10-11.zip",
    ]
    _, replay = run.collect(silent, table=HASTY, sites=sites)
    assert run.stored("okx", symbol, START, END)[-240:] == expected("okx", made)
    assert {asked.path[-14:] for asked in replay.requests if asked.host == "static.okx.com"} == {"2025-10-11.zip"}


def twins(made: Sequence[Trade]) -> list[Trade]:
    """Each trade twice in one nanosecond: a second one at another price follows it."""
    doubled = [part for trade in made for part in (trade, trade._replace(price=str(float(trade.price) + 0.125)))]
    return [trade._replace(id=number) for number, trade in enumerate(doubled, 1)]


@pytest.mark.parametrize("most", [3, 7, 250])
def test_7_trades_of_kraken_split_over_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Wherever a page ends, also between two trades of one nanosecond, the candles are those of one page."""
    request = replace(REQUEST, end=START + timedelta(minutes=50))
    had = []
    for at_once in (1000, most):
        run, symbol = atom(tmp_path / str(at_once), "kraken")
        prints = {"kraken": {symbol: twins(trades_of(run.venues["kraken"][symbol]))}}
        monkeypatch.setattr(exchange, "TRADES_AT_ONCE", at_once)
        monkeypatch.setattr(trades, "TRADES_AT_ONCE", at_once)
        summary, replay = run.collect(table=HASTY, request=request, trades=prints)
        assert result_of(summary, symbol).outcome is Outcome.COMPLETE
        had.append(run.stored("kraken", symbol))
    assert len(replay.candle_requests()) > 1
    assert had[0] == had[1]
    traded = [bar for bar in bars_of(run, symbol, 50) if bar.volume]
    assert [row[5] for row in had[0]] == [2 * bar.volume for bar in traded]
    assert [(row[1], row[4]) for row in had[0]] == [(bar.open, bar.close + 0.125) for bar in traded]


def bars_of(run: Run, symbol: str, minutes: int) -> list[Bar]:
    """The first bars of the window."""
    made = next(iter(run.venues.values()))[symbol]
    return [bar for bar in made if bar.open_ms in {int(START.timestamp() * 1000) + n * 60_000 for n in range(minutes)}]


def test_8_too_old_is_final_too_often_is_asked_again_and_a_refusal_stops(tmp_path: Path) -> None:
    """Gate's 400 "too long ago" is asked once, a 429 until it passes, and after a 451 nothing more."""
    old, symbol = atom(tmp_path / "old", "gate")
    summary, replay = old.collect()
    assert result_of(summary, symbol).outcome is Outcome.HISTORY_TOO_SHORT
    assert "too long ago" in result_of(summary, symbol).message
    assert len(replay.candle_requests()) == 1
    again, symbol = atom(tmp_path / "again", "gate")
    summary, replay = again.collect(too_many_requests("candlesticks", times=2), request=RECENT)
    assert result_of(summary, symbol).outcome is Outcome.COMPLETE
    assert len(replay.candle_requests()) == 3
    refused, symbol = atom(tmp_path / "refused", "gate")
    table = [replace(row, page_min=60) for row in TABLE]
    summary, replay = refused.collect(refusing("candlesticks", after=1), request=RECENT, table=table)
    result = result_of(summary, symbol)
    assert (result.outcome, {gap.outcome for gap in result.gaps}) == (Outcome.PARTLY, {Outcome.REFUSED})
    assert len(replay.candle_requests()) == 2


@pytest.mark.parametrize("request_", [REQUEST, RECENT], ids=["trades", "candles"])
def test_9_an_answer_of_kraken_under_another_id_is_an_error(tmp_path: Path, request_: CollectRequest) -> None:
    """Asked for XRPUSD it answers under XXRPZUSD: whoever looks under XRPUSD finds nothing, and that is no silence."""
    run = Run(CandleStore(str(tmp_path / "lake")), {"kraken": {"XRP/USD": every_venue()["kraken"]["ATOM/USD"]}})
    legs = {"base": "XRP", "quote": "USD", "baseId": "XRP", "quoteId": "USD"}
    kinds = dict.fromkeys(("swap", "future", "option", "contract"), False)
    market = {"id": "XRPUSD", "symbol": "XRP/USD", "type": "spot", "spot": True, "active": True, **legs, **kinds}
    run.store.keep_listing("kraken", json.dumps([market]), listed_at=NOW - timedelta(hours=1), source="a test")
    prints = {"kraken": {"XRP/USD": trades_of(run.venues["kraken"]["XRP/USD"])}}
    summary, replay = run.collect(table=HASTY, request=replace(request_, assets=("XRP",)), trades=prints)
    assert {request.query["pair"] for request in replay.requests} == {"XRPUSD"}
    assert result_of(summary, "XRP/USD").outcome is Outcome.BAD_DATA
    assert run.store.holdings().is_empty()
    assert run.store.covered(["XRP"], request_.start, request_.end).is_empty()
