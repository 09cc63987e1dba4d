"""Perpetual futures through the whole collection: trade, mark and index candles, each a series of its own."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import app
from collectors.display import closing_lines
from collectors.plan import markets_of
from collectors.request import Summary
from collectors.venues import VENUES, Kind, venues_named
from data.errors import UsageError
from data.schema import Outcome
from data.store import CandleStore
from tests.collectors.setting import END, HASTY, REQUEST, START, Run, evening, expected
from tests.replay.faults import saying
from tests.replay.formats import FORMATS
from tests.replay.market import Asked, Bar

REQUESTED = replace(REQUEST, derivatives=True)
PRICES = ("trade", "mark", "index")

SWAPS = {
    "binanceusdm": "ATOM/USDT:USDT",
    "binancecoinm": "ATOM/USD:ATOM",
    "bybit_swap": "ATOM/USDT:USDT",
    "okx_swap": "ATOM/USDT:USDT",
}
"""A perpetual of each replayed row; the id in the store has no suffix."""

CANDLES_AT = {
    "bybit": ("/v5/market/kline", "/v5/market/mark-price-kline", "/v5/market/index-price-kline"),
    "okx": (
        "/api/v5/market/history-candles",
        "/api/v5/market/history-mark-price-candles",
        "/api/v5/market/history-index-candles",
    ),
}
"""Where the candles of each price come from."""

MINUTES = ("open_time", "open", "high", "low", "close", "volume")


def contract(symbol: str, level: float = 20) -> dict[str, list[Bar]]:
    """The bars of a perpetual, each price at a level of its own."""
    return {symbol: evening(level), f"{symbol}#mark": evening(level + 1), f"{symbol}#index": evening(level + 2)}


def new_run(tmp_path: Path, venues: Mapping[str, dict[str, list[Bar]]]) -> Run:
    """An empty store, and the venues."""
    return Run(CandleStore(str(tmp_path / "lake")), venues)


def spot_and_swap() -> dict[str, dict[str, list[Bar]]]:
    """Bybit and OKX, each with a spot market and a perpetual of ATOM."""
    spot = {"ATOM/USDT": evening(3), "USDC/USDT": evening(4)}
    swap = contract("ATOM/USDT:USDT")
    return {"bybit": spot, "bybit_swap": swap, "okx": spot, "okx_swap": swap}


def held(run: Run, venue: str, symbol: str, price: str) -> list[tuple[object, ...]]:
    """The candles of one price as they lie in the store: time and values."""
    found = pl.read_delta(f"{run.store.uri}/candles").filter(venue=venue, symbol=symbol, price=price).sort("open_time")
    return list(found.select(MINUTES).iter_rows())


def answered(run: Run, venue: str, symbol: str) -> set[tuple[str, str, datetime, datetime]]:
    """The coverage of a market: price, outcome, start and end."""
    rows = run.store.coverage(["ATOM", "USDC", "USDT"], START, END).filter(venue=venue, symbol=symbol)
    return set(rows.select("price", "outcome", "start", "end").iter_rows())


def outcomes(summary: Summary) -> dict[tuple[str, str, str], Outcome]:
    """The outcome of each series, by venue, symbol and price."""
    return {(result.venue, result.symbol, result.price): result.outcome for result in summary.results}


def free_of_volume(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The candles with volume 0."""
    return [(*row[:5], 0.0) for row in rows]


@pytest.mark.parametrize("row", SWAPS)
def test_each_price_is_a_series_of_its_own(tmp_path: Path, row: str) -> None:
    """Trade, mark and index candles come minute by minute, with a coverage each, the latter two without volume."""
    venue, symbol = row.removesuffix("_swap"), SWAPS[row]
    made = contract(symbol)
    run = new_run(tmp_path, {row: made})
    table = [found for found in HASTY if found.id == venue and found.kind is Kind.SWAP]
    summary, replay = run.collect(request=REQUESTED, venues=(venue,), table=table)
    assert replay.unknown == set()
    assert summary.failed == ()
    had = outcomes(summary)
    assert {price: had[venue, symbol, price] for price in PRICES} == dict.fromkeys(PRICES, Outcome.COMPLETE)
    assert held(run, venue, symbol, "trade") == expected(venue, made[symbol])
    for price in ("mark", "index"):
        assert held(run, venue, symbol, price) == free_of_volume(expected(venue, made[f"{symbol}#{price}"]))
    assert answered(run, venue, symbol) == {(price, "complete", START, END) for price in PRICES}
    assert (summary.candles, summary.new) == (720, 720)


