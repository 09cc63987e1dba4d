"""The files of a measurement: comparison picture, deviations, candles, JSON, and the lows and highs of all assets."""

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.comparison.sheet import build_comparison_sheet
from dashboard.draw.scene import Scene
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.sheet.file_name import ALL_ASSETS
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.tables.lows_rows import build_lows_frame
from deviation.report.frame import build_deviation_frame
from deviation.report.json_output import build_measurement_json
from deviation.report.lows_json import build_event_lows_json


def build_deviation_rows(scene: Scene) -> pl.DataFrame:
    """Every bar of every market against its groups; frame of `deviation.report.frame.DEVIATION_SCHEMA`."""
    return build_deviation_frame(scene.measurement)


def build_comparison_picture(scene: Scene, size: SheetSize, imprint: Imprint) -> go.Figure:
    """The comparison picture."""
    return build_comparison_sheet(
        scene.measurement,
        scene.catalogue,
        size=size,
        theme=scene.theme,
        assumed=scene.assumed_markets,
        zone=scene.zone,
        imprint=imprint,
    )


def export_deviations(request: ExportRequest) -> ExportFile:
    """Every bar of every market against its groups.

    Raises:
        NoUsableCandles: The asset has no candle in the window.
        StoreUnusable: The store cannot be read.
    """
    measurement = request.measure_asset()
    return request.build_rows_file(build_deviation_frame(measurement), measurement)


def export_candles(request: ExportRequest) -> ExportFile:
    """The candles of the asset in the window, as stored.

    Raises:
        NoUsableCandles: The asset has no candle in the window.
        StoreUnusable: The store cannot be read.
    """
    measurement = request.measure_asset()
    return request.build_rows_file(request.measurements.read_candles(measurement), measurement, with_choices=False)


def export_measurement(request: ExportRequest) -> ExportFile:
    """The measurement as JSON, with the focus venue of its headline.

    Raises:
        NoUsableCandles: The asset has no candle in the window.
        StoreUnusable: The store cannot be read.
    """
    measurement = request.measure_asset()
    return request.build_json_file({**build_measurement_json(measurement), "focus": measurement.focus}, measurement)


def export_lows(request: ExportRequest) -> ExportFile:
    """The lowest and highest trades of all assets of the event, even if the view's asset has no candle.

    Raises:
        NoUsableCandles: No asset of the event has a candle in the window.
        StoreUnusable: The store cannot be read.
    """
    measurements, named_after = request.measure_assets()
    if request.file_format == "json":
        return request.build_json_file(
            build_event_lows_json(measurements, request.measurements.read_low_trades(measurements)),
            named_after,
            asset=ALL_ASSETS,
        )
    return request.build_rows_file(
        build_lows_frame(measurements), named_after, asset=ALL_ASSETS, measurements=measurements
    )
