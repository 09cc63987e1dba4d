"""The route that reads a log: ``POST /orders/log``, with the bytes of the file as its body.

The query has the ``name`` of the file, the fields of the form (`dashboard.pages.orders.posted_log.FIELDS`), the
``class`` of the table and the query of the ``view``. The answer is JSON: the components of the form and of the cards,
and a sentence about what was read. The file is read from memory and is not kept: the browser holds it, and posts it
again where the view or the form changes.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from dashboard.pages.base import PageContext
from dashboard.pages.orders.cards import build_cards, build_shown_log
from dashboard.pages.orders.form import build_form, build_refusal
from dashboard.pages.orders.posted_file import FileAnswer, FileKind, answer_posted_file
from dashboard.pages.orders.posted_log import PostedLog, read_posted_log
from dashboard.text.numbers import format_count
from data.errors import PlumblineError

LOG_PATH = "/orders/log"

LOG = FileKind(subject="A log is", noun="log", plural="logs", default_name="log")


def build_log_routes(context: PageContext) -> Blueprint:
    """The blueprint with the route."""
    blueprint = Blueprint("orders", __name__)

    @blueprint.post(LOG_PATH)
    def read_log() -> Response:
        return answer_posted_file(LOG, lambda name, data: answer_log(context, name, data, request.args.to_dict()))

    return blueprint


def answer_log(context: PageContext, name: str, data: bytes, query: dict[str, str]) -> FileAnswer:
    """The form (else why the log cannot be read), and the cards, which are empty while something is needed."""
    try:
        posted = read_posted_log(name, data, query, context.catalogue, datetime.now(UTC))
        form = build_form(posted.log, posted.texts)
        if posted.log.needs:
            return _build_answer(form, [], f"{name} needs an answer before it can be read.")
        with context.measurements.pin_version():
            return _build_answer(form, build_cards(build_shown_log(context, posted)), _summarize(posted))
    except PlumblineError as error:
        return _build_answer(build_refusal(str(error)), [], f"{name} was not read.")


def _build_answer(form: list[Any], cards: list[Any], summary: str) -> FileAnswer:
    return FileAnswer({"form": form, "cards": cards}, summary)


def _summarize(posted: PostedLog) -> str:
    log = posted.log
    bad = f", {format_count(len(log.bad_lines), 'bad line')}" if len(log.bad_lines) else ""
    return f"{log.name}: {format_count(len(log.events), 'event')} read{bad}. Nothing is kept on the server."
