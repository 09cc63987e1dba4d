"""The printed picture of a scan: finding, chart, what was compared, and how it was made."""

from functools import partial

import plotly.graph_objects as go

from analysis.scan.sentences import describe_basis
from analysis.scan.summary import summarize_scan
from dashboard.charts.market.chart import build_lead_chart
from dashboard.charts.market.gaps import select_gaps
from dashboard.charts.market.sheet import draw_leads
from dashboard.charts.market.wording import describe_gap, write_aligned_finding, write_finding
from dashboard.draw.label_layout import Box
from dashboard.draw.theme import PALETTES, TEMPLATES
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.chart_sheet import build_sentence_drawer
from dashboard.sheet.frame import HeaderText, draw_footer_texts, draw_header
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SHAPES, SheetSize
from dashboard.state.view import ViewState
from dashboard.text.clock import Zone
from dashboard.text.numbers import format_count, format_span
from data.catalogue import Catalogue
from data.tables.scans import MarketScan
from data.version import VERSION


def build_market_sheet(
    scan: MarketScan, view: ViewState, catalogue: Catalogue, size: SheetSize, imprint: Imprint = NO_IMPRINT
) -> go.Figure:
    """The sheet; a sentence in place of the chart if the view's exchange has no gap."""
    shape, colours = SHAPES[size], PALETTES[view.theme]
    focus_name = catalogue.get_venue(view.focus).name
    summary = summarize_scan(scan, view.focus, view.group, view.side)
    gaps = select_gaps(scan.rows, view)
    sheet = Sheet(shape.width, shape.height)
    top = draw_header(
        sheet,
        (
            HeaderText(write_finding(summary, view, focus_name), (34, 32, 30, 28, 26), colours.ink, is_bold=True),
            HeaderText(write_aligned_finding(summary, view), (19, 18, 17, 16), colours.text),
            HeaderText(f"Drawn: {describe_gap(view, focus_name)}", (16, 15.5, 15, 14.5), colours.muted),
        ),
        shape,
    )
    bottom = draw_footer_texts(sheet, write_market_footer(scan, view, imprint), colours, shape)
    draw = build_sentence_drawer(f"{focus_name} has no price to compare.", colours)
    if gaps:
        draw = partial(draw_leads, chart=build_lead_chart(scan, gaps, view, catalogue))
    draw(sheet, Box(shape.margin, top, shape.right, bottom - 6))
    return sheet.build_figure(TEMPLATES[view.theme])


def write_market_footer(scan: MarketScan, view: ViewState, imprint: Imprint) -> tuple[str, str]:
    """Where the prices are from and what made the picture; then what was scanned when."""
    run = scan.run
    exchanges = format_count(scan.rows.filter(days_before=0)["venue"].n_unique(), "exchange")
    source = ", ".join([f"Source: 1-minute prices of {exchanges}; analysis: Plumbline {VERSION}", *imprint.parts])
    made = (
        f"Scan of {format_count(run.asset_count, 'asset')}, {describe_basis(run)}, made on "
        f"{run.made_at:%Y-%m-%d %H:%M} UTC, "
        f"{view.group.upper()} markets. Window: {format_span(run.start, run.end, Zone.UTC)}. "
        "One-minute prices cannot show the cause."
    )
    return f"{source}.", made
