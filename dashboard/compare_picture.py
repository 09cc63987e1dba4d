"""The small multiples as one sheet: a panel per asset on one scale, the key of the lines, and what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.clock import Zone, short, ticks
from dashboard.compare_figure import levels, watermark
from dashboard.compare_key import samples
from dashboard.compare_layout import places
from dashboard.compare_panels import Panel, Side, panel_traces, scale
from dashboard.compare_rows import AT_LEAST, Line, lines
from dashboard.labels import Box
from dashboard.lettering import shorten, text_width
from dashboard.panels import window_range
from dashboard.picture_frame import Said, foot, head
from dashboard.picture_key import key, line_item
from dashboard.picture_sizes import SHAPES, Shape, Size
from dashboard.plot import SMALL
from dashboard.scales import Scale
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.style import DASH, PALETTES, TEMPLATES, Palette, Theme
from dashboard.venue_lines import Cell
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.headline import ILLUSTRATION
from deviation.question import Group
from deviation.result import Measurement

HEAD, CLOCK, NUMBERS = 62.0, 26.0, 54.0
"""Room of a panel above, below and left of what is drawn."""


@dataclass(frozen=True, slots=True)
class Look:
    """What all panels of a sheet share."""

    catalogue: Catalogue
    theme: Theme
    enter: str
    shared: Scale | None

    @property
    def colours(self) -> Palette:
        """The colours of the theme."""
        return PALETTES[self.theme]


def compare_picture(
    sides: Sequence[Side],
    catalogue: Catalogue,
    *,
    size: Size = Size.WIDE,
    theme: Theme = Theme.LIGHT,
    shared: bool = True,
) -> go.Figure:
    """The small multiples, laid out for the shape.

    Args:
        sides: one window, or two that become columns; some panel has a measurement.
        catalogue: names and colours of venues.
        size: the shape.
        theme: light or dark paper.
        shared: whether all panels have one scale, or each its own.
    """
    shape = SHAPES[size]
    sheet = Sheet(shape.width, shape.height)
    every = [one for side in sides for one in side.panels]
    scenes = [scene for one in every if (scene := one.scene(catalogue, theme)) is not None]
    measurement = next(one.measurement for one in every if one.measurement is not None)
    enter = f"{100 * measurement.question.parameters.enter:g}"
    style = Look(catalogue, theme, enter, scale(scenes) if shared else None)
    top = _head(sheet, sides, measurement, style, shape)
    bottom = foot(sheet, [scene.measurement for scene in scenes] or [measurement], catalogue, style.colours, shape)
    items = [line_item(kind.named, kind.colour, kind.dash, kind.width) for kind in samples(scenes, catalogue)]
    bottom = key(sheet, items, style.colours, Box(shape.margin, top, shape.right, bottom))
    _panels(sheet, sides, style, Box(shape.margin, top, shape.right, bottom), size)
    return sheet.figure(TEMPLATES[theme])


def _head(sheet: Sheet, sides: Sequence[Side], measurement: Measurement, style: Look, shape: Shape) -> float:
    name = style.catalogue.venue(sides[0].view.focus).name
    assets = len({one.asset for side in sides for one in side.panels})
    reference = measurement.question.parameters.reference.words
    count = "One asset" if assets == 1 else f"{assets} assets"
    told = f"{count} side by side: {name} against the {reference} of the others"
    windows = " and ".join(side.name for side in sides)
    under = (
        f"{windows}. In per cent, times in UTC. Solid: USDT exchanges, dashed: USD exchanges; hollow: only one or two "
        "voted."
    )
    if measurement.question.origin is Evidence.RECONSTRUCTION:
        under = f"{ILLUSTRATION}. {under}"
    said = (
        Said(told, (32, 30, 28, 26, 24), style.colours.ink, bold=True),
        Said(under, (16, 15, 14), style.colours.text),
    )
    return head(sheet, said, shape)


def _panels(sheet: Sheet, sides: Sequence[Side], style: Look, box: Box, size: Size) -> None:
    """Every panel in its place, under the name of its window where there are two."""
    drawn = [[one.scene(style.catalogue, style.theme) is not None for one in side.panels] for side in sides]
    alike = len({tuple(one.asset for one in side.panels) for side in sides}) == 1
    number = 0
    for side, where in zip(sides, places(drawn, box, size, alike=alike), strict=True):
        if len(sides) > 1:
            _title(sheet, side.name, style, where.title)
        told = lines(side.panels, style.catalogue)
        for one, line, place in zip(side.panels, told, where.panels, strict=True):
            number += 1
            _panel(sheet, number, one, line, style, place)


def _title(sheet: Sheet, name: str, style: Look, box: Box) -> None:
    text = shorten(name, 16, box.right - box.left, bold=True)
    sheet.write(text, box.left, box.top + 8, size=16, colour=style.colours.ink, bold=True)


def _panel(sheet: Sheet, number: int, one: Panel, line: Line, style: Look, box: Box) -> None:
    sheet.rule((box.left, box.top), (box.right, box.top), style.colours.rule)
    wide = sheet.write(one.asset, box.left, box.top + 14, size=16, colour=style.colours.ink, bold=True)
    scene = one.scene(style.catalogue, style.theme)
    if scene is None:
        middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        text = shorten(one.empty, 14, box.right - box.left)
        sheet.write(text, *middle, size=14, colour=style.colours.muted, align="center")
        return
    if one.replaced is not None:
        instead = f"{style.catalogue.venue(one.replaced).name} has no candle: {line.venue}"
        instead = shorten(instead, SMALL, box.right - wide.right - 10)
        wide = sheet.write(instead, wide.right + 10, box.top + 14, size=SMALL, colour=style.colours.muted)
    _other(sheet, line.other, style, Box(wide.right + 16, box.top, box.right, box.top + 28))
    for place, group in enumerate(Group):
        text = _fact(group, *line.by_group[group], style.enter, box.right - box.left)
        sheet.write(text, box.left, box.top + 33 + 17 * place, size=SMALL, colour=style.colours.text)
    inner = Box(box.left + NUMBERS, box.top + HEAD, box.right - 4, box.bottom - CLOCK)
    _drawn(sheet, number, scene, style.shared or scale([scene]), inner)


def _other(sheet: Sheet, other: Cell, style: Look, box: Box) -> None:
    """Who of the thin lines fell furthest, right of the panel's title, if there is room to say it."""
    at = f" at {other.below}" if other.below else ""
    texts = [] if other.text == DASH else [f"deepest other: {other.text}{at}", f"deepest other: {other.text}"]
    text = next((text for text in texts if text_width(text, SMALL) <= box.right - box.left), "")
    if text:
        sheet.write(text, box.right, box.top + 14, size=SMALL, colour=style.colours.muted, align="right")


