"""Minutes at least so far off as files: a row per market, side and size, and the chart as a sheet."""

from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.thresholds.figure import get_threshold_min, list_compared_rows
from dashboard.charts.thresholds.sheet import build_threshold_legend, draw_thresholds
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import Scene
from dashboard.draw.side import choose_side
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.exports.rows import MARKET_SCHEMA, Row, build_market_columns
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.text.sentences import write_measured
from deviation.measurement import Measurement
from deviation.report.headline import write_headline
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT
from deviation.wording import join_names

THRESHOLD_SCHEMA: dict[str, pl.DataType] = {
    **MARKET_SCHEMA,
    "against": pl.String(),
    "side": pl.String(),
    "focus": pl.Boolean(),
    "threshold": pl.Float64(),
    "threshold_min": pl.Float64(),
    "firm_min": pl.Float64(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""A row per market, side and size: markets by venue and symbol, ``below`` before ``above``, the smallest size first.

``threshold`` is the size as a fraction. ``threshold_min`` counts firm minutes at least that far on the side of
``against``, which is the market's own group; null if no minute is firm (``firm_min`` 0). ``focus`` marks the focus row
only.
"""


def build_threshold_rows(scene: Scene) -> pl.DataFrame:
    """Every market of the asset on both sides at every size; frame of `THRESHOLD_SCHEMA`."""
    measurement = scene.measurement
    rows = [
        _build_threshold_row(measurement, row, side, pct)
        for row in measurement.rows
        for side in Side
        for pct in THRESHOLDS_PCT
    ]
    return pl.DataFrame(rows, schema=THRESHOLD_SCHEMA)


def _build_threshold_row(measurement: Measurement, row: MarketRow, side: Side, pct: int) -> Row:
    summary = row.own_summary
    return {
        **build_market_columns(measurement, row),
        "against": row.market.group,
        "side": side.value,
        "focus": row is measurement.focus_row,
        "threshold": pct / 100,
        "threshold_min": get_threshold_min(row, side)[pct] if summary.firm_min else None,
        "firm_min": summary.firm_min,
    }


def export_thresholds(request: ExportRequest) -> ExportFile:
    """The chart as a sheet, of the side that the view chooses, or the rows of both sides.

    Raises:
        NoUsableCandles: The asset has no candle in the window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """

    def build_sheet(scene: Scene, size: SheetSize, imprint: Imprint) -> go.Figure:
        side = choose_side(scene.measurement, request.view.side if request.view.is_side_chosen else None)
        return build_threshold_sheet(scene, side, size, imprint)

    return request.build_asset_file(build_threshold_rows, build_sheet)


def build_threshold_sheet(scene: Scene, side: Side, size: SheetSize, imprint: Imprint = NO_IMPRINT) -> go.Figure:
    """The chart of a side; a sentence in its place if no minute is firm."""
    draw, legend_items = build_sentence_drawer(_write_no_line_text(scene), scene.colours), []
    if list_compared_rows(scene):
        draw, legend_items = partial(draw_thresholds, scene=scene, side=side), build_threshold_legend(scene)
    return build_chart_sheet(
        _build_text(scene, side),
        draw,
        [scene.measurement],
        scene.catalogue,
        size=size,
        theme=scene.theme,
        legend_items=legend_items,
        imprint=imprint,
    )


def _write_no_line_text(scene: Scene) -> str:
    bar_name = scene.measurement.question.timeframe.noun
    return f"No {bar_name} had prices from three other exchanges: nothing to count."


def _build_text(scene: Scene, side: Side) -> ChartText:
    question, drawn_rows = scene.measurement.question, list_compared_rows(scene)
    reference_text = "its estimated fair value" if question.underlying else "the others of its quote currency"
    focus_text = (
        f"; {scene.format_name(scene.focus)} bold" if scene.focus in drawn_rows and scene.focus is not None else ""
    )
    omitted_rows = [row for row in scene.measurement.rows if row not in drawn_rows]
    names = list(zip(name_rows(scene, omitted_rows), omitted_rows, strict=True))
    names_by_reason = {
        "Not shown, as fewer than three other exchanges have prices": [
            name for name, row in names if not row.own_summary.firm_min
        ],
        "Perpetuals are not shown": [name for name, row in names if row.own_summary.firm_min],
    }
    return ChartText(
        headline=write_headline(scene.measurement, scene.zone.tzinfo)[0],
        subtitle=(
            f"{question.asset}: comparable {question.timeframe.noun}s at least this far {side}, every exchange against "
            f"{reference_text}{focus_text}."
        ),
        method=write_measured(scene.measurement),
        notes=[f"{reason}: {join_names(names)}." for reason, names in names_by_reason.items() if drawn_rows and names],
    )
