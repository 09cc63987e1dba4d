"""Faults of every kind at once, and the ways of a collection that only show when something goes wrong."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from collectors.access import Access
from collectors.job import collect, run_collection
from collectors.plan import MINUTE
from collectors.request import CollectRequest, Summary
from collectors.venues import Kind, VenueRow
from data.schema import NOTHING_WANTING, Outcome
from data.store import CandleStore
from tests.collectors.everywhere import archives_of, every_venue, trades_everywhere, trades_of
from tests.collectors.setting import END, EPOCH, HASTY, NOW, OMITS, REQUEST, START, Run, bars, expected, ms
from tests.replay.archives import ArchiveSite
from tests.replay.faults import (
    Fault,
    Mixture,
    altering,
    contradicting,
    cut_off,
    down,
    garbled,
    of_another_window,
    refusing,
    repeating,
    saying,
    shuffling,
    silent,
    too_many_requests,
    with_rows,
)
from tests.replay.format import Rows
from tests.replay.formats import FORMATS
from tests.replay.market import Bar
from tests.replay.server import Replay, Site, Trades

NO_WAY = {"mexc", "gemini"}
"""Venues without a way to the candles of 13 months ago."""

LATER_MIN = 240
"""How far away the other window is: all of it lies beyond the one that was asked for, and has candles."""

VALUES = ("open", "high", "low", "close", "volume")

SECOND_HOSTS = {"data-api.binance.vision": "binance", "api.bytick.com": "bybit"}

PATIENCE_MS = 400
"""How long the client waits for an answer here."""

ASKED = replace(REQUEST, assets=("ATOM", "WBETH", "BNSOL"))

Markets = Mapping[str, Mapping[str, list[Bar]]]


def impatient(page_min: int) -> list[VenueRow]:
    """The spot venues, in pages of so many minutes at most, with a client that soon gives up waiting."""
    return [
        replace(row, page_min=min(page_min, row.page_min), config={**row.config, "timeout": PATIENCE_MS})
        for row in HASTY
        if row.kind is Kind.SPOT
    ]


SPOT_ROWS = [row for row in HASTY if row.kind is Kind.SPOT]


@dataclass(slots=True)
class World:
    """Venues with candles, trades and archives, and a store that is filled from them."""

    store: CandleStore
    venues: dict[str, dict[str, list[Bar]]] = field(default_factory=every_venue)
    trades: Mapping[str, Trades] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)

    def collect(
        self,
        *faults: Fault,
        table: Sequence[VenueRow] = SPOT_ROWS,
        request: CollectRequest = ASKED,
        held: asyncio.Event | None = None,
        now: datetime = NOW,
    ) -> tuple[Summary, Replay]:
        """Collect the request over HTTP; connections that wait for ``held`` are let go at the end."""

        async def run() -> tuple[Summary, Replay]:
            also = {host: venue for host, venue in SECOND_HOSTS.items() if venue in self.venues}
            async with Replay(
                self.venues, now_ms=ms(now), faults=faults, trades=self.trades, sites=self.sites, also=also
            ) as replay:
                try:
                    asked = replace(request, venues=tuple(self.venues))
                    summary = await collect(self.store, asked, venues=table, access=Access(replay.url), now=lambda: now)
                finally:
                    if held is not None:
                        held.set()
                return summary, replay

        return asyncio.run(run())


def world(tmp_path: Path, *venues: str) -> World:
    """An empty store, and every venue or those named."""
    made = every_venue()
    chosen = {venue: made[venue] for venue in venues or made}
    return World(CandleStore(str(tmp_path / "lake")), chosen, trades_everywhere(chosen), dict(archives_of(chosen)))


def everything() -> list[Fault]:
    """Every kind of answer that a client can tell from the truth."""
    return [
        down(""),
        too_many_requests(""),
        refusing(""),
        cut_off(""),
        garbled(""),
        repeating(""),
        shuffling(""),
        contradicting(""),
        of_another_window("", LATER_MIN),
    ]


def minutes_of(start: datetime, end: datetime) -> set[datetime]:
    """The open times of a span."""
    return {start + number * MINUTE for number in range((end - start) // MINUTE)}


def had_of(store: CandleStore, venue: str, symbol: str) -> dict[datetime, tuple[float, ...]]:
    """The stored candles of a market by open time; the store reads one for each minute."""
    frame = store.candles([symbol.split("/", maxsplit=1)[0]], START - MINUTE * 600, END + MINUTE * 600, venues=[venue])
    rows = list(frame.filter(symbol=symbol).select("open_time", "open", "high", "low", "close", "volume").iter_rows())
    had = {time: tuple(values) for time, *values in rows}
    assert len(had) == len(rows)
    return had


def check_nothing_wrong(store: CandleStore, venues: Markets) -> None:
    """Stored candles are true, complete spans lack quiet minutes only, and every other minute bears a reason."""
    for venue, markets in venues.items():
        for symbol, made in markets.items():
            asset = symbol.split("/")[0]
            truth = {EPOCH + timedelta(milliseconds=bar.open_ms): tuple(bar[1:]) for bar in made}
            had = had_of(store, venue, symbol)
            assert had.items() <= truth.items(), (venue, symbol)
            assert had.keys() <= minutes_of(START, END), (venue, symbol)
            covered = store.covered([asset], START, END).filter(venue=venue, symbol=symbol)
            whole = {time for span in covered.select("start", "end").iter_rows() for time in minutes_of(*span)}
            assert had.keys() <= whole, (venue, symbol)
            lacking = [time for time in sorted(whole - had.keys()) if truth[time][-1]]
            assert lacking == [], (venue, symbol)
            coverage = store.coverage([asset], START, END).filter(venue=venue)
            named = set(whole)
            for of, outcome, start, end in coverage.select("symbol", "outcome", "start", "end").iter_rows():
                if outcome != Outcome.COMPLETE and of in {symbol, f"{asset}/*"}:
                    named |= minutes_of(start, end)
            assert minutes_of(START, END) <= named, (venue, symbol)


def check_all_had(store: CandleStore, venues: Markets) -> None:
    """Every venue that has a way to the window is stored minute by minute."""
    for venue, markets in venues.items():
        for symbol, made in markets.items():
            truth = {EPOCH + timedelta(milliseconds=bar.open_ms): tuple(bar[1:]) for bar in made}
            window = minutes_of(START, END)
            had = had_of(store, venue, symbol)
            if venue in NO_WAY:
                assert had == {}
                continue
            traded = {time: truth[time] for time in window if truth[time][-1]}
            flat = {time: truth[time] for time in window if not truth[time][-1]}
            # Bybit's archive is made of trades: what came from there has no flat candles.
            assert traded.items() <= had.items(), (venue, symbol)
            if venue not in OMITS | {"bybit"}:
                assert flat.items() <= had.items(), (venue, symbol)
            if venue in OMITS:
                assert had == traded, (venue, symbol)
            covered = store.covered([symbol.split("/")[0]], START, END).filter(venue=venue, symbol=symbol)
            assert covered.select("start", "end").rows() == [(START, END)]


@pytest.mark.parametrize(("seed", "page_min"), [(1, 10_000), (2, 60), (4, 30)])
def test_every_fault_at_random(tmp_path: Path, seed: int, page_min: int) -> None:
    """With 30 % of requests struck, the store holds nothing wrong and names what it lacks; then it gets the rest."""
    setting, held = world(tmp_path), asyncio.Event()
    patient = {row.archive.host for row in HASTY if row.archive is not None}
    silence = Mixture("", seed=seed, share=0.03, kinds=[silent("", held)], patient=patient)
    mixture = Mixture("", seed=-seed, share=0.28, kinds=everything())
    summary, replay = setting.collect(silence, mixture, table=impatient(page_min), held=held)
    assert (silence.struck + mixture.struck).total() > 0.25 * len(replay.requests)
    assert (len(silence.struck), len(mixture.struck)) == (1, len(mixture.kinds))
    assert summary.failed != ()
    check_nothing_wrong(setting.store, setting.venues)
    again, _ = setting.collect()
    check_nothing_wrong(setting.store, setting.venues)
    check_all_had(setting.store, setting.venues)
    assert {result.venue for result in again.failed} == NO_WAY


def in_microseconds(rows: Rows) -> Rows:
    """Bybit's rows with stamps in us."""
    return [[f"{row[0]}000", *row[1:]] for row in rows]


