"""The printed picture of a scan: finding, chart, what was compared, and how it was made."""

from functools import partial

import plotly.graph_objects as go

from analysis.scan.sentences import describe_basis
from analysis.scan.summary import summarize_scan
from dashboard.charts.market.chart import build_lead_chart
from dashboard.charts.market.gaps import select_gaps
from dashboard.charts.market.sheet import draw_leads
from dashboard.charts.market.wording import describe_gap, write_aligned_finding, write_finding
from dashboard.draw.theme import PALETTES
from dashboard.sheet.chart_sheet import ChartText, build_market_chart_sheet, build_sentence_drawer
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import ViewState
from dashboard.text.clock import Zone
from dashboard.text.numbers import format_count, format_span
from data.catalogue import Catalogue
from data.tables.scans import MarketScan


def build_market_sheet(
    scan: MarketScan, view: ViewState, catalogue: Catalogue, size: SheetSize, imprint: Imprint = NO_IMPRINT
) -> go.Figure:
    """The sheet; a sentence in place of the chart if the view's exchange has no gap."""
    focus_name = catalogue.get_venue(view.focus).name
    summary = summarize_scan(scan, view.focus, view.group, view.side)
    gaps = select_gaps(scan.rows, view)
    draw = build_sentence_drawer(f"{focus_name} has no price to compare.", PALETTES[view.theme])
    if gaps:
        draw = partial(draw_leads, chart=build_lead_chart(scan, gaps, view, catalogue))
    return build_market_chart_sheet(
        ChartText(
            headline=write_finding(summary, view, focus_name),
            subtitle=write_aligned_finding(summary, view),
            method=f"Drawn: {describe_gap(view, focus_name)}",
        ),
        draw,
        write_market_footer(scan, view),
        exchange_count=scan.rows.filter(days_before=0)["venue"].n_unique(),
        size=size,
        theme=view.theme,
        imprint=imprint,
    )


def write_market_footer(scan: MarketScan, view: ViewState) -> str:
    """What was scanned when."""
    run = scan.run
    return (
        f"Scan of {format_count(run.asset_count, 'asset')}, {describe_basis(run)}, made on "
        f"{run.made_at:%Y-%m-%d %H:%M} UTC, {view.group.upper()} markets. "
        f"Window: {format_span(run.start, run.end, Zone.UTC)}. One-minute prices cannot show the cause."
    )
