"""Minutes at least so far off, on a sheet: a line per market, with its name at the left end.

Nearly all lines end at zero on the right, where names would not be apart; at the smallest size they are.
"""

from collections.abc import Sequence

from dashboard.charts.thresholds.figure import (
    SIZE_LABELS,
    MinuteScale,
    build_line_trace,
    build_minute_scale,
    get_threshold_min,
    list_compared_rows,
)
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box, spread_labels
from dashboard.draw.plot import Plot
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, measure_text_width, shorten_text
from dashboard.draw.theme import mix_colours
from dashboard.draw.traces import Trace
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.legend import LegendItem, build_line_item
from dashboard.sheet.panel import LEADER_THRESHOLD, SMALL_FONT
from deviation.question import sort_groups
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT
from deviation.wording import format_minutes

MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM = 44.0, 62.0, 60.0
"""Space within the box for tick labels and axis titles; the former are on the right, as names are on the left."""

LEADER_WIDTH = 34.0
"""Space between a name and the left end of its line."""

NAME_FONTS = (14, 13, 12)
"""Font sizes of names; the largest in which all fit is used."""

MAX_NAME_WIDTH = 230.0
"""Width above which a name is cut."""

AXIS_FONT = 14
"""Font size of the axes."""

SIDE_MARGIN = 0.12
"""Space on either side of the sizes, in steps between them."""

SIZE_AXIS = Scale(
    -SIDE_MARGIN,
    len(THRESHOLDS_PCT) - 1 + SIDE_MARGIN,
    ticks=tuple(range(len(SIZE_LABELS))),
    tick_texts=SIZE_LABELS,
)
"""The sizes from left to right, by their index in `THRESHOLDS_PCT`."""


def draw_thresholds(sheet: Sheet, box: Box, scene: Scene, side: Side) -> None:
    """Draw the lines of all markets with firm minutes, of which there must be at least one, on a side."""
    rows = list_compared_rows(scene)
    names = name_rows(scene, rows)
    widest = max(
        measure_text_width(name, NAME_FONTS[0], bold=row is scene.focus) for row, name in zip(rows, names, strict=True)
    )
    left = box.left + min(widest, MAX_NAME_WIDTH) + LEADER_WIDTH
    inner = Box(left, box.top + MARGIN_TOP, box.right - MARGIN_RIGHT, box.bottom - MARGIN_BOTTOM)
    scale = build_minute_scale(scene, rows, side)
    plot = Plot(inner, SIZE_AXIS, scale.axis)
    _draw_axes(sheet, box, plot, scale, scene, side)
    x, y = ({"range": axis.range, "showticklabels": False} for axis in (plot.x, plot.y))
    lines = [_build_sheet_line(scene, row, name, scale, side) for row, name in zip(rows, names, strict=True)]
    sheet.add_subplot(1, inner, x, y, lines)
    _write_numbers(sheet, plot, scale, scene, side)
    unnamed_count = _write_names(sheet, plot, scale, scene, rows, names, side)
    if unnamed_count:
        text = f"{unnamed_count} more lines, without a name, have the fewest minutes."
        sheet.write_text(text, box.left, box.top + 9, size=SMALL_FONT, colour=scene.colours.muted)


def build_threshold_legend(scene: Scene) -> list[LegendItem]:
    """A line sample per group of the other markets; on the reconstruction also one for assumed markets, if any."""
    other_rows = [row for row in list_compared_rows(scene) if row is not scene.focus]
    groups = dict.fromkeys(row.market.group for row in other_rows)
    dashes = {} if scene.is_illustration else {row.market.group: scene.select_dash(row.market) for row in other_rows}
    items = [
        build_line_item(f"{group.upper()} exchanges", scene.colours.group_colours[group], dashes.get(group, "solid"))
        for group in sort_groups(groups)
    ]
    if any(scene.is_illustration and scene.select_dash(row.market) == "dash" for row in other_rows):
        items.append(build_line_item("dashed: assumed", scene.colours.text, "dash"))
    return items


