"""The key of a sheet: samples with their names, in rows at the bottom of a box."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dashboard.draw.label_layout import Box
from dashboard.draw.markers import get_marker_corners
from dashboard.draw.text_metrics import measure_text_width, shorten_text
from dashboard.draw.theme import Palette, compute_venue_colour
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.panel import SMALL_FONT
from dashboard.state.view import Theme
from data.catalogue import Catalogue

ROW_HEIGHT = 20.0

ITEM_GAP = 18.0
"""Space between a name and the next sample."""

LINE_WIDTH, MARKER_WIDTH, SWATCH_WIDTH = 34.0, 13.0, 22.0
"""Widths of the samples."""


@dataclass(frozen=True, slots=True)
class LegendItem:
    """A sample and its name; ``draw`` draws the sample, ``width`` pixels wide, with its left middle at x, y."""

    name: str
    width: float
    draw: Callable[[Sheet, float, float], None]
    is_bold: bool = False


def build_line_item(name: str, colour: str, dash: str, width: float = 2.0) -> LegendItem:
    """An item with a line of ``width``, but at least 1.5 pixels, as a thinner one does not show its dash."""
    stroke = max(width, 1.5)
    return LegendItem(
        name, LINE_WIDTH, lambda sheet, x, y: sheet.draw_line((x, y), (x + LINE_WIDTH, y), colour, stroke, dash)
    )


def build_swatch_item(name: str, colour: str, edge: str | None = None) -> LegendItem:
    """An item with a rectangle of a colour."""

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.draw_polygon([(x, y - 6), (x + SWATCH_WIDTH, y - 6), (x + SWATCH_WIDTH, y + 6), (x, y + 6)], colour, edge)

    return LegendItem(name, SWATCH_WIDTH, draw)


def build_venue_item(catalogue: Catalogue, venue: str, theme: Theme, *, bold: bool = False) -> LegendItem:
    """An item with the marker and the name of a venue."""
    return build_marker_item(
        catalogue.get_venue(venue).name,
        get_marker_corners(catalogue, venue),
        compute_venue_colour(catalogue, venue, theme),
        bold=bold,
    )


def build_marker_item(
    name: str, shape: Sequence[tuple[float, float]], fill: str, edge: str | None = None, *, bold: bool = False
) -> LegendItem:
    """An item with a marker; the corners of ``shape`` lie between -1 and 1, y downwards."""

    def draw(sheet: Sheet, x: float, y: float) -> None:
        half = MARKER_WIDTH / 2
        sheet.draw_polygon([(x + half * (1 + across), y + half * down) for across, down in shape], fill, edge)

    return LegendItem(name, MARKER_WIDTH, draw, bold)


def draw_legend(sheet: Sheet, items: Sequence[LegendItem], colours: Palette, box: Box) -> float:
    """Draw the items in rows, the last at the bottom of the box; returns the height at which the rest must end."""
    if not items:
        return box.bottom
    rows: list[list[tuple[LegendItem, float]]] = [[]]
    left = box.left
    for original in items:
        item = replace(
            original, name=shorten_text(original.name, SMALL_FONT, box.right - box.left - original.width - 6)
        )
        width = item.width + 6 + measure_text_width(item.name, SMALL_FONT, bold=item.is_bold)
        if left + width > box.right and rows[-1]:
            rows.append([])
            left = box.left
        rows[-1].append((item, left))
        left += width + ITEM_GAP
    top = box.bottom - ROW_HEIGHT * len(rows)
    for number, row in enumerate(rows):
        y = top + ROW_HEIGHT * (number + 0.5)
        for item, x in row:
            item.draw(sheet, x, y)
            colour = colours.ink if item.is_bold else colours.text
            sheet.write_text(item.name, x + item.width + 6, y, size=SMALL_FONT, colour=colour, bold=item.is_bold)
    return top - 10
