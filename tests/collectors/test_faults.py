import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

from collectors.collect import collect_candles, run_collection
from collectors.http.access import Access
from collectors.request import CollectionSummary, CollectRequest, MarketProgress, MarketResult
from data.errors import StoreBusy
from data.schema import Outcome, Timeframe
from data.store import CandleStore
from data.tables.candles import CandleTable
from data.tables.coverage import CoverageTable
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import (
    END,
    NOW,
    REQUEST,
    SPOT_OHLCV_VENUES,
    START,
    ReplayRun,
    StoreT,
    build_bars,
    build_four_venues,
    build_run,
    list_expected,
    open_store,
    to_ms,
)
from tests.replay.faults import (
    Fault,
    change_rows,
    ignore_window,
    limit_rate,
    refuse_location,
    replace_body,
    return_outage,
    shift_window,
)
from tests.replay.format import Rows
from tests.replay.server import Replay

CANDLES = {
    "binance": "/klines",
    "okx": "history-candles",
    "bybit": "/market/kline",
    "coinbaseexchange": "/candles",
}


def build_one_market(store: StoreT, venue: str) -> tuple[ReplayRun[StoreT], str]:
    """A run of one venue that has ATOM in one quote only, and the symbol."""
    symbol, market_bars = next(iter(build_four_venues()[venue].items()))
    return ReplayRun(store, {venue: {symbol: market_bars}}), symbol


def find_result(summary: CollectionSummary, symbol: str) -> MarketResult:
    """The result of a market."""
    return next(result for result in summary.results if result.symbol == symbol)


@pytest.mark.parametrize("venue", CANDLES)
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda where: limit_rate(where, times=2), id="429"),
        pytest.param(lambda where: return_outage(where, times=2), id="503"),
        pytest.param(lambda where: replace_body(where, "[[1760", times=2), id="no JSON"),
        pytest.param(lambda where: replace_body(where, "Hello", times=2), id="a text"),
        pytest.param(lambda where: Fault(where, times=2, cut=True), id="cut body"),
        pytest.param(lambda where: change_rows(where, lambda rows: rows[::2] + rows[1::2]), id="shuffled"),
        pytest.param(lambda where: change_rows(where, lambda rows: rows + rows[:9]), id="twice"),
    ],
)
def test_what_passes_leaves_no_trace(venue: str, fault: object) -> None:
    """Transient faults, and rows out of order or repeated, leave the expected candles in the store."""
    run, symbol = build_one_market(MemorySink(), venue)
    assert callable(fault)
    summary, _ = run.collect(fault(CANDLES[venue]))
    assert summary.failed == ()
    assert run.read_stored(venue, symbol) == list_expected(venue, run.venues[venue][symbol])


@pytest.mark.parametrize("venue", CANDLES)
@pytest.mark.parametrize(
    ("fault", "outcome", "requests"),
    [
        pytest.param(limit_rate, Outcome.RATE_LIMITED_OUT, 3, id="429"),
        pytest.param(return_outage, Outcome.UNREACHABLE, 3, id="503"),
        pytest.param(lambda where: Fault(where, cut=True), Outcome.UNREACHABLE, 3, id="cut body"),
        pytest.param(refuse_location, Outcome.REFUSED, 1, id="451"),
        pytest.param(lambda where: refuse_location(where, status=403), Outcome.REFUSED, 1, id="403"),
        pytest.param(lambda where: replace_body(where, "<html>"), Outcome.BAD_DATA, 3, id="no JSON"),
        pytest.param(lambda where: replace_body(where, "no", status=404), Outcome.UNREACHABLE, 1, id="404"),
        pytest.param(
            lambda where: replace_body(where, '{"message": "no"}', status=400), Outcome.UNREACHABLE, 1, id="400"
        ),
    ],
)
def test_what_does_not_pass_is_named(venue: str, fault: object, outcome: Outcome, requests: int) -> None:
    """A permanent fault ends in its outcome, with retries only where it is transient, and nothing is stored."""
    run, symbol = build_one_market(MemorySink(), venue)
    assert callable(fault)
    summary, replay = run.collect(fault(CANDLES[venue]))
    result = find_result(summary, symbol)
    assert result.outcome is outcome
    assert result.message.startswith("240 of 240 minutes missing: ")
    assert summary.failed == (result,)
    assert len(replay.list_candle_requests()) == requests
    assert run.read_stored(venue, symbol) == []
    assert run.read_coverage(venue, symbol) == [(result.outcome.value, START, END)]


