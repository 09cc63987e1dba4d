"""The shapes of the picture: how large the sheet is, and what of its layout the shape decides."""

from dataclasses import dataclass
from enum import StrEnum


class Size(StrEnum):
    """The shapes on offer: 16:9 for slides and articles, 1:1 and 4:5 for feeds and telephones."""

    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"


@dataclass(frozen=True, slots=True)
class Shape:
    """Pixels of the sheet, and its layout; a PNG has twice as many either way.

    ``lines`` is what each of headline, line under it and grey sentence may take, ``least_charts`` the height that
    charts keep where venues stand below them.
    """

    width: int
    height: int
    margin: int
    lines: int
    least_charts: float

    @property
    def right(self) -> float:
        """The right edge of everything on the sheet."""
        return self.width - self.margin

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.margin


SHAPES = {
    Size.WIDE: Shape(1600, 900, 54, 2, 0),
    Size.SQUARE: Shape(1200, 1200, 46, 3, 540),
    Size.TALL: Shape(1080, 1350, 42, 3, 620),
}
"""Where sizes come from: full HD with a margin, and the largest that feeds show unscaled at 1:1 and 4:5."""
