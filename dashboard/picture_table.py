"""The right third of the picture: two blocks of venues on one scale of depths, remarks, and the key to the marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.columns import Columns, columns_for
from dashboard.labels import Box
from dashboard.lettering import balanced, fit, shorten
from dashboard.panels import Trace
from dashboard.scales import Scale, signed
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.table import Entry, Table, facts, scale_of, table, threshold_counts, trimmed
from dashboard.words import why_unranked
from deviation.question import Group

HEAD = 62
"""Height of a block's title and column heads."""

SMALL, REMARK = 13, 16
"""Font size of column heads and remarks, and the height of a line of them."""

GAP = 16
"""Space between blocks."""

LEAST_ROW, GREATEST_ROW, AIRY_ROW = 19.0, 36.0, 26.0
"""Heights between which rows are fitted, in pixels; venues for which even the least is too much are counted in a
remark. Rows give way to further facts down to the third height."""

TWO_LINES = 30.0
"""Height from which a long name may take two lines in its row."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What all blocks share: the columns, the height of a row, the scale of the dots."""

    columns: Columns
    row: float
    scale: Scale


def blocks_of_venues(sheet: Sheet, scene: Scene, box: Box) -> None:
    """Both blocks with their remarks, what else is known of the focus venue where there is room, and the key."""
    tables = [table(scene, group) for group in Group]
    width = box.right - box.left
    key = _key(tables, width)
    known = _known(scene)
    fixed = 2 * (HEAD + GAP + 6) + REMARK * len(key)
    remarks = [_remark(scene, one, group, width, 0) for one, group in zip(tables, Group, strict=True)]
    room = box.bottom - box.top - fixed - REMARK * sum(len(lines) for lines in remarks)
    room -= _reserved(known, room, sum(len(one.entries) for one in tables))
    tables, left_out = trimmed(tables, int((room - REMARK * 2) / LEAST_ROW))
    if any(left_out):
        remarks = [
            _remark(scene, one, group, width, out) for one, group, out in zip(tables, Group, left_out, strict=True)
        ]
    rows = sum(len(one.entries) for one in tables)
    every = [entry for one in tables for entry in one.entries]
    columns = columns_for(every, width, _enter(scene))
    scale = scale_of(tables, scene.measurement, columns.strip[1] - columns.strip[0])
    layout = Layout(columns, min(GREATEST_ROW, room / max(rows, 1)), scale)
    y = box.top
    for number, (one, lines) in enumerate(zip(tables, remarks, strict=True)):
        y = _block(sheet, scene, one, (box.left, y), layout, 11 + number)
        y = _lines(sheet, scene, lines, box.left, y) + GAP
    bottom = box.bottom - REMARK * len(key)
    for title, cells in known:
        if y + _height(cells) <= bottom:
            y = _facts(sheet, scene, title, cells, box, y)
    _lines(sheet, scene, key, box.left, bottom)


def _reserved(known: Sequence[tuple[str, list[tuple[str, ...]]]], room: float, rows: int) -> float:
    """Height kept for what else is known: as much of it as leaves the rows airy."""
    heights = [_height(cells) for _, cells in known]
    for kept in range(len(heights), 0, -1):
        if room - sum(heights[:kept]) >= AIRY_ROW * rows:
            return sum(heights[:kept])
    return 0.0


def _enter(scene: Scene) -> str:
    return f"{100 * scene.measurement.question.parameters.enter:g} %"


def _lines(sheet: Sheet, scene: Scene, lines: Sequence[str], left: float, y: float) -> float:
    for line in lines:
        sheet.write(line, left, y + REMARK / 2, size=SMALL, colour=scene.colours.muted)
        y += REMARK
    return y


def _remark(scene: Scene, one: Table, group: Group, width: float, left_out: int) -> list[str]:
    """Who is not ranked and why, who found no room, or that nobody is there."""
    text = why_unranked(scene.measurement, scene.catalogue, group)
    if scene.measurement.question.underlying is not None:
        text = "" if one.entries else f"No vote from {group.upper()} exchanges."
    elif not one.entries:
        text = "No venue of this group has a candle in the window."
    if left_out:
        text = f"{left_out} more not shown. {text}"
    return fit(text, (SMALL,), width, 3)[1] if text else []


