"""Compares the candles of a file with what the store holds of the same markets and bars.

Values are compared exactly: a file with other rounding says something else, and no tolerance could tell its rounding
from an edit. Two candles without volume agree whatever their prices (docs/method.md, section 1), unless they are of a
mark or index price, which has no volume.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import polars as pl

from data.delta.deduplicate import ORIGIN_ENUM
from data.delta.upsert import MARKET_COLUMNS, VALUE_COLUMNS
from data.revisions import COLLECTED_ORIGINS
from data.schema import CANDLE, CANDLE_DEFAULTS, TIME, Origin, Timeframe, parse_base
from data.tables.candles import CandleTable

BAR_KEY = (*MARKET_COLUMNS, "open_time")

CONTRADICTION: dict[str, pl.DataType] = {
    **{name: CANDLE[name] for name in BAR_KEY},
    "field": pl.String(),
    "value": pl.Float64(),
    "stored_value": pl.Float64(),
    "source": pl.String(),
}
"""A candle of a file with other values than a file imported earlier: the first field that differs, with both values,
and ``source``, the name of the earlier file."""


class Comparison(NamedTuple):
    """Rows of `CONTRADICTION`, sorted by market and open time, and how many candles differ from collected ones."""

    contradictions: pl.DataFrame
    collected_differences: int


def compare_with_stored(table: CandleTable, candles: pl.DataFrame) -> Comparison:
    """Compare the candles of a file with the stored ones that reads give for the same bars.

    Args:
        table: the candles of the store.
        candles: of `data.schema.CANDLE`, each bar once, all of one origin. Those of the reconstruction are compared
            with the reconstruction only, others never with it.
    """
    contradictions = [pl.DataFrame(schema=CONTRADICTION)]
    collected_differences = 0
    for part in _select_common_months(table, candles):
        stored = _read_stored(table, part)
        is_of_file = ~pl.col("origin").is_in(COLLECTED_ORIGINS)
        from_files = stored.filter(is_of_file).sort("fetched_at", "source", descending=[False, True])
        contradictions.append(_find_differences(part, from_files))
        # The order of origins is that of their ranks, so the best row comes last.
        collected = stored.filter(~is_of_file).sort(
            pl.col("origin").cast(ORIGIN_ENUM), "fetched_at", descending=[True, False]
        )
        collected_differences += len(_find_differences(part, collected))
    return Comparison(pl.concat(contradictions).sort(BAR_KEY), collected_differences)


def _select_common_months(table: CandleTable, candles: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The candles of each length, asset and month in which the store has any of that asset, to limit memory."""
    markets = candles.group_by("symbol", "timeframe").agg(
        pl.col("open_time").min().alias("first"), pl.col("open_time").max().alias("last")
    )
    asset = pl.col("symbol").str.split("/").list.first()
    for (asset_name, length), rows in markets.group_by(asset.alias("asset"), "timeframe"):
        first_month, last_month = (edge.dt.date().dt.month_start() for edge in (rows["first"], rows["last"]))
        months = table.tables[Timeframe(str(length))].list_months([str(asset_name)])["month"]
        of_asset = (pl.col("symbol").is_in(rows["symbol"].to_list()), pl.col("timeframe") == length)
        for month in months.filter(months.is_between(first_month.min(), last_month.max())):
            start = datetime.combine(month, time(), UTC)
            part = candles.filter(pl.col("open_time").is_between(start, _find_next_month(start), closed="left")).filter(
                *of_asset
            )
            if len(part):
                yield part


def _find_next_month(start: datetime) -> datetime:
    return (start + timedelta(days=31)).replace(day=1)


def _read_stored(table: CandleTable, part: pl.DataFrame) -> pl.DataFrame:
    """The stored rows of the markets and times of one asset's candles, of real origins or of the reconstruction."""
    first, last = part.select(pl.col("open_time").min().alias("first"), pl.col("open_time").max().alias("last")).row(0)
    is_reconstruction = pl.col("origin") == Origin.RECONSTRUCTION.value
    conditions = (
        *(pl.col(name).is_in(part[name].unique().to_list()) for name in ("venue", "symbol", "price")),
        pl.col("open_time").is_between(first, last),
        is_reconstruction if part["origin"][0] == Origin.RECONSTRUCTION.value else ~is_reconstruction,
    )
    columns = (*BAR_KEY, *VALUE_COLUMNS, "origin", "fetched_at", "source")
    return table.tables[Timeframe(part["timeframe"][0])].read_partitions(
        [parse_base(part["symbol"][0])],
        first,
        last + timedelta(milliseconds=1),
        lambda rows: rows.filter(*conditions).select(columns),
    )


def _find_differences(candles: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Candles that differ from the last of the stored rows of their bar: a frame of `CONTRADICTION`."""
    latest = stored.unique(BAR_KEY, keep="last").select(
        *BAR_KEY, "source", *(pl.col(name).alias(f"stored_{name}") for name in VALUE_COLUMNS)
    )
    pairs = candles.join(latest, on=BAR_KEY, how="inner")
    are_quiet = (pl.col("price") == CANDLE_DEFAULTS["price"]) & (pl.col("volume") == 0) & (pl.col("stored_volume") == 0)
    is_other = {name: pl.col(name) != pl.col(f"stored_{name}") for name in VALUE_COLUMNS}
    chosen = {
        "field": [pl.when(is_other[name]).then(pl.lit(name)) for name in VALUE_COLUMNS],
        "value": [pl.when(is_other[name]).then(pl.col(name)) for name in VALUE_COLUMNS],
        "stored_value": [pl.when(is_other[name]).then(pl.col(f"stored_{name}")) for name in VALUE_COLUMNS],
    }
    return (
        pairs.filter(pl.any_horizontal(is_other.values()) & ~are_quiet)
        .with_columns(**{name: pl.coalesce(columns) for name, columns in chosen.items()})
        .select(*CONTRADICTION)
        .with_columns(pl.col("open_time").cast(TIME))
    )
