"""The overview's matrix of exchanges and assets as files."""

from functools import partial

import plotly.graph_objects as go

from dashboard.chart_picture import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.export_asked import ExportFile, ExportRequest
from dashboard.formats import join_names
from dashboard.matrix_cells import GroupMatrix, build_group_matrices, is_hatched
from dashboard.matrix_print import build_matrix_legend, draw_matrix
from dashboard.matrix_rows import build_matrix_rows
from dashboard.overview_reading import write_headline
from dashboard.overview_view import EventContext
from dashboard.picture_sizes import SheetSize
from dashboard.style import get_palette
from dashboard.words import describe_bar_closes, write_compared


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
