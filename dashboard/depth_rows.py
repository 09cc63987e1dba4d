"""Depth against duration as rows: every market of every asset, with what the chart and its table show."""

from collections.abc import Sequence

import polars as pl

from dashboard.overview_points import select_voting_group
from data.reconstruction import list_assumed_markets
from data.schema import TIME, Evidence
from deviation.result import MarketRow, Measurement

DEPTH_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "depth": pl.Float64(),
    "depth_at": TIME,
    "below_min": pl.Float64(),
    "firm_min": pl.Float64(),
    "enter": pl.Float64(),
    "volume_usd_before": pl.Float64(),
    "deepest": pl.String(),
    "longest": pl.String(),
    "not_ranked_why": pl.String(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per asset and market, assets in the event's order, markets by venue, group and kind.

``against`` is the group of votes against which the numbers hold: the market's own one, or the other where only that
makes firm minutes. ``depth`` is a fraction, null without a firm minute; ``below_min`` counts minutes at least ``enter``
(a fraction) below. ``deepest`` and ``longest`` are the words of the rank, and ``not_ranked_why`` why there is none;
all three are null on the reconstruction, which has no ranks. ``assumed``: no figure of the market is published.
"""


def build_depth_rows(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """Every market of several assets; frame of `DEPTH_SCHEMA`."""
    rows = [_build_depth_row(measurement, row) for measurement in measurements for row in measurement.rows]
    return pl.DataFrame(rows, schema=DEPTH_SCHEMA)


def _build_depth_row(measurement: Measurement, row: MarketRow) -> dict[str, object]:
    question, market, group = measurement.question, row.market, select_voting_group(row)
    summary, rank = row.summaries[group], measurement.ranks[market]
    is_illustration = question.origin is Evidence.RECONSTRUCTION
    return {
        "asset": question.asset,
        "venue": market.venue,
        "symbol": market.symbol,
        "group": market.group.value,
        "against": group.value,
        "fair_value": question.underlying is not None,
        "focus": market.venue == question.focus,
        "depth": summary.depth,
        "depth_at": measurement.time_at(summary.depth_at),
        "below_min": summary.below_min,
        "firm_min": summary.firm_min,
        "enter": question.parameters.enter,
        "volume_usd_before": row.volume_usd_before,
        "deepest": None if is_illustration else rank.deepest.value,
        "longest": None if is_illustration else rank.longest.value,
        "not_ranked_why": None if is_illustration else rank.reason,
        "assumed": is_illustration and (market.venue, market.symbol) in list_assumed_markets(),
        "origin": question.origin.value,
    }