def _key(tables: Sequence[Table], width: float) -> list[str]:
    entries = [entry for one in tables for entry in one.entries]
    parts = ["Dot: deepest close; bar: bounds of the lowest trade; tick: certain in any order of trades"]
    if any(entry.height is not None for entry in entries):
        parts.append("ring: highest close")
    if any(entry.thin for entry in entries):
        parts.append("hollow, in brackets: minutes with one or two votes")
    parts.append("volume: reported for the 24 h before")
    return balanced("; ".join(parts) + ".", SMALL, width) if entries else []


def _block(sheet: Sheet, scene: Scene, one: Table, corner: tuple[float, float], layout: Layout, number: int) -> float:
    """Title, heads, rows and dots of one block; returns where it ends."""
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
    traces = _marks(scene, one.entries, row)
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
        if text:
            sheet.write(text, left + x, y, size=small, colour=tint, align="right")


def _marks(scene: Scene, entries: Sequence[Entry], height: float) -> list[Trace]:
    """Whisker, tick, ring and dot of every entry; heights in pixels from the top of the strip."""
    traces: list[Trace] = []
    size = min(12.0, 0.45 * height)
    for place, entry in enumerate(entries):
        y = height * (place + 0.5)
        common = {"hoverinfo": "skip", "cliponaxis": False, "name": f"{entry.name}, depth"}

        def mark(value: float, marker: Trace, y: float = y, common: Trace = common) -> Trace:
            return {**common, "x": [value], "y": [y], "mode": "markers", "marker": marker}

        if entry.wick is not None:
            line = {"color": entry.colour, "width": 3}
            # The caps show a whisker whose bounds fall together.
            caps = {"symbol": "line-ns", "size": 0.2 * height, "line": {"color": entry.colour, "width": 2}}
            whisker = {"x": list(entry.wick), "y": [y, y], "mode": "lines+markers", "line": line, "marker": caps}
            traces.append({**common, **whisker, "opacity": 0.45})
        if entry.sure is not None:
            edge = {"color": entry.colour, "width": 2}
            traces.append(mark(entry.sure, {"symbol": "line-ns", "size": 0.42 * height, "line": edge}))
        if entry.height is not None:
            edge = {"color": entry.colour, "width": 2}
            traces.append(mark(entry.height, {"color": scene.colours.paper, "size": size, "line": edge}))
        if entry.depth is not None:
            fill = scene.colours.paper if entry.thin else entry.colour
            edge = {"color": entry.colour, "width": 2 if entry.thin else 0}
            traces.append(mark(entry.depth, {"color": fill, "size": size, "line": edge}))
    return traces


def _known(scene: Scene) -> list[tuple[str, list[tuple[str, ...]]]]:
    """What may stand under the blocks, most wanted first: a title, and lines of cells."""
    known: list[tuple[str, list[tuple[str, ...]]]] = []
    if rests := facts(scene):
        known.append(("What the fair value rests on", list(rests)))
    if counts := threshold_counts(scene):
        known.append(("Firm minutes at least so far below", list(counts)))
    return known


def _height(lines: Sequence[tuple[str, ...]]) -> float:
    return 34 + 23 * len(lines) + GAP


def _facts(sheet: Sheet, scene: Scene, title: str, lines: Sequence[tuple[str, ...]], box: Box, y: float) -> float:
    """A title and lines of cells: a name on the left, the others evenly over the rest."""
    sheet.write(title, box.left, y + 9, size=17, colour=scene.colours.ink, bold=True)
    y += 26
    for name, *cells in lines:
        sheet.write(name, box.left, y + 11, size=14, colour=scene.colours.muted)
        if len(cells) == 1:
            sheet.write(cells[0], box.left + 140, y + 11, size=14, colour=scene.colours.text)
        else:
            step = (box.right - box.left - 130) / len(cells)
            for i, cell in enumerate(cells):
                right = box.left + 130 + step * (i + 1)
                sheet.write(cell, right, y + 11, size=14, colour=scene.colours.text, align="right")
        y += 23
    return y + GAP
