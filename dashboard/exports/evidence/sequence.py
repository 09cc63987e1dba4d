"""The order of falls as files: a row per market and level and per group and mark, the chart as a sheet, and JSON."""

from functools import partial

import plotly.graph_objects as go
import polars as pl

from analysis.order_json import build_order_json
from analysis.order_of_falls import LEVELS_PCT, Moment, OrderOfFalls, PathMark, compare_with_mark, group_tied
from dashboard.charts.sequence.lanes import build_lanes
from dashboard.charts.sequence.sheet import build_sequence_legend, draw_sequence
from dashboard.draw.scene import Scene
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.exports.rows import Row
from dashboard.service.sequence import measure_sequence
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.text.sequence import describe_order, describe_tie, format_span
from data.reconstruction.candles import list_assumed_markets
from data.schema import TIME
from deviation.measurement import Measurement

SEQUENCE_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "group": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "mark": pl.String(),
    "level": pl.Float64(),
    "price_before": pl.Float64(),
    "moment_from": TIME,
    "moment_to": TIME,
    "resolution": pl.String(),
    "place": pl.Int64(),
    "tied": pl.Boolean(),
    "focus": pl.Boolean(),
    "assumed": pl.Boolean(),
    "origin": pl.String(),
}
"""Markets by asset, group and venue, each with its levels, smallest first; then each group with its three marks.

A market's row has ``mark`` "reached" and a ``level``; ``place`` counts the ties of its asset and group at that level, 1
for the first. A group's row has neither venue nor level.
"""

SHEET_LEVEL = LEVELS_PCT[0]
"""The level of which the headline of a sheet gives the order."""


def build_sequence_rows(order: OrderOfFalls) -> pl.DataFrame:
    """Every moment of every asset; frame of `SEQUENCE_SCHEMA`."""
    measurements = dict(zip(order.assets, order.measurements, strict=True))
    rows: list[Row] = []
    for falls in order.markets:
        measurement, market = measurements[falls.asset], falls.market
        for level, moment in falls.moments.items():
            peers = {other: other.moments[level] for other in order.select_markets(falls.asset, market.group)}
            ties = group_tied(peers)
            place = next((number for number, tie in enumerate(ties, start=1) if falls in tie), None)
            rows.append(
                {
                    **_build_moment_columns(moment, measurement),
                    "asset": falls.asset,
                    "group": market.group,
                    "venue": market.venue,
                    "symbol": market.symbol,
                    "mark": "reached",
                    "level": level / 100,
                    "price_before": falls.price_before,
                    "place": place,
                    "tied": None if place is None else len(ties[place - 1]) > 1,
                    "focus": market.venue == measurement.focus,
                    "assumed": (market.venue, market.symbol) in list_assumed_markets(measurement.question.origin),
                }
            )
    for marks in order.groups:
        rows += [
            {
                **_build_moment_columns(moment, measurements[marks.asset]),
                "asset": marks.asset,
                "group": marks.group,
                "mark": mark.value,
            }
            for mark, moment in marks.moments.items()
        ]
    return pl.DataFrame(rows, schema=SEQUENCE_SCHEMA)


def _build_moment_columns(moment: Moment | None, measurement: Measurement) -> Row:
    return {
        "moment_from": None if moment is None else moment.start,
        "moment_to": None if moment is None else moment.end,
        "resolution": None if moment is None else moment.resolution.value,
        "origin": measurement.question.origin.value,
    }


def export_sequence(request: ExportRequest) -> ExportFile:
    """The chart as a sheet, the rows behind it, or all moments as JSON.

    Raises:
        NoUsableCandles: The asset has no candle in the window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """
    order = measure_sequence(request.measurements, request.view)
    if order is None:
        raise request.build_no_candle_error(request.view.asset)
    measurement = order.measurements[0]
    if request.file_format == "json":
        comparisons = tuple(
            comparison for asset in order.assets[1:] for comparison in compare_with_mark(order, asset, PathMark.BOTTOM)
        )
        return request.build_json_file(build_order_json(order, comparisons), measurement)
    if request.is_picture:
        return request.build_picture_file(
            order.measurements,
            partial(build_sequence_sheet, order, request.build_scene(), request.size),
            extra={"assets": list(order.assets)},
        )
    return request.build_rows_file(build_sequence_rows(order), measurement, measurements=order.measurements)


def build_sequence_sheet(
    order: OrderOfFalls, scene: Scene, size: SheetSize, imprint: Imprint = NO_IMPRINT
) -> go.Figure:
    """The chart; a sentence in its place if nothing fell."""
    chart, question = build_lanes(order, scene), order.measurements[0].question
    draw, legend_items = build_sentence_drawer(f"No closing price fell by {SHEET_LEVEL}%.", scene.colours), []
    if chart.has_marks:
        draw, legend_items = partial(draw_sequence, scene=scene, chart=chart), build_sequence_legend(scene, chart)
    return build_chart_sheet(
        ChartText(
            headline=_write_headline(order, scene),
            subtitle=(
                f"{question.asset}: the first {question.timeframe.adjective} close that far below the last one of the "
                f"hour before the window; joined by a line: {describe_tie(question.timeframe)}."
            ),
            method=_write_method(order, scene),
        ),
        draw,
        order.measurements,
        scene.catalogue,
        size=size,
        theme=scene.theme,
        legend_items=legend_items,
        imprint=imprint,
    )


def _write_headline(order: OrderOfFalls, scene: Scene) -> str:
    question = order.measurements[0].question
    return f"{question.asset}. {describe_order(order, question.asset, SHEET_LEVEL, scene.zone)}"


def _write_method(order: OrderOfFalls, scene: Scene) -> str:
    """How the marks of the groups are found."""
    spans = {format_span(marks.bottom_span, scene.zone) for marks in order.groups}
    within = f", {next(iter(spans))}" if len(spans) == 1 else ""
    length = order.measurements[0].question.timeframe.length
    return (
        f"Median of a quote's exchanges: onset, the first fall of 1% within {length}; "
        f"start of the run, the first of three minutes of such falls in a row; bottom, its lowest price{within}."
    )
