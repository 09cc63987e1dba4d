"""Any chart of a page as a printed sheet: what it says, the chart, its key, what it leaves out, what it rests on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.labels import Box
from dashboard.lettering import fit
from dashboard.picture_frame import Said, foot, head, watermark
from dashboard.picture_key import Item, key
from dashboard.picture_sizes import SHAPES, Size
from dashboard.plot import SMALL
from dashboard.sheet import Sheet
from dashboard.style import TEMPLATES, Palette, Theme, palette
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.headline import ILLUSTRATION
from deviation.result import Measurement

ASSUMED = "Few of its prices are published; the path between them is assumed."

Draw = Callable[[Sheet, Box], None]
"""Draws a chart within a box of the sheet, its axes' numbers and titles included (`Sheet.subplot`, `write`, `rule`)."""

NOTE_LINE = 18.0
"""Height of a line of a remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The text of a chart: a ``headline`` that states the finding, ``under`` what is drawn, ``measured`` how.

    ``notes`` are remarks below the chart, such as what has no place in it; each is cut to two lines.
    """

    headline: str
    under: str
    measured: str = ""
    notes: Sequence[str] = ()


def chart_picture(
    words: Words,
    draw: Draw,
    measurements: Sequence[Measurement],
    catalogue: Catalogue,
    *,
    size: Size,
    theme: Theme,
    items: Sequence[Item] = (),
) -> go.Figure:
    """The sheet, laid out for its shape.

    Args:
        words: its text; on the reconstruction, of which no finding is stated, the headline says that it is one.
        draw: draws the chart.
        measurements: what is shown; at least one, all of one kind of candles.
        catalogue: names of venues.
        size: the shape; see `SHAPES` for its pixels.
        theme: light or dark paper.
        items: the key of the chart.
    """
    shape, colours = SHAPES[size], palette(theme)
    illustrated = measurements[0].question.origin is Evidence.RECONSTRUCTION
    sheet = Sheet(shape.width, shape.height)
    top = head(
        sheet,
        (
            Said(ILLUSTRATION if illustrated else words.headline, (34, 32, 30, 28, 26), colours.ink, bold=True),
            Said(f"{words.under} {ASSUMED}" if illustrated else words.under, (19, 18, 17, 16), colours.text),
            Said(words.measured, (16, 15.5, 15, 14.5), colours.muted),
        ),
        shape,
    )
    bottom = foot(sheet, measurements, catalogue, colours, shape)
    bottom = _notes(sheet, words.notes, colours, Box(shape.margin, top, shape.right, bottom))
    bottom = key(sheet, items, colours, Box(shape.margin, top, shape.right, bottom))
    draw(sheet, Box(shape.margin, top, shape.right, bottom))
    if illustrated:
        watermark(sheet, colours, shape)
    return sheet.figure(TEMPLATES[theme])


def sentence(text: str, colours: Palette) -> Draw:
    """What stands in the place of a chart that has nothing to draw."""

    def draw(sheet: Sheet, box: Box) -> None:
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        size, lines = fit(text, (20, 18, 16), 0.8 * (box.right - box.left), 3)
        for number, line in enumerate(lines):
            y = middle[1] + 1.3 * size * (number - (len(lines) - 1) / 2)
            sheet.write(line, middle[0], y, size=size, colour=colours.muted, align="center")

    return draw


def _notes(sheet: Sheet, notes: Sequence[str], colours: Palette, box: Box) -> float:
    """Remarks up from the bottom of the box; returns where the rest must end."""
    lines: list[tuple[float, str]] = []
    for text in notes:
        size, broken = fit(text, (SMALL, 12.5, 12), box.right - box.left, 2, even=False)
        lines += [(size, line) for line in broken]
    top = box.bottom - NOTE_LINE * len(lines)
    for number, (size, line) in enumerate(lines):
        sheet.write(line, box.left, top + NOTE_LINE * (number + 0.5), size=size, colour=colours.text)
    return top - (6 if lines else 0)
