"""The comparison picture as a newspaper prints it: the finding, two or three numbers, and one chart.

It is made for a column of 85 mm: 8 pixels are a millimetre, so that its smallest text, of 17 pixels, has 6 points.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.comparison.panels import list_drawn_points
from dashboard.charts.comparison.print_numbers import KeyNumber, list_key_numbers
from dashboard.charts.timeline.deviation_marks import describe_others, find_extremes, find_trade_span
from dashboard.charts.timeline.deviations import build_deviation_traces, fit_deviation_scale, list_drawn_series
from dashboard.draw.axis import build_readable_scale
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import Plot, build_time_plot
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, fit_text, measure_text_width
from dashboard.draw.theme import TEMPLATES
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.frame import draw_watermark
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.panel import draw_axis, draw_callout
from dashboard.sheet.sizes import SheetShape
from dashboard.text.clock import build_ticks
from dashboard.text.sentences import write_source_line
from deviation.report.headline import write_headline
from deviation.report.notes import describe_choices

FONT = 17.0
"""The smallest font: 6 points in a column of 85 mm."""

TITLE_FONTS, NUMBER_FONT = (32, 30, 28, 26, 24), 32.0
"""Font sizes of the finding, and of a key number."""

MAX_TITLE_LINES, MAX_CAPTION_LINES, MAX_SOURCE_LINES = 5, 4, 3
"""Lines that each of these texts may take."""


def build_print_sheet(scene: Scene, shape: SheetShape, imprint: Imprint) -> go.Figure:
    """The picture, laid out for its shape; see `dashboard.charts.comparison.sheet.build_comparison_sheet`."""
    sheet = Sheet(shape.width, shape.height)
    top = _draw_texts(sheet, scene, shape)
    top = _draw_numbers(sheet, scene, list_key_numbers(scene), Box(shape.margin, top, shape.right, shape.height))
    bottom = _draw_source(sheet, scene, shape, imprint)
    _draw_chart(sheet, scene, Box(shape.margin, top, shape.right, bottom))
    if scene.is_illustration:
        draw_watermark(sheet, scene.colours, shape)
    return sheet.build_figure(TEMPLATES[scene.theme])


def _draw_texts(sheet: Sheet, scene: Scene, shape: SheetShape) -> float:
    """Draw the finding and the choices; returns the height at which the rest may begin."""
    colours, y = scene.colours, 16.0
    title = write_headline(scene.measurement, scene.zone.tzinfo)[0].removesuffix(".")
    size, lines = fit_text(title, TITLE_FONTS, shape.inner_width, MAX_TITLE_LINES, bold=True, balance=False)
    for line in lines:
        sheet.write_text(line, shape.margin, y + 0.6 * size, size=size, colour=colours.ink, bold=True)
        y += 1.2 * size
    choices = describe_choices(scene.measurement.question)
    if choices:
        y = _write_lines(sheet, choices, (shape.margin, y + 4), shape.inner_width, colours.ink, 3)
    return y + 12


def _write_lines(
    sheet: Sheet, text: str, corner: tuple[float, float], width: float, colour: str, max_lines: int
) -> float:
    """Write a text in the smallest font; returns where it ends."""
    left, y = corner
    for line in fit_text(text, (FONT,), width, max_lines, balance=False)[1]:
        sheet.write_text(line, left, y + FONT * LINE_HEIGHT / 2, size=FONT, colour=colour)
        y += FONT * LINE_HEIGHT
    return y


def _draw_numbers(sheet: Sheet, scene: Scene, numbers: Sequence[KeyNumber], box: Box) -> float:
    """Draw the key numbers side by side, each over its caption; returns the height at which the chart may begin."""
    if not numbers:
        return box.top
    width, bottom = (box.right - box.left) / len(numbers), box.top
    for place, number in enumerate(numbers):
        left = box.left + place * width
        y = box.top + NUMBER_FONT * 0.65
        sheet.write_text(number.text, left, y, size=NUMBER_FONT, colour=scene.focus_colour, bold=True)
        corner = (left, box.top + NUMBER_FONT * 1.25)
        end = _write_lines(sheet, number.caption, corner, width - 16, scene.colours.text, MAX_CAPTION_LINES)
        bottom = max(bottom, end)
    return bottom + 12


def _draw_source(sheet: Sheet, scene: Scene, shape: SheetShape, imprint: Imprint) -> float:
    """Draw the source line at the bottom; returns the height at which the chart must end."""
    text = write_source_line([scene.measurement], imprint.parts, with_origins=scene.is_illustration)
    lines = fit_text(text, (FONT,), shape.inner_width, MAX_SOURCE_LINES, balance=False)[1]
    top = shape.height - 12 - FONT * LINE_HEIGHT * len(lines)
    _write_lines(sheet, text, (shape.margin, top), shape.inner_width, scene.colours.muted, MAX_SOURCE_LINES)
    sheet.draw_line((shape.margin, top - 5), (shape.right, top - 5), scene.colours.rule)
    return top - 10


def _draw_chart(sheet: Sheet, scene: Scene, box: Box) -> None:
    """Draw the deviations with labels at their lines, and the clock below."""
    title, width = _write_chart_title(scene), box.right - box.left
    top = _write_lines(sheet, title, (box.left, box.top), width, scene.colours.text, 2)
    bottom = box.bottom - FONT * LINE_HEIGHT - 8
    scale = build_readable_scale(lambda max_ticks: fit_deviation_scale(scene, max_ticks), 6, bottom - top - 12)
    number_width = max(measure_text_width(text, FONT) for text in (*scale.tick_texts, "0%"))
    inner = Box(box.left + number_width + 10, top + 12, box.right - 4, bottom)
    plot = build_time_plot(inner, scene.measurement.axis.size, scale)
    draw_axis(sheet, scene, plot, 1, build_deviation_traces(scene), font_size=FONT)
    zero = plot.to_y(0)
    sheet.draw_line((inner.left, zero), (inner.right, zero), scene.colours.rule, 1.5, below=True)
    _draw_clock(sheet, scene, plot)
    _draw_labels(sheet, scene, plot)


def _write_chart_title(scene: Scene) -> str:
    question, name = scene.measurement.question, scene.catalogue.get_venue(scene.measurement.focus).name
    others = "its estimated fair value" if question.underlying else "the median of the other exchanges"
    if question.underlying is None:
        others = f"the {question.parameters.reference.label} of the other exchanges"
    band = "" if np.isnan(scene.band[0]).all() else "; grey: range of the others"
    return f"{name}'s price against {others}{band}"


def _draw_clock(sheet: Sheet, scene: Scene, plot: Plot) -> None:
    """Draw ticks below the plot; the first has the day and the zone in front."""
    question, axis, inner = scene.measurement.question, scene.measurement.axis, plot.box
    ticks = build_ticks(question.start, question.end, scene.zone, 5, axis.bar_length)
    y, right = inner.bottom + 8 + FONT * LINE_HEIGHT / 2, inner.right
    title_width = measure_text_width(ticks.title, FONT)
    sheet.draw_line((inner.left, inner.bottom + 2), (inner.right, inner.bottom + 2), scene.colours.rule)
    sheet.write_text(ticks.title, right, y, size=FONT, colour=scene.colours.text, align="right")
    end = -1.0
    for time, text in zip(ticks.times, ticks.labels, strict=True):
        x = plot.to_x((time - question.start) / axis.bar_length)
        sheet.draw_line((x, inner.bottom + 2), (x, inner.bottom + 7), scene.colours.rule)
        half_width = measure_text_width(text, FONT) / 2
        centre = max(x, inner.left - 30 + half_width)
        if centre - half_width < end + 10 or centre + half_width > right - title_width - 12:
            continue
        end = centre + half_width
        sheet.write_text(text, centre, y, size=FONT, colour=scene.colours.text, align="center")


def _draw_labels(sheet: Sheet, scene: Scene, plot: Plot) -> None:
    """Draw a label for each line at its extreme, and the extreme trade; a sentence where there is no line."""
    row = scene.focus
    if row is None or not list_drawn_series(row):
        name = scene.catalogue.get_venue(scene.measurement.focus).name
        text = f"No price of {name} to show" if row is None else "No other exchange's price is in this data"
        x = (plot.box.left + plot.box.right) / 2
        sheet.write_text(text, x, plot.to_y(0) - 20, size=FONT, colour=scene.colours.muted, align="center")
        return
    drawn = list_drawn_series(row)
    extremes, span = find_extremes(scene), find_trade_span(scene)
    drawn_points = list_drawn_points(plot, row, span)
    labels = [(extreme.position, extreme.value, extreme.text, scene.colours.ink) for extreme in extremes]
    labelled = {group for extreme in extremes for group in extreme.groups}
    for group, series in drawn:
        if group not in labelled:
            # A line without anything to point at is named at its end.
            position = int(np.flatnonzero(series.observed)[-1])
            text = f"vs {describe_others(row, group)}"
            labels.append((position, float(100 * series.d[position]), text, scene.colours.ink))
    if span is not None:
        labels.append((span.position, span.least, span.text, scene.focus_colour))
    points = [(plot.to_x(position), plot.to_y(value)) for position, value, *_ in labels]
    occupied = [Box(x - 3, y - 3, x + 3, y + 3) for x, y in points]
    bounds = replace(plot.box, top=plot.box.top - 8)
    for point, (*_, text, colour) in zip(points, labels, strict=True):
        # Where a label has no room, it is tried without its last parts, the time first.
        parts = text.split(", ")
        for count in range(len(parts), 0, -1):
            shorter = ", ".join(parts[:count])
            if draw_callout(sheet, shorter, point, colour, bounds, occupied, drawn_points, font_size=FONT):
                break
