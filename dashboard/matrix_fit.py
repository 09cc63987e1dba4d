"""How the printed matrix fits its sheet: where its boards stand, how large cells are, and what finds room in all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.formats import exchanges
from dashboard.labels import Box
from dashboard.lettering import balanced, text_width
from dashboard.matrix_cells import Board, numbers, rank_words
from dashboard.overview_view import Overview
from deviation.matrix import Cell
from deviation.ranks import Word

GAP = 3.0
"""Space between cells."""

HEAD = 24.0
"""Height of the line with the names of the assets."""

APART = 32.0, 14.0
"""Space between boards beside and below each other."""

WIDEST, HIGHEST = 300.0, 88.0
"""The most that a cell takes of a sheet with few of them."""

LOWEST, NARROWEST = 60.0, 92.0
"""Boards stand below each other while cells are at least so high, else beside each other if they are so wide there."""

LEADING = 1.2
"""Height of a line of a cell per font size."""

AIR = 6.0
"""Height that several lines leave free in a cell."""

Line = tuple[tuple[str, ...], float, bool, float]
"""One text, or two at either edge; the font size of the first, whether it is bold, and the height of the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What is the same in all cells: sizes in pixels, and what is written beside the depth.

    ``places`` are the upper left corners of the boards, ``names`` the width of the venues' names. ``width`` and
    ``height`` of a cell include the space around it. ``stacked``: the minutes stand below the depth, not beside it.
    ``block`` is the height of the most lines that any cell has: all begin where those do, so that a row can be read
    across.
    """

    places: Sequence[tuple[float, float]]
    names: float
    width: float
    height: float
    label: float
    large: float
    small: float
    pad: float = 6.0
    stacked: bool = False
    minutes: bool = False
    words: bool = False
    block: float = 0.0


def manner(overview: Overview, found: Sequence[Board], box: Box) -> Manner:
    """The richest of all ways to fill the cells that fits every one, in the largest letters that do."""
    base = _placed(overview, found, box)
    cells = [cell for board in found for cell in board.cells.values()]
    tried = [
        replace(base, large=large, small=small, stacked=stacked, minutes=True, words=words)
        for stacked, words in ((True, True), (True, False), (False, False))
        for large, small in ((20, 15), (18.5, 14), (17, 13), (16, 12.5), (15, 12), (14, 11.5), (13, 11))
    ]
    alone = [replace(base, large=size, small=size) for size in (15, 14, 13, 12, 11)]
    how = next((how for how in [*tried, *alone] if all(_fits(overview, cell, how) for cell in cells)), base)
    return replace(how, block=max(_height(cell_texts(overview, cell, how)) for cell in cells))


def _placed(overview: Overview, found: Sequence[Board], box: Box) -> Manner:
    """Boards beside each other where cells stay wide enough, else below each other; no texts yet but the depth."""
    width, height = box.right - box.left, box.bottom - box.top
    rows, columns = [len(board.venues) for board in found], len(found[0].assets)
    label = max(10.0, min(14.0, (height - HEAD) / (1.25 * max(rows))))
    beside, below = APART
    names = 12 + max(
        text_width(name, label, bold=True)
        for board in found
        for name in (exchanges(board.group), *(overview.catalogue.venue(venue).name for venue in board.venues))
    )
    row = min(HIGHEST, (height - HEAD * len(found) - below * (len(found) - 1)) / sum(rows))
    cell = min(WIDEST, ((width - beside * (len(found) - 1)) / len(found) - names) / columns)
    if row < LOWEST and cell >= NARROWEST:
        row = min(HIGHEST, (height - HEAD) / max(rows))
        step = names + cell * columns + beside
        places = [(box.left + step * number, box.top) for number in range(len(found))]
    else:
        cell = min(WIDEST, (width - names) / columns)
        tops = [box.top + sum(HEAD + below + row * n for n in rows[:number]) for number in range(len(found))]
        places = [(box.left, top) for top in tops]
    label = min(label, max(8.0, row / LEADING))
    return Manner(places=places, names=names, width=cell, height=row, label=label, large=10, small=10)


def cell_texts(overview: Overview, cell: Cell, how: Manner) -> list[Line]:
    """The lines of a cell."""
    if cell.row is None:
        return [((Word.NO_DATA.value,), how.small, False, LEADING * how.small)]
    depth, minutes = numbers(cell.row.own)
    if not how.minutes:
        return [((depth,), how.large, True, LEADING * how.large)]
    if not how.stacked:
        return [((depth, minutes), how.large, True, LEADING * how.large)]
    words = rank_words(overview, cell.rank, cell.row) if how.words else ""
    more = [minutes, *(balanced(words, how.small, _room(how)) if words else [])]
    below: list[Line] = [((text,), how.small, False, LEADING * how.small) for text in more]
    return [((depth,), how.large, True, LEADING * how.large), *below]


def _fits(overview: Overview, cell: Cell, how: Manner) -> bool:
    lines = cell_texts(overview, cell, how)
    if _height(lines) > how.height - GAP - (AIR if len(lines) > 1 else 0):
        return False
    return all(
        text_width(line[0], size, bold=bold) + sum(8 + text_width(text, how.small) for text in line[1:]) <= _room(how)
        for line, size, bold, _ in lines
    )


def _height(lines: Sequence[Line]) -> float:
    return sum(height for *_, height in lines)


def _room(how: Manner) -> float:
    return how.width - GAP - 2 * how.pad
