"""Refuses addresses that no link has: longer ones take as long to read as they please, others cannot be decoded."""

from http import HTTPStatus

from flask import Flask, Response, request

from dashboard.web.access import refuse
from dashboard.web.requests.limits import MAX_PATH_CHARS, MAX_QUERY_CHARS


def guard_addresses(server: Flask) -> None:
    """Answer an address that is too long by 414, and one with characters that an address encodes by 400."""

    @server.before_request
    def refuse_address() -> Response | None:
        if len(request.path) > MAX_PATH_CHARS or len(request.query_string) > MAX_QUERY_CHARS:
            sentence = f"The query of an address may have {MAX_QUERY_CHARS:,} characters, its path {MAX_PATH_CHARS:,}."
            return refuse(HTTPStatus.REQUEST_URI_TOO_LONG, sentence)
        query = request.query_string.decode("latin-1")
        if not (query.isascii() and query.isprintable()):
            return refuse(HTTPStatus.BAD_REQUEST, "This address has characters that must be encoded in one.")
        return None
