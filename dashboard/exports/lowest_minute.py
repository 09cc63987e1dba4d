"""The minute of the lowest trade as files: a row per bar and market with range and close, and the printed chart."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard.charts.lowest_minute.figure import PriceRange, list_bar_positions, list_price_ranges, write_sentences
from dashboard.charts.lowest_minute.sheet import BarDetail, build_bounds_legend, draw_bounds
from dashboard.draw.scene import Scene
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.exports.rows import Row, build_market_columns
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.sizes import SheetSize
from dashboard.text.sentences import write_measured, write_title
from data.schema import TIME
from deviation.question import Group
from deviation.result import MarketRow

BOUNDS_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "open_time": TIME,
    "lowest": pl.Boolean(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "focus": pl.Boolean(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "close": pl.Float64(),
    **{f"{name}_{group.value}": pl.Float64() for group in Group for name in ("wick_shallow", "wick_deep", "sure")},
    "origin": pl.String(),
}
"""A row per bar and market, in the order of the chart: the focus first, then its own group, the lowest first.

``lowest`` marks the bar of the focus venue's lowest trade; the other bar is the one in which it was surely deepest.
Prices are dollars. ``wick_shallow`` and ``wick_deep`` bound the deviation of its lowest trade in the bar, ``sure`` is
the deviation that held for the whole bar whatever the order of trades, each against one group of votes, as a fraction.
They are null in rows of other markets, and if fewer than three others have a range.
"""


def build_bounds_rows(scene: Scene) -> pl.DataFrame:
    """The bars of `list_bar_positions`; frame of `BOUNDS_SCHEMA`, without rows if the focus venue has no trade."""
    rows = [
        _build_bounds_row(scene, position, price_range)
        for position in list_bar_positions(scene)
        for price_range in list_price_ranges(scene, position)
    ]
    return pl.DataFrame(rows, schema=BOUNDS_SCHEMA)


def _build_bounds_row(scene: Scene, position: int, price_range: PriceRange) -> Row:
    row, measurement = price_range.row, scene.measurement
    is_focus = row is scene.focus
    return {
        **build_market_columns(measurement, row),
        "open_time": measurement.time_at(position),
        "lowest": scene.focus is not None and position == scene.focus.low_at,
        "focus": is_focus,
        "low": price_range.low,
        "high": price_range.high,
        "close": _nan_to_none(price_range.close),
        **{
            f"{name}_{group.value}": _read_bound(row, group, name, position) if is_focus else None
            for group in Group
            for name in ("wick_shallow", "wick_deep", "sure")
        },
    }


def _read_bound(row: MarketRow, group: Group, name: str, position: int) -> float | None:
    return _nan_to_none(float(getattr(row.series[group], name)[position]))


def _nan_to_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def export_bounds(request: ExportRequest) -> ExportFile:
    """The chart as a sheet, or its rows.

    Raises:
        NoUsableCandles: The asset has no candle in the window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """

    def build_sheet(scene: Scene, size: SheetSize) -> go.Figure:
        return build_bounds_sheet(scene, request.measurements.read_low_trades([scene.measurement]), size)

    return request.build_asset_file(build_bounds_rows, build_sheet)


def build_bounds_sheet(scene: Scene, trades: pl.DataFrame, size: SheetSize) -> go.Figure:
    """The printed charts; a sentence in their place if the focus venue has no trade.

    ``trades`` is a frame of `data.schema.LOW_TRADE`.
    """
    details = [BarDetail(position, write_sentences(scene, position, trades)) for position in list_bar_positions(scene)]
    name = scene.catalogue.get_venue(scene.measurement.question.focus).name
    draw, legend_items = build_sentence_drawer(f"{name} has no trade in the window.", scene.colours), []
    if details:
        draw = partial(draw_bounds, scene=scene, details=details, side_by_side=size is SheetSize.WIDE)
        legend_items = build_bounds_legend(scene, details)
    text = _build_text(scene, details)
    return build_chart_sheet(
        text, draw, [scene.measurement], scene.catalogue, size=size, theme=scene.theme, legend_items=legend_items
    )


def _build_text(scene: Scene, details: Sequence[BarDetail]) -> ChartText:
    question, has_several = scene.measurement.question, len(details) > 1
    bar_text = f"{'each' if has_several else 'one'} {question.timeframe.noun}"
    return ChartText(
        headline=write_title(scene.measurement)[0],
        subtitle=(
            f"{question.asset} within {bar_text}: the range in which its price stood on each exchange, and its close."
        ),
        method=write_measured(scene.measurement),
    )
