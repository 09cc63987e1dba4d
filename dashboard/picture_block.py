"""One block of venues: its title and column heads, a row for each venue, and their dots on a scale."""

from dataclasses import dataclass

from dashboard.columns import BlockColumns
from dashboard.labels import Box
from dashboard.lettering import fit_text, shorten_text
from dashboard.panels import Trace
from dashboard.scales import Scale, format_axis_percent
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.table import SheetRow, SheetTable

HEADING_HEIGHT = 62
"""Height of a block's title and column heads."""

SMALL_FONT = 13
"""Font size of column heads and remarks."""

TWO_LINE_ROW_HEIGHT = 30.0
"""Height of a row from which a long name may take two lines in it."""


@dataclass(frozen=True, slots=True)
class BlockLayout:
    """What all blocks share: the columns, the height of a row, the scale of the dots."""

    columns: BlockColumns
    row_height: float
    scale: Scale


def draw_block(
    sheet: Sheet, scene: Scene, table: SheetTable, corner: tuple[float, float], layout: BlockLayout, number: int
) -> float:
    """Draw one block with the subplot of that number; returns where it ends."""
    left, y = corner
    columns, row_height = layout.columns, layout.row_height
    sheet.write_text(table.title, left, y + 9, size=17, colour=scene.colours.ink, bold=True)
    if not table.rows:
        return y + 24
    strip = Box(
        left + columns.strip[0],
        y + HEADING_HEIGHT,
        left + columns.strip[1],
        y + HEADING_HEIGHT + row_height * len(table.rows),
    )
    for x, first, second in columns.headings:
        for text, down in ((first, 33), (second, 49)):
            if text:
                sheet.write_text(text, left + x, y + down, size=SMALL_FONT, colour=scene.colours.muted, align="right")
    for value in layout.scale.ticks:
        x = strip.left + layout.scale.to_fraction(value) * (strip.right - strip.left)
        colour = scene.colours.muted if value == 0 else scene.colours.grid
        sheet.draw_line((x, strip.top - 4), (x, strip.bottom), colour, 1.2, below=True)
        text = format_axis_percent(value).removesuffix("" if value == 0 else " %")
        sheet.write_text(text, x, strip.top - 13, size=12, colour=scene.colours.muted, align="center")
    for index, entry in enumerate(table.rows):
        _draw_row(sheet, scene, entry, (left, strip.top + row_height * (index + 0.5)), layout)
    hidden = {"showticklabels": False, "type": "linear"}
    height = strip.bottom - strip.top
    traces = _build_mark_traces(scene, table.rows, layout)
    sheet.add_subplot(number, strip, {**hidden, "range": layout.scale.range}, {**hidden, "range": [height, 0]}, traces)
    return strip.bottom + 6


def _draw_row(sheet: Sheet, scene: Scene, entry: SheetRow, corner: tuple[float, float], layout: BlockLayout) -> None:
    left, y = corner
    columns, muted = layout.columns, scene.colours.muted
    size = min(15.0, max(13.0, 0.62 * layout.row_height))
    colour = entry.colour if entry.is_bold or entry.colour == muted else scene.colours.text
    sizes = tuple(step for step in (size, 14, 13) if step <= size)
    max_lines = 2 if layout.row_height >= TWO_LINE_ROW_HEIGHT else 1
    name_size, lines = fit_text(entry.name, sizes, columns.name, max_lines, bold=entry.is_bold)
    for i, line in enumerate(lines):
        down = (i - (len(lines) - 1) / 2) * 1.1 * name_size
        text = shorten_text(line, name_size, columns.name, bold=entry.is_bold)
        sheet.write_text(text, left, y + down, size=name_size, colour=entry.colour, bold=entry.is_bold)
    for text, x, font_size, tint in (
        (entry.depth_text, columns.depth, size, colour),
        (entry.count_text, columns.count, size - 1, colour),
        (entry.low_text, columns.low, size - 1, colour),
        (entry.low_time_text, columns.minute, 12.5, muted),
        (entry.volume_text, columns.volume, size - 1, colour),
    ):
        if text and x is not None:
            sheet.write_text(text, left + x, y, size=font_size, colour=tint, align="right")


def _build_mark_traces(scene: Scene, entries: tuple[SheetRow, ...], layout: BlockLayout) -> list[Trace]:
    """Whisker, tick, ring and dot of every entry; heights in pixels from the top of the strip."""
    traces: list[Trace] = []
    height, paper = layout.row_height, scene.colours.paper
    size = min(12.0, 0.45 * height)
    for index, entry in enumerate(entries):
        y = height * (index + 0.5)
        common = {"hoverinfo": "skip", "cliponaxis": False, "name": f"{entry.name}, depth"}

        def build_marker_trace(value: float, marker: Trace, y: float = y, common: Trace = common) -> Trace:
            return {**common, "x": [value], "y": [y], "mode": "markers", "marker": marker}

        if entry.wick_bounds is not None:
            traces += [
                {**common, **trace}
                for trace in _build_whisker_traces(entry.wick_bounds, entry.colour, y, height, layout.scale)
            ]
        if entry.certain_depth is not None:
            edge = {"color": entry.colour, "width": 2}
            traces.append(
                build_marker_trace(entry.certain_depth, {"symbol": "line-ns", "size": 0.42 * height, "line": edge})
            )
        if entry.height is not None:
            edge = {"color": entry.colour, "width": 2}
            traces.append(build_marker_trace(entry.height, {"color": paper, "size": size, "line": edge}))
        if entry.depth is not None:
            fill = paper if entry.is_thin else entry.colour
            edge = {"color": entry.colour, "width": 2 if entry.is_thin else 0}
            traces.append(build_marker_trace(entry.depth, {"color": fill, "size": size, "line": edge}))
    return traces


def _build_whisker_traces(wick: tuple[float, float], colour: str, y: float, height: float, scale: Scale) -> list[Trace]:
    """The bounds of the lowest trade, with caps that show bounds that fall together; an arrow where they go on."""
    shallow, deep = wick
    is_cut = deep < scale.low
    ends = [max(value, scale.low) for value in wick]
    caps = {"symbol": "line-ns", "size": 0.2 * height, "line": {"color": colour, "width": 2}}
    if is_cut:
        caps["size"] = [0.2 * height if shallow >= scale.low else 0, 0]
    line = {"color": colour, "width": 3}
    traces: list[Trace] = [
        {"x": ends, "y": [y, y], "mode": "lines+markers", "line": line, "marker": caps, "opacity": 0.45}
    ]
    if is_cut:
        arrow = {"symbol": "triangle-left", "size": 9, "color": colour, "line": {"width": 0}}
        traces.append({"x": [scale.low], "y": [y], "mode": "markers", "marker": arrow})
    return traces
