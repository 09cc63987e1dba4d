"""One block of exchanges on the picture: title, column headings, a row per market and its marks on a scale.

Columns are as wide as their texts; the strip of marks between them takes the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.charts.comparison.block_rows import TICK_FONT, BlockRow, SheetBlock
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import Plot
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import measure_text_width
from dashboard.draw.traces import Trace
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.panel import add_plot, build_linear_scale
from dashboard.sheet.table import Cell, Column, SheetTable, fit_cell, measure_column

MAX_NAME_WIDTH = 138.0
"""Width from which a name is set smaller or broken."""

MIN_STRIP_WIDTH = 96.0
"""Least width of the strip of marks, at the cost of names."""

MIN_STRIP_BESIDE_VOLUME = 130.0
"""Width of the strip from which there is room for the column of volumes."""

HEADING_HEIGHT, NEXT_HEADING_HEIGHT = 62, 44
"""Height of a block's title and column headings, and that of a block below another one, which has no headings."""

EMPTY_BLOCK_HEIGHT = 24
"""Height of a block without a row, which is its title."""

TWO_LINE_ROW_HEIGHT = 30.0
"""Height of a row from which a long name may take two lines in it."""


@dataclass(frozen=True, slots=True)
class ColumnText:
    """Words above the columns: the threshold, the side of the trades, and the zone of their times."""

    enter: str
    trade: str
    zone: str

    @property
    def headings(self) -> dict[str, tuple[str, str]]:
        """The two lines above each column of text."""
        return {
            "count": (f"minutes \N{GREATER-THAN OR EQUAL TO}{self.enter}", "below | above"),
            "trade": (self.trade, "trade"),
            "trade_time": ("", self.zone),
            "volume": ("24h", "volume"),
        }


@dataclass(frozen=True, slots=True)
class BlockColumns:
    """The columns of text, the ends of the strip in pixels from the left edge, and the width that names have.

    The columns are name, deviation, heading of the strip, count, trade and, where there is room, its time and volume.
    """

    text_columns: tuple[Column, ...]
    strip: tuple[float, float]
    name_width: float
    has_time: bool
    has_volume: bool


@dataclass(frozen=True, slots=True)
class BlockLayout:
    """The columns, the height of a row and the scale of the marks, which all blocks of a sheet share."""

    columns: BlockColumns
    row_height: float
    scale: Scale


def fit_columns(rows: Sequence[BlockRow], width: float, text: ColumnText) -> BlockColumns:
    """Columns in which every text of the rows fits at the largest font size of a row.

    Where names would have to be cut, or the strip would be short, the column of volumes is left out, then that of times
    for the sake of names.
    """
    headings = text.headings
    widths = {
        "value": measure_column([row.value_text for row in rows], 15, is_bold=True),
        "count": measure_column([row.count_text for row in rows], 14, headings["count"]),
        "trade": measure_column([row.trade_text for row in rows], 14, headings["trade"]),
        "trade_time": measure_column([row.trade_time_text for row in rows], 13, headings["trade_time"]),
        "volume": measure_column([row.volume_text for row in rows], 14, headings["volume"]),
    }
    widest_name = max([60.0, *(measure_text_width(row.name, 15, bold=row.is_bold) for row in rows)])
    name_width = min(widest_name, MAX_NAME_WIDTH)
    columns = _layout_columns(widths, headings, width, name_width, has_time=True, has_volume=True)
    strip_width = columns.strip[1] - columns.strip[0]
    if columns.name_width >= name_width and strip_width >= MIN_STRIP_BESIDE_VOLUME:
        return columns
    columns = _layout_columns(widths, headings, width, name_width, has_time=True, has_volume=False)
    if columns.name_width >= name_width:
        return columns
    return _layout_columns(widths, headings, width, name_width, has_time=False, has_volume=False)


def _layout_columns(
    widths: Mapping[str, float],
    headings: Mapping[str, tuple[str, str]],
    width: float,
    name_width: float,
    *,
    has_time: bool,
    has_volume: bool,
) -> BlockColumns:
    trade_time = width - widths["volume"] - 12 if has_volume else width
    trade = trade_time - widths["trade_time"] - 5 if has_time else trade_time
    count = trade - widths["trade"] - 14
    strip_right = count - widths["count"] - 16
    name_width = min(name_width, strip_right - MIN_STRIP_WIDTH - widths["value"] - 26)
    value = name_width + 12 + widths["value"]
    edges = {"count": count, "trade": trade}
    edges |= {"trade_time": trade_time} if has_time else {}
    edges |= {"volume": width} if has_volume else {}
    text_columns = (
        Column(0.0, "left"),
        Column(value),
        Column(strip_right, heading=("deviation, %", "")),
        *(Column(x, heading=headings[name]) for name, x in edges.items()),
    )
    return BlockColumns(text_columns, (value + 14, strip_right), name_width, has_time, has_volume)