@pytest.mark.parametrize(
    ("venue", "body", "outcome"),
    [
        ("binance", "{}", Outcome.BAD_DATA),
        ("okx", '{"code": "0"}', Outcome.BAD_DATA),
        ("okx", '{"code": "0", "data": {}}', Outcome.BAD_DATA),
        ("bybit", '{"retCode": 0, "result": {}}', Outcome.BAD_DATA),
        ("bybit", '{"retCode": 0, "result": []}', Outcome.BAD_DATA),
        ("coinbaseexchange", "{}", Outcome.BAD_DATA),
        ("okx", '{"code": "51001", "msg": "Instrument ID does not exist"}', Outcome.NOT_LISTED),
        ("okx", '{"code": "50011", "msg": "Requests too frequent"}', Outcome.RATE_LIMITED_OUT),
        ("bybit", '{"retCode": 10024, "retMsg": "Compliance rules triggered"}', Outcome.REFUSED),
        ("bybit", '{"retCode": 10001, "retMsg": "params error"}', Outcome.UNREACHABLE),
    ],
)
def test_json_without_candles_is_not_an_empty_page(venue: str, body: str, outcome: Outcome) -> None:
    """A body of another shape, or with an error of the venue, is never taken for a page of quiet minutes."""
    run, symbol = build_one_market(MemorySink(), venue)
    summary, _ = run.collect(replace_body(CANDLES[venue], body))
    assert find_result(summary, symbol).outcome is outcome
    assert run.read_coverage(venue, symbol) == [(outcome.value, START, END)]


@pytest.mark.parametrize(
    ("venue", "fault"),
    [
        ("binance", ignore_window("/klines", "startTime", "endTime")),
        ("okx", ignore_window("candles", "before", "after")),
        ("bybit", ignore_window("/kline", "start", "end")),
        ("coinbaseexchange", ignore_window("/candles", "start", "end")),
        ("binance", shift_window("/klines", "startTime", -240 * 60_000)),
        ("bybit", shift_window("/kline", "start", 240 * 60_000)),
    ],
)
def test_candles_of_another_window_are_never_data(venue: str, fault: Fault) -> None:
    """Candles of another window are `HISTORY_TOO_SHORT`, and none is stored."""
    run, symbol = build_one_market(MemorySink(), venue)
    summary, _ = run.collect(fault)
    assert find_result(summary, symbol).outcome is Outcome.HISTORY_TOO_SHORT
    assert "answered with candles of another time" in find_result(summary, symbol).message
    assert run.read_stored(venue, symbol) == []


def test_no_candles_from_a_venue_that_sends_flat_ones_is_not_quiet() -> None:
    """Only empty pages are `HISTORY_TOO_SHORT` where empty minutes are sent, and no evidence where they are omitted."""
    for venue, outcome in (("okx", Outcome.HISTORY_TOO_SHORT), ("coinbaseexchange", Outcome.NO_EVIDENCE)):
        run, symbol = build_one_market(MemorySink(), venue)
        summary, _ = run.collect(change_rows(CANDLES[venue], lambda _: []))
        assert find_result(summary, symbol).outcome is outcome
        assert run.read_coverage(venue, symbol) == [(outcome.value, START, END)]


def test_a_page_that_is_cut_short_covers_what_it_holds(tmp_path: Path) -> None:
    """Where empty minutes are sent, absent minutes at the edges of a page are missing and requested again."""
    run, symbol = build_one_market(open_store(tmp_path), "okx")
    summary, _ = run.collect(change_rows("candles", lambda rows: rows[30:-60]))
    result = find_result(summary, symbol)
    first, last = START + timedelta(minutes=60), END - timedelta(minutes=30)
    assert result.outcome is Outcome.PARTLY
    assert result.message.startswith("90 of 240 minutes missing")
    assert [tuple(gap.span) for gap in result.gaps] == [(START, first), (last, END)]
    assert run.read_coverage("okx", symbol) == [
        ("partly", START, first),
        ("complete", first, last),
        ("partly", last, END),
    ]
    second_summary, replay = run.collect()
    assert second_summary.failed == ()
    assert [request.query["limit"] for request in replay.list_candle_requests()] == ["60", "30"]
    assert run.read_stored("okx", symbol) == list_expected("okx", run.venues["okx"][symbol])


