"""The matrix on a printed sheet: a tinted cell per venue and asset, in the largest type that fits all cells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from dashboard.charts.matrix.cells import (
    SIZE_STEPS_PCT,
    GroupMatrix,
    compute_step,
    describe_rank,
    format_numbers,
    is_hatched,
    is_outlined,
    select_cell_colours,
)
from dashboard.draw.label_layout import Box
from dashboard.draw.text_metrics import balance_lines, fit_text, measure_text_width
from dashboard.draw.theme import PALETTES, Palette
from dashboard.service.event import EventContext
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.legend import SWATCH_WIDTH, LegendItem, build_swatch_item
from dashboard.text.numbers import format_exchanges
from deviation.matrix import MatrixCell
from deviation.ranks import RankWord

CELL_GAP = 3.0
"""Space between cells."""

HEADING_HEIGHT = 24.0
"""Height of the row of asset names."""

MATRIX_GAPS = 32.0, 14.0
"""Space between two matrices side by side, and one below the other."""

MAX_CELL_WIDTH, MAX_CELL_HEIGHT = 300.0, 88.0
"""Limits that keep cells small on a sheet with few of them."""

MIN_STACKED_HEIGHT, MIN_BESIDE_WIDTH = 60.0, 92.0
"""Matrices stand side by side if cells would else be lower than the first, and are at least as wide as the second."""

LINE_SPACING = 1.2
"""Height of a line in a cell, in font sizes."""

CELL_PADDING = 6.0
"""Height left free in a cell with several lines."""

CAPTION_FONT = 14.0
"""Largest font size of the caption."""

HATCH_SPACING_PX = 6.0
"""Half the distance of the stripes of a hatched cell, along an edge."""

CellLine = tuple[tuple[str, ...], float, bool, float]
"""A text at the left, and maybe one at the right; font size and bold face of the first, and the line's height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixLayout:
    """The layout that all cells share; sizes in pixels.

    Attributes:
        origins: upper left corners of the matrices.
        name_width: width of the column of venue names.
        cell_width: width of a cell with the space around it.
        cell_height: height of a cell with the space around it.
        label_font: font size of venue, asset and group names.
        large_font: font size of deviations.
        small_font: font size of the other texts.
        padding: space between the edge of a cell and its text.
        is_stacked: whether minutes stand below the deviation, not beside it.
        with_minutes: whether cells have minutes.
        with_words: whether cells have rank words.
        text_height: height of the cell text with most lines; the text of all cells starts at the height of that one.
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
    """The layout with the most content that fits every cell, in the largest type that fits."""
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
    size_only = [replace(base, large_font=size, small_font=size) for size in (15, 14, 13, 12, 11)]
    layout = next(
        (layout for layout in [*candidates, *size_only] if all(_fits_cell(overview, cell, layout) for cell in cells)),
        base,
    )
    return replace(layout, text_height=max(_sum_heights(list_cell_lines(overview, cell, layout)) for cell in cells))


def _place_matrices(overview: EventContext, matrices: Sequence[GroupMatrix], box: Box) -> MatrixLayout:
    """The positions and sizes of the matrices and cells; cells show the deviation only."""
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
    """The lines of text in a cell, from top to bottom."""
    if cell.row is None:
        return [((RankWord.NO_DATA.value,), layout.small_font, False, LINE_SPACING * layout.small_font)]
    deviation, minutes = format_numbers(cell.row.own_summary, overview.view.side)
    if not layout.with_minutes:
        return [((deviation,), layout.large_font, True, LINE_SPACING * layout.large_font)]
    if not layout.is_stacked:
        return [
            (
                (deviation, minutes) if minutes else (deviation,),
                layout.large_font,
                True,
                LINE_SPACING * layout.large_font,
            )
        ]
    words = describe_rank(overview, cell.rank, cell.row) if layout.with_words else ""
    texts = [
        *([minutes] if minutes else []),
        *(balance_lines(words, layout.small_font, _compute_text_width(layout)) if words else []),
    ]
    detail_lines: list[CellLine] = [
        ((text,), layout.small_font, False, LINE_SPACING * layout.small_font) for text in texts
    ]
    return [((deviation,), layout.large_font, True, LINE_SPACING * layout.large_font), *detail_lines]


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


def draw_matrix(sheet: Sheet, box: Box, overview: EventContext, matrices: Sequence[GroupMatrix]) -> None:
    """Draw the matrices of all groups, and above them a caption that explains the cells."""
    colours = PALETTES[overview.view.theme]
    top = box.top + 26
    layout = fit_matrix(overview, matrices, Box(box.left, top, box.right, box.bottom))
    size, (line, *_) = fit_text(
        _write_caption(overview, matrices, layout), (CAPTION_FONT, 13, 12, 11), box.right - box.left, 1
    )
    sheet.write_text(line, box.left, box.top + 8, size=size, colour=colours.text)
    for matrix, (left, upper) in zip(matrices, layout.origins, strict=True):
        _draw_group_matrix(sheet, overview, matrix, layout, left, upper)


def _write_caption(overview: EventContext, matrices: Sequence[GroupMatrix], layout: MatrixLayout) -> str:
    side = overview.view.side
    minutes = f", minutes more than {overview.enter_text} {side} of the comparable ones" if layout.with_minutes else ""
    cells = [cell for matrix in matrices for cell in matrix.cells.values()]
    has_ranks = overview.has_ranks and any(cell.rank[side].largest.is_ranked for cell in cells)
    rank_text = ""
    if layout.with_words and overview.is_illustration:
        rank_text = ", and what it is based on"
    elif layout.with_words and has_ranks:
        rank_text = ", and the rank"
    return f"In each cell: largest {overview.side_noun}{minutes}{rank_text}."


def _draw_group_matrix(
    sheet: Sheet, overview: EventContext, matrix: GroupMatrix, layout: MatrixLayout, left: float, top: float
) -> None:
    """A matrix: the names of group and assets, then a row per venue, the focus venue's name in bold."""
    colours = PALETTES[overview.view.theme]
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
    """A cell: its background, and its lines of text."""
    theme = overview.view.theme
    colours = PALETTES[theme]
    step = 0 if cell.row is None else compute_step(cell.row.own_summary.get_side(overview.view.side).deviation)
    background, text = select_cell_colours(step, theme)
    if cell.row is None:
        _draw_dashed_edge(sheet, box, colours)
        text = colours.muted
    elif is_hatched(overview, cell):
        _draw_hatching(sheet, box, colours)
        text = colours.text
    else:
        # A cell in the colour of the paper needs an edge.
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
    """The edge of an empty cell."""
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
    """The part within a box, from the top, of the diagonal that meets the line of its upper edge at x = ``across``.

    >>> _clip_diagonal(Box(0, 0, 9, 4), 6), _clip_diagonal(Box(0, 0, 9, 4), 11)
    (((6.0, 0.0), (2, 4)), ((9, 2), (7, 4)))
    """
    right, low = max(0.0, across - box.right), min(box.bottom - box.top, across - box.left)
    return (across - right, box.top + right), (across - low, box.top + low)


def build_matrix_legend(overview: EventContext, matrices: Sequence[GroupMatrix]) -> list[LegendItem]:
    """A swatch per step of size, then for outlined, hatched and empty cells, if there are any."""
    theme = overview.view.theme
    colours = PALETTES[theme]
    names = (f"less than {SIZE_STEPS_PCT[0]}% {overview.view.side}", *(f"from {pct}%" for pct in SIZE_STEPS_PCT))
    # The first step has the colour of the paper and needs an edge; on others it would look like that of a first place.
    edges = (colours.rule, *(None for _ in SIZE_STEPS_PCT))
    items = [
        build_swatch_item(name, select_cell_colours(step, theme)[0], edge)
        for step, (name, edge) in enumerate(zip(names, edges, strict=True))
    ]
    cells = [cell for matrix in matrices for cell in matrix.cells.values()]
    if any(is_outlined(overview, cell) for cell in cells):
        items.append(build_swatch_item(f"largest {overview.side_noun}", colours.paper, colours.ink))
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
