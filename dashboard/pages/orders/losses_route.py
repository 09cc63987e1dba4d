"""The route that compares fills: ``POST /orders/losses``, with the bytes of the file as its body.

The query has the ``name`` of the file, the fields ``base`` and ``times``, and the query of the ``view``. The answer is
JSON: the components of the cards, and a sentence for the line of status. Nothing of the file is kept.
"""

from flask import Blueprint, Response, request

from dashboard.pages.base import PageContext
from dashboard.pages.orders.form import build_refusal
from dashboard.pages.orders.losses import LOSSES_PATH, answer_losses
from dashboard.pages.orders.posted_file import FileAnswer, FileKind, answer_posted_file
from data.errors import PlumblineError

FILLS = FileKind(subject="Fills are", noun="file", plural="files", default_name="fills.csv")


def build_losses_routes(context: PageContext) -> Blueprint:
    """The blueprint with the route."""
    blueprint = Blueprint("losses", __name__)

    def compare(name: str, data: bytes) -> FileAnswer:
        try:
            with context.measurements.pin_version():
                answer = answer_losses(context, name, data, request.args.to_dict())
        except PlumblineError as error:
            return FileAnswer({"cards": build_refusal(str(error))}, f"{name} was not compared.")
        return FileAnswer({"cards": answer.cards}, answer.summary)

    @blueprint.post(LOSSES_PATH)
    def compare_fills() -> Response:
        return answer_posted_file(FILLS, compare)

    return blueprint
