"""Perpetual futures through the whole collection: trade, mark and index candles, each a series of its own."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import app
from cli.collect_summary import format_summary
from collectors.plan import list_asset_markets
from collectors.request import CollectionSummary
from collectors.venues.row import MarketType
from collectors.venues.table import VENUES, select_venues
from data.errors import UsageError
from data.schema import Outcome
from data.store import CandleStore
from tests.collectors.replay_setup import (
    END,
    FAST_VENUES,
    REQUEST,
    START,
    ReplayRun,
    build_evening,
    list_expected,
    open_store,
)
from tests.replay.faults import replace_body
from tests.replay.formats import FORMATS
from tests.replay.market import Bar, RecordedRequest

DERIVATIVES_REQUEST = replace(REQUEST, derivatives=True)
PRICES = ("trade", "mark", "index")

SWAPS = {
    "binanceusdm": "ATOM/USDT:USDT",
    "binancecoinm": "ATOM/USD:ATOM",
    "bybit_swap": "ATOM/USDT:USDT",
    "okx_swap": "ATOM/USDT:USDT",
}
"""A perpetual of each replayed row; the id in the store has no suffix."""

CANDLE_PATHS = {
    "bybit": ("/v5/market/kline", "/v5/market/mark-price-kline", "/v5/market/index-price-kline"),
    "okx": (
        "/api/v5/market/history-candles",
        "/api/v5/market/history-mark-price-candles",
        "/api/v5/market/history-index-candles",
    ),
}
"""The paths of the candles of each price."""

CANDLE_COLUMNS = ("open_time", "open", "high", "low", "close", "volume")


def build_contract(symbol: str, level: float = 20) -> dict[str, list[Bar]]:
    """The bars of a perpetual, each price at a level of its own."""
    return {
        symbol: build_evening(level),
        f"{symbol}#mark": build_evening(level + 1),
        f"{symbol}#index": build_evening(level + 2),
    }


def build_run(tmp_path: Path, venues: dict[str, dict[str, list[Bar]]]) -> ReplayRun[CandleStore]:
    """An empty store, and the venues."""
    return ReplayRun(open_store(tmp_path), venues)


def build_spot_and_swap() -> dict[str, dict[str, list[Bar]]]:
    """Bybit and OKX, each with a spot market and a perpetual of ATOM."""
    spot = {"ATOM/USDT": build_evening(3), "USDC/USDT": build_evening(4)}
    swap = build_contract("ATOM/USDT:USDT")
    return {"bybit": spot, "bybit_swap": swap, "okx": spot, "okx_swap": swap}


def read_stored(run: ReplayRun[CandleStore], venue: str, symbol: str, price: str) -> list[tuple[object, ...]]:
    """The stored candles of one price: time and values."""
    rows = pl.read_delta(f"{run.store.uri}/candles").filter(venue=venue, symbol=symbol, price=price).sort("open_time")
    return list(rows.select(CANDLE_COLUMNS).iter_rows())


def read_coverage(run: ReplayRun[CandleStore], venue: str, symbol: str) -> set[tuple[str, str, datetime, datetime]]:
    """The coverage of a market: price, outcome, start and end."""
    rows = run.store.coverage.read_rows(["ATOM", "USDC", "USDT"], START, END).filter(venue=venue, symbol=symbol)
    return set(rows.select("price", "outcome", "start", "end").iter_rows())


def map_outcomes(summary: CollectionSummary) -> dict[tuple[str, str, str], Outcome]:
    """The outcome of each series, by venue, symbol and price."""
    return {(result.venue, result.symbol, result.price): result.outcome for result in summary.results}


def drop_volume(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The candles with volume 0."""
    return [(*row[:5], 0.0) for row in rows]


@pytest.mark.parametrize("row", SWAPS)
def test_each_price_is_a_series_of_its_own(tmp_path: Path, row: str) -> None:
    """Trade, mark and index candles are stored, each with its coverage; the latter two without volume."""
    venue, symbol = row.removesuffix("_swap"), SWAPS[row]
    market_bars = build_contract(symbol)
    run = build_run(tmp_path, {row: market_bars})
    table = [venue_row for venue_row in FAST_VENUES if venue_row.id == venue and venue_row.kind is MarketType.SWAP]
    summary, replay = run.collect(request=DERIVATIVES_REQUEST, venues=(venue,), table=table)
    assert replay.unknown_parameters == set()
    assert summary.failed == ()
    outcome_map = map_outcomes(summary)
    assert {price: outcome_map[venue, symbol, price] for price in PRICES} == dict.fromkeys(PRICES, Outcome.COMPLETE)
    assert read_stored(run, venue, symbol, "trade") == list_expected(venue, market_bars[symbol])
    for price in ("mark", "index"):
        assert read_stored(run, venue, symbol, price) == drop_volume(
            list_expected(venue, market_bars[f"{symbol}#{price}"])
        )
    assert read_coverage(run, venue, symbol) == {(price, "complete", START, END) for price in PRICES}
    assert (summary.candles, summary.new) == (720, 720)


