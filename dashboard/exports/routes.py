"""The HTTP routes of exports.

``GET /export/KIND.FORMAT?QUERY`` takes the query of a page's link, and ``size``; ``FORMAT`` may be
``csv-metadata.json`` for the metadata of a CSV, to which the CSV's own answer has a ``Link`` header (RFC 8288). Unlike
a page, which replaces invalid values by defaults, an export refuses them with status 400 and one sentence.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.tabular import METADATA_FORMAT, METADATA_MIMETYPE
from dashboard.exports.registry import EXPORTS, Export
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.service.measurements import Measurements
from dashboard.service.turns import RETRY_AFTER_S, ServerBusy
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.renderer import Renderer
from dashboard.sheet.sizes import SheetSize
from dashboard.state.links import ViewLinks
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

STATUS_CODES: dict[type[PlumblineError], int] = {
    UsageError: 400,
    NoUsableCandles: 404,
    BrowserMissing: 501,
    BrowserBusy: 503,
    BrowserFailed: 503,
    ServerBusy: 503,
    StoreUnusable: 503,
}
"""HTTP status of each error."""

EXPORT_KEYS = ("size",)
"""Keys of the query that pages do not know."""

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""Hosts that only the reader's own machine knows; links in pictures leave them out."""


def build_export(
    measurements: Measurements,
    renderer: Renderer,
    kind: str,
    file_format: str,
    query: Mapping[str, str],
    *,
    host: str = "",
    drawn_on: date | None = None,
) -> ExportFile:
    """The file of a link.

    Args:
        measurements: measures views.
        renderer: draws pictures.
        kind: one of `ExportKind`.
        file_format: one of the export's formats.
        query: the query of a page's link, and the ``size`` of a picture.
        host: where the server is reached, for links within files.
        drawn_on: the day in a picture.

    Raises:
        UsageError: There is no such export, or part of the query is invalid.
        NoUsableCandles: There is no candle to show.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
        ServerBusy: The file takes long, and too much other work waits.
        StoreUnusable: The store cannot be read.
    """
    export, view = _find_export(kind, file_format), _parse_view(query, measurements.catalogue)
    export_request = ExportRequest(
        kind=export.kind,
        file_format=file_format,
        view=view,
        size=_parse_size(query, export),
        imprint=Imprint(_write_link(view, export.page, host, measurements.catalogue), drawn_on),
        measurements=measurements,
        renderer=renderer,
    )
    turns = measurements.turns
    with turns.take() if file_format == "zip" else turns.take_for(view):
        version = measurements.read_full_version()
        file = export.make(export_request)
        if measurements.read_full_version() == version:
            return file
        # Candles or a scan came meanwhile: the manifest may be of others than the numbers. Once more, from newer ones.
        return export.make(export_request)


def read_today() -> date:
    """The day by UTC."""
    return datetime.now(UTC).date()


def build_export_routes(
    measurements: Measurements,
    renderer: Renderer,
    read_day: Callable[[], date] = read_today,
    public_url: str | None = None,
) -> Blueprint:
    """The routes of all exports as a blueprint.

    Links in pictures have the host of ``public_url``, or else that of the request; ``read_day`` gives the day that
    pictures are marked with.
    """
    routes = Blueprint("exports", __name__)
    public_host = None if public_url is None else urlsplit(public_url).netloc

    @routes.get("/export/<name>")
    def serve_export(name: str) -> Response:
        kind, _, file_format = name.partition(".")
        try:
            query = request.args.to_dict()
            host = public_host or request.host
            file = build_export(measurements, renderer, kind, file_format, query, host=host, drawn_on=read_day())
        except PlumblineError as error:
            return _build_error_response(error)
        response = Response(file.content, mimetype=file.mimetype)
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
        if file_format == "csv":
            address_query = f"?{request.query_string.decode()}" if request.query_string else ""
            address = f"/export/{kind}.{METADATA_FORMAT}{address_query}"
            response.headers["Link"] = f'<{address}>; rel="describedby"; type="{METADATA_MIMETYPE}"'
        # The content behind a link changes when candles are added.
        response.headers["Cache-Control"] = "no-cache"
        return response

    return routes


def _build_error_response(error: PlumblineError) -> Response:
    """The error as one sentence of plain text, with a Retry-After header where a retry may succeed."""
    status = STATUS_CODES.get(type(error), 500)
    text = str(error)
    response = Response(f"{text[:1].upper()}{text[1:].removesuffix('.')}.\n", status, mimetype="text/plain")
    if status == STATUS_CODES[BrowserBusy]:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _find_export(kind: str, file_format: str) -> Export:
    if kind in list(ExportKind):
        export = EXPORTS[ExportKind(kind)]
        if file_format in export.formats or (file_format == METADATA_FORMAT and "csv" in export.formats):
            return export
    known_exports = ", ".join(f"{export.kind}.{'|'.join(export.formats)}" for export in EXPORTS.values())
    message = f"there is no such export; there are {known_exports}"
    raise UsageError(message)


def _parse_size(query: Mapping[str, str], export: Export) -> SheetSize:
    size = query.get("size", SheetSize.WIDE.value)
    if size not in export.sizes:
        message = f"the size of this picture is {', '.join(export.sizes)}"
        raise UsageError(message)
    return SheetSize(size)


def _write_link(view: ViewState, page: str, host: str, catalogue: Catalogue) -> str:
    """The link to the page of a view, without a host that only the reader's own machine knows."""
    path = ViewLinks(view.to_query(catalogue)).build_href(page)
    name = re.sub(r":\d+$", "", host)
    return path if name in ("", *LOOPBACK_HOSTS) else f"{host}{path}"


def _parse_view(query: Mapping[str, str], catalogue: Catalogue) -> ViewState:
    view, notices = parse_query({key: value for key, value in query.items() if key not in EXPORT_KEYS}, catalogue)
    if notices:
        raise UsageError(notices[0])
    return view