def of_no_time(rows: Rows) -> Rows:
    """Bybit's rows with stamps that no calendar holds."""
    return [[f"-1{'0' * 17}", *row[1:]] for row in rows]


def one_trade(price: object, amount: object, time_s: object, number: object) -> Fault:
    """One trade as the first answer of Kraken to a question for trades."""
    result = {"ATOMUSD": [[price, amount, time_s, "b", "m", "", number]], "last": "1760126430000000000"}
    return saying("/Trades", json.dumps({"error": [], "result": result}), times=1)


@pytest.mark.parametrize(
    ("venue", "fault"),
    [
        pytest.param("bybit", with_rows("/kline", in_microseconds), id="stamps in us"),
        pytest.param("bybit", with_rows("/kline", of_no_time), id="stamps of no time"),
        pytest.param("kraken", one_trade("0", "1", 1760126430.0, 1), id="price 0"),
        pytest.param("kraken", one_trade("3", "many", 1760126430.0, 1), id="amount in words"),
        pytest.param("kraken", one_trade("3", "1", 1760126430000, 1), id="time in ms"),
        pytest.param("kraken", one_trade("3", "1", "NaN", 1), id="time not a number"),
        pytest.param("kraken", one_trade("3", "1", 1760126430.0, 2**70), id="huge number of a trade"),
    ],
)
def test_an_odd_answer_of_one_venue_ends_no_other(tmp_path: Path, venue: str, fault: Fault) -> None:
    """An answer that no candle can be made of is an outcome of its market, and the other venues go on."""
    setting = world(tmp_path, "okx", venue)
    setting.sites.clear()
    summary, _ = setting.collect(fault, request=REQUEST)
    symbol = next(iter(setting.venues[venue]))
    outcomes = {(result.venue, result.symbol): result.outcome for result in summary.results}
    assert outcomes["okx", "ATOM/USDT"] is Outcome.COMPLETE
    assert outcomes[venue, symbol] not in NOTHING_WANTING
    assert had_of(setting.store, venue, symbol) == {}
    check_nothing_wrong(setting.store, setting.venues)
    again, _ = setting.collect(request=REQUEST)
    assert again.failed == ()


