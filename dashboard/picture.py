"""The comparison picture: one sheet that states the finding, shows it, and says what it rests on."""

import re
from datetime import datetime

import plotly.graph_objects as go

from dashboard.labels import Box
from dashboard.picture_charts import charts
from dashboard.picture_frame import Said, foot, head, watermark
from dashboard.picture_sizes import SHAPES, Shape, Size
from dashboard.picture_table import Blocks
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.style import TEMPLATES, Theme
from dashboard.words import measured, telling_notes, title
from data.catalogue import Catalogue
from data.schema import Evidence, Timeframe
from deviation.result import Measurement

GUTTER = 24
"""Space between charts and venues."""

CHARTS_SHARE = 0.629
"""Share of the width that charts take where venues stand beside them."""

HEADLINE_SIZES = (34, 32, 30, 28, 26)

UNFIT = re.compile(r"[^\w.-]|_")
"""What a part of a file's name may not hold; parts are joined by underscores."""


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
    top, bottom = _head(sheet, scene, shape), foot(sheet, [measurement], catalogue, scene.colours, shape)
    _body(sheet, scene, size, Box(shape.margin, top, shape.right, bottom))
    if scene.illustration:
        watermark(sheet, scene.colours, shape)
    return sheet.figure(TEMPLATES[theme])


def file_name(
    measurement: Measurement,
    what: str = "comparison",
    file_format: str = "png",
    *,
    asset: str | None = None,
    size: Size = Size.WIDE,
    theme: Theme = Theme.LIGHT,
    against: tuple[datetime, datetime] | None = None,
) -> str:
    """Name of a file on a measurement: asset, focus, windows, bars other than minutes, content, and what is unusual.

    Args:
        measurement: what the file rests on.
        what: what is in it.
        file_format: its ending.
        asset: what stands for the asset where the file is of several.
        size: a picture's shape, named unless it is wide.
        theme: a picture's paper, named unless it is light.
        against: the edges of a second window that the file holds it against.
    """
    question = measurement.question
    windows = [_edges(question.start, question.end)]
    if against is not None and against != (question.start, question.end):
        windows += ["vs", _edges(*against)]
    shown = [size.value] * (size is not Size.WIDE) + [theme.value] * (theme is not Theme.LIGHT)
    # A name travels further than what is in a file: an illustration says so in it, too.
    kind = ["illustration"] if question.origin is Evidence.RECONSTRUCTION else []
    bars = [question.timeframe.value] * (question.timeframe is not Timeframe.M1)
    parts = ["plumbline", asset or question.asset, question.focus, *windows, *bars, what, *shown, *kind]
    return f"{'_'.join(UNFIT.sub('-', part) for part in parts)}.{file_format}"


def _edges(start: datetime, end: datetime) -> str:
    """A window within the name of a file; the day is said once.

    >>> _edges(datetime(2025, 10, 10, 21, 10), datetime(2025, 10, 10, 21, 40))
    '2025-10-10T2110Z-2140Z'
    """
    return f"{start:%Y-%m-%dT%H%MZ}-" + f"{end:%Y-%m-%dT%H%MZ}".removeprefix(f"{start:%Y-%m-%d}T")


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
    said = (
        Said(headline, HEADLINE_SIZES, scene.colours.ink, bold=True),
        Said(under, (19, 18, 17, 16), scene.colours.text),
        Said(measured(scene.measurement), (16, 15.5, 15, 14.5), scene.colours.muted),
    )
    return head(sheet, said, shape)
