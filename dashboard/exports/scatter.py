"""The overview's two scatter charts as files: size against duration, and reported volume against size.

Each has a row per market and a printed chart.
"""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.matrix.reading_aid import write_finding
from dashboard.charts.scatter.points import (
    DurationCategories,
    MarketPoint,
    ScatterData,
    VolumeCategories,
    build_duration_data,
    build_market_points,
    build_volume_data,
    categorize_by_duration,
    categorize_by_volume,
    format_names_by_asset,
)
from dashboard.charts.scatter.sheet import build_scatter_drawing
from dashboard.charts.scatter.volume_rank import (
    VolumeLeader,
    find_volume_leaders,
    group_volume_cases,
    write_volume_count,
)
from dashboard.draw.theme import PALETTES
from dashboard.exports.matrix import SIDE_SCHEMA
from dashboard.exports.rows import (
    MARKET_SCHEMA,
    Row,
    build_market_columns,
    build_rank_columns,
    build_summary_columns,
)
from dashboard.service.event import SAMPLE_TEXT, EventContext
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.text.sentences import write_compared
from deviation.measurement import Measurement
from deviation.ranks import RankWord
from deviation.result import MarketRow
from deviation.wording import join_names

DEPTH_SCHEMA: dict[str, pl.DataType] = {
    **MARKET_SCHEMA,
    "against": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "firm_min": pl.Float64(),
    **SIDE_SCHEMA,
    "enter": pl.Float64(),
    "volume_usd_before": pl.Float64(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per asset and market, assets in the event's order, markets by venue and symbol.

``against`` is the group of votes that the market is measured against: its own. The other columns are those of
`dashboard.exports.rows`, and ``volume_usd_before`` of `VOLUME_SCHEMA`.
"""

RANK_COLUMN = "volume_rank"

VOLUME_SCHEMA: dict[str, pl.DataType] = {
    **MARKET_SCHEMA,
    "against": pl.String(),
    "fair_value": pl.Boolean(),
    "focus": pl.Boolean(),
    "volume_usd_before": pl.Float64(),
    RANK_COLUMN: pl.Int64(),
    "firm_min": pl.Float64(),
    **SIDE_SCHEMA,
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per asset and spot market, in the order and with the columns of `DEPTH_SCHEMA`.

``volume_usd_before`` is the volume that the market reported for the 24 h before the window, in dollars by the order of
magnitude of its quote; 0 if the store has no candle of that time. ``volume_rank`` is its rank by that among the ranked
markets of the asset and group, from 1 for the largest, ties in the order of the rows; null without volume, without a
rank by size, and on the reconstruction.
"""

NO_COMPARISON_TEXT = "Whether the busiest exchange strayed furthest cannot be said: no asset has ranked exchanges"
"""Headline of the volume chart if no asset has ranked markets."""


def build_depth_rows(overview: EventContext) -> pl.DataFrame:
    """Every market of every asset; frame of `DEPTH_SCHEMA`."""
    rows = [_build_depth_row(measurement, row) for measurement in overview.measurements for row in measurement.rows]
    return pl.DataFrame(rows, schema=DEPTH_SCHEMA)


def _build_depth_row(measurement: Measurement, row: MarketRow) -> Row:
    return {
        **build_market_columns(measurement, row),
        **build_summary_columns(measurement, row.own_summary),
        **build_rank_columns(measurement, measurement.ranks[row.market]),
        "against": row.market.group,
        "volume_usd_before": row.volume_usd_before,
    }


def build_volume_rows(overview: EventContext) -> pl.DataFrame:
    """Every spot market of every asset; frame of `VOLUME_SCHEMA`."""
    is_spot = [row.is_spot for measurement in overview.measurements for row in measurement.rows]
    volume = pl.col("volume_usd_before")
    unranked_words = [RankWord.NOT_RANKED.value, RankWord.NO_DATA.value]
    is_ranked = pl.col("below_largest").is_not_null() & ~pl.col("below_largest").is_in(unranked_words) & (volume > 0)
    volume_rank = pl.when(is_ranked).then(volume).rank("ordinal", descending=True).over("asset", "group")
    return (
        build_depth_rows(overview)
        .filter(pl.Series(is_spot, dtype=pl.Boolean))
        .with_columns(volume_rank.cast(pl.Int64).alias(RANK_COLUMN))
        .select(*VOLUME_SCHEMA)
    )


def build_depth_sheet(overview: EventContext, size: SheetSize, imprint: Imprint = NO_IMPRINT) -> go.Figure:
    """The printed chart of size against duration; a sentence in its place if no market has a point."""
    categories, side = categorize_by_duration(_build_points(overview)), overview.view.side
    return _build_sheet(
        overview,
        (size, imprint),
        _build_duration_text(overview, categories),
        build_duration_data(overview, categories.plotted) if categories.plotted else None,
        x_title=f"minutes more than {overview.enter_text} {side}",
        empty_text=categories.describe_absence(overview.enter_text, side, overview.view.timeframe),
    )


def build_volume_sheet(overview: EventContext, size: SheetSize, imprint: Imprint = NO_IMPRINT) -> go.Figure:
    """The printed chart of reported volume against size; a sentence in its place if no market has a point."""
    categories = categorize_by_volume(_build_points(overview))
    return _build_sheet(
        overview,
        (size, imprint),
        _build_volume_text(overview, categories),
        build_volume_data(overview, categories.plotted) if categories.plotted else None,
        x_title="reported 24h volume before the window, USD",
        empty_text=categories.describe_absence(overview.view.side, overview.view.timeframe),
    )


def _build_points(overview: EventContext) -> list[MarketPoint]:
    return build_market_points(overview.measurements, overview.catalogue, overview.view.side, overview.view.zone)


def _build_sheet(
    overview: EventContext,
    form: tuple[SheetSize, Imprint],
    text: ChartText,
    data: ScatterData | None,
    *,
    x_title: str,
    empty_text: str,
) -> go.Figure:
    (size, imprint), theme = form, overview.view.theme
    draw, legend_items = (
        (build_sentence_drawer(empty_text, PALETTES[theme]), [])
        if data is None
        else build_scatter_drawing(overview, data, x_title)
    )
    return build_chart_sheet(
        text,
        draw,
        overview.measurements,
        overview.catalogue,
        size=size,
        theme=theme,
        legend_items=legend_items,
        imprint=imprint,
    )


def _build_duration_text(overview: EventContext, categories: DurationCategories) -> ChartText:
    side = overview.view.side
    return ChartText(
        headline=write_finding(overview),
        subtitle=(
            f"Each marker is one exchange on one asset: its largest {overview.side_noun}, and its minutes more than "
            f"{overview.enter_text} {side}."
        ),
        method=write_compared(overview.measurements),
        notes=[
            f"{title}: {format_names_by_asset(points)}."
            for title, points in categories.group_omitted(overview.enter_text, side).items()
            if points
        ],
    )


def _build_volume_text(overview: EventContext, categories: VolumeCategories) -> ChartText:
    """The count of comparisons as headline, except of a sample; the comparisons and omitted markets as notes."""
    side = overview.view.side
    leaders = [] if overview.is_illustration else find_volume_leaders(overview.measurements, side)
    notes = group_volume_cases(leaders, side)
    notes |= {
        reason: format_names_by_asset(points) for reason, points in categories.group_omitted(side).items() if points
    }
    fair_value_assets, compared_measurements = [], []
    for measurement in overview.measurements:
        if measurement.question.underlying is None:
            compared_measurements.append(measurement)
        else:
            fair_value_assets.append(measurement.question.asset)
    if fair_value_assets:
        notes["Not plotted (measured against estimated fair value)"] = join_names(fair_value_assets)
    return ChartText(
        headline=_write_volume_headline(overview, leaders),
        subtitle=(
            "Reported volume, not liquidity. Each marker is one exchange on one asset: what it reported as traded "
            f"in the 24 hours before, and its largest {overview.side_noun}."
        ),
        method=write_compared(compared_measurements or overview.measurements),
        notes=[f"{title}: {note}." for title, note in notes.items()],
    )


def _write_volume_headline(overview: EventContext, leaders: Sequence[VolumeLeader]) -> str:
    if overview.is_illustration:
        return SAMPLE_TEXT
    return write_volume_count(leaders, overview.view.side) if leaders else NO_COMPARISON_TEXT
