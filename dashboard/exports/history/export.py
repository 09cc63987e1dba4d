"""A history as files: the rows of an exchange, and the picture of the view."""

from dashboard.exports.history.rows import build_history_rows, name_days
from dashboard.exports.history.sheet import build_history_sheet
from dashboard.exports.request import ALL_ASSETS, ExportFile, ExportRequest
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import GapKind, Theme, ViewState
from data.errors import NoUsableCandles
from deviation.question import USDT
from deviation.side import Side


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
    stem = build_stem(request, f"{first_day}-to-{last_day}")
    if not request.is_picture:
        return request.build_table_file(rows, stem)
    return request.build_table_picture_file(
        rows,
        lambda imprint: build_history_sheet(stored, view, catalogue, request.size, imprint),
        stem,
        {"focus": view.focus, "first_day": first_day, "last_day": last_day},
    )


def build_stem(request: ExportRequest, days: str) -> str:
    """The name of the file without its ending: focus, days and content; of a picture also what it shows."""
    view = request.view
    parts = ["plumbline", ALL_ASSETS, view.focus, days, request.kind.value]
    if request.is_picture:
        parts += _list_choices(view)
        parts += [request.size.value] * (request.size is not SheetSize.WIDE)
        parts += [view.theme.value] * (view.theme is not Theme.LIGHT)
    return "_".join(parts)


def _list_choices(view: ViewState) -> list[str]:
    """What a picture shows other than the lows in USDT at any time of the day."""
    return [
        *[view.group] * (view.group != USDT),
        *[view.side.value] * (view.side is not Side.BELOW),
        *[view.gap.value] * (view.gap is not GapKind.UNALIGNED),
    ]
