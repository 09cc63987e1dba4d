"""Files that a page posts to be read and not kept: the bytes of the request, and the answer as JSON."""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, request
from plotly.utils import PlotlyJSONEncoder
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.components.static_html import serialize
from dashboard.pages.data.upload import CONTENT_TYPE, MAX_FILE_MB, MAX_REQUEST_BYTES

GZIP_WINDOW_BITS = 31
"""The format of gzip, for `zlib`."""

MAX_NAME_CHARS = 200
"""The longest name of a file."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What refusals call a kind of file.

    Attributes:
        subject: it with its verb, such as ``A log is``.
        noun: one of them.
        plural: several of them.
        default_name: stands for a name that the request does not give.
    """

    subject: str
    noun: str
    plural: str
    default_name: str


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """Components by the part of the page that takes them, and a sentence for the line of status."""

    parts: Mapping[str, Sequence[Any]]
    summary: str


def answer_posted_file(kind: FileKind, answer: Callable[[str, bytes], FileAnswer]) -> Response:
    """The response to the current request, which has the bytes of a file as its body; nothing of it may be cached.

    A refusal is a sentence of plain text, which the page's script shows as it is.

    Args:
        kind: what the file is.
        answer: answers to the name and the bytes of the file.
    """
    if request.mimetype != CONTENT_TYPE:
        return _refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{kind.subject} sent as {CONTENT_TYPE}.")
    request.max_content_length = MAX_REQUEST_BYTES
    try:
        data = unpack_body(request.get_data(cache=False), request.content_encoding)
    except RequestEntityTooLarge:
        return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The page reads {kind.plural} up to {MAX_FILE_MB} MB.")
    except zlib.error:
        return _refuse(HTTPStatus.BAD_REQUEST, f"The {kind.noun} came damaged; drop it again.")
    file_answer = answer(request.args.get("name", "")[:MAX_NAME_CHARS] or kind.default_name, data)
    parts = {name: serialize(list(components)) for name, components in file_answer.parts.items()}
    content = json.dumps({**parts, "summary": file_answer.summary}, cls=PlotlyJSONEncoder)
    response = Response(content, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


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


def _refuse(status: HTTPStatus, sentence: str) -> Response:
    return Response(f"{sentence}\n", status, mimetype="text/plain")
