"""Files that are dropped on the page: decoded into a folder that is removed, checked and stored as by `import`."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Any

from dash import html

from dashboard.actions import Actions, Market
from dashboard.data_words import count
from data.errors import FileRefused, PlumblineError
from data.imports import FileStored

MOST_MB = 64
"""Megabytes (of a million bytes) that the page takes at once; the browser sends them as one text."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sends it: its name, and a data URL."""

    name: str
    content: str

    @property
    def size(self) -> int:
        """Its bytes, without decoding it."""
        text = self.content.rpartition(",")[2]
        return len(text) * 3 // 4 - text[-2:].count("=")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of dropped files: what was stored, what was refused, and why nothing was done at all (if so)."""

    stored: tuple[FileStored, ...] = ()
    refused: tuple[str, ...] = ()
    failure: str = ""


def taken(actions: Actions, uploads: Sequence[Upload], market: tuple[str, str], *, complete: bool) -> Taken:
    """Bring the files into the store, each whole or not at all.

    Args:
        actions: does it.
        uploads: the files.
        market: venue and symbol as typed, both empty for files that name their markets.
        complete: whether absent minutes are quiet.
    """
    size = sum(upload.size for upload in uploads)
    if size > MOST_MB * 1_000_000:
        return Taken(failure=too_large([upload.name for upload in uploads], size))
    venue, symbol = (text.strip() for text in market)
    if bool(venue) is not bool(symbol):
        return Taken(failure="Nothing was taken: a file of one market needs both its exchange and its symbol.")
    refused: list[str] = []
    with TemporaryDirectory(prefix="plumbline-") as folder:
        paths = []
        for i, upload in enumerate(uploads):
            try:
                paths.append(_decoded(upload, Path(folder) / str(i)))
            except FileRefused as refusal:
                refused.append(str(refusal))
        try:
            stored, refusals = actions.import_files(paths, Market(venue, symbol) if venue else None, complete=complete)
        except PlumblineError as error:
            return Taken((), tuple(refused), f"Nothing more was taken: {error}.")
    return Taken(tuple(stored), (*refused, *map(str, refusals)))


def too_large(names: Sequence[str], size: int) -> str:
    """What is said of files that are too large for the page.

    >>> too_large(["a.csv"], 80_000_000)[:63]
    'Nothing was taken: a.csv has 80.0 MB, and the page takes up to '
    """
    return (
        f"Nothing was taken: {', '.join(names)} {'has' if len(names) == 1 else 'have'} {size / 1e6:,.1f} MB, and the "
        f"page takes up to {MOST_MB} MB at once. On the command line `plumbline import FILE...` takes any size."
    )


def taken_lines(result: Taken) -> list[Any]:
    """What became of the files, as markup."""
    parts: list[Any] = [_stored(file) for file in result.stored]
    parts += [
        html.Div(
            [html.P([html.Strong("Refused: "), text.split("\n")[0]]), *(html.P(line) for line in text.split("\n")[1:])],
            className="notice alert data-refusal",
        )
        for text in result.refused
    ]
    if result.failure:
        parts.append(html.P(result.failure, className="notice alert"))
    return parts


def _decoded(upload: Upload, folder: Path) -> Path:
    """The file under its own name in a folder of its own.

    Raises:
        FileRefused: It has no name, or is not what a browser sends.
    """
    # The last part of the name alone, as a path of either system: it must not lead out of the folder.
    name = PureWindowsPath(upload.name).name
    if name in {"", ".", ".."} or "\0" in name:
        message = f"{upload.name!r}: is no name of a file"
        raise FileRefused(message)
    try:
        content = base64.b64decode(upload.content.rpartition(",")[2], validate=True)
    except binascii.Error as error:
        message = f"{name}: did not arrive whole; drop it again"
        raise FileRefused(message) from error
    folder.mkdir()
    path = folder / name
    path.write_bytes(content)
    return path


def _stored(file: FileStored) -> html.Div:
    report, written = file.report, file.written
    new, revised = count(written.new, "candle"), f"{written.revised:,} with other values than before"
    kind = ", of the reconstruction, which is no evidence" if report.reconstruction else ""
    absent = "Minutes without a candle are quiet" if report.complete else "Minutes without a candle are missing"
    remarks = [f"{absent}{kind}."]
    if report.duplicates:
        remarks.append(f"{count(report.duplicates, 'exact duplicate')} dropped.")
    if report.unused:
        remarks.append(f"Columns not used: {', '.join(report.unused)}.")
    markets = [html.Li(market.line()) for market in report.markets]
    listed = html.Details([html.Summary(count(len(markets), "market")), html.Ul(markets)], open=len(markets) <= 3)  # noqa: PLR2004 - a few lines
    return html.Div(
        [
            html.P([html.Strong(report.file), f": {new} new, {written.same:,} already there, {revised}."]),
            html.P(" ".join(remarks), className="quiet"),
            listed,
        ],
        className="notice data-stored",
    )
