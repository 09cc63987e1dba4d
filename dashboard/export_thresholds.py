"""The explorer's chart of how long at which depth as files."""

from functools import partial

import plotly.graph_objects as go

from dashboard.chart_picture import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.export_asked import ExportFile, ExportRequest
from dashboard.formats import join_names
from dashboard.picture_sizes import SheetSize
from dashboard.scene import Scene
from dashboard.threshold_print import build_threshold_legend, draw_thresholds
from dashboard.threshold_rows import build_threshold_rows
from dashboard.thresholds import list_compared_rows
from dashboard.words import write_measured, write_title


def export_thresholds(request: ExportRequest) -> ExportFile:
    """The chart as one sheet, or a row for each market and depth.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    scene = request.build_scene()
    if not request.is_picture:
        return request.build_rows_file(build_threshold_rows(scene.measurement), scene.measurement)
    return request.build_picture_file(build_threshold_sheet(scene, request.size), scene.measurement)


def build_threshold_sheet(scene: Scene, size: SheetSize) -> go.Figure:
    """The printed chart; without any firm minute, a sentence in its place."""
    measurement = scene.measurement
    draw, legend_items = build_sentence_drawer(_write_no_line_text(scene), scene.colours), []
    if list_compared_rows(scene):
        draw, legend_items = partial(draw_thresholds, scene=scene), build_threshold_legend(scene)
    return build_chart_sheet(
        _build_text(scene),
        draw,
        [measurement],
        scene.catalogue,
        size=size,
        theme=scene.theme,
        legend_items=legend_items,
    )


def _write_no_line_text(scene: Scene) -> str:
    bar_name = scene.measurement.question.timeframe.noun
    return f"No {bar_name} had the three votes that make it firm: nothing to count."


def _build_text(scene: Scene) -> ChartText:
    question, drawn_rows = scene.measurement.question, list_compared_rows(scene)
    reference_text = "fair value" if question.underlying else "its own quote group"
    focus_text = (
        f"; {scene.format_name(scene.focus)} bold" if scene.focus in drawn_rows and scene.focus is not None else ""
    )
    omitted_rows = [row for row in scene.measurement.rows if row not in drawn_rows]
    names_by_reason = {
        f"No firm {question.timeframe.noun}, so no line": [
            scene.format_name(row) for row in omitted_rows if not row.own_summary.firm_min
        ],
        "Perpetuals have no line": [scene.format_name(row) for row in omitted_rows if row.own_summary.firm_min],
    }
    return ChartText(
        headline=write_title(scene.measurement)[0],
        subtitle=(
            f"{question.asset}: firm minutes at or beyond each depth, every exchange against {reference_text}{focus_text}."
        ),
        method=write_measured(scene.measurement),
        notes=[f"{reason}: {join_names(names)}." for reason, names in names_by_reason.items() if drawn_rows and names],
    )
