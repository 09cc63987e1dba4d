"""How long at which depth as rows: every market at every depth."""

import polars as pl

from data.reconstruction import list_assumed_markets
from data.schema import Evidence
from deviation.result import MarketRow, Measurement
from deviation.summary import THRESHOLDS_PCT

THRESHOLD_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "focus": pl.Boolean(),
    "threshold": pl.Float64(),
    "threshold_min": pl.Float64(),
    "firm_min": pl.Float64(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per market and depth, markets by venue, group and kind, the mildest depth first.

``threshold`` is a fraction; ``threshold_min`` counts firm minutes at or beyond it below the market's own group, null
where no minute was firm (``firm_min`` 0). ``assumed``: no figure of the market is published.
"""


def build_threshold_rows(measurement: Measurement) -> pl.DataFrame:
    """Every market of the asset at every depth; frame of `THRESHOLD_SCHEMA`."""
    rows = [_build_threshold_row(measurement, row, pct) for row in measurement.rows for pct in THRESHOLDS_PCT]
    return pl.DataFrame(rows, schema=THRESHOLD_SCHEMA)


def _build_threshold_row(measurement: Measurement, row: MarketRow, pct: int) -> dict[str, object]:
    question, market = measurement.question, row.market
    is_illustration = question.origin is Evidence.RECONSTRUCTION
    return {
        "asset": question.asset,
        "venue": market.venue,
        "symbol": market.symbol,
        "group": market.group.value,
        "focus": row is measurement.focus_row,
        "threshold": pct / 100,
        "threshold_min": row.own_summary.threshold_min[pct] if row.own_summary.firm_min else None,
        "firm_min": row.own_summary.firm_min,
        "assumed": is_illustration and (market.venue, market.symbol) in list_assumed_markets(),
        "origin": question.origin.value,
    }