@pytest.mark.parametrize("row", SWAPS)
def test_nothing_is_asked_twice(tmp_path: Path, row: str) -> None:
    """A second run asks for no candle of any price, and finds what is stored."""
    venue = row.removesuffix("_swap")
    run = new_run(tmp_path, {row: contract(SWAPS[row])})
    table = [found for found in HASTY if found.id == venue and found.kind is Kind.SWAP]
    run.collect(request=REQUESTED, venues=(venue,), table=table)
    again, replay = run.collect(request=REQUESTED, venues=(venue,), table=table)
    assert replay.requests == []
    assert again.new == 0
    assert {result.message for result in again.results if result.outcome is Outcome.COMPLETE} == {"already stored"}


@pytest.mark.parametrize("venue", ["bybit", "okx"])
def test_spot_and_futures_take_turns(tmp_path: Path, venue: str) -> None:
    """Rows of one venue share its limit: the first request for futures comes after the last for spot."""
    run = new_run(tmp_path, {key: made for key, made in spot_and_swap().items() if venue in key})
    summary, replay = run.collect(request=REQUESTED, venues=(venue,), table=HASTY)
    assert replay.unknown == set()
    assert summary.failed == ()
    is_swap = [_of_swap(asked) for asked in replay.requests]
    assert is_swap == sorted(is_swap)
    assert set(is_swap) == {False, True}
    paths = {asked.path for asked in replay.requests if _of_swap(asked)}
    assert set(CANDLES_AT[venue]) <= paths
    assert run.stored(venue, "ATOM/USDT") == expected(venue, evening(3))
    assert held(run, venue, "ATOM/USDT:USDT", "trade") == expected(venue, evening(20))
    assert held(run, venue, "ATOM/USDT:USDT", "mark") == free_of_volume(expected(venue, evening(21)))
    assert held(run, venue, "ATOM/USDT", "mark") == []


def _of_swap(asked: Asked) -> bool:
    """Whether Bybit or OKX was asked about perpetuals."""
    named = asked.query.get("category", asked.query.get("instType", asked.query.get("instId", "")))
    index = asked.path.endswith("index-candles")
    return index or named in {"linear", "inverse", "SWAP"} or named.endswith("-SWAP")


@pytest.mark.parametrize("venue", ["binanceusdm", "binancecoinm", "bybit", "okx"])
def test_assets_without_a_perpetual_are_not_listed(tmp_path: Path, venue: str) -> None:
    """An asset that has no perpetual is named as such, apart from the spot market that it may have."""
    run = new_run(tmp_path, {key: {**made} for key, made in _listing(venue).items()})
    request = replace(REQUESTED, assets=("ATOM", "WBETH"))
    summary, _ = run.collect(request=request, venues=(venue,), table=HASTY)
    had = outcomes(summary)
    assert had[venue, "WBETH/*:*", "trade"] is Outcome.NOT_LISTED
    assert had[venue, "USDT/*:*", "trade"] is Outcome.NOT_LISTED
    assert "no such swap market" in next(r.message for r in summary.results if r.symbol == "WBETH/*:*")
    rows = run.store.coverage(["WBETH"], START, END).filter(symbol="WBETH/*:*")
    assert rows.select("venue", "outcome").rows() == [(venue, "not-listed")]
    assert summary.failed == ()
    told = [line for line in closing_lines(summary) if line.startswith("Not listed")]
    assert any("WBETH perpetual" in line and venue in line for line in told)
    assert not any("*" in line for line in told)


def _listing(venue: str) -> dict[str, dict[str, list[Bar]]]:
    """The replayed rows of a venue."""
    everything = {**spot_and_swap(), **{row: contract(symbol) for row, symbol in SWAPS.items()}}
    return {row: made for row, made in everything.items() if row.removesuffix("_swap") == venue}


def test_without_the_flag_no_future_is_asked(tmp_path: Path) -> None:
    """Only spot is asked where derivatives are not wanted, and nothing is said of perpetuals."""
    run = new_run(tmp_path, spot_and_swap())
    summary, replay = run.collect(venues=("bybit", "okx"), table=HASTY)
    assert not any(map(_of_swap, replay.requests))
    assert not any(":" in result.symbol for result in summary.results)
    assert {result.price for result in summary.results} == {"trade"}


