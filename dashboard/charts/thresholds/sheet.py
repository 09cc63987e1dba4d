"""How long at which depth on a printed sheet: a line per market, its name where the line begins.

Nearly all lines end at none, so names at their right ends would lie in one heap; at the mildest depth they lie apart.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts.thresholds.figure import DEPTH_LABELS, MinuteScale, build_minute_scale, list_compared_rows
from dashboard.draw.label_layout import Box, spread_labels
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import LINE_HEIGHT, join_items, measure_text_width, shorten_text
from dashboard.draw.theme import mix_colours
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.legend import LegendItem, build_line_item
from dashboard.sheet.panel import LEADER_THRESHOLD, SMALL_FONT
from deviation.question import Group
from deviation.report.wording import format_minutes
from deviation.result import MarketRow
from deviation.summary import THRESHOLDS_PCT

MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM = 44.0, 62.0, 60.0
"""Room within the box for what the axes say: their numbers stand on the right, since names stand on the left."""

LEADER_WIDTH = 34.0
"""Room between a name and the beginning of its line."""

NAME_FONTS = (14, 13, 12)
"""Font sizes of names, the largest in which all have a place."""

MAX_NAME_WIDTH = 230.0
"""Width after which a name is cut."""

AXIS_FONT = 14
"""Font size of the axes."""

SIDE_MARGIN = 0.12
"""Air on either side of the depths, in steps between them."""


@dataclass(frozen=True, slots=True)
class _ThresholdPlot:
    """Where the lines lie: depths across by number, minutes upwards on their scale."""

    box: Box
    scale: MinuteScale

    @property
    def x_range(self) -> list[float]:
        return [-SIDE_MARGIN, len(THRESHOLDS_PCT) - 1 + SIDE_MARGIN]

    def to_x(self, number: float) -> float:
        low, high = self.x_range
        return self.box.left + (self.box.right - self.box.left) * (number - low) / (high - low)

    def to_y(self, position: float) -> float:
        low, high = self.scale.range
        return self.box.bottom - (self.box.bottom - self.box.top) * (position - low) / (high - low)


def draw_thresholds(sheet: Sheet, box: Box, scene: Scene) -> None:
    """Draw the lines of all markets with firm minutes; at least one."""
    rows = list_compared_rows(scene)
    names = _list_names(scene, rows)
    widest = max(
        measure_text_width(name, NAME_FONTS[0], bold=row is scene.focus) for row, name in zip(rows, names, strict=True)
    )
    left = box.left + min(widest, MAX_NAME_WIDTH) + LEADER_WIDTH
    inner = Box(left, box.top + MARGIN_TOP, box.right - MARGIN_RIGHT, box.bottom - MARGIN_BOTTOM)
    panel = _ThresholdPlot(inner, build_minute_scale(scene, rows))
    _draw_axes(sheet, box, panel, scene)
    x = {"range": panel.x_range, "showticklabels": False}
    y = {"range": panel.scale.range, "showticklabels": False}
    sheet.add_subplot(1, inner, x, y, [_build_line_trace(scene, row, panel.scale) for row in rows])
    _write_numbers(sheet, panel, scene)
    unlabelled = _write_names(sheet, panel, scene, rows, names)
    if unlabelled:
        prefix = "No place for the name of "
        max_width = inner.right - box.left - 160
        text = f"{prefix}{join_items(unlabelled, lambda items: measure_text_width(f'{prefix}{items}', SMALL_FONT) <= max_width)}"
        sheet.write_text(text, box.left, box.top + 9, size=SMALL_FONT, colour=scene.colours.muted)


def build_threshold_legend(scene: Scene) -> list[LegendItem]:
    """The line of each group that is drawn beside the focus; on the reconstruction, dashed ones are assumed."""
    other_rows = [row for row in list_compared_rows(scene) if row is not scene.focus]
    groups = dict.fromkeys(row.market.group for row in other_rows)
    dashes = {} if scene.is_illustration else {row.market.group: scene.select_dash(row.market) for row in other_rows}
    items = [
        build_line_item(f"{group.upper()} exchanges", scene.colours.group_colours[group], dashes.get(group, "solid"))
        for group in Group
        if group in groups
    ]
    if any(scene.is_illustration and scene.select_dash(row.market) == "dash" for row in other_rows):
        items.append(build_line_item("dashed: assumed", scene.colours.text, "dash"))
    return items


def _list_names(scene: Scene, rows: Sequence[MarketRow]) -> list[str]:
    """The name of each line, with its symbol where a venue has several."""
    counts = Counter(scene.format_name(row) for row in rows)
    return [
        f"{scene.format_name(row)} {row.market.symbol}"
        if counts[scene.format_name(row)] > 1
        else scene.format_name(row)
        for row in rows
    ]


def _draw_axes(sheet: Sheet, box: Box, panel: _ThresholdPlot, scene: Scene) -> None:
    """Numbers on the right and below, what they are, and the line at which the scale ends."""
    inner, colours = panel.box, scene.colours
    for position, text in panel.scale.ticks:
        y = panel.to_y(position)
        sheet.draw_line((inner.left, y), (inner.right, y), colours.grid, 1, below=True)
        sheet.write_text(text, inner.right + 10, y, size=AXIS_FONT, colour=colours.text)
    for number, text in enumerate(DEPTH_LABELS):
        x = panel.to_x(number)
        sheet.draw_line((x, inner.top), (x, inner.bottom), colours.grid, 1, below=True)
        align = "right" if number == len(DEPTH_LABELS) - 1 else "center" if number else "left"
        sheet.write_text(
            text,
            x + {"left": -8, "center": 0, "right": 8}[align],
            inner.bottom + 16,
            size=AXIS_FONT,
            colour=colours.text,
            align=align,
        )
    sheet.draw_line(
        (inner.left, panel.to_y(panel.scale.break_position)),
        (inner.right, panel.to_y(panel.scale.break_position)),
        colours.rule,
        1,
        "dot",
    )
    sheet.write_text(
        "minutes, log scale \N{DOWNWARDS ARROW}",
        box.right,
        box.top + 9,
        size=AXIS_FONT,
        colour=colours.text,
        align="right",
    )
    reference_text = "fair value" if scene.measurement.question.underlying else "the others of its own group"
    sheet.write_text(
        f"below {reference_text} by at least this much \N{RIGHTWARDS ARROW}",
        inner.right,
        box.bottom - 14,
        size=AXIS_FONT,
        colour=colours.text,
        align="right",
    )


def _build_line_trace(scene: Scene, row: MarketRow, scale: MinuteScale) -> dict[str, object]:
    is_focus, colour = row is scene.focus, _select_colour(scene, row)
    return {
        "x": list(range(len(THRESHOLDS_PCT))),
        "y": [scale.to_position(row.own_summary.threshold_min[pct]) for pct in THRESHOLDS_PCT],
        "mode": "lines+markers",
        "line": {
            "color": colour,
            "width": 4 if is_focus else 1.6,
            "dash": "solid" if is_focus else scene.select_dash(row.market),
        },
        "marker": {"color": colour, "size": 10 if is_focus else 5},
        "cliponaxis": False,
        "name": scene.format_name(row),
    }


def _select_colour(scene: Scene, row: MarketRow) -> str:
    return scene.focus_colour if row is scene.focus else scene.colours.group_colours[row.market.group]


def _write_numbers(sheet: Sheet, panel: _ThresholdPlot, scene: Scene) -> None:
    """The focus venue's minutes above its points, where there are any."""
    row = scene.focus
    if row is None or not row.own_summary.firm_min:
        return
    for number, pct in enumerate(THRESHOLDS_PCT):
        minutes = row.own_summary.threshold_min[pct]
        if minutes:
            y = panel.to_y(panel.scale.to_position(minutes)) - 17
            is_last = number == len(THRESHOLDS_PCT) - 1
            x, align = (
                panel.to_x(number) + (4 if is_last else -4 if not number else 0),
                "right" if is_last else "center",
            )
            align = "left" if not number else align
            sheet.write_text(format_minutes(minutes), x, y, size=15, colour=scene.focus_colour, align=align, bold=True)


