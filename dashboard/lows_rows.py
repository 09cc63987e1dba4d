"""The lowest trade of every asset on every spot market, with the aligned numbers beside it, as rows of a grid."""

from collections.abc import Sequence
from typing import Any

from dashboard.clock import Zone
from dashboard.formats import minute, price
from data.catalogue import Catalogue
from deviation.answer import iso
from deviation.lows import bounds, lows
from deviation.result import Measurement, Row
from deviation.summary import THRESHOLDS_PCT

Fields = dict[str, Any]
"""One row: values by field."""

FIELDS = (
    *("asset", "venue", "symbol", "group", "low", "low_at", "gap_to_second"),
    *("gap_depth", "gap_at", "wick_shallow", "wick_deep", "firm_min"),
    *(f"threshold_min.{x}" for x in THRESHOLDS_PCT),
    *(f"threshold_share.{x}" for x in THRESHOLDS_PCT),
)
"""The fields that a file of the grid has, named as in the JSON of the command ``lows``; a dot steps inside."""


def lows_rows(measurements: Sequence[Measurement], catalogue: Catalogue, focus: str, zone: Zone) -> list[Fields]:
    """A row for each asset and spot market with a trade, lowest first within each asset.

    Fractions and dollars at full precision, times ISO 8601; null where undefined. ``gap_to_second`` is the market's low
    against the lowest of the other venues, unaligned; the bounds are those in the minute of the market's own low, like
    the gap and the shares against its own group. Fields ending in ``_text`` and ``focus`` (whether the venue is the one
    named so) are for display.
    """
    return [
        {**_row(measurement, row, catalogue, zone), "focus": row.market.venue == focus}
        for measurement in measurements
        for row in lows(measurement).rows
    ]


def _row(measurement: Measurement, row: Row, catalogue: Catalogue, zone: Zone) -> Fields:
    own, wick = row.own, bounds(row, row.market.group)
    return {
        "asset": measurement.question.asset,
        "venue": row.market.venue,
        "venue_text": catalogue.venue(row.market.venue).name,
        "symbol": row.market.symbol,
        "group": row.market.group.value,
        "low": row.low,
        "low_text": price(row.low),
        "low_at": iso(measurement.time(row.low_at)),
        "low_at_text": minute(measurement, row.low_at, zone),
        "gap_to_second": unaligned_gap(measurement, row),
        "gap_depth": own.gap_depth,
        "gap_at": iso(measurement.time(own.gap_at)),
        "wick_shallow": wick.wick_shallow,
        "wick_deep": wick.wick_deep,
        "firm_min": own.firm_min,
        **{f"threshold_min.{x}": own.threshold_min[x] for x in THRESHOLDS_PCT},
        **{
            f"threshold_share.{x}": own.threshold_min[x] / own.firm_min if own.firm_min else None
            for x in THRESHOLDS_PCT
        },
    }


def unaligned_gap(measurement: Measurement, row: Row) -> float | None:
    """A market's low against the lowest low of all other venues, whenever each was; None where no other traded."""
    others = [
        other.low
        for other in measurement.rows
        if other.spot and other.market.venue != row.market.venue and other.low is not None
    ]
    return None if row.low is None or not others else row.low / min(others) - 1
