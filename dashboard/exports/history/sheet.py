"""The printed picture of a history: finding, both panels, what was compared, and how it was made."""

from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.history.chart import build_history_chart
from dashboard.charts.history.days import select_days
from dashboard.charts.history.sheet import draw_history
from dashboard.charts.history.wording import describe_basis, describe_panels, write_finding, write_furthest_day
from dashboard.draw.theme import PALETTES
from dashboard.sheet.chart_sheet import ChartText, build_market_chart_sheet, build_sentence_drawer
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import ViewState
from dashboard.text.clock import format_day
from dashboard.text.numbers import format_count
from data.catalogue import Catalogue


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
    focus_name = catalogue.get_venue(view.focus).name
    days = select_days(rows, view)
    draw = build_sentence_drawer(f"{focus_name} has no price to compare.", PALETTES[view.theme])
    if days:
        draw = partial(draw_history, chart=build_history_chart(days, view, catalogue))
    return build_market_chart_sheet(
        ChartText(
            headline=write_finding(days, view, focus_name),
            subtitle=write_furthest_day(days, view, focus_name),
            method=describe_panels(view, focus_name),
        ),
        draw,
        write_history_footer(rows, view),
        exchange_count=rows["venue"].n_unique(),
        size=size,
        theme=view.theme,
        imprint=imprint,
    )


def write_history_footer(rows: pl.DataFrame, view: ViewState) -> str:
    """Which days were scanned, and when the last was."""
    days, counts, times = (rows[name].unique().sort().to_list() for name in ("day", "asset_count", "made_at"))
    first, last = (f"{format_day(day)} {day.year}" for day in (days[0], days[-1]))
    least = f"{counts[0]:,} to " if len(counts) > 1 else ""
    return (
        f"Scans of {format_count(len(days), 'day')} by UTC from {first} to {last}, of {least}"
        f"{format_count(counts[-1], 'asset')} a day, {describe_basis(rows)}, the latest made on "
        f"{times[-1]:%Y-%m-%d %H:%M} UTC, {view.group.upper()} markets. One-minute prices cannot show the cause."
    )
