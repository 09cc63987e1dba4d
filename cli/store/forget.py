"""`forget`: imported files and the sample out of the store."""

from collections.abc import Sequence
from pathlib import Path

import click

from cli.session import Session, SessionCommand
from data.delta.upsert import CHECKSUM
from data.errors import NoUsableCandles, UsageError
from data.schema import Origin


@click.command(cls=SessionCommand)
@click.argument("files", nargs=-1)
@click.option("--sample", is_flag=True, help="Drop the reconstruction of the event.")
@click.pass_obj
def forget(session: Session, files: Sequence[str], *, sample: bool) -> None:
    """Undo the import of files, by name, or drop the sample."""
    if not files and not sample:
        message = "say what to forget: the names of imported files, or --sample"
        raise UsageError(message)
    stored_sources = session.store.candles.read_holdings()["source"].unique().sort().to_list() if files else []
    row_counts = {
        name: sum(
            session.store.forget(source=source, origin=Origin.IMPORTED)
            for source in _find_sources(Path(name).name, stored_sources)
        )
        for name in files
    }
    if sample:
        row_counts["the sample"] = session.store.forget(origin=Origin.RECONSTRUCTION)
    for name, count in row_counts.items():
        click.echo(f"{name}: {count:,} rows dropped" if count else f"{name}: not in the store")
    if not any(row_counts.values()):
        raise click.exceptions.Exit(NoUsableCandles.exit_code)


def _find_sources(name: str, stored_sources: Sequence[str]) -> list[str]:
    """The source of a file by its name, and those of case files of that name, which end with their hashes."""
    return [name, *(source for source in stored_sources if source.startswith(f"{name}{CHECKSUM}"))]
