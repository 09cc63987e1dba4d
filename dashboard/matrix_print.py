"""The fairness matrix on a printed sheet: a tinted cell for each exchange and asset, its numbers written into it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dashboard.formats import format_exchanges
from dashboard.labels import Box
from dashboard.lettering import fit_text
from dashboard.matrix_cells import (
    DEPTH_STEPS_PCT,
    GroupMatrix,
    compute_step,
    is_hatched,
    is_outlined,
    select_cell_colours,
)
from dashboard.matrix_fit import CELL_GAP, HEADING_HEIGHT, MatrixLayout, fit_matrix, list_cell_lines
from dashboard.overview_view import EventContext
from dashboard.picture_key import SWATCH_WIDTH, LegendItem, build_swatch_item
from dashboard.sheet import Sheet
from dashboard.style import Palette, get_palette
from deviation.matrix import MatrixCell
from deviation.ranks import RankWord

CAPTION_FONT = 14.0
"""Font size of the line that says what a cell holds."""

HATCH_SPACING_PX = 6.0
"""Half of what lies between two stripes of a hatched cell, along an edge."""


def draw_matrix(sheet: Sheet, box: Box, overview: EventContext, matrices: Sequence[GroupMatrix]) -> None:
    """Draw the boards beside or below each other, whichever leaves cells more room; above them what a cell holds."""
    colours = get_palette(overview.view.theme)
    top = box.top + 26
    layout = fit_matrix(overview, matrices, Box(box.left, top, box.right, box.bottom))
    size, (line, *_) = fit_text(
        _write_caption(overview, matrices, layout), (CAPTION_FONT, 13, 12, 11), box.right - box.left, 1
    )
    sheet.write_text(line, box.left, box.top + 8, size=size, colour=colours.text)
    for matrix, (left, upper) in zip(matrices, layout.origins, strict=True):
        _draw_group_matrix(sheet, overview, matrix, layout, left, upper)


def _write_caption(overview: EventContext, matrices: Sequence[GroupMatrix], layout: MatrixLayout) -> str:
    minutes = f", minutes at least {overview.enter_text} below of the firm ones" if layout.with_minutes else ""
    cells = [cell for matrix in matrices for cell in matrix.cells.values()]
    has_ranks = overview.has_ranks and any(cell.rank.reason is None for cell in cells)
    rank_text = ""
    if layout.with_words and overview.is_illustration:
        rank_text = ", and whether any figure of it is published"
    elif layout.with_words and has_ranks:
        rank_text = ", and the rank; ranked without a word: neither deepest nor longest"
    return f"In each cell: deepest close{minutes}{rank_text}."


def _draw_group_matrix(
    sheet: Sheet, overview: EventContext, matrix: GroupMatrix, layout: MatrixLayout, left: float, top: float
) -> None:
    """One group: its name and the assets above, then a row for each venue, the focus venue's name in bold."""
    colours = get_palette(overview.view.theme)
    first_column = left + layout.name_width
    sheet.write_text(
        format_exchanges(matrix.group),
        left,
        top + HEADING_HEIGHT / 2,
        size=layout.label_font,
        colour=colours.ink,
        bold=True,
    )
    for column, asset in enumerate(matrix.assets):
        x = first_column + column * layout.cell_width + CELL_GAP / 2 + layout.padding
        sheet.write_text(asset, x, top + HEADING_HEIGHT / 2, size=layout.label_font, colour=colours.ink, bold=True)
    for row, venue in enumerate(matrix.venues):
        upper = top + HEADING_HEIGHT + row * layout.cell_height
        is_focus = venue == overview.view.focus
        colour = colours.ink if is_focus else colours.text
        name = overview.catalogue.get_venue(venue).name
        sheet.write_text(
            name, left, upper + layout.cell_height / 2, size=layout.label_font, colour=colour, bold=is_focus
        )
        for column, asset in enumerate(matrix.assets):
            x = first_column + column * layout.cell_width
            cell_box = Box(x, upper, x + layout.cell_width, upper + layout.cell_height).expand(-CELL_GAP / 2)
            _draw_cell(sheet, overview, matrix.cells[venue, asset], layout, cell_box)


