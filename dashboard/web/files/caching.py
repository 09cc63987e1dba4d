"""Caching: a file with its version or hash in the address never changes there, so it is kept, and compressed once."""

import gzip
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import brotli
from dash.fingerprint import check_fingerprint
from flask import Response, request

MAX_AGE_S = 365 * 24 * 3600
"""Seconds in a year, as dash has for the scripts of its packages."""

LASTING_PATHS = ("/_dash-component-suites/", "/file/")
"""What the paths of files begin with that are the same as long as the server runs."""

COMPRESSION_LEVEL = 9
"""Of brotli and gzip: a megabyte of script takes a tenth of a second; brotli's next level takes ten times as long."""

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: bytes(brotli.compress(content, quality=COMPRESSION_LEVEL)),
    "gzip": lambda content: gzip.compress(content, COMPRESSION_LEVEL, mtime=0),
}
"""By the name of the coding, the better one first; browsers accept brotli of HTTPS and of their own machine only."""


def keep_for_good(response: Response) -> None:
    """Let a browser cache a response for a year."""
    response.cache_control.no_cache = None
    response.cache_control.max_age = MAX_AGE_S
    response.cache_control.immutable = True


def compress_once() -> Callable[[Response], Response]:
    """A function that compresses files that never change, and remembers them; others are left to flask-compress."""
    compressed_contents: dict[tuple[str, str], bytes] = {}
    split_fingerprint: Any = check_fingerprint  # dash leaves it untyped

    def compress_response(response: Response) -> Response:
        coding = next((name for name in COMPRESSORS if request.accept_encodings.quality(name) > 0), None)
        is_lasting = request.path.startswith(LASTING_PATHS) and response.cache_control.max_age == MAX_AGE_S
        if coding is None or not is_lasting or response.status_code != HTTPStatus.OK:
            return response
        # Dash answers under any version in the address of a file.
        key = split_fingerprint(request.path)[0], coding
        if key not in compressed_contents:
            compressed_contents[key] = COMPRESSORS[coding](response.get_data())
        response.set_data(compressed_contents[key])
        response.content_encoding = coding
        return response

    return compress_response
