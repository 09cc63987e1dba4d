"""How the printed matrix fits its sheet: where its boards stand, how large cells are, and what finds room in all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.formats import format_exchanges
from dashboard.labels import Box
from dashboard.lettering import balance_lines, measure_text_width
from dashboard.matrix_cells import GroupMatrix, describe_rank, format_numbers
from dashboard.overview_view import EventContext
from deviation.matrix import MatrixCell
from deviation.ranks import RankWord

CELL_GAP = 3.0
"""Space between cells."""

HEADING_HEIGHT = 24.0
"""Height of the line with the names of the assets."""

MATRIX_GAPS = 32.0, 14.0
"""Space between boards beside and below each other."""

MAX_CELL_WIDTH, MAX_CELL_HEIGHT = 300.0, 88.0
"""The most that a cell takes of a sheet with few of them."""

MIN_STACKED_HEIGHT, MIN_BESIDE_WIDTH = 60.0, 92.0
"""Boards stand below each other while cells are at least so high, else beside each other if they are so wide there."""

LINE_SPACING = 1.2
"""Height of a line of a cell per font size."""

CELL_PADDING = 6.0
"""Height that several lines leave free in a cell."""

CellLine = tuple[tuple[str, ...], float, bool, float]
"""One text, or two at either edge; the font size of the first, whether it is bold, and the height of the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixLayout:
    """What is the same in all cells: sizes in pixels, and what is written beside the depth.

    ``places`` are the upper left corners of the boards, ``names`` the width of the venues' names. ``width`` and
    ``height`` of a cell include the space around it. ``stacked``: the minutes stand below the depth, not beside it.
    ``block`` is the height of the most lines that any cell has: all begin where those do, so that a row can be read
    across.
    """

    origins: Sequence[tuple[float, float]]
    name_width: float
    cell_width: float
    cell_height: float
    label_font: float
    large_font: float
    small_font: float
    padding: float = 6.0
    is_stacked: bool = False
    with_minutes: bool = False
    with_words: bool = False
    text_height: float = 0.0


def fit_matrix(overview: EventContext, matrices: Sequence[GroupMatrix], box: Box) -> MatrixLayout:
    """The richest of all ways to fill the cells that fits every one, in the largest letters that do."""
    base = _place_matrices(overview, matrices, box)
    cells = [cell for matrix in matrices for cell in matrix.cells.values()]
    candidates = [
        replace(
            base,
            large_font=large_font,
            small_font=small_font,
            is_stacked=is_stacked,
            with_minutes=True,
            with_words=with_words,
        )
        for is_stacked, with_words in ((True, True), (True, False), (False, False))
        for large_font, small_font in ((20, 15), (18.5, 14), (17, 13), (16, 12.5), (15, 12), (14, 11.5), (13, 11))
    ]
    depth_only = [replace(base, large_font=size, small_font=size) for size in (15, 14, 13, 12, 11)]
    layout = next(
        (layout for layout in [*candidates, *depth_only] if all(_fits_cell(overview, cell, layout) for cell in cells)),
        base,
    )
    return replace(layout, text_height=max(_sum_heights(list_cell_lines(overview, cell, layout)) for cell in cells))


def _place_matrices(overview: EventContext, matrices: Sequence[GroupMatrix], box: Box) -> MatrixLayout:
    """Boards beside each other where cells stay wide enough, else below each other; no texts yet but the depth."""
    width, height = box.right - box.left, box.bottom - box.top
    rows, columns = [len(matrix.venues) for matrix in matrices], len(matrices[0].assets)
    label_font = max(10.0, min(14.0, (height - HEADING_HEIGHT) / (1.25 * max(rows))))
    gap_beside, gap_below = MATRIX_GAPS
    name_width = 12 + max(
        measure_text_width(name, label_font, bold=True)
        for matrix in matrices
        for name in (
            format_exchanges(matrix.group),
            *(overview.catalogue.get_venue(venue).name for venue in matrix.venues),
        )
    )
    row_height = min(
        MAX_CELL_HEIGHT, (height - HEADING_HEIGHT * len(matrices) - gap_below * (len(matrices) - 1)) / sum(rows)
    )
    cell_width = min(
        MAX_CELL_WIDTH, ((width - gap_beside * (len(matrices) - 1)) / len(matrices) - name_width) / columns
    )
    if row_height < MIN_STACKED_HEIGHT and cell_width >= MIN_BESIDE_WIDTH:
        row_height = min(MAX_CELL_HEIGHT, (height - HEADING_HEIGHT) / max(rows))
        step = name_width + cell_width * columns + gap_beside
        origins = [(box.left + step * number, box.top) for number in range(len(matrices))]
    else:
        cell_width = min(MAX_CELL_WIDTH, (width - name_width) / columns)
        tops = [
            box.top + sum(HEADING_HEIGHT + gap_below + row_height * n for n in rows[:number])
            for number in range(len(matrices))
        ]
        origins = [(box.left, top) for top in tops]
    label_font = min(label_font, max(8.0, row_height / LINE_SPACING))
    return MatrixLayout(
        origins=origins,
        name_width=name_width,
        cell_width=cell_width,
        cell_height=row_height,
        label_font=label_font,
        large_font=10,
        small_font=10,
    )


def list_cell_lines(overview: EventContext, cell: MatrixCell, layout: MatrixLayout) -> list[CellLine]:
    """The lines of a cell."""
    if cell.row is None:
        return [((RankWord.NO_DATA.value,), layout.small_font, False, LINE_SPACING * layout.small_font)]
    depth, minutes = format_numbers(cell.row.own_summary)
    if not layout.with_minutes:
        return [((depth,), layout.large_font, True, LINE_SPACING * layout.large_font)]
    if not layout.is_stacked:
        return [((depth, minutes), layout.large_font, True, LINE_SPACING * layout.large_font)]
    words = describe_rank(overview, cell.rank, cell.row) if layout.with_words else ""
    texts = [minutes, *(balance_lines(words, layout.small_font, _compute_text_width(layout)) if words else [])]
    detail_lines: list[CellLine] = [
        ((text,), layout.small_font, False, LINE_SPACING * layout.small_font) for text in texts
    ]
    return [((depth,), layout.large_font, True, LINE_SPACING * layout.large_font), *detail_lines]


def _fits_cell(overview: EventContext, cell: MatrixCell, layout: MatrixLayout) -> bool:
    lines = list_cell_lines(overview, cell, layout)
    if _sum_heights(lines) > layout.cell_height - CELL_GAP - (CELL_PADDING if len(lines) > 1 else 0):
        return False
    return all(
        measure_text_width(line[0], size, bold=bold)
        + sum(8 + measure_text_width(text, layout.small_font) for text in line[1:])
        <= _compute_text_width(layout)
        for line, size, bold, _ in lines
    )


def _sum_heights(lines: Sequence[CellLine]) -> float:
    return sum(height for *_, height in lines)


def _compute_text_width(layout: MatrixLayout) -> float:
    return layout.cell_width - CELL_GAP - 2 * layout.padding