@pytest.mark.parametrize(
    ("venue", "by_min"),
    [
        *((venue, by) for venue in ("coinbaseexchange", "coinbase", "bitfinex", "kucoin") for by in (-60, -240)),
        ("upbit", 60),
        ("bithumb", 60),
    ],
)
def test_a_page_that_overlaps_another_window_proves_no_quiet_minute(tmp_path: Path, venue: str, by_min: int) -> None:
    """Rows from before a page that is counted from its start, or from behind one counted from its end, are no answer.

    A venue that leaves quiet minutes out answered for another window then, and what it left out is not quiet.
    """
    setting = world(tmp_path, venue)
    setting.sites.clear()
    setting.collect(of_another_window("candle", by_min), request=REQUEST)
    check_nothing_wrong(setting.store, setting.venues)


@pytest.mark.parametrize("minutes", [0, 10])
def test_a_cursor_that_runs_ahead_of_its_trades_is_not_followed(tmp_path: Path, minutes: int) -> None:
    """Where the next page begins far behind the last trade of this one, what lies between was not answered."""
    setting = world(tmp_path, "kraken")
    made = [
        trade for trade in setting.trades["kraken"]["ATOM/USD"] if 0 <= trade.time_ns / 1e6 - ms(START) < minutes * 6e4
    ]
    rows = [[trade.price, trade.amount, trade.time_ns / 1e9, "b", "m", "", trade.id] for trade in made]
    result = {"ATOMUSD": rows, "last": f"{ms(END)}000000"}
    setting.collect(saying("/Trades", json.dumps({"error": [], "result": result}), times=1), request=REQUEST)
    check_nothing_wrong(setting.store, setting.venues)


@pytest.mark.parametrize("venue", ["okx", "coinbaseexchange", "upbit", "bybit"])
def test_a_candle_that_came_twice_with_two_values_is_kept_aside(tmp_path: Path, venue: str) -> None:
    """A page that contradicts itself is bad data: nothing of it is stored, and the answer is kept as it came."""
    setting = world(tmp_path, venue)
    setting.sites.clear()
    setting.collect(contradicting("candle" if venue != "bybit" else "/kline", times=1), request=REQUEST)
    check_nothing_wrong(setting.store, setting.venues)
    (page,) = setting.store.bad_pages().iter_rows(named=True)
    assert "two different candles for" in page["message"]
    assert START <= page["start"] < page["end"] <= END
    assert page["body"].startswith(("[", "{"))
    coverage = setting.store.coverage([page["symbol"].split("/")[0]], START, END).filter(symbol=page["symbol"])
    bad = coverage.filter(outcome=Outcome.BAD_DATA.value).select("start", "end").rows()
    assert bad == [(page["start"], page["end"])]


