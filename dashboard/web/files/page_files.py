"""Files that pages load, each under an address with its hash, so that a browser may keep it for good.

Of plotly.js the program has the basic bundle of its own (``dashboard/vendor``), a third of what plotly.py contains:
pages draw lines and bars alone. The pictures that the server draws use plotly.py's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files

from flask import Flask, Response, abort

from dashboard.web.files.caching import keep_for_good

PAGE_FILE_ROUTE = "/file/"
"""What the addresses of page files begin with."""

HASH_DIGITS = 16
"""Hexadecimal digits of a hash within an address."""

MIMETYPES = {"js": "text/javascript", "css": "text/css"}
"""By the ending of a file's name."""

PLOTLY_NAME = "plotly-basic.min.js"
"""The file in ``dashboard/vendor``, which must be of the version that plotly.py contains."""


@dataclass(frozen=True)
class PageFile:
    """A script or style sheet: its name, and its content in UTF-8."""

    name: str
    content: bytes

    @cached_property
    def address(self) -> str:
        """The path of its address, which changes with the content.

        >>> PageFile("page.css", b"p { margin: 0 }").address
        '/file/page.ec85a1831a0e1930.css'
        """
        stem, _, ending = self.name.rpartition(".")
        return f"{PAGE_FILE_ROUTE}{stem}.{sha256(self.content).hexdigest()[:HASH_DIGITS]}.{ending}"


@cache
def read_plotly() -> PageFile:
    """The basic bundle of plotly.js, with the traces scatter, bar and pie."""
    return PageFile(PLOTLY_NAME, (files("dashboard") / "vendor" / PLOTLY_NAME).read_bytes())


def serve_page_files(server: Flask, page_files: Iterable[PageFile]) -> None:
    """Answer requests for these files."""
    files_by_address = {file.address: file for file in page_files}

    @server.get(f"{PAGE_FILE_ROUTE}<name>")
    def send_page_file(name: str) -> Response:
        file = files_by_address.get(PAGE_FILE_ROUTE + name)
        if file is None:
            abort(HTTPStatus.NOT_FOUND)
        response = Response(file.content, mimetype=MIMETYPES[file.name.rpartition(".")[2]])
        keep_for_good(response)
        return response
