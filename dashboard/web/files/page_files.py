"""Files that pages load, each under an address with its hash, so that a browser may keep it for good.

The scripts and the style sheets of ``dashboard/assets`` are each sent as one file: a browser requests six at a time.
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

GENERATOR_NAME = "regenerator-runtime.js"
"""The file in ``dashboard/vendor`` by which dash's scripts run their asynchronous functions."""


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
    return PageFile(PLOTLY_NAME, _read_vendored(PLOTLY_NAME))


@cache
def bundle_scripts() -> PageFile:
    """The scripts of all pages, which rely on no order, after what dash's scripts need of its polyfill."""
    return PageFile("pages.js", _read_vendored(GENERATOR_NAME) + _read_assets(".js"))


@cache
def bundle_styles() -> PageFile:
    """The style sheets of all pages; the rules of a sheet hold for the parts of its page alone."""
    return PageFile("pages.css", _read_assets(".css"))


def _read_vendored(name: str) -> bytes:
    return (files("dashboard") / "vendor" / name).read_bytes()


def _read_assets(ending: str) -> bytes:
    """The assets with an ending, one after the other by their names."""
    assets = sorted((files("dashboard") / "assets").iterdir(), key=lambda asset: asset.name)
    return b"\n".join(asset.read_bytes() for asset in assets if asset.name.endswith(ending))


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
