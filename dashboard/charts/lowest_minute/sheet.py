"""The minute of the lowest trade on a printed sheet: for each bar its words, and a range and a close per exchange."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.charts.lowest_minute.figure import PriceRange, list_price_ranges, write_heading
from dashboard.draw.axis import Scale, build_price_scale
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, fit_text, measure_text_width, shorten_text
from dashboard.draw.theme import mix_colours
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.legend import LegendItem, build_swatch_item
from dashboard.sheet.panel import SMALL_FONT
from dashboard.text.numbers import format_optional_price
from deviation.question import Group
from deviation.report.wording import format_price

HEADING_FONT, SENTENCE_FONTS = 18, (16, 15, 14, 13)
"""Font sizes of a bar's heading, and of its sentences."""

MAX_SENTENCE_LINES = 4
"""Lines that a bar's sentences may take."""

ROW_HEIGHTS = (16.0, 110.0)
"""Least and greatest height of an exchange's line."""

ROW_FONTS = (17, 16, 15, 14, 13, 12)
"""Font sizes of names and numbers, the largest that leaves some air between lines."""

AXIS_HEIGHT = 42.0
"""Room for the numbers of the axis and its title."""

CHART_GAP = 30.0
"""Space between two bars' charts."""

MAX_NAME_WIDTH = 200.0
"""Width after which a name is cut."""

VALUE_COLUMNS = ("low", "high", "close")


@dataclass(frozen=True, slots=True)
class BarDetail:
    """A bar that is looked at closely: its position, and what its candles say in words."""

    position: int
    sentences: Sequence[str]


def draw_bounds(sheet: Sheet, box: Box, scene: Scene, details: Sequence[BarDetail], *, side_by_side: bool) -> None:
    """Draw every bar: ``side_by_side`` each other on a wide sheet, else one above the other, by their number of lines."""
    bar_boxes = _layout_bars(box, scene, details, side_by_side=side_by_side)
    tops = [_draw_text(sheet, bar_box, scene, detail) for detail, bar_box in zip(details, bar_boxes, strict=True)]
    if side_by_side:
        tops = [max(tops)] * len(tops)
    for number, (detail, bar_box, top) in enumerate(zip(details, bar_boxes, tops, strict=True), start=1):
        _draw_chart(sheet, number, Box(bar_box.left, top, bar_box.right, bar_box.bottom), scene, detail.position)


def build_bounds_legend(scene: Scene, details: Sequence[BarDetail]) -> list[LegendItem]:
    """The colour of each group that is drawn beside the focus."""
    groups = {
        price_range.row.market.group
        for detail in details
        for price_range in list_price_ranges(scene, detail.position)
        if price_range.row is not scene.focus
    }
    return [
        build_swatch_item(
            f"{group.upper()} exchanges", mix_colours(scene.colours.group_colours[group], scene.colours.paper, 0.35)
        )
        for group in Group
        if group in groups
    ]


def _layout_bars(box: Box, scene: Scene, details: Sequence[BarDetail], *, side_by_side: bool) -> list[Box]:
    if side_by_side:
        width = (box.right - box.left - CHART_GAP * (len(details) - 1)) / len(details)
        lefts = [box.left + number * (width + CHART_GAP) for number in range(len(details))]
        return [Box(left, box.top, left + width, box.bottom) for left in lefts]
    # A chart of few lines still needs its words and its axis.
    weights = [len(list_price_ranges(scene, detail.position)) + 6 for detail in details]
    height = box.bottom - box.top - CHART_GAP * (len(details) - 1)
    bar_boxes, top = [], box.top
    for weight in weights:
        bottom = top + height * weight / sum(weights)
        bar_boxes.append(Box(box.left, top, box.right, bottom))
        top = bottom + CHART_GAP
    return bar_boxes


