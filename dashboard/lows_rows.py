"""The lowest trade of every asset on every spot market, with the aligned numbers beside it, as rows of a grid."""

from collections.abc import Sequence
from typing import Any

from dashboard.clock import Zone
from dashboard.formats import format_bar_time, format_optional_price
from data.catalogue import Catalogue
from deviation.answer import format_iso
from deviation.lows import measure_low_bounds, summarize_lows
from deviation.result import MarketRow, Measurement
from deviation.summary import THRESHOLDS_PCT

GridRow = dict[str, Any]
"""One row: values by field."""

FILE_FIELDS = (
    *("asset", "venue", "symbol", "group", "low", "low_at", "gap_to_second"),
    *("gap_depth", "gap_at", "wick_shallow", "wick_deep", "firm_min"),
    *(f"threshold_min.{x}" for x in THRESHOLDS_PCT),
    *(f"threshold_share.{x}" for x in THRESHOLDS_PCT),
)
"""The fields that a file of the grid has, named as in the JSON of the command ``summarize_lows``; a dot steps inside."""


def build_grid_rows(measurements: Sequence[Measurement], catalogue: Catalogue, focus: str, zone: Zone) -> list[GridRow]:
    """A row for each asset and spot market with a trade, lowest first within each asset.

    Fractions and dollars at full precision, times ISO 8601; null where undefined. ``gap_to_second`` is the market's low
    against the lowest of the other venues, unaligned; the bounds are those in the minute of the market's own low, like
    the gap and the shares against its own group. Fields ending in ``_text`` and ``focus`` (whether the venue is the one
    named so) are for display.
    """
    return [
        {**_build_grid_row(measurement, row, catalogue, zone), "focus": row.market.venue == focus}
        for measurement in measurements
        for row in summarize_lows(measurement).rows
    ]


def _build_grid_row(measurement: Measurement, row: MarketRow, catalogue: Catalogue, zone: Zone) -> GridRow:
    summary, wick_bounds = row.own_summary, measure_low_bounds(row, row.market.group)
    return {
        "asset": measurement.question.asset,
        "venue": row.market.venue,
        "venue_text": catalogue.get_venue(row.market.venue).name,
        "symbol": row.market.symbol,
        "group": row.market.group.value,
        "low": row.low,
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


def measure_unaligned_gap(measurement: Measurement, row: MarketRow) -> float | None:
    """A market's low against the lowest low of all other venues, whenever each was; None where no other traded."""
    other_lows = [
        other_row.low
        for other_row in measurement.rows
        if other_row.is_spot and other_row.market.venue != row.market.venue and other_row.low is not None
    ]
    return None if row.low is None or not other_lows else row.low / min(other_lows) - 1
