"""The printed picture of a history: finding, both panels, what was compared, and how it was made."""

from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.history.chart import build_history_chart
from dashboard.charts.history.days import select_days
from dashboard.charts.history.sheet import draw_history
from dashboard.charts.history.wording import describe_basis, describe_panels, write_finding, write_furthest_day
from dashboard.draw.label_layout import Box
from dashboard.draw.theme import PALETTES, TEMPLATES
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.chart_sheet import build_sentence_drawer
from dashboard.sheet.frame import HeaderText, draw_footer_texts, draw_header
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SHAPES, SheetSize
from dashboard.state.view import ViewState
from dashboard.text.clock import format_day
from dashboard.text.numbers import format_count
from data.catalogue import Catalogue
from data.version import VERSION


def build_history_sheet(
    rows: pl.DataFrame, view: ViewState, catalogue: Catalogue, size: SheetSize, imprint: Imprint = NO_IMPRINT
) -> go.Figure:
    """The sheet; a sentence in place of the chart if no day of the view can be compared.

    Args:
        rows: frame of `data.tables.history.HISTORY_ROW` of all exchanges, not empty.
        view: whose focus, quote, side and kind of gaps are shown.
        catalogue: names of venues and events.
        size: the shape.
        imprint: what the foot says of the file.
    """
    shape, colours = SHAPES[size], PALETTES[view.theme]
    focus_name = catalogue.get_venue(view.focus).name
    days = select_days(rows, view)
    sheet = Sheet(shape.width, shape.height)
    top = draw_header(
        sheet,
        (
            HeaderText(write_finding(days, view, focus_name), (34, 32, 30, 28, 26), colours.ink, is_bold=True),
            HeaderText(write_furthest_day(days, view, focus_name), (19, 18, 17, 16), colours.text),
            HeaderText(describe_panels(view, focus_name), (16, 15.5, 15, 14.5), colours.muted),
        ),
        shape,
    )
    bottom = draw_footer_texts(sheet, write_history_footer(rows, view, imprint), colours, shape)
    draw = build_sentence_drawer(f"{focus_name} has no price to compare.", colours)
    if days:
        draw = partial(draw_history, chart=build_history_chart(days, view, catalogue))
    draw(sheet, Box(shape.margin, top, shape.right, bottom - 6))
    return sheet.build_figure(TEMPLATES[view.theme])


def write_history_footer(rows: pl.DataFrame, view: ViewState, imprint: Imprint) -> tuple[str, str]:
    """Where the prices are from and what made the picture; then which days were scanned, and when the last was."""
    exchanges = format_count(rows["venue"].n_unique(), "exchange")
    source = ", ".join([f"Source: 1-minute prices of {exchanges}; analysis: Plumbline {VERSION}", *imprint.parts])
    days, counts, times = (rows[name].unique().sort().to_list() for name in ("day", "asset_count", "made_at"))
    first, last = (f"{format_day(day)} {day.year}" for day in (days[0], days[-1]))
    least = f"{counts[0]:,} to " if len(counts) > 1 else ""
    made = (
        f"Scans of {format_count(len(days), 'day')} by UTC from {first} to {last}, of {least}"
        f"{format_count(counts[-1], 'asset')} a day, {describe_basis(rows)}, the latest made on "
        f"{times[-1]:%Y-%m-%d %H:%M} UTC, {view.group.upper()} markets. One-minute prices cannot show the cause."
    )
    return f"{source}.", made
