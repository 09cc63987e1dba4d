"""How long at which depth as rows: every market at every depth."""

import polars as pl

from data.reconstruction import assumed_markets
from data.schema import Evidence
from deviation.result import Measurement, Row
from deviation.summary import THRESHOLDS_PCT

THRESHOLDS: dict[str, pl.DataType] = {
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


def threshold_rows(measurement: Measurement) -> pl.DataFrame:
    """Every market of the asset at every depth; frame of `THRESHOLDS`."""
    rows = [_row(measurement, row, pct) for row in measurement.rows for pct in THRESHOLDS_PCT]
    return pl.DataFrame(rows, schema=THRESHOLDS)


def _row(measurement: Measurement, row: Row, pct: int) -> dict[str, object]:
    question, market = measurement.question, row.market
    illustrated = question.origin is Evidence.RECONSTRUCTION
    return {
        "asset": question.asset,
        "venue": market.venue,
        "symbol": market.symbol,
        "group": market.group.value,
        "focus": row is measurement.focus,
        "threshold": pct / 100,
        "threshold_min": row.own.threshold_min[pct] if row.own.firm_min else None,
        "firm_min": row.own.firm_min,
        "assumed": illustrated and (market.venue, market.symbol) in assumed_markets(),
        "origin": question.origin.value,
    }
