"""The fairness matrix as rows: every cell of both quote groups, with what it shows at full precision."""

import polars as pl

from dashboard.matrix_cells import GroupMatrix, build_group_matrices
from dashboard.overview_view import EventContext
from data.reconstruction import list_assumed_markets
from data.schema import TIME, Evidence
from deviation.matrix import MatrixCell
from deviation.result import Measurement

MATRIX_SCHEMA: dict[str, pl.DataType] = {
    "group": pl.String(),
    "venue": pl.String(),
    "asset": pl.String(),
    "symbol": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "depth": pl.Float64(),
    "depth_at": TIME,
    "below_min": pl.Float64(),
    "firm_min": pl.Float64(),
    "thin_depth": pl.Float64(),
    "thin_below_min": pl.Float64(),
    "thin_min": pl.Float64(),
    "enter": pl.Float64(),
    "deepest": pl.String(),
    "longest": pl.String(),
    "not_ranked_why": pl.String(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per quote group, venue and asset, in the order of the page: the focus venue first, assets in the event's order.

Where the venue has no candle of the asset in the group, ``symbol`` and all numbers are null and the ranks say "no
data". ``depth`` is the least deviation in firm minutes against the own group as a fraction, null where no minute is
firm; ``below_min`` counts firm minutes at least ``enter`` (a fraction) below. The same of minutes with one or two
votes, ``thin_min`` of them, is shown where none is firm. ``deepest`` and ``longest`` are the words of the rank, and
``not_ranked_why`` why there is none; all three are null on the reconstruction, which has no ranks. ``assumed``: no
figure of the market is published.
"""


def build_matrix_rows(overview: EventContext) -> pl.DataFrame:
    """Every cell; frame of `MATRIX_SCHEMA`."""
    rows = [
        _build_matrix_row(overview, group_matrix, group_matrix.cells[venue, measurement.question.asset], measurement)
        for group_matrix in build_group_matrices(overview)
        for venue in group_matrix.venues
        for measurement in overview.measurements
    ]
    return pl.DataFrame(rows, schema=MATRIX_SCHEMA)


def _build_matrix_row(
    overview: EventContext, group_matrix: GroupMatrix, cell: MatrixCell, measurement: Measurement
) -> dict[str, object]:
    question, is_illustration = measurement.question, overview.is_illustration
    return {
        **dict.fromkeys(MATRIX_SCHEMA),
        "group": group_matrix.group.value,
        "venue": cell.venue,
        "asset": cell.asset,
        "fair_value": question.underlying is not None,
        "focus": cell.venue == overview.view.focus,
        "enter": question.parameters.enter,
        "deepest": None if is_illustration else cell.rank.deepest.value,
        "longest": None if is_illustration else cell.rank.longest.value,
        "not_ranked_why": None if is_illustration else cell.rank.reason,
        "origin": question.origin.value,
        **_build_market_columns(cell, measurement),
    }


def _build_market_columns(cell: MatrixCell, measurement: Measurement) -> dict[str, object]:
    """The columns that only a market has."""
    if cell.row is None:
        return {}
    market, summary = cell.row.market, cell.row.own_summary
    is_illustration = measurement.question.origin is Evidence.RECONSTRUCTION
    return {
        "symbol": market.symbol,
        "depth": summary.depth,
        "depth_at": measurement.time_at(summary.depth_at),
        "below_min": summary.below_min,
        "firm_min": summary.firm_min,
        "thin_depth": summary.thin.depth,
        "thin_below_min": summary.thin.below_min,
        "thin_min": summary.thin.minutes,
        "assumed": is_illustration and (market.venue, market.symbol) in list_assumed_markets(),
    }
