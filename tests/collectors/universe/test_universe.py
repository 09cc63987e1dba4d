"""Which markets a scan collects: those that are listed, delisted ones of archives, and what is lost is known."""

import asyncio
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from collectors.collect import collect_candles
from collectors.http.access import Access
from collectors.request import CollectionSummary, MarketProgress
from collectors.universe.estimate import CollectionEstimate, VenueEstimate, estimate_collection
from collectors.universe.plan import MarketUniverse, build_scan_request, build_universe, order_routes_by_cost
from collectors.universe.read_markets import read_venue_markets
from collectors.venues.row import Route, VenueRow
from data.catalogue import load_catalogue
from data.identity.market_universe import ScanMarket
from data.intervals import Span
from data.schema import Origin, Outcome
from data.store import CandleStore
from tests.collectors.replay_setup import FAST_VENUES, NOW, open_store, to_ms
from tests.collectors.universe.small_market import (
    REQUIRED_END,
    REQUIRED_MIN,
    REQUIRED_START,
    SCAN_ROWS,
    SCANNED,
    build_sites,
    build_venues,
)
from tests.replay.faults import Fault, return_outage, withhold_response
from tests.replay.market import RecordedRequest
from tests.replay.server import Replay

QUOTES = ("USD", "USDT", "USDC")
SPAN = Span(REQUIRED_START, REQUIRED_END)
ROWS = tuple(map(order_routes_by_cost, SCAN_ROWS))


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """A store that does not exist yet."""
    return open_store(tmp_path)


def start_replay(*faults: Fault) -> Replay:
    """The small market."""
    venues = build_venues()
    return Replay(venues, now_ms=to_ms(NOW), sites=build_sites(venues), faults=faults)


async def read_universe(store: CandleStore, replay: Replay, rows: tuple[VenueRow, ...] = ROWS) -> MarketUniverse:
    """The universe of Binance."""
    listings = await read_venue_markets(store, rows, QUOTES, access=Access(replay.url), now=lambda: NOW)
    return build_universe(listings, "binance", QUOTES, load_catalogue().map_families())


def estimate(store: CandleStore, universe: MarketUniverse) -> CollectionEstimate:
    """The estimate of a scan with what the store holds."""
    request = build_scan_request(universe, SPAN)
    coverage = store.coverage.read_rows([*request.assets, "USDT", "1000SATS"], *SPAN)
    return estimate_collection(request, SPAN, universe.listings, coverage, NOW)


async def collect(store: CandleStore, replay: Replay, universe: MarketUniverse) -> CollectionSummary:
    """A collection of the universe."""
    request = build_scan_request(universe, SPAN)
    return await collect_candles(store, request, venues=ROWS, access=Access(replay.url), now=lambda: NOW)


def list_data_requests(replay: Replay) -> list[RecordedRequest]:
    """The requests for candles and for files, without those for lists."""
    candles = replay.list_candle_requests()
    files = [request for request in replay.requests if request.host in {"data.binance.vision", "static.okx.com"}]
    return candles + files


def read_universe_of(store: CandleStore, *faults: Fault) -> MarketUniverse:
    """The universe with these faults."""

    async def read() -> MarketUniverse:
        async with start_replay(*faults) as replay:
            return await read_universe(store, replay)

    return asyncio.run(read())


def test_the_universe_has_scaled_and_delisted_markets(store: CandleStore) -> None:
    """Five coins of nine; SATS with Binance's 1000SATS, LUNC with the market that only Binance's archive lists."""
    universe = read_universe_of(store)
    assert [asset.asset for asset in universe.assets] == ["ATOM", "DOGE", "LUNC", "SATS", "USDC"]
    assert universe.list_scaled() == (ScanMarket("binance", "1000SATS/USDT", 1000.0),)
    assert universe.list_delisted() == (ScanMarket("binance", "LUNC/USDT", 1.0),)
    archived = {listing.venue.id: listing.archived for listing in universe.listings}
    assert archived == {
        "binance": {"LUNC/USDT", "LUNA/USDT"},
        "okx": None,
        "bybit": {"FTT/USDT"},
        "coinbaseexchange": None,
    }


