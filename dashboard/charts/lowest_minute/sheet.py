"""The bars of the extreme trades on a sheet: sentences, and the range and close of each exchange."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.charts.lowest_minute.figure import build_range_scale
from dashboard.charts.lowest_minute.ranges import ExtremeBar, PriceRange, list_drawn_ranges
from dashboard.charts.lowest_minute.sentences import write_heading
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import Plot
from dashboard.draw.price_unit import choose_price_unit
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, fit_text, measure_text_width, shorten_text
from dashboard.draw.theme import mix_colours
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.legend import LegendItem, build_swatch_item
from dashboard.sheet.panel import SMALL_FONT, add_plot, build_linear_scale
from dashboard.sheet.table import Cell, Column, SheetTable, measure_column
from dashboard.text.numbers import format_optional_price
from deviation.question import sort_groups
from deviation.wording import format_price

HEADING_FONT, SENTENCE_FONTS = 18, (16, 15, 14, 13)
"""Font sizes of a bar's heading, and of its sentences."""

MAX_SENTENCE_LINES = 4
"""Number of lines that a bar's sentences may take."""

ROW_HEIGHTS = (16.0, 110.0)
"""Least and greatest height of an exchange's row."""

ROW_FONTS = (17, 16, 15, 14, 13, 12)
"""Font sizes of names and numbers; the largest that the height of a row allows is used."""

AXIS_HEIGHT = 42.0
"""Height of the axis' numbers and title."""

CHART_GAP = 30.0
"""Space between two bars' charts."""

MAX_NAME_WIDTH = 200.0
"""Width after which a name is cut."""

VALUE_COLUMNS = ("low", "high", "close")
"""Headings of the columns of numbers."""

VALUE_GAP = 18.0
"""Space before a column of numbers."""


@dataclass(frozen=True, slots=True)
class BarDetail:
    """A bar to draw, and sentences on it."""

    bar: ExtremeBar
    sentences: Sequence[str]


def draw_bounds(sheet: Sheet, box: Box, scene: Scene, details: Sequence[BarDetail], *, side_by_side: bool) -> None:
    """Draw each bar's text and chart: ``side_by_side``, or one above the other with heights by their number of rows."""
    bar_boxes = _layout_bars(box, scene, details, side_by_side=side_by_side)
    tops = [_draw_text(sheet, bar_box, scene, detail) for detail, bar_box in zip(details, bar_boxes, strict=True)]
    if side_by_side:
        tops = [max(tops)] * len(tops)
    for number, (detail, bar_box, top) in enumerate(zip(details, bar_boxes, tops, strict=True), start=1):
        _draw_chart(sheet, number, Box(bar_box.left, top, bar_box.right, bar_box.bottom), scene, detail.bar.position)


def build_bounds_legend(scene: Scene, details: Sequence[BarDetail]) -> list[LegendItem]:
    """An item for each group of the exchanges beside the focus."""
    groups = {
        price_range.row.market.group
        for detail in details
        for price_range in list_drawn_ranges(scene, detail.bar.position)
        if price_range.row is not scene.focus
    }
    return [
        build_swatch_item(
            f"{group.upper()} exchanges", mix_colours(scene.colours.group_colours[group], scene.colours.paper, 0.35)
        )
        for group in sort_groups(groups)
    ]


def _layout_bars(box: Box, scene: Scene, details: Sequence[BarDetail], *, side_by_side: bool) -> list[Box]:
    if side_by_side:
        width = (box.right - box.left - CHART_GAP * (len(details) - 1)) / len(details)
        lefts = [box.left + number * (width + CHART_GAP) for number in range(len(details))]
        return [Box(left, box.top, left + width, box.bottom) for left in lefts]
    # 6 rows stand for the text and the axis of a bar.
    weights = [len(list_drawn_ranges(scene, detail.bar.position)) + 6 for detail in details]
    height = box.bottom - box.top - CHART_GAP * (len(details) - 1)
    bar_boxes, top = [], box.top
    for weight in weights:
        bottom = top + height * weight / sum(weights)
        bar_boxes.append(Box(box.left, top, box.right, bottom))
        top = bottom + CHART_GAP
    return bar_boxes


def _draw_text(sheet: Sheet, box: Box, scene: Scene, detail: BarDetail) -> float:
    """Draw heading and sentences of a bar; returns the height at which its chart may begin."""
    colours, width = scene.colours, box.right - box.left
    size, lines = fit_text(write_heading(scene, detail.bar), (HEADING_FONT, 17, 16, 15), width, 2, bold=True)
    y = box.top
    for line in lines:
        sheet.write_text(line, box.left, y + size * LINE_HEIGHT / 2, size=size, colour=colours.ink, bold=True)
        y += size * LINE_HEIGHT
    size, lines = fit_text(" ".join(detail.sentences), SENTENCE_FONTS, width, MAX_SENTENCE_LINES, balance=False)
    for line in lines:
        sheet.write_text(line, box.left, y + size * LINE_HEIGHT / 2 + 3, size=size, colour=colours.text)
        y += size * LINE_HEIGHT
    return y + 14


