"""The ranked strip and the histogram of leads on a printed sheet."""

from typing import Any

from dashboard.charts.market.chart import LeadChart
from dashboard.charts.market.labels import NameRow
from dashboard.charts.market.traces import build_bars, build_dots
from dashboard.charts.market.wording import write_captions
from dashboard.draw.label_layout import Box
from dashboard.draw.text_metrics import measure_text_width
from dashboard.draw.theme import PALETTES
from dashboard.sheet.canvas import Sheet

AXIS_WIDTH = 58.0
"""Width of the numbers left of the strip."""

HISTOGRAM_SHARE, PART_GAP = 0.2, 44.0
"""Width of the histogram as a share of the box, and the space before it."""

COUNT_WIDTH = 46.0
"""Space for the count right of the longest bar."""

CAPTION_HEIGHT = 28.0
"""Height of the captions above and below the strip."""

AXIS_FONT, NAME_FONT, CAPTION_FONT = 14, 14, 15
ROW_HEIGHT = 19.0
NAME_INDENT = 12.0
"""Pixels between the last dot of a row and its names."""

MAX_NAMES = 8
"""Names of a row."""

MARGIN_FACTOR = 1.02
"""The strip reaches beyond the last dot by this factor."""

MAX_NAME_SHARE = 0.5
"""No name takes more of the strip's width from the dots."""

DOT_SIZE, SMALL_DOT_SIZE = 9, 6


def draw_leads(sheet: Sheet, box: Box, chart: LeadChart) -> None:
    """Draw both parts; names that would leave the strip are left out."""
    histogram_width = HISTOGRAM_SHARE * (box.right - box.left)
    top, bottom = box.top + CAPTION_HEIGHT, box.bottom - CAPTION_HEIGHT
    strip = Box(box.left + AXIS_WIDTH, top, box.right - histogram_width - PART_GAP, bottom)
    histogram = Box(box.right - histogram_width, top, box.right - COUNT_WIDTH, bottom)
    colour = PALETTES[chart.view.theme].ink
    sheet.write_text("Assets", histogram.left, top - CAPTION_HEIGHT / 2, size=CAPTION_FONT, colour=colour, bold=True)
    _draw_axis(sheet, strip, histogram, chart)
    _draw_dots(sheet, strip, chart)
    _draw_names(sheet, strip, chart)
    _draw_captions(sheet, strip, chart)
    _draw_bars(sheet, histogram, chart)


def _compute_unit(box: Box, chart: LeadChart) -> float:
    """Pixels per unit of the axis of leads."""
    low, high = chart.scale.range
    return (box.bottom - box.top) / (high - low)


def _compute_y(box: Box, chart: LeadChart, position: float) -> float:
    """The height of a position of a lead."""
    low, high = chart.scale.range
    top_position = high if chart.sign > 0 else low
    return box.top - chart.sign * (position - top_position) * _compute_unit(box, chart)


def _draw_axis(sheet: Sheet, strip: Box, histogram: Box, chart: LeadChart) -> None:
    colours = PALETTES[chart.view.theme]
    for position, text in chart.scale.list_ticks(strip.bottom - strip.top):
        y = _compute_y(strip, chart, position)
        colour = colours.grid if position else colours.rule
        sheet.draw_line((strip.left, y), (strip.right, y), colour, below=True)
        sheet.draw_line((histogram.left, y), (histogram.right, y), colour, below=True)
        sheet.write_text(text, strip.left - 10, y, size=AXIS_FONT, colour=colours.text, align="right")


def _build_axes(chart: LeadChart, x_range: list[float]) -> tuple[dict[str, Any], dict[str, Any]]:
    low, high = chart.scale.range
    y_range = [low, high] if chart.sign > 0 else [-high, -low]
    return {"range": x_range, "showticklabels": False}, {"range": y_range, "showticklabels": False}


def _compute_last_rank(strip: Box, chart: LeadChart) -> float:
    """The rank at the right edge of the strip, which leaves room for the first name of each row."""
    width = strip.right - strip.left
    ends = [MARGIN_FACTOR * len(chart.gaps)]
    for row in _arrange_names(strip, chart):
        name_width = NAME_INDENT + measure_text_width(chart.write_names(row.ranks, 1), NAME_FONT)
        ends.append((row.last_rank + 1) / (1 - min(name_width / width, MAX_NAME_SHARE)))
    return max(ends)


def _draw_dots(sheet: Sheet, strip: Box, chart: LeadChart) -> None:
    x, y = _build_axes(chart, [-1, _compute_last_rank(strip, chart)])
    sheet.add_subplot(1, strip, x, y, [build_dots(chart, DOT_SIZE, SMALL_DOT_SIZE)])


def _arrange_names(strip: Box, chart: LeadChart) -> tuple[NameRow, ...]:
    return chart.arrange_names(strip.bottom - strip.top, ROW_HEIGHT)


def _draw_names(sheet: Sheet, strip: Box, chart: LeadChart) -> None:
    """The largest leads of each row with their size, as many as fit."""
    zero, last_rank = _compute_y(strip, chart, 0.0), _compute_last_rank(strip, chart)
    for row in _arrange_names(strip, chart):
        left = strip.left + (row.last_rank + 1) / (last_rank + 1) * (strip.right - strip.left) + NAME_INDENT
        texts = (chart.write_names(row.ranks, count) for count in range(min(len(row.ranks), MAX_NAMES), 0, -1))
        text = next((text for text in texts if left + measure_text_width(text, NAME_FONT) < strip.right), None)
        if text is not None:
            y = zero - chart.sign * row.depth
            sheet.write_text(text, left, y, size=NAME_FONT, colour=PALETTES[chart.view.theme].text)


def _draw_captions(sheet: Sheet, strip: Box, chart: LeadChart) -> None:
    """What either side of the line means, above and below the strip."""
    own, other = write_captions(chart.view, chart.focus_name)
    heights = (strip.bottom + CAPTION_HEIGHT / 2, strip.top - CAPTION_HEIGHT / 2)
    own_y, other_y = heights if chart.sign < 0 else reversed(heights)
    colour = PALETTES[chart.view.theme].muted
    sheet.write_text(own, strip.left, own_y, size=CAPTION_FONT, colour=chart.colour, bold=True)
    sheet.write_text(other, strip.left, other_y, size=CAPTION_FONT, colour=colour)


def _draw_bars(sheet: Sheet, histogram: Box, chart: LeadChart) -> None:
    """A bar per bin, as high as its bin on the axis, with its count at its end."""
    colours, bins = PALETTES[chart.view.theme], chart.bins
    most = max(len(gap_bin.assets) for gap_bin in bins)
    x, y = _build_axes(chart, [0, most])
    spans = [chart.compute_bin_span(gap_bin) for gap_bin in bins]
    sheet.add_subplot(2, histogram, x, y, [build_bars(chart)])
    for gap_bin, (start, end) in zip(bins, spans, strict=True):
        count = len(gap_bin.assets)
        if count:
            right = histogram.left + count / most * (histogram.right - histogram.left)
            y_middle = _compute_y(histogram, chart, (start + end) / 2)
            sheet.write_text(f"{count:,}", right + 6, y_middle, size=AXIS_FONT, colour=colours.text)
