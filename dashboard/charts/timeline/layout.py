"""Sizes of the explorer's figure, and where its three panels lie: on a wide screen, and on a phone."""

from dataclasses import dataclass
from typing import Any

FIGURE_HEIGHT = 760
"""Height of the figure in pixels; its width is the page's."""

PRICE_DOMAIN, DEVIATION_DOMAIN, STRIP_DOMAIN = (0.585, 1.0), (0.155, 0.525), (0.0, 0.095)
"""Lower and upper edge of each panel, as shares of the inner height from below."""

TITLE_FONT = 13
"""Font size of the titles, and of the notice above them."""

TITLE_LINE = 17
"""Height of a line of a title in pixels."""


@dataclass(frozen=True, slots=True)
class FigureFrame:
    """What surrounds the panels on a kind of screen, in pixels.

    Attributes:
        left: room for tick labels.
        right: room for the labels of lines.
        top: room for titles of a line each.
        panel_width: about how wide the panels are; the screen itself is not known here.
        title_width: the widest line of a title; labels in a panel take half of it.
        font: font size of labels.
        watermark_font: font size of the watermark.
    """

    left: int
    right: int
    top: int
    panel_width: float
    title_width: float
    font: int
    watermark_font: int

    @property
    def name_width(self) -> int:
        """The widest line of a label beside a panel."""
        return self.right - NAME_SHIFT - 8

    @property
    def title_shift(self) -> int:
        """Where titles begin, left of the panels."""
        return 8 - self.left

    def build_margin(self, extra_lines: int = 0) -> dict[str, Any]:
        """The margin of the figure with so many more lines above the panels."""
        top = self.top + TITLE_LINE * extra_lines
        return {"l": self.left, "r": self.right, "t": top, "b": BOTTOM, "pad": 0, "autoexpand": False}


NAME_SHIFT = 8
"""Pixels between a panel and the labels beside it."""

BOTTOM = 52
"""Pixels below the panels, for clock times."""

WIDE = FigureFrame(left=68, right=138, top=46, panel_width=600, title_width=1000, font=12, watermark_font=40)

PHONE = FigureFrame(left=62, right=82, top=46, panel_width=220, title_width=320, font=11, watermark_font=26)
"""For screens from 360 pixels on: names are broken into lines, so that most of the width is the panels'."""

INNER_HEIGHT = FIGURE_HEIGHT - WIDE.top - BOTTOM
"""Height of the plot area in pixels; a few lines less with long titles."""
