"""What the pages show, as files: each link is read here and handed to the maker of what it asks for.

``GET /export/WHAT.FORMAT?QUERY`` takes the query of the page's link, ``size`` and ``theme``. Whatever makes no sense is
refused with one sentence: a file must hold what was asked for, where the page may show something near it.
"""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from dashboard.exports.gaps import export_gaps
from dashboard.exports.kinds import KIND_FORMATS, STORE_KINDS, ExportKind
from dashboard.exports.lowest_minute import export_bounds
from dashboard.exports.matrix import export_matrix
from dashboard.exports.measurement import (
    export_candles,
    export_comparison,
    export_deviations,
    export_lows,
    export_measurement,
)
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.exports.scatter import export_depth, export_volume
from dashboard.exports.small_multiples import export_compare
from dashboard.exports.store import export_store_table
from dashboard.exports.thresholds import export_thresholds
from dashboard.service.measurements import Measurements
from dashboard.sheet.renderer import Renderer
from dashboard.sheet.sizes import SheetSize
from dashboard.state.url import parse_query
from dashboard.state.view import ViewState
from data.catalogue import Catalogue
from data.errors import (
    BrowserBusy,
    BrowserFailed,
    BrowserMissing,
    NoUsableCandles,
    PlumblineError,
    StoreUnusable,
    UsageError,
)

EXPORTERS: dict[ExportKind, Callable[[ExportRequest], ExportFile]] = {
    ExportKind.COMPARISON: export_comparison,
    ExportKind.COMPARE: export_compare,
    ExportKind.DEPTH: export_depth,
    ExportKind.VOLUME: export_volume,
    ExportKind.MATRIX: export_matrix,
    ExportKind.THRESHOLDS: export_thresholds,
    ExportKind.BOUNDS: export_bounds,
    ExportKind.CANDLES: export_candles,
    ExportKind.DEVIATION: export_deviations,
    ExportKind.LOWS: export_lows,
    ExportKind.GAPS: export_gaps,
    ExportKind.MEASUREMENT: export_measurement,
    **dict.fromkeys(STORE_KINDS, export_store_table),
}
"""Who makes each."""

STATUS_CODES: dict[type[PlumblineError], int] = {
    UsageError: 400,
    NoUsableCandles: 404,
    BrowserMissing: 501,
    BrowserBusy: 503,
    BrowserFailed: 503,
    StoreUnusable: 503,
}
"""What each error means over HTTP."""

EXPORT_KEYS = ("size",)
"""The keys of a link to a file that are none of the page's."""

RETRY_AFTER_S = 5
"""Seconds after which asking again may help: eight pictures take about four."""


def build_export(
    measurements: Measurements, renderer: Renderer, kind: str, file_format: str, query: Mapping[str, str]
) -> ExportFile:
    """The file that a link asks for.

    Args:
        measurements: who answers views.
        renderer: who draws pictures.
        kind: one of `ExportKind`.
        file_format: one of its `KIND_FORMATS`.
        query: a link of the page, and the ``size`` of a picture.

    Raises:
        UsageError: There is no such export, or some part of the link cannot be followed.
        NothingUsable: There is no candle to show.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
        StoreUnusable: The store cannot be read.
    """
    export_kind = _parse_kind(kind, file_format)
    export_request = ExportRequest(
        kind=export_kind,
        file_format=file_format,
        view=_parse_view(query, measurements.catalogue),
        size=_parse_size(query),
        # Before the answer: a manifest may name an older store than it shows, never one that it has not seen.
        version=measurements.read_version(),
        measurements=measurements,
        renderer=renderer,
    )
    return EXPORTERS[export_kind](export_request)


def build_export_routes(measurements: Measurements, renderer: Renderer) -> Blueprint:
    """The routes of all exports, to be registered with the page's server."""
    routes = Blueprint("exports", __name__)

    @routes.get("/export/<name>")
    def serve_export(name: str) -> Response:
        kind, _, file_format = name.rpartition(".")
        try:
            file = build_export(measurements, renderer, kind, file_format, request.args.to_dict())
        except PlumblineError as error:
            return _build_error_response(error)
        response = Response(file.content, mimetype=file.mimetype)
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
        # A link stays the same when candles are added.
        response.headers["Cache-Control"] = "no-cache"
        return response

    return routes


def _build_error_response(error: PlumblineError) -> Response:
    """One plain sentence, and when to come back where that helps."""
    status = STATUS_CODES.get(type(error), 500)
    text = str(error)
    response = Response(f"{text[:1].upper()}{text[1:].removesuffix('.')}.\n", status, mimetype="text/plain")
    if status == STATUS_CODES[BrowserBusy]:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _parse_kind(kind: str, file_format: str) -> ExportKind:
    if kind in list(ExportKind) and file_format in KIND_FORMATS[ExportKind(kind)]:
        return ExportKind(kind)
    known_exports = ", ".join(f"{known_kind}.{'|'.join(formats)}" for known_kind, formats in KIND_FORMATS.items())
    message = f"there is no such export; there are {known_exports}"
    raise UsageError(message)


def _parse_size(query: Mapping[str, str]) -> SheetSize:
    size = query.get("size", SheetSize.WIDE.value)
    if size not in list(SheetSize):
        message = f"the size of a picture is {', '.join(SheetSize)}"
        raise UsageError(message)
    return SheetSize(size)


def _parse_view(query: Mapping[str, str], catalogue: Catalogue) -> ViewState:
    view, notices = parse_query({key: value for key, value in query.items() if key not in EXPORT_KEYS}, catalogue)
    if notices:
        raise UsageError(notices[0])
    return view
