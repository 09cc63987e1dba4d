"""The route that reads a log: ``POST /orders/log``, with the bytes of the file as its body.

The query has the ``name`` of the file, the fields of the form (`dashboard.pages.orders.posted_log.FIELDS`), the
``class`` of the table and the query of the ``view``. The answer is JSON: the components of the form and of the cards,
and a sentence about what was read. The file is read from memory and is not kept: the browser holds it, and posts it
again where the view or the form changes.
"""

import json
import zlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from plotly.utils import PlotlyJSONEncoder
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.components.static_html import serialize
from dashboard.pages.base import PageContext
from dashboard.pages.data.upload import CONTENT_TYPE, MAX_FILE_MB, MAX_REQUEST_BYTES
from dashboard.pages.orders.cards import build_cards, build_shown_log
from dashboard.pages.orders.form import build_form, build_refusal
from dashboard.pages.orders.posted_log import PostedLog, read_posted_log
from dashboard.text.numbers import format_count
from data.errors import PlumblineError

LOG_PATH = "/orders/log"

GZIP_WINDOW_BITS = 31
"""The format of gzip, for `zlib`."""

MAX_NAME_CHARS = 200
"""The longest name of a file."""


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """What the page shows of a log.

    Attributes:
        form: the components of the form, or why the log cannot be read.
        cards: the components of the results; empty while something is needed.
        summary: a sentence for the line of status, which screen readers say.
    """

    form: list[Any]
    cards: list[Any]
    summary: str


def build_log_routes(context: PageContext) -> Blueprint:
    """The blueprint with the route."""
    blueprint = Blueprint("orders", __name__)

    @blueprint.post(LOG_PATH)
    def read_log() -> Response:
        if request.mimetype != CONTENT_TYPE:
            return _refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A log is sent as {CONTENT_TYPE}.")
        request.max_content_length = MAX_REQUEST_BYTES
        try:
            data = unpack_body(request.get_data(cache=False), request.content_encoding)
        except RequestEntityTooLarge:
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The page reads logs up to {MAX_FILE_MB} MB.")
        except zlib.error:
            return _refuse(HTTPStatus.BAD_REQUEST, "The log came damaged; drop it again.")
        name = request.args.get("name", "")[:MAX_NAME_CHARS] or "log"
        return _respond(answer_log(context, name, data, request.args.to_dict()))

    return blueprint


def unpack_body(body: bytes, encoding: str | None) -> bytes:
    """The bytes of the file; browsers pack them with gzip, so that most logs fit into the memory of one request.

    Raises:
        RequestEntityTooLarge: it unpacks to more than a request may have.
        zlib.error: it is damaged.
    """
    if encoding != "gzip":
        return body
    unpacker = zlib.decompressobj(wbits=GZIP_WINDOW_BITS)
    data = unpacker.decompress(body, MAX_REQUEST_BYTES)
    if unpacker.unconsumed_tail:
        raise RequestEntityTooLarge
    if not unpacker.eof:
        message = "the end is missing"
        raise zlib.error(message)
    return data


def answer_log(context: PageContext, name: str, data: bytes, query: dict[str, str]) -> LogAnswer:
    """The form and the cards of a log; the reason where it cannot be read."""
    try:
        posted = read_posted_log(name, data, query, context.catalogue)
        form = build_form(posted.log, posted.texts)
        if posted.log.needs:
            return LogAnswer(form, [], f"{name} needs an answer before it can be read.")
        with context.measurements.pin_version():
            return LogAnswer(form, build_cards(build_shown_log(context, posted)), _summarize(posted))
    except PlumblineError as error:
        return LogAnswer(build_refusal(str(error)), [], f"{name} was not read.")


def _summarize(posted: PostedLog) -> str:
    log = posted.log
    bad = f", {format_count(len(log.bad_lines), 'bad line')}" if len(log.bad_lines) else ""
    return f"{log.name}: {format_count(len(log.events), 'event')} read{bad}. Nothing is kept on the server."


def _respond(answer: LogAnswer) -> Response:
    payload = {"form": serialize(answer.form), "cards": serialize(answer.cards), "summary": answer.summary}
    response = Response(json.dumps(payload, cls=PlotlyJSONEncoder), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _refuse(status: HTTPStatus, sentence: str) -> Response:
    """A refusal, which ``assets/orders.js`` shows as it is."""
    return Response(f"{sentence}\n", status, mimetype="text/plain")
