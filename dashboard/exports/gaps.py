"""The lows page's histograms of gaps as files: a row per gap, and the printed histograms."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.gaps.figure import Gap, Gaps, measure_gaps
from dashboard.charts.gaps.sheet import build_gap_legend, draw_gaps
from dashboard.exports.request import ALL_ASSETS, ExportFile, ExportRequest
from dashboard.exports.rows import MARKET_SCHEMA, build_market_columns
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import Theme
from dashboard.tables.lows_rows import measure_unaligned_gap
from dashboard.text.sentences import write_compared
from data.catalogue import Catalogue
from data.schema import TIME
from deviation.measurement import Measurement
from deviation.question import TOLERANCE, Question
from deviation.report.lows import summarize_lows
from deviation.wording import format_threshold, join_names

LOW_KIND, CLOSE_KIND = "lows", "closes"
"""Kinds of gaps: between lowest trades of any bars, and between closes of one bar."""

GAP_SCHEMA: dict[str, pl.DataType] = {
    **MARKET_SCHEMA,
    "focus": pl.Boolean(),
    "kind": pl.String(),
    "gap": pl.Float64(),
    "at": TIME,
    "origin": pl.String(),
}
"""A row per defined gap: asset by asset, the lowest market first, its gap of `LOW_KIND` before that of `CLOSE_KIND`.

``gap`` is a fraction, negative if the market was lower: of its lowest trade from the lowest trade of all other venues,
or of its close from the next close of its own group, the smallest over its firm bars. ``at`` is the bar of the lowest
trade, or of that close.
"""


def build_gap_rows(measurements: Sequence[Measurement], focus: str) -> pl.DataFrame:
    """The gaps of every spot market with a trade; frame of `GAP_SCHEMA`. ``focus`` is the focus venue's id."""
    rows = [
        {
            **build_market_columns(measurement, row),
            "focus": row.market.venue == focus,
            "kind": kind,
            "gap": gap,
            "at": measurement.time_at(position),
        }
        for measurement in measurements
        for row in summarize_lows(measurement).rows
        for kind, gap, position in (
            (LOW_KIND, measure_unaligned_gap(measurement, row), row.low_at),
            (CLOSE_KIND, row.own_summary.gap_depth, row.own_summary.gap_at),
        )
        if gap is not None
    ]
    return pl.DataFrame(rows, schema=GAP_SCHEMA)


def export_gaps(request: ExportRequest) -> ExportFile:
    """Both histograms as a sheet, or their rows.

    Raises:
        NoUsableCandles: No asset of the event has a candle in the window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """
    measurements, named_after = request.measure_assets()
    # As on the page: the venue that replaces the focus for the view's asset, if any, replaces it for all assets.
    focus = request.measurements.measure_view(request.view).view.focus
    if not request.is_picture:
        return request.build_rows_file(build_gap_rows(measurements, focus), named_after, asset=ALL_ASSETS)
    figure = build_gap_sheet(measurements, request.catalogue, focus, size=request.size, theme=request.view.theme)
    extra = {"asset": None, "focus": focus, "assets": [measurement.question.asset for measurement in measurements]}
    return request.build_picture_file(figure, named_after, asset=ALL_ASSETS, extra=extra)


def build_gap_sheet(
    measurements: Sequence[Measurement], catalogue: Catalogue, focus: str, *, size: SheetSize, theme: Theme
) -> go.Figure:
    """The printed histograms of at least one measurement; ``focus`` is the focus venue's id."""
    gaps, question = measure_gaps(measurements, focus), measurements[0].question
    name, bar_name = catalogue.get_venue(focus).name, question.timeframe.noun
    draw = partial(draw_gaps, gaps=gaps, catalogue=catalogue, focus=focus, theme=theme, bar=question.timeframe)
    assets = [measurement.question.asset for measurement in measurements]
    text = ChartText(
        headline=_write_headline(gaps, name, question),
        subtitle=(
            f"Gaps of every exchange on {join_names(assets)}. Lows of whatever {bar_name} were not printed together, "
            "so a gap between them alone says little."
        ),
        method=write_compared(measurements),
    )
    legend_items = build_gap_legend(catalogue, focus, theme)
    return build_chart_sheet(text, draw, measurements, catalogue, size=size, theme=theme, legend_items=legend_items)


def _write_headline(gaps: Gaps, name: str, question: Question) -> str:
    """On how many assets the focus venue was lower than all others: by lowest trades, then by closes of one bar."""
    enter, bar_name = question.parameters.enter, question.timeframe.noun
    (low_count, low_total), (close_count, close_total) = (
        _count_assets_below(kind_gaps, enter) for kind_gaps in (gaps.unaligned, gaps.aligned)
    )
    if not low_total:
        return f"No low of {name} to set beside another exchange's"
    assets = "assets" if low_total > 1 else "asset"
    low_text = f"{low_count} of {low_total} {assets}"
    text = f"{name}'s low was {format_threshold(enter)} or more under all other lows on {low_text}"
    if not close_total:
        return f"{text}; too few traded in one and the same {bar_name}"
    close_text = (
        f"its close under all others of its group in one and the same {bar_name} on {close_count} of {close_total}"
    )
    return f"{text}, {close_text}"


def _count_assets_below(gaps: Sequence[Gap], enter: float) -> tuple[int, int]:
    """The number of assets on which the focus venue is at least ``enter`` below, and of those on which it has a gap.

    >>> _count_assets_below([Gap("ATOM", True, -0.4), Gap("DOGE", True, 0.1), Gap("XRP", False, -0.9)], 0.02)
    (1, 2)
    """
    assets = {gap.asset for gap in gaps if gap.is_focus}
    below = {gap.asset for gap in gaps if gap.is_focus and gap.value <= -enter + TOLERANCE}
    return len(below), len(assets)
