"""Candles built from trades, of any timeframe, with the volume as the exact sum of the printed amounts.

A float sum depends on the order of the trades and has rounding errors; the decimal sum, rounded once, equals the sum by
hand.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from data.schema import CANDLE, LOW_TRADE, Timeframe

BAR_SCHEMA: dict[str, pl.DataType] = {
    name: CANDLE[name] for name in ("open_time", "open", "high", "low", "close", "volume")
}
"""Candles of one market and timeframe: open time, prices in the quote, volume in base units."""

LOW_SCHEMA: dict[str, pl.DataType] = {
    name: LOW_TRADE[name] for name in ("open_time", "at", "price", "amount", "trade_id")
}
"""The lowest trade of each bar of one market and timeframe: the bar's open time, and the trade."""

AMOUNT_TYPE = pl.Decimal(38, 18)
MAX_AMOUNT = 1e14
"""A larger amount is rejected; a million of this size still add up within 38 digits."""

MAX_PLAIN_CHARS = 19
"""An amount of at most so many characters and without an exponent has at most 18 decimal places."""


class BadTrade(ValueError):
    """A row is no trade: its time, id, price or amount is missing or invalid; the message names it."""


class CandlesWithLows(NamedTuple):
    """Candles of one market and timeframe (`BAR_SCHEMA`), and the lowest trade of each bar (`LOW_SCHEMA`).

    ``lows`` has no rows for candles that were not built from trades.
    """

    candles: pl.DataFrame
    lows: pl.DataFrame


def build_empty_bars() -> pl.DataFrame:
    """A frame of `BAR_SCHEMA` without rows."""
    return pl.DataFrame(schema=BAR_SCHEMA)


def build_empty_lows() -> pl.DataFrame:
    """A frame of `LOW_SCHEMA` without rows."""
    return pl.DataFrame(schema=LOW_SCHEMA)


def build_candles(batches: Iterable[pl.DataFrame], timeframe: Timeframe) -> CandlesWithLows:
    """Candles and lowest trades from batches of trades; a bar without a trade has no row.

    Each row of a batch, in any order, is a trade: ``time`` (Datetime in us or ns, UTC), ``id`` (any sortable type, to
    order trades of the same time), ``price`` and ``amount`` (String, in the quote and in base units, as the venue
    printed them). The open is the price of the first trade by time and id, the close that of the last; the lowest trade
    is the first of those at the lowest price. Trades of amount 0 are ignored. A batch is reduced to its bars before the
    next is read, so memory is bounded by the largest batch.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2025, 10, 10, 21, 20, 30, tzinfo=UTC)
    >>> rows = {"time": [at, at], "id": [2, 1], "price": ["3.5", "3"], "amount": ["0.1", "0.2"]}
    >>> bars = build_candles([pl.DataFrame(rows)], Timeframe.M1)
    >>> bars.candles.row(0)[1:], bars.lows.row(0)[2:]
    ((3.0, 3.5, 3.0, 3.5, 0.3), (3.0, 0.2, '1'))

    Raises:
        BadTrade: a time or an id is missing, a price is no positive number, or an amount is negative, no number or has
            more than 18 decimal places.
    """
    parts = [_aggregate_batch(batch, timeframe) for batch in batches]
    if not parts:
        return CandlesWithLows(build_empty_bars(), build_empty_lows())
    bars = _merge_parts(pl.concat(parts)).sort("open_time")
    # Decimal to float rounds twice, text to float once.
    volume = pl.col("volume").cast(pl.String).cast(pl.Float64)
    open_time = pl.col("open_time").cast(BAR_SCHEMA["open_time"])
    low_columns = {
        "at": pl.col("low_time").cast(LOW_SCHEMA["at"]),
        "price": pl.col("low"),
        "amount": pl.col("low_amount").cast(pl.Float64),
        "trade_id": pl.col("low_id").cast(pl.String),
    }
    candles = bars.with_columns(open_time, volume).select(*BAR_SCHEMA)
    return CandlesWithLows(candles, bars.select(open_time, **low_columns).select(*LOW_SCHEMA))


def _aggregate_batch(trades: pl.DataFrame, timeframe: Timeframe) -> pl.DataFrame:
    """One row for each bar of a batch, with the columns needed to merge it with the same bar of other batches."""
    price = pl.col("price").cast(pl.Float64, strict=False)
    parsed = trades.select(
        "time", "id", "price", "amount", value=price, sum=pl.col("amount").cast(AMOUNT_TYPE, strict=False)
    )
    _check_trades(parsed)
    is_lowest = pl.col("value") == pl.col("value").min()
    return (
        parsed.filter(pl.col("sum") > 0)
        .sort("time", "id", maintain_order=True)
        .group_by(pl.col("time").dt.truncate(timeframe.value).alias("open_time"), maintain_order=True)
        .agg(
            first_time=pl.col("time").first(),
            first_id=pl.col("id").first(),
            last_time=pl.col("time").last(),
            last_id=pl.col("id").last(),
            low_time=pl.col("time").filter(is_lowest).first(),
            low_id=pl.col("id").filter(is_lowest).first(),
            low_amount=pl.col("amount").filter(is_lowest).first(),
            open=pl.col("value").first(),
            high=pl.col("value").max(),
            low=pl.col("value").min(),
            close=pl.col("value").last(),
            volume=pl.col("sum").sum(),
        )
    )


def _merge_parts(parts: pl.DataFrame) -> pl.DataFrame:
    """One row for each bar, of rows that each are a part of it; most bars are in one batch only."""
    is_shared = pl.col("open_time").is_duplicated()
    shared = parts.filter(is_shared)
    if shared.is_empty():
        return parts
    first_key, last_key, lowest_key = (
        ("first_time", "first_id"),
        ("last_time", "last_id"),
        ("low", "low_time", "low_id"),
    )
    opens = [pl.col(name).sort_by(first_key, maintain_order=True).first() for name in (*first_key, "open")]
    closes = [pl.col(name).sort_by(last_key, maintain_order=True).last() for name in (*last_key, "close")]
    lows = [pl.col(name).sort_by(lowest_key, maintain_order=True).first() for name in (*lowest_key, "low_amount")]
    sums = (pl.col("high").max(), pl.col("volume").sum())
    merged = shared.group_by("open_time").agg(*opens, *closes, *lows, *sums).select(parts.columns)
    return pl.concat([parts.filter(~is_shared), merged])


def _check_trades(trades: pl.DataFrame) -> None:
    faults = {
        "without time or id": pl.col("time").is_null() | pl.col("id").is_null(),
        "with a price that is no positive number": ~(pl.col("value").is_finite() & (pl.col("value") > 0)),
        "with an amount that is no number": ~((pl.col("sum") >= 0) & (pl.col("sum").cast(pl.Float64) <= MAX_AMOUNT)),
    }
    for fault, is_bad in faults.items():
        bad_trades = trades.filter(is_bad.fill_null(value=True))
        if len(bad_trades):
            message = f"a trade {fault}: {_format_trade(bad_trades)}"
            raise BadTrade(message)
    is_long = pl.col("amount").str.len_bytes() > MAX_PLAIN_CHARS
    for row in trades.filter(is_long | pl.col("amount").str.contains("[eE]")).iter_rows(named=True):
        if Decimal(row["amount"]) != row["sum"]:
            message = f"a trade with more digits than can be added exactly: {row['price']} x {row['amount']}"
            raise BadTrade(message)


def _format_trade(bad_trades: pl.DataFrame) -> str:
    row = bad_trades.row(0, named=True)
    return f"time {row['time']}, id {row['id']}, price {row['price']!r}, amount {row['amount']!r}"
