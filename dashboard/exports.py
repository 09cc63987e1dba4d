"""What the page shows, as files: the picture, the rows behind it, candles, lows, and the whole answer.

``GET /export/WHAT.FORMAT?QUERY`` takes the query of the page's link, ``size`` and ``theme``. Whatever makes no sense is
refused with one sentence: a file must hold what was asked for, where the page may show something near it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import urlencode

import polars as pl
from flask import Blueprint, Response, request

from dashboard.answers import Answer, Answers
from dashboard.compare_panels import sides
from dashboard.compare_picture import SCALES, compare_picture
from dashboard.compare_rows import compare_rows
from dashboard.data_files import DataFile, data_rows
from dashboard.exports_rows import lows_rows
from dashboard.link import from_query
from dashboard.manifest import manifest
from dashboard.picture import file_name, picture
from dashboard.picture_sizes import Size
from dashboard.render import FileFormat, Renderer
from dashboard.view import ViewState
from data.catalogue import Catalogue
from data.errors import (
    BrowserBusy,
    BrowserFailed,
    BrowserMissing,
    NothingUsable,
    PlumblineError,
    StoreUnusable,
    UsageError,
)
from data.exporter import FORMATS as ROWS
from data.exporter import rows_as
from data.reconstruction import assumed_markets
from deviation.answer import deviation_rows, lows_json, measurement_json
from deviation.result import Measurement


class What(StrEnum):
    """What can be had as a file."""

    COMPARISON = "comparison"
    COMPARE = "compare"
    CANDLES = "candles"
    DEVIATION = "deviation"
    LOWS = "lows"
    MEASUREMENT = "measurement"


FORMATS = {
    What.COMPARISON: ("png", "svg", "csv", "parquet"),
    What.COMPARE: ("png", "svg", "csv", "parquet"),
    What.CANDLES: ("csv", "parquet"),
    What.DEVIATION: ("csv", "parquet"),
    What.LOWS: ("csv", "parquet", "json"),
    What.MEASUREMENT: ("json",),
}
"""The formats of each; the comparison's rows are those of the deviation, from which the picture is drawn."""

MIMETYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}

STATUS: dict[type[PlumblineError], int] = {
    UsageError: 400,
    NothingUsable: 404,
    BrowserMissing: 501,
    BrowserBusy: 503,
    BrowserFailed: 503,
    StoreUnusable: 503,
}
"""What each error means over HTTP."""

OWN = ("size", "scale")
"""The keys of a link to a file that are none of the page's."""

RETRY_AFTER_S = 5
"""Seconds after which asking again may help: eight pictures take about four."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file: its name, what it is, and its bytes."""

    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link to the small multiples asks for; ``version`` is that of the store."""

    view: ViewState
    file_format: str
    size: Size
    shared: bool
    version: str


def export(
    answers: Answers, catalogue: Catalogue, renderer: Renderer, what: str, file_format: str, query: Mapping[str, str]
) -> Export:
    """The file that a link asks for.

    Args:
        answers: who answers views.
        catalogue: what is known of venues, assets and events.
        renderer: who draws pictures.
        what: one of `What` or `DataFile`.
        file_format: one of its `FORMATS`, or of `ROWS`.
        query: a link of the page, the ``size`` of a picture, and the ``scale`` of the small multiples.

    Raises:
        UsageError: There is no such export, or some part of the link cannot be followed.
        NothingUsable: There is no candle to show.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
        StoreUnusable: The store cannot be read.
    """
    if what in list(DataFile) and file_format in ROWS:
        name, rows = data_rows(answers.books, _view(query, catalogue), DataFile(what))
        return Export(f"{name}.{file_format}", MIMETYPES[file_format], rows_as(rows, file_format))
    chosen = _what(what, file_format)
    size, shared = _size(query), _shared(query)
    view = _view(query, catalogue)
    # Before the answer: a manifest may name an older store than it shows, never one that it has not seen.
    version = answers.version()
    if chosen is What.COMPARE:
        asked = Asked(view=view, file_format=file_format, size=size, shared=shared, version=version)
        return _compare(answers, renderer, asked)
    answer = answers.answer(view)
    if answer.measurement is None:
        raise _nothing(view, view.asset)
    named = partial(file_name, answer.measurement, chosen.value, file_format)
    if file_format in list(FileFormat):
        link = urlencode(view.to_query(catalogue))
        said = manifest(answer.measurement, store=version, link=link)
        figure = _figure(answer, answer.measurement, catalogue, size)
        content, name = renderer.draw(figure, FileFormat(file_format), said), named(size=size, theme=view.theme)
    elif chosen is What.LOWS:
        content, name = _lows(answers, answers.lows(view), file_format), named(asset="all")
    else:
        content, name = _data(answers, answer.measurement, chosen, file_format), named()
    return Export(name, MIMETYPES[file_format], content)


def export_routes(answers: Answers, catalogue: Catalogue, renderer: Renderer) -> Blueprint:
    """The routes of all exports, to be registered with the page's server."""
    routes = Blueprint("exports", __name__)

    @routes.get("/export/<name>")
    def exported(name: str) -> Response:
        what, _, file_format = name.rpartition(".")
        try:
            made = export(answers, catalogue, renderer, what, file_format, request.args.to_dict())
        except PlumblineError as error:
            return _refused(error)
        response = Response(made.content, mimetype=made.mimetype)
        response.headers.set("Content-Disposition", "attachment", filename=made.name)
        # A link stays the same when candles are added.
        response.headers["Cache-Control"] = "no-cache"
        return response

    return routes