def _draw_chart(sheet: Sheet, number: int, box: Box, scene: Scene, position: int) -> None:
    """Draw a row per exchange with its numbers on the right; as many as there is room for, the focus first."""
    price_ranges, colours = list_drawn_ranges(scene, position), scene.colours
    top, bottom = box.top + 24, box.bottom - AXIS_HEIGHT
    max_rows = max(1, int((bottom - top) / ROW_HEIGHTS[0]))
    shown_ranges = price_ranges if len(price_ranges) <= max_rows else price_ranges[: max_rows - 1]
    hidden_count = len(price_ranges) - len(shown_ranges)
    row_height = min(ROW_HEIGHTS[1], (bottom - top) / (len(shown_ranges) + (hidden_count > 0)))
    size = next((size for size in ROW_FONTS if 1.6 * size <= row_height), ROW_FONTS[-1])
    names = name_rows(scene, [shown.row for shown in shown_ranges])
    rows = [
        (name, *map(format_optional_price, (shown.low, shown.high, shown.close)))
        for name, shown in zip(names, shown_ranges, strict=True)
    ]
    name_width, *value_widths = (
        measure_column((heading, *texts), size, is_bold=True)
        for heading, texts in zip(("", *VALUE_COLUMNS), zip(*rows, strict=True), strict=True)
    )
    left = box.left + min(name_width, MAX_NAME_WIDTH) + 12
    right = box.right - sum(value_widths) - VALUE_GAP * len(value_widths) - 6
    plot = Plot(
        Box(left, top, right, top + row_height * len(shown_ranges)),
        build_range_scale(price_ranges),
        build_linear_scale(len(shown_ranges) - 0.5, -0.5),
    )
    _draw_axis(sheet, plot, scene)
    edges = [right + 6 + VALUE_GAP * count + sum(value_widths[:count]) for count in range(1, len(value_widths) + 1)]
    columns = [Column(x, heading=(heading,)) for x, heading in zip(edges, VALUE_COLUMNS, strict=True)]
    table = SheetTable(0.0, [Column(left - 10), *columns])
    table.draw_headings(sheet, (box.top + 9,), colours.muted)
    for index, (name, *texts) in enumerate(rows):
        is_focus = shown_ranges[index].row is scene.focus
        cell = Cell("", size, colours.ink if is_focus else colours.text, is_focus)
        shown_name = shorten_text(name, size, MAX_NAME_WIDTH, bold=is_focus)
        table.draw_row(sheet, plot.to_y(index), [replace(cell, text=text) for text in (shown_name, *texts)])
    add_plot(
        sheet, number, plot, [_build_range_trace(scene, item, i, row_height) for i, item in enumerate(shown_ranges)]
    )
    if hidden_count:
        text = f"{hidden_count} more not shown."
        sheet.write_text(text, box.left, plot.box.bottom + row_height / 2, size=12, colour=colours.muted)


def _draw_axis(sheet: Sheet, plot: Plot, scene: Scene) -> None:
    """Draw prices below the chart, as far as they have room, with lines up through it."""
    colours, inner, last_label_end = scene.colours, plot.box, plot.box.left - 60
    for value in plot.x.ticks:
        x, text = plot.to_x(value), format_price(value)
        sheet.draw_line((x, inner.top), (x, inner.bottom), colours.grid, 1, below=True)
        half_width = measure_text_width(text, 14) / 2
        if x - half_width < last_label_end + 8:
            continue
        last_label_end = x + half_width
        sheet.write_text(text, x, inner.bottom + 13, size=14, colour=colours.text, align="center")
    title = f"price {choose_price_unit(scene).text}{', log scale' if plot.x.log else ''}; the tick is the close"
    sheet.write_text(title, inner.right, inner.bottom + 33, size=SMALL_FONT, colour=colours.muted, align="right")


def _build_range_trace(scene: Scene, price_range: PriceRange, index: int, row_height: float) -> dict[str, object]:
    """The range as a bar, the close as a tick across it."""
    is_focus = price_range.row is scene.focus
    colour = scene.focus_colour if is_focus else scene.colours.group_colours[price_range.row.market.group]
    tick_size = min(0.66 * row_height, 34)
    return {
        "x": list(price_range.drawn),
        "y": [index] * 3,
        "mode": "lines+markers",
        "line": {
            "color": mix_colours(colour, scene.colours.paper, 0.35),
            "width": min(0.4 * row_height, 22 if is_focus else 16),
        },
        "marker": {
            "symbol": "line-ns",
            "size": [0, tick_size, 0],
            "color": colour,
            "line": {"width": [0, 3, 0], "color": colour},
            "opacity": 1,  # plotly draws markers of several sizes at 0.7 by default
        },
        "cliponaxis": False,
        "name": scene.format_name(price_range.row),
    }
