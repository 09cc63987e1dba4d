"""The minutes of the lowest and highest trade as files: a row per bar and market, and the chart as a sheet."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.lowest_minute.ranges import ExtremeBar, PriceRange, list_extreme_bars, list_price_ranges
from dashboard.charts.lowest_minute.sentences import write_sentences
from dashboard.charts.lowest_minute.sheet import BarDetail, build_bounds_legend, draw_bounds
from dashboard.draw.scene import Scene
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.exports.rows import Row, build_market_columns
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.text.sentences import write_measured
from data.schema import TIME
from deviation.question import Group
from deviation.report.headline import write_headline
from deviation.side import Side
from deviation.window.extremes import value_at

BOUNDS_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "open_time": TIME,
    "side": pl.String(),
    "extreme": pl.Boolean(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "focus": pl.Boolean(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "close": pl.Float64(),
    "round": pl.Boolean(),
    "least": pl.Float64(),
    "most": pl.Float64(),
    "whole": pl.Float64(),
    "origin": pl.String(),
}
"""A row per bar and market, in the order of the chart: the focus first, then its own group, the lowest first.

The focus has a row for each group that it is measured against, all other markets have one, without ``against``.
``side`` is that of the trade for which the bar is shown; ``extreme`` marks the bar of the lowest (``below``) or highest
(``above``) trade of the window, else it is the one in which the nearer bound of a trade was furthest. Prices are in the
market's quote; ``round`` tells whether that trade of the focus is a round price. ``least`` and ``most`` bound its
deviation, ``whole`` is the deviation that held for the entire bar, as fractions: null in rows of other markets, and if
fewer than three others have a range.
"""


def build_bounds_rows(scene: Scene) -> pl.DataFrame:
    """The bars of `list_extreme_bars`; frame of `BOUNDS_SCHEMA`, without rows if the focus venue has no trade."""
    rows = [
        _build_bounds_row(scene, bar, price_range, group)
        for bar in list_extreme_bars(scene)
        for price_range in list_price_ranges(scene, bar.position)
        for group in (price_range.row.series if price_range.row is scene.focus else (None,))
    ]
    return pl.DataFrame(rows, schema=BOUNDS_SCHEMA)


def _build_bounds_row(scene: Scene, bar: ExtremeBar, price_range: PriceRange, group: Group | None) -> Row:
    row, measurement = price_range.row, scene.measurement
    measures = None if group is None else row.series[group].measure_side(bar.side)
    trade = price_range.low if bar.side is Side.BELOW else price_range.high
    return {
        **build_market_columns(measurement, row),
        "open_time": measurement.time_at(bar.position),
        "side": bar.side.value,
        "extreme": bar.is_extreme,
        "against": group,
        "focus": row is scene.focus,
        "low": price_range.low,
        "high": price_range.high,
        "close": price_range.close,
        "round": None if measures is None else row.is_round(trade),
        "least": None if measures is None else value_at(measures.trade_least, bar.position),
        "most": None if measures is None else value_at(measures.trade_most, bar.position),
        "whole": None if measures is None else value_at(measures.whole, bar.position),
    }


def export_bounds(request: ExportRequest) -> ExportFile:
    """The chart as a sheet, or its rows.

    Raises:
        NoUsableCandles: The asset has no candle in the window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """

    def build_sheet(scene: Scene, size: SheetSize, imprint: Imprint) -> go.Figure:
        trades = request.measurements.read_low_trades([scene.measurement])
        return build_bounds_sheet(scene, trades, size, imprint)

    return request.build_asset_file(build_bounds_rows, build_sheet)


def build_bounds_sheet(scene: Scene, trades: pl.DataFrame, size: SheetSize, imprint: Imprint = NO_IMPRINT) -> go.Figure:
    """The printed charts; a sentence in their place if the focus venue has no trade.

    ``trades`` is a frame of `data.schema.LOW_TRADE`.
    """
    details = [BarDetail(bar, write_sentences(scene, bar, trades)) for bar in list_extreme_bars(scene)]
    name = scene.catalogue.get_venue(scene.measurement.focus).name
    text = f"No price of {scene.measurement.question.asset} on {name} is in this data for this window."
    draw, legend_items = build_sentence_drawer(text, scene.colours), []
    if details:
        draw = partial(draw_bounds, scene=scene, details=details, side_by_side=size is SheetSize.WIDE)
        legend_items = build_bounds_legend(scene, details)
    return build_chart_sheet(
        _build_text(scene, details),
        draw,
        [scene.measurement],
        scene.catalogue,
        size=size,
        theme=scene.theme,
        legend_items=legend_items,
        imprint=imprint,
    )


def _build_text(scene: Scene, details: Sequence[BarDetail]) -> ChartText:
    question, has_several = scene.measurement.question, len(details) > 1
    bar_text = f"{'each' if has_several else 'one'} {question.timeframe.noun}"
    return ChartText(
        headline=write_headline(scene.measurement, scene.zone.tzinfo)[0],
        subtitle=(
            f"{question.asset} within {bar_text}: the range in which its price stood on each exchange, and its close."
        ),
        method=write_measured(scene.measurement),
    )