def test_one_price_that_fails_leaves_the_others(tmp_path: Path) -> None:
    """Where a venue refuses the mark price, trades and index prices come all the same, and the gap bears its price."""
    run = new_run(tmp_path, {"binanceusdm": contract("ATOM/USDT:USDT")})
    no_mark = saying("markPriceKlines", '{"code": -1102, "msg": "Malformed."}', status=400)
    summary, _ = run.collect(no_mark, request=REQUESTED, venues=("binanceusdm",), table=HASTY)
    (failed,) = summary.failed
    assert (failed.symbol, failed.price, failed.candles) == ("ATOM/USDT:USDT", "mark", 0)
    covered = {(price, outcome) for price, outcome, *_ in answered(run, "binanceusdm", "ATOM/USDT:USDT")}
    assert covered == {("trade", "complete"), ("mark", failed.outcome.value), ("index", "complete")}
    assert any("ATOM/USDT:USDT (mark)" in line for line in closing_lines(summary))
    repaired, replay = run.collect(request=REQUESTED, venues=("binanceusdm",), table=HASTY)
    assert repaired.failed == ()
    assert {asked.path for asked in replay.requests} == {"/fapi/v1/markPriceKlines"}


def test_a_perpetual_can_be_asked_by_name(tmp_path: Path) -> None:
    """A symbol with its settlement goes to the row of futures, and no spot row is asked for it."""
    run = new_run(tmp_path, {key: made for key, made in spot_and_swap().items() if "bybit" in key})
    request = replace(REQUESTED, assets=("WBETH",), symbols=("ATOM/USDT:USDT",))
    summary, _ = run.collect(request=request, venues=("bybit",), table=HASTY)
    series = {(symbol, price) for _, symbol, price in outcomes(summary) if "ATOM" in symbol}
    assert series == {("ATOM/USDT:USDT", price) for price in PRICES}


LISTED = frozenset(
    {
        *("ATOM/USDT", "ATOM/BTC", "ATOM/USDT:USDT", "ATOM/USDC:USDC", "ATOM/USD:ATOM", "ATOM/USD:BTC"),
        *("ATOM/USDT:USDT-251226", "ATOM/USD:ATOM-251226", "ATOM/BTC:BTC", "XATOM/USDT:USDT"),
    }
)


def test_the_perpetuals_of_an_asset() -> None:
    """Linear ones in USDT and USDC and inverse ones in USD are taken; dated futures and other quotes are not."""
    assert markets_of("ATOM", LISTED - {"ATOM/USDT"}) == ("ATOM/USDT:USDT", "ATOM/USDC:USDC", "ATOM/USD:ATOM")
    assert markets_of("ATOM", {"ATOM/USDT:USDT-251226", "ATOM/USD:ATOM-251226"}) == ()


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
    """A venue that lists a future with a delivery date beside the perpetual is asked for the perpetual only."""
    venue, symbol, made = row.removesuffix("_swap"), SWAPS[row], FORMATS[row]
    body: Any = made.markets(contract(symbol))
    listed = body["result"]["list"] if row == "bybit_swap" else body["symbols"]
    listed.append({**listed[0], **dated})
    run = new_run(tmp_path, {row: contract(symbol)})
    table = [found for found in HASTY if found.id == venue and found.kind is Kind.SWAP]
    summary, replay = run.collect(
        saying(made.listing, json.dumps(body)), request=REQUESTED, venues=(venue,), table=table
    )
    assert {result.symbol for result in summary.results if result.candles} == {symbol}
    assert not any(dated["symbol"] in asked.query.values() for asked in replay.requests)


def test_venues_of_futures_alone_need_the_flag(tmp_path: Path) -> None:
    """`--venues binanceusdm` without `--derivatives` ends with 2 and names what can be collected and the flag."""
    words = ("--store", str(tmp_path / "lake"), "collect", "--assets", "ATOM", "--venues", "binanceusdm")
    result = CliRunner().invoke(app.main, [*words, "--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z"])
    assert result.exit_code == 2
    assert "cannot collect from binanceusdm" in result.output
    assert "binance, okx, bybit" in result.output
    assert "--derivatives" in result.output
    with pytest.raises(UsageError, match=r"cannot collect from nowhere; venues that can be collected: .*binanceusdm"):
        venues_named(("nowhere",), VENUES, derivatives=True)
