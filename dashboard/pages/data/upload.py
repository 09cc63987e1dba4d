"""Files that are dropped on the page: each sent as it is, kept in a folder that is removed, and stored as by `import`.

``POST /import?name=NAME`` takes the bytes of one file as its body, with ``venue``, ``symbol`` and ``complete`` as the
page has them, and answers with what to show. A file goes past Dash's callbacks: those would send it as text within
JSON, which takes the browser seconds, in which it answers nothing, and the server several times its size in memory.
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
"""The type that a body has to have: one that no page of another site may send without asking first."""


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What became of a file: what was stored, or why it was refused, or why nothing was done at all."""

    stored_files: tuple[StoredFile, ...] = ()
    refusals: tuple[str, ...] = ()
    failure: str = ""


def build_import_routes(actions: PageActions) -> Blueprint:
    """The route that takes files, to be registered with the page's server."""
    blueprint = Blueprint("import", __name__)

    @blueprint.post(IMPORT_PATH)
    def import_file() -> Response:
        if request.mimetype != CONTENT_TYPE:
            return Response(
                f"A file is sent as {CONTENT_TYPE}.\n", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, mimetype="text/plain"
            )
        name, market_texts = (
            request.args.get("name", ""),
            (request.args.get("venue", ""), request.args.get("symbol", "")),
        )
        try:
            result = store_upload(
                actions, name, request.stream, market_texts, complete=request.args.get("complete") == "true"
            )
        except RequestEntityTooLarge:
            result = UploadResult(failure=describe_size_limit(name, request.content_length or 0))
        payload = {"children": build_upload_result(result), "stored": bool(result.stored_files)}
        return Response(json.dumps(payload, cls=PlotlyJSONEncoder), mimetype="application/json")

    return blueprint


def store_upload(
    actions: PageActions, name: str, content: IO[bytes], market_texts: tuple[str, str], *, complete: bool
) -> UploadResult:
    """Bring a file into the store, whole or not at all.

    Args:
        actions: does it.
        name: the file's name as the browser tells it; it may be a path.
        content: its bytes.
        market_texts: venue and symbol as typed, both empty for a file that names its markets.
        complete: whether absent minutes are quiet.
    """
    venue, symbol = (text.strip() for text in market_texts)
    if bool(venue) is not bool(symbol):
        return UploadResult(failure="Nothing was taken: a file of one market needs both its exchange and its symbol.")
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
            return UploadResult(failure=f"Nothing was taken: {error}.")
    return UploadResult(tuple(stored_files), tuple(map(str, refusals)))


def describe_size_limit(name: str, size: int) -> str:
    """What is said of a file that is too large for the page; ``assets/data.js`` says the same before it is sent.

    >>> describe_size_limit("a.csv", 80_000_000)[:63]
    'Nothing was taken: a.csv has 80.0 MB, and the page takes up to '
    """
    return (
        f"Nothing was taken: {name} has {format_megabytes(size)}, and the page takes up to {MAX_FILE_MB} MB. "
        "On the command line `plumbline import FILE...` takes any size."
    )


def build_upload_result(result: UploadResult) -> list[Any]:
    """What became of a file, as markup."""
    parts: list[Any] = [_build_stored_file(file) for file in result.stored_files]
    parts += [
        html.Div(
            [html.P([html.Strong("Refused: "), text.split("\n")[0]]), *(html.P(line) for line in text.split("\n")[1:])],
            className="notice alert data-refusal",
        )
        for text in result.refusals
    ]
    if result.failure:
        parts.append(html.P(result.failure, className="notice alert"))
    return parts


def _parse_file_name(name: str) -> str:
    """The last part of a name alone, as a path of either system: it must not lead out of the folder.

    Raises:
        FileRefused: It is no name of a file.
    """
    file_name = PureWindowsPath(name).name
    if file_name in {"", ".", ".."} or "\0" in file_name:
        message = f"{name!r}: is no name of a file"
        raise FileRefused(message)
    return file_name


def _build_stored_file(file: StoredFile) -> html.Div:
    report, write_result = file.report, file.write_report
    new_text, revised_text = (
        format_count(write_result.new, "candle"),
        f"{write_result.revised:,} with other values than before",
    )
    evidence_note = ", of the reconstruction, which is no evidence" if report.reconstruction else ""
    absence_note = "Minutes without a candle are quiet" if report.complete else "Minutes without a candle are missing"
    remarks = [f"{absence_note}{evidence_note}."]
    if report.duplicates:
        remarks.append(f"{format_count(report.duplicates, 'exact duplicate')} dropped.")
    if report.unused:
        remarks.append(f"Columns not used: {', '.join(report.unused)}.")
    markets = [html.Li(market.format_line()) for market in report.markets]
    market_list = html.Details(
        [html.Summary(format_count(len(markets), "market")), html.Ul(markets)],
        open=len(markets) <= 3,  # noqa: PLR2004
    )
    return html.Div(
        [
            html.P(
                [html.Strong(report.file), f": {new_text} new, {write_result.same:,} already there, {revised_text}."]
            ),
            html.P(" ".join(remarks), className="quiet"),
            market_list,
        ],
        className="notice data-stored",
    )
