"""The overview's chart of depth against duration as files."""

import plotly.graph_objects as go

from dashboard.chart_picture import ChartDrawer, ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.depth_rows import build_depth_rows
from dashboard.export_asked import ExportFile, ExportRequest
from dashboard.overview_dots import DepthCategories, build_depth_data, categorize_by_depth
from dashboard.overview_points import build_market_points, format_names_by_asset
from dashboard.overview_reading import write_headline
from dashboard.overview_view import EventContext
from dashboard.picture_key import LegendItem
from dashboard.picture_sizes import SheetSize
from dashboard.scatter_print import build_scatter_drawing
from dashboard.style import get_palette
from dashboard.words import describe_bar_closes, write_compared


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