def change_close(rows: Rows) -> Rows:
    """The rows, and the third once more with another close."""
    return [*rows, [*rows[2][:4], "11.75", *rows[2][5:]]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (change_close, "two different candles for 2025-10-10 23:57Z"),
        (lambda rows: [*rows[1:], [*rows[0][:4], None, *rows[0][5:]]], "value missing"),
        (lambda rows: [*rows[1:], [*rows[0][:4], "NaN", *rows[0][5:]]], "value missing"),
        (lambda rows: [*rows[1:], [None, *rows[0][1:]]], "value missing"),
        (lambda rows: [*rows[1:], [*rows[0][:2], "0.1", *rows[0][3:]]], "cannot be"),
        (lambda rows: [*rows[1:], [*rows[0][:3], "0", *rows[0][4:]]], "cannot be"),
        (lambda rows: [*rows[1:], [*rows[0][:5], "-1", *rows[0][6:]]], "cannot be"),
        (lambda rows: [*rows[1:], [str(int(str(rows[0][0])) + 1), *rows[0][1:]]], "inside a minute"),
        (lambda rows: [*rows[1:], 7], "value missing"),
    ],
)
def test_a_page_with_a_bad_row_is_kept_out(change: object, words: str) -> None:
    """A row that is no candle, or a minute with two values, makes its page bad data; the message names the row."""
    assert callable(change)
    run, symbol = build_one_market(MemorySink(), "bybit")
    summary, _ = run.collect(change_rows("/kline", change))
    result = find_result(summary, symbol)
    assert result.outcome is Outcome.BAD_DATA
    assert words in result.message
    assert run.read_stored("bybit", symbol) == []


def test_a_bad_page_leaves_the_others(tmp_path: Path) -> None:
    """Only the bad page is missing, and the next run requests only that page."""
    run, symbol = build_one_market(open_store(tmp_path), "coinbaseexchange")
    request = CollectRequest(("ATOM",), START, START + timedelta(minutes=540))
    faults = Fault("/candles", skip=1, times=3, body="<html>", status=200)
    summary, _ = run.collect(faults, request=request)
    middle = (START + timedelta(minutes=300), START + timedelta(minutes=540))
    assert [tuple(gap.span) for gap in find_result(summary, symbol).gaps] == [middle]
    second_summary, replay = run.collect(request=request)
    assert second_summary.failed == ()
    assert len(replay.list_candle_requests()) == 1
    market_bars = run.venues["coinbaseexchange"][symbol]
    assert run.read_stored("coinbaseexchange", symbol, *get_window(request)) == list_expected(
        "coinbaseexchange", market_bars, *get_window(request)
    )


def get_window(request: CollectRequest) -> tuple[datetime, datetime]:
    """Start and end of a request."""
    return request.start, request.end


def test_what_overran_a_page_must_hold_in_the_next() -> None:
    """A candle beyond the end of a page that differs from the one in its own page is bad data."""
    run, symbol = build_one_market(MemorySink(), "bybit")
    table = [replace(row, page_min=60) for row in SPOT_OHLCV_VENUES]
    second = to_ms(START + timedelta(minutes=60))

    def overrun(rows: Rows) -> Rows:
        return [[str(second), "1", "1", "1", "1", "1", "0"], *rows]

    summary, _ = run.collect(change_rows("/kline", overrun, times=1), table=table)
    result = find_result(summary, symbol)
    assert result.outcome is Outcome.PARTLY
    assert "two different candles for 2025-10-10 21:00Z" in result.message
    assert len(run.read_stored("bybit", symbol)) == 180


