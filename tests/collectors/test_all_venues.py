"""Every venue of the table, 13 months ago: each minute that the venue has is stored, or the outcome says why not."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from data.intervals import MINUTE
from data.schema import Origin, Outcome
from tests.collectors.all_venues import SPOT_VENUES, build_archives, build_every_venue, build_full_run
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import END, FAST_VENUES, REQUEST, START, ReplayRun, list_expected, open_store
from tests.replay.faults import replace_body

VENUES_WITH_SHORT_HISTORY = {
    "mexc": "answered with no candle at all",
    "gemini": "answered with candles of another time",
}
"""Venues without a route to candles of 13 months ago, and the message of the outcome."""

ROUTES = {
    "binance": Origin.ARCHIVE,
    "gate": Origin.ARCHIVE,
    "kucoin": Origin.ARCHIVE,
    "kraken": Origin.TRADES,
}
"""The route to the candles of an old window, where it is not the venue's own candles."""


@pytest.mark.parametrize("venue", SPOT_VENUES)
def test_the_store_gets_what_the_venue_had(venue: str) -> None:
    """Four hours of 13 months ago are stored minute by minute by the expected route, or the outcome says why not."""
    run = build_full_run(MemorySink(), venue)
    summary, replay = run.collect(request=replace(REQUEST, assets=("ATOM", "WBETH", "BNSOL")))
    assert replay.unknown_parameters == set()
    for symbol, market_bars in run.venues[venue].items():
        result = next(result for result in summary.results if result.symbol == symbol)
        if venue in VENUES_WITH_SHORT_HISTORY:
            assert result.outcome is Outcome.HISTORY_TOO_SHORT
            assert VENUES_WITH_SHORT_HISTORY[venue] in result.message
            assert run.read_stored(venue, symbol) == []
            assert run.read_coverage(venue, symbol) == [("history-too-short", START, END)]
        else:
            assert (result.outcome, result.message) == (Outcome.COMPLETE, "")
            assert run.read_stored(venue, symbol) == list_expected(venue, market_bars)
            assert run.read_coverage(venue, symbol) == [("complete", START, END)]
            origins = run.store.candles.read_holdings().filter(symbol=symbol)["origin"].to_list()
            assert origins == [ROUTES.get(venue, Origin.OHLCV).value]
    outcomes = {result.symbol: result.outcome for result in summary.results}
    for asset in ("WBETH", "BNSOL"):
        if venue == "binance":
            assert outcomes[f"{asset}/USDT"] is Outcome.COMPLETE
        else:
            assert outcomes[f"{asset}/*"] is Outcome.NOT_LISTED
    assert bool(summary.failed) is (venue in VENUES_WITH_SHORT_HISTORY)


@pytest.mark.parametrize(
    ("venue", "failed_route"),
    [("binance", "archive"), ("kucoin", "archive"), ("okx", "ohlcv"), ("bybit", "ohlcv"), ("htx", "ohlcv")],
)
def test_archive_and_rest_fill_each_other(venue: str, failed_route: str) -> None:
    """Where the first route has nothing, the second one fills the same candles, and the outcome says so."""
    venues = {
        venue: {symbol: market_bars for symbol, market_bars in build_every_venue()[venue].items() if "ATOM" in symbol}
    }
    ((symbol, market_bars),) = venues[venue].items()
    run = ReplayRun(MemorySink(), venues)
    faults = []
    if failed_route == "ohlcv":
        faults = [
            replace_body(
                {"okx": "history-candles", "bybit": "/kline", "htx": "history/candles"}[venue], "{}", status=404
            )
        ]
        run.sites = build_archives(venues)
    summary, _ = run.collect(*faults, table=FAST_VENUES)
    result = next(result for result in summary.results if result.symbol == symbol)
    assert result.outcome is Outcome.COMPLETE
    assert result.message.startswith(f"240 minutes came by another route, not by {failed_route}: ")
    assert ("no archive file ATOMUSDT-1m-2025-10-10.zip (HTTP 404)" in result.message) is (failed_route == "archive")
    assert result.failed_routes == result.message
    assert summary.failed == ()
    stored = run.read_stored(venue, symbol)
    assert stored == [row for row in list_expected(venue, market_bars) if venue != "bybit" or row[5]]
    origin = Origin.OHLCV if failed_route == "archive" else Origin.ARCHIVE
    assert run.store.candles.read_holdings().filter(symbol=symbol)["origin"].to_list() == [origin.value]


def test_files_of_trades_are_the_last_resort_of_okx() -> None:
    """Where OKX has neither candles nor files of them, candles are built from its files of trades."""
    venues = {"okx": {"ATOM/USDT": build_every_venue()["okx"]["ATOM/USDT"]}}
    run = ReplayRun(MemorySink(), venues, sites=build_archives(venues))
    faults = [replace_body("history-candles", "{}", status=404), replace_body("/candlesticks/", "", status=404)]
    summary, _ = run.collect(*faults, table=FAST_VENUES)
    (result,) = (result for result in summary.results if result.symbol == "ATOM/USDT")
    assert result.outcome is Outcome.COMPLETE
    assert (
        "240 minutes came by another route, not by archive: no archive file ATOM-USDT-candlesticks-" in result.message
    )
    traded = [row for row in list_expected("okx", venues["okx"]["ATOM/USDT"]) if row[5]]
    assert run.read_stored("okx", "ATOM/USDT") == traded
    holdings = run.store.candles.read_holdings().filter(symbol="ATOM/USDT")
    assert holdings["origin"].to_list() == [Origin.TRADES.value]
    assert "/static.okx.com/ATOM-USDT-trades-2025-10-11.zip sha256:" in holdings["source"][0]


