"""What stands around every printed picture: its lines of text above, its provenance below, a stamp across it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.lettering import fit
from dashboard.picture_sizes import SHAPES, Shape, Size
from dashboard.sheet import Sheet
from dashboard.style import Palette
from dashboard.words import footer
from data.catalogue import Catalogue
from deviation.result import Measurement

TOP = 30.0
"""Where the first line begins."""

FOOT_SIZES = (13, 12.5, 12)
FOOT_LINE = 18
"""Font sizes and height of a line at the bottom."""

WATERMARK = "ILLUSTRATION, NOT A MEASUREMENT"


@dataclass(frozen=True, slots=True)
class Said:
    """A text at the top, in the largest of its ``sizes`` that needs the fewest lines; an empty one takes no room."""

    text: str
    sizes: Sequence[float]
    colour: str
    bold: bool = False


def head(sheet: Sheet, said: Sequence[Said], shape: Shape) -> float:
    """Headline and what stands under it; returns where the rest may begin."""
    y = TOP
    for one in said:
        if not one.text:
            continue
        size, lines = fit(one.text, one.sizes, shape.inner, shape.lines, bold=one.bold)
        for line in lines:
            y += 0.62 * size
            sheet.write(line, shape.margin, y, size=size, colour=one.colour, bold=one.bold)
            y += 0.62 * size
        y += 7
    return y + 16


def foot(
    sheet: Sheet, measurements: Sequence[Measurement], catalogue: Catalogue, colours: Palette, shape: Shape
) -> float:
    """Where candles came from and every choice, up from the bottom; returns where the rest must end."""
    # A sheet too narrow for one line gets two; what is broken needs a little more room than what is not.
    room = shape.inner * (1 if shape.width >= SHAPES[Size.WIDE].width else 1.9)
    lines: list[tuple[float, str]] = []
    for text in footer(measurements, catalogue, FOOT_SIZES[0], room):
        size, broken = fit(text, FOOT_SIZES, shape.inner, shape.lines)
        lines += [(size, line) for line in broken]
    top = shape.height - 38 - FOOT_LINE * (len(lines) - 1)
    for number, (size, line) in enumerate(lines):
        sheet.write(line, shape.margin, top + FOOT_LINE * number, size=size, colour=colours.muted)
    sheet.rule((shape.margin, top - 15), (shape.right, top - 15), colours.rule)
    return top - 24


def watermark(sheet: Sheet, colours: Palette, shape: Shape) -> None:
    """Across everything, so that no part of the picture can be shown without it."""
    sheet.annotations.append(
        {
            "text": WATERMARK,
            "x": 0.5,
            "y": 0.5,
            "xref": "paper",
            "yref": "paper",
            "showarrow": False,
            "textangle": -25 if shape.width > shape.height else -45,
            "opacity": 0.13,
            "font": {"size": 76 * shape.width / SHAPES[Size.WIDE].width, "color": colours.ink},
        }
    )
