"""The order of falls on a sheet: the lanes of the page, with names on the left and times below."""

from analysis.order_of_falls import PathMark
from dashboard.charts.sequence.lanes import LEVEL_COLOURS, LEVEL_SIZES, MARK_SIZES, MARK_SYMBOLS, Lane, LaneChart
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import Plot
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import measure_text_width, shorten_text
from dashboard.draw.traces import Trace
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.legend import LegendItem
from dashboard.sheet.panel import SMALL_FONT
from dashboard.text.clock import Zone, build_ticks
from dashboard.text.sequence import MARK_LABELS

MAX_LANE_HEIGHT, MIN_LANE_HEIGHT = 110.0, 15.0
"""Height of a lane in pixels; where not even the least fits, the last lanes without a marker are left out first."""

MAX_NAME_WIDTH = 240.0

AXIS_HEIGHT = 62.0
"""Space below the lanes for the times on both clocks, and for the number of lanes that are left out."""

AXIS_FONT, MARK_FONT = 14, 12

SIZE_FACTOR, MAX_SIZE_FACTOR = 1.25, 1.9
"""Markers on a sheet against those on the page, in lanes of ordinary height and in high ones."""

TIMED_LANE_HEIGHT = 44.0
"""Height of a lane from which the times stand above its markers."""

GLYPHS = {
    PathMark.ONSET: "\N{WHITE CIRCLE}",
    PathMark.RUN_START: "\N{BLACK STAR}",
    PathMark.BOTTOM: "\N{BLACK DOWN-POINTING TRIANGLE}",
}
"""The markers of a path as letters, for the key."""


def draw_sequence(sheet: Sheet, box: Box, scene: Scene, chart: LaneChart) -> None:
    """Draw the lanes, of which at least one has a marker."""
    room = box.bottom - box.top - AXIS_HEIGHT
    chart, omitted = fit_lanes(chart, room)
    count = len(chart.lanes)
    height = min(MAX_LANE_HEIGHT, room / count)
    font = min(14.0, height * 0.7)
    widths = [measure_text_width(lane.name, font, bold=_is_bold(lane)) for lane in chart.lanes]
    left = box.left + min(max(widths), MAX_NAME_WIDTH) + 18
    top = box.top + (room - height * count) / 2
    inner = Box(left, top, box.right - 110, top + height * count)
    plot = Plot(inner, Scale(chart.start, chart.end), Scale(count - 0.5, -0.5))
    for index, lane in enumerate(chart.lanes):
        _draw_lane(sheet, plot, index, lane, scene, font, box.left)
        if height >= TIMED_LANE_HEIGHT:
            crossed = {x for x, _, indexes in chart.list_ties() if indexes[0] < index <= indexes[-1]}
            _write_mark_times(sheet, plot, plot.to_y(index) - min(0.36 * height, 30), lane, crossed, scene)
    _draw_times(sheet, plot, scene, chart)
    x, y = ({"range": scale.range, "showticklabels": False} for scale in (plot.x, plot.y))
    sheet.add_subplot(1, inner, x, y, [*_build_ties(chart, scene), *_build_markers(chart, scene, height)])
    if omitted:
        text = f"{omitted} more exchanges are in the table."
        sheet.write_text(text, box.right, box.bottom - 8, size=SMALL_FONT, colour=scene.colours.muted, align="right")


