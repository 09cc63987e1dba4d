"""The shapes of a sheet: size in pixels, and the properties of the layout that depend on it."""

from dataclasses import dataclass
from enum import StrEnum


class SheetSize(StrEnum):
    """The shapes: 16:9 for slides and articles, 1:1 and 4:5 for feeds and telephones, a column for newspapers."""

    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"
    PRINT = "print"


@dataclass(frozen=True, slots=True)
class SheetShape:
    """Size and layout of a sheet in pixels; a PNG has twice as many along each side.

    ``label`` is its name in menus. ``max_header_lines`` is the number of lines that each text of header and footer may
    take, ``min_charts_height`` the height that charts keep where venues stand below them.
    """

    label: str
    width: int
    height: int
    margin: int
    max_header_lines: int
    min_charts_height: float

    @property
    def right(self) -> float:
        """The right edge of everything on the sheet."""
        return self.width - self.margin

    @property
    def inner_width(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.margin


SHAPES = {
    SheetSize.WIDE: SheetShape("Wide 16:9", 1600, 900, 54, 2, 0),
    SheetSize.SQUARE: SheetShape("Square 1:1", 1200, 1200, 46, 3, 540),
    SheetSize.TALL: SheetShape("Tall 4:5", 1080, 1350, 42, 3, 620),
    SheetSize.PRINT: SheetShape("Print, 85 mm column", 680, 720, 18, 5, 300),
}
"""Wide fits a full HD screen; feeds show 1:1 and 4:5 unscaled up to these sizes; 8 pixels of print are a millimetre."""

FULL_SIZES = (SheetSize.WIDE, SheetSize.SQUARE, SheetSize.TALL)
"""The shapes in which every chart is drawn; the comparison picture has a print, too."""
