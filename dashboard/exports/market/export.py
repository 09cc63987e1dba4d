"""A scan as files: its rows, and the picture of the view."""

import polars as pl

from dashboard.exports.market.sheet import build_market_sheet
from dashboard.exports.request import ALL_ASSETS, ExportFile, ExportRequest
from dashboard.sheet.file_name import format_file_window
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import GapKind, PeerChoice, Theme, ViewState
from data.errors import NoUsableCandles
from data.tables.scans import MarketScan
from deviation.question import USDT
from deviation.side import Side


def export_market(request: ExportRequest) -> ExportFile:
    """The gaps of the view's focus as a sheet, or the rows of every exchange.

    Raises:
        NoUsableCandles: The window has not been scanned.
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
    rows, stem = select_rows(scan), build_stem(request)
    if not request.is_picture:
        return request.build_table_file(rows, stem)
    return request.build_table_picture_file(
        rows,
        lambda imprint: build_market_sheet(scan, view, request.catalogue, request.size, imprint),
        stem,
        {"scan": scan.run.scan_id, "focus": view.focus},
    )


def select_rows(scan: MarketScan) -> pl.DataFrame:
    """The rows of the window itself, without those of the days before; a frame of `data.tables.scans.SCAN_ROW`."""
    return scan.rows.filter(days_before=0)


def build_stem(request: ExportRequest) -> str:
    """The name of the file without its ending: focus, window and content; of a picture also what it shows."""
    view = request.view
    parts = ["plumbline", ALL_ASSETS, view.focus, format_file_window(view.start, view.end), request.kind.value]
    if request.is_picture:
        parts += _list_choices(view)
        parts += [request.size.value] * (request.size is not SheetSize.WIDE)
        parts += [view.theme.value] * (view.theme is not Theme.LIGHT)
    return "_".join(parts)


def _list_choices(view: ViewState) -> list[str]:
    """What a picture shows other than the lows in USDT against all exchanges."""
    return [
        *[view.group] * (view.group != USDT),
        *[view.side.value] * (view.side is not Side.BELOW),
        *[view.peers.value] * (view.peers is not PeerChoice.ALL),
        *[view.gap.value] * (view.gap is not GapKind.UNALIGNED),
    ]
