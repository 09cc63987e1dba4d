"""A history as files: the rows of an exchange, and the picture of the view."""

from dashboard.exports.history.rows import build_history_rows, name_days
from dashboard.exports.history.sheet import build_history_sheet
from dashboard.exports.request import ExportFile, ExportRequest
from data.errors import NoUsableCandles


def export_history(request: ExportRequest) -> ExportFile:
    """The days of the view's focus as a sheet, or its rows of every quote and side.

    Raises:
        NoUsableCandles: No history with the exchange is stored.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """
    view, catalogue = request.view, request.catalogue
    stored = request.measurements.read_history(view)
    rows = build_history_rows(stored, view.focus)
    if rows.is_empty():
        message = f"there is no history with {catalogue.get_venue(view.focus).name}; plumbline scan --days makes one"
        raise NoUsableCandles(message)
    first_day, last_day = name_days(rows)
    return request.build_market_file(
        rows,
        lambda imprint: build_history_sheet(stored, view, catalogue, request.size, imprint),
        f"{first_day}-to-{last_day}",
        {"focus": view.focus, "first_day": first_day, "last_day": last_day},
    )
