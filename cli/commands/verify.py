"""`verify`: whether the data still say what a file says."""

import json
from functools import partial
from pathlib import Path

import click

from cli import clock
from cli.options import new_venue_option
from cli.session import Session, SessionCommand
from cli.tables.evidence.proof import FileResult, build_proof_json, format_proof
from data.errors import ManifestDamaged, UsageError
from data.files.export import METADATA_SUFFIX
from data.files.layouts.options import ReadOptions
from data.files.source import FileSource
from data.reader import CandleReader
from data.store import CandleStore
from evidence.case.bundle import is_case, read_case
from evidence.proof.read_file import ProvenFile, read_proven_content, read_proven_file
from evidence.proof.rows import ROWS_HASH
from evidence.proof.verify import Proof, RowComparison, verify_manifest

PROVEN_FOLDERS = ("pictures/", "tables/")
"""The folders of a case file whose files have a manifest."""


@click.command(cls=SessionCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--input",
    "inputs",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Compare with this file of candles instead of the store.",
)
@click.option(
    "--redraw", type=click.Path(path_type=Path), help="Draw a picture again from the candles of now, as PNG or SVG."
)
@click.option("--complete", is_flag=True, help="With --input: absent minutes are quiet, not missing.")
@new_venue_option
@click.option("--json", "as_json", is_flag=True, help="The whole result as JSON.")
@click.pass_obj
def verify(
    session: Session,
    file: Path,
    *,
    inputs: tuple[Path, ...],
    redraw: Path | None,
    complete: bool,
    new_venues: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check a picture or a table against the candles: the same rows, the same numbers?

    Exit code 0: consistent; 1: numbers differ, or the data changed since; 3: no manifest, or damaged.
    """
    options = ReadOptions(now=clock.now())
    source = FileSource(inputs, complete=complete, new_venues=new_venues, options=options) if inputs else None
    try:
        results, proven = _verify_path(session, file, source)
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror or error}"
        raise UsageError(message) from error
    if as_json:
        click.echo(json.dumps(build_proof_json(results), indent=2))
    else:
        for result in results:
            click.echo("\n".join(format_proof(result)))
    if redraw is not None and proven is not None:
        _write_again(session, proven, source, redraw)
    exit_code = max(result.exit_code for result in results)
    if exit_code:
        raise click.exceptions.Exit(exit_code)


def _verify_path(
    session: Session, path: Path, source: CandleReader | None
) -> tuple[list[FileResult], ProvenFile | None]:
    """The result of a file, or of each in a case file; and what was read, None of a case file or a damaged file."""
    try:
        if is_case(path):
            return _verify_case(session, path, source), None
        proven = read_proven_file(path)
        return [FileResult(path.name, _verify_proven(session, proven, source))], proven
    except ManifestDamaged as error:
        return [FileResult(path.name, None, str(error))], None


def _verify_case(session: Session, path: Path, source: CandleReader | None) -> list[FileResult]:
    """The result of each picture and table of a case file."""
    _, contents = read_case(path)
    results = []
    for name, content in sorted(contents.items()):
        if name.startswith(PROVEN_FOLDERS) and not name.endswith(METADATA_SUFFIX):
            try:
                proven = read_proven_content(name, content, contents.get(f"{name}{METADATA_SUFFIX}"))
                results.append(FileResult(name, _verify_proven(session, proven, source)))
            except ManifestDamaged as error:
                results.append(FileResult(name, None, str(error)))
    if not results:
        message = "the case file has neither pictures nor tables"
        raise ManifestDamaged(message)
    return results


def _verify_proven(session: Session, proven: ProvenFile, source: CandleReader | None) -> Proof:
    manifest, store = proven.manifest, _open_store(session, proven)
    comparison = None
    # A picture of measurements is compared by its numbers, one of a scan by the hash of its rows.
    old_rows = manifest.get(ROWS_HASH) if proven.rows is None and "measured" not in manifest else proven.rows
    if old_rows is not None:
        # plotly takes a moment to import, which pictures do without.
        from cli.proof.made_again import rebuild_rows  # noqa: PLC0415

        comparison = RowComparison(old_rows, partial(rebuild_rows, manifest, source or store, session.catalogue))
    if source is not None:
        return verify_manifest(manifest, source, session.catalogue, rows=comparison)
    return verify_manifest(manifest, store, session.catalogue, store.candles.read_revisions, comparison)


def _open_store(session: Session, proven: ProvenFile) -> CandleStore:
    """The store, with candles as they first came if the file shows those."""
    return CandleStore(session.store.uri, first_seen=proven.manifest.get("as_first_seen") is True)


def _write_again(session: Session, proven: ProvenFile, source: CandleReader | None, target: Path) -> None:
    """Draw the picture of a manifest to a file."""
    from cli.picture_set import choose_format  # noqa: PLC0415 - as above
    from cli.proof.made_again import redraw_picture  # noqa: PLC0415 - as above
    from dashboard.sheet.renderer import write_atomically  # noqa: PLC0415 - as above

    if proven.rows is not None:
        message = "--redraw is for pictures"
        raise UsageError(message)
    reader = source or _open_store(session, proven)
    file_format, today = choose_format(target, None), clock.now().date()
    write_atomically(target, redraw_picture(proven.manifest, reader, session.catalogue, file_format, today))
