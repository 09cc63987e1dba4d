"""The case file of the explorer's view, to download."""

from dashboard.exports.case.files import CaseRequest, build_case
from dashboard.exports.request import ExportFile, ExportRequest


def export_case(request: ExportRequest) -> ExportFile:
    """The case file of the view's asset, with all views.

    Raises:
        NoUsableCandles: The asset has no candle in the window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The pictures cannot be drawn (now).
    """
    view, measurement = request.view, request.measure_asset()
    content = build_case(
        CaseRequest(
            measurement=measurement,
            store=request.measurements.store_info.store,
            catalogue=request.catalogue,
            renderer=request.renderer,
            side=view.side if view.is_side_chosen else None,
            imprint=request.imprint,
            query=request.write_query(),
        )
    )
    return request.build_file(content, measurement)
