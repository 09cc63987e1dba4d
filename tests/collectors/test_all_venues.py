"""Every venue of the table, 13 months back: the store gets what the venue had, minute by minute, or says why not."""

from dataclasses import replace
from pathlib import Path

import pytest

from collectors.plan import MINUTE
from data.schema import Origin, Outcome
from data.store import CandleStore
from tests.collectors.everywhere import SPOT, archives_of, every_venue, trades_everywhere
from tests.collectors.setting import END, HASTY, REQUEST, START, Run, expected
from tests.replay.faults import saying

TOO_SHORT = {"mexc": "answered with no candle at all", "gemini": "answered with candles of another time"}
"""Venues that have no way to the candles of 13 months ago, and what their answer is called."""

ROUTES = {
    "binance": Origin.ARCHIVE,
    "gate": Origin.ARCHIVE,
    "kucoin": Origin.ARCHIVE,
    "kraken": Origin.TRADES,
}
"""The route by which the candles of an old window come, where it is not the venue's candles."""


@pytest.mark.parametrize("venue", SPOT)
def test_the_store_gets_what_the_venue_had(tmp_path: Path, venue: str) -> None:
    """Four hours of 13 months ago come minute by minute by the route of the table, or the outcome says why not."""
    venues = {venue: every_venue()[venue]}
    run = Run(CandleStore(str(tmp_path / "lake")), venues)
    request = replace(REQUEST, assets=("ATOM", "WBETH", "BNSOL"))
    sites = archives_of(venues)
    summary, replay = run.collect(table=HASTY, request=request, trades=trades_everywhere(venues), sites=sites)
    assert replay.unknown == set()
    for symbol, made in venues[venue].items():
        result = next(result for result in summary.results if result.symbol == symbol)
        if venue in TOO_SHORT:
            assert result.outcome is Outcome.HISTORY_TOO_SHORT
            assert TOO_SHORT[venue] in result.message
            assert run.stored(venue, symbol) == []
            assert run.coverage(venue, symbol) == [("history-too-short", START, END)]
        else:
            assert (result.outcome, result.message) == (Outcome.COMPLETE, "")
            assert run.stored(venue, symbol) == expected(venue, made)
            assert run.coverage(venue, symbol) == [("complete", START, END)]
            origins = run.store.holdings().filter(symbol=symbol)["origin"].to_list()
            assert origins == [ROUTES.get(venue, Origin.OHLCV).value]
    outcomes = {result.symbol: result.outcome for result in summary.results}
    for asset in ("WBETH", "BNSOL"):
        if venue == "binance":
            assert outcomes[f"{asset}/USDT"] is Outcome.COMPLETE
        else:
            assert outcomes[f"{asset}/*"] is Outcome.NOT_LISTED
    assert bool(summary.failed) is (venue in TOO_SHORT)


@pytest.mark.parametrize("venue", ["binance", "kucoin", "okx", "bybit"])
def test_archive_and_rest_fill_each_other(tmp_path: Path, venue: str) -> None:
    """Where the first route has nothing the second brings the same candles; the reasons of both stand in a gap."""
    venues = {venue: {symbol: made for symbol, made in every_venue()[venue].items() if "ATOM" in symbol}}
    ((symbol, made),) = venues[venue].items()
    run = Run(CandleStore(str(tmp_path / "lake")), venues)
    first = saying("api." if venue in {"okx", "bybit"} else "/data/", "gone", status=404)
    archive_first = venue in {"binance", "kucoin"}
    rest_fails = saying({"okx": "history-candles", "bybit": "/kline"}.get(venue, "-"), "{}", status=404)
    summary, _ = run.collect(
        *([] if archive_first else [rest_fails]),
        table=HASTY,
        sites={} if archive_first else archives_of(venues),
    )
    assert first.status == 404
    result = next(result for result in summary.results if result.symbol == symbol)
    assert (result.outcome, result.message) == (Outcome.COMPLETE, "")
    had = run.stored(venue, symbol)
    assert had == [row for row in expected(venue, made) if venue != "bybit" or row[5]]
    origin = Origin.OHLCV if archive_first else Origin.ARCHIVE
    assert run.store.holdings().filter(symbol=symbol)["origin"].to_list() == [origin.value]


def test_a_gap_bears_the_reasons_of_every_route(tmp_path: Path) -> None:
    """Where neither archive nor candles reach, the gap says what each of them answered."""
    venues = {"gate": {"ATOM/USDT": every_venue()["gate"]["ATOM/USDT"]}}
    run = Run(CandleStore(str(tmp_path / "lake")), venues)
    summary, replay = run.collect(table=HASTY)
    result = next(result for result in summary.results if result.symbol == "ATOM/USDT")
    assert result.outcome is Outcome.HISTORY_TOO_SHORT
    assert "no archive file" in result.message
    assert "Candlestick too long ago" in result.message
    again, _ = run.collect(table=HASTY)
    assert again.new == 0
    assert MINUTE * result.gaps[0].span.minutes == END - START
    assert replay.unknown == set()
