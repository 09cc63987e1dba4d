"""Compares stored candles of one market and bar that came from different sources, or from one source at two times.

A *leg* is a market's candles of one origin and route (`data.delta.upsert.ROUTE`). Two legs are two records of the same
trades: a difference between them says that the records differ, not that an exchange changed one. Only a leg that was
fetched again can show a change, and only where the first fetch was at least `SETTLING_TIME` after the bar's end, as
candles of a bar that has just ended may still receive trades.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import polars as pl

from analysis.candle_checks import list_findings
from data.delta.deduplicate import ORIGIN_ENUM
from data.delta.upsert import ROUTE, VALUE_COLUMNS
from data.revisions import SETTLING_MIN
from data.schema import COVERAGE_DEFAULTS, TIME, Evidence, Origin, Outcome, Timeframe
from data.store import CandleStore
from data.tables.coverage import build_evidence_filter

SETTLING_TIME = timedelta(minutes=SETTLING_MIN)
"""How long after its end a bar may still change without any notice."""

RELATIVE_TOLERANCE = 1e-9
"""Values closer than this are equal: sums of trades differ in their last digits by the order of the trades."""

PRICE_COLUMNS = ("open", "high", "low", "close")

MARKET_COLUMNS = ("venue", "symbol")

BAR_COLUMNS = (*MARKET_COLUMNS, "open_time")


class DifferenceKind(StrEnum):
    """How two values of the same bar came to be compared.

    - Sources: two legs.
    - Changed: one leg at two times, the first of them at least `SETTLING_TIME` after the bar's end.
    - Settling: one leg at two times, the first of them earlier than that.
    - File: an imported file with the name of an earlier one.
    """

    SOURCES = "sources"
    CHANGED = "changed"
    SETTLING = "settling"
    FILE = "file"


SIDE_SCHEMA: dict[str, pl.DataType] = {"origin": pl.String(), "source": pl.String(), "fetched_at": TIME}
"""Where and when a value is from; a difference has these columns twice, with the suffixes ``_a`` and ``_b``."""

DIFFERENCE_SCHEMA: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "timeframe": pl.String(),
    "open_time": TIME,
    "kind": pl.String(),
    "field": pl.String(),
    "value_a": pl.Float64(),
    "value_b": pl.Float64(),
    "relative_difference": pl.Float64(),
    **{f"{name}_{side}": dtype for side in "ab" for name, dtype in SIDE_SCHEMA.items()},
}
"""One field of a bar with two values.

``kind`` is a `DifferenceKind`. Of two sources ``a`` is the one that reads prefer; of one source it is the earlier
fetch. ``relative_difference`` is value_b / value_a - 1, null where value_a is 0. Prices in the quote, volume in base
units.
"""

COMPARISON_SCHEMA: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "timeframe": pl.String(),
    "kind": pl.String(),
    "origin_a": pl.String(),
    "source_a": pl.String(),
    "origin_b": pl.String(),
    "source_b": pl.String(),
    "compared": pl.Int64(),
    "equal": pl.Int64(),
    "differing": pl.Int64(),
    "largest_price_difference": pl.Float64(),
    "largest_volume_difference": pl.Float64(),
    "first": TIME,
    "last": TIME,
}
"""How many bars of a market were compared for a pair of sources, and how many of them differ in any field.

The source of an archive's files is their host. The largest differences are relative, without sign; null without one.
``first`` and ``last`` are open times of compared bars. Both sources are the same where it was fetched again.
"""


@dataclass(frozen=True, slots=True)
class CandleAudit:
    """What the store says twice about the bars of a window.

    Attributes:
        bars: the number of bars with a candle of any source.
        comparisons: a frame of `COMPARISON_SCHEMA`, sorted by market and kind.
        differences: a frame of `DIFFERENCE_SCHEMA`, sorted by market, open time, kind and field.
        findings: a frame of `analysis.candle_checks.FINDING_SCHEMA`: series that are unlikely to be trades.
    """

    bars: int
    comparisons: pl.DataFrame
    differences: pl.DataFrame
    findings: pl.DataFrame


def audit_candles(
    store: CandleStore,
    assets: Collection[str],
    start: datetime,
    end: datetime,
    *,
    venues: Collection[str] | None = None,
    timeframe: Timeframe = Timeframe.M1,
) -> CandleAudit:
    """Compare all stored trade candles of assets in ``[start, end)`` that are not of the reconstruction.

    Args:
        store: where every row is kept that a source ever gave.
        assets: tickers, at least one.
        start: aware.
        end: aware.
        venues: ccxt ids; None for all.
        timeframe: the length of the bars.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    audits = [_audit_asset(store, asset, start, end, venues, timeframe) for asset in assets]
    return CandleAudit(
        sum(audit.bars for audit in audits),
        pl.concat([audit.comparisons for audit in audits]).sort(*MARKET_COLUMNS, "kind", "source_a", "source_b"),
        pl.concat([audit.differences for audit in audits]).sort(
            *BAR_COLUMNS, "kind", "source_a", "source_b", "fetched_at_b", "field"
        ),
        pl.concat([audit.findings for audit in audits]).sort(*MARKET_COLUMNS, "start", "check", "source"),
    )


