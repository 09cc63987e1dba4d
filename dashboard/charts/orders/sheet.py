"""The order log on a sheet: lanes and refusal rate under the deviation of the focus exchange."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.comparison.panels import END_LABEL_WIDTH, draw_deviation_plot
from dashboard.charts.comparison.titles import write_deviation_title
from dashboard.charts.orders.lanes import (
    CLASS_COLOURS,
    OrderLanes,
    build_bar_trace,
    build_lanes,
    build_rate_traces,
)
from dashboard.charts.timeline.deviations import fit_deviation_scale
from dashboard.draw.axis import Scale, build_readable_scale
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import Plot, build_time_plot
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, escape_markup, fit_text, measure_text_width, shorten_text
from dashboard.draw.traces import get_window_range
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.panel import SMALL_FONT
from dashboard.sheet.sizes import SheetSize
from dashboard.sheet.time_axis import MARKS_HEIGHT, draw_note_marks, draw_notes, draw_time_axis
from dashboard.state.view import Theme
from dashboard.text.orders import describe_rate, describe_selection, describe_skew, write_headline
from dashboard.text.sentences import select_notes
from data.catalogue import Catalogue, Note
from deviation.measurement import Measurement
from evidence.orders.rates import RATE_RULE
from evidence.orders.report import OrderSummary
from evidence.orders.select import OrderSelection

TITLE_HEIGHT = 24.0
"""Height of the line above lanes and rate."""

LANE_GAP = 4.0
"""Space between lanes."""

LANE_HEIGHTS = (18.0, 40.0)
"""Least and greatest height of a lane."""

LANES_SHARE, RATE_SHARE = 0.3, 0.2
"""Shares of the height that all lanes take at most, and that the rate takes."""

TIME_AXIS_HEIGHT = 44.0

LANE_SUBPLOT, RATE_SUBPLOT = 10, 20
"""The numbers of the subplots of the first lane, and of the rate."""

MAX_NAME_CHARS = 60
"""How much of the name of a log is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOverlay:
    """What is drawn of a log.

    Attributes:
        name: the name of its file.
        skew_s: the seconds that were added to its times.
        selection: its events of the asset, exchange and window.
        summary: the counts of these.
    """

    name: str
    skew_s: float
    selection: OrderSelection
    summary: OrderSummary


def build_orders_sheet(
    measurement: Measurement,
    overlay: OrderOverlay,
    catalogue: Catalogue,
    *,
    size: SheetSize = SheetSize.WIDE,
    theme: Theme = Theme.LIGHT,
    assumed: frozenset[tuple[str, str]] = frozenset(),
    imprint: Imprint = NO_IMPRINT,
) -> go.Figure:
    """The sheet.

    Args:
        measurement: the deviation above the lanes.
        overlay: the orders of the measurement's asset, focus exchange and window.
        catalogue: names of venues, and notes on the event.
        size: the shape.
        theme: light or dark paper.
        assumed: markets, as (venue, symbol), without a published figure.
        imprint: link and day of the source line.
    """
    scene = Scene(measurement, catalogue, theme, frozenset(), assumed)
    question = measurement.question
    lanes = build_lanes(overlay.summary.minutes, question.start, question.end)
    notes = select_notes(measurement, catalogue, 0.5)
    text = write_orders_text(measurement, overlay, catalogue)
    return build_chart_sheet(
        text,
        lambda sheet, box: _draw_body(sheet, box, scene, lanes, notes),
        [measurement],
        catalogue,
        size=size,
        theme=theme,
        imprint=imprint,
    )


def write_orders_text(measurement: Measurement, overlay: OrderOverlay, catalogue: Catalogue) -> ChartText:
    """The texts of the sheet: the rate, what is counted of which log, how, and what has to be known beside it."""
    asset, focus = measurement.question.asset, measurement.focus
    all_orders, reducing = overlay.summary.all_orders, overlay.summary.reduce_only
    name = overlay.name if len(overlay.name) <= MAX_NAME_CHARS else f"{overlay.name[:MAX_NAME_CHARS]}..."
    selected = describe_selection(overlay.selection, catalogue, asset, focus)
    rates = (
        f"Orders: {describe_rate(all_orders)}. Of these reduce-only: {describe_rate(reducing, 'reduce-only order')}."
    )
    subtitle = (
        f"One person's order log, {escape_markup(name)}, not checked against the exchange; "
        f"{describe_skew(overlay.skew_s)}. {selected}"
    )
    return ChartText(
        headline=write_headline(all_orders, asset, catalogue.get_venue(focus).name),
        subtitle=subtitle,
        method=RATE_RULE,
        notes=[rates, *(note.text for note in overlay.summary.notes)],
    )


