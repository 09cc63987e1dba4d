"""Replayed index rules as files: a row per rule and minute, the chart as a sheet, and JSON."""

from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.index_rules.sheet import build_index_legend, draw_index, is_drawable
from dashboard.draw.scene import Scene
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.exports.rows import Row
from dashboard.service.index_rules import replay_view, select_indexed_view
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.text.index_rules import describe_components, describe_limits, describe_ratio, write_index_headline
from data.errors import NoUsableCandles
from data.reconstruction.candles import list_assumed_markets
from data.schema import TIME
from evidence.index_rules.index_json import build_index_json
from evidence.index_rules.index_replay import IndexReplay

INDEX_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "rule": pl.String(),
    "open_time": TIME,
    "index_close": pl.Float64(),
    "index_low": pl.Float64(),
    "index_high": pl.Float64(),
    "components_dropped": pl.Int64(),
    "elsewhere": pl.Float64(),
    "return": pl.Float64(),
    "return_elsewhere": pl.Float64(),
    "return_own": pl.Float64(),
    "ratio": pl.Float64(),
    "origin": pl.String(),
}
"""A row per rule, or collected price, and bar.

For a price that was collected ``rule`` is ``collected:index`` or ``collected:mark``, and ``venue`` the one that
computed it. Prices are in the quote of the index; null where a leg did not trade.
"""


def build_index_rows(replay: IndexReplay) -> pl.DataFrame:
    """Every minute of every rule and of every collected price; frame of `INDEX_SCHEMA`."""
    measurement = replay.measurement
    question, axis = measurement.question, measurement.axis
    common: Row = {"asset": question.asset, "ratio": replay.ratio, "origin": question.origin.value}
    times = [axis.time_at(position) for position in range(axis.size)]
    frames = [
        pl.DataFrame(
            {
                "open_time": pl.Series(times, dtype=TIME),
                "index_close": rule_replay.series.close,
                "index_low": rule_replay.series.low,
                "index_high": rule_replay.series.high,
                "components_dropped": rule_replay.series.dropped,
                "elsewhere": replay.elsewhere,
                "return": rule_replay.split.total,
                "return_elsewhere": rule_replay.split.elsewhere,
                "return_own": rule_replay.split.own,
            }
        ).with_columns(venue=pl.lit(rule_replay.rule.venue), rule=pl.lit(rule_replay.rule.id))
        for rule_replay in replay.replays
    ]
    frames += [
        pl.DataFrame(
            {
                "open_time": pl.Series(times, dtype=TIME),
                "index_close": derived.close,
                "index_low": derived.low,
                "index_high": derived.high,
                "elsewhere": replay.elsewhere,
            }
        ).with_columns(venue=pl.lit(derived.venue), rule=pl.lit(f"collected:{derived.price}"))
        for derived in replay.derived
    ]
    rows = pl.concat(frames, how="diagonal").with_columns(pl.lit(value).alias(name) for name, value in common.items())
    numbers = pl.col(pl.Float64).fill_nan(None)
    return rows.with_columns(numbers).select(pl.col(name).cast(dtype) for name, dtype in INDEX_SCHEMA.items())


def export_index(request: ExportRequest) -> ExportFile:
    """The chart as a sheet, the rows behind it, or all of it as JSON.

    Raises:
        NoUsableCandles: No asset of the event has a rule, or that asset has no candle in the window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """
    replay = replay_view(request.measurements, request.view)
    if replay is None:
        view = select_indexed_view(request.view)
        if view is None:
            message = f"no index rule of any asset is on record for the event {request.view.event}"
            raise NoUsableCandles(message)
        raise request.build_no_candle_error(view.asset)
    measurement = replay.measurement
    if request.file_format == "json":
        return request.build_json_file(build_index_json(replay), measurement)
    if request.is_picture:
        assumed = list_assumed_markets(measurement.question.origin)
        view = request.view
        scene = Scene(measurement, request.catalogue, view.theme, frozenset(), assumed, view.zone)
        return request.build_picture_file([measurement], partial(build_index_sheet, replay, scene, request.size))
    return request.build_rows_file(build_index_rows(replay), measurement)


def build_index_sheet(replay: IndexReplay, scene: Scene, size: SheetSize, imprint: Imprint = NO_IMPRINT) -> go.Figure:
    """The chart; a sentence in its place if no rule has a value."""
    first = replay.replays[0]
    venue = scene.catalogue.get_venue(first.rule.venue).name
    draw = build_sentence_drawer("No rule has a value: a market that it needs has no price.", scene.colours)
    if is_drawable(replay, scene):
        draw = partial(draw_index, scene=scene, replay=replay)
    components = describe_components(first.rule)
    return build_chart_sheet(
        ChartText(
            headline=write_index_headline(replay, venue, scene.zone),
            subtitle=(
                f"What an index of {replay.measurement.question.asset} made of {venue}'s spot prices would have been, "
                f"{replay.measurement.question.timeframe.sequence}. {first.rule.label}: {components}."
            ),
            method=describe_ratio(replay),
            notes=_list_notes(replay),
        ),
        draw,
        [replay.measurement],
        scene.catalogue,
        size=size,
        theme=scene.theme,
        legend_items=build_index_legend(replay, scene),
        imprint=imprint,
    )


def _list_notes(replay: IndexReplay) -> list[str]:
    """What the other rules are, and what of all rules is assumed."""
    others = [
        f"{rule_replay.rule.label}: "
        + ", ".join(
            text
            for text in (
                describe_components(rule_replay.rule),
                describe_limits(rule_replay.limits, rule_replay.rule.quote),
            )
            if text
        )
        for rule_replay in replay.replays[1:]
    ]
    assumed = [rule_replay.rule.assumed for rule_replay in replay.replays if rule_replay.rule.assumed]
    return [
        *([f"{'; '.join(others)}."] if others else []),
        *([f"Assumed: {'; '.join(dict.fromkeys(assumed))}."] if assumed else []),
    ]