def _audit_asset(
    store: CandleStore,
    asset: str,
    start: datetime,
    end: datetime,
    venues: Collection[str] | None,
    timeframe: Timeframe,
) -> CandleAudit:
    """The unsorted audit of one asset."""
    conditions = [build_evidence_filter(Evidence.REAL)]
    if venues is not None:
        conditions.append(pl.col("venue").is_in(list(venues)))
    rows = store.candles.read_all_rows([asset], start, end, *conditions, timeframe=timeframe).with_columns(route=ROUTE)
    latest = rows.unique((*BAR_COLUMNS, "origin", "route"), keep="last", maintain_order=True)
    between, compared_bars = _compare_sources(latest)
    later, later_bars = _compare_fetches(rows, timeframe)
    again_bars = _list_repeated_bars(latest, store.coverage.read_rows([asset], start, end), timeframe)
    differences = _list_fields(pl.concat([between, later], how="diagonal"))
    bars = pl.concat([compared_bars, later_bars, again_bars]).unique()
    length = pl.lit(timeframe.value).alias("timeframe")
    return CandleAudit(
        rows.select(BAR_COLUMNS).n_unique(),
        _count(bars, differences).with_columns(length).select(*COMPARISON_SCHEMA),
        differences.with_columns(length).select(*DIFFERENCE_SCHEMA),
        list_findings(latest, timeframe),
    )


PAIR_COLUMNS = ("kind", "origin_a", "place_a", "origin_b", "place_b")
"""What identifies a pair of sources of a market, whatever their files."""


FILE_OF_DAY = r"/[^/]*\d{4}-?\d{2}-?\d{2}[^/]*\.[a-z.]+$"
"""The end of a route to a daily file, such as ``/ATOMUSDT-1m-2025-10-10.zip``."""


def _build_place(side: str) -> pl.Expr:
    """The host of collected files; the route of any other source."""
    route, is_imported = pl.col(f"route_{side}"), pl.col(f"origin_{side}") == Origin.IMPORTED.value
    return pl.when(is_imported).then(route).otherwise(route.str.replace(FILE_OF_DAY, "")).alias(f"place_{side}")


def _suffix(side: str) -> list[pl.Expr]:
    names = ("origin", "route", "source", "fetched_at", *VALUE_COLUMNS)
    return [pl.col(name).alias(f"{name}_{side}") for name in names]