def _draw_cell(sheet: Sheet, overview: EventContext, cell: MatrixCell, layout: MatrixLayout, box: Box) -> None:
    """Its ground, and its lines of text one below the other."""
    theme = overview.view.theme
    colours = get_palette(theme)
    background, text = select_cell_colours(0 if cell.row is None else compute_step(cell.row.own_summary.depth), theme)
    if cell.row is None:
        _draw_dashed_edge(sheet, box, colours)
        text = colours.muted
    elif is_hatched(overview, cell):
        _draw_hatching(sheet, box, colours)
        text = colours.text
    else:
        # Paper on paper would have no edge.
        sheet.draw_polygon(_list_corners(box), colours.rule if background == colours.paper else background)
        sheet.draw_polygon(
            _list_corners(box.expand(-1)), background, colours.ink if is_outlined(overview, cell) else None
        )
    lines = list_cell_lines(overview, cell, layout)
    upper = (box.top + box.bottom - layout.text_height) / 2
    for line, size, bold, height in lines:
        y = upper + height / 2
        sheet.write_text(line[0], box.left + layout.padding, y, size=size, colour=text, bold=bold)
        if len(line) > 1:
            sheet.write_text(line[1], box.right - layout.padding, y, size=layout.small_font, colour=text, align="right")
        upper += height


def _list_corners(box: Box) -> list[tuple[float, float]]:
    return [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]


def _draw_dashed_edge(sheet: Sheet, box: Box, colours: Palette) -> None:
    """The edge of what is empty."""
    corners = _list_corners(box)
    for start, end in pairwise([*corners, corners[0]]):
        sheet.draw_line(start, end, colours.rule, 1, "4px,3px")


def _draw_hatching(sheet: Sheet, box: Box, colours: Palette) -> None:
    """Stripes from lower left to upper right, and an edge."""
    starts = np.arange(box.left + HATCH_SPACING_PX, box.right + box.bottom - box.top, 2 * HATCH_SPACING_PX)
    sheet.draw_lines([_clip_diagonal(box, float(start)) for start in starts], colours.grid, HATCH_SPACING_PX / 2)
    corners = _list_corners(box)
    sheet.draw_lines(list(pairwise([*corners, corners[0]])), colours.rule, 1)


def _clip_diagonal(box: Box, across: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The part within a box of the diagonal that meets the line through its upper edge at ``across``, from the top.

    >>> _clip_diagonal(Box(0, 0, 9, 4), 6), _clip_diagonal(Box(0, 0, 9, 4), 11)
    (((6.0, 0.0), (2, 4)), ((9, 2), (7, 4)))
    """
    right, low = max(0.0, across - box.right), min(box.bottom - box.top, across - box.left)
    return (across - right, box.top + right), (across - low, box.top + low)


def build_matrix_legend(overview: EventContext, matrices: Sequence[GroupMatrix]) -> list[LegendItem]:
    """A field for each step of depth, then for what is outlined, hatched or empty, where there is any."""
    theme = overview.view.theme
    colours = get_palette(theme)
    names = (f"less than {DEPTH_STEPS_PCT[0]} % below", *(f"from {pct} %" for pct in DEPTH_STEPS_PCT))
    # Paper on paper would have no edge; the others need none, which would look like that of the deepest.
    edges = (colours.rule, *(None for _ in DEPTH_STEPS_PCT))
    items = [
        build_swatch_item(name, select_cell_colours(step, theme)[0], edge)
        for step, (name, edge) in enumerate(zip(names, edges, strict=True))
    ]
    cells = [cell for matrix in matrices for cell in matrix.cells.values()]
    if any(is_outlined(overview, cell) for cell in cells):
        items.append(build_swatch_item(RankWord.DEEPEST.value, colours.paper, colours.ink))
    if any(is_hatched(overview, cell) for cell in cells):
        items.append(
            LegendItem(
                RankWord.NOT_RANKED.value,
                SWATCH_WIDTH,
                lambda sheet, x, y: _draw_hatching(sheet, _build_swatch_box(x, y), colours),
            )
        )
    if any(cell.row is None for cell in cells):
        items.append(
            LegendItem(
                RankWord.NO_DATA.value,
                SWATCH_WIDTH,
                lambda sheet, x, y: _draw_dashed_edge(sheet, _build_swatch_box(x, y), colours),
            )
        )
    return items


def _build_swatch_box(x: float, y: float) -> Box:
    return Box(x, y - 6, x + SWATCH_WIDTH, y + 6)