def _write_names(
    sheet: Sheet, panel: _ThresholdPlot, scene: Scene, rows: Sequence[MarketRow], names: Sequence[str]
) -> list[str]:
    """Names left of where lines begin, those of the longest first; returns those for which there is no place."""

    def build_sort_key(index: int) -> tuple[float, ...]:
        return tuple(-rows[index].own_summary.threshold_min[pct] for pct in THRESHOLDS_PCT)

    height = panel.box.bottom - panel.box.top + 12
    size = next((size for size in NAME_FONTS if size * LINE_HEIGHT * len(rows) <= height), NAME_FONTS[-1])
    order = sorted(range(len(rows)), key=lambda index: (rows[index] is not scene.focus, build_sort_key(index)))
    shown_order = order[: int(height / (size * LINE_HEIGHT))]
    sorted_rows = sorted(shown_order, key=build_sort_key)
    targets = [
        panel.to_y(panel.scale.to_position(rows[index].own_summary.threshold_min[THRESHOLDS_PCT[0]]))
        for index in sorted_rows
    ]
    label_positions = spread_labels(
        targets, [size * LINE_HEIGHT] * len(sorted_rows), panel.box.top - 6, panel.box.bottom + 6
    )
    right, line_start = panel.box.left - LEADER_WIDTH, panel.to_x(0) - 8
    for index, y, target in zip(sorted_rows, label_positions, targets, strict=True):
        is_focus, colour = rows[index] is scene.focus, _select_colour(scene, rows[index])
        text = shorten_text(names[index], size, MAX_NAME_WIDTH, bold=is_focus)
        sheet.write_text(
            text,
            right,
            y,
            size=size,
            colour=colour if is_focus else mix_colours(colour, scene.colours.ink, 0.4),
            align="right",
            bold=is_focus,
        )
        if abs(y - target) > LEADER_THRESHOLD:
            sheet.draw_line((right + 4, y), (line_start, target), colour, 0.8)
        else:
            sheet.draw_line((right + 4, target), (line_start, target), colour, 0.8)
    return [names[index] for index in order[len(shown_order) :]]
