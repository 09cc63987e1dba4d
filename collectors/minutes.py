"""Trades made into 1-minute candles, with the volume as the exact sum of what the venue printed.

A float sum depends on the order of the trades and ends in digits that nobody printed; the decimal sum, rounded once,
is the number that anyone gets who adds the trades by hand.
"""

from collections.abc import Iterable
from decimal import Decimal

import polars as pl

from collectors.chunk import MINUTES, no_minutes
from collectors.failures import BadData

AMOUNT = pl.Decimal(38, 18)
MOST = 1e14
"""An amount above it is no amount; a million of them still add up within the 38 digits."""

LONGEST_PLAIN = 19
"""An amount of no more characters and without an exponent holds at most 18 digits behind the point."""


def candles_of_trades(trades: pl.DataFrame) -> pl.DataFrame:
    """The candles of the trades as a frame of `MINUTES`; a minute without a trade has no row.

    The rows of ``trades`` may come in any order; each is a trade of its own. Columns: ``time`` (Datetime in us or ns,
    UTC), ``id`` (any type with an order, for trades of the same time), ``price`` and ``amount`` (String, in the quote
    and in base units, as the venue printed them). The open is the price of the first trade by time and id, the close
    that of the last. A trade of amount 0 is left out: nothing changed hands at its price.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2025, 10, 10, 21, 20, 30, tzinfo=UTC)
    >>> rows = {"time": [at, at], "id": [2, 1], "price": ["3.5", "3"], "amount": ["0.1", "0.2"]}
    >>> candles_of_trades(pl.DataFrame(rows)).row(0)[1:]
    (3.0, 3.5, 3.0, 3.5, 0.3)

    Raises:
        BadData: a time or an id is missing, a price is no positive number, an amount is no number from 0 up, or it has
            more than 18 digits behind the point.
    """
    return candles_of_batches([trades])


def candles_of_batches(batches: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The candles of trades that come batch by batch, each as in `candles_of_trades`, in any order.

    Only the minutes of a batch are kept, so a day of trades needs no more memory than its largest batch.

    Raises:
        BadData: as in `candles_of_trades`.
    """
    parts = [_joined(_single(batch)) for batch in batches]
    if not parts:
        return no_minutes()
    # A decimal made into a float is rounded twice, a text once.
    volume = pl.col("volume").cast(pl.String).cast(pl.Float64)
    minutes = pl.col("open_time").cast(MINUTES["open_time"])
    return _joined(pl.concat(parts)).sort("open_time").with_columns(minutes, volume).select(*MINUTES)


def _single(trades: pl.DataFrame) -> pl.DataFrame:
    """Each trade as the candle of a minute in which it was alone."""
    price = pl.col("price").cast(pl.Float64, strict=False)
    read = trades.select("time", "id", "price", "amount", value=price, sum=pl.col("amount").cast(AMOUNT, strict=False))
    _check(read)
    return read.filter(pl.col("sum") > 0).select(
        open_time=pl.col("time").dt.truncate("1m"),
        first_time="time",
        first_id="id",
        last_time="time",
        last_id="id",
        open="value",
        high="value",
        low="value",
        close="value",
        volume="sum",
    )


def _joined(parts: pl.DataFrame) -> pl.DataFrame:
    """One row for each minute, of rows that each hold a part of it."""
    first, last = ("first_time", "first_id"), ("last_time", "last_id")
    opens = [pl.col(name).sort_by(first, maintain_order=True).first() for name in (*first, "open")]
    closes = [pl.col(name).sort_by(last, maintain_order=True).last() for name in (*last, "close")]
    sums = (pl.col("high").max(), pl.col("low").min(), pl.col("volume").sum())
    return parts.group_by("open_time").agg(*opens, *closes, *sums).select(parts.columns)


def _check(read: pl.DataFrame) -> None:
    faults = {
        "without time or id": pl.col("time").is_null() | pl.col("id").is_null(),
        "with a price that is no positive number": ~(pl.col("value").is_finite() & (pl.col("value") > 0)),
        "with an amount that is no number": ~((pl.col("sum") >= 0) & (pl.col("sum").cast(pl.Float64) <= MOST)),
    }
    for fault, holds in faults.items():
        bad = read.filter(holds.fill_null(value=True))
        if len(bad):
            message = f"a trade {fault}: {_told(bad)}"
            raise BadData(message)
    long = pl.col("amount").str.len_bytes() > LONGEST_PLAIN
    for row in read.filter(long | pl.col("amount").str.contains("[eE]")).iter_rows(named=True):
        if Decimal(row["amount"]) != row["sum"]:
            message = f"a trade with more digits than can be added exactly: {row['price']} x {row['amount']}"
            raise BadData(message)


def _told(bad: pl.DataFrame) -> str:
    row = bad.row(0, named=True)
    return f"time {row['time']}, id {row['id']}, price {row['price']!r}, amount {row['amount']!r}"
