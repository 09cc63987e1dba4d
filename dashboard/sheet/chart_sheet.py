"""A chart of a page as a sheet: header, chart, key, notes and footer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.draw.label_layout import Box
from dashboard.draw.text_metrics import fit_text
from dashboard.draw.theme import PALETTES, TEMPLATES, Palette
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.frame import HeaderText, draw_footer, draw_footer_texts, draw_header, draw_watermark
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.legend import LegendItem, draw_legend
from dashboard.sheet.panel import SMALL_FONT
from dashboard.sheet.sizes import SHAPES, SheetSize
from dashboard.state.view import Theme
from dashboard.text.numbers import format_count
from data.catalogue import Catalogue
from data.schema import Evidence
from data.version import VERSION
from deviation.measurement import Measurement
from deviation.report.headline import write_headline
from deviation.report.notes import describe_choices

SAMPLE_HEADLINE = "Sample data: no conclusion can be drawn"
"""The headline of the reconstruction where a sheet shows several assets."""

ASSUMED_NOTE = "Few of its prices are published; the lines between them are assumed."

ChartDrawer = Callable[[Sheet, Box], None]
"""Draws a chart, its axes included, within a box of the sheet."""

NOTE_LINE_HEIGHT = 18.0
"""Height of a line of a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartText:
    """The text of a chart: ``headline`` states the finding, ``subtitle`` what is drawn, ``method`` how it is measured.

    ``notes`` stand below the chart, such as markets that it leaves out; each is cut to two lines.
    """

    headline: str
    subtitle: str
    method: str = ""
    notes: Sequence[str] = ()


def build_chart_sheet(
    text: ChartText,
    draw: ChartDrawer,
    measurements: Sequence[Measurement],
    catalogue: Catalogue,
    *,
    size: SheetSize,
    theme: Theme,
    legend_items: Sequence[LegendItem] = (),
    imprint: Imprint = NO_IMPRINT,
) -> go.Figure:
    """The sheet, laid out for its shape.

    Args:
        text: its text; the headline is replaced on the reconstruction, which supports no finding.
        draw: draws the chart.
        measurements: those shown; at least one, all on candles of one origin.
        catalogue: names of venues.
        size: the shape; see `SHAPES` for its pixels.
        theme: light or dark paper.
        legend_items: the items of the key, which stands below the chart.
        imprint: link and day of the source line.
    """
    shape, colours = SHAPES[size], PALETTES[theme]
    is_illustration = measurements[0].question.origin is Evidence.RECONSTRUCTION
    sheet = Sheet(shape.width, shape.height)
    top = draw_header(
        sheet,
        (
            HeaderText(
                _write_sample_headline(measurements) if is_illustration else text.headline,
                (34, 32, 30, 28, 26),
                colours.ink,
                is_bold=True,
            ),
            HeaderText(
                f"{text.subtitle} {ASSUMED_NOTE}" if is_illustration else text.subtitle, (19, 18, 17, 16), colours.text
            ),
            HeaderText(describe_choices(measurements[0].question), (16, 15, 14), colours.ink, is_bold=True),
            HeaderText(text.method, (16, 15.5, 15, 14.5), colours.muted),
        ),
        shape,
    )
    bottom = draw_footer(sheet, measurements, catalogue, colours, shape, imprint)
    bottom = _draw_notes(sheet, text.notes, colours, Box(shape.margin, top, shape.right, bottom))
    bottom = draw_legend(sheet, legend_items, colours, Box(shape.margin, top, shape.right, bottom))
    draw(sheet, Box(shape.margin, top, shape.right, bottom))
    if is_illustration:
        draw_watermark(sheet, colours, shape)
    return sheet.build_figure(TEMPLATES[theme])


def build_market_chart_sheet(
    text: ChartText,
    draw: ChartDrawer,
    footer: str,
    *,
    exchange_count: int,
    size: SheetSize,
    theme: Theme,
    imprint: Imprint = NO_IMPRINT,
) -> go.Figure:
    """The sheet of what was saved of the whole market, which no measurement is behind.

    Args:
        text: its text, without notes.
        draw: draws the chart.
        footer: what was scanned and when; it follows the source line.
        exchange_count: how many exchanges the prices are of.
        size: the shape; see `SHAPES` for its pixels.
        theme: light or dark paper.
        imprint: link, day and hash of the source line.
    """
    shape, colours = SHAPES[size], PALETTES[theme]
    sheet = Sheet(shape.width, shape.height)
    top = draw_header(
        sheet,
        (
            HeaderText(text.headline, (34, 32, 30, 28, 26), colours.ink, is_bold=True),
            HeaderText(text.subtitle, (19, 18, 17, 16), colours.text),
            HeaderText(text.method, (16, 15.5, 15, 14.5), colours.muted),
        ),
        shape,
    )
    exchanges = format_count(exchange_count, "exchange")
    source = ", ".join([f"Source: 1-minute prices of {exchanges}; analysis: Plumbline {VERSION}", *imprint.parts])
    bottom = draw_footer_texts(sheet, (f"{source}.", footer), colours, shape)
    draw(sheet, Box(shape.margin, top, shape.right, bottom - 6))
    return sheet.build_figure(TEMPLATES[theme])


def _write_sample_headline(measurements: Sequence[Measurement]) -> str:
    """The published figures of a single asset; of several no finding."""
    return write_headline(measurements[0])[0] if len(measurements) == 1 else SAMPLE_HEADLINE


def build_sentence_drawer(text: str, colours: Palette) -> ChartDrawer:
    """A drawer that writes a sentence in place of a chart without data."""

    def draw(sheet: Sheet, box: Box) -> None:
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        size, lines = fit_text(text, (20, 18, 16), 0.8 * (box.right - box.left), 3)
        for number, line in enumerate(lines):
            y = middle[1] + 1.3 * size * (number - (len(lines) - 1) / 2)
            sheet.write_text(line, middle[0], y, size=size, colour=colours.muted, align="center")

    return draw


def _draw_notes(sheet: Sheet, notes: Sequence[str], colours: Palette, box: Box) -> float:
    """Draw notes at the bottom of the box; returns the height at which the chart must end."""
    lines: list[tuple[float, str]] = []
    for text in notes:
        size, wrapped = fit_text(text, (SMALL_FONT, 12.5, 12), box.right - box.left, 2, balance=False)
        lines += [(size, line) for line in wrapped]
    top = box.bottom - NOTE_LINE_HEIGHT * len(lines)
    for number, (size, line) in enumerate(lines):
        sheet.write_text(line, box.left, top + NOTE_LINE_HEIGHT * (number + 0.5), size=size, colour=colours.text)
    return top - (6 if lines else 0)