@pytest.mark.parametrize("row", SWAPS)
def test_nothing_is_asked_twice(tmp_path: Path, row: str) -> None:
    """A second run requests no candle of any price."""
    venue = row.removesuffix("_swap")
    run = build_run(tmp_path, {row: build_contract(SWAPS[row])})
    table = [venue_row for venue_row in FAST_VENUES if venue_row.id == venue and venue_row.kind is MarketType.SWAP]
    run.collect(request=DERIVATIVES_REQUEST, venues=(venue,), table=table)
    second_summary, replay = run.collect(request=DERIVATIVES_REQUEST, venues=(venue,), table=table)
    assert replay.requests == []
    assert second_summary.new == 0
    assert {result.message for result in second_summary.results if result.outcome is Outcome.COMPLETE} == {
        "already stored"
    }


@pytest.mark.parametrize("venue", ["bybit", "okx"])
def test_spot_and_futures_take_turns(tmp_path: Path, venue: str) -> None:
    """Rows of one venue run one after the other: the first request for futures comes after the last for spot."""
    run = build_run(tmp_path, {key: markets for key, markets in build_spot_and_swap().items() if venue in key})
    summary, replay = run.collect(request=DERIVATIVES_REQUEST, venues=(venue,), table=FAST_VENUES)
    assert replay.unknown_parameters == set()
    assert summary.failed == ()
    is_swap = [_is_swap_request(request) for request in replay.requests]
    assert is_swap == sorted(is_swap)
    assert set(is_swap) == {False, True}
    paths = {request.path for request in replay.requests if _is_swap_request(request)}
    assert set(CANDLE_PATHS[venue]) <= paths
    assert run.read_stored(venue, "ATOM/USDT") == list_expected(venue, build_evening(3))
    assert read_stored(run, venue, "ATOM/USDT:USDT", "trade") == list_expected(venue, build_evening(20))
    assert read_stored(run, venue, "ATOM/USDT:USDT", "mark") == drop_volume(list_expected(venue, build_evening(21)))
    assert read_stored(run, venue, "ATOM/USDT", "mark") == []


def _is_swap_request(request: RecordedRequest) -> bool:
    """Whether a request to Bybit or OKX is about perpetuals."""
    named = request.query.get("category", request.query.get("instType", request.query.get("instId", "")))
    index = request.path.endswith("index-candles")
    return index or named in {"linear", "inverse", "SWAP"} or named.endswith("-SWAP")


@pytest.mark.parametrize("venue", ["binanceusdm", "binancecoinm", "bybit", "okx"])
def test_assets_without_a_perpetual_are_not_listed(tmp_path: Path, venue: str) -> None:
    """An asset without a perpetual is recorded as not listed, whether or not it has a spot market."""
    run = build_run(tmp_path, {key: {**markets} for key, markets in _build_venue_markets(venue).items()})
    request = replace(DERIVATIVES_REQUEST, assets=("ATOM", "WBETH"))
    summary, _ = run.collect(request=request, venues=(venue,), table=FAST_VENUES)
    outcome_map = map_outcomes(summary)
    assert outcome_map[venue, "WBETH/*:*", "trade"] is Outcome.NOT_LISTED
    assert outcome_map[venue, "USDT/*:*", "trade"] is Outcome.NOT_LISTED
    assert "not among the swap markets" in next(r.message for r in summary.results if r.symbol == "WBETH/*:*")
    rows = run.store.coverage.read_rows(["WBETH"], START, END).filter(symbol="WBETH/*:*")
    assert rows.select("venue", "outcome").rows() == [(venue, "not-listed")]
    assert summary.failed == ()
    absent_lines = [line for line in format_summary(summary) if line.startswith("Not listed")]
    assert any("WBETH perpetual" in line and venue in line for line in absent_lines)
    assert not any("*" in line for line in absent_lines)


def _build_venue_markets(venue: str) -> dict[str, dict[str, list[Bar]]]:
    """The replayed rows of a venue."""
    everything = {**build_spot_and_swap(), **{row: build_contract(symbol) for row, symbol in SWAPS.items()}}
    return {row: markets for row, markets in everything.items() if row.removesuffix("_swap") == venue}


def test_without_the_flag_no_future_is_asked(tmp_path: Path) -> None:
    """Without ``derivatives`` only spot markets are requested, and no result is about perpetuals."""
    run = build_run(tmp_path, build_spot_and_swap())
    summary, replay = run.collect(venues=("bybit", "okx"), table=FAST_VENUES)
    assert not any(map(_is_swap_request, replay.requests))
    assert not any(":" in result.symbol for result in summary.results)
    assert {result.price for result in summary.results} == {"trade"}