def test_lists_are_asked_for_once_a_day(store: CandleStore) -> None:
    """A second plan on the same day sends no request, and has the same coins."""

    async def read_twice() -> tuple[MarketUniverse, MarketUniverse, int]:
        async with start_replay() as replay:
            first = await read_universe(store, replay)
            count = len(replay.requests)
            second = await read_universe(store, replay)
            return first, second, len(replay.requests) - count

    first, second, further_requests = asyncio.run(read_twice())
    assert (first.assets, further_requests) == (second.assets, 0)


def test_what_could_not_be_listed_is_known_by_name(store: CandleStore) -> None:
    """A venue that is down and an archive without a list each have their failure; the others are scanned."""
    universe = read_universe_of(store, return_outage("api.bybit.com"), return_outage("/data.binance.vision"))
    failures = {listing.venue.id: listing.failure for listing in universe.listings if listing.failure is not None}
    assert list(failures) == ["bybit"]
    assert failures["bybit"].outcome is Outcome.UNREACHABLE
    assert [listing.venue.id for listing in universe.listings if listing.archive_failure] == ["binance"]
    # On Bybit only the folders of its archive speak for the coins, and Binance's LUNC is lost.
    assert [asset.asset for asset in universe.assets] == ["ATOM", "DOGE", "SATS", "USDC"]


def test_files_of_candles_come_before_pages() -> None:
    """OKX's files of a day go before its pages; Bybit's are of trades and stay behind; who has none stays as it is."""
    routes = {row.key: order_routes_by_cost(row).routes for row in FAST_VENUES}
    assert routes["okx"] == (Route.ARCHIVE, Route.OHLCV, Route.ARCHIVE_TRADES)
    assert routes["bybit"] == (Route.OHLCV, Route.ARCHIVE)
    assert routes["binance"] == (Route.ARCHIVE, Route.OHLCV)
    assert routes["kraken"] == (Route.OHLCV, Route.TRADES)


def test_files_that_cannot_be_read_are_not_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bitget's sheets come first only where their reader is installed."""
    (bitget,) = [row for row in FAST_VENUES if row.key == "bitget"]
    monkeypatch.setattr("collectors.universe.plan.has_reader", lambda _: True)
    assert order_routes_by_cost(bitget).routes[0] is Route.ARCHIVE
    monkeypatch.setattr("collectors.universe.plan.has_reader", lambda _: False)
    assert order_routes_by_cost(bitget) == bitget


def test_the_estimate_is_what_the_collection_requests(store: CandleStore) -> None:
    """By hand: Binance 5 markets x 2 days x 2 files, OKX 5 x 2, Bybit 5 x 2 pages, Coinbase 2 x 6 pages: 52 requests.

    The replay counts as many. Afterwards nothing is missing, and a second run sends none.
    """

    async def run() -> tuple[CollectionEstimate, int, CollectionSummary, CollectionEstimate, int]:
        async with start_replay() as replay:
            universe = await read_universe(store, replay)
            before = estimate(store, universe)
            summary = await collect(store, replay, universe)
            count = len(list_data_requests(replay))
            after = estimate(store, universe)
            await collect(store, replay, universe)
            return before, count, summary, after, len(list_data_requests(replay)) - count

    before, count, summary, after, again = asyncio.run(run())
    assert {venue.venue: (venue.markets, venue.cost.requests) for venue in before.venues} == {
        "binance": (5, 20),
        "okx": (5, 10),
        "bybit": (5, 10),
        "coinbaseexchange": (2, 12),
    }
    assert (before.requests, count, again) == (52, 52, 0)
    assert before.candles == summary.candles == 17 * REQUIRED_MIN
    assert (after.requests, after.bytes, after.candles, after.seconds) == (0, 0, 0, 0.0)


def test_every_market_of_the_universe_is_stored(store: CandleStore) -> None:
    """The store has each scanned market over the whole span, the delisted one from the archive, and no other coin."""

    async def run() -> None:
        async with start_replay() as replay:
            await collect(store, replay, await read_universe(store, replay))

    asyncio.run(run())
    holdings = store.candles.read_holdings()
    counts = holdings.group_by("venue", "symbol").agg(pl.col("candles").sum())
    assert set(counts.iter_rows()) == {
        (venue, symbol, REQUIRED_MIN) for venue, symbols in SCANNED.items() for symbol in symbols
    }
    assert holdings.filter(symbol="LUNC/USDT", venue="binance")["origin"].unique().to_list() == [Origin.ARCHIVE.value]