@pytest.mark.parametrize("venue", ["okx", "bybit"])
def test_a_route_that_was_down_is_not_a_history_too_short(tmp_path: Path, venue: str) -> None:
    """Where candles could not be asked and no file is there, nobody said that the history ends: it is asked again."""
    setting = world(tmp_path, venue)
    setting.sites.clear()
    summary, _ = setting.collect(down("/market/history-candles" if venue == "okx" else "/kline"), request=REQUEST)
    result = next(result for result in summary.results if result.symbol == "ATOM/USDT")
    assert "HTTP 503" in result.message
    assert result.outcome is Outcome.UNREACHABLE
    settled = (Outcome.COMPLETE, Outcome.HISTORY_TOO_SHORT)
    again, _ = setting.collect(request=replace(REQUEST, settled=settled))
    assert again.failed == ()
    check_all_had(setting.store, setting.venues)


def listings(replay: Replay) -> int:
    """How many requests asked for a list of markets."""
    lists = {made.listing for made in FORMATS.values()}
    return sum(asked.path in lists for asked in replay.requests)


def test_a_list_of_markets_is_believed_for_a_day(tmp_path: Path) -> None:
    """Within a day no list is asked again, after it each is, and one that failed is asked again at once."""
    setting = world(tmp_path, "okx", "bybit")
    setting.sites.clear()
    _, first = setting.collect(saying("/market/instruments-info", "[]"), request=REQUEST)
    assert (listings(first), setting.store.covered(["ATOM"], START, END).height) == (2, 2)
    _, soon = setting.collect(request=REQUEST, now=NOW + timedelta(hours=23, minutes=59))
    assert listings(soon) == 1
    _, then = setting.collect(request=REQUEST, now=NOW + timedelta(days=1, minutes=1))
    assert listings(then) == 1
    _, later = setting.collect(request=REQUEST, now=NOW + timedelta(days=2, minutes=2))
    assert listings(later) == 2


def test_a_market_that_only_the_list_knows_is_not_passed_over(tmp_path: Path) -> None:
    """Where the list fails, a market that is not pinned was not asked, and the summary says so of its asset."""
    setting = world(tmp_path, "okx")
    setting.venues["okx"]["ATOM/USD"] = setting.venues["okx"]["ATOM/USDT"]
    summary, _ = setting.collect(saying("/instruments", "[]"), request=REQUEST)
    told = {result.symbol: result.message for result in summary.failed}
    assert told["ATOM/*"].startswith("only markets on record were asked: ")


def test_the_same_hours_of_the_week_before(tmp_path: Path) -> None:
    """With the placebo the window of each of the seven days before comes too, and no minute between them."""
    days = [timedelta(days=day) for day in range(8)]
    made = bars(START - days[-1] - timedelta(hours=5), 8 * 1440, quiet=range(0, 8 * 1440, 7))
    run = Run(CandleStore(str(tmp_path / "lake")), {"okx": {"ATOM/USDT": made}, "upbit": {"ATOM/USDT": made}})
    summary, _ = run.collect(request=replace(REQUEST, placebo=True))
    assert summary.failed == ()
    assert summary.new == summary.candles
    for venue in run.venues:
        wanted = [row for day in reversed(days) for row in expected(venue, made, START - day, END - day)]
        assert run.stored(venue, "ATOM/USDT", START - days[-1], END) == wanted
        covered = run.store.covered(["ATOM"], START - days[-1], END).filter(venue=venue).select("start", "end").rows()
        assert covered == [(START - day, END - day) for day in reversed(days)]


def test_each_new_candle_counts_once(tmp_path: Path) -> None:
    """Also of a market that is stored in several parts, as many candles are new as the store then has."""
    made = bars(START - timedelta(days=4), 6 * 1440)
    run = Run(CandleStore(str(tmp_path / "lake")), {"okx": {"ATOM/USDT": made}})
    start = START - timedelta(days=3)
    summary, _ = run.collect(request=CollectRequest(("ATOM",), start, END))
    stored = len(run.stored("okx", "ATOM/USDT", start, END))
    assert stored == (END - start) // MINUTE
    assert (summary.candles, summary.new, summary.revised) == (stored, stored, 0)


async def collect_twice(
    setting: World, first: Fault | None, request: CollectRequest, change: Callable[[], None] = lambda: None
) -> tuple[Summary, Summary]:
    """Collect, and again from the same address with ``refetch``, an hour later; ``change`` happens in between."""
    again = replace(request, refetch=True)
    faults = () if first is None else (first,)
    async with Replay(
        setting.venues, now_ms=ms(NOW), faults=faults, trades=setting.trades, sites=setting.sites
    ) as replay:
        access, later = Access(replay.url), NOW + timedelta(hours=1)
        before = await collect(setting.store, request, venues=SPOT_ROWS, access=access, now=lambda: NOW)
        change()
        return before, await collect(setting.store, again, venues=SPOT_ROWS, access=access, now=lambda: later)


