"""The lowest trade of every asset on every spot market, a row each: for files, and for the page's grid.

Each row has the aligned numbers beside the unaligned low (docs/method.md, section 8).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from dashboard.text.clock import Zone
from dashboard.text.numbers import format_bar_time, format_optional_price
from data.catalogue import Catalogue
from data.schema import TIME
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.report.json_output import format_iso
from deviation.report.lows import measure_low_bounds, summarize_lows
from deviation.result import MarketRow
from deviation.window.summary import THRESHOLDS_PCT

LOWS_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "focus": pl.Boolean(),
    "low": pl.Float64(),
    "low_at": TIME,
    **{f"{name}_{group.value}": pl.Float64() for group in Group for name in ("gap_depth", "wick_shallow", "wick_deep")},
    "origin": pl.String(),
}
"""A row per asset and spot market with a trade, each asset's lowest first; ``low`` in dollars, the others fractions.

Per group of votes: the smallest gap of a minute's close to the lowest vote, and the bounds of the lowest trade in its
minute; null where undefined.
"""

FILE_FIELDS = (
    *("asset", "venue", "symbol", "group", "low", "low_at", "gap_to_second"),
    *("gap_depth", "gap_at", "wick_shallow", "wick_deep", "firm_min"),
    *(f"threshold_min.{x}" for x in THRESHOLDS_PCT),
    *(f"threshold_share.{x}" for x in THRESHOLDS_PCT),
)
"""Fields of a file of the grid, named as in the JSON of the command ``lows``; a dot separates the key of an object."""

GridRow = dict[str, Any]
"""A row of the grid: values by field."""


def build_lows_frame(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """The lowest trades of several assets; frame of `LOWS_SCHEMA`."""
    return pl.DataFrame([_build_frame_row(*market) for market in _iterate_markets(measurements)], schema=LOWS_SCHEMA)


def _build_frame_row(measurement: Measurement, row: MarketRow) -> dict[str, object]:
    bounds_by_group = {group: measure_low_bounds(row, group) for group in Group}
    return {
        **_build_market_fields(measurement, row),
        "focus": row.market.venue == measurement.question.focus,
        "low_at": measurement.time_at(row.low_at),
        **{
            f"{name}_{group.value}": getattr(group_bounds, name)
            for group, group_bounds in bounds_by_group.items()
            for name in ("gap_depth", "wick_shallow", "wick_deep")
        },
        "origin": measurement.question.origin.value,
    }


def build_grid_rows(measurements: Sequence[Measurement], catalogue: Catalogue, focus: str, zone: Zone) -> list[GridRow]:
    """A row for each asset and spot market with a trade, lowest first within each asset.

    Fractions and dollars have full precision, times are ISO 8601; null where undefined. ``gap_to_second`` is the
    market's low against the lowest of the other venues, unaligned. Bounds, in the minute of the market's own low, gap
    and shares are against its own group. Fields ending in ``_text``, and ``focus``, which is whether the row is of the
    venue ``focus``, are for display.
    """
    return [
        {**_build_grid_row(measurement, row, catalogue, zone), "focus": row.market.venue == focus}
        for measurement, row in _iterate_markets(measurements)
    ]


def _build_grid_row(measurement: Measurement, row: MarketRow, catalogue: Catalogue, zone: Zone) -> GridRow:
    summary, wick_bounds = row.own_summary, measure_low_bounds(row, row.market.group)
    return {
        **_build_market_fields(measurement, row),
        "venue_text": catalogue.get_venue(row.market.venue).name,
        "low_text": format_optional_price(row.low),
        "low_at": format_iso(measurement.time_at(row.low_at)),
        "low_at_text": format_bar_time(measurement, row.low_at, zone),
        "gap_to_second": measure_unaligned_gap(measurement, row),
        "gap_depth": summary.gap_depth,
        "gap_at": format_iso(measurement.time_at(summary.gap_at)),
        "wick_shallow": wick_bounds.wick_shallow,
        "wick_deep": wick_bounds.wick_deep,
        "firm_min": summary.firm_min,
        **{f"threshold_min.{x}": summary.threshold_min[x] for x in THRESHOLDS_PCT},
        **{
            f"threshold_share.{x}": summary.threshold_min[x] / summary.firm_min if summary.firm_min else None
            for x in THRESHOLDS_PCT
        },
    }


def _iterate_markets(measurements: Sequence[Measurement]) -> Iterator[tuple[Measurement, MarketRow]]:
    """The spot markets with a trade, each with its measurement, lowest first within each asset."""
    return ((measurement, row) for measurement in measurements for row in summarize_lows(measurement).rows)


def _build_market_fields(measurement: Measurement, row: MarketRow) -> dict[str, object]:
    """The fields that rows of either kind begin with."""
    return {
        "asset": measurement.question.asset,
        "venue": row.market.venue,
        "symbol": row.market.symbol,
        "group": row.market.group.value,
        "low": row.low,
    }


def measure_unaligned_gap(measurement: Measurement, row: MarketRow) -> float | None:
    """A market's low against the lowest of all other venues, as a fraction, each at its own time.

    None where either side has no trade.
    """
    other_lows = [
        other_row.low
        for other_row in measurement.rows
        if other_row.is_spot and other_row.market.venue != row.market.venue and other_row.low is not None
    ]
    return None if row.low is None or not other_lows else row.low / min(other_lows) - 1
