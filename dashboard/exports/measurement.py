"""The files of one answer: comparison picture, minutes, candles, the whole answer, and the lows of all assets."""

from dashboard.charts.comparison.sheet import build_comparison_sheet
from dashboard.exports.request import ALL_ASSETS, ExportFile, ExportRequest
from dashboard.tables.lows_rows import build_lows_frame
from data.reconstruction.candles import list_assumed_markets
from deviation.report.json_output import build_deviation_frame, build_lows_json, build_measurement_json


def export_comparison(request: ExportRequest) -> ExportFile:
    """The comparison picture, or the minutes from which it is drawn.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    if not request.is_picture:
        return export_deviations(request)
    result, measurement = request.measure_view()
    assumed = list_assumed_markets() if result.is_illustration else frozenset()
    figure = build_comparison_sheet(
        measurement, request.catalogue, size=request.size, theme=request.view.theme, assumed=assumed
    )
    return request.build_picture_file(figure, measurement)


def export_deviations(request: ExportRequest) -> ExportFile:
    """Every minute of every market against both groups.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
    """
    _, measurement = request.measure_view()
    return request.build_rows_file(build_deviation_frame(measurement), measurement)


def export_candles(request: ExportRequest) -> ExportFile:
    """The asset's candles in the window, as they are stored.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
    """
    _, measurement = request.measure_view()
    return request.build_rows_file(request.measurements.read_candles(measurement), measurement)


def export_measurement(request: ExportRequest) -> ExportFile:
    """The whole answer, and the venue of which its headline speaks.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
    """
    _, measurement = request.measure_view()
    return request.build_json_file(
        {**build_measurement_json(measurement), "focus": measurement.question.focus}, measurement
    )


def export_lows(request: ExportRequest) -> ExportFile:
    """The lowest trades of all assets of the event, also where the view's own one has none.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
    """
    measurements, named_after = request.measure_lows()
    if request.file_format == "json":
        return request.build_json_file(
            build_lows_json(measurements, request.measurements.read_low_trades(measurements)),
            named_after,
            asset=ALL_ASSETS,
        )
    return request.build_rows_file(build_lows_frame(measurements), named_after, asset=ALL_ASSETS)
