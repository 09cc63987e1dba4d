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

from dashboard.actions import Actions, Market
from dashboard.data_words import count
from data.errors import FileRefused, PlumblineError
from data.imports import FileStored

MOST_MB = 64
"""Megabytes (of a million bytes) of the largest file that the page takes.

Reading and checking takes ten bytes of memory for each of a CSV (`python -m bench.dashboard --import`).
"""

MOST_SENT = MOST_MB * 1_000_000
"""Bytes of the largest request that the server takes."""

LINK = "/import"

KIND = "application/octet-stream"
"""The type that a body has to have: one that no page of another site may send without asking first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: what was stored, or why it was refused, or why nothing was done at all."""

    stored: tuple[FileStored, ...] = ()
    refused: tuple[str, ...] = ()
    failure: str = ""


def import_routes(actions: Actions) -> Blueprint:
    """The route that takes files, to be registered with the page's server."""
    routes = Blueprint("import", __name__)

    @routes.post(LINK)
    def imported() -> Response:
        if request.mimetype != KIND:
            return Response(f"A file is sent as {KIND}.\n", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, mimetype="text/plain")
        name, market = request.args.get("name", ""), (request.args.get("venue", ""), request.args.get("symbol", ""))
        try:
            result = taken(actions, name, request.stream, market, complete=request.args.get("complete") == "true")
        except RequestEntityTooLarge:
            result = Taken(failure=too_large(name, request.content_length or 0))
        told = {"children": taken_lines(result), "stored": bool(result.stored)}
        return Response(json.dumps(told, cls=PlotlyJSONEncoder), mimetype="application/json")

    return routes


def taken(actions: Actions, name: str, content: IO[bytes], market: tuple[str, str], *, complete: bool) -> Taken:
    """Bring a file into the store, whole or not at all.

    Args:
        actions: does it.
        name: the file's name as the browser tells it; it may be a path.
        content: its bytes.
        market: venue and symbol as typed, both empty for a file that names its markets.
        complete: whether absent minutes are quiet.
    """
    venue, symbol = (text.strip() for text in market)
    if bool(venue) is not bool(symbol):
        return Taken(failure="Nothing was taken: a file of one market needs both its exchange and its symbol.")
    with TemporaryDirectory(prefix="plumbline-") as folder:
        try:
            path = Path(folder) / _plain(name)
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)
            stored, refusals = actions.import_files([path], Market(venue, symbol) if venue else None, complete=complete)
        except FileRefused as refusal:
            return Taken(refused=(str(refusal),))
        except PlumblineError as error:
            return Taken(failure=f"Nothing was taken: {error}.")
    return Taken(tuple(stored), tuple(map(str, refusals)))


def too_large(name: str, size: int) -> str:
    """What is said of a file that is too large for the page; ``assets/data.js`` says the same before it is sent.

    >>> too_large("a.csv", 80_000_000)[:63]
    'Nothing was taken: a.csv has 80.0 MB, and the page takes up to '
    """
    return (
        f"Nothing was taken: {name} has {size / 1e6:,.1f} MB, and the page takes up to {MOST_MB} MB. "
        "On the command line `plumbline import FILE...` takes any size."
    )


def taken_lines(result: Taken) -> list[Any]:
    """What became of a file, as markup."""
    parts: list[Any] = [_stored(file) for file in result.stored]
    parts += [
        html.Div(
            [html.P([html.Strong("Refused: "), text.split("\n")[0]]), *(html.P(line) for line in text.split("\n")[1:])],
            className="notice alert data-refusal",
        )
        for text in result.refused
    ]
    if result.failure:
        parts.append(html.P(result.failure, className="notice alert"))
    return parts


def _plain(name: str) -> str:
    """The last part of a name alone, as a path of either system: it must not lead out of the folder.

    Raises:
        FileRefused: It is no name of a file.
    """
    last = PureWindowsPath(name).name
    if last in {"", ".", ".."} or "\0" in last:
        message = f"{name!r}: is no name of a file"
        raise FileRefused(message)
    return last


def _stored(file: FileStored) -> html.Div:
    report, written = file.report, file.written
    new, revised = count(written.new, "candle"), f"{written.revised:,} with other values than before"
    kind = ", of the reconstruction, which is no evidence" if report.reconstruction else ""
    absent = "Minutes without a candle are quiet" if report.complete else "Minutes without a candle are missing"
    remarks = [f"{absent}{kind}."]
    if report.duplicates:
        remarks.append(f"{count(report.duplicates, 'exact duplicate')} dropped.")
    if report.unused:
        remarks.append(f"Columns not used: {', '.join(report.unused)}.")
    markets = [html.Li(market.line()) for market in report.markets]
    listed = html.Details([html.Summary(count(len(markets), "market")), html.Ul(markets)], open=len(markets) <= 3)  # noqa: PLR2004 - a few lines
    return html.Div(
        [
            html.P([html.Strong(report.file), f": {new} new, {written.same:,} already there, {revised}."]),
            html.P(" ".join(remarks), className="quiet"),
            listed,
        ],
        className="notice data-stored",
    )