def _fact(group: Group, deepest: Cell, below: Cell, enter: str, room: float) -> str:
    """What a panel says against a group, shorter where there is less room."""
    if deepest.text == DASH:
        return shorten(f"{group.upper()}: nobody to compare with", SMALL, room)
    at = f" at {deepest.below}" if deepest.below else ""
    depth = f"{group.upper()}: {deepest.text}"
    texts = (
        f"{depth} deepest close{at}; {below.text} minutes {AT_LEAST} {enter} % below",
        f"{depth}{at}; {below.text} min {AT_LEAST} {enter} % below",
        f"{depth}; {below.text} min {AT_LEAST} {enter} % below",
    )
    return next((text for text in texts if text_width(text, SMALL) <= room), shorten(texts[-1], SMALL, room))


def _drawn(sheet: Sheet, number: int, scene: Scene, axis: Scale, box: Box) -> None:
    suffix = "" if number == 1 else str(number)
    for value, text in zip(axis.ticks, axis.text, strict=True):
        y = box.bottom - (box.bottom - box.top) * axis.share(value)
        sheet.rule((box.left, y), (box.right, y), scene.colours.grid, 1, below=True)
        sheet.write(text, box.left - 6, y, size=SMALL, colour=scene.colours.text, align="right")
    _clock(sheet, scene, box)
    sheet.shapes += levels(scene, suffix)
    sheet.annotations += watermark(scene, suffix)
    x = {"type": "date", "range": window_range(scene.measurement), "showticklabels": False}
    sheet.subplot(number, box, x, {"range": axis.range, "showticklabels": False}, panel_traces(scene))


def _clock(sheet: Sheet, scene: Scene, box: Box) -> None:
    question = scene.measurement.question
    marks = ticks(question.start, question.end, Zone.UTC, 4, scene.measurement.axis.bar)
    free = box.left
    for at, text in zip(marks.at, marks.text, strict=True):
        x = box.left + (box.right - box.left) * (at - question.start) / (question.end - question.start)
        sheet.rule((x, box.top), (x, box.bottom), scene.colours.grid, 1, below=True)
        half = text_width(short(text), SMALL) / 2
        middle = min(max(x, box.left + half), box.right - half)
        if middle - half < free:
            continue
        sheet.write(short(text), middle, box.bottom + 13, size=SMALL, colour=scene.colours.text, align="center")
        free = middle + half + 8
