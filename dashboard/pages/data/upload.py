"""Upload of files that are dropped on the data page; they are stored as by ``plumbline import``.

``POST /import?name=NAME`` takes the bytes of one file as its body, with the parameters ``venue``, ``symbol`` and
``complete``, and returns the components to show, or a refusal as plain text. Dash's own upload is not used: it sends a
file as text within JSON, which blocks the browser for seconds and takes the server several times the file's size in
memory.
"""

import json
import shutil
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from dash import html
from flask import Blueprint, Response, request
from plotly.utils import PlotlyJSONEncoder
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.jobs.actions import FileMarket, PageActions
from dashboard.jobs.read_only import READ_ONLY_TEXT
from dashboard.text.numbers import format_count, format_megabytes
from data.errors import FileRefused, PlumblineError
from data.files.import_many import StoredFile

MAX_FILE_MB = 64
"""Megabytes (of a million bytes) of the largest file that the page takes.

Reading and checking takes ten bytes of memory for each of a CSV (`python -m bench.dashboard --import`).
"""

MAX_REQUEST_BYTES = MAX_FILE_MB * 1_000_000
"""Bytes of the largest request that the server takes."""

IMPORT_PATH = "/import"

CONTENT_TYPE = "application/octet-stream"
"""The required type of a body: pages of other sites cannot send it without a CORS preflight."""


@dataclass(frozen=True, slots=True)
class UploadResult:
    """The result for a file: what was stored, why it was refused, or why nothing was done at all."""

    stored_files: tuple[StoredFile, ...] = ()
    refusals: tuple[str, ...] = ()
    failure: str = ""


def build_import_routes(actions: PageActions) -> Blueprint:
    """The blueprint with the route `IMPORT_PATH`."""
    blueprint = Blueprint("import", __name__)

    @blueprint.post(IMPORT_PATH)
    def import_file() -> Response:
        if actions.read_only:
            return _refuse(HTTPStatus.FORBIDDEN, f"Nothing was imported. {READ_ONLY_TEXT}.")
        if request.mimetype != CONTENT_TYPE:
            return _refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A file is sent as {CONTENT_TYPE}.")
        request.max_content_length = MAX_REQUEST_BYTES
        name = request.args.get("name", "")
        market_texts = request.args.get("venue", ""), request.args.get("symbol", "")
        try:
            result = store_upload(
                actions, name, request.stream, market_texts, complete=request.args.get("complete") == "true"
            )
        except RequestEntityTooLarge:
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, describe_size_limit(name, request.content_length or 0))
        payload = {"children": build_upload_result(result), "stored": bool(result.stored_files)}
        return Response(json.dumps(payload, cls=PlotlyJSONEncoder), mimetype="application/json")

    return blueprint


def store_upload(
    actions: PageActions, name: str, content: IO[bytes], market_texts: tuple[str, str], *, complete: bool
) -> UploadResult:
    """Store the candles of a file, all or none.

    Args:
        actions: imports it.
        name: the file's name from the browser, which may be a path.
        content: its bytes.
        market_texts: venue and symbol as typed; both empty for a file that has columns for them.
        complete: whether minutes without a candle are quiet, not missing.
    """
    venue, symbol = (text.strip() for text in market_texts)
    if bool(venue) is not bool(symbol):
        return UploadResult(
            failure="Nothing was imported: a single-market file needs both its exchange and its symbol."
        )
    with TemporaryDirectory(prefix="plumbline-") as folder:
        try:
            file_path = Path(folder) / _parse_file_name(name)
            with file_path.open("wb") as file:
                shutil.copyfileobj(content, file)
            stored_files, refusals = actions.import_files(
                [file_path], FileMarket(venue, symbol) if venue else None, complete=complete
            )
        except FileRefused as refusal:
            return UploadResult(refusals=(str(refusal),))
        except PlumblineError as error:
            return UploadResult(failure=f"Nothing was imported: {error}.")
    return UploadResult(tuple(stored_files), tuple(map(str, refusals)))


def describe_size_limit(name: str, size: int) -> str:
    """The message about a file that is too large; ``assets/data.js`` has the same text.

    >>> describe_size_limit("a.csv", 80_000_000)[:65]
    'Nothing was imported: a.csv has 80.0 MB, and the page accepts up '
    """
    return (
        f"Nothing was imported: {name} has {format_megabytes(size)}, and the page accepts up to {MAX_FILE_MB} MB. "
        "On the command line `plumbline import FILE...` takes any size."
    )


def build_upload_result(result: UploadResult) -> list[Any]:
    """The result for a file as components."""
    parts: list[Any] = [_build_stored_file(file) for file in result.stored_files]
    parts += [
        html.Div(
            [
                html.P([html.Strong("Not imported: "), text.split("\n")[0]]),
                *(html.P(line) for line in text.split("\n")[1:]),
            ],
            className="notice alert data-refusal",
        )
        for text in result.refusals
    ]
    if result.failure:
        parts.append(html.P(result.failure, className="notice alert"))
    return parts


def _refuse(status: HTTPStatus, sentence: str) -> Response:
    """A refusal, which ``assets/data.js`` shows as it is."""
    return Response(f"{sentence}\n", status, mimetype="text/plain")


def _parse_file_name(name: str) -> str:
    """The last part of a path of either system, so that a file cannot be written outside of its folder.

    Raises:
        FileRefused: The name is not valid.
    """
    file_name = PureWindowsPath(name).name
    if file_name in {"", ".", ".."} or "\0" in file_name:
        message = f"{name!r}: is no name of a file"
        raise FileRefused(message)
    return file_name


def _build_stored_file(file: StoredFile) -> html.Div:
    report, write_result = file.report, file.write_report
    new_text = f"{write_result.new:,} new"
    revised_text = f"{write_result.revised:,} changed"
    evidence_note = " (sample, not real)" if report.reconstruction else ""
    absence_note = "A missing minute means no trades" if report.complete else "Minutes without a row are missing"
    remarks = [f"{absence_note}{evidence_note}."]
    if report.duplicates:
        remarks.append(f"{format_count(report.duplicates, 'exact duplicate')} dropped.")
    if report.empty_rows:
        remarks.append(f"{format_count(report.empty_rows, 'row')} with neither a price nor a volume left out.")
    if report.names:
        remarks.append(f"{', '.join(report.format_name_lines())}.")
    if report.unused:
        remarks.append(f"Columns not used: {', '.join(report.unused)}.")
    markets = [html.Li(market.format_line()) for market in report.markets]
    market_list = html.Details(
        [html.Summary(format_count(len(markets), "market")), html.Ul(markets)],
        open=len(markets) <= 3,  # noqa: PLR2004 - a few lines
    )
    return html.Div(
        [
            html.P([html.Strong(report.file), f": {new_text}, {write_result.same:,} duplicates, {revised_text}."]),
            html.P(" ".join(remarks), className="quiet"),
            market_list,
        ],
        className="notice data-stored",
    )
