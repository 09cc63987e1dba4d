"""The minute of the lowest trade on a printed sheet: for each bar its words, and a range and a close per exchange."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.bounds import Reach, heading, reaches
from dashboard.formats import price
from dashboard.labels import Box
from dashboard.lettering import LINE, fit, shorten, text_width
from dashboard.picture_key import Item, field_item
from dashboard.plot import SMALL
from dashboard.scales import Scale, price_scale, short_price
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.style import mix
from deviation.question import Group

HEADING, SAID = 18, (16, 15, 14, 13)
"""Font sizes of a bar's heading, and of its sentences."""

MOST_LINES = 4
"""Lines that a bar's sentences may take."""

ROWS = (16.0, 110.0)
"""Least and greatest height of an exchange's line."""

TEXTS = (17, 16, 15, 14, 13, 12)
"""Font sizes of names and numbers, the largest that leaves some air between lines."""

BELOW = 42.0
"""Room for the numbers of the axis and its title."""

APART = 30.0
"""Space between two bars' charts."""

MOST_NAME = 200.0
"""Width after which a name is cut."""

COLUMNS = ("low", "high", "close")


@dataclass(frozen=True, slots=True)
class Look:
    """A bar that is looked at closely: its position, and what its candles say in words."""

    position: int
    said: Sequence[str]


def print_bounds(sheet: Sheet, box: Box, scene: Scene, looks: Sequence[Look], *, beside: bool) -> None:
    """Draw every bar: ``beside`` each other on a wide sheet, else one above the other, by their number of lines."""
    rooms = _rooms(box, scene, looks, beside=beside)
    tops = [_words(sheet, room, scene, look) for look, room in zip(looks, rooms, strict=True)]
    if beside:
        tops = [max(tops)] * len(tops)
    for number, (look, room, top) in enumerate(zip(looks, rooms, tops, strict=True), start=1):
        _chart(sheet, number, Box(room.left, top, room.right, room.bottom), scene, look.position)


def bounds_key(scene: Scene, looks: Sequence[Look]) -> list[Item]:
    """The colour of each group that is drawn beside the focus."""
    shown = {
        reach.row.market.group
        for look in looks
        for reach in reaches(scene, look.position)
        if reach.row is not scene.focus
    }
    return [
        field_item(f"{group.upper()} exchanges", mix(scene.colours.groups[group], scene.colours.paper, 0.35))
        for group in Group
        if group in shown
    ]


def _rooms(box: Box, scene: Scene, looks: Sequence[Look], *, beside: bool) -> list[Box]:
    if beside:
        width = (box.right - box.left - APART * (len(looks) - 1)) / len(looks)
        lefts = [box.left + number * (width + APART) for number in range(len(looks))]
        return [Box(left, box.top, left + width, box.bottom) for left in lefts]
    # A chart of few lines still needs its words and its axis.
    shares = [len(reaches(scene, look.position)) + 6 for look in looks]
    height = box.bottom - box.top - APART * (len(looks) - 1)
    rooms, top = [], box.top
    for share in shares:
        bottom = top + height * share / sum(shares)
        rooms.append(Box(box.left, top, box.right, bottom))
        top = bottom + APART
    return rooms


def _words(sheet: Sheet, box: Box, scene: Scene, look: Look) -> float:
    """Heading and sentences of a bar; returns where its chart may begin."""
    colours, room = scene.colours, box.right - box.left
    size, lines = fit(heading(scene, look.position), (HEADING, 17, 16, 15), room, 2, bold=True)
    y = box.top
    for line in lines:
        sheet.write(line, box.left, y + size * LINE / 2, size=size, colour=colours.ink, bold=True)
        y += size * LINE
    size, lines = fit(" ".join(look.said), SAID, room, MOST_LINES, even=False)
    for line in lines:
        sheet.write(line, box.left, y + size * LINE / 2 + 3, size=size, colour=colours.text)
        y += size * LINE
    return y + 14


