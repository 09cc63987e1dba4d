"""Faults of every kind at random, and the behaviour of a collection when requests fail."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from collectors.collect import collect_candles, run_collection
from collectors.http.access import Access
from collectors.request import CollectionSummary, CollectRequest
from collectors.venues.row import MarketType, VenueRow
from data.intervals import MINUTE
from data.schema import SETTLED_OUTCOMES, Outcome
from data.store import CandleStore
from tests.collectors.all_venues import build_archives, build_full_run, build_trades
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import (
    END,
    EPOCH,
    FAST_VENUES,
    NOW,
    REQUEST,
    START,
    VENUES_OMITTING_QUIET,
    ReplayRun,
    StoreT,
    build_bars,
    list_expected,
    open_store,
    to_ms,
)
from tests.replay.archives import ArchiveSite
from tests.replay.faults import (
    Fault,
    FaultMix,
    alter_row,
    change_rows,
    contradict_row,
    cut_connection,
    garble_body,
    limit_rate,
    refuse_location,
    repeat_rows,
    replace_body,
    return_outage,
    shift_window_by_minutes,
    shuffle_rows,
    withhold_response,
)
from tests.replay.format import Rows
from tests.replay.formats import FORMATS
from tests.replay.market import Bar
from tests.replay.server import Replay

VENUES_WITHOUT_HISTORY = {"mexc", "gemini"}
"""Venues without a route to candles of 13 months ago."""

OTHER_WINDOW_MIN = 240
"""How much later the other window is: it does not overlap the requested one, and has candles."""

VALUE_COLUMNS = ("open", "high", "low", "close", "volume")

SECOND_HOSTS = {"data-api.binance.vision": "binance", "api.bytick.com": "bybit"}

CLIENT_TIMEOUT_MS = 400
"""The client's timeout in these tests."""

WHOLE_REQUEST = replace(REQUEST, assets=("ATOM", "WBETH", "BNSOL"))

Markets = Mapping[str, Mapping[str, list[Bar]]]


def build_impatient_venues(page_min: int) -> list[VenueRow]:
    """The spot venues with pages of at most so many minutes, and a client with a short timeout."""
    return [
        replace(row, page_min=min(page_min, row.page_min), config={**row.config, "timeout": CLIENT_TIMEOUT_MS})
        for row in FAST_VENUES
        if row.kind is MarketType.SPOT
    ]


def build_world(store: StoreT, *venues: str) -> ReplayRun[StoreT]:
    """Every venue or those named, by every route and also at their second hosts."""
    run = build_full_run(store, *venues)
    run.extra_hosts = {host: venue for host, venue in SECOND_HOSTS.items() if venue in run.venues}
    return run


def list_faults() -> list[Fault]:
    """Every kind of fault that a client can detect."""
    return [
        return_outage(""),
        limit_rate(""),
        refuse_location(""),
        cut_connection(""),
        garble_body(""),
        repeat_rows(""),
        shuffle_rows(""),
        contradict_row(""),
        shift_window_by_minutes("", OTHER_WINDOW_MIN),
    ]


