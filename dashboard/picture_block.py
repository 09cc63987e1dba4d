"""One block of venues: its title and column heads, a row for each venue, and their dots on a scale."""

from dataclasses import dataclass

from dashboard.columns import Columns
from dashboard.labels import Box
from dashboard.lettering import fit, shorten
from dashboard.panels import Trace
from dashboard.scales import Scale, signed
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.table import Entry, Table

HEAD = 62
"""Height of a block's title and column heads."""

SMALL = 13
"""Font size of column heads and remarks."""

TWO_LINES = 30.0
"""Height of a row from which a long name may take two lines in it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What all blocks share: the columns, the height of a row, the scale of the dots."""

    columns: Columns
    row: float
    scale: Scale


def block(sheet: Sheet, scene: Scene, one: Table, corner: tuple[float, float], layout: Layout, number: int) -> float:
    """Draw one block with the subplot of that number; returns where it ends."""
    left, y = corner
    columns, row = layout.columns, layout.row
    sheet.write(one.title, left, y + 9, size=17, colour=scene.colours.ink, bold=True)
    if not one.entries:
        return y + 24
    strip = Box(left + columns.strip[0], y + HEAD, left + columns.strip[1], y + HEAD + row * len(one.entries))
    for x, first, second in columns.heads:
        for text, down in ((first, 33), (second, 49)):
            if text:
                sheet.write(text, left + x, y + down, size=SMALL, colour=scene.colours.muted, align="right")
    for value in layout.scale.ticks:
        x = strip.left + layout.scale.share(value) * (strip.right - strip.left)
        colour = scene.colours.muted if value == 0 else scene.colours.grid
        sheet.rule((x, strip.top - 4), (x, strip.bottom), colour, 1.2, below=True)
        text = signed(value).removesuffix("" if value == 0 else " %")
        sheet.write(text, x, strip.top - 13, size=12, colour=scene.colours.muted, align="center")
    for place, entry in enumerate(one.entries):
        _row(sheet, scene, entry, (left, strip.top + row * (place + 0.5)), layout)
    hidden = {"showticklabels": False, "type": "linear"}
    height = strip.bottom - strip.top
    traces = _marks(scene, one.entries, layout)
    sheet.subplot(number, strip, {**hidden, "range": layout.scale.range}, {**hidden, "range": [height, 0]}, traces)
    return strip.bottom + 6


def _row(sheet: Sheet, scene: Scene, entry: Entry, corner: tuple[float, float], layout: Layout) -> None:
    left, y = corner
    columns, muted = layout.columns, scene.colours.muted
    size = min(15.0, max(13.0, 0.62 * layout.row))
    colour = entry.colour if entry.bold or entry.colour == muted else scene.colours.text
    sizes = tuple(step for step in (size, 14, 13) if step <= size)
    most = 2 if layout.row >= TWO_LINES else 1
    name_size, lines = fit(entry.name, sizes, columns.name, most, bold=entry.bold)
    for i, line in enumerate(lines):
        down = (i - (len(lines) - 1) / 2) * 1.1 * name_size
        text = shorten(line, name_size, columns.name, bold=entry.bold)
        sheet.write(text, left, y + down, size=name_size, colour=entry.colour, bold=entry.bold)
    for text, x, small, tint in (
        (entry.depth_text, columns.depth, size, colour),
        (entry.count, columns.count, size - 1, colour),
        (entry.low, columns.low, size - 1, colour),
        (entry.low_at, columns.minute, 12.5, muted),
        (entry.volume, columns.volume, size - 1, colour),
    ):
        if text and x is not None:
            sheet.write(text, left + x, y, size=small, colour=tint, align="right")


def _marks(scene: Scene, entries: tuple[Entry, ...], layout: Layout) -> list[Trace]:
    """Whisker, tick, ring and dot of every entry; heights in pixels from the top of the strip."""
    traces: list[Trace] = []
    height, paper = layout.row, scene.colours.paper
    size = min(12.0, 0.45 * height)
    for place, entry in enumerate(entries):
        y = height * (place + 0.5)
        common = {"hoverinfo": "skip", "cliponaxis": False, "name": f"{entry.name}, depth"}

        def mark(value: float, marker: Trace, y: float = y, common: Trace = common) -> Trace:
            return {**common, "x": [value], "y": [y], "mode": "markers", "marker": marker}

        if entry.wick is not None:
            traces += [{**common, **trace} for trace in _whisker(entry.wick, entry.colour, y, height, layout.scale)]
        if entry.sure is not None:
            edge = {"color": entry.colour, "width": 2}
            traces.append(mark(entry.sure, {"symbol": "line-ns", "size": 0.42 * height, "line": edge}))
        if entry.height is not None:
            edge = {"color": entry.colour, "width": 2}
            traces.append(mark(entry.height, {"color": paper, "size": size, "line": edge}))
        if entry.depth is not None:
            fill = paper if entry.thin else entry.colour
            edge = {"color": entry.colour, "width": 2 if entry.thin else 0}
            traces.append(mark(entry.depth, {"color": fill, "size": size, "line": edge}))
    return traces


def _whisker(wick: tuple[float, float], colour: str, y: float, height: float, scale: Scale) -> list[Trace]:
    """The bounds of the lowest trade, with caps that show bounds that fall together; an arrow where they go on."""
    shallow, deep = wick
    beyond = deep < scale.low
    ends = [max(value, scale.low) for value in wick]
    caps = {"symbol": "line-ns", "size": 0.2 * height, "line": {"color": colour, "width": 2}}
    if beyond:
        caps["size"] = [0.2 * height if shallow >= scale.low else 0, 0]
    line = {"color": colour, "width": 3}
    traces: list[Trace] = [
        {"x": ends, "y": [y, y], "mode": "lines+markers", "line": line, "marker": caps, "opacity": 0.45}
    ]
    if beyond:
        arrow = {"symbol": "triangle-left", "size": 9, "color": colour, "line": {"width": 0}}
        traces.append({"x": [scale.low], "y": [y], "mode": "markers", "marker": arrow})
    return traces
