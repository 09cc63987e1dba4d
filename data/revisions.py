"""What is new in a batch of candles: told apart from what the store has, without overwriting anything.

A candle is the same, revised or new against the latest stored row of the same market, minute, kind, origin and source.
So a change within one origin and source is kept as a revision, while another file or route never revises.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from data.schema import CANDLE, MINUTE_MS, STORED_CANDLE, TIME, Origin

KEY = ("venue", "symbol", "timeframe", "price", "open_time", "origin", "source")
"""The columns that name one candle of one source; with ``fetched_at`` they name a stored row."""

VALUES = ("open", "high", "low", "close", "volume")
"""The columns whose change makes a revision."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """How many candles of a batch were new, the same as the latest stored, or stored as a revision of it."""

    new: int = 0
    same: int = 0
    revised: int = 0

    def __add__(self, other: "WriteReport") -> "WriteReport":
        return WriteReport(self.new + other.new, self.same + other.same, self.revised + other.revised)


def stamped(candles: pl.DataFrame, source: str, fetched_at: datetime) -> pl.DataFrame:
    """Candles as rows of the store: checked, and with asset, day, source and time of fetching.

    Args:
        candles: columns and dtypes of `data.schema.CANDLE`, in any order.
        source: the host or file that they came from.
        fetched_at: when, aware.

    Returns:
        A frame of `data.schema.STORED_CANDLE`; a row that is there twice is there once.

    Raises:
        ValueError: the frame is no frame of candles, holds nulls, unknown origins or open times inside a minute, or
            has one candle twice with different values; or ``fetched_at`` has no zone. The caller has a bug.
    """
    if fetched_at.tzinfo is None:
        message = "fetched_at has no time zone"
        raise ValueError(message)
    if dict(candles.schema) != CANDLE:
        message = f"these are no candles: {dict(candles.schema)} instead of {CANDLE}"
        raise ValueError(message)
    rows = candles.with_columns(
        asset=pl.col("symbol").str.split("/").list.first(),
        day=pl.col("open_time").dt.date(),
        fetched_at=pl.lit(fetched_at.astimezone(UTC)).cast(TIME),
        source=pl.lit(source),
    )
    rows = rows.select(*STORED_CANDLE).unique(maintain_order=True)
    faults = rows.select(
        pl.any_horizontal(pl.all().is_null()).any().alias("a value is null"),
        (~pl.col("origin").is_in([origin.value for origin in Origin])).any().alias("an origin is unknown"),
        (pl.col("open_time").dt.epoch("ms") % MINUTE_MS != 0).any().alias("an open time lies inside a minute"),
        pl.struct(KEY).is_duplicated().any().alias("one candle is there twice with different values"),
    )
    found = [name for name, is_so in faults.row(0, named=True).items() if is_so] if len(rows) else []
    if found:
        message = f"these candles cannot be stored: {'; '.join(found)}"
        raise ValueError(message)
    return rows


def fates(rows: pl.DataFrame, stored: pl.DataFrame) -> tuple[pl.DataFrame, WriteReport]:
    """The rows to store beside those that are stored, and the count of each fate.

    A revision that bears no later time than the row it revises (a clock that was set back, two writes within one
    millisecond) gets the next millisecond, so that the order of arrival is kept.

    Args:
        rows: a batch, columns of `data.schema.STORED_CANDLE`.
        stored: stored rows (at least `KEY`, `VALUES` and ``fetched_at``, times in milliseconds) that share partitions
            with the batch; others are ignored.

    Returns:
        The new and revised rows, columns as in ``rows``, and the report.
    """
    latest = stored.sort("fetched_at").unique(KEY, keep="last")
    known = [pl.col(name).alias(f"known_{name}") for name in (*VALUES, "fetched_at")]
    judged = rows.join(latest.select(*KEY, *known), on=KEY, how="left", maintain_order="left").with_columns(
        is_new=pl.col("known_fetched_at").is_null(),
        is_same=pl.all_horizontal(pl.col(name) == pl.col(f"known_{name}") for name in VALUES).fill_null(value=False),
    )
    after_known = pl.col("known_fetched_at") + timedelta(milliseconds=1)
    chosen = judged.filter(~pl.col("is_same")).with_columns(pl.max_horizontal("fetched_at", after_known).cast(TIME))
    new, same = int(judged["is_new"].sum()), int(judged["is_same"].sum())
    return chosen.select(rows.columns), WriteReport(new, same, len(rows) - new - same)
