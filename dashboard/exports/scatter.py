"""Depth against duration as rows: every market of every asset, with what the chart and its table show.

The overview's chart of depth against duration as files.

Reported volume against depth as rows: every spot market of every asset, with its ranks in both.

The overview's chart of reported volume against depth as files.
"""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.matrix.reading_aid import write_headline
from dashboard.charts.scatter.points import (
    DepthCategories,
    VolumeCategories,
    build_depth_data,
    build_market_points,
    build_volume_data,
    categorize_by_depth,
    categorize_by_volume,
    format_names_by_asset,
    select_voting_group,
)
from dashboard.charts.scatter.sheet import build_scatter_drawing
from dashboard.charts.scatter.volume_rank import (
    ILLUSTRATION_TEXT,
    find_volume_leaders,
    group_volume_cases,
    write_volume_count,
)
from dashboard.draw.theme import get_palette
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.service.event import EventContext
from dashboard.sheet.chart_sheet import ChartDrawer, ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.legend import LegendItem
from dashboard.sheet.sizes import SheetSize
from dashboard.text.numbers import join_names
from dashboard.text.sentences import describe_bar_closes, write_compared
from data.reconstruction.candles import list_assumed_markets
from data.schema import TIME, Evidence
from deviation.result import MarketRow, Measurement

