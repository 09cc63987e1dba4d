"""The overview's matrix of venues and assets as files: a row per cell at full precision, and the printed matrix."""

from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.matrix.cells import NO_SPOT_TEXT, GroupMatrix, build_group_matrices, is_hatched
from dashboard.charts.matrix.reading_aid import write_finding
from dashboard.charts.matrix.sheet import build_matrix_legend, draw_matrix
from dashboard.draw.theme import PALETTES
from dashboard.exports.rows import (
    Row,
    build_market_columns,
    build_question_columns,
    build_rank_columns,
    build_summary_columns,
)
from dashboard.service.event import EventContext
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.text.sentences import write_compared
from data.schema import TIME
from deviation.matrix import MatrixCell
from deviation.measurement import Measurement
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import join_names

SIDE_SCHEMA: dict[str, pl.DataType] = {
    name: data_type
    for side in Side
    for name, data_type in (
        (side.value, pl.Float64()),
        (f"{side}_at", TIME),
        (f"{side}_min", pl.Float64()),
        (f"{side}_largest", pl.String()),
        (f"{side}_largest_why", pl.String()),
        (f"{side}_longest", pl.String()),
        (f"{side}_longest_why", pl.String()),
    )
}
"""The numbers and ranks of both sides, as `dashboard.exports.rows` has them."""

MATRIX_SCHEMA: dict[str, pl.DataType] = {
    "group": pl.String(),
    "against": pl.String(),
    "venue": pl.String(),
    "asset": pl.String(),
    "symbol": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "firm_min": pl.Float64(),
    "thin_min": pl.Float64(),
    **SIDE_SCHEMA,
    "enter": pl.Float64(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per quote group, venue and asset, in the order of the page: the focus venue first, assets in the event's order.

Shared columns are those of `dashboard.exports.rows`, against the market's own group, which ``against`` repeats. If the
venue has no candle of the asset in the group, ``symbol`` and all numbers but ``enter`` are null and the ranks are
"no data". ``thin_min`` counts the minutes with one or two votes.
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
) -> Row:
    return {
        **build_question_columns(measurement),
        **({} if cell.row is None else _build_cell_columns(cell.row, measurement)),
        **build_rank_columns(measurement, cell.rank),
        "group": group_matrix.group,
        "against": group_matrix.group,
        "venue": cell.venue,
        "focus": cell.venue == overview.view.focus,
    }


def _build_cell_columns(row: MarketRow, measurement: Measurement) -> Row:
    summary = row.own_summary
    return {
        **build_market_columns(measurement, row),
        **build_summary_columns(measurement, summary),
        "thin_min": summary.thin.minutes,
    }


def build_matrix_sheet(overview: EventContext, size: SheetSize, imprint: Imprint = NO_IMPRINT) -> go.Figure:
    """The printed matrices; a sentence in their place if there is no spot market."""
    catalogue, theme = overview.catalogue, overview.view.theme
    matrices = [matrix for matrix in build_group_matrices(overview) if matrix.has_numbers]
    draw, legend_items = build_sentence_drawer(NO_SPOT_TEXT, PALETTES[theme]), []
    if matrices:
        draw = partial(draw_matrix, overview=overview, matrices=matrices)
        legend_items = build_matrix_legend(overview, matrices)
    text = ChartText(
        headline=write_finding(overview),
        subtitle=(
            f"All exchanges, all assets: the largest {overview.side_noun} of each against the others quoting in the "
            "same currency."
        ),
        method=write_compared(overview.measurements),
        notes=_write_notes(overview, matrices),
    )
    return build_chart_sheet(
        text, draw, overview.measurements, catalogue, size=size, theme=theme, legend_items=legend_items, imprint=imprint
    )


def _write_notes(overview: EventContext, matrices: list[GroupMatrix]) -> list[str]:
    """The reasons why cells are not ranked, each with exchanges and assets, in one note; none without such a cell."""
    reasons: dict[str, dict[str, None]] = {}
    for group_matrix in matrices:
        for cell in group_matrix.cells.values():
            why = cell.rank[overview.view.side].largest.why
            if is_hatched(overview, cell) and why is not None:
                name = overview.catalogue.get_venue(cell.venue).name
                reasons.setdefault(why, {})[f"{name} {cell.asset}"] = None
    reasons_text = "; ".join(f"{reason} ({join_names(list(cells))})" for reason, cells in reasons.items())
    return [f"Not ranked: {reasons_text}."] if reasons_text else []
