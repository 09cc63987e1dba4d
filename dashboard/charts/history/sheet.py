"""Both panels of a history on a printed sheet, with its days and marks."""

from datetime import date

from dashboard.charts.history.chart import HistoryChart
from dashboard.charts.history.marks import name_marks
from dashboard.charts.history.ticks import list_day_ticks
from dashboard.charts.history.traces import build_gap_traces, build_share_traces
from dashboard.draw.label_layout import Box, spread_labels
from dashboard.draw.text_metrics import fit_text, measure_text_width
from dashboard.draw.theme import PALETTES
from dashboard.sheet.canvas import Sheet

AXIS_WIDTH = 58.0
"""Width of the numbers left of the panels."""

TITLE_HEIGHT, MARKS_HEIGHT, TICKS_HEIGHT, PANEL_GAP = 28.0, 26.0, 32.0, 20.0
"""Space for the title of a panel, the numbers of marks, the days below both, and between the panels."""

SHARE_PART = 0.4
"""The upper panel's part of the height of both."""

AXIS_FONT, TITLE_FONT = 14, 15
NOTE_FONTS, NOTE_HEIGHT, NOTE_LINES = (14, 13.5, 13), 20.0, 3
TICK_WIDTH = 110.0
"""Least distance of days below the panels."""

DOT_SIZE = 6.0
LEADER_HEIGHT = 7.0
"""Height of the line from a number to its mark, slanted where the number had to move."""


def draw_history(sheet: Sheet, box: Box, chart: HistoryChart) -> None:
    """Draw both panels, below them the days, and what the numbers of marks stand for."""
    bottom = _write_marks(sheet, box, chart) - TICKS_HEIGHT
    left, right = box.left + AXIS_WIDTH, box.right
    top = box.top + TITLE_HEIGHT + MARKS_HEIGHT
    height = bottom - top - PANEL_GAP - TITLE_HEIGHT
    shares = Box(left, top, right, top + SHARE_PART * height)
    gaps = Box(left, bottom - (1 - SHARE_PART) * height, right, bottom)
    colour = PALETTES[chart.view.theme].ink
    for text, y in zip(chart.titles, (box.top, gaps.top - TITLE_HEIGHT), strict=True):
        sheet.write_text(text, left, y + TITLE_HEIGHT / 2, size=TITLE_FONT, colour=colour, bold=True)
    _draw_days(sheet, (shares, gaps), chart)
    _draw_shares(sheet, shares, chart)
    _draw_gaps(sheet, gaps, chart)
    _draw_marks(sheet, (shares, gaps), chart)


def _compute_x(box: Box, chart: HistoryChart, day: date) -> float:
    """Where a day is; half a day is left free on either side."""
    first, last = chart.span
    return box.left + ((day - first).days + 0.5) / ((last - first).days + 1) * (box.right - box.left)


def _draw_days(sheet: Sheet, boxes: tuple[Box, Box], chart: HistoryChart) -> None:
    colours, lower = PALETTES[chart.view.theme], boxes[1]
    max_ticks = int((lower.right - lower.left) / TICK_WIDTH)
    sheet.draw_line((lower.left, lower.bottom), (lower.right, lower.bottom), colours.rule)
    for day, text in list_day_ticks(*chart.span, max_ticks):
        x = _compute_x(lower, chart, day)
        for box in boxes:
            sheet.draw_line((x, box.top), (x, box.bottom), colours.grid, below=True)
        half = measure_text_width(text, AXIS_FONT) / 2
        centre = min(x, lower.right - half)
        y = lower.bottom + TICKS_HEIGHT / 2
        sheet.write_text(text, centre, y, size=AXIS_FONT, colour=colours.text, align="center")


def _draw_tick(sheet: Sheet, box: Box, chart: HistoryChart, y: float, text: str) -> None:
    colours = PALETTES[chart.view.theme]
    sheet.draw_line((box.left, y), (box.right, y), colours.grid, below=True)
    sheet.write_text(text, box.left - 10, y, size=AXIS_FONT, colour=colours.text, align="right")


def _draw_shares(sheet: Sheet, box: Box, chart: HistoryChart) -> None:
    most, step = chart.most_share, chart.share_step
    for number in range(int(most / step) + 1):
        y = box.bottom - number * step / most * (box.bottom - box.top)
        _draw_tick(sheet, box, chart, y, f"{100 * number * step:.0f}%")
    x_axis = {"type": "date", "range": chart.edges, "showticklabels": False}
    y_axis = {"range": [0, 100 * most], "showticklabels": False}
    sheet.add_subplot(1, box, x_axis, y_axis, build_share_traces(chart))


def _draw_gaps(sheet: Sheet, box: Box, chart: HistoryChart) -> None:
    most, height = chart.scale.range[1], box.bottom - box.top
    for position, text in chart.scale.list_ticks(height):
        if position >= 0:
            _draw_tick(sheet, box, chart, box.bottom - position / most * height, text)
    x_axis = {"type": "date", "range": chart.edges, "showticklabels": False}
    y_axis = {"range": [0, most], "showticklabels": False}
    sheet.add_subplot(2, box, x_axis, y_axis, build_gap_traces(chart, DOT_SIZE))


def _draw_marks(sheet: Sheet, boxes: tuple[Box, Box], chart: HistoryChart) -> None:
    """A dotted line through both panels for each mark, its number above; numbers move sideways to stay apart."""
    colours, upper = PALETTES[chart.view.theme], boxes[0]
    positions = [_compute_x(upper, chart, mark.day) for mark in chart.marks]
    widths = [measure_text_width(str(mark.number), AXIS_FONT) + 8 for mark in chart.marks]
    centres = spread_labels(positions, widths, upper.left - 10, upper.right + 10)
    for mark, x, centre in zip(chart.marks, positions, centres, strict=True):
        y = upper.top - LEADER_HEIGHT - 9
        sheet.write_text(str(mark.number), centre, y, size=AXIS_FONT, colour=colours.text, align="center")
        sheet.draw_line((centre, upper.top - LEADER_HEIGHT), (x, upper.top), colours.muted, 0.8)
        for box in boxes:
            sheet.draw_line((x, box.top), (x, box.bottom), colours.muted, 1, "dot", below=True)


def _write_marks(sheet: Sheet, box: Box, chart: HistoryChart) -> float:
    """What the numbers stand for, at the bottom; returns the height at which the days must end."""
    text = name_marks(chart.marks)
    if not text:
        return box.bottom
    size, lines = fit_text(text, NOTE_FONTS, box.right - box.left, NOTE_LINES, balance=False)
    top = box.bottom - NOTE_HEIGHT * len(lines)
    for number, line in enumerate(lines):
        y = top + NOTE_HEIGHT * (number + 0.5)
        sheet.write_text(line, box.left, y, size=size, colour=PALETTES[chart.view.theme].muted)
    return top