def test_a_refusal_stops_the_venue_alone() -> None:
    """After a 451 no further request goes to the venue, its markets are refused, and other venues go on."""
    run = build_run(MemorySink())
    table = [replace(row, page_min=120, hosts=row.hosts[:1]) for row in SPOT_OHLCV_VENUES]
    summary, replay = run.collect(refuse_location("api.binance.com/api/v3/klines", skip=1), table=table)
    # Six pages in all: the first of each market was under way, and the second of the one that was answered.
    assert len(replay.list_candle_requests("binance")) <= 4
    outcomes = {result.symbol: result.outcome for result in summary.results if result.venue == "binance"}
    assert sorted(outcomes.values()) == [Outcome.NOT_LISTED, Outcome.PARTLY, Outcome.REFUSED, Outcome.REFUSED]
    assert {result.venue for result in summary.failed} == {"binance"}
    refused = next(symbol for symbol, outcome in outcomes.items() if outcome is Outcome.REFUSED)
    assert run.read_coverage("binance", refused) == [("refused", START, END)]


def test_a_venue_that_does_not_list_its_markets_is_named() -> None:
    """Without a list of markets every asset of the venue gets the reason, under `ASSET/*`."""
    run = build_run(MemorySink(), "okx")
    summary, replay = run.collect(return_outage("/instruments"), request=replace(REQUEST, symbols=("WBETH/ETH",)))
    assert replay.list_candle_requests() == []
    failed = {result.symbol: (result.outcome, result.message.partition(":")[0]) for result in summary.failed}
    reason = (Outcome.UNREACHABLE, "no list of markets")
    assert failed == dict.fromkeys(("ATOM/*", "USDT/*", "USDC/*", "WBETH/ETH"), reason)
    assert run.read_coverage("okx", "ATOM/*") == [("unreachable", START, END)]


@pytest.mark.parametrize("body", ['{"symbols": []}', '{"symbols": [{"symbol": "ATOMUSDT", "baseAsset": 7}]}', "[]"])
def test_an_empty_list_of_markets_is_not_taken_for_absence(body: str) -> None:
    """Where the list cannot be read the pinned markets are requested, and no asset counts as not listed."""
    run = build_run(MemorySink(), "binance")
    summary, _ = run.collect(replace_body("exchangeInfo", body), request=replace(REQUEST, assets=("ATOM", "PEPE")))
    outcomes = {result.symbol: result.outcome for result in summary.results}
    assert outcomes == {
        "ATOM/USDT": Outcome.COMPLETE,
        "ATOM/USDC": Outcome.COMPLETE,
        "USDC/USDT": Outcome.COMPLETE,
        "ATOM/*": Outcome.BAD_DATA,
        "PEPE/*": Outcome.BAD_DATA,
        "USDT/*": Outcome.BAD_DATA,
        "USDC/*": Outcome.BAD_DATA,
    }
    assert {result.symbol for result in summary.failed} == {"ATOM/*", "PEPE/*", "USDT/*", "USDC/*"}
    assert run.read_stored("binance", "ATOM/USDT") == list_expected("binance", run.venues["binance"]["ATOM/USDT"])


def test_a_venue_with_a_second_host_is_asked_there() -> None:
    """Where Binance's trading host refuses, its market data host is requested and named as the source."""
    run, symbol = build_one_market(MemorySink(), "binance")
    run.extra_hosts = {"data-api.binance.vision": "binance"}
    summary, replay = run.collect(refuse_location("api.binance.com"))
    assert summary.failed == ()
    assert run.read_stored("binance", symbol) == list_expected("binance", run.venues["binance"][symbol])
    assert [request.host for request in replay.list_candle_requests()] == ["data-api.binance.vision"]
    assert run.store.candles.read_holdings()["source"].to_list() == [
        f"{replay.url.removeprefix('http://')}/data-api.binance.vision"
    ]


def test_a_refusal_by_every_host_is_the_first_ones() -> None:
    """Where the second host fails too, the outcome is the refusal of the first, without retries."""
    run, _ = build_one_market(MemorySink(), "binance")
    run.extra_hosts = {"data-api.binance.vision": "binance"}
    for fault in (refuse_location("data-api"), replace_body("data-api", "no", status=404)):
        summary, replay = run.collect(refuse_location("api.binance.com"), fault)
        assert {result.outcome for result in summary.results} == {Outcome.REFUSED}
        assert len(replay.requests) == 2


