"""Text in columns on a sheet: rows of cells, each set at its column's edge, with headings above."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.draw.text_metrics import fit_text, measure_text_width, shorten_text
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.panel import SMALL_FONT

CELL_LINE_HEIGHT = 1.1
"""Height per font size of a line in a cell of several."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``x`` is the edge of its texts, in pixels from the table's left edge, ``align`` says which edge.

    ``heading`` are the lines above the column, from the top; an empty line leaves its place blank.
    """

    x: float
    align: str = "right"
    heading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with its font; lines are separated by a line feed."""

    text: str
    size: float
    colour: str
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class SheetTable:
    """Columns on a sheet, placed by their left edge."""

    left: float
    columns: Sequence[Column]

    def draw_headings(self, sheet: Sheet, line_positions: Sequence[float], colour: str) -> None:
        """Draw every heading; the middle of its first line is at the first of ``line_positions``, and so on."""
        for column in self.columns:
            for text, y in zip(column.heading, line_positions, strict=False):
                if text:
                    x = self.left + column.x
                    sheet.write_text(text, x, y, size=SMALL_FONT, colour=colour, align=column.align)

    def draw_row(self, sheet: Sheet, y: float, cells: Sequence[Cell | None]) -> None:
        """Draw a cell of each column, with its middle at height ``y``; None leaves a column blank."""
        for column, cell in zip(self.columns, cells, strict=True):
            if cell is None:
                continue
            lines = cell.text.split("\n")
            for index, line in enumerate(lines):
                offset = (index - (len(lines) - 1) / 2) * CELL_LINE_HEIGHT * cell.size
                sheet.write_text(
                    line,
                    self.left + column.x,
                    y + offset,
                    size=cell.size,
                    colour=cell.colour,
                    align=column.align,
                    bold=cell.is_bold,
                )


def fit_cell(
    text: str, sizes: Sequence[float], max_width: float, max_lines: int, colour: str, *, is_bold: bool = False
) -> Cell:
    """A cell with the fewest lines that any of the sizes allows, in the largest such size; cut where it is too wide."""
    size, lines = fit_text(text, sizes, max_width, max_lines, bold=is_bold)
    return Cell("\n".join(shorten_text(line, size, max_width, bold=is_bold) for line in lines), size, colour, is_bold)


def measure_column(texts: Iterable[str], size: float, heading: Iterable[str] = (), *, is_bold: bool = False) -> float:
    """Width in pixels of the widest text or line of the heading; 0 without any."""
    text_widths = [measure_text_width(text, size, bold=is_bold) for text in texts]
    return max([0.0, *text_widths, *(measure_text_width(line, SMALL_FONT) for line in heading)])