def draw_block(
    sheet: Sheet,
    scene: Scene,
    block: SheetBlock,
    corner: tuple[float, float],
    layout: BlockLayout,
    number: int,
    *,
    has_headings: bool,
) -> float:
    """Draw one block, its marks as the subplot of that number; returns the height at which it ends."""
    left, y = corner
    columns, row_height = layout.columns, layout.row_height
    sheet.write_text(block.title, left, y + 9, size=17, colour=scene.colours.ink, bold=True)
    if not block.rows:
        return y + EMPTY_BLOCK_HEIGHT
    top, height = y + (HEADING_HEIGHT if has_headings else NEXT_HEADING_HEIGHT), row_height * len(block.rows)
    strip = Box(left + columns.strip[0], top, left + columns.strip[1], top + height)
    plot = Plot(strip, layout.scale, build_linear_scale(height, 0))
    table = SheetTable(left, columns.text_columns)
    if has_headings:
        table.draw_headings(sheet, (y + 33, y + 49), scene.colours.muted)
    for value, text in zip(layout.scale.ticks, layout.scale.tick_texts, strict=True):
        x = plot.to_x(value)
        colour = scene.colours.muted if value == 0 else scene.colours.grid
        sheet.draw_line((x, strip.top - 4), (x, strip.bottom), colour, 1.2, below=True)
        sheet.write_text(text, x, strip.top - 13, size=TICK_FONT, colour=scene.colours.text, align="center")
    for index, row in enumerate(block.rows):
        cells = _build_cells(scene, row, layout)
        table.draw_row(sheet, strip.top + row_height * (index + 0.5), cells)
    add_plot(sheet, number, plot, _build_mark_traces(scene, block.rows, layout))
    return strip.bottom + 6


def _build_cells(scene: Scene, row: BlockRow, layout: BlockLayout) -> list[Cell | None]:
    """A cell for every column of the block."""
    muted = scene.colours.muted
    size = min(15.0, max(13.0, 0.62 * layout.row_height))
    colour = row.colour if row.is_bold or row.colour == muted else scene.colours.text
    name_sizes = tuple(step for step in (size, 14, 13) if step <= size)
    max_lines = 2 if layout.row_height >= TWO_LINE_ROW_HEIGHT else 1
    cells = [
        fit_cell(row.name, name_sizes, layout.columns.name_width, max_lines, row.colour, is_bold=row.is_bold),
        Cell(row.value_text, size, colour, row.is_bold),
        None,
        Cell(row.count_text, size - 1, colour),
        Cell(row.trade_text, size - 1, colour) if row.trade_text else None,
    ]
    if layout.columns.has_time:
        cells.append(Cell(row.trade_time_text, 12.5, muted) if row.trade_time_text else None)
    if layout.columns.has_volume:
        cells.append(Cell(row.volume_text, size - 1, colour))
    return cells


def _build_mark_traces(scene: Scene, rows: Sequence[BlockRow], layout: BlockLayout) -> list[Trace]:
    """Whisker, tick, ring and dot of every row; heights in pixels from the top of the strip."""
    traces: list[Trace] = []
    height, paper = layout.row_height, scene.colours.paper
    size = min(12.0, 0.45 * height)
    for index, row in enumerate(rows):
        y = height * (index + 0.5)
        common = {"hoverinfo": "skip", "cliponaxis": False, "name": f"{row.name}, mark"}

        def build_marker_trace(value: float, marker: Trace, y: float = y, common: Trace = common) -> Trace:
            return {**common, "x": [value], "y": [y], "mode": "markers", "marker": marker}

        if row.bounds is not None:
            traces += [
                {**common, **trace} for trace in _build_whisker_traces(row.bounds, row.colour, y, height, layout.scale)
            ]
        if row.whole is not None:
            edge = {"color": row.colour, "width": 2}
            traces.append(build_marker_trace(row.whole, {"symbol": "line-ns", "size": 0.42 * height, "line": edge}))
        if row.other_value is not None:
            edge = {"color": row.colour, "width": 2}
            traces.append(build_marker_trace(row.other_value, {"color": paper, "size": size, "line": edge}))
        if row.value is not None:
            fill = paper if row.is_thin else row.colour
            edge = {"color": row.colour, "width": 2 if row.is_thin else 0}
            traces.append(build_marker_trace(row.value, {"color": fill, "size": size, "line": edge}))
    return traces


def _build_whisker_traces(
    bounds: tuple[float, float], colour: str, y: float, height: float, scale: Scale
) -> list[Trace]:
    """The bounds of a trade with a cap at each end; an arrow at the end of the scale where they go beyond."""
    ends = [min(max(value, scale.low), scale.high) for value in bounds]
    cap = 0.2 * height
    sizes = [cap if value == end else 0 for value, end in zip(bounds, ends, strict=True)]
    caps = {"symbol": "line-ns", "size": sizes, "line": {"color": colour, "width": 2}}
    line = {"color": colour, "width": 3}
    traces: list[Trace] = [
        {"x": ends, "y": [y, y], "mode": "lines+markers", "line": line, "marker": caps, "opacity": 0.45}
    ]
    if bounds[1] != ends[1]:
        symbol = "triangle-left" if bounds[1] < scale.low else "triangle-right"
        arrow = {"symbol": symbol, "size": 9, "color": colour, "line": {"width": 0}}
        traces.append({"x": [ends[1]], "y": [y], "mode": "markers", "marker": arrow})
    return traces