def test_what_is_not_listed_is_recorded(store: CandleStore) -> None:
    """Coinbase lists no DOGE and no LUNC, and Binance no SATS under that ticker: all are on record for the whole span.

    Binance's LUNC, which the archive had, is not on record as missing.
    """

    async def run() -> None:
        async with start_replay() as replay:
            await collect(store, replay, await read_universe(store, replay))

    asyncio.run(run())
    rows = store.coverage.read_rows(["DOGE", "LUNC", "SATS"], *SPAN).filter(outcome=Outcome.NOT_LISTED.value)
    assert set(rows.select("venue", "symbol", "start", "end").iter_rows()) == {
        ("coinbaseexchange", "DOGE/*", *SPAN),
        ("coinbaseexchange", "LUNC/*", *SPAN),
        ("coinbaseexchange", "SATS/*", *SPAN),
        ("binance", "SATS/*", *SPAN),
    }


def test_an_interrupted_collection_goes_on(store: CandleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while Bybit does not answer, the next run requests the ten pages of Bybit alone."""
    monkeypatch.setattr("collectors.store_writer.MAX_WAIT_S", 0.05)

    async def run() -> list[RecordedRequest]:
        release, others_done = asyncio.Event(), asyncio.Event()
        fault = withhold_response("api.bybit.com/v5/market/kline", release)
        open_markets = {(venue, symbol) for venue, symbols in SCANNED.items() if venue != "bybit" for symbol in symbols}

        def note_progress(progress: MarketProgress) -> None:
            if progress.outcome is not None:
                open_markets.discard((progress.venue, progress.symbol))
            if not open_markets:
                others_done.set()

        async with start_replay() as replay:
            universe = await read_universe(store, replay)
            replay.faults = [fault]
            request = build_scan_request(universe, SPAN)
            task = asyncio.create_task(
                collect_candles(
                    store,
                    request,
                    venues=ROWS,
                    access=Access(replay.url),
                    now=lambda: NOW,
                    on_progress=note_progress,
                )
            )
            await others_done.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            release.set()
            replay.faults, replay.requests = [], []
            assert estimate(store, universe).requests == 10
            await collect(store, replay, universe)
            return list_data_requests(replay)

    requests = asyncio.run(run())
    assert {request.host for request in requests} == {"api.bybit.com"}
    assert len(requests) == 10


def test_minutes_that_no_route_keeps_are_lost_and_cost_nothing(store: CandleStore) -> None:
    """MEXC keeps a month of minutes: of 13 months ago all are lost, without a request."""
    universe = read_universe_of(store)
    (mexc,) = [row for row in FAST_VENUES if row.key == "mexc"]
    listing = replace(universe.listings[1], venue=mexc)
    assert listing.venue.reach_min is not None
    request = build_scan_request(universe, SPAN)
    (venue_estimate,) = estimate_collection(
        request, SPAN, [listing], store.coverage.read_rows(["ATOM"], *SPAN), NOW
    ).venues
    assert venue_estimate == VenueEstimate("mexc", 5, 5 * REQUIRED_MIN, 5 * REQUIRED_MIN, venue_estimate.cost)
    assert venue_estimate.cost.requests == 0


def test_a_market_on_record_that_is_gone_is_looked_for_once(
    store: CandleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GONE is on record at three exchanges and listed at none: planned, not found, and not planned again."""
    market = {"id": "GONEUSDT", "symbol": "GONE/USDT", "base": "GONE", "quote": "USDT", "type": "spot", "spot": True}
    monkeypatch.setattr(
        "collectors.listing.list_unlisted_markets",
        lambda venue, _: [] if venue.id == "coinbaseexchange" else [{**market, "baseId": "GONE", "quoteId": "USDT"}],
    )

    async def run() -> tuple[MarketUniverse, CollectionEstimate, CollectionEstimate]:
        async with start_replay() as replay:
            universe = await read_universe(store, replay)
            before = estimate(store, universe)
            await collect(store, replay, universe)
            return universe, before, estimate(store, universe)

    universe, before, after = asyncio.run(run())
    gone = [ScanMarket(venue, "GONE/USDT", 1.0) for venue in ("binance", "bybit", "okx")]
    assert [market for market in universe.list_delisted() if market.symbol == "GONE/USDT"] == gone
    assert (before.venues[0].markets, after.requests) == (6, 0)
