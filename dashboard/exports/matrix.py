"""The fairness matrix as rows: every cell of both quote groups, with what it shows at full precision.

The overview's matrix of exchanges and assets as files.
"""

from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.matrix.cells import GroupMatrix, build_group_matrices, is_hatched
from dashboard.charts.matrix.reading_aid import write_headline
from dashboard.charts.matrix.sheet import build_matrix_legend, draw_matrix
from dashboard.draw.theme import get_palette
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.service.event import EventContext
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.sizes import SheetSize
from dashboard.text.numbers import join_names
from dashboard.text.sentences import describe_bar_closes, write_compared
from data.reconstruction.candles import list_assumed_markets
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


def export_matrix(request: ExportRequest) -> ExportFile:
    """The boards of both quote groups as one sheet, or a row for each cell.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    return request.export_event(build_matrix_rows, build_matrix_sheet)


def build_matrix_sheet(overview: EventContext, size: SheetSize) -> go.Figure:
    """The printed boards; where there is no spot market, a sentence in their place."""
    catalogue, theme, matrices = overview.catalogue, overview.view.theme, build_group_matrices(overview)
    draw, legend_items = build_sentence_drawer("No spot market here.", get_palette(theme)), []
    if matrices:
        draw, legend_items = (
            partial(draw_matrix, overview=overview, matrices=matrices),
            build_matrix_legend(overview, matrices),
        )
    close_name = describe_bar_closes(overview.measurements[0].question).removesuffix("s")
    text = ChartText(
        headline=write_headline(overview),
        subtitle=f"Every exchange under the same test: its deepest {close_name} against the others of its quote group.",
        method=write_compared(overview.measurements),
        notes=_write_notes(overview, matrices),
    )
    return build_chart_sheet(
        text, draw, overview.measurements, catalogue, size=size, theme=theme, legend_items=legend_items
    )


def _write_notes(overview: EventContext, matrices: list[GroupMatrix]) -> list[str]:
    """Why cells are not ranked, each reason with its assets."""
    reasons: dict[str, dict[str, None]] = {}
    for group_matrix in matrices:
        for cell in group_matrix.cells.values():
            if is_hatched(overview, cell) and cell.rank.reason is not None:
                reasons.setdefault(cell.rank.reason, {})[cell.asset] = None
    reasons_text = "; ".join(f"{reason} ({join_names(list(assets))})" for reason, assets in reasons.items())
    return [f"Not ranked: {reasons_text}."] if reasons_text else []