@pytest.mark.parametrize("venue", ["okx", "coinbaseexchange", "upbit", "bitstamp"])
def test_a_refetch_puts_a_changed_candle_right(tmp_path: Path, venue: str) -> None:
    """A value that was altered on its way is the venue's word until asked again: then both stay, and the later is read.

    Nothing in the answer tells it from the truth.
    """
    setting = world(tmp_path, venue)
    ((symbol, made),) = [(symbol, made) for symbol, made in setting.venues[venue].items() if "ATOM" in symbol]
    setting.venues = {venue: {symbol: made}}
    request = replace(REQUEST, venues=(venue,))
    where = "ohlc" if venue == "bitstamp" else "candles"
    before, after = asyncio.run(collect_twice(setting, altering(where, times=1), request))
    truth = {row[0]: row[1:] for row in expected(venue, made)}
    candles = setting.store.candles(["ATOM"], START, END, as_first_seen=True)
    first_seen = {time: tuple(values) for time, *values in candles.select("open_time", *VALUES).iter_rows()}
    (wrong,) = (time for time in truth if first_seen[time] != truth[time])
    assert had_of(setting.store, venue, symbol) == truth
    assert (before.new, before.revised) == (len(truth), 0)
    assert (after.candles, after.new, after.revised) == (len(truth), 0, 1)
    revisions = setting.store.revisions()
    assert set(revisions["open_time"]) == {wrong}
    (close,) = revisions.filter(field="close").iter_rows(named=True)
    assert (close["first_seen"], close["now"]) == (first_seen[wrong][3], truth[wrong][3])
    assert close["first_seen"] == 2 * close["now"]


@pytest.mark.parametrize("venue", ["binance", "kraken"])
def test_a_refetch_by_archive_and_trades_counts_what_changed(tmp_path: Path, venue: str) -> None:
    """A file that was issued again, and trades that were corrected, are revisions; what is the same is not stored."""
    setting = world(tmp_path, venue)
    ((symbol, made),) = [(symbol, made) for symbol, made in setting.venues[venue].items() if symbol[:4] == "ATOM"]
    setting.venues = {venue: {symbol: made}}
    changed = [bar._replace(close=bar.low) if bar.open_ms == ms(START + 2 * MINUTE) else bar for bar in made]

    def change() -> None:
        if venue == "kraken":
            setting.trades[venue][symbol][:] = trades_of(changed)
        for host, site in archives_of({venue: {symbol: changed}}).items():
            given = setting.sites[host]
            assert isinstance(given, ArchiveSite)
            assert isinstance(site, ArchiveSite)
            given.files.update(site.files)

    request = replace(REQUEST, venues=(venue,))
    before, after = asyncio.run(collect_twice(setting, None, request, change))
    assert (before.new, before.revised) == (before.candles, 0)
    assert (after.candles, after.new, after.revised) == (before.candles, 0, 1)
    assert setting.store.revisions()["open_time"].unique().to_list() == [START + 2 * MINUTE]


def test_two_collections_at_once_lose_nothing(tmp_path: Path) -> None:
    """Two collections with event loops of their own fill one store side by side: all is there, and once."""
    setting = world(tmp_path, "okx", "coinbaseexchange", "kraken", "binance")
    assets = (("ATOM", "WBETH", "BNSOL"), ("BNSOL", "ATOM"))

    async def run() -> list[Summary]:
        async with Replay(setting.venues, now_ms=ms(NOW), trades=setting.trades, sites=setting.sites) as replay:

            def one(named: tuple[str, ...]) -> Summary:
                asked = replace(REQUEST, assets=named, venues=tuple(setting.venues))
                own = CandleStore(setting.store.uri)
                return run_collection(own, asked, venues=SPOT_ROWS, access=Access(replay.url), now=lambda: NOW)

            return await asyncio.gather(*(asyncio.to_thread(one, named) for named in assets))

    summaries = asyncio.run(run())
    assert [summary.failed for summary in summaries] == [(), ()]
    check_nothing_wrong(setting.store, setting.venues)
    check_all_had(setting.store, setting.venues)
    read = setting.store.candles(["ATOM", "BNSOL", "WBETH", "USDT", "USDC"], START, END)
    assert pl.scan_delta(f"{setting.store.uri}/candles").select(pl.len()).collect().item() == read.height
    assert sum(summary.new for summary in summaries) == read.height
    assert setting.store.revisions().is_empty()
