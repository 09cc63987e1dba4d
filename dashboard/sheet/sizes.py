"""The shapes of a sheet: size in pixels, and the properties of the layout that depend on it."""

from dataclasses import dataclass
from enum import StrEnum


class SheetSize(StrEnum):
    """The shapes: 16:9 for slides and articles, 1:1 and 4:5 for feeds and telephones."""

    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"


@dataclass(frozen=True, slots=True)
class SheetShape:
    """Size and layout of a sheet in pixels; a PNG has twice as many along each side.

    ``max_header_lines`` is the number of lines that each text of header and footer may take, ``min_charts_height`` the
    height that charts keep where venues stand below them.
    """

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
    SheetSize.WIDE: SheetShape(1600, 900, 54, 2, 0),
    SheetSize.SQUARE: SheetShape(1200, 1200, 46, 3, 540),
    SheetSize.TALL: SheetShape(1080, 1350, 42, 3, 620),
}
"""Wide fits a full HD screen; feeds show 1:1 and 4:5 unscaled up to these sizes."""
