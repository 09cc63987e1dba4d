"""The key of a printed picture: samples with their names, in rows up from the bottom of a box."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dashboard.labels import Box
from dashboard.lettering import shorten, text_width
from dashboard.overview_marks import corners
from dashboard.plot import SMALL
from dashboard.sheet import Sheet
from dashboard.style import Palette, Theme, venue_colour
from data.catalogue import Catalogue

ROW = 20.0

APART = 18.0
"""Space between a name and the next sample."""

LINE, MARK, FIELD = 34.0, 13.0, 22.0
"""Widths of the samples."""


@dataclass(frozen=True, slots=True)
class Item:
    """A sample of a width, and its name; ``draw`` puts the sample on a sheet with its left middle at x, y."""

    name: str
    width: float
    draw: Callable[[Sheet, float, float], None]
    bold: bool = False


def line_item(name: str, colour: str, dash: str, width: float = 2.0) -> Item:
    """A line as wide as it is drawn, or a little wider: one of a pixel alone shows no dash."""
    stroke = max(width, 1.5)
    return Item(name, LINE, lambda sheet, x, y: sheet.rule((x, y), (x + LINE, y), colour, stroke, dash))


def field_item(name: str, colour: str, edge: str | None = None) -> Item:
    """A field of a colour."""

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.polygon([(x, y - 6), (x + FIELD, y - 6), (x + FIELD, y + 6), (x, y + 6)], colour, edge)

    return Item(name, FIELD, draw)


def venue_item(catalogue: Catalogue, venue: str, theme: Theme, *, bold: bool = False) -> Item:
    """The marker of a venue, by the venue's name."""
    return mark_item(
        catalogue.venue(venue).name, corners(catalogue, venue), venue_colour(catalogue, venue, theme), bold=bold
    )


def mark_item(
    name: str, shape: Sequence[tuple[float, float]], fill: str, edge: str | None = None, *, bold: bool = False
) -> Item:
    """A marker; the corners of its shape lie between -1 and 1, y downwards."""

    def draw(sheet: Sheet, x: float, y: float) -> None:
        half = MARK / 2
        sheet.polygon([(x + half * (1 + across), y + half * down) for across, down in shape], fill, edge)

    return Item(name, MARK, draw, bold)


def key(sheet: Sheet, items: Sequence[Item], colours: Palette, box: Box) -> float:
    """All items row by row, the last row at the bottom of the box; returns where the rest must end."""
    if not items:
        return box.bottom
    rows: list[list[tuple[Item, float]]] = [[]]
    left = box.left
    for given in items:
        item = replace(given, name=shorten(given.name, SMALL, box.right - box.left - given.width - 6))
        width = item.width + 6 + text_width(item.name, SMALL, bold=item.bold)
        if left + width > box.right and rows[-1]:
            rows.append([])
            left = box.left
        rows[-1].append((item, left))
        left += width + APART
    top = box.bottom - ROW * len(rows)
    for number, row in enumerate(rows):
        y = top + ROW * (number + 0.5)
        for item, x in row:
            item.draw(sheet, x, y)
            colour = colours.ink if item.bold else colours.text
            sheet.write(item.name, x + item.width + 6, y, size=SMALL, colour=colour, bold=item.bold)
    return top - 10
