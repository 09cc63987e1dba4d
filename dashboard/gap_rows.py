"""The gaps behind the histograms of the lows as rows, each where it is defined."""

from collections.abc import Sequence

import polars as pl

from dashboard.lows_rows import measure_unaligned_gap
from data.schema import TIME
from deviation.lows import summarize_lows
from deviation.result import Measurement

LOW_KIND, CLOSE_KIND = "lows", "closes"
"""The kinds: of lowest trades of whatever bar, and of closes of one and the same bar."""

GAP_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "focus": pl.Boolean(),
    "kind": pl.String(),
    "gap": pl.Float64(),
    "at": TIME,
    "origin": pl.String(),
}
"""A row per gap: asset by asset, the lowest market first, of each the gap of kind `LOW_KIND` before that of kind `CLOSE_KIND`.

``gap`` is a fraction, below 0 where the market was lower: of its lowest trade against the lowest of all other venues,
or of its close against the next close of its own group, the smallest over its firm bars. ``at`` is the bar of its
lowest trade, or that in which it was so far from the next close. A gap that is not defined has no row.
"""


def build_gap_rows(measurements: Sequence[Measurement], focus: str) -> pl.DataFrame:
    """The gaps of every spot market with a trade; frame of `GAP_SCHEMA`. ``focus`` is the venue to tell from the others."""
    rows = [
        {
            "asset": measurement.question.asset,
            "venue": row.market.venue,
            "symbol": row.market.symbol,
            "group": row.market.group.value,
            "focus": row.market.venue == focus,
            "kind": kind,
            "gap": gap,
            "at": measurement.time_at(position),
            "origin": measurement.question.origin.value,
        }
        for measurement in measurements
        for row in summarize_lows(measurement).rows
        for kind, gap, position in (
            (LOW_KIND, measure_unaligned_gap(measurement, row), row.low_at),
            (CLOSE_KIND, row.own_summary.gap_depth, row.own_summary.gap_at),
        )
        if gap is not None
    ]
    return pl.DataFrame(rows, schema=GAP_SCHEMA)
