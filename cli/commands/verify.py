"""`verify`: whether the data still say what a file says."""

import json
from pathlib import Path

import click

from cli.options import new_venue_option
from cli.session import Session, SessionCommand
from cli.tables.proof import FileResult, build_proof_json, format_proof
from data.errors import ManifestDamaged, UsageError
from data.files.source import FileSource
from data.reader import CandleReader
from data.store import CandleStore
from evidence.proof.read_file import read_manifest
from evidence.proof.verify import Proof, verify_manifest


@click.command(cls=SessionCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--input",
    "inputs",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Compare with this file of candles instead of the store.",
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
    complete: bool,
    new_venues: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check a picture against the candles: the same rows, the same numbers?

    Exit code 0: consistent; 1: numbers differ, or the data changed since; 3: no manifest, or damaged.
    """
    source = FileSource(inputs, complete=complete, new_venues=new_venues) if inputs else None
    result = _verify_file(session, file, source)
    if as_json:
        click.echo(json.dumps(build_proof_json([result]), indent=2))
    else:
        click.echo("\n".join(format_proof(result)))
    if result.exit_code:
        raise click.exceptions.Exit(result.exit_code)


def _verify_file(session: Session, path: Path, source: CandleReader | None) -> FileResult:
    try:
        manifest = read_manifest(path)
        return FileResult(path.name, _verify_manifest(session, manifest, source))
    except ManifestDamaged as error:
        return FileResult(path.name, None, str(error))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise UsageError(message) from error


def _verify_manifest(session: Session, manifest: dict[str, object], source: CandleReader | None) -> Proof:
    if source is not None:
        return verify_manifest(manifest, source, session.catalogue)
    store = CandleStore(session.store.uri, first_seen=manifest.get("as_first_seen") is True)
    return verify_manifest(manifest, store, session.catalogue, store.candles.read_revisions)
