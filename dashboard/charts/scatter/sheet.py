"""A scatter chart on a printed sheet: axes, markers, and names beside as many of them as fit."""

from collections.abc import Sequence
from functools import partial

from analysis.questions import sort_venues
from dashboard.charts.scatter.points import ScatterData
from dashboard.draw.label_layout import Box
from dashboard.draw.markers import MARKER_SHAPES
from dashboard.draw.plot import Plot
from dashboard.draw.point_labels import LABEL_DISTANCES, LabelStyle, place_point_labels
from dashboard.draw.scatter_points import ScatterPoint, build_marker_traces
from dashboard.draw.theme import PALETTES
from dashboard.service.event import EventContext
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.chart_sheet import ChartDrawer
from dashboard.sheet.legend import LegendItem, build_marker_item, build_venue_item
from dashboard.state.view import Theme
from data.catalogue import Catalogue

MARGIN_LEFT, MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM = 58.0, 30.0, 14.0, 56.0
"""Space within the box for tick labels and axis titles."""

CHART_FONT = 14
"""Font size of all text in the chart."""

MAX_LABELS = 40
"""Largest number of labels on points of venues other than the focus, the largest deviations first."""

MARKER_MAGNIFICATION = 1.3
"""Size of markers relative to the page, which is half as wide."""

Y_TITLE = "\N{UPWARDS ARROW} largest {noun} ({bar} close)"
X_TITLE_SUFFIX = " \N{RIGHTWARDS ARROW}"
"""Title of the y axis by the noun of the side and the length of bars, and the end of the x axis title."""


def build_scatter_drawing(
    overview: EventContext, data: ScatterData, x_title: str
) -> tuple[ChartDrawer, list[LegendItem]]:
    """The function that draws the chart, and its legend; ``x_title`` is the title of the x axis without the arrow."""
    catalogue, theme = overview.catalogue, overview.view.theme
    hollow_text = "invented" if overview.is_illustration else "not ranked"
    titles = (x_title, Y_TITLE.format(noun=overview.side_noun, bar=overview.view.timeframe.adjective))
    draw = partial(_draw_scatter, data=data, catalogue=catalogue, theme=theme, titles=titles)
    return draw, _build_legend(data.points, catalogue, theme, hollow_text)


def _draw_scatter(
    sheet: Sheet, box: Box, data: ScatterData, catalogue: Catalogue, theme: Theme, titles: tuple[str, str]
) -> None:
    """Draw the chart; ``titles`` are those of the x and the y axis."""
    x_title, y_title = titles
    colours = PALETTES[theme]
    inner = Box(box.left + MARGIN_LEFT, box.top + MARGIN_TOP, box.right - MARGIN_RIGHT, box.bottom - MARGIN_BOTTOM)
    plot = Plot(inner, data.x, data.y)
    sheet.write_text(y_title, box.left, box.top + 9, size=CHART_FONT, colour=colours.text)
    sheet.write_text(
        f"{x_title}{X_TITLE_SUFFIX}", box.right, box.bottom - 12, size=CHART_FONT, colour=colours.text, align="right"
    )
    for value, text in zip(data.y.ticks, data.y.tick_texts, strict=True):
        y = plot.to_y(value)
        sheet.draw_line((inner.left, y), (inner.right, y), colours.grid, 1, below=True)
        sheet.write_text(text, inner.left - 8, y, size=CHART_FONT, colour=colours.text, align="right")
    for value, text in zip(data.x.ticks, data.x.tick_texts, strict=True):
        x = plot.to_x(value)
        sheet.draw_line((x, inner.top), (x, inner.bottom), colours.grid, 1, below=True)
        sheet.write_text(text, x, inner.bottom + 14, size=CHART_FONT, colour=colours.text, align="center")
    sheet.draw_line((inner.left, inner.bottom), (inner.right, inner.bottom), colours.rule, below=True)
    sheet.draw_line((inner.left, inner.top), (inner.left, inner.bottom), colours.rule, below=True)
    x_axis, y_axis = ({"type": "log", "range": axis.range, "showticklabels": False} for axis in (data.x, data.y))
    sheet.add_subplot(
        1, inner, x_axis, y_axis, build_marker_traces(data.points, catalogue, theme, MARKER_MAGNIFICATION)
    )
    bounds = Box(inner.left + 2, inner.top - 4, box.right, inner.bottom - 2)
    labels, lines = place_point_labels(
        data.points, plot, bounds, LabelStyle(CHART_FONT, MAX_LABELS, MARKER_MAGNIFICATION, LABEL_DISTANCES[-1])
    )
    for start, end in lines:
        sheet.draw_line(start, end, colours.muted, 0.8)
    for point, label_box in labels:
        colour = colours.ink if point.is_focus else colours.text
        middle = (label_box.top + label_box.bottom) / 2
        sheet.write_text(point.label, label_box.left + 2, middle, size=CHART_FONT, colour=colour, bold=point.is_focus)


def _build_legend(
    points: Sequence[ScatterPoint], catalogue: Catalogue, theme: Theme, hollow_text: str
) -> list[LegendItem]:
    """The marker of each venue, the focus in bold, and the meaning of hollow markers, if there are any."""
    colours, circle = PALETTES[theme], MARKER_SHAPES[0][1]
    focus = {point.venue: point.is_focus for point in points}
    items = [
        build_venue_item(catalogue, venue, theme, bold=focus[venue]) for venue in sort_venues(catalogue, set(focus))
    ]
    if any(point.is_hollow for point in points):
        items.append(build_marker_item(f"hollow, in any shape: {hollow_text}", circle, colours.paper, colours.text))
    return items