def test_a_closed_port_is_unreachable() -> None:
    """A closed port makes the venue unreachable, as an outcome and not as an exception."""
    run = build_run(MemorySink(), "okx")

    async def get_closed_address() -> str:
        async with Replay(run.venues, now_ms=to_ms(NOW)) as replay:
            return replay.url

    request = replace(REQUEST, venues=("okx",))
    mirror = asyncio.run(get_closed_address())
    summary = run_collection(run.store, request, venues=SPOT_OHLCV_VENUES, access=Access(mirror), now=lambda: NOW)
    assert {result.outcome for result in summary.failed} == {Outcome.UNREACHABLE}


def test_a_run_that_is_cancelled_keeps_what_came(tmp_path: Path) -> None:
    """A collection cancelled while the second market waits keeps the first; the next run requests only the second."""
    run = build_run(open_store(tmp_path), "okx")

    async def run_interrupted() -> str:
        release, first_progress = asyncio.Event(), asyncio.get_running_loop().create_future()

        def record_progress(progress: MarketProgress) -> None:
            if progress.candles and not first_progress.done():
                first_progress.set_result(progress.symbol)

        fault = Fault("history-candles", skip=1, release=release, waiting=asyncio.Event())
        async with Replay(run.venues, now_ms=to_ms(NOW), faults=(fault,)) as replay:
            request = replace(REQUEST, venues=("okx",))
            access = Access(replay.url)
            collection = collect_candles(
                run.store,
                request,
                venues=SPOT_OHLCV_VENUES,
                access=access,
                now=lambda: NOW,
                on_progress=record_progress,
            )
            job = asyncio.create_task(collection)
            first: str = await first_progress
            job.cancel()
            with pytest.raises(asyncio.CancelledError):
                await job
            release.set()
        return first

    first = asyncio.run(run_interrupted())
    (second,) = run.venues["okx"].keys() - {first}
    assert run.read_stored("okx", first) == list_expected("okx", run.venues["okx"][first])
    assert run.read_stored("okx", second) == []
    summary, replay = run.collect()
    assert summary.failed == ()
    assert [request.query["instId"] for request in replay.list_candle_requests()] == [second.replace("/", "-")]


class RecordedCandleTable(CandleTable):
    """Candles whose writes are recorded in `CoverageBusyStore.writes`."""

    def write(self, fetched: pl.DataFrame) -> pl.DataFrame:
        """Record the write and store the candles."""
        CoverageBusyStore.writes.append("candles")
        return super().write(fetched)


class BusyCoverageTable(CoverageTable):
    """Coverage that cannot be written."""

    def write(self, coverage: pl.DataFrame) -> None:
        """Record the write and refuse it."""
        CoverageBusyStore.writes.append("coverage")
        message = f"the store is busy: {len(coverage)} rows are not written"
        raise StoreBusy(message)


class CoverageBusyStore(CandleStore):
    """A store that takes candles and then cannot take their coverage; ``writes`` tells the order."""

    writes: ClassVar[list[str]] = []

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.candles = RecordedCandleTable(self.candles.tables[Timeframe.M1].uri)
        self.coverage = BusyCoverageTable(self.coverage.table.uri)


def test_an_error_of_the_store_comes_out_as_it_is(tmp_path: Path) -> None:
    """An error of the store is raised by the collection; candles are written before their coverage."""
    run = build_run(open_store(tmp_path), "okx", "bybit")
    run.store = CoverageBusyStore(run.store.uri)
    with pytest.raises(StoreBusy, match="the store is busy"):
        run.collect()
    assert CoverageBusyStore.writes[:2] == ["candles", "coverage"]
    assert run.read_coverage("okx", "ATOM/USDT") == []


def test_only_missing_minutes_are_requested_again(tmp_path: Path) -> None:
    """Only the missing half is requested again, and its changed candles are new, not revised."""
    run, symbol = build_one_market(open_store(tmp_path), "okx")
    market_bars = run.venues["okx"][symbol]
    run.collect(change_rows("candles", lambda rows: rows[120:]))
    changed = build_bars(START, 240, level=50.0)
    run.venues = {"okx": {symbol: changed}}
    summary, _ = run.collect()
    assert (summary.new, summary.revised) == (120, 0)
    assert (
        run.read_stored("okx", symbol) == list_expected("okx", market_bars)[:120] + list_expected("okx", changed)[120:]
    )