def _refused(error: PlumblineError) -> Response:
    """One plain sentence, and when to come back where that helps."""
    status = STATUS.get(type(error), 500)
    text = str(error)
    response = Response(f"{text[:1].upper()}{text[1:].removesuffix('.')}.\n", status, mimetype="text/plain")
    if status == STATUS[BrowserBusy]:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _what(what: str, file_format: str) -> What:
    if what in list(What) and file_format in FORMATS[What(what)]:
        return What(what)
    every = (*FORMATS.items(), *((one, ROWS) for one in DataFile))
    known = ", ".join(f"{one}.{'|'.join(formats)}" for one, formats in every)
    message = f"there is no such export; there are {known}"
    raise UsageError(message)


def _size(query: Mapping[str, str]) -> Size:
    asked = query.get("size", Size.WIDE.value)
    if asked not in list(Size):
        message = f"the size of a picture is {', '.join(Size)}"
        raise UsageError(message)
    return Size(asked)


def _shared(query: Mapping[str, str]) -> bool:
    """Whether all panels of the small multiples have one scale."""
    asked = query.get("scale", SCALES[0])
    if asked not in SCALES:
        message = f"the scale of the small multiples is {' or '.join(SCALES)}"
        raise UsageError(message)
    return asked == SCALES[0]


def _view(query: Mapping[str, str], catalogue: Catalogue) -> ViewState:
    view, notices = from_query({key: value for key, value in query.items() if key not in OWN}, catalogue)
    if notices:
        raise UsageError(notices[0])
    return view


def _nothing(view: ViewState, assets: str) -> NothingUsable:
    return NothingUsable(
        f"there is no {_kind(view)}candle of {assets} from {view.start:%Y-%m-%dT%H:%MZ} "
        f"to {view.end:%Y-%m-%dT%H:%MZ}; collect or import some, or choose another asset or window"
    )


def _compare(answers: Answers, renderer: Renderer, asked: Asked) -> Export:
    """The small multiples: every asset of the event, in both windows where there are two."""
    view, catalogue = asked.view, answers.catalogue
    found = sides(answers, view)
    every = [one for side in found for one in side.panels]
    measured = [one.measurement for one in every if one.measurement is not None]
    if not measured:
        raise _nothing(view, f"any asset of {view.event}")
    named = partial(file_name, measured[0], What.COMPARE.value, asked.file_format, asset="all")
    mimetype = MIMETYPES[asked.file_format]
    if asked.file_format not in list(FileFormat):
        return Export(named(), mimetype, rows_as(compare_rows(every), asked.file_format))
    link = urlencode(view.to_query(catalogue))
    said = manifest(measured[0], store=asked.version, link=link) | {
        "asset": None,
        "assets": list(dict.fromkeys(one.asset for one in every)),
        "windows": [side.name for side in found],
    }
    figure = compare_picture(found, catalogue, size=asked.size, theme=view.theme, shared=asked.shared)
    content = renderer.draw(figure, FileFormat(asked.file_format), said)
    return Export(named(size=asked.size, theme=view.theme), mimetype, content)


def _kind(view: ViewState) -> str:
    return "" if view.origin == "auto" else f"{view.origin} "


def _figure(answer: Answer, measurement: Measurement, catalogue: Catalogue, size: Size) -> Any:  # noqa: ANN401 - plotly
    assumed = assumed_markets() if answer.illustrated else frozenset()
    return picture(measurement, catalogue, size=size, theme=answer.view.theme, assumed=assumed)


def _lows(answers: Answers, measurements: tuple[Measurement, ...], file_format: str) -> bytes:
    if file_format == "json":
        return _json(lows_json(measurements, answers.low_trades(measurements)))
    return rows_as(lows_rows(measurements), file_format)


def _data(answers: Answers, measurement: Measurement, what: What, file_format: str) -> bytes:
    if what is What.MEASUREMENT:
        return _json({**measurement_json(measurement), "focus": measurement.question.focus})
    rows: Callable[[Measurement], pl.DataFrame] = answers.candles if what is What.CANDLES else deviation_rows
    return rows_as(rows(measurement), file_format)


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, indent=2).encode()
