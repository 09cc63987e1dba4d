"""The overview's chart of reported volume against depth as files."""

import plotly.graph_objects as go

from dashboard.chart_picture import ChartDrawer, ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.export_asked import ExportFile, ExportRequest
from dashboard.formats import join_names
from dashboard.overview_dots import VolumeCategories, build_volume_data, categorize_by_volume
from dashboard.overview_points import build_market_points, format_names_by_asset
from dashboard.overview_view import EventContext
from dashboard.overview_volume import ILLUSTRATION_TEXT, find_volume_leaders, group_volume_cases, write_volume_count
from dashboard.picture_key import LegendItem
from dashboard.picture_sizes import SheetSize
from dashboard.scatter_print import build_scatter_drawing
from dashboard.style import get_palette
from dashboard.volume_rows import build_volume_rows
from dashboard.words import describe_bar_closes, write_compared

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
