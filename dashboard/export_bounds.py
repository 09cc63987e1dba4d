"""The minute of the lowest trade as files."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.bounds import list_bar_positions, write_sentences
from dashboard.bounds_print import BarDetail, build_bounds_legend, draw_bounds
from dashboard.bounds_rows import build_bounds_rows
from dashboard.chart_picture import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.export_asked import ExportFile, ExportRequest
from dashboard.picture_sizes import SheetSize
from dashboard.scene import Scene
from dashboard.words import write_measured, write_title


def export_bounds(request: ExportRequest) -> ExportFile:
    """Everyone's range in the bars of the focus venue's lowest trade as one sheet, or a row for each bar and venue.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    scene = request.build_scene()
    if not request.is_picture:
        return request.build_rows_file(build_bounds_rows(scene), scene.measurement)
    trades = request.measurements.read_low_trades([scene.measurement])
    return request.build_picture_file(build_bounds_sheet(scene, trades, request.size), scene.measurement)


def build_bounds_sheet(scene: Scene, trades: pl.DataFrame, size: SheetSize) -> go.Figure:
    """The printed charts; without a trade of the focus venue, a sentence in their place.

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
        subtitle=f"{question.asset} within {bar_text}: the range in which its price stood on each exchange, and its close.",
        method=write_measured(scene.measurement),
    )
