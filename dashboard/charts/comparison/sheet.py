"""The comparison sheet: headline, charts, venues and footer of one measurement; and the names of exported files."""

import plotly.graph_objects as go

from dashboard.charts.comparison.block_layout import VenueBlocks
from dashboard.charts.comparison.panels import draw_charts
from dashboard.charts.comparison.print_sheet import build_print_sheet
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.draw.theme import TEMPLATES
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.frame import HeaderText, draw_footer, draw_header, draw_watermark
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SHAPES, SheetShape, SheetSize
from dashboard.state.view import Theme
from dashboard.text.clock import Zone
from dashboard.text.sentences import select_notes, write_measured
from data.catalogue import Catalogue
from deviation.measurement import Measurement
from deviation.report.headline import write_headline
from deviation.report.notes import describe_choices, write_notes

GUTTER = 24
"""Space between charts and venues."""

CHARTS_SHARE = 0.629
"""Share of the width that charts take where venues stand beside them."""

HEADLINE_SIZES = (34, 32, 30, 28, 26)
"""Font sizes of the headline."""


def build_comparison_sheet(
    measurement: Measurement,
    catalogue: Catalogue,
    *,
    size: SheetSize = SheetSize.WIDE,
    theme: Theme = Theme.LIGHT,
    assumed: frozenset[tuple[str, str]] = frozenset(),
    zone: Zone = Zone.UTC,
    imprint: Imprint = NO_IMPRINT,
) -> go.Figure:
    """The comparison picture, laid out for its shape.

    Args:
        measurement: the measurement shown.
        catalogue: names of venues, and notes on the event.
        size: the shape; see `SHAPES` for its pixels.
        theme: light or dark paper.
        assumed: markets, as (venue, symbol), without a published figure; dashed on the reconstruction.
        zone: the clock of every time in the picture.
        imprint: link and day of the source line.
    """
    scene, shape = Scene(measurement, catalogue, theme, frozenset(), assumed, zone), SHAPES[size]
    if size is SheetSize.PRINT:
        return build_print_sheet(scene, shape, imprint)
    sheet = Sheet(shape.width, shape.height)
    top, bottom = (
        _draw_header(sheet, scene, shape),
        draw_footer(sheet, [measurement], catalogue, scene.colours, shape, imprint),
    )
    _draw_body(sheet, scene, size, Box(shape.margin, top, shape.right, bottom))
    if scene.is_illustration:
        draw_watermark(sheet, scene.colours, shape)
    return sheet.build_figure(TEMPLATES[theme])


def _draw_body(sheet: Sheet, scene: Scene, size: SheetSize, box: Box) -> None:
    """Draw charts, and the venues beside them on a wide sheet, else below."""
    notes = select_notes(scene.measurement, scene.catalogue, 0.5)
    blocks, shape = VenueBlocks(scene), SHAPES[size]
    if size is SheetSize.WIDE:
        middle = box.left + CHARTS_SHARE * shape.inner_width
        draw_charts(sheet, scene, Box(box.left, box.top, middle, box.bottom), notes)
        blocks.draw_stacked(sheet, Box(middle + GUTTER, box.top, box.right, box.bottom))
        return
    available_height = box.bottom - box.top - shape.min_charts_height
    is_stacked = size is SheetSize.TALL and blocks.measure_stacked_height(shape.inner_width) <= available_height
    blocks_height = (
        blocks.measure_stacked_height(shape.inner_width)
        if is_stacked
        else blocks.measure_paired_height(shape.inner_width)
    )
    split = box.bottom - min(blocks_height, available_height)
    draw_charts(sheet, scene, Box(box.left, box.top, box.right, split - GUTTER), notes)
    draw = blocks.draw_stacked if is_stacked else blocks.draw_paired
    draw(sheet, Box(box.left, split, box.right, box.bottom))


def _draw_header(sheet: Sheet, scene: Scene, shape: SheetShape) -> float:
    """Draw headline, choices, notes and method; returns the height at which the rest may begin."""
    title, *sentences = write_headline(scene.measurement, scene.zone.tzinfo)
    choices = describe_choices(scene.measurement.question)
    notes = [note for note in write_notes(scene.measurement) if not choices or note != f"{choices}."]
    measured = " ".join([write_measured(scene.measurement), *notes])
    texts = (
        HeaderText(title.removesuffix("."), HEADLINE_SIZES, scene.colours.ink, is_bold=True, more_lines=1),
        HeaderText(" ".join(sentences), (18, 17, 16, 15), scene.colours.text, more_lines=2),
        HeaderText(choices, (16, 15, 14), scene.colours.ink, is_bold=True),
        HeaderText(measured, (15, 14.5, 14), scene.colours.muted, more_lines=2),
    )
    return draw_header(sheet, texts, shape)
