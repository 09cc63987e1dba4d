"""A scan as files: its rows, and the picture of the view."""

import polars as pl

from dashboard.exports.market.sheet import build_market_sheet
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.sheet.file_name import format_file_window
from data.errors import NoUsableCandles
from data.tables.scans import MarketScan


def export_market(request: ExportRequest) -> ExportFile:
    """The gaps of the view's focus as a sheet, or the rows of every exchange.

    Raises:
        NoUsableCandles: The window has not been scanned, or the store has not the scan that the view names.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """
    view = request.view
    scan = request.measurements.read_scan(view).scan
    if scan is None:
        message = (
            f"there is no scan of the market from {view.start:%Y-%m-%dT%H:%MZ} to {view.end:%Y-%m-%dT%H:%MZ}; "
            "plumbline scan makes one"
        )
        raise NoUsableCandles(message)
    if view.scan not in ("", scan.run.scan_id):
        message = f"there is no scan {view.scan} of this window; without it the link gives the one that is shown first"
        raise NoUsableCandles(message)
    return request.build_market_file(
        select_rows(scan),
        lambda imprint: build_market_sheet(scan, view, request.catalogue, request.size, imprint),
        format_file_window(view.start, view.end),
        {"scan": scan.run.scan_id, "focus": view.focus},
        is_scan=True,
    )


def select_rows(scan: MarketScan) -> pl.DataFrame:
    """The rows of the window itself, without those of the days before; a frame of `data.tables.scans.SCAN_ROW`."""
    return scan.rows.filter(days_before=0)
