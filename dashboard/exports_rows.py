"""The table of lows as rows: each unaligned low beside its aligned numbers (docs/method.md, section 8)."""

from collections.abc import Sequence

import polars as pl

from data.schema import TIME
from deviation.lows import measure_low_bounds, summarize_lows
from deviation.question import Group
from deviation.result import MarketRow, Measurement

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

Per group of votes: the smallest gap of a minute close, and the bounds of the lowest trade in its minute; null where
they are undefined.
"""


def build_lows_frame(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """The lowest trades of several assets; frame of `LOWS_SCHEMA`."""
    rows = [
        _build_export_row(measurement, row) for measurement in measurements for row in summarize_lows(measurement).rows
    ]
    return pl.DataFrame(rows, schema=LOWS_SCHEMA)


def _build_export_row(measurement: Measurement, row: MarketRow) -> dict[str, object]:
    bounds_by_group = {group: measure_low_bounds(row, group) for group in Group}
    return {
        "asset": measurement.question.asset,
        "venue": row.market.venue,
        "symbol": row.market.symbol,
        "group": row.market.group.value,
        "focus": row.market.venue == measurement.question.focus,
        "low": row.low,
        "low_at": measurement.time_at(row.low_at),
        **{
            f"{name}_{group.value}": getattr(group_bounds, name)
            for group, group_bounds in bounds_by_group.items()
            for name in ("gap_depth", "wick_shallow", "wick_deep")
        },
        "origin": measurement.question.origin.value,
    }