def _draw_axes(sheet: Sheet, box: Box, plot: Plot, scale: MinuteScale, scene: Scene, side: Side) -> None:
    """Tick labels on the right and below, titles of the axes, and the line between zero and the rest of the scale."""
    inner, colours = plot.box, scene.colours
    for position, text in zip(plot.y.ticks, plot.y.tick_texts, strict=True):
        y = plot.to_y(position)
        sheet.draw_line((inner.left, y), (inner.right, y), colours.grid, 1, below=True)
        sheet.write_text(text, inner.right + 10, y, size=AXIS_FONT, colour=colours.text)
    for index, text in enumerate(plot.x.tick_texts):
        x = plot.to_x(index)
        sheet.draw_line((x, inner.top), (x, inner.bottom), colours.grid, 1, below=True)
        align = _select_align(index)
        shift = {"left": -8, "center": 0, "right": 8}[align]
        sheet.write_text(text, x + shift, inner.bottom + 16, size=AXIS_FONT, colour=colours.text, align=align)
    break_y = plot.to_y(scale.break_position)
    sheet.draw_line((inner.left, break_y), (inner.right, break_y), colours.rule, 1, "dot")
    sheet.write_text(
        "minutes, log scale \N{DOWNWARDS ARROW}",
        box.right,
        box.top + 9,
        size=AXIS_FONT,
        colour=colours.text,
        align="right",
    )
    reference_text = (
        "fair value" if scene.measurement.question.underlying else "the other exchanges of its quote currency"
    )
    sheet.write_text(
        f"{side} {reference_text} by at least this much \N{RIGHTWARDS ARROW}",
        inner.right,
        box.bottom - 14,
        size=AXIS_FONT,
        colour=colours.text,
        align="right",
    )


def _build_sheet_line(scene: Scene, row: MarketRow, name: str, scale: MinuteScale, side: Side) -> Trace:
    is_focus = row is scene.focus
    trace = build_line_trace(
        scene, row, name, scale, side, width=4 if is_focus else 1.6, marker_size=10 if is_focus else 5
    )
    return {**trace, "cliponaxis": False}


def _select_align(index: int) -> str:
    """The alignment of a text at a size: the outermost ones must not leave the plot."""
    return "right" if index == len(THRESHOLDS_PCT) - 1 else "center" if index else "left"


def _write_numbers(sheet: Sheet, plot: Plot, scale: MinuteScale, scene: Scene, side: Side) -> None:
    """The focus venue's minutes above its points, where there are any."""
    row = scene.focus
    if row is None or not row.own_summary.firm_min:
        return
    for index, pct in enumerate(THRESHOLDS_PCT):
        minutes = get_threshold_min(row, side)[pct]
        if minutes:
            align = _select_align(index)
            x = plot.to_x(index) + {"left": -4, "center": 0, "right": 4}[align]
            y = plot.to_y(scale.to_position(minutes)) - 17
            sheet.write_text(format_minutes(minutes), x, y, size=15, colour=scene.focus_colour, align=align, bold=True)


def _write_names(
    sheet: Sheet,
    plot: Plot,
    scale: MinuteScale,
    scene: Scene,
    rows: Sequence[MarketRow],
    names: Sequence[str],
    side: Side,
) -> int:
    """Names left of the lines, with leaders; returns how many do not fit: those with the fewest minutes."""

    def build_sort_key(index: int) -> tuple[float, ...]:
        return tuple(-get_threshold_min(rows[index], side)[pct] for pct in THRESHOLDS_PCT)

    height = plot.box.bottom - plot.box.top + 12
    size = next((size for size in NAME_FONTS if size * LINE_HEIGHT * len(rows) <= height), NAME_FONTS[-1])
    by_rank = sorted(range(len(rows)), key=lambda index: (rows[index] is not scene.focus, build_sort_key(index)))
    max_names = int(height / (size * LINE_HEIGHT))
    indices = sorted(by_rank[:max_names], key=build_sort_key)
    targets = [
        plot.to_y(scale.to_position(get_threshold_min(rows[index], side)[THRESHOLDS_PCT[0]])) for index in indices
    ]
    centres = spread_labels(targets, [size * LINE_HEIGHT] * len(indices), plot.box.top - 6, plot.box.bottom + 6)
    right, line_start = plot.box.left - LEADER_WIDTH, plot.to_x(0) - 8
    for index, y, target in zip(indices, centres, targets, strict=True):
        is_focus, colour = rows[index] is scene.focus, scene.select_colour(rows[index])
        text = shorten_text(names[index], size, MAX_NAME_WIDTH, bold=is_focus)
        text_colour = colour if is_focus else mix_colours(colour, scene.colours.ink, 0.4)
        sheet.write_text(text, right, y, size=size, colour=text_colour, align="right", bold=is_focus)
        leader_y = y if abs(y - target) > LEADER_THRESHOLD else target
        sheet.draw_line((right + 4, leader_y), (line_start, target), colour, 0.8)
    return len(by_rank[max_names:])
