"""Widths of text by the font file itself, independent of the tables that the program lays out text with."""

from functools import cache
from html.parser import HTMLParser

from PIL import ImageFont

UNITS = 1000
"""Font size at which text is measured; large, so that rounding to pixels has no effect."""


@cache
def load_font(*, bold: bool) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, the font of every picture; `make system` installs it.

    Raises:
        OSError: The font is not installed.
    """
    return ImageFont.truetype("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf", UNITS)


@cache
def measure_line(text: str, *, bold: bool = False) -> float:
    """Width of a text without tags in font sizes, with kerning."""
    return load_font(bold=bold).getlength(text) / UNITS


@cache
def measure_text(text: str, size: float) -> float:
    """Width of the widest line of a text with plotly's tags and entities, in the unit of ``size``."""
    lines = _Lines()
    lines.feed(text)
    lines.close()
    return size * max(sum(measure_line(part, bold=bold) for part, bold in line) for line in lines.lines)


class _Lines(HTMLParser):
    """Splits a text into lines of (text, bold) parts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[list[tuple[str, bool]]] = [[]]
        self._bold = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the signature of HTMLParser
        self._bold += tag == "b"
        if tag == "br":
            self.lines.append([])

    def handle_endtag(self, tag: str) -> None:
        self._bold -= tag == "b"

    def handle_data(self, data: str) -> None:
        self.lines[-1].append((data, self._bold > 0))
