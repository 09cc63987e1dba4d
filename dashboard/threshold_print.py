"""How long at which depth on a printed sheet: a line per market, its name where the line begins.

Nearly all lines end at none, so names at their right ends would lie in one heap; at the mildest depth they lie apart.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.labels import Box, spread
from dashboard.lettering import LINE, listed, shorten, text_width
from dashboard.picture_key import Item, line_item
from dashboard.plot import MOVED, SMALL
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.style import mix
from dashboard.thresholds import STEPS, MinuteScale, compared, minute_scale
from deviation.headline import minutes_text
from deviation.question import Group
from deviation.result import Row
from deviation.summary import THRESHOLDS_PCT

TOP, RIGHT, BOTTOM = 44.0, 62.0, 60.0
"""Room within the box for what the axes say: their numbers stand on the right, since names stand on the left."""

LEAD = 34.0
"""Room between a name and the beginning of its line."""

NAMES = (14, 13, 12)
"""Font sizes of names, the largest in which all have a place."""

MOST_NAME = 230.0
"""Width after which a name is cut."""

AXIS = 14
"""Font size of the axes."""

SIDE = 0.12
"""Air on either side of the depths, in steps between them."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """Where the lines lie: depths across by number, minutes upwards on their scale."""

    box: Box
    scale: MinuteScale

    @property
    def across(self) -> list[float]:
        return [-SIDE, len(THRESHOLDS_PCT) - 1 + SIDE]

    def x(self, number: float) -> float:
        low, high = self.across
        return self.box.left + (self.box.right - self.box.left) * (number - low) / (high - low)

    def y(self, at: float) -> float:
        low, high = self.scale.range
        return self.box.bottom - (self.box.bottom - self.box.top) * (at - low) / (high - low)


def print_thresholds(sheet: Sheet, box: Box, scene: Scene) -> None:
    """Draw the lines of all markets with firm minutes; at least one."""
    rows = compared(scene)
    names = _names(scene, rows)
    widest = max(text_width(name, NAMES[0], bold=row is scene.focus) for row, name in zip(rows, names, strict=True))
    left = box.left + min(widest, MOST_NAME) + LEAD
    inner = Box(left, box.top + TOP, box.right - RIGHT, box.bottom - BOTTOM)
    panel = _Panel(inner, minute_scale(scene, rows))
    _axes(sheet, box, panel, scene)
    x = {"range": panel.across, "showticklabels": False}
    y = {"range": panel.scale.range, "showticklabels": False}
    sheet.subplot(1, inner, x, y, [_line(scene, row, panel.scale) for row in rows])
    _numbers(sheet, panel, scene)
    silent = _write_names(sheet, panel, scene, rows, names)
    if silent:
        before = "No place for the name of "
        room = inner.right - box.left - 160
        text = f"{before}{listed(silent, lambda items: text_width(f'{before}{items}', SMALL) <= room)}"
        sheet.write(text, box.left, box.top + 9, size=SMALL, colour=scene.colours.muted)


def threshold_key(scene: Scene) -> list[Item]:
    """The line of each group that is drawn beside the focus; on the reconstruction, dashed ones are assumed."""
    others = [row for row in compared(scene) if row is not scene.focus]
    shown = dict.fromkeys(row.market.group for row in others)
    dashes = {} if scene.illustration else {row.market.group: scene.dash(row.market) for row in others}
    items = [
        line_item(f"{group.upper()} exchanges", scene.colours.groups[group], dashes.get(group, "solid"))
        for group in Group
        if group in shown
    ]
    if any(scene.illustration and scene.dash(row.market) == "dash" for row in others):
        items.append(line_item("dashed: assumed", scene.colours.text, "dash"))
    return items


def _names(scene: Scene, rows: Sequence[Row]) -> list[str]:
    """The name of each line, with its symbol where a venue has several."""
    count = Counter(scene.name(row) for row in rows)
    return [f"{scene.name(row)} {row.market.symbol}" if count[scene.name(row)] > 1 else scene.name(row) for row in rows]


def _axes(sheet: Sheet, box: Box, panel: _Panel, scene: Scene) -> None:
    """Numbers on the right and below, what they are, and the line at which the scale ends."""
    inner, colours = panel.box, scene.colours
    for at, text in panel.scale.ticks:
        y = panel.y(at)
        sheet.rule((inner.left, y), (inner.right, y), colours.grid, 1, below=True)
        sheet.write(text, inner.right + 10, y, size=AXIS, colour=colours.text)
    for number, text in enumerate(STEPS):
        x = panel.x(number)
        sheet.rule((x, inner.top), (x, inner.bottom), colours.grid, 1, below=True)
        align = "right" if number == len(STEPS) - 1 else "center" if number else "left"
        sheet.write(
            text,
            x + {"left": -8, "center": 0, "right": 8}[align],
            inner.bottom + 16,
            size=AXIS,
            colour=colours.text,
            align=align,
        )
    sheet.rule((inner.left, panel.y(panel.scale.end)), (inner.right, panel.y(panel.scale.end)), colours.rule, 1, "dot")
    sheet.write(
        "minutes, log scale \N{DOWNWARDS ARROW}", box.right, box.top + 9, size=AXIS, colour=colours.text, align="right"
    )
    others = "fair value" if scene.measurement.question.underlying else "the others of its own group"
    sheet.write(
        f"below {others} by at least this much \N{RIGHTWARDS ARROW}",
        inner.right,
        box.bottom - 14,
        size=AXIS,
        colour=colours.text,
        align="right",
    )


def _line(scene: Scene, row: Row, scale: MinuteScale) -> dict[str, object]:
    focus, colour = row is scene.focus, _colour(scene, row)
    return {
        "x": list(range(len(THRESHOLDS_PCT))),
        "y": [scale.at(row.own.threshold_min[pct]) for pct in THRESHOLDS_PCT],
        "mode": "lines+markers",
        "line": {"color": colour, "width": 4 if focus else 1.6, "dash": "solid" if focus else scene.dash(row.market)},
        "marker": {"color": colour, "size": 10 if focus else 5},
        "cliponaxis": False,
        "name": scene.name(row),
    }


def _colour(scene: Scene, row: Row) -> str:
    return scene.focus_colour if row is scene.focus else scene.colours.groups[row.market.group]


def _numbers(sheet: Sheet, panel: _Panel, scene: Scene) -> None:
    """The focus venue's minutes above its points, where there are any."""
    row = scene.focus
    if row is None or not row.own.firm_min:
        return
    for number, pct in enumerate(THRESHOLDS_PCT):
        minutes = row.own.threshold_min[pct]
        if minutes:
            y = panel.y(panel.scale.at(minutes)) - 17
            last = number == len(THRESHOLDS_PCT) - 1
            x, align = panel.x(number) + (4 if last else -4 if not number else 0), "right" if last else "center"
            align = "left" if not number else align
            sheet.write(minutes_text(minutes), x, y, size=15, colour=scene.focus_colour, align=align, bold=True)