def test_one_price_that_fails_leaves_the_others(tmp_path: Path) -> None:
    """Where the mark price fails, trade and index prices are stored, and the gap has the price of its series."""
    run = build_run(tmp_path, {"binanceusdm": build_contract("ATOM/USDT:USDT")})
    no_mark = replace_body("markPriceKlines", '{"code": -1102, "msg": "Malformed."}', status=400)
    summary, _ = run.collect(no_mark, request=DERIVATIVES_REQUEST, venues=("binanceusdm",), table=FAST_VENUES)
    (failed,) = summary.failed
    assert (failed.symbol, failed.price, failed.candles) == ("ATOM/USDT:USDT", "mark", 0)
    covered = {(price, outcome) for price, outcome, *_ in read_coverage(run, "binanceusdm", "ATOM/USDT:USDT")}
    assert covered == {("trade", "complete"), ("mark", failed.outcome.value), ("index", "complete")}
    assert any("ATOM/USDT:USDT (mark)" in line for line in format_summary(summary, shows_all=True))
    repaired, replay = run.collect(request=DERIVATIVES_REQUEST, venues=("binanceusdm",), table=FAST_VENUES)
    assert repaired.failed == ()
    assert {request.path for request in replay.requests} == {"/fapi/v1/markPriceKlines"}


def test_a_perpetual_can_be_asked_by_name(tmp_path: Path) -> None:
    """A symbol with a settlement currency is requested from the row of futures, and not from the spot row."""
    run = build_run(tmp_path, {key: markets for key, markets in build_spot_and_swap().items() if "bybit" in key})
    request = replace(DERIVATIVES_REQUEST, assets=("WBETH",), symbols=("ATOM/USDT:USDT",))
    summary, _ = run.collect(request=request, venues=("bybit",), table=FAST_VENUES)
    series = {(symbol, price) for _, symbol, price in map_outcomes(summary) if "ATOM" in symbol}
    assert series == {("ATOM/USDT:USDT", price) for price in PRICES}


LISTED = frozenset(
    {
        *("ATOM/USDT", "ATOM/BTC", "ATOM/USDT:USDT", "ATOM/USDC:USDC", "ATOM/USD:ATOM", "ATOM/USD:BTC"),
        *("ATOM/USDT:USDT-251226", "ATOM/USD:ATOM-251226", "ATOM/BTC:BTC", "XATOM/USDT:USDT"),
    }
)


def test_the_perpetuals_of_an_asset() -> None:
    """Linear perpetuals in USDT and USDC and inverse ones in USD are selected; others and dated futures are not."""
    assert list_asset_markets("ATOM", LISTED - {"ATOM/USDT"}) == ("ATOM/USDT:USDT", "ATOM/USDC:USDC", "ATOM/USD:ATOM")
    assert list_asset_markets("ATOM", {"ATOM/USDT:USDT-251226", "ATOM/USD:ATOM-251226"}) == ()


DELIVERY_MS = 1_766_736_000_000
"""2025-12-26 08:00 UTC."""


@pytest.mark.parametrize(
    ("row", "dated"),
    [
        (
            "binanceusdm",
            {"symbol": "ATOMUSDT_251226", "contractType": "CURRENT_QUARTER", "deliveryDate": DELIVERY_MS},
        ),
        (
            "binancecoinm",
            {"symbol": "ATOMUSD_251226", "contractType": "CURRENT_QUARTER", "deliveryDate": DELIVERY_MS},
        ),
        (
            "bybit_swap",
            {"symbol": "ATOMUSDT-26DEC25", "contractType": "LinearFutures", "deliveryTime": str(DELIVERY_MS)},
        ),
    ],
)
def test_dated_futures_are_left_out(tmp_path: Path, row: str, dated: dict[str, Any]) -> None:
    """Of a perpetual and a dated future only the perpetual is requested."""
    venue, symbol, venue_format = row.removesuffix("_swap"), SWAPS[row], FORMATS[row]
    body: Any = venue_format.build_markets(build_contract(symbol))
    listed = body["result"]["list"] if row == "bybit_swap" else body["symbols"]
    listed.append({**listed[0], **dated})
    run = build_run(tmp_path, {row: build_contract(symbol)})
    table = [venue_row for venue_row in FAST_VENUES if venue_row.id == venue and venue_row.kind is MarketType.SWAP]
    summary, replay = run.collect(
        replace_body(venue_format.listing_path, json.dumps(body)),
        request=DERIVATIVES_REQUEST,
        venues=(venue,),
        table=table,
    )
    assert {result.symbol for result in summary.results if result.candles} == {symbol}
    assert not any(dated["symbol"] in request.query.values() for request in replay.requests)


def test_venues_of_futures_alone_need_the_flag(tmp_path: Path) -> None:
    """`--venues binanceusdm` without `--derivatives` exits with 2 and lists the venues and the flag."""
    words = ("--store", str(tmp_path / "lake"), "collect", "--assets", "ATOM", "--venues", "binanceusdm")
    result = CliRunner().invoke(app.main, [*words, "--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z"])
    assert result.exit_code == 2
    assert "cannot collect from binanceusdm" in result.output
    assert "binance, okx, bybit" in result.output
    assert "--derivatives" in result.output
    with pytest.raises(UsageError, match=r"cannot collect from nowhere; venues that can be collected: .*binanceusdm"):
        select_venues(("nowhere",), VENUES, derivatives=True)
