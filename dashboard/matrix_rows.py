"""The fairness matrix as rows: every cell of both quote groups, with what it shows at full precision."""

import polars as pl

from dashboard.matrix_cells import Board, boards
from dashboard.overview_view import Overview
from data.reconstruction import assumed_markets
from data.schema import TIME, Evidence
from deviation.matrix import Cell
from deviation.result import Measurement

MATRIX: dict[str, pl.DataType] = {
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


def matrix_rows(overview: Overview) -> pl.DataFrame:
    """Every cell; frame of `MATRIX`."""
    rows = [
        _row(overview, board, board.cells[venue, measurement.question.asset], measurement)
        for board in boards(overview)
        for venue in board.venues
        for measurement in overview.measurements
    ]
    return pl.DataFrame(rows, schema=MATRIX)


def _row(overview: Overview, board: Board, cell: Cell, measurement: Measurement) -> dict[str, object]:
    question, illustrated = measurement.question, overview.illustrated
    return {
        **dict.fromkeys(MATRIX),
        "group": board.group.value,
        "venue": cell.venue,
        "asset": cell.asset,
        "fair_value": question.underlying is not None,
        "focus": cell.venue == overview.view.focus,
        "enter": question.parameters.enter,
        "deepest": None if illustrated else cell.rank.deepest.value,
        "longest": None if illustrated else cell.rank.longest.value,
        "not_ranked_why": None if illustrated else cell.rank.why,
        "origin": question.origin.value,
        **_numbers(cell, measurement),
    }


def _numbers(cell: Cell, measurement: Measurement) -> dict[str, object]:
    """The columns that only a market has."""
    if cell.row is None:
        return {}
    market, own = cell.row.market, cell.row.own
    illustrated = measurement.question.origin is Evidence.RECONSTRUCTION
    return {
        "symbol": market.symbol,
        "depth": own.depth,
        "depth_at": measurement.time(own.depth_at),
        "below_min": own.below_min,
        "firm_min": own.firm_min,
        "thin_depth": own.thin.depth,
        "thin_below_min": own.thin.below_min,
        "thin_min": own.thin.minutes,
        "assumed": illustrated and (market.venue, market.symbol) in assumed_markets(),
    }