def fit_lanes(chart: LaneChart, height: float) -> tuple[LaneChart, int]:
    """The chart with no more lanes than fit, and how many were left out: from the end, those without a marker first."""
    room = max(int(height // MIN_LANE_HEIGHT), 1)
    excess = len(chart.lanes) - room
    if excess <= 0:
        return chart, 0
    order = sorted(range(len(chart.lanes)), key=lambda index: (bool(chart.lanes[index].marks), -index))
    dropped = set(order[:excess])
    lanes = tuple(lane for index, lane in enumerate(chart.lanes) if index not in dropped)
    return LaneChart(lanes, chart.start, chart.end), excess


def build_sequence_legend(scene: Scene, chart: LaneChart) -> list[LegendItem]:
    """A sample for each level and for each mark of a path."""
    drawn = {(mark.level, mark.path_mark) for lane in chart.lanes for mark in lane.marks}
    items = [
        _build_dot_item(f"{level}% down", LEVEL_COLOURS[scene.theme][level], size)
        for level, size in LEVEL_SIZES.items()
        if (level, None) in drawn
    ]
    items += [
        _build_glyph_item(MARK_LABELS[mark].lower(), glyph, scene.colours.ink)
        for mark, glyph in GLYPHS.items()
        if (None, mark) in drawn
    ]
    return items


def _is_bold(lane: Lane) -> bool:
    return lane.is_path or lane.is_focus


def _draw_lane(sheet: Sheet, plot: Plot, index: int, lane: Lane, scene: Scene, font: float, left: float) -> None:
    y, inner, colours = plot.to_y(index), plot.box, scene.colours
    name = shorten_text(lane.name, font, inner.left - 14 - left, bold=_is_bold(lane))
    colour = colours.ink if _is_bold(lane) else colours.text
    sheet.write_text(name, inner.left - 14, y, size=font, colour=colour, align="right", bold=_is_bold(lane))
    line_colour, width = (colours.group_colours[lane.group], 1.5) if lane.is_path else (colours.grid, 1.0)
    sheet.draw_line((inner.left, y), (inner.right, y), line_colour, width, below=True)


def _write_mark_times(sheet: Sheet, plot: Plot, y: float, lane: Lane, crossed: set[float], scene: Scene) -> None:
    """Write the time above each marker where it touches neither another one nor the line of a tie."""
    free_from = float("-inf")
    for x, time in sorted({(plot.to_x(mark.x), mark.time) for mark in lane.marks if mark.x not in crossed}):
        half_width = measure_text_width(time, MARK_FONT) / 2
        if x - half_width > free_from:
            sheet.write_text(time, x, y, size=MARK_FONT, colour=scene.colours.muted, align="center")
            free_from = x + half_width + 6


def _draw_times(sheet: Sheet, plot: Plot, scene: Scene, chart: LaneChart) -> None:
    """Ticks on the clock of the scene and, paler, on the other one, with faint lines through the lanes."""
    first, bar = scene.measurement.question.start, scene.measurement.axis.bar_length
    zones = sorted(Zone, key=lambda zone: zone is not scene.zone)
    rows = [build_ticks(first + chart.start * bar, first + chart.end * bar, zone, 8, bar) for zone in zones]
    bottom = plot.box.bottom
    for time, *texts in zip(rows[0].times, *(row.labels for row in rows), strict=True):
        x = plot.to_x((time - first) / bar)
        sheet.draw_line((x, plot.box.top), (x, bottom + 5), scene.colours.grid, 1, below=True)
        for number, text in enumerate(texts):
            colour = scene.colours.muted if number else scene.colours.text
            sheet.write_text(text, x, bottom + 15 + 17 * number, size=AXIS_FONT - number, colour=colour, align="center")
    for number, row in enumerate(rows):
        colour = scene.colours.muted if number else scene.colours.text
        sheet.write_text(
            row.title, plot.box.right + 26, bottom + 15 + 17 * number, size=AXIS_FONT - number, colour=colour
        )


def _build_ties(chart: LaneChart, scene: Scene) -> list[Trace]:
    return [
        {
            "x": [x] * len(indexes),
            "y": list(indexes),
            "mode": "lines",
            "line": {"color": LEVEL_COLOURS[scene.theme][level], "width": 2},
        }
        for x, level, indexes in chart.list_ties()
    ]


def _build_markers(chart: LaneChart, scene: Scene, lane_height: float) -> list[Trace]:
    """A trace per level, the largest first, and one per mark of a path; no marker is higher than its lane."""
    factor = _compute_size_factor(lane_height)
    marks = [(index, mark) for index, lane in enumerate(chart.lanes) for mark in lane.marks]
    traces: list[Trace] = []
    for level, size in reversed(LEVEL_SIZES.items()):
        points = [(mark.x, index) for index, mark in marks if mark.level == level]
        edge = {"color": scene.colours.paper, "width": 1}
        style = {"color": LEVEL_COLOURS[scene.theme][level], "size": factor * size, "line": edge}
        traces.append(_build_trace(points, style))
    for path_mark, symbol in MARK_SYMBOLS.items():
        points = [(mark.x, index) for index, mark in marks if mark.path_mark is path_mark]
        size = factor * MARK_SIZES[path_mark]
        traces.append(_build_trace(points, {"color": scene.colours.ink, "size": size, "symbol": symbol}))
    return traces


def _compute_size_factor(lane_height: float) -> float:
    if lane_height >= TIMED_LANE_HEIGHT:
        return min(MAX_SIZE_FACTOR, SIZE_FACTOR * lane_height / TIMED_LANE_HEIGHT)
    return min(SIZE_FACTOR, (lane_height - 1) / max(LEVEL_SIZES.values()))


def _build_trace(points: list[tuple[float, int]], marker: dict[str, object]) -> Trace:
    return {
        "x": [x for x, _ in points],
        "y": [index for _, index in points],
        "mode": "markers",
        "marker": {**marker, "opacity": 1},
        "cliponaxis": False,
    }


def _build_dot_item(name: str, colour: str, size: float) -> LegendItem:
    """An item with a marker of a level, as large as on the sheet."""
    diameter = SIZE_FACTOR * size
    letter = "\N{BLACK CIRCLE}"

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.write_text(letter, x + diameter / 2, y, size=1.35 * diameter, colour=colour, align="center")

    return LegendItem(name, diameter, draw)


def _build_glyph_item(name: str, letter: str, colour: str) -> LegendItem:
    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.write_text(letter, x + 7, y, size=14, colour=colour, align="center")

    return LegendItem(name, 14, draw)
