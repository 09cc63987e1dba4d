"""The charts of the comparison sheet: prices, deviations and the strip of states, stacked on one time axis."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dashboard.charts.timeline.deviations import (
    build_deviation_end_labels,
    build_deviation_traces,
    find_extremes,
    fit_deviation_scale,
)
from dashboard.charts.timeline.prices import (
    build_price_end_labels,
    build_price_traces,
    find_clear_low,
    find_off_scale_trades,
    fit_price_scale,
    list_drawn_prices,
)
from dashboard.charts.timeline.states import LANE_COUNT, build_lanes, count_states
from dashboard.draw.axis import build_readable_scale
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import Plot, build_time_plot
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import measure_text_width, shorten_text
from dashboard.draw.traces import get_window_range
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.panel import SMALL_FONT, draw_axis, draw_callout, draw_end_labels, join_lines
from dashboard.sheet.time_axis import MARKS_HEIGHT, draw_note_marks, draw_notes, draw_time_axis
from dashboard.text.sentences import describe_bar_closes
from data.catalogue import Note
from deviation.question import Group
from deviation.wording import format_minutes

END_LABEL_WIDTH = 146
"""Width of the space for labels right of the plots."""

LANE_HEIGHT = 17
"""Height of a lane of the strip."""

PRICES_SHARE = 0.53
"""Share of the height of both plots that prices take."""


def draw_charts(sheet: Sheet, scene: Scene, box: Box, notes: Sequence[Note]) -> None:
    """Draw all charts, the time axis below them, and the notes at the bottom."""
    bottom = draw_notes(sheet, scene, box, notes)
    lanes = build_lanes(scene)
    strip_bottom = bottom - 44
    strip_top = strip_bottom - LANE_HEIGHT * len(lanes)
    heading_heights = 26 + (MARKS_HEIGHT if notes else 0), 30
    panels_height = strip_top - 26 - box.top - sum(heading_heights)
    price_bottom = box.top + heading_heights[0] + PRICES_SHARE * panels_height
    scales = (
        build_readable_scale(lambda max_ticks: fit_price_scale(scene, max_ticks), 7, PRICES_SHARE * panels_height),
        build_readable_scale(
            lambda max_ticks: fit_deviation_scale(scene, max_ticks), 6, (1 - PRICES_SHARE) * panels_height
        ),
    )
    number_width = max(measure_text_width(text, 14) for scale in scales for text in (*scale.tick_texts, "0"))
    left, right = box.left + number_width + 10, box.right - END_LABEL_WIDTH
    bar_count = scene.measurement.axis.size
    price_box = Box(left, box.top + heading_heights[0], right, price_bottom)
    price_plot = build_time_plot(price_box, bar_count, scales[0])
    deviation_box = Box(left, price_bottom + heading_heights[1], right, strip_top - 26)
    deviation_plot = build_time_plot(deviation_box, bar_count, scales[1])
    draw_note_marks(sheet, scene, notes, (price_plot, deviation_plot))
    _draw_prices(sheet, scene, price_plot, box)
    _draw_deviations(sheet, scene, deviation_plot, box)
    if lanes:
        _draw_strip(sheet, scene, Box(left, strip_top, right, strip_bottom), box)
    draw_time_axis(sheet, scene, Box(left, price_box.top, right, strip_bottom), (price_plot, deviation_plot))


def _draw_prices(sheet: Sheet, scene: Scene, plot: Plot, box: Box) -> None:
    question = scene.measurement.question
    unit = "as printed, in the quote of each market" if question.parameters.quote == "as-is" else "in dollars"
    log = ", log scale" if plot.y.log else ""
    closes = describe_bar_closes(question)
    hollow = (
        "; hollow: too small to vote"
        if any(row.state_counts.small_min for row in (*scene.other_rows, scene.focus) if row)
        else ""
    )
    assumed = "; dashed: assumed" if scene.is_illustration and scene.assumed_markets else ""
    sheet.write_text(
        f"<b>Price of {question.asset}</b> {unit}, {closes}{log}{hollow}{assumed}",
        box.left,
        box.top + 8,
        size=15,
        colour=scene.colours.text,
    )
    draw_axis(sheet, scene, plot, 1, build_price_traces(scene))
    draw_end_labels(sheet, plot, build_price_end_labels(scene, with_dashes=True), box.right)
    drawn_points = join_lines([plot.build_line_points(values) for values in list_drawn_prices(scene)])
    occupied: list[Box] = []
    for trade in find_off_scale_trades(scene, plot.y):
        x = plot.to_x(trade.position)
        tip = plot.box.bottom - 1
        sheet.draw_polygon([(x - 4.5, tip - 8), (x + 4.5, tip - 8), (x, tip)], trade.colour)
        sheet.draw_line((x, tip - 17), (x, tip - 7), trade.colour, 1.6)
        occupied.append(Box(x - 6, tip - 18, x + 6, tip))
        draw_callout(sheet, trade.text, (x, tip - 10), trade.colour, plot.box, occupied, drawn_points)
    if (lowest_trade := find_clear_low(scene)) is not None and lowest_trade.price >= plot.y.low:
        point = (plot.to_x(lowest_trade.position), plot.to_y(lowest_trade.price))
        draw_callout(sheet, lowest_trade.text, point, lowest_trade.colour, plot.box, occupied, drawn_points)


def _draw_deviations(sheet: Sheet, scene: Scene, plot: Plot, box: Box) -> None:
    measurement, colours = scene.measurement, scene.colours
    question, focus = measurement.question, scene.focus
    name = scene.format_name(focus) if focus is not None else scene.catalogue.get_venue(question.focus).name
    others_text = f"the {question.parameters.reference.label} of the others"
    reference_text = others_text if question.underlying is None else "fair value"
    has_thin = focus is not None and any(focus.series[group].thin.any() for group in Group)
    remarks = ["; grey band: where the other venues stood"] if not np.isnan(scene.band[0]).all() else []
    remarks += ["; hollow: only one or two votes"] if has_thin else []
    text = f"<b>{name}</b> against {reference_text}{''.join(remarks)}"
    size = next((size for size in (15, 14, 13) if measure_text_width(text, size) <= box.right - box.left), 12)
    sheet.write_text(text, box.left, plot.box.top - 14, size=size, colour=colours.text)
    draw_axis(sheet, scene, plot, 2, build_deviation_traces(scene))
    zero = plot.to_y(0)
    sheet.draw_line((plot.box.left, zero), (plot.box.right, zero), colours.rule, 1, below=True)
    for value in (-100 * question.parameters.enter, 100 * question.parameters.enter):
        y = plot.to_y(value)
        sheet.draw_line((plot.box.left, y), (plot.box.right, y), colours.rule, 1, "dot", below=True)
    if focus is None:
        middle = (plot.box.left + plot.box.right) / 2
        sheet.write_text(
            f"no candle of {name} in the window", middle, zero - 14, size=15, colour=colours.muted, align="center"
        )
        return
    if not any(series.votes.any() for series in focus.series.values()):
        middle = (plot.box.left + plot.box.right) / 2
        text = "nothing to compare with: nobody else voted in the window"
        sheet.write_text(text, middle, zero - 14, size=15, colour=colours.muted, align="center")
    draw_end_labels(sheet, plot, build_deviation_end_labels(scene), box.right)
    lines = [plot.build_line_points(100 * focus.series[group].d) for group in Group]
    drawn_points, occupied = join_lines(lines), []
    # The deepest point lies near the lower edge; its label may extend a little below the plot.
    bounds = replace(plot.box, bottom=plot.box.bottom + 5)
    for extreme in find_extremes(scene):
        point = (plot.to_x(extreme.position), plot.to_y(extreme.value))
        occupied.append(Box(point[0] - 3, point[1] - 3, point[0] + 3, point[1] + 3))
        draw_callout(sheet, extreme.text, point, scene.colours.ink, bounds, occupied, drawn_points)


def _draw_strip(sheet: Sheet, scene: Scene, box: Box, limits: Box) -> None:
    lanes = build_lanes(scene)
    hidden = {"showticklabels": False}
    x = {"type": "date", "range": get_window_range(scene.measurement), **hidden}
    traces = [trace for lane in lanes for trace in lane.traces]
    sheet.add_subplot(3, box, x, {"range": [0, LANE_COUNT], **hidden}, traces)
    for lane in lanes:
        y = box.bottom - (box.bottom - box.top) * lane.middle / LANE_COUNT
        text = shorten_text(lane.label, SMALL_FONT, limits.right - box.right - 12)
        sheet.write_text(text, box.right + 12, y, size=SMALL_FONT, colour=lane.colour)
    parts = [
        f'<span style="color:{scene.colours.state_colours[state]}">■</span> '
        f"{format_minutes(count)} {state.name.lower()}"
        for state, count in count_states(scene)
    ]
    name = "" if scene.focus is None else scene.catalogue.get_venue(scene.focus.market.venue).name
    bar = scene.measurement.question.timeframe.noun
    text = f"Votes per {bar} (pale: too few to be firm) and minutes of {name}: {'  '.join(parts)}"
    sheet.write_text(text, limits.left, box.top - 11, size=SMALL_FONT, colour=scene.colours.muted)
