"""The histograms of gaps on a printed sheet, one above the other on the same bins, the focus venue's assets by name."""

from collections.abc import Sequence

from dashboard.labels import Box
from dashboard.lettering import LINE, shorten
from dashboard.lows_gaps import EDGES_PCT, NONE, Bin, Gap, Gaps, bins, edge_text
from dashboard.picture_key import Item, field_item
from dashboard.plot import SMALL
from dashboard.sheet import Sheet
from dashboard.style import Theme, palette, venue_colour
from data.catalogue import Catalogue
from data.schema import Timeframe

AXIS = 62.0
"""Room below the lower histogram for the edges of the bins and what they are."""

APART = 30.0
"""Space between the two."""

HEAD = 34.0
"""Room for the title of each."""

COUNTS = 14
"""Font size of counts and edges."""

WIDTH = 0.88
"""Share of a bin that its bar takes."""

NAMED = 0.32
"""Share of a histogram's height that names may take from its highest bar at most."""


def print_gaps(
    sheet: Sheet, box: Box, found: Gaps, catalogue: Catalogue, focus: str, theme: Theme, bar: Timeframe
) -> None:
    """Draw both histograms over the edges of their bins."""
    height = (box.bottom - box.top - AXIS - APART) / 2
    upper = Box(box.left, box.top, box.right, box.top + height)
    lower = Box(box.left, box.bottom - AXIS - height, box.right, box.bottom - AXIS)
    parts = (
        (f"Lowest trades, of whatever {bar.one}: each against the lowest of all other exchanges", found.unaligned),
        (f"Closes, of one and the same {bar.one}: the smallest gap to the next close of its group", found.aligned),
    )
    colour = venue_colour(catalogue, focus, theme)
    for number, ((title, kind), room) in enumerate(zip(parts, (upper, lower), strict=True), start=1):
        sheet.write(title, room.left, room.top + 10, size=15, colour=palette(theme).ink, bold=True)
        _histogram(sheet, number, Box(room.left, room.top + HEAD, room.right, room.bottom), kind, colour, theme)
    _edges(sheet, lower, theme)


def gap_key(catalogue: Catalogue, focus: str, theme: Theme) -> list[Item]:
    """The colours of the two parts of a bar."""
    name = catalogue.venue(focus).name
    return [
        field_item(f"{name}, with its assets", venue_colour(catalogue, focus, theme)),
        field_item("the other exchanges", palette(theme).band),
    ]


def _histogram(sheet: Sheet, number: int, box: Box, found: Sequence[Gap], colour: str, theme: Theme) -> None:
    """A bar per bin, the focus venue's part at its foot; above it the number of all, and the focus venue's assets."""
    colours, binned = palette(theme), bins(found)
    sheet.rule((box.left, box.bottom), (box.right, box.bottom), colours.rule)
    if not found:
        centre = (box.left + box.right) / 2
        sheet.write(NONE, centre, (box.top + box.bottom) / 2, size=16, colour=colours.muted, align="center")
        return
    zero = box.left + (box.right - box.left) * (EDGES_PCT.index(0) + 1) / len(binned)
    sheet.rule((zero, box.top), (zero, box.bottom), colours.rule, 1, "dot", below=True)
    height, wide = box.bottom - box.top, (box.right - box.left) / len(binned)
    most, tallest = max(one.count for one in binned), _tallest(binned, height)
    x = {"range": [-0.5, len(binned) - 0.5], "showticklabels": False}
    y = {"range": [0, most * height / tallest], "showticklabels": False}
    places = list(range(len(binned)))
    bars = {"type": "bar", "x": places, "width": WIDTH, "offset": -WIDTH / 2}
    own = {**bars, "name": "focus", "y": [one.own for one in binned], "marker": {"color": colour}}
    others = {
        **bars,
        "name": "others",
        "y": [one.count - one.own for one in binned],
        "base": [one.own for one in binned],
        "marker": {"color": colours.band},
    }
    sheet.subplot(number, box, x, y, [own, others])
    for place, one in enumerate(binned):
        if one.count:
            end = box.bottom - tallest * one.count / most
            middle = box.left + wide * (place + 0.5)
            sheet.write(str(one.count), middle, end - 10, size=COUNTS, colour=colours.text, align="center")
            _assets(sheet, one, middle, Box(middle - wide / 2, box.top, middle + wide / 2, end - 20), colour)


def _tallest(binned: Sequence[Bin], height: float) -> float:
    """Pixels of the highest bar: what number and names above each bar leave, but not less than names may take."""
    most = max(one.count for one in binned)
    free = height - COUNTS * LINE - 4
    fits = [(free - len(one.focus) * SMALL * LINE) * most / one.count for one in binned if one.focus]
    return max(min([free, *fits]), (1 - NAMED) * height - COUNTS * LINE)


def _assets(sheet: Sheet, one: Bin, middle: float, room: Box, colour: str) -> None:
    """The focus venue's assets of a bin, upwards from its number, as many as have a place."""
    line = SMALL * LINE
    most = int((room.bottom - room.top) / line + 1e-6)
    if not one.focus or most < 1:
        return
    wide = room.right - room.left
    texts = list(one.focus) if len(one.focus) <= most else [*one.focus[: most - 1], f"+ {len(one.focus) - most + 1}"]
    texts = [shorten(text, SMALL, wide, bold=True) for text in texts]
    for number, text in enumerate(reversed(texts)):
        y = room.bottom - line * (number + 0.5)
        sheet.write(text, middle, y, size=SMALL, colour=colour, align="center", bold=True)


def _edges(sheet: Sheet, box: Box, theme: Theme) -> None:
    """The edges of the bins where one ends and the next begins, and what they are."""
    colours, wide = palette(theme), (box.right - box.left) / (len(EDGES_PCT) + 1)
    for place, edge in enumerate(EDGES_PCT, start=1):
        x = box.left + wide * place
        sheet.rule((x, box.bottom), (x, box.bottom + 5), colours.rule)
        sheet.write(edge_text(edge), x, box.bottom + 18, size=COUNTS, colour=colours.text, align="center")
    y = box.bottom + 42
    below = "\N{LEFTWARDS ARROW} below the others"
    sheet.write(below, box.left, y, size=COUNTS, colour=colours.text)
    sheet.write(
        "gap in per cent; the steps are not equal",
        (box.left + box.right) / 2,
        y,
        size=SMALL,
        colour=colours.muted,
        align="center",
    )
    above = "above the others \N{RIGHTWARDS ARROW}"
    sheet.write(above, box.right, y, size=COUNTS, colour=colours.text, align="right")
