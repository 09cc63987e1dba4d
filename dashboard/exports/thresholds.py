"""The explorer's chart of minutes by depth as files: a row per market and depth, and the printed chart."""

from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.thresholds.figure import list_compared_rows
from dashboard.charts.thresholds.sheet import build_threshold_legend, draw_thresholds
from dashboard.draw.scene import Scene
from dashboard.exports.rows import MARKET_SCHEMA, Row, build_market_columns
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.sizes import SheetSize
from dashboard.text.sentences import write_measured, write_title
from deviation.measurement import Measurement
from deviation.result import MarketRow
from deviation.window.summary import THRESHOLDS_PCT
from deviation.wording import join_names

THRESHOLD_SCHEMA: dict[str, pl.DataType] = {
    **MARKET_SCHEMA,
    "focus": pl.Boolean(),
    "threshold": pl.Float64(),
    "threshold_min": pl.Float64(),
    "firm_min": pl.Float64(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per market and depth, markets by venue, group and kind, the smallest depth first.

``threshold`` is the depth as a fraction. ``threshold_min`` counts firm minutes at least that far below the market's own
group; null if no minute is firm (``firm_min`` 0). ``focus`` marks the focus row only.
"""


def build_threshold_rows(scene: Scene) -> pl.DataFrame:
    """Every market of the asset at every depth; frame of `THRESHOLD_SCHEMA`."""
    measurement = scene.measurement
    rows = [_build_threshold_row(measurement, row, pct) for row in measurement.rows for pct in THRESHOLDS_PCT]
    return pl.DataFrame(rows, schema=THRESHOLD_SCHEMA)


def _build_threshold_row(measurement: Measurement, row: MarketRow, pct: int) -> Row:
    summary = row.own_summary
    return {
        **build_market_columns(measurement, row),
        "focus": row is measurement.focus_row,
        "threshold": pct / 100,
        "threshold_min": summary.threshold_min[pct] if summary.firm_min else None,
        "firm_min": summary.firm_min,
    }


def build_threshold_sheet(scene: Scene, size: SheetSize) -> go.Figure:
    """The printed chart; a sentence in its place if no minute is firm."""
    draw, legend_items = build_sentence_drawer(_write_no_line_text(scene), scene.colours), []
    if list_compared_rows(scene):
        draw, legend_items = partial(draw_thresholds, scene=scene), build_threshold_legend(scene)
    return build_chart_sheet(
        _build_text(scene),
        draw,
        [scene.measurement],
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
            f"{question.asset}: firm minutes at or beyond each depth, every exchange against "
            f"{reference_text}{focus_text}."
        ),
        method=write_measured(scene.measurement),
        notes=[f"{reason}: {join_names(names)}." for reason, names in names_by_reason.items() if drawn_rows and names],
    )
