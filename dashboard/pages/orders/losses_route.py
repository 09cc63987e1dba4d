"""The route that compares fills: ``POST /orders/losses``, with the bytes of the file as its body.

The query has the ``name`` of the file, the fields ``base`` and ``times``, and the query of the ``view``. The answer is
JSON: the components of the cards, and a sentence for the line of status. Nothing of the file is kept.
"""

import json
import zlib
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from plotly.utils import PlotlyJSONEncoder
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.components.static_html import serialize
from dashboard.pages.base import PageContext
from dashboard.pages.data.upload import CONTENT_TYPE, MAX_FILE_MB, MAX_REQUEST_BYTES
from dashboard.pages.orders.form import build_refusal
from dashboard.pages.orders.losses import LOSSES_PATH, answer_losses
from dashboard.pages.orders.routes import MAX_NAME_CHARS, unpack_body
from data.errors import PlumblineError


def build_losses_routes(context: PageContext) -> Blueprint:
    """The blueprint with the route."""
    blueprint = Blueprint("losses", __name__)

    @blueprint.post(LOSSES_PATH)
    def compare_fills() -> Response:
        if request.mimetype != CONTENT_TYPE:
            return _refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Fills are sent as {CONTENT_TYPE}.")
        request.max_content_length = MAX_REQUEST_BYTES
        try:
            data = unpack_body(request.get_data(cache=False), request.content_encoding)
        except RequestEntityTooLarge:
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The page reads files up to {MAX_FILE_MB} MB.")
        except zlib.error:
            return _refuse(HTTPStatus.BAD_REQUEST, "The file came damaged; drop it again.")
        name = request.args.get("name", "")[:MAX_NAME_CHARS] or "fills.csv"
        try:
            with context.measurements.pin_version():
                answer = answer_losses(context, name, data, request.args.to_dict())
        except PlumblineError as error:
            return _respond(build_refusal(str(error)), f"{name} was not compared.")
        return _respond(answer.cards, answer.summary)

    return blueprint


def _respond(cards: list[Any], summary: str) -> Response:
    payload = {"cards": serialize(cards), "summary": summary}
    response = Response(json.dumps(payload, cls=PlotlyJSONEncoder), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _refuse(status: HTTPStatus, sentence: str) -> Response:
    """A refusal, which ``assets/losses.js`` shows as it is."""
    return Response(f"{sentence}\n", status, mimetype="text/plain")
