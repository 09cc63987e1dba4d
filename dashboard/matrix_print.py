"""The fairness matrix on a printed sheet: a tinted cell for each exchange and asset, its numbers written into it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dashboard.formats import exchanges
from dashboard.labels import Box
from dashboard.lettering import fit
from dashboard.matrix_cells import STEPS_PCT, Board, hatched, outlined, paint, step
from dashboard.matrix_fit import GAP, HEAD, Manner, cell_texts, manner
from dashboard.overview_view import Overview
from dashboard.picture_key import FIELD, Item, field_item
from dashboard.sheet import Sheet
from dashboard.style import Palette, palette
from deviation.matrix import Cell
from deviation.ranks import Word

CAPTION = 14.0
"""Font size of the line that says what a cell holds."""

HATCH_PX = 6.0
"""Half of what lies between two stripes of a hatched cell, along an edge."""


def print_matrix(sheet: Sheet, box: Box, overview: Overview, found: Sequence[Board]) -> None:
    """Draw the boards beside or below each other, whichever leaves cells more room; above them what a cell holds."""
    colours = palette(overview.view.theme)
    top = box.top + 26
    how = manner(overview, found, Box(box.left, top, box.right, box.bottom))
    size, (line, *_) = fit(_caption(overview, found, how), (CAPTION, 13, 12, 11), box.right - box.left, 1)
    sheet.write(line, box.left, box.top + 8, size=size, colour=colours.text)
    for board, (left, upper) in zip(found, how.places, strict=True):
        _print_board(sheet, overview, board, how, left, upper)


def _caption(overview: Overview, found: Sequence[Board], how: Manner) -> str:
    minutes = f", minutes at least {overview.enter} below of the firm ones" if how.minutes else ""
    cells = [cell for board in found for cell in board.cells.values()]
    ranked = overview.ranked and any(cell.rank.why is None for cell in cells)
    words = ""
    if how.words and overview.illustrated:
        words = ", and whether any figure of it is published"
    elif how.words and ranked:
        words = ", and the rank; ranked without a word: neither deepest nor longest"
    return f"In each cell: deepest close{minutes}{words}."


def _print_board(sheet: Sheet, overview: Overview, board: Board, how: Manner, left: float, top: float) -> None:
    """One group: its name and the assets above, then a row for each venue, the focus venue's name in bold."""
    colours = palette(overview.view.theme)
    first = left + how.names
    sheet.write(exchanges(board.group), left, top + HEAD / 2, size=how.label, colour=colours.ink, bold=True)
    for column, asset in enumerate(board.assets):
        x = first + column * how.width + GAP / 2 + how.pad
        sheet.write(asset, x, top + HEAD / 2, size=how.label, colour=colours.ink, bold=True)
    for row, venue in enumerate(board.venues):
        upper = top + HEAD + row * how.height
        focus = venue == overview.view.focus
        colour = colours.ink if focus else colours.text
        name = overview.catalogue.venue(venue).name
        sheet.write(name, left, upper + how.height / 2, size=how.label, colour=colour, bold=focus)
        for column, asset in enumerate(board.assets):
            x = first + column * how.width
            edges = Box(x, upper, x + how.width, upper + how.height).grown(-GAP / 2)
            _print_cell(sheet, overview, board.cells[venue, asset], how, edges)


def _print_cell(sheet: Sheet, overview: Overview, cell: Cell, how: Manner, box: Box) -> None:
    """Its ground, and its lines of text one below the other."""
    theme = overview.view.theme
    colours = palette(theme)
    ground, text = paint(0 if cell.row is None else step(cell.row.own.depth), theme)
    if cell.row is None:
        _dashed(sheet, box, colours)
        text = colours.muted
    elif hatched(overview, cell):
        _hatch(sheet, box, colours)
        text = colours.text
    else:
        # Paper on paper would have no edge.
        sheet.polygon(_corners(box), colours.rule if ground == colours.paper else ground)
        sheet.polygon(_corners(box.grown(-1)), ground, colours.ink if outlined(overview, cell) else None)
    lines = cell_texts(overview, cell, how)
    upper = (box.top + box.bottom - how.block) / 2
    for line, size, bold, height in lines:
        y = upper + height / 2
        sheet.write(line[0], box.left + how.pad, y, size=size, colour=text, bold=bold)
        if len(line) > 1:
            sheet.write(line[1], box.right - how.pad, y, size=how.small, colour=text, align="right")
        upper += height


def _corners(box: Box) -> list[tuple[float, float]]:
    return [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]


def _dashed(sheet: Sheet, box: Box, colours: Palette) -> None:
    """The edge of what is empty."""
    corners = _corners(box)
    for start, end in pairwise([*corners, corners[0]]):
        sheet.rule(start, end, colours.rule, 1, "4px,3px")


def _hatch(sheet: Sheet, box: Box, colours: Palette) -> None:
    """Stripes from lower left to upper right, and an edge."""
    starts = np.arange(box.left + HATCH_PX, box.right + box.bottom - box.top, 2 * HATCH_PX)
    sheet.strokes([_diagonal(box, float(start)) for start in starts], colours.grid, HATCH_PX / 2)
    corners = _corners(box)
    sheet.strokes(list(pairwise([*corners, corners[0]])), colours.rule, 1)


def _diagonal(box: Box, across: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The part within a box of the diagonal that meets the line through its upper edge at ``across``, from the top.

    >>> _diagonal(Box(0, 0, 9, 4), 6), _diagonal(Box(0, 0, 9, 4), 11)
    (((6.0, 0.0), (2, 4)), ((9, 2), (7, 4)))
    """
    right, low = max(0.0, across - box.right), min(box.bottom - box.top, across - box.left)
    return (across - right, box.top + right), (across - low, box.top + low)


def matrix_key(overview: Overview, found: Sequence[Board]) -> list[Item]:
    """A field for each step of depth, then for what is outlined, hatched or empty, where there is any."""
    theme = overview.view.theme
    colours = palette(theme)
    names = (f"less than {STEPS_PCT[0]} % below", *(f"from {pct} %" for pct in STEPS_PCT))
    # Paper on paper would have no edge; the others need none, which would look like that of the deepest.
    edges = (colours.rule, *(None for _ in STEPS_PCT))
    items = [
        field_item(name, paint(reached, theme)[0], edge)
        for reached, (name, edge) in enumerate(zip(names, edges, strict=True))
    ]
    cells = [cell for board in found for cell in board.cells.values()]
    if any(outlined(overview, cell) for cell in cells):
        items.append(field_item(Word.DEEPEST.value, colours.paper, colours.ink))
    if any(hatched(overview, cell) for cell in cells):
        items.append(Item(Word.NOT_RANKED.value, FIELD, lambda sheet, x, y: _hatch(sheet, _field(x, y), colours)))
    if any(cell.row is None for cell in cells):
        items.append(Item(Word.NO_DATA.value, FIELD, lambda sheet, x, y: _dashed(sheet, _field(x, y), colours)))
    return items


def _field(x: float, y: float) -> Box:
    return Box(x, y - 6, x + FIELD, y + 6)
