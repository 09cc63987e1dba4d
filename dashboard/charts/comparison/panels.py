"""The charts of the comparison picture: prices, deviations and the strip of states, stacked on one time axis."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dashboard.charts.comparison.titles import write_deviation_title, write_price_title
from dashboard.charts.timeline.deviation_marks import TradeSpan, find_extremes, find_trade_span
from dashboard.charts.timeline.deviations import (
    build_deviation_end_labels,
    build_deviation_traces,
    fit_deviation_scale,
    list_drawn_series,
)
from dashboard.charts.timeline.extreme_trades import ExtremeTrade, find_clear_trades, find_off_scale_trades
from dashboard.charts.timeline.prices import (
    build_price_end_labels,
    build_price_traces,
    fit_price_scale,
    list_drawn_prices,
)
from dashboard.charts.timeline.states import STATE_NAMES, build_lanes, count_states, is_complete
from dashboard.draw.axis import build_readable_scale
from dashboard.draw.label_layout import Box, Points, interpolate_line
from dashboard.draw.plot import Plot, build_time_plot
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, fit_text, measure_text_width, shorten_text
from dashboard.draw.traces import get_window_range
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.panel import SMALL_FONT, draw_axis, draw_callout, draw_end_labels, join_lines
from dashboard.sheet.time_axis import MARKS_HEIGHT, draw_note_marks, draw_notes, draw_time_axis
from data.catalogue import Note
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_minutes

END_LABEL_WIDTH = 158
"""Width of the space for labels right of the plots."""

LANE_HEIGHT = 15
"""Height of a lane of the strip."""

PRICES_SHARE = 0.5
"""Share of the height of both plots that prices take."""

TITLE_FONTS = (15, 14, 13)
"""Font sizes of the line above a plot."""

STRIP_TITLE_HEIGHT = 26
"""Height of the line above the strip."""


def draw_charts(sheet: Sheet, scene: Scene, box: Box, notes: Sequence[Note]) -> None:
    """Draw all charts, the time axis below them, and the notes at the bottom."""
    bottom = draw_notes(sheet, scene, box, notes)
    lanes = () if is_complete(scene) else build_lanes(scene)
    strip_bottom = bottom - 44
    strip_top = strip_bottom - LANE_HEIGHT * len(lanes)
    plots_bottom = strip_top - (STRIP_TITLE_HEIGHT if lanes else 0)
    titles = [
        fit_text(text, TITLE_FONTS, box.right - box.left, 2, balance=False)
        for text in (write_price_title(scene), write_deviation_title(scene))
    ]
    title_heights = [size * LINE_HEIGHT * len(lines) + 8 for size, lines in titles]
    price_top = box.top + title_heights[0] + (MARKS_HEIGHT if notes else 0)
    panels_height = plots_bottom - price_top - title_heights[1] - 8
    price_bottom = price_top + PRICES_SHARE * panels_height
    scales = (
        build_readable_scale(lambda max_ticks: fit_price_scale(scene, max_ticks), 7, PRICES_SHARE * panels_height),
        build_readable_scale(
            lambda max_ticks: fit_deviation_scale(scene, max_ticks), 6, (1 - PRICES_SHARE) * panels_height
        ),
    )
    number_width = max(measure_text_width(text, 14) for scale in scales for text in (*scale.tick_texts, "0"))
    left, right = box.left + number_width + 10, box.right - END_LABEL_WIDTH
    bar_count = scene.measurement.axis.size
    price_plot = build_time_plot(Box(left, price_top, right, price_bottom), bar_count, scales[0])
    deviation_top = price_bottom + 8 + title_heights[1]
    deviation_plot = build_time_plot(Box(left, deviation_top, right, plots_bottom), bar_count, scales[1])
    draw_note_marks(sheet, scene, notes, (price_plot, deviation_plot))
    _write_title(sheet, scene, titles[0], box.left, box.top)
    _draw_prices(sheet, scene, price_plot, box)
    _write_title(sheet, scene, titles[1], box.left, price_bottom + 8)
    draw_deviation_plot(sheet, scene, deviation_plot, box)
    if lanes:
        _draw_strip(sheet, scene, Box(left, strip_top, right, strip_bottom), box)
    draw_time_axis(sheet, scene, Box(left, price_top, right, strip_bottom), (price_plot, deviation_plot))


def _write_title(sheet: Sheet, scene: Scene, title: tuple[float, Sequence[str]], left: float, top: float) -> None:
    size, lines = title
    for number, line in enumerate(lines):
        y = top + size * LINE_HEIGHT * (number + 0.5)
        subject, separator, rest = line.partition(": ") if number == 0 else ("", "", line)
        text = f"<b>{subject}{separator}</b>{rest}" if separator else line
        sheet.write_text(text, left, y, size=size, colour=scene.colours.text)


def _draw_prices(sheet: Sheet, scene: Scene, plot: Plot, box: Box) -> None:
    draw_axis(sheet, scene, plot, 1, build_price_traces(scene))
    draw_end_labels(sheet, plot, build_price_end_labels(scene, with_dashes=True), box.right)
    drawn_points = join_lines([plot.build_line_points(values) for values in list_drawn_prices(scene)])
    occupied: list[Box] = []
    off_scale = find_off_scale_trades(scene, plot.y)
    for trade in off_scale:
        tip = _draw_arrow(sheet, plot, trade, occupied)
        draw_callout(sheet, trade.text, tip, trade.colour, plot.box, occupied, drawn_points)
    for trade in find_clear_trades(scene):
        if plot.y.low <= trade.price <= plot.y.high:
            point = (plot.to_x(trade.position), plot.to_y(trade.price))
            draw_callout(sheet, trade.text, point, trade.colour, plot.box, occupied, drawn_points)


def _draw_arrow(sheet: Sheet, plot: Plot, trade: ExtremeTrade, occupied: list[Box]) -> tuple[float, float]:
    """Draw an arrow at the edge beyond which a trade lies; returns where its label is to be."""
    x, sign = plot.to_x(trade.position), -trade.side.sign
    tip = plot.box.bottom - 1 if trade.side is Side.BELOW else plot.box.top + 1
    base, end = tip - 8 * sign, tip - 18 * sign
    sheet.draw_polygon([(x - 4.5, base), (x + 4.5, base), (x, tip)], trade.colour)
    sheet.draw_line((x, end), (x, base), trade.colour, 1.6)
    occupied.append(Box(x - 6, min(tip, end), x + 6, max(tip, end)))
    return x, tip - 10 * sign


def draw_deviation_plot(sheet: Sheet, scene: Scene, plot: Plot, box: Box) -> None:
    """Draw the plot of deviations with its labels; end labels stand between the plot and the right edge of ``box``."""
    measurement, colours, focus = scene.measurement, scene.colours, scene.focus
    draw_axis(sheet, scene, plot, 2, build_deviation_traces(scene))
    zero, enter = plot.to_y(0), 100 * measurement.question.parameters.enter
    sheet.draw_line((plot.box.left, zero), (plot.box.right, zero), colours.rule, 1, below=True)
    for y in (plot.to_y(-enter), plot.to_y(enter)):
        sheet.draw_line((plot.box.left, y), (plot.box.right, y), colours.rule, 1, "dot", below=True)
    missing_text = _write_missing_text(scene)
    if missing_text:
        size, lines = fit_text(missing_text, (15, 14, 13), plot.box.right - plot.box.left - 20, 2)
        middle = (plot.box.left + plot.box.right) / 2
        for number, line in enumerate(reversed(lines)):
            y = zero - 14 - number * size * LINE_HEIGHT
            sheet.write_text(line, middle, y, size=size, colour=colours.muted, align="center")
    if focus is None:
        return
    draw_end_labels(sheet, plot, build_deviation_end_labels(scene), box.right)
    drawn_points = list_drawn_points(plot, focus, find_trade_span(scene))
    # The extremes lie near the edges; their labels may extend a little beyond the plot.
    bounds = replace(plot.box, top=plot.box.top - 2, bottom=plot.box.bottom + 5)
    extremes = [(extreme.position, extreme.value, extreme.text) for extreme in find_extremes(scene)]
    points = [(plot.to_x(position), plot.to_y(value)) for position, value, _ in extremes]
    occupied = [Box(x - 3, y - 3, x + 3, y + 3) for x, y in points]
    for point, (*_, text) in zip(points, extremes, strict=True):
        draw_callout(sheet, text, point, colours.ink, bounds, occupied, drawn_points)
    span = find_trade_span(scene)
    if span is not None:
        point = (plot.to_x(span.position), plot.to_y(span.least))
        draw_callout(sheet, span.text, point, scene.focus_colour, bounds, occupied, drawn_points)


def list_drawn_points(plot: Plot, row: MarketRow, span: TradeSpan | None) -> Points:
    """Pixels of everything that labels should not cover: the lines, and the line to a trade beyond them."""
    lines = [plot.build_line_points(100 * series.d) for _, series in list_drawn_series(row)]
    if span is not None:
        x = plot.to_x(span.position)
        lines.append(interpolate_line(np.array([(x, plot.to_y(0)), (x, plot.to_y(span.most))]), 5.0))
    return join_lines(lines)


def _write_missing_text(scene: Scene) -> str:
    """Why the plot of deviations has no line; "" where it has one."""
    name = scene.catalogue.get_venue(scene.measurement.focus).name
    if scene.focus is None:
        return f"No price of {scene.measurement.question.asset} on {name} is in this data for this window"
    if any(series.observed.any() for series in scene.focus.series.values()):
        return ""
    return "Nothing to compare with: no other exchange's price is in this data for these minutes"


def _draw_strip(sheet: Sheet, scene: Scene, box: Box, limits: Box) -> None:
    lanes = build_lanes(scene)
    hidden = {"showticklabels": False}
    x = {"type": "date", "range": get_window_range(scene.measurement), **hidden}
    traces = [trace for lane in lanes for trace in lane.traces]
    sheet.add_subplot(3, box, x, {"range": [0, len(lanes)], **hidden}, traces)
    for lane in lanes:
        y = box.bottom - (box.bottom - box.top) * lane.middle / len(lanes)
        text = shorten_text(lane.label, SMALL_FONT, limits.right - box.right - 12)
        sheet.write_text(text, box.right + 12, y, size=SMALL_FONT, colour=lane.colour)
    parts = [
        f'<span style="color:{scene.colours.state_colours[state]}">■</span> '
        f"{format_minutes(count)} {STATE_NAMES[state]}"
        for state, count in count_states(scene)
    ]
    name = "" if scene.focus is None else scene.catalogue.get_venue(scene.focus.market.venue).name
    noun = scene.measurement.question.timeframe.noun
    text = f"Exchanges with a price, per {noun} (pale: fewer than three), and {noun}s of {name}: {'  '.join(parts)}"
    sheet.write_text(text, limits.left, box.top - 11, size=SMALL_FONT, colour=scene.colours.muted)