def _draw_text(sheet: Sheet, box: Box, scene: Scene, detail: BarDetail) -> float:
    """Heading and sentences of a bar; returns where its chart may begin."""
    colours, width = scene.colours, box.right - box.left
    size, lines = fit_text(write_heading(scene, detail.position), (HEADING_FONT, 17, 16, 15), width, 2, bold=True)
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
    """A line per exchange, numbers on its right; as many as there is room for, the focus first."""
    price_ranges, colours = list_price_ranges(scene, position), scene.colours
    top, bottom = box.top + 24, box.bottom - AXIS_HEIGHT
    max_rows = max(1, int((bottom - top) / ROW_HEIGHTS[0]))
    shown_ranges = price_ranges if len(price_ranges) <= max_rows else price_ranges[: max_rows - 1]
    row_height = min(ROW_HEIGHTS[1], (bottom - top) / (len(shown_ranges) + (len(shown_ranges) < len(price_ranges))))
    size = next((size for size in ROW_FONTS if 1.6 * size <= row_height), ROW_FONTS[-1])
    names = [scene.format_name(price_range.row) for price_range in price_ranges]
    widest = max(measure_text_width(name, size, bold=True) for name in names[: len(shown_ranges)])
    texts = [
        [format_optional_price(value) for value in (price_range.low, price_range.high, price_range.close)]
        for price_range in shown_ranges
    ]
    columns = [
        max(measure_text_width(text, size, bold=True) for text in (title, *column)) + 18
        for title, column in zip(VALUE_COLUMNS, zip(*texts, strict=True), strict=True)
    ]
    inner = Box(
        box.left + min(widest, MAX_NAME_WIDTH) + 12,
        top,
        box.right - sum(columns) - 6,
        top + row_height * len(shown_ranges),
    )
    scale = _build_scale(price_ranges)
    _draw_axis(sheet, inner, scale, scene)
    right = inner.right + 6
    for title, column, width in zip(VALUE_COLUMNS, zip(*texts, strict=True), columns, strict=True):
        right += width
        sheet.write_text(title, right, box.top + 9, size=SMALL_FONT, colour=colours.muted, align="right")
        for index, text in enumerate(column):
            is_focus = shown_ranges[index].row is scene.focus
            colour = colours.ink if is_focus else colours.text
            y = top + row_height * (index + 0.5)
            sheet.write_text(text, right, y, size=size, colour=colour, align="right", bold=is_focus)
    for index, price_range in enumerate(shown_ranges):
        is_focus, y = price_range.row is scene.focus, top + row_height * (index + 0.5)
        colour = colours.ink if is_focus else colours.text
        name = shorten_text(names[index], size, MAX_NAME_WIDTH, bold=is_focus)
        sheet.write_text(name, inner.left - 10, y, size=size, colour=colour, align="right", bold=is_focus)
    x = {"type": "log" if scale.log else "linear", "range": scale.range, "showticklabels": False}
    y_axis = {"range": [len(shown_ranges) - 0.5, -0.5], "showticklabels": False}
    sheet.add_subplot(
        number,
        inner,
        x,
        y_axis,
        [_build_range_trace(scene, price_range, i, row_height) for i, price_range in enumerate(shown_ranges)],
    )
    if len(shown_ranges) < len(price_ranges):
        text = f"{len(price_ranges) - len(shown_ranges)} more not shown."
        sheet.write_text(text, box.left, inner.bottom + row_height / 2, size=12, colour=colours.muted)


def _build_scale(price_ranges: Sequence[PriceRange]) -> Scale:
    return build_price_scale(
        [
            np.array(
                [value for price_range in price_ranges for value in (price_range.low, price_range.high) if value > 0]
            )
        ],
        5,
    )


def _draw_axis(sheet: Sheet, inner: Box, scale: Scale, scene: Scene) -> None:
    """Prices below the chart, with lines up through it."""
    colours, last_label_end = scene.colours, inner.left - 60
    for value, text in ((value, format_price(value)) for value in scale.ticks):
        x = inner.left + (inner.right - inner.left) * scale.to_fraction(value)
        sheet.draw_line((x, inner.top), (x, inner.bottom), colours.grid, 1, below=True)
        half = measure_text_width(text, 14) / 2
        if x - half < last_label_end + 8:
            continue
        last_label_end = x + half
        sheet.write_text(text, x, inner.bottom + 13, size=14, colour=colours.text, align="center")
    title = f"dollars{', log scale' if scale.log else ''}; the tick is the close"
    sheet.write_text(title, inner.right, inner.bottom + 33, size=SMALL_FONT, colour=colours.muted, align="right")


def _build_range_trace(scene: Scene, price_range: PriceRange, index: int, row_height: float) -> dict[str, object]:
    """The range as a bar, the close as a tick across it."""
    is_focus = price_range.row is scene.focus
    colour = scene.focus_colour if is_focus else scene.colours.group_colours[price_range.row.market.group]
    tick_size = min(0.66 * row_height, 34)
    return {
        "x": [price_range.low, price_range.close, price_range.high],
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
            "opacity": 1,  # markers of several sizes are pale unless told otherwise
        },
        "cliponaxis": False,
        "name": scene.format_name(price_range.row),
    }
