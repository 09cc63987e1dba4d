"""The overview's matrix of exchanges and assets as files."""

from functools import partial

import plotly.graph_objects as go

from dashboard.chart_picture import Words, chart_picture, sentence
from dashboard.export_asked import Asked, Export
from dashboard.formats import listing
from dashboard.matrix_cells import Board, boards, hatched
from dashboard.matrix_print import matrix_key, print_matrix
from dashboard.matrix_rows import matrix_rows
from dashboard.overview_reading import counted
from dashboard.overview_view import Overview
from dashboard.picture_sizes import Size
from dashboard.style import palette
from dashboard.words import bar_closes, compared


def matrix(asked: Asked) -> Export:
    """The boards of both quote groups as one sheet, or a row for each cell.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    return asked.of_event(matrix_rows, matrix_picture)


def matrix_picture(overview: Overview, size: Size) -> go.Figure:
    """The printed boards; where there is no spot market, a sentence in their place."""
    catalogue, theme, found = overview.catalogue, overview.view.theme, boards(overview)
    draw, items = sentence("No spot market here.", palette(theme)), []
    if found:
        draw, items = partial(print_matrix, overview=overview, found=found), matrix_key(overview, found)
    close = bar_closes(overview.measurements[0].question).removesuffix("s")
    words = Words(
        headline=counted(overview),
        under=f"Every exchange under the same test: its deepest {close} against the others of its quote group.",
        measured=compared(overview.measurements),
        notes=_notes(overview, found),
    )
    return chart_picture(words, draw, overview.measurements, catalogue, size=size, theme=theme, items=items)


def _notes(overview: Overview, found: list[Board]) -> list[str]:
    """Why cells are not ranked, each reason with its assets."""
    reasons: dict[str, dict[str, None]] = {}
    for board in found:
        for cell in board.cells.values():
            if hatched(overview, cell) and cell.rank.why is not None:
                reasons.setdefault(cell.rank.why, {})[cell.asset] = None
    told = "; ".join(f"{why} ({listing(list(assets))})" for why, assets in reasons.items())
    return [f"Not ranked: {told}."] if told else []