def test_upbits_archive_is_asked_only_by_a_user_who_says_so() -> None:
    """Where Upbit's candles are unreachable, its archive fills them with ``personal_archives`` only."""
    venues = {"upbit": {"ATOM/USDT": build_every_venue()["upbit"]["ATOM/USDT"]}}
    fault = replace_body("/v1/candles", "{}", status=404)
    outcomes = []
    for personal in (False, True):
        run = ReplayRun(MemorySink(), venues, sites=build_archives(venues))
        summary, replay = run.collect(
            replace(fault), request=replace(REQUEST, personal_archives=personal), table=FAST_VENUES
        )
        (result,) = (result for result in summary.results if result.symbol == "ATOM/USDT")
        outcomes.append(result.outcome)
        asked = {request.host for request in replay.requests}
        assert ("crix-data.upbit.com" in asked) is personal
    assert outcomes == [Outcome.UNREACHABLE, Outcome.COMPLETE]
    assert run.read_stored("upbit", "ATOM/USDT") == list_expected("upbit", venues["upbit"]["ATOM/USDT"])


@pytest.mark.parametrize(
    ("venue", "origins"),
    [
        ("kucoin", {Origin.ARCHIVE, Origin.OHLCV}),
        ("okx", {Origin.ARCHIVE, Origin.OHLCV, Origin.TRADES}),
        ("gate", {Origin.ARCHIVE}),
        ("kraken", {Origin.TRADES}),
        ("coinbaseexchange", {Origin.OHLCV, Origin.TRADES}),
    ],
)
def test_every_route_may_be_asked_for_every_minute(tmp_path: Path, venue: str, origins: set[Origin]) -> None:
    """With ``all_routes`` the store has each minute by every route that reaches it, and reads give it once."""
    run = build_full_run(open_store(tmp_path), venue)
    symbol = next(symbol for symbol in run.venues[venue] if symbol.startswith("ATOM"))
    summary, _ = run.collect(request=replace(REQUEST, all_routes=True))
    result = next(result for result in summary.results if result.symbol == symbol)
    assert (result.outcome, result.message) == (Outcome.COMPLETE, "")
    assert result.revised == 0
    rows = run.store.candles.read_holdings().filter(symbol=symbol).group_by("origin").agg(pl.col("candles").sum())
    expected = list_expected(venue, run.venues[venue][symbol])
    traded = [row for row in expected if row[5]]
    assert dict(rows.iter_rows()) == {
        origin.value: len(traded if origin is Origin.TRADES else expected) for origin in origins
    }
    assert run.read_stored(venue, symbol) == expected
    assert {row for row in run.read_coverage(venue, symbol) if row[0] != "complete"} == set()
    second_summary, _ = run.collect()
    assert {result.message for result in second_summary.results if result.symbol == symbol} == {"already stored"}


def test_a_leg_that_is_missing_is_named_and_is_no_gap() -> None:
    """With ``all_routes`` a route without candles of minutes that another one has is named; nothing is outstanding."""
    venues = {"okx": {"ATOM/USDT": build_every_venue()["okx"]["ATOM/USDT"]}}
    run = ReplayRun(MemorySink(), venues)
    summary, _ = run.collect(request=replace(REQUEST, all_routes=True), table=FAST_VENUES)
    (result,) = (result for result in summary.results if result.symbol == "ATOM/USDT")
    assert (result.outcome, result.gaps) == (Outcome.COMPLETE, ())
    assert result.message == (
        "240 minutes came by another route, not by archive: "
        "no archive file ATOM-USDT-candlesticks-2025-10-11.zip (HTTP 404); "
        "240 minutes came by another route, not by archive-trades: "
        "no archive file ATOM-USDT-trades-2025-10-11.zip (HTTP 404)"
    )
    assert run.read_coverage("okx", "ATOM/USDT") == [("complete", START, END)]


def test_a_wrong_checksum_is_reported_though_candles_came() -> None:
    """Where a file does not fit its checksum it is requested twice, candles come by REST, and the outcome has both."""
    venues = {"kucoin": {"ATOM/USDT": build_every_venue()["kucoin"]["ATOM/USDT"]}}
    run = ReplayRun(MemorySink(), venues, sites=build_archives(venues))
    summary, replay = run.collect(replace_body(".CHECKSUM", "0" * 32), table=FAST_VENUES)
    (result,) = (result for result in summary.results if result.symbol == "ATOM/USDT")
    assert result.outcome is Outcome.COMPLETE
    assert result.message.startswith(
        "240 minutes came by another route, not by archive: ATOMUSDT-1m-2025-10-10.zip has the MD5 "
    )
    assert result.message.endswith(f", and its published one is {'0' * 32}")
    assert sum(request.path.endswith(".zip") for request in replay.requests) == 2
    assert run.read_stored("kucoin", "ATOM/USDT") == list_expected("kucoin", venues["kucoin"]["ATOM/USDT"])


def test_a_gap_bears_the_reasons_of_every_route(tmp_path: Path) -> None:
    """Where neither archive nor candles reach, the gap has the reasons of both."""
    venues = {"gate": {"ATOM/USDT": build_every_venue()["gate"]["ATOM/USDT"]}}
    run = ReplayRun(open_store(tmp_path), venues)
    summary, replay = run.collect(table=FAST_VENUES)
    result = next(result for result in summary.results if result.symbol == "ATOM/USDT")
    assert result.outcome is Outcome.HISTORY_TOO_SHORT
    assert "no archive file" in result.message
    assert "Candlestick too long ago" in result.message
    second_summary, _ = run.collect(table=FAST_VENUES)
    assert second_summary.new == 0
    assert MINUTE * result.gaps[0].span.minutes == END - START
    assert replay.unknown_parameters == set()
