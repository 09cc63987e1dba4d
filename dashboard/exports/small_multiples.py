"""The small multiples as files: every asset of the event, in one window or two."""

from dataclasses import replace

from dashboard.charts.small_multiples.panels import measure_windows
from dashboard.charts.small_multiples.rows import build_compare_rows
from dashboard.charts.small_multiples.sheet import build_compare_sheet
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.sheet.file_name import ALL_ASSETS
from dashboard.state.view import PanelScale
from dashboard.text.clock import Zone


def export_compare(request: ExportRequest) -> ExportFile:
    """The panels as a sheet, or their rows.

    Raises:
        NoUsableCandles: No asset has a candle in any window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """
    view, catalogue = request.view, request.catalogue
    # Pictures show times in UTC, whatever the clock of the page.
    windows = measure_windows(request.measurements, replace(view, zone=Zone.UTC))
    panels = [panel for window in windows for panel in window.panels]
    measurements = [panel.measurement for panel in panels if panel.measurement is not None]
    if not measurements:
        raise request.build_empty_event_error()
    if not request.is_picture:
        return request.build_rows_file(
            build_compare_rows(panels, catalogue), measurements[0], asset=ALL_ASSETS, measurements=measurements
        )
    assets = list(dict.fromkeys(panel.asset for panel in panels))
    return request.build_picture_file(
        measurements,
        lambda imprint: build_compare_sheet(
            windows,
            catalogue,
            size=request.size,
            theme=view.theme,
            share_scale=view.scale is PanelScale.SHARED,
            imprint=imprint,
        ),
        asset=ALL_ASSETS,
        extra={"assets": assets, "windows": [window.name for window in windows]},
    )
