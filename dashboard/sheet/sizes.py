"""The shapes of the picture: how large the sheet is, and what of its layout the shape decides."""

from dataclasses import dataclass
from enum import StrEnum


class SheetSize(StrEnum):
    """The shapes on offer: 16:9 for slides and articles, 1:1 and 4:5 for feeds and telephones."""

    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"


@dataclass(frozen=True, slots=True)
class SheetShape:
    """Pixels of the sheet, and its layout; a PNG has twice as many either way.

    ``lines`` is what each of headline, line under it and grey sentence may take, ``least_charts`` the height that
    charts keep where venues stand below them.
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
"""Where sizes come from: full HD with a margin, and the largest that feeds show unscaled at 1:1 and 4:5."""
