"""Import of files that are dropped on the data page, in two steps: a preview, then the import or its cancellation.

``POST /import?name=NAME`` takes the bytes of one file as its body, holds it and returns its preview. With the token of
that answer, ``POST /import/TOKEN/preview`` reads the file again with the options of its query,
``POST /import/TOKEN/store`` stores it as ``plumbline import`` does, and ``POST /import/TOKEN/cancel`` drops it. Each
returns the components to show, or a refusal as plain text. Dash's own upload is not used: it sends a file as text
within JSON, which blocks the browser for seconds and takes the server several times the file's size in memory.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from plotly.utils import PlotlyJSONEncoder
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.jobs.actions import PageActions
from dashboard.jobs.import_choice import ImportChoice, parse_choice
from dashboard.jobs.pending_uploads import PendingUpload, PendingUploads
from dashboard.jobs.read_only import READ_ONLY_TEXT
from dashboard.pages.data.import_card import ImportCard, build_card, build_refusal, build_stored_file
from dashboard.text.numbers import format_megabytes
from data.errors import FileRefused, OptionRefused, PlumblineError

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
class UploadAnswer:
    """What the page shows of a file.

    Attributes:
        children: its components.
        summary: a sentence for the line of status, which screen readers say.
        token: of the file while it waits for a decision; empty if it was stored or dropped.
        stored: whether the store changed.
    """

    children: list[Any]
    summary: str
    token: str = ""
    stored: bool = False


def build_import_routes(actions: PageActions) -> Blueprint:
    """The blueprint with the routes below `IMPORT_PATH`."""
    blueprint = Blueprint("import", __name__)
    desk = ImportDesk(actions)

    @blueprint.before_request
    def refuse_if_read_only() -> Response | None:
        if actions.read_only:
            return _refuse(HTTPStatus.FORBIDDEN, f"Nothing was imported. {READ_ONLY_TEXT}.")
        return None

    @blueprint.post(IMPORT_PATH)
    def receive_file() -> Response:
        if request.mimetype != CONTENT_TYPE:
            return _refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A file is sent as {CONTENT_TYPE}.")
        request.max_content_length = MAX_REQUEST_BYTES
        name = request.args.get("name", "")
        try:
            upload = PendingUpload(name, request.stream)
        except RequestEntityTooLarge:
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, describe_size_limit(name, request.content_length or 0))
        except FileRefused as refusal:
            return _respond(UploadAnswer([build_refusal(str(refusal))], "A file cannot be imported."))
        return _respond(desk.receive(upload))

    @blueprint.post(f"{IMPORT_PATH}/<token>/<any(preview, store):step>")
    def decide(token: str, step: str) -> Response:
        upload = desk.uploads.find(token)
        if upload is None:
            return _refuse(
                HTTPStatus.GONE, "Nothing was imported: the server does not hold this file any more; drop it again."
            )
        take_step = desk.preview if step == "preview" else desk.store
        return _respond(take_step(token, upload, request.args))

    @blueprint.post(f"{IMPORT_PATH}/<token>/cancel")
    def cancel(token: str) -> Response:
        desk.uploads.drop(token)
        return Response(status=HTTPStatus.NO_CONTENT)

    return blueprint


class ImportDesk:
    """Previews and stores the files that wait."""

    def __init__(self, actions: PageActions) -> None:
        self.uploads = PendingUploads()
        self._actions = actions

    def receive(self, upload: PendingUpload) -> UploadAnswer:
        """The preview of a new file, which is held unless no option can save it."""
        try:
            preview = self._actions.preview_file(upload.path, ImportChoice())
        except PlumblineError as error:
            return UploadAnswer([build_refusal(str(error))], f"{upload.path.name} cannot be imported.")
        token = self.uploads.add(upload)
        return _show(token, ImportCard(upload.path.name, {}, preview))

    def preview(self, token: str, upload: PendingUpload, texts: Mapping[str, str]) -> UploadAnswer:
        """The preview of a file with the options that its form sends."""
        return _show(token, self._read_card(upload, texts))

    def store(self, token: str, upload: PendingUpload, texts: Mapping[str, str]) -> UploadAnswer:
        """Store a file with the options that its form sends; its preview with the reason if that is not possible."""
        try:
            stored_file = self._actions.import_file(upload.path, parse_choice(texts))
        except PlumblineError as error:
            card = self._read_card(upload, texts)
            if isinstance(error, OptionRefused):
                card = replace(card, problem=error.finding, option=error.option)
            elif card.is_ready:
                card = replace(card, problem=str(error))
            return _show(token, card)
        self.uploads.drop(token)
        return UploadAnswer([build_stored_file(stored_file)], f"{upload.path.name} was imported.", stored=True)

    def _read_card(self, upload: PendingUpload, texts: Mapping[str, str]) -> ImportCard:
        """The preview of a file, or the reason why there is none."""
        try:
            preview = self._actions.preview_file(upload.path, parse_choice(texts))
        except PlumblineError as error:
            return ImportCard(upload.path.name, texts, problem=str(error))
        return ImportCard(upload.path.name, texts, preview)


def describe_size_limit(name: str, size: int) -> str:
    """The message about a file that is too large; ``assets/import.js`` has the same text.

    >>> describe_size_limit("a.csv", 80_000_000)[:65]
    'Nothing was imported: a.csv has 80.0 MB, and the page accepts up '
    """
    return (
        f"Nothing was imported: {name} has {format_megabytes(size)}, and the page accepts up to {MAX_FILE_MB} MB. "
        "On the command line `plumbline import FILE...` takes any size."
    )


def _show(token: str, card: ImportCard) -> UploadAnswer:
    return UploadAnswer([build_card(token, card)], card.summary, token)


def _respond(answer: UploadAnswer) -> Response:
    payload = {field: getattr(answer, field) for field in UploadAnswer.__slots__}
    return Response(json.dumps(payload, cls=PlotlyJSONEncoder), mimetype="application/json")


def _refuse(status: HTTPStatus, sentence: str) -> Response:
    """A refusal, which ``assets/import.js`` shows as it is."""
    return Response(f"{sentence}\n", status, mimetype="text/plain")
