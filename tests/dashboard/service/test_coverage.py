"""What was had, hour by hour: counts made by hand, with the reason of what is missing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboard.service.coverage import NOT_REQUESTED, CoverageField, build_coverage_map, split_into_steps
from data.schema import CANDLE, COVERAGE, Evidence, Origin, Timeframe
from data.store import CandleStore

START = datetime(2025, 10, 10, 21, 10, tzinfo=UTC)
END = START + timedelta(minutes=30)
HOUR = timedelta(hours=1)
NOW = datetime(2025, 12, 1, tzinfo=UTC)


def build_candles(venue: str, symbol: str, start: datetime, count: int, origin: Origin = Origin.OHLCV) -> pl.DataFrame:
    """Flat candles of a market, minute by minute."""
    values = {"open": 1.0, "high": 1.0, "low": 1.0, "close": 1.0, "volume": 1.0, "timeframe": "1m", "price": "trade"}
    market_columns = {"venue": venue, "symbol": symbol, **values, "origin": origin.value}
    rows = [{**market_columns, "open_time": start + timedelta(minutes=i)} for i in range(count)]
    return pl.DataFrame(rows, schema=CANDLE)


def build_coverage_row(
    venue: str, symbol: str, start: datetime, end: datetime, outcome: str, message: str = ""
) -> pl.DataFrame:
    """One row of what was asked, of one-minute trade candles."""
    defaults = {"asked_at": NOW, "origin": Origin.OHLCV.value, "source": "api", "price": "trade", "timeframe": "1m"}
    row = {"venue": venue, "symbol": symbol, "start": start, "end": end, "outcome": outcome, "message": message}
    return pl.DataFrame([{**row, **defaults}], schema=COVERAGE)


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """An empty store."""
    return CandleStore(str(tmp_path / "lake"))


def test_steps_are_whole_hours() -> None:
    """A window of half an hour is told with the 24 hours before it, from whole hour to whole hour."""
    starts, step = split_into_steps(START, END)
    assert step == HOUR
    assert (starts[0], starts[-1], len(starts)) == (START.replace(day=9, minute=0), START.replace(minute=0), 25)


def test_long_windows_have_long_steps() -> None:
    """A month is told in steps of half a day, which begin at midnight or noon of UTC."""
    starts, step = split_into_steps(START - timedelta(days=20), END)
    assert step == 12 * HOUR
    assert {start.hour for start in starts} == {0, 12}
    assert starts[0] <= START - timedelta(days=21) < starts[1]
    assert starts[-1] < END <= starts[-1] + step


def test_counts_and_reasons(store: CandleStore) -> None:
    """Minutes with a candle, quiet ones within what came whole, missing ones with what the last question ended in."""
    hour = START.replace(minute=0)
    store.write_candles(build_candles("okx", "ATOM/USDT", hour, 40), source="api", fetched_at=NOW)
    store.coverage.write(build_coverage_row("okx", "ATOM/USDT", hour, hour + timedelta(minutes=45), "complete"))
    store.coverage.write(
        build_coverage_row("okx", "ATOM/USDT", hour + timedelta(minutes=45), hour + HOUR, "unreachable", "HTTP 502")
    )
    coverage = build_coverage_map(store, "ATOM", START, END, Evidence.REAL, Timeframe.M1)
    (market,) = coverage.markets
    assert (market.venue, market.symbol) == ("okx", "ATOM/USDT")
    assert market.fields[-1] == CoverageField(40, 5, 15, "unreachable", "HTTP 502")
    assert market.fields[0] == CoverageField(0, 0, 60, NOT_REQUESTED)
    assert (market.with_candle, market.quiet, market.missing) == (40, 5, 24 * 60 + 15)


def test_the_commonest_reason_speaks(store: CandleStore) -> None:
    """Of several reasons within an hour the one with most minutes is named, and a later question goes before."""
    hour = START.replace(minute=0)
    for minutes, outcome in ((60, "unreachable"), (20, "refused")):
        row = build_coverage_row("okx", "ATOM/USDT", hour, hour + timedelta(minutes=minutes), outcome)
        delay = timedelta(minutes=outcome == "refused")
        store.coverage.write(row.with_columns(asked_at=pl.col("asked_at") + delay))
    assert (
        build_coverage_map(store, "ATOM", START, END, Evidence.REAL, Timeframe.M1).markets[0].fields[-1].outcome
        == "unreachable"
    )
    row = build_coverage_row("okx", "ATOM/USDT", hour, hour + timedelta(minutes=45), "refused")
    store.coverage.write(row.with_columns(asked_at=pl.col("asked_at") + timedelta(hours=1)))
    assert (
        build_coverage_map(store, "ATOM", START, END, Evidence.REAL, Timeframe.M1).markets[0].fields[-1].outcome
        == "refused"
    )


def test_an_asset_that_is_not_listed(store: CandleStore) -> None:
    """An asset without a market stands for itself, unless the venue has one of another quote."""
    hour = START.replace(minute=0)
    store.coverage.write(build_coverage_row("gemini", "ATOM/*", hour, hour + HOUR, "not-listed"))
    store.coverage.write(build_coverage_row("okx", "ATOM/*", hour, hour + HOUR, "unreachable", "no list"))
    store.write_candles(build_candles("okx", "ATOM/USDT", hour, 30), source="api", fetched_at=NOW)
    coverage = build_coverage_map(store, "ATOM", START, END, Evidence.REAL, Timeframe.M1)
    assert [(market.venue, market.symbol) for market in coverage.markets] == [
        ("gemini", "ATOM/*"),
        ("okx", "ATOM/USDT"),
    ]
    assert coverage.markets[0].fields[-1] == CoverageField(0, 0, 60, "not-listed")
    assert coverage.markets[1].fields[-1] == CoverageField(30, 0, 30, "unreachable", "no list")


def test_what_else_is_stored_does_not_count(store: CandleStore) -> None:
    """Other assets, other lengths, other kinds of price and the reconstruction say nothing of real minutes."""
    hour = START.replace(minute=0)
    store.write_candles(build_candles("okx", "DOGE/USDT", hour, 60), source="api", fetched_at=NOW)
    candles = build_candles("okx", "ATOM/USDT", hour, 60, Origin.RECONSTRUCTION)
    store.write_candles(candles, source="reconstruction", fetched_at=NOW)
    row = build_coverage_row("kraken", "ATOM/USD", hour, hour + HOUR, "refused")
    store.coverage.write(row.with_columns(timeframe=pl.lit("1s")))
    store.coverage.write(row.with_columns(price=pl.lit("mark")))
    assert build_coverage_map(store, "ATOM", START, END, Evidence.REAL, Timeframe.M1).markets == ()
    (market,) = build_coverage_map(store, "ATOM", START, END, Evidence.RECONSTRUCTION, Timeframe.M1).markets
    assert market.fields[-1] == CoverageField(60, 0, 0, "complete")


def test_the_market_with_most_minutes_comes_first(store: CandleStore) -> None:
    """The markets of a venue stand by what was had of them, and venues stay together."""
    hour = START.replace(minute=0)
    for venue, symbol, count in (("okx", "ATOM/USDC", 5), ("okx", "ATOM/USDT", 50), ("gate", "ATOM/USDT", 1)):
        store.write_candles(build_candles(venue, symbol, hour, count), source="api", fetched_at=NOW)
    by_venue = build_coverage_map(store, "ATOM", START, END, Evidence.REAL, Timeframe.M1).group_by_venue()
    assert {venue: [market.symbol for market in markets] for venue, markets in by_venue.items()} == {
        "gate": ["ATOM/USDT"],
        "okx": ["ATOM/USDT", "ATOM/USDC"],
    }


@pytest.mark.parametrize(("timeframe", "each"), [(Timeframe.S1, 3600), (Timeframe.M5, 12)])
def test_other_lengths_are_counted_in_their_bars(store: CandleStore, timeframe: Timeframe, each: int) -> None:
    """An hour has 3,600 seconds or twelve bars of five minutes; candles and questions of other lengths say nothing."""
    hour, bar = START.replace(minute=0), timedelta(seconds=timeframe.seconds)
    timeframe_literal = pl.lit(timeframe.value)
    candles = build_candles("okx", "ATOM/USDT", hour, 7).with_columns(
        timeframe=timeframe_literal, open_time=pl.Series([hour + i * bar for i in range(7)]).cast(CANDLE["open_time"])
    )
    store.write_candles(candles, source="api", fetched_at=NOW)
    store.write_candles(build_candles("gate", "ATOM/USDT", hour, 60), source="api", fetched_at=NOW)
    complete_row = build_coverage_row("okx", "ATOM/USDT", hour, hour + 10 * bar, "complete").with_columns(
        timeframe=timeframe_literal
    )
    store.coverage.write(complete_row)
    missing_row = build_coverage_row("okx", "ATOM/USDT", hour + 10 * bar, hour + HOUR, "unreachable").with_columns(
        timeframe=timeframe_literal
    )
    store.coverage.write(missing_row)
    coverage = build_coverage_map(store, "ATOM", START, END, Evidence.REAL, timeframe)
    (market,) = coverage.markets
    assert market.fields[-1] == CoverageField(7, 3, each - 10, "unreachable")
    assert market.fields[0] == CoverageField(0, 0, each, NOT_REQUESTED)
    assert coverage.timeframe is timeframe
