"""Builders of small frames of candles and coverage."""

from datetime import UTC, datetime, timedelta

import polars as pl

from data.schema import CANDLE, COVERAGE, FETCHED_CANDLE, Origin, Outcome

START = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
NOW = datetime(2025, 12, 1, 8, 0, tzinfo=UTC)
LATER = datetime(2025, 12, 2, 8, 0, tzinfo=UTC)


def get_minute(number: int) -> datetime:
    """The open time a number of minutes after 21:20."""
    return START + timedelta(minutes=number)


def build_candle(
    number: int = 0,
    close: float = 2.0,
    *,
    venue: str = "binance",
    symbol: str = "ATOM/USDT",
    at: datetime | None = None,
    origin: Origin = Origin.OHLCV,
    timeframe: str = "1m",
    price: str = "trade",
) -> dict[str, object]:
    """One candle that opens, closes and stays at one price."""
    return {
        "venue": venue,
        "symbol": symbol,
        "open_time": at or get_minute(number),
        "open": close,
        "high": close,
        "low": close,
        "close": close,
        "volume": 10.0,
        "timeframe": timeframe,
        "price": price,
        "origin": origin.value,
    }


def build_candles(*rows: dict[str, object]) -> pl.DataFrame:
    """A frame in the schema of candles."""
    return pl.DataFrame(list(rows), schema=CANDLE)


def build_fetched(*rows: dict[str, object], source: str = "api.example", at: datetime = NOW) -> pl.DataFrame:
    """A frame in the schema of fetched candles, all of one source and time of fetching."""
    named = [{**row, "fetched_at": at, "source": source} for row in rows]
    return pl.DataFrame(named, schema=FETCHED_CANDLE)


def build_coverage(
    first: int,
    last: int,
    *,
    venue: str = "binance",
    symbol: str = "ATOM/USDT",
    outcome: Outcome = Outcome.COMPLETE,
    origin: Origin = Origin.OHLCV,
    source: str = "api.example",
    asked_at: datetime = NOW,
    price: str = "trade",
    timeframe: str = "1m",
) -> pl.DataFrame:
    """One row of coverage from one minute number to another."""
    row = {
        "venue": venue,
        "symbol": symbol,
        "start": get_minute(first),
        "end": get_minute(last),
        "outcome": outcome.value,
        "message": "",
        "asked_at": asked_at,
        "origin": origin.value,
        "source": source,
        "price": price,
        "timeframe": timeframe,
    }
    return pl.DataFrame([row], schema=COVERAGE)
