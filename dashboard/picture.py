"""The comparison picture: one sheet that states the finding, shows it, and says what it rests on."""

import re
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.labels import Box
from dashboard.lettering import fit
from dashboard.picture_charts import charts
from dashboard.picture_sizes import SHAPES, Shape, Size
from dashboard.picture_table import Blocks
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.style import TEMPLATES, Theme
from dashboard.words import footer, measured, telling_notes, title
from data.catalogue import Catalogue
from data.schema import Evidence, Timeframe
from deviation.result import Measurement

GUTTER = 24
"""Space between charts and venues."""

CHARTS_SHARE = 0.629
"""Share of the width that charts take where venues stand beside them."""

HEADLINE_SIZES = (34, 32, 30, 28, 26)

FOOT_SIZES = (13, 12.5, 12)
FOOT_LINE = 18
"""Font sizes and height of a line at the bottom."""

UNFIT = re.compile(r"[^\w.-]|_")
"""What a part of a file's name may not hold; parts are joined by underscores."""

WATERMARK = "ILLUSTRATION, NOT A MEASUREMENT"


def picture(
    measurement: Measurement,
    catalogue: Catalogue,
    *,
    size: Size = Size.WIDE,
    theme: Theme = Theme.LIGHT,
    assumed: frozenset[tuple[str, str]] = frozenset(),
) -> go.Figure:
    """The comparison picture, laid out for its shape.

    Args:
        measurement: what is shown.
        catalogue: what is known of venues, assets and the event.
        size: the shape; see `SHAPES` for its pixels.
        theme: light or dark paper.
        assumed: markets, as (venue, symbol), of which no figure is published: dashed on the reconstruction.
    """
    scene, shape = Scene(measurement, catalogue, theme, frozenset(), assumed), SHAPES[size]
    sheet = Sheet(shape.width, shape.height)
    top, bottom = _head(sheet, scene, shape), _foot(sheet, scene, shape)
    _body(sheet, scene, size, Box(shape.margin, top, shape.right, bottom))
    if scene.illustration:
        _watermark(sheet, scene, shape)
    return sheet.figure(TEMPLATES[theme])


def file_name(
    measurement: Measurement,
    what: str = "comparison",
    file_format: str = "png",
    *,
    asset: str | None = None,
    size: Size = Size.WIDE,
    theme: Theme = Theme.LIGHT,
) -> str:
    """Name of a file on a measurement: asset, focus, window, bars other than minutes, content, and what is unusual.

    Args:
        measurement: what the file rests on.
        what: what is in it.
        file_format: its ending.
        asset: what stands for the asset where the file is of several.
        size: a picture's shape, named unless it is wide.
        theme: a picture's paper, named unless it is light.
    """
    question = measurement.question
    start, end = f"{question.start:%Y-%m-%dT%H%MZ}", f"{question.end:%Y-%m-%dT%H%MZ}"
    window = f"{start}-{end.removeprefix(f'{question.start:%Y-%m-%d}T')}"
    shown = [size.value] * (size is not Size.WIDE) + [theme.value] * (theme is not Theme.LIGHT)
    # A name travels further than what is in a file: an illustration says so in it, too.
    kind = ["illustration"] if question.origin is Evidence.RECONSTRUCTION else []
    bars = [question.timeframe.value] * (question.timeframe is not Timeframe.M1)
    parts = ["plumbline", asset or question.asset, question.focus, window, *bars, what, *shown, *kind]
    return f"{'_'.join(UNFIT.sub('-', part) for part in parts)}.{file_format}"


def _body(sheet: Sheet, scene: Scene, size: Size, box: Box) -> None:
    """Charts, and the venues beside them on a wide sheet, else below."""
    notes = telling_notes(scene.measurement, scene.catalogue, 0.5)
    blocks, shape = Blocks(scene), SHAPES[size]
    if size is Size.WIDE:
        middle = box.left + CHARTS_SHARE * shape.inner
        charts(sheet, scene, Box(box.left, box.top, middle, box.bottom), notes)
        blocks.stacked(sheet, Box(middle + GUTTER, box.top, box.right, box.bottom))
        return
    room = box.bottom - box.top - shape.least_charts
    stacked = size is Size.TALL and blocks.stacked_height(shape.inner) <= room
    wanted = blocks.stacked_height(shape.inner) if stacked else blocks.paired_height(shape.inner)
    split = box.bottom - min(wanted, room)
    charts(sheet, scene, Box(box.left, box.top, box.right, split - GUTTER), notes)
    draw = blocks.stacked if stacked else blocks.paired
    draw(sheet, Box(box.left, split, box.right, box.bottom))


def _head(sheet: Sheet, scene: Scene, shape: Shape) -> float:
    """Headline, the line under it, and what is measured; returns where the rest may begin."""
    headline, under = title(scene.measurement)
    y = 30.0
    for text, sizes, bold, colour in (
        (headline, HEADLINE_SIZES, True, scene.colours.ink),
        (under, (19, 18, 17, 16), False, scene.colours.text),
        (measured(scene.measurement), (16, 15.5, 15, 14.5), False, scene.colours.muted),
    ):
        if not text:
            continue
        size, lines = fit(text, sizes, shape.inner, shape.lines, bold=bold)
        for line in lines:
            y += 0.62 * size
            sheet.write(line, shape.margin, y, size=size, colour=colour, bold=bold)
            y += 0.62 * size
        y += 7
    return y + 16


def _foot(sheet: Sheet, scene: Scene, shape: Shape) -> float:
    """Where candles came from and every choice, up from the bottom; returns where the rest must end."""
    # A sheet too narrow for one line gets two; what is broken needs a little more room than what is not.
    room = shape.inner * (1 if shape.width >= SHAPES[Size.WIDE].width else 1.9)
    lines: list[tuple[float, str]] = []
    for text in footer(scene.measurement, scene.catalogue, FOOT_SIZES[0], room):
        size, broken = fit(text, FOOT_SIZES, shape.inner, 1 if room == shape.inner else 2)
        lines += [(size, line) for line in broken]
    top = shape.height - 38 - FOOT_LINE * (len(lines) - 1)
    _lines(sheet, scene, lines, (shape.margin, top))
    sheet.rule((shape.margin, top - 15), (shape.right, top - 15), scene.colours.rule)
    return top - 24


def _lines(sheet: Sheet, scene: Scene, lines: Sequence[tuple[float, str]], corner: tuple[float, float]) -> None:
    for number, (size, line) in enumerate(lines):
        sheet.write(line, corner[0], corner[1] + FOOT_LINE * number, size=size, colour=scene.colours.muted)


def _watermark(sheet: Sheet, scene: Scene, shape: Shape) -> None:
    """Across everything, so that no part of the picture can be shown without it."""
    sheet.annotations.append(
        {
            "text": WATERMARK,
            "x": 0.5,
            "y": 0.5,
            "xref": "paper",
            "yref": "paper",
            "showarrow": False,
            "textangle": -25 if shape.width > shape.height else -45,
            "opacity": 0.13,
            "font": {"size": 76 * shape.width / SHAPES[Size.WIDE].width, "color": scene.colours.ink},
        }
    )