def _draw_body(sheet: Sheet, box: Box, scene: Scene, lanes: OrderLanes, notes: Sequence[Note]) -> None:
    bottom = draw_notes(sheet, scene, box, notes) - TIME_AXIS_HEIGHT
    height = bottom - box.top
    lane_count = max(len(lanes.lanes), 1)
    lane_height = min(max(LANES_SHARE * height / lane_count - LANE_GAP, LANE_HEIGHTS[0]), LANE_HEIGHTS[1])
    rate_top = bottom - RATE_SHARE * height
    lanes_bottom = rate_top - TITLE_HEIGHT
    lanes_top = lanes_bottom - (lane_height + LANE_GAP) * lane_count
    title_size, title_lines = fit_text(
        write_deviation_title(scene), (15, 14, 13), box.right - box.left, 2, balance=False
    )
    deviation_top = box.top + title_size * LINE_HEIGHT * len(title_lines) + 8 + (MARKS_HEIGHT if notes else 0)
    deviation_bottom = lanes_top - TITLE_HEIGHT
    scale = build_readable_scale(
        lambda max_ticks: fit_deviation_scale(scene, max_ticks), 6, deviation_bottom - deviation_top
    )
    left = box.left + max(measure_text_width(text, 14) for text in (*scale.tick_texts, "100%")) + 10
    right, bars = box.right - END_LABEL_WIDTH, scene.measurement.axis.size
    deviation = build_time_plot(Box(left, deviation_top, right, deviation_bottom), bars, scale)
    rate_scale = Scale(0.0, 100.0, ticks=(0.0, 50.0, 100.0), tick_texts=("0%", "50%", "100%"))
    rate = build_time_plot(Box(left, rate_top, right, bottom), bars, rate_scale)
    draw_note_marks(sheet, scene, notes, (deviation,))
    for number, line in enumerate(title_lines):
        y = box.top + title_size * LINE_HEIGHT * (number + 0.5)
        sheet.write_text(line, box.left, y, size=title_size, colour=scene.colours.text)
    draw_deviation_plot(sheet, scene, deviation, box)
    lane_plots = _draw_lanes(sheet, scene, lanes, Box(left, lanes_top, right, lanes_bottom), lane_height, box)
    _write_title(sheet, scene, lanes.count_title, left, lanes_top)
    _write_title(sheet, scene, lanes.rate_title, left, rate_top)
    _draw_rate(sheet, scene, lanes, rate)
    draw_time_axis(sheet, scene, Box(left, deviation_top, right, bottom), (deviation, *lane_plots, rate))


def _write_title(sheet: Sheet, scene: Scene, text: str, left: float, bottom: float) -> None:
    sheet.write_text(text, left, bottom - 10, size=14, colour=scene.colours.text)


def _draw_lanes(sheet: Sheet, scene: Scene, lanes: OrderLanes, box: Box, lane_height: float, limits: Box) -> list[Plot]:
    """Draw a lane per class with events, with its highest count on the left and its name on the right."""
    colours, plots = scene.colours, []
    if not lanes.lanes:
        middle = (box.top + box.bottom) / 2
        sheet.write_text("no order in this window", box.left + 8, middle, size=14, colour=colours.muted)
    for number, lane in enumerate(lanes.lanes):
        top = box.top + number * (lane_height + LANE_GAP)
        plot = build_time_plot(
            Box(box.left, top, box.right, top + lane_height), scene.measurement.axis.size, Scale(0.0, lane.highest)
        )
        plots.append(plot)
        sheet.draw_line((box.left, plot.box.bottom), (box.right, plot.box.bottom), colours.rule, 1, below=True)
        sheet.write_text(
            f"{lane.highest:,}", box.left - 8, top + 7, size=SMALL_FONT, colour=colours.text, align="right"
        )
        label = shorten_text(lane.label, SMALL_FONT, limits.right - box.right - 12)
        colour = CLASS_COLOURS[scene.theme][lane.order_class]
        sheet.write_text(label, box.right + 12, top + lane_height / 2, size=SMALL_FONT, colour=colour)
        x = {"type": "date", "range": get_window_range(scene.measurement), "showticklabels": False}
        y = {"range": [0, lane.highest], "showticklabels": False}
        sheet.add_subplot(LANE_SUBPLOT + number, plot.box, x, y, [build_bar_trace(lane, lanes.bar_ms, scene.theme)])
    return plots


def _draw_rate(sheet: Sheet, scene: Scene, lanes: OrderLanes, plot: Plot) -> None:
    colours, box = scene.colours, plot.box
    for value, text in zip(plot.y.ticks, plot.y.tick_texts, strict=True):
        y = plot.to_y(value)
        sheet.draw_line((box.left, y), (box.right, y), colours.grid, 1, below=True)
        sheet.write_text(text, box.left - 8, y, size=14, colour=colours.text, align="right")
    x = {"type": "date", "range": get_window_range(scene.measurement), "showticklabels": False}
    y_axis = {"range": [0, 100], "showticklabels": False}
    sheet.add_subplot(RATE_SUBPLOT, box, x, y_axis, build_rate_traces(lanes, colours.ink, colours.band))
