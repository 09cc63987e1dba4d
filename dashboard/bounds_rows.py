"""The minute of the lowest trade as rows: everyone's range and close, and the focus venue's bounds."""

import numpy as np
import polars as pl

from dashboard.bounds import PriceRange, list_bar_positions, list_price_ranges
from dashboard.scene import Scene
from data.schema import TIME
from deviation.question import Group
from deviation.result import MarketRow

BOUNDS_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "open_time": TIME,
    "lowest": pl.Boolean(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "focus": pl.Boolean(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "close": pl.Float64(),
    **{f"{name}_{group.value}": pl.Float64() for group in Group for name in ("wick_shallow", "wick_deep", "sure")},
    "origin": pl.String(),
}
"""A row per bar and venue, in the order of the chart: the focus first, then its own group, the lowest first.

``lowest`` tells the bar of the focus venue's lowest trade from that in which it was surely deepest. Prices in dollars.
Per group of votes, fractions on the focus venue's rows alone: the bounds of its lowest trade in the bar, and how far it
was off for the whole bar in any order of trades; null elsewhere and where fewer than three others had a range.
"""


def build_bounds_rows(scene: Scene) -> pl.DataFrame:
    """The bars worth a close look; frame of `BOUNDS_SCHEMA`, without rows where the focus venue has no trade."""
    rows = [
        _build_bounds_row(scene, position, price_range)
        for position in list_bar_positions(scene)
        for price_range in list_price_ranges(scene, position)
    ]
    return pl.DataFrame(rows, schema=BOUNDS_SCHEMA)


def _build_bounds_row(scene: Scene, position: int, price_range: PriceRange) -> dict[str, object]:
    row, measurement = price_range.row, scene.measurement
    is_focus = row is scene.focus
    return {
        "asset": measurement.question.asset,
        "open_time": measurement.time_at(position),
        "lowest": scene.focus is not None and position == scene.focus.low_at,
        "venue": row.market.venue,
        "symbol": row.market.symbol,
        "group": row.market.group.value,
        "focus": is_focus,
        "low": price_range.low,
        "high": price_range.high,
        "close": _nan_to_none(price_range.close),
        **{
            f"{name}_{group.value}": _read_bound(row, group, name, position) if is_focus else None
            for group in Group
            for name in ("wick_shallow", "wick_deep", "sure")
        },
        "origin": measurement.question.origin.value,
    }


def _read_bound(row: MarketRow, group: Group, name: str, position: int) -> float | None:
    return _nan_to_none(float(getattr(row.series[group], name)[position]))


def _nan_to_none(value: float) -> float | None:
    return None if np.isnan(value) else value