DEPTH_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "depth": pl.Float64(),
    "depth_at": TIME,
    "below_min": pl.Float64(),
    "firm_min": pl.Float64(),
    "enter": pl.Float64(),
    "volume_usd_before": pl.Float64(),
    "deepest": pl.String(),
    "longest": pl.String(),
    "not_ranked_why": pl.String(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per asset and market, assets in the event's order, markets by venue, group and kind.

``against`` is the group of votes against which the numbers hold: the market's own one, or the other where only that
makes firm minutes. ``depth`` is a fraction, null without a firm minute; ``below_min`` counts minutes at least ``enter``
(a fraction) below. ``deepest`` and ``longest`` are the words of the rank, and ``not_ranked_why`` why there is none;
all three are null on the reconstruction, which has no ranks. ``assumed``: no figure of the market is published.
"""


def build_depth_rows(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """Every market of several assets; frame of `DEPTH_SCHEMA`."""
    rows = [_build_depth_row(measurement, row) for measurement in measurements for row in measurement.rows]
    return pl.DataFrame(rows, schema=DEPTH_SCHEMA)


def _build_depth_row(measurement: Measurement, row: MarketRow) -> dict[str, object]:
    question, market, group = measurement.question, row.market, select_voting_group(row)
    summary, rank = row.summaries[group], measurement.ranks[market]
    is_illustration = question.origin is Evidence.RECONSTRUCTION
    return {
        "asset": question.asset,
        "venue": market.venue,
        "symbol": market.symbol,
        "group": market.group.value,
        "against": group.value,
        "fair_value": question.underlying is not None,
        "focus": market.venue == question.focus,
        "depth": summary.depth,
        "depth_at": measurement.time_at(summary.depth_at),
        "below_min": summary.below_min,
        "firm_min": summary.firm_min,
        "enter": question.parameters.enter,
        "volume_usd_before": row.volume_usd_before,
        "deepest": None if is_illustration else rank.deepest.value,
        "longest": None if is_illustration else rank.longest.value,
        "not_ranked_why": None if is_illustration else rank.reason,
        "assumed": is_illustration and (market.venue, market.symbol) in list_assumed_markets(),
        "origin": question.origin.value,
    }


def export_depth(request: ExportRequest) -> ExportFile:
    """The chart as one sheet, or a row for each market of each asset.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    return request.export_event(lambda overview: build_depth_rows(overview.measurements), build_depth_sheet)


def build_depth_sheet(overview: EventContext, size: SheetSize) -> go.Figure:
    """The printed chart; where nobody was below for a minute, a sentence in its place."""
    catalogue, theme = overview.catalogue, overview.view.theme
    categories = categorize_by_depth(
        build_market_points(overview.measurements, catalogue, overview.focus_family, overview.view.zone)
    )
    placeholder: tuple[ChartDrawer, list[LegendItem]] = (
        build_sentence_drawer(
            categories.describe_absence(overview.enter_text, overview.view.timeframe), get_palette(theme)
        ),
        [],
    )
    x_title = f"minutes at least {overview.enter_text} below, longer"
    draw, legend_items = (
        build_scatter_drawing(overview, build_depth_data(overview, categories.plotted), x_title)
        if categories.plotted
        else placeholder
    )
    text = _build_depth_text(overview, categories)
    return build_chart_sheet(
        text, draw, overview.measurements, catalogue, size=size, theme=theme, legend_items=legend_items
    )


def _build_depth_text(overview: EventContext, categories: DepthCategories) -> ChartText:
    close_name = describe_bar_closes(overview.measurements[0].question).removesuffix("s")
    omitted = {
        f"Never {overview.enter_text} below": categories.never_below,
        "No firm minute, so no point": categories.without_firm_minute,
    }
    return ChartText(
        headline=write_headline(overview),
        subtitle=(
            f"Each marker is one exchange on one asset: its deepest {close_name}, and its minutes at least "
            f"{overview.enter_text} below."
        ),
        method=write_compared(overview.measurements),
        notes=[
            f"{title}: {format_names_by_asset(market_points)}."
            for title, market_points in omitted.items()
            if market_points
        ],
    )


RANK_COLUMN = "volume_rank"

VOLUME_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "volume_usd_before": pl.Float64(),
    RANK_COLUMN: pl.Int64(),
    "depth": pl.Float64(),
    "depth_at": DEPTH_SCHEMA["depth_at"],
    "firm_min": pl.Float64(),
    "deepest": pl.String(),
    "not_ranked_why": pl.String(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per asset and spot market, in the order of `DEPTH_SCHEMA`, whose columns mean the same here.

``volume_usd_before`` is what the market reported as traded in the 24 h before the window, in dollars; 0 where no candle
of then is held. ``volume_rank`` is its place by that among the ranked markets of the asset and group, 1 being the
busiest, equal ones in the order of the rows; null without volume, without a rank in depth, and on the reconstruction.
"""


def build_volume_rows(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """Every spot market of several assets; frame of `VOLUME_SCHEMA`."""
    is_spot = pl.Series([row.is_spot for measurement in measurements for row in measurement.rows], dtype=pl.Boolean)
    volume = pl.col("volume_usd_before")
    is_ranked = pl.col("deepest").is_not_null() & pl.col("not_ranked_why").is_null() & (volume > 0)
    volume_rank = pl.when(is_ranked).then(volume).rank("ordinal", descending=True).over("asset", "group")
    return (
        build_depth_rows(measurements)
        .filter(is_spot)
        .with_columns(volume_rank.cast(pl.Int64).alias(RANK_COLUMN))
        .select(*VOLUME_SCHEMA)
    )


NO_COMPARISON_TEXT = "Whether the busiest exchange fell furthest cannot be said: no asset has ranked exchanges"
"""The headline where nothing can be compared."""


def export_volume(request: ExportRequest) -> ExportFile:
    """The chart as one sheet, or a row for each spot market of each asset.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    return request.export_event(lambda overview: build_volume_rows(overview.measurements), build_volume_sheet)


def build_volume_sheet(overview: EventContext, size: SheetSize) -> go.Figure:
    """The printed chart; where nobody was below or reported volume, a sentence in its place."""
    catalogue, theme = overview.catalogue, overview.view.theme
    categories = categorize_by_volume(
        build_market_points(overview.measurements, catalogue, overview.focus_family, overview.view.zone)
    )
    placeholder: tuple[ChartDrawer, list[LegendItem]] = (
        build_sentence_drawer(categories.describe_absence(overview.view.timeframe), get_palette(theme)),
        [],
    )
    x_title = "dollars reported as traded in the 24 h before"
    draw, legend_items = (
        build_scatter_drawing(overview, build_volume_data(overview, categories.plotted), x_title)
        if categories.plotted
        else placeholder
    )
    text = _build_volume_text(overview, categories)
    return build_chart_sheet(
        text, draw, overview.measurements, catalogue, size=size, theme=theme, legend_items=legend_items
    )


def _build_volume_text(overview: EventContext, categories: VolumeCategories) -> ChartText:
    """The count as headline, its comparisons and what has no point in the remarks; none of an illustration."""
    close_name = describe_bar_closes(overview.measurements[0].question).removesuffix("s")
    leaders = [] if overview.is_illustration else find_volume_leaders(overview.measurements)
    omitted = {
        reason: format_names_by_asset(market_points)
        for reason, market_points in categories.group_omitted().items()
        if market_points
    }
    fair_value_assets = [
        measurement.question.asset
        for measurement in overview.measurements
        if measurement.question.underlying is not None
    ]
    if fair_value_assets:
        omitted["Measured against fair value, so no point"] = join_names(fair_value_assets)
    compared_measurements = [
        measurement for measurement in overview.measurements if measurement.question.underlying is None
    ]
    return ChartText(
        headline=write_volume_count(leaders) if leaders else NO_COMPARISON_TEXT,
        subtitle=(
            "Reported volume, not liquidity. Each marker is one exchange on one asset: what it reported as traded "
            f"in the 24 hours before, and its deepest {close_name}."
        ),
        method=write_compared(compared_measurements or overview.measurements),
        notes=[
            *([ILLUSTRATION_TEXT] if overview.is_illustration else []),
            *(f"{title}: {note}." for title, note in {**group_volume_cases(leaders), **omitted}.items()),
        ],
    )