def _chart(sheet: Sheet, number: int, box: Box, scene: Scene, position: int) -> None:
    """A line per exchange, numbers on its right; as many as there is room for, the focus first."""
    found, colours = reaches(scene, position), scene.colours
    top, bottom = box.top + 24, box.bottom - BELOW
    most = max(1, int((bottom - top) / ROWS[0]))
    shown = found if len(found) <= most else found[: most - 1]
    row = min(ROWS[1], (bottom - top) / (len(shown) + (len(shown) < len(found))))
    size = next((size for size in TEXTS if 1.6 * size <= row), TEXTS[-1])
    names = [scene.name(reach.row) for reach in found]
    widest = max(text_width(name, size, bold=True) for name in names[: len(shown)])
    texts = [[price(value) for value in (reach.low, reach.high, reach.close)] for reach in shown]
    columns = [
        max(text_width(text, size, bold=True) for text in (title, *column)) + 18
        for title, column in zip(COLUMNS, zip(*texts, strict=True), strict=True)
    ]
    inner = Box(box.left + min(widest, MOST_NAME) + 12, top, box.right - sum(columns) - 6, top + row * len(shown))
    scale = _scale(found)
    _axis(sheet, inner, scale, scene)
    right = inner.right + 6
    for title, column, width in zip(COLUMNS, zip(*texts, strict=True), columns, strict=True):
        right += width
        sheet.write(title, right, box.top + 9, size=SMALL, colour=colours.muted, align="right")
        for place, text in enumerate(column):
            focus = shown[place].row is scene.focus
            colour = colours.ink if focus else colours.text
            y = top + row * (place + 0.5)
            sheet.write(text, right, y, size=size, colour=colour, align="right", bold=focus)
    for place, reach in enumerate(shown):
        focus, y = reach.row is scene.focus, top + row * (place + 0.5)
        colour = colours.ink if focus else colours.text
        name = shorten(names[place], size, MOST_NAME, bold=focus)
        sheet.write(name, inner.left - 10, y, size=size, colour=colour, align="right", bold=focus)
    x = {"type": "log" if scale.log else "linear", "range": scale.range, "showticklabels": False}
    y_axis = {"range": [len(shown) - 0.5, -0.5], "showticklabels": False}
    sheet.subplot(number, inner, x, y_axis, [_range(scene, reach, i, row) for i, reach in enumerate(shown)])
    if len(shown) < len(found):
        text = f"{len(found) - len(shown)} more not shown."
        sheet.write(text, box.left, inner.bottom + row / 2, size=12, colour=colours.muted)


def _scale(found: Sequence[Reach]) -> Scale:
    return price_scale([np.array([end for reach in found for end in (reach.low, reach.high) if end > 0])], 5)


def _axis(sheet: Sheet, inner: Box, scale: Scale, scene: Scene) -> None:
    """Prices below the chart, with lines up through it."""
    colours, taken = scene.colours, inner.left - 60
    for value, text in ((value, short_price(value)) for value in scale.ticks):
        x = inner.left + (inner.right - inner.left) * scale.share(value)
        sheet.rule((x, inner.top), (x, inner.bottom), colours.grid, 1, below=True)
        half = text_width(text, 14) / 2
        if x - half < taken + 8:
            continue
        taken = x + half
        sheet.write(text, x, inner.bottom + 13, size=14, colour=colours.text, align="center")
    title = f"dollars{', log scale' if scale.log else ''}; the tick is the close"
    sheet.write(title, inner.right, inner.bottom + 33, size=SMALL, colour=colours.muted, align="right")


def _range(scene: Scene, reach: Reach, place: int, row: float) -> dict[str, object]:
    """The range as a bar, the close as a tick across it."""
    focus = reach.row is scene.focus
    colour = scene.focus_colour if focus else scene.colours.groups[reach.row.market.group]
    tick = min(0.66 * row, 34)
    return {
        "x": [reach.low, reach.close, reach.high],
        "y": [place] * 3,
        "mode": "lines+markers",
        "line": {"color": mix(colour, scene.colours.paper, 0.35), "width": min(0.4 * row, 22 if focus else 16)},
        "marker": {
            "symbol": "line-ns",
            "size": [0, tick, 0],
            "color": colour,
            "line": {"width": [0, 3, 0], "color": colour},
            "opacity": 1,  # markers of several sizes are pale unless told otherwise
        },
        "cliponaxis": False,
        "name": scene.name(reach.row),
    }
