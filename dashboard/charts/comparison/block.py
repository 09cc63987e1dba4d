"""The columns of the picture's blocks, as wide as what stands in them; the strip of dots gets the rest.

One block of venues: its title and column heads, a row for each venue, and their dots on a scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.charts.comparison.venue_rows import SheetRow, SheetTable
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import fit_text, measure_text_width, shorten_text
from dashboard.draw.traces import Trace
from dashboard.sheet.canvas import Sheet
from dashboard.text.numbers import format_axis_percent

MAX_NAME_WIDTH = 138.0
"""Width from which a name is set smaller or broken."""

MIN_STRIP_WIDTH = 60.0
"""Width that the strip of dots keeps at the least, at the cost of names."""


@dataclass(frozen=True, slots=True)
class BlockColumns:
    """Pixels from a block's left edge: the end of the name, the strip, and the right edges of what is written.

    ``heads`` holds for each column its right edge and its two lines. ``volume`` is None where names needed its room.
    """

    name: float
    depth: float
    strip: tuple[float, float]
    count: float
    low: float
    minute: float
    volume: float | None
    headings: tuple[tuple[float, str, str], ...]


COLUMN_HEADINGS = {
    "depth": ("", ""),
    "low": ("lowest", "trade"),
    "minute": ("", "UTC"),
    "volume": ("volume", "before"),
}
"""The two lines above each column but that of counts, which names the threshold."""


def fit_columns(entries: Sequence[SheetRow], width: float, enter_text: str) -> BlockColumns:
    """Columns in which every text of the entries fits, set at the largest size that rows may have.

    Where names would have to be cut, the column of volumes gives way.
    """
    headings = {**COLUMN_HEADINGS, "count": (f"min. ≥ {enter_text}", "below")}
    texts = {
        "depth": [entry.depth_text for entry in entries],
        "count": [entry.count_text for entry in entries],
        "low": [entry.low_text for entry in entries],
        "minute": [entry.low_time_text for entry in entries],
        "volume": [entry.volume_text for entry in entries],
    }
    widths = {
        column: max(
            [0.0, *(measure_text_width(text, 15 if column == "depth" else 14) for text in texts[column])]
            + [measure_text_width(heading, 13) for heading in headings[column]]
        )
        for column in texts
    }
    name_width = min(
        max([60.0, *(measure_text_width(entry.name, 15, bold=entry.is_bold) for entry in entries)]), MAX_NAME_WIDTH
    )
    columns = _layout_columns(widths, headings, width, name_width, with_volume=True)
    return (
        columns
        if columns.name >= name_width
        else _layout_columns(widths, headings, width, name_width, with_volume=False)
    )


def _layout_columns(
    widths: Mapping[str, float],
    headings: Mapping[str, tuple[str, str]],
    width: float,
    name_width: float,
    *,
    with_volume: bool,
) -> BlockColumns:
    minute = width - widths["volume"] - 12 if with_volume else width
    low = minute - widths["minute"] - 5
    count = low - widths["low"] - 14
    strip_right = count - widths["count"] - 16
    name = min(name_width, strip_right - MIN_STRIP_WIDTH - widths["depth"] - 26)
    depth = name + 12 + widths["depth"]
    edges = {"count": count, "low": low, "minute": minute} | ({"volume": width} if with_volume else {})
    return BlockColumns(
        name=name,
        depth=depth,
        strip=(depth + 14, strip_right),
        count=count,
        low=low,
        minute=minute,
        volume=width if with_volume else None,
        headings=((strip_right, "deepest close", ""), *((x, *headings[column]) for column, x in edges.items())),
    )


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