def list_minutes(start: datetime, end: datetime) -> set[datetime]:
    """The open times of a span."""
    return {start + number * MINUTE for number in range((end - start) // MINUTE)}


@dataclass(frozen=True, slots=True)
class MarketContents:
    """The stored data of one market: candles by open time, complete spans, and spans with another outcome."""

    candles: dict[datetime, tuple[float, ...]] = field(default_factory=dict)
    complete: list[tuple[datetime, datetime]] = field(default_factory=list)
    incomplete: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def complete_minutes(self) -> set[datetime]:
        """The open times of the complete spans."""
        return {time for span in self.complete for time in list_minutes(*span)}


def read_contents(store: CandleStore | MemorySink, venues: Markets) -> dict[tuple[str, str], MarketContents]:
    """The coverage of the window, and the candles of it and ten hours around it, by venue and symbol.

    Coverage of an asset of which no market was named is under ``ASSET/*``. The store reads one candle for each minute.
    """
    contents: defaultdict[tuple[str, str], MarketContents] = defaultdict(MarketContents)
    assets = {symbol.split("/")[0] for markets in venues.values() for symbol in markets}
    candles = store.read_candles(assets, START - MINUTE * 600, END + MINUTE * 600)
    for venue, symbol, time, *values in candles.select("venue", "symbol", "open_time", *VALUE_COLUMNS).iter_rows():
        assert time not in contents[venue, symbol].candles
        contents[venue, symbol].candles[time] = tuple(values)
    for venue, symbol, *span in store.read_covered_spans(assets, START, END).iter_rows():
        contents[venue, symbol].complete.append(tuple(span))
    incomplete = store.coverage.read_rows(assets, START, END).filter(pl.col("outcome") != Outcome.COMPLETE.value)
    for venue, symbol, *span in incomplete.select("venue", "symbol", "start", "end").iter_rows():
        contents[venue, symbol].incomplete.append(tuple(span))
    return contents


def build_truth(market_bars: Sequence[Bar]) -> dict[datetime, tuple[float, ...]]:
    """The bars of the window as candles by open time."""
    return {
        EPOCH + timedelta(milliseconds=bar.open_ms): tuple(bar[1:])
        for bar in market_bars
        if to_ms(START) <= bar.open_ms < to_ms(END)
    }


def check_nothing_wrong(store: CandleStore | MemorySink, venues: Markets) -> None:
    """Check that stored candles are right, complete spans lack quiet minutes only, and other minutes have a reason."""
    contents = read_contents(store, venues)
    for venue, markets in venues.items():
        for symbol, market_bars in markets.items():
            truth, market = build_truth(market_bars), contents[venue, symbol]
            assert market.candles.items() <= truth.items(), (venue, symbol)
            complete = market.complete_minutes
            assert market.candles.keys() <= complete, (venue, symbol)
            lacking = [time for time in sorted(complete - market.candles.keys()) if truth[time][-1]]
            assert lacking == [], (venue, symbol)
            any_market = contents[venue, f"{symbol.split('/')[0]}/*"]
            explained = {time for span in (*market.incomplete, *any_market.incomplete) for time in list_minutes(*span)}
            assert list_minutes(START, END) <= explained | complete, (venue, symbol)


def check_all_stored(store: CandleStore | MemorySink, venues: Markets) -> None:
    """Check that every venue with a route to the window is stored minute by minute."""
    contents = read_contents(store, venues)
    for venue, markets in venues.items():
        for symbol, market_bars in markets.items():
            truth, market = build_truth(market_bars), contents[venue, symbol]
            if venue in VENUES_WITHOUT_HISTORY:
                assert market.candles == {}
                continue
            assert truth.keys() == list_minutes(START, END)
            traded = {time: values for time, values in truth.items() if values[-1]}
            flat = {time: values for time, values in truth.items() if not values[-1]}
            # Bybit's archive has trades: candles from it are never flat.
            assert traded.items() <= market.candles.items(), (venue, symbol)
            if venue not in VENUES_OMITTING_QUIET | {"bybit"}:
                assert flat.items() <= market.candles.items(), (venue, symbol)
            if venue in VENUES_OMITTING_QUIET:
                assert market.candles == traded, (venue, symbol)
            assert market.complete == [(START, END)]


@pytest.mark.parametrize(("seed", "page_min"), [(1, 10_000), (2, 60), (4, 30)])
def test_every_fault_at_random(tmp_path: Path, seed: int, page_min: int) -> None:
    """With faults on 30 % of the requests nothing stored is wrong and gaps have reasons; a second run fills them."""
    run, release = build_world(open_store(tmp_path)), asyncio.Event()
    undelayed = {archive.host for row in FAST_VENUES for archive in row.archives.values()}
    silent_fault = FaultMix(
        "", seed=seed, share=0.03, kinds=[withhold_response("", release)], undelayed_hosts=undelayed
    )
    mixture = FaultMix("", seed=-seed, share=0.28, kinds=list_faults())
    summary, replay = run.collect(
        silent_fault, mixture, request=WHOLE_REQUEST, table=build_impatient_venues(page_min), release=release
    )
    assert (silent_fault.applied + mixture.applied).total() > 0.25 * len(replay.requests)
    assert (len(silent_fault.applied), len(mixture.applied)) == (1, len(mixture.kinds))
    assert summary.failed != ()
    check_nothing_wrong(run.store, run.venues)
    second_summary, _ = run.collect(request=WHOLE_REQUEST)
    check_nothing_wrong(run.store, run.venues)
    check_all_stored(run.store, run.venues)
    assert {result.venue for result in second_summary.failed} == VENUES_WITHOUT_HISTORY


def convert_to_microseconds(rows: Rows) -> Rows:
    """Bybit's rows with timestamps in us."""
    return [[f"{row[0]}000", *row[1:]] for row in rows]


def break_times(rows: Rows) -> Rows:
    """Bybit's rows with timestamps out of range."""
    return [[f"-1{'0' * 17}", *row[1:]] for row in rows]


def scale_prices(rows: Rows) -> Rows:
    """Bybit's rows with prices that nobody ever paid."""
    return [[row[0], *(f"{float(str(price)) * 1e20:.0f}" for price in row[1:5]), *row[5:]] for row in rows]


def build_one_trade(price: object, amount: object, time_s: object, number: object) -> Fault:
    """One trade as the first response of Kraken to a request for trades."""
    result = {"ATOMUSD": [[price, amount, time_s, "b", "m", "", number]], "last": "1760126430000000000"}
    return replace_body("/Trades", json.dumps({"error": [], "result": result}), times=100)


@pytest.mark.parametrize(
    ("venue", "fault"),
    [
        pytest.param("bybit", change_rows("/kline", convert_to_microseconds), id="stamps in us"),
        pytest.param("bybit", change_rows("/kline", break_times), id="stamps of no time"),
        pytest.param("bybit", change_rows("/kline", scale_prices), id="prices of 1e20"),
        pytest.param("kraken", build_one_trade("0", "1", 1760126430.0, 1), id="price 0"),
        pytest.param("kraken", build_one_trade("1e13", "1", 1760126430.0, 1), id="price 1e13"),
        pytest.param("kraken", build_one_trade("1e-19", "1", 1760126430.0, 1), id="price 1e-19"),
        pytest.param("kraken", build_one_trade("3", "many", 1760126430.0, 1), id="amount in words"),
        pytest.param("kraken", build_one_trade("3", "1", 1760126430000, 1), id="time in ms"),
        pytest.param("kraken", build_one_trade("3", "1", "NaN", 1), id="time not a number"),
        pytest.param("kraken", build_one_trade("3", "1", 1760126430.0, 2**70), id="huge number of a trade"),
    ],
)
def test_an_odd_answer_of_one_venue_ends_no_other(tmp_path: Path, venue: str, fault: Fault) -> None:
    """A response without valid candles is an outcome of its market, and other venues are collected."""
    run = build_world(open_store(tmp_path), "okx", venue)
    run.sites.clear()
    summary, _ = run.collect(fault)
    symbol = next(iter(run.venues[venue]))
    outcomes = {(result.venue, result.symbol): result.outcome for result in summary.results}
    assert outcomes["okx", "ATOM/USDT"] is Outcome.COMPLETE
    assert outcomes[venue, symbol] not in SETTLED_OUTCOMES
    assert read_contents(run.store, run.venues)[venue, symbol].candles == {}
    check_nothing_wrong(run.store, run.venues)
    second_summary, _ = run.collect()
    assert second_summary.failed == ()


@pytest.mark.parametrize(
    ("venue", "by_min"),
    [
        *((venue, by) for venue in ("coinbaseexchange", "coinbase", "bitfinex", "kucoin") for by in (-60, -240)),
        ("upbit", 60),
        ("bithumb", 60),
    ],
)
def test_a_page_that_overlaps_another_window_proves_no_quiet_minute(venue: str, by_min: int) -> None:
    """Rows before a page that is counted from its start, or after one counted from its end, are of another window.

    Where the venue omits quiet minutes, those absent from such a response are not quiet.
    """
    run = build_world(MemorySink(), venue)
    run.sites.clear()
    run.collect(shift_window_by_minutes("candle", by_min))
    check_nothing_wrong(run.store, run.venues)


@pytest.mark.parametrize("minutes", [0, 10])
def test_a_cursor_that_runs_ahead_of_its_trades_is_not_followed(minutes: int) -> None:
    """Where the cursor is far beyond the last trade of the page, the time between is not complete."""
    run = build_world(MemorySink(), "kraken")
    built_trades = [
        trade for trade in run.trades["kraken"]["ATOM/USD"] if 0 <= trade.time_ns / 1e6 - to_ms(START) < minutes * 6e4
    ]
    rows = [[trade.price, trade.amount, trade.time_ns / 1e9, "b", "m", "", trade.id] for trade in built_trades]
    result = {"ATOMUSD": rows, "last": f"{to_ms(END)}000000"}
    run.collect(replace_body("/Trades", json.dumps({"error": [], "result": result}), times=100))
    check_nothing_wrong(run.store, run.venues)


@pytest.mark.parametrize("venue", ["okx", "coinbaseexchange", "upbit", "bybit"])
def test_a_candle_that_came_twice_with_two_values_is_kept_aside(tmp_path: Path, venue: str) -> None:
    """A page with two values of a candle is bad data: nothing of it is stored, and its body is kept."""
    run = build_world(open_store(tmp_path), venue)
    run.sites.clear()
    run.trades.clear()
    run.collect(contradict_row("candle" if venue != "bybit" else "/kline", times=1))
    check_nothing_wrong(run.store, run.venues)
    (page,) = run.store.rejected_pages.read_rows().iter_rows(named=True)
    assert "two different candles for" in page["message"]
    assert START <= page["start"] < page["end"] <= END
    assert page["body"].startswith(("[", "{"))
    coverage = run.store.coverage.read_rows([page["symbol"].split("/")[0]], START, END).filter(symbol=page["symbol"])
    bad = coverage.filter(outcome=Outcome.BAD_DATA.value).select("start", "end").rows()
    assert bad == [(page["start"], page["end"])]


@pytest.mark.parametrize("venue", ["okx", "bybit"])
def test_a_route_that_was_down_is_not_a_history_too_short(tmp_path: Path, venue: str) -> None:
    """Where candles are unreachable and there is no file, the outcome is unreachable, and the next run retries."""
    run = build_world(open_store(tmp_path), venue)
    run.sites.clear()
    summary, _ = run.collect(return_outage("/market/history-candles" if venue == "okx" else "/kline"), request=REQUEST)
    result = next(result for result in summary.results if result.symbol == "ATOM/USDT")
    assert "HTTP 503" in result.message
    assert result.outcome is Outcome.UNREACHABLE
    settled = (Outcome.COMPLETE, Outcome.HISTORY_TOO_SHORT)
    second_summary, _ = run.collect(request=replace(REQUEST, final_outcomes=settled))
    assert second_summary.failed == ()
    check_all_stored(run.store, run.venues)


def count_listing_requests(replay: Replay) -> int:
    """The number of requests for a list of markets."""
    lists = {venue_format.listing_path for venue_format in FORMATS.values()}
    return sum(request.path in lists for request in replay.requests)


def test_a_list_of_markets_is_believed_for_a_day(tmp_path: Path) -> None:
    """A listing is used for a day, then requested again; one that failed is requested in the next run."""
    run = build_world(open_store(tmp_path), "okx", "bybit")
    run.sites.clear()
    _, first = run.collect(replace_body("/market/instruments-info", "[]"))
    assert (count_listing_requests(first), run.store.read_covered_spans(["ATOM"], START, END).height) == (2, 2)
    _, soon = run.collect(now=NOW + timedelta(hours=23, minutes=59))
    assert count_listing_requests(soon) == 1
    _, then = run.collect(now=NOW + timedelta(days=1, minutes=1))
    assert count_listing_requests(then) == 1
    _, later = run.collect(now=NOW + timedelta(days=2, minutes=2))
    assert count_listing_requests(later) == 2


def test_a_market_that_only_the_list_knows_is_not_passed_over(tmp_path: Path) -> None:
    """Where the listing fails, the summary warns of each asset that only markets on record were requested."""
    run = build_world(open_store(tmp_path), "okx")
    run.venues["okx"]["ATOM/USD"] = run.venues["okx"]["ATOM/USDT"]
    summary, _ = run.collect(replace_body("/instruments", "[]"))
    messages = {result.symbol: result.message for result in summary.failed}
    assert messages["ATOM/*"].startswith("only markets known from before were requested: ")


def test_the_same_hours_of_the_week_before(tmp_path: Path) -> None:
    """With placebo the windows of the seven days before are collected too, and no minute between them."""
    days = [timedelta(days=day) for day in range(8)]
    market_bars = build_bars(START - days[-1] - timedelta(hours=5), 8 * 1440, quiet=range(0, 8 * 1440, 7))
    run = ReplayRun(open_store(tmp_path), {"okx": {"ATOM/USDT": market_bars}, "upbit": {"ATOM/USDT": market_bars}})
    summary, _ = run.collect(request=replace(REQUEST, placebo=True))
    assert summary.failed == ()
    assert summary.new == summary.candles
    for venue in run.venues:
        expected_rows = [
            row for day in reversed(days) for row in list_expected(venue, market_bars, START - day, END - day)
        ]
        assert run.read_stored(venue, "ATOM/USDT", START - days[-1], END) == expected_rows
        covered = (
            run.store.read_covered_spans(["ATOM"], START - days[-1], END)
            .filter(venue=venue)
            .select("start", "end")
            .rows()
        )
        assert covered == [(START - day, END - day) for day in reversed(days)]


def test_each_new_candle_counts_once(tmp_path: Path) -> None:
    """The number of new candles equals that in the store, also where a market is stored in several chunks."""
    market_bars = build_bars(START - timedelta(days=4), 6 * 1440)
    run = ReplayRun(open_store(tmp_path), {"okx": {"ATOM/USDT": market_bars}})
    start = START - timedelta(days=3)
    summary, _ = run.collect(request=CollectRequest(("ATOM",), start, END))
    stored = len(run.read_stored("okx", "ATOM/USDT", start, END))
    assert stored == (END - start) // MINUTE
    assert (summary.candles, summary.new, summary.revised) == (stored, stored, 0)


async def collect_twice(
    run: ReplayRun[CandleStore],
    fault: Fault | None,
    request: CollectRequest,
    change: Callable[[], None] = lambda: None,
) -> tuple[CollectionSummary, CollectionSummary]:
    """Collect, and again an hour later from the same address with ``refetch``; ``change`` is called in between."""
    second_request = replace(request, refetch=True)
    faults = () if fault is None else (fault,)
    async with run.start_replay(*faults) as replay:
        access, second_summary = Access(replay.url), NOW + timedelta(hours=1)
        first_summary = await collect_candles(run.store, request, venues=FAST_VENUES, access=access, now=lambda: NOW)
        change()
        return first_summary, await collect_candles(
            run.store, second_request, venues=FAST_VENUES, access=access, now=lambda: second_summary
        )


@pytest.mark.parametrize("venue", ["okx", "coinbaseexchange", "upbit", "bitstamp"])
def test_a_refetch_puts_a_changed_candle_right(tmp_path: Path, venue: str) -> None:
    """A valid but wrong value is stored; a refetch stores the right one as a revision, and reads return it.

    No check of the response can detect it.
    """
    run = build_world(open_store(tmp_path), venue)
    ((symbol, market_bars),) = [
        (symbol, market_bars) for symbol, market_bars in run.venues[venue].items() if "ATOM" in symbol
    ]
    run.venues = {venue: {symbol: market_bars}}
    request = replace(REQUEST, venues=(venue,))
    target = "ohlc" if venue == "bitstamp" else "candles"
    before, after = asyncio.run(collect_twice(run, alter_row(target, times=1), request))
    truth = {row[0]: row[1:] for row in list_expected(venue, market_bars)}
    candles = CandleStore(run.store.uri, first_seen=True).read_candles(["ATOM"], START, END)
    first_seen = {time: tuple(values) for time, *values in candles.select("open_time", *VALUE_COLUMNS).iter_rows()}
    (wrong,) = (time for time in truth if first_seen[time] != truth[time])
    assert read_contents(run.store, run.venues)[venue, symbol].candles == truth
    assert (before.new, before.revised) == (len(truth), 0)
    assert (after.candles, after.new, after.revised) == (len(truth), 0, 1)
    revisions = run.store.candles.read_revisions()
    assert set(revisions["open_time"]) == {wrong}
    (close,) = revisions.filter(field="close").iter_rows(named=True)
    assert (close["first_seen"], close["now"]) == (first_seen[wrong][3], truth[wrong][3])
    assert close["first_seen"] == 2 * close["now"]


@pytest.mark.parametrize("venue", ["binance", "kraken"])
def test_a_refetch_by_archive_and_trades_counts_what_changed(tmp_path: Path, venue: str) -> None:
    """A changed archive file and changed trades are revisions; unchanged candles are not stored again."""
    run = build_world(open_store(tmp_path), venue)
    ((symbol, market_bars),) = [
        (symbol, market_bars) for symbol, market_bars in run.venues[venue].items() if symbol[:4] == "ATOM"
    ]
    run.venues = {venue: {symbol: market_bars}}
    changed = [bar._replace(close=bar.low) if bar.open_ms == to_ms(START + 2 * MINUTE) else bar for bar in market_bars]

    def change_files() -> None:
        if venue == "kraken":
            run.trades[venue][symbol][:] = build_trades(changed)
        for host, site in build_archives({venue: {symbol: changed}}).items():
            site_before = run.sites[host]
            assert isinstance(site_before, ArchiveSite)
            assert isinstance(site, ArchiveSite)
            site_before.files.update(site.files)

    request = replace(REQUEST, venues=(venue,))
    before, after = asyncio.run(collect_twice(run, None, request, change_files))
    assert (before.new, before.revised) == (before.candles, 0)
    assert (after.candles, after.new, after.revised) == (before.candles, 0, 1)
    assert run.store.candles.read_revisions()["open_time"].unique().to_list() == [START + 2 * MINUTE]


def test_two_collections_at_once_lose_nothing(tmp_path: Path) -> None:
    """Two concurrent collections into one store, each with its own event loop, store every candle once."""
    run = build_world(open_store(tmp_path), "okx", "coinbaseexchange", "kraken", "binance")
    assets = (("ATOM", "WBETH", "BNSOL"), ("BNSOL", "ATOM"))

    async def collect_both() -> list[CollectionSummary]:
        async with run.start_replay() as replay:

            def collect_assets(named: tuple[str, ...]) -> CollectionSummary:
                asset_request = replace(REQUEST, assets=named, venues=tuple(run.venues))
                own_store = CandleStore(run.store.uri)
                return run_collection(
                    own_store, asset_request, venues=FAST_VENUES, access=Access(replay.url), now=lambda: NOW
                )

            return await asyncio.gather(*(asyncio.to_thread(collect_assets, named) for named in assets))

    summaries = asyncio.run(collect_both())
    assert [summary.failed for summary in summaries] == [(), ()]
    check_nothing_wrong(run.store, run.venues)
    check_all_stored(run.store, run.venues)
    read = run.store.read_candles(["ATOM", "BNSOL", "WBETH", "USDT", "USDC"], START, END)
    assert pl.scan_delta(f"{run.store.uri}/candles").select(pl.len()).collect().item() == read.height
    assert sum(summary.new for summary in summaries) == read.height
    assert run.store.candles.read_revisions().is_empty()
