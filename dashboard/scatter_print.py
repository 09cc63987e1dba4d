"""A chart of points on a printed sheet: numbers and titles of its axes, markers, and names beside as many as fit."""

from collections.abc import Sequence
from functools import partial

from dashboard.ask import in_order
from dashboard.chart_picture import Draw
from dashboard.dot_labels import DISTANCES, Manner, dot_labels
from dashboard.dots import Dot, markers
from dashboard.labels import Box
from dashboard.lettering import listed, text_width
from dashboard.log_plot import LogPlot
from dashboard.overview_dots import Dots
from dashboard.overview_marks import MARKERS
from dashboard.overview_view import Overview
from dashboard.picture_key import Item, mark_item, venue_item
from dashboard.plot import SMALL
from dashboard.sheet import Sheet
from dashboard.style import Theme, palette
from data.catalogue import Catalogue

LEFT, TOP, RIGHT, BOTTOM = 58.0, 30.0, 14.0, 56.0
"""Room within the box for the numbers and titles of the axes."""

FONT = 14
"""Font size of all text in the chart."""

LABELS = 40
"""Names of the other venues' points, the deepest first; those that find no place go without."""

GROWN = 1.3
"""How much larger markers are than on the page, which is half as wide."""

UP, ACROSS = "\N{UPWARDS ARROW} deepest close below the others", " \N{RIGHTWARDS ARROW}"
"""What leads upwards, and the end of what leads to the right."""


def scatter_drawn(overview: Overview, shown: Dots, across: str) -> tuple[Draw, list[Item]]:
    """What draws the points, and their key; ``across`` says what the axis from left to right shows."""
    catalogue, theme = overview.catalogue, overview.view.theme
    hollow = "wholly assumed" if overview.illustrated else "not ranked"
    draw = partial(_scatter, shown=shown, catalogue=catalogue, theme=theme, across=across)
    return draw, _key(shown.dots, catalogue, theme, hollow)


def _scatter(sheet: Sheet, box: Box, shown: Dots, catalogue: Catalogue, theme: Theme, across: str) -> None:
    colours = palette(theme)
    inner = Box(box.left + LEFT, box.top + TOP, box.right - RIGHT, box.bottom - BOTTOM)
    plot = LogPlot(inner, shown.x, shown.y)
    title = sheet.write(UP, box.left, box.top + 9, size=FONT, colour=colours.text)
    sheet.write(f"{across}{ACROSS}", box.right, box.bottom - 12, size=FONT, colour=colours.text, align="right")
    for value, text in shown.y.ticks:
        _, y = plot.pixel(shown.x.low, value)
        sheet.rule((inner.left, y), (inner.right, y), colours.grid, 1, below=True)
        sheet.write(text, inner.left - 8, y, size=FONT, colour=colours.text, align="right")
    for value, text in shown.x.ticks:
        x, _ = plot.pixel(value, shown.y.low)
        sheet.rule((x, inner.top), (x, inner.bottom), colours.grid, 1, below=True)
        sheet.write(text, x, inner.bottom + 14, size=FONT, colour=colours.text, align="center")
    sheet.rule((inner.left, inner.bottom), (inner.right, inner.bottom), colours.rule, below=True)
    sheet.rule((inner.left, inner.top), (inner.left, inner.bottom), colours.rule, below=True)
    x_axis, y_axis = ({"type": "log", "range": axis.range, "showticklabels": False} for axis in (shown.x, shown.y))
    sheet.subplot(1, inner, x_axis, y_axis, markers(shown.dots, catalogue, theme, GROWN))
    bounds = Box(inner.left + 2, inner.top - 4, box.right, inner.bottom - 2)
    labels, lines = dot_labels(shown.dots, plot, bounds, Manner(FONT, LABELS, GROWN, DISTANCES[-1]))
    for start, end in lines:
        sheet.rule(start, end, colours.muted, 0.8)
    for dot, room in labels:
        colour = colours.ink if dot.focus else colours.text
        middle = (room.top + room.bottom) / 2
        sheet.write(dot.label, room.left + 2, middle, size=FONT, colour=colour, bold=dot.focus)
    named = {id(dot) for dot, _ in labels}
    silent = _without([dot.label for dot in shown.dots if id(dot) not in named], box.right - title.right - 40)
    if silent:
        sheet.write(silent, box.right, box.top + 9, size=SMALL, colour=colours.muted, align="right")


def _without(names: Sequence[str], room: float) -> str:
    """Which dots have no name beside them, since dots that lie on each other leave no place for all."""
    if not names:
        return ""
    before = "No place for the name of "
    return f"{before}{listed(names, lambda text: text_width(f'{before}{text}', SMALL) <= room)}"


def _key(dots: Sequence[Dot], catalogue: Catalogue, theme: Theme, hollow: str) -> list[Item]:
    """The marker of each venue, the focus in bold, and what ``hollow`` ones are where there are any."""
    colours, circle = palette(theme), MARKERS[0][1]
    focus = {dot.venue: dot.focus for dot in dots}
    items = [venue_item(catalogue, venue, theme, bold=focus[venue]) for venue in in_order(catalogue, set(focus))]
    if any(dot.hollow for dot in dots):
        items.append(mark_item(f"hollow, in any shape: {hollow}", circle, colours.paper, colours.text))
    return items