def _write_names(sheet: Sheet, panel: _Panel, scene: Scene, rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Names left of where lines begin, those of the longest first; returns those for which there is no place."""

    def rank(place: int) -> tuple[float, ...]:
        return tuple(-rows[place].own.threshold_min[pct] for pct in THRESHOLDS_PCT)

    room = panel.box.bottom - panel.box.top + 12
    size = next((size for size in NAMES if size * LINE * len(rows) <= room), NAMES[-1])
    order = sorted(range(len(rows)), key=lambda place: (rows[place] is not scene.focus, rank(place)))
    kept = order[: int(room / (size * LINE))]
    shown = sorted(kept, key=rank)
    wanted = [panel.y(panel.scale.at(rows[place].own.threshold_min[THRESHOLDS_PCT[0]])) for place in shown]
    places = spread(wanted, [size * LINE] * len(shown), panel.box.top - 6, panel.box.bottom + 6)
    right, begin = panel.box.left - LEAD, panel.x(0) - 8
    for place, y, line in zip(shown, places, wanted, strict=True):
        focus, colour = rows[place] is scene.focus, _colour(scene, rows[place])
        text = shorten(names[place], size, MOST_NAME, bold=focus)
        sheet.write(
            text,
            right,
            y,
            size=size,
            colour=colour if focus else mix(colour, scene.colours.ink, 0.4),
            align="right",
            bold=focus,
        )
        if abs(y - line) > MOVED:
            sheet.rule((right + 4, y), (begin, line), colour, 0.8)
        else:
            sheet.rule((right + 4, line), (begin, line), colour, 0.8)
    return [names[place] for place in order[len(kept) :]]
