"""Candles from a file of trades of any size and order, with the lowest and the highest trade of each bar.

Trades go to temporary files by day, then each day is sorted and built into bars by itself: memory is bounded by the
largest batch and the busiest day, not by the file. A trade that is there twice is in the same day twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import polars as pl

from data.files.export import write_temporary
from data.schema import Timeframe
from data.trades.candles import AMOUNT_TYPE, LOW_SCHEMA, BadTrade, build_candles, build_empty_bars, build_empty_lows

TRADE_COLUMNS = ("time", "id", "price", "amount")


@dataclass(frozen=True, slots=True)
class TradeBars:
    """Bars of one market, built from trades.

    Attributes:
        candles: of `data.trades.candles.BAR_SCHEMA`, sorted; bars without a trade have no row.
        lows: of `data.trades.candles.LOW_SCHEMA`, the lowest trade of each bar: of several at that price the first.
        highs: of the same columns, the highest trade of each bar, likewise.
        trades: how many distinct trades there were.
        duplicates: how many rows repeated a trade and were dropped.
    """

    candles: pl.DataFrame
    lows: pl.DataFrame
    highs: pl.DataFrame
    trades: int
    duplicates: int


class _Trades(NamedTuple):
    """The distinct trades of a day, and how many rows repeated one."""

    rows: pl.DataFrame
    duplicates: int


def build_trade_bars(batches: Iterable[pl.DataFrame], timeframe: Timeframe = Timeframe.M1) -> TradeBars:
    """Build bars from batches of trades of one market, in any order.

    Args:
        batches: rows with ``time`` (Datetime in us or ns, UTC), ``price`` and ``amount`` (String, in the quote and in
            base units, as printed) and, in all batches or in none, ``id`` (any sortable type). Rows of one id are one
            trade. Without ids every row is a trade of its own, and trades of one time happened in the order of the
            rows (backwards where the last row is earlier than the first).
        timeframe: the length of the bars.

    Raises:
        BadTrade: see `data.trades.candles.build_candles`; or two trades of a day have one id.
    """
    with TemporaryDirectory(prefix="plumbline-trades-") as folder:
        day_files = _DayFiles(Path(folder), batches)
        parts = [_build_day(trades, timeframe) for trades in day_files.read_days()]
    return TradeBars(
        candles=pl.concat([build_empty_bars(), *(part.candles for part in parts)]),
        lows=pl.concat([build_empty_lows(), *(part.lows for part in parts)]),
        highs=pl.concat([build_empty_lows(), *(part.highs for part in parts)]),
        trades=sum(part.trades for part in parts),
        duplicates=sum(part.duplicates for part in parts),
    )


class _DayFiles:
    """Trades in files by day, below a folder."""

    def __init__(self, folder: Path, batches: Iterable[pl.DataFrame]) -> None:
        self._paths_by_day: dict[str, list[Path]] = {}
        self._has_ids = True
        self._first_time: datetime | None = None
        self._last_time: datetime | None = None
        row_count = 0
        for number, batch in enumerate(batch for batch in batches if len(batch)):
            self._has_ids = "id" in batch.columns
            trades = batch if self._has_ids else batch.with_row_index("id", offset=row_count)
            row_count += len(batch)
            self._first_time = batch["time"][0] if number == 0 else self._first_time
            self._last_time = batch["time"][-1]
            self._write(folder, number, trades)

    def read_days(self) -> Iterator[_Trades]:
        """The trades of each day, in the order of days."""
        is_backwards = not self._has_ids and self._is_latest_first()
        for day in sorted(self._paths_by_day):
            rows = pl.concat([pl.read_parquet(path) for path in self._paths_by_day[day]])
            if self._has_ids:
                yield _drop_duplicates(rows.with_columns(_parse_ids(rows["id"])))
            else:
                row_number = pl.col("id").cast(pl.Int64)
                yield _Trades(rows.with_columns(-row_number if is_backwards else row_number), 0)

    def _write(self, folder: Path, number: int, trades: pl.DataFrame) -> None:
        day = pl.col("time").dt.strftime("%Y-%m-%d").fill_null("").alias("day")
        for (name,), part in trades.select(*TRADE_COLUMNS, day).group_by("day", maintain_order=True):
            path = folder / f"{name}.{number}.parquet"
            write_temporary(part.drop("day"), path)
            self._paths_by_day.setdefault(str(name), []).append(path)

    def _is_latest_first(self) -> bool:
        first, last = self._first_time, self._last_time
        return first is not None and last is not None and first > last


def _parse_ids(ids: pl.Series) -> pl.Series:
    """Ids as numbers where all are written as whole numbers, so that 9 comes before 10."""
    if ids.dtype != pl.String:
        return ids
    numbers = ids.cast(pl.Int64, strict=False)
    return numbers if numbers.null_count() == 0 and (numbers.cast(pl.String) == ids).all() else ids


def _drop_duplicates(rows: pl.DataFrame) -> _Trades:
    """Each trade once.

    Raises:
        BadTrade: two trades have one id.
    """
    distinct = rows.unique("id", keep="first", maintain_order=True)
    if len(distinct) < len(rows):
        price, amount = pl.col("price").cast(pl.Float64, strict=False), pl.col("amount").cast(AMOUNT_TYPE, strict=False)
        variants = rows.select("id", "time", price, amount).unique()
        repeated = variants.filter(pl.col("id").is_duplicated() & pl.col("id").is_not_null()).sort("id", "time")
        if len(repeated):
            message = f"one id for two trades: {repeated['id'][0]}, at {repeated['time'][0]} and {repeated['time'][1]}"
            raise BadTrade(message)
    return _Trades(distinct, len(rows) - len(distinct))


def _build_day(trades: _Trades, timeframe: Timeframe) -> TradeBars:
    bars = build_candles([trades.rows], timeframe)
    return TradeBars(
        bars.candles, bars.lows, _find_highest_trades(trades.rows, timeframe), len(trades.rows), trades.duplicates
    )


def _find_highest_trades(trades: pl.DataFrame, timeframe: Timeframe) -> pl.DataFrame:
    """The highest trade of each bar of valid trades: of several at that price the first by time and id."""
    parsed = trades.select(
        "time", pl.col("price").cast(pl.Float64), pl.col("amount").cast(pl.Float64), trade_id=pl.col("id")
    )
    is_highest = pl.col("price") == pl.col("price").max()
    highest = (
        parsed.filter(pl.col("amount") > 0)
        .sort("time", "trade_id")
        .group_by(pl.col("time").dt.truncate(timeframe.value).alias("open_time"), maintain_order=True)
        .agg(pl.all().filter(is_highest).first())
    )
    return highest.rename({"time": "at"}).select(*LOW_SCHEMA).cast(pl.Schema(LOW_SCHEMA))