def _compare_sources(latest: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs of rows of two legs of a bar, and the bars that were compared."""
    repeated = latest.filter(pl.len().over(BAR_COLUMNS) > 1).with_columns(
        rank=pl.struct(pl.col("origin").cast(ORIGIN_ENUM), "route").rank("dense")
    )
    sides = [repeated.select(*BAR_COLUMNS, pl.col("rank").alias(f"rank_{side}"), *_suffix(side)) for side in "ab"]
    pairs = (
        sides[0]
        .join(sides[1], on=BAR_COLUMNS)
        .filter(pl.col("rank_a") < pl.col("rank_b"))
        .drop("rank_a", "rank_b")
        .with_columns(_build_place("a"), _build_place("b"), kind=pl.lit(DifferenceKind.SOURCES.value))
    )
    return pairs, pairs.select(*BAR_COLUMNS, *PAIR_COLUMNS)


def _compare_fetches(rows: pl.DataFrame, timeframe: Timeframe) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs of rows of one leg and bar that were fetched one after the other, and their bars."""
    leg = (*BAR_COLUMNS, "origin", "route")
    names = ("origin", "route", "source", "fetched_at", *VALUE_COLUMNS)
    earlier = [pl.col(name).shift(1).over(leg).alias(f"{name}_a") for name in names]
    settled_at = pl.col("open_time") + timedelta(seconds=timeframe.seconds) + SETTLING_TIME
    kind = (
        pl.when(pl.col("origin_a") == Origin.IMPORTED.value)
        .then(pl.lit(DifferenceKind.FILE.value))
        .when(pl.col("fetched_at_a") >= settled_at)
        .then(pl.lit(DifferenceKind.CHANGED.value))
        .otherwise(pl.lit(DifferenceKind.SETTLING.value))
    )
    pairs = (
        rows.filter(pl.len().over(leg) > 1)
        .select(*BAR_COLUMNS, *earlier, *_suffix("b"))
        .filter(pl.col("origin_a").is_not_null())
        .with_columns(_build_place("a"), _build_place("b"), kind=kind)
    )
    return pairs, pairs.select(*BAR_COLUMNS, *PAIR_COLUMNS)


def _list_repeated_bars(latest: pl.DataFrame, coverage: pl.DataFrame, timeframe: Timeframe) -> pl.DataFrame:
    """The bars with a candle that their route was asked for at least twice from `SETTLING_TIME` after their end on.

    A second fetch with the same values stores no row, so only the record of requests shows it.
    """
    requests = coverage.filter(
        pl.col("outcome") == Outcome.COMPLETE.value,
        pl.col("price") == COVERAGE_DEFAULTS["price"],
        pl.col("timeframe") == timeframe.value,
        pl.col("origin") != Origin.IMPORTED.value,
    ).with_columns(route=ROUTE)
    leg = (*MARKET_COLUMNS, "origin", "route")
    requests_by_leg = requests.partition_by(leg, as_dict=True)
    parts = [
        bars.filter(_count_requests(bars["open_time"], requests_by_leg[key], timeframe) > 1)
        for key, bars in latest.partition_by(leg, as_dict=True).items()
        if key in requests_by_leg
    ]
    repeated = pl.concat([latest.clear(), *parts])
    return (
        repeated.select(*BAR_COLUMNS, *_suffix("a"), *_suffix("b"))
        .with_columns(_build_place("a"), _build_place("b"), kind=pl.lit(DifferenceKind.CHANGED.value))
        .select(*BAR_COLUMNS, *PAIR_COLUMNS)
    )


def _count_requests(open_times: pl.Series, requests: pl.DataFrame, timeframe: Timeframe) -> pl.Series:
    """For each bar the number of requests that covered it at least `SETTLING_TIME` after its end."""
    times, (starts, ends, asked) = (
        open_times.dt.epoch("ms").to_numpy(),
        (requests[name].dt.epoch("ms").to_list() for name in ("start", "end", "asked_at")),
    )
    settling_ms = timeframe.ms + SETTLING_TIME // timedelta(milliseconds=1)
    count = np.zeros(len(times), dtype=np.int64)
    for start, end, asked_at in zip(starts, ends, asked, strict=True):
        count += (times >= start) & (times < end) & (times + settling_ms <= asked_at)
    return pl.Series(count)


def _list_fields(pairs: pl.DataFrame) -> pl.DataFrame:
    """The fields of pairs of rows whose values differ.

    Two sources agree on a bar without a trade, whatever prices they show for it. A row without prices differs in volume
    alone.
    """
    is_traded = (pl.col("volume_a") > 0) | (pl.col("volume_b") > 0)
    comparable = pairs.filter(is_traded | (pl.col("kind") != DifferenceKind.SOURCES.value))
    value_a, value_b = pl.col("value_a"), pl.col("value_b")
    larger = pl.max_horizontal(value_a.abs(), value_b.abs())
    fields = [
        comparable.select(
            pl.exclude([f"{name}_{side}" for name in VALUE_COLUMNS for side in "ab"]),
            pl.lit(field).alias("field"),
            pl.col(f"{field}_a").alias("value_a"),
            pl.col(f"{field}_b").alias("value_b"),
        )
        for field in VALUE_COLUMNS
    ]
    return (
        pl.concat(fields)
        .filter((value_a - value_b).abs() > RELATIVE_TOLERANCE * larger)
        .with_columns(relative_difference=pl.when(value_a != 0).then(value_b / value_a - 1))
    )


def _count(bars: pl.DataFrame, differences: pl.DataFrame) -> pl.DataFrame:
    """Compared, equal and differing bars of each market and pair of sources."""
    pair = (*MARKET_COLUMNS, *PAIR_COLUMNS)
    size = pl.col("relative_difference").abs()
    is_price = pl.col("field").is_in(PRICE_COLUMNS)
    totals = bars.group_by(pair).agg(
        pl.col("open_time").n_unique().cast(pl.Int64).alias("compared"),
        pl.col("open_time").min().alias("first"),
        pl.col("open_time").max().alias("last"),
    )
    differing = differences.group_by(pair).agg(
        pl.col("open_time").n_unique().cast(pl.Int64).alias("differing"),
        size.filter(is_price).max().alias("largest_price_difference"),
        size.filter(~is_price).max().alias("largest_volume_difference"),
    )
    return (
        totals.join(differing, on=pair, how="left")
        .with_columns(pl.col("differing").fill_null(0))
        .with_columns(equal=pl.col("compared") - pl.col("differing"))
        .rename({"place_a": "source_a", "place_b": "source_b"})
    )
