"""Writes the case file of one asset."""

from collections.abc import Sequence
from pathlib import Path

import click

from cli import clock
from cli.options import MeasureOptions
from cli.picture_command import write_picture_command
from cli.session import Session
from dashboard.exports.case.files import CaseRequest, build_case
from dashboard.exports.case.views import CASE_VIEWS
from dashboard.exports.kinds import ExportKind
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.renderer import Renderer, write_atomically
from data.errors import UsageError
from data.reader import CandleReader
from data.store import CandleStore


def write_case(
    session: Session,
    options: MeasureOptions,
    asset: str,
    source: CandleReader,
    *,
    target: Path,
    views: Sequence[str],
    attachments: Sequence[Path],
) -> None:
    """Write the case file of an asset, and print its name.

    Raises:
        UsageError: ``source`` is no store, a view is unknown, two attachments have one name, or a file cannot be read
            or written.
        NoUsableCandles: no candle of the asset in the window.
        BrowserMissing, BrowserFailed: there is no browser, or it failed.
    """
    if not isinstance(source, CandleStore):
        message = "a case file is made from the store: import the file first"
        raise UsageError(message)
    if target.suffix.lower() != ".zip":
        message = f"{target.name}: a case file is a ZIP; name it {target.stem}.zip"
        raise UsageError(message)
    unknown = [view for view in views if view not in CASE_VIEWS]
    if unknown or not views:
        message = f"the views of a case file are {', '.join(CASE_VIEWS)}, not {', '.join(unknown) or 'none'}"
        raise UsageError(message)
    contents = _read_attachments(attachments)
    measurement = session.measure_asset(options, asset, source)
    with Renderer() as renderer:
        content = build_case(
            CaseRequest(
                measurement=measurement,
                store=source,
                catalogue=session.catalogue,
                renderer=renderer,
                views=[ExportKind(view) for view in dict.fromkeys(views)],
                imprint=Imprint(write_picture_command(options, asset), clock.now().date()),
                attachments=contents,
            )
        )
    write_atomically(target, content)
    click.echo(f"{target}: the case of {asset}, {options.origin}")


def _read_attachments(paths: Sequence[Path]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for path in paths:
        if path.name.casefold() in {name.casefold() for name in contents}:
            message = f"two attachments have the name {path.name}"
            raise UsageError(message)
        if not path.name.isprintable() or "\\" in path.name or ":" in path.name:
            message = f"an attachment has the name {path.name!r}: give it a plain one"
            raise UsageError(message)
        try:
            contents[path.name] = path.read_bytes()
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror or error}"
            raise UsageError(message) from error
    return contents
