"""What the pages show, as files: each link is read here and handed to the maker of what it asks for.

``GET /export/WHAT.FORMAT?QUERY`` takes the query of the page's link, ``size`` and ``theme``. Whatever makes no sense is
refused with one sentence: a file must hold what was asked for, where the page may show something near it.
"""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from dashboard.answers import Answers
from dashboard.export_answers import candles, comparison, deviation, lows, whole
from dashboard.export_asked import Asked, Export
from dashboard.export_bounds import bounds
from dashboard.export_compare import compare
from dashboard.export_depth import depth
from dashboard.export_gaps import gaps_of_event
from dashboard.export_kinds import FORMATS, OF_THE_STORE, What
from dashboard.export_matrix import matrix
from dashboard.export_store import told_of_store
from dashboard.export_thresholds import thresholds
from dashboard.export_volume import volume
from dashboard.link import from_query
from dashboard.picture_sizes import Size
from dashboard.render import Renderer
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

MAKERS: dict[What, Callable[[Asked], Export]] = {
    What.COMPARISON: comparison,
    What.COMPARE: compare,
    What.DEPTH: depth,
    What.VOLUME: volume,
    What.MATRIX: matrix,
    What.THRESHOLDS: thresholds,
    What.BOUNDS: bounds,
    What.CANDLES: candles,
    What.DEVIATION: deviation,
    What.LOWS: lows,
    What.GAPS: gaps_of_event,
    What.MEASUREMENT: whole,
    **dict.fromkeys(OF_THE_STORE, told_of_store),
}
"""Who makes each."""

STATUS: dict[type[PlumblineError], int] = {
    UsageError: 400,
    NothingUsable: 404,
    BrowserMissing: 501,
    BrowserBusy: 503,
    BrowserFailed: 503,
    StoreUnusable: 503,
}
"""What each error means over HTTP."""

OWN = ("size",)
"""The keys of a link to a file that are none of the page's."""

RETRY_AFTER_S = 5
"""Seconds after which asking again may help: eight pictures take about four."""


def export(answers: Answers, renderer: Renderer, what: str, file_format: str, query: Mapping[str, str]) -> Export:
    """The file that a link asks for.

    Args:
        answers: who answers views.
        renderer: who draws pictures.
        what: one of `What`.
        file_format: one of its `FORMATS`.
        query: a link of the page, and the ``size`` of a picture.

    Raises:
        UsageError: There is no such export, or some part of the link cannot be followed.
        NothingUsable: There is no candle to show.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
        StoreUnusable: The store cannot be read.
    """
    chosen = _what(what, file_format)
    asked = Asked(
        what=chosen,
        file_format=file_format,
        view=_view(query, answers.catalogue),
        size=_size(query),
        # Before the answer: a manifest may name an older store than it shows, never one that it has not seen.
        version=answers.version(),
        answers=answers,
        renderer=renderer,
    )
    return MAKERS[chosen](asked)


def export_routes(answers: Answers, renderer: Renderer) -> Blueprint:
    """The routes of all exports, to be registered with the page's server."""
    routes = Blueprint("exports", __name__)

    @routes.get("/export/<name>")
    def exported(name: str) -> Response:
        what, _, file_format = name.rpartition(".")
        try:
            made = export(answers, renderer, what, file_format, request.args.to_dict())
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
    known = ", ".join(f"{one}.{'|'.join(formats)}" for one, formats in FORMATS.items())
    message = f"there is no such export; there are {known}"
    raise UsageError(message)


def _size(query: Mapping[str, str]) -> Size:
    asked = query.get("size", Size.WIDE.value)
    if asked not in list(Size):
        message = f"the size of a picture is {', '.join(Size)}"
        raise UsageError(message)
    return Size(asked)


def _view(query: Mapping[str, str], catalogue: Catalogue) -> ViewState:
    view, notices = from_query({key: value for key, value in query.items() if key not in OWN}, catalogue)
    if notices:
        raise UsageError(notices[0])
    return view
