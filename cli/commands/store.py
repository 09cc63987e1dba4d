"""`import`, `forget` and `status`: files into the store, out of it again, and what it contains."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from cli import clock
from cli.options import new_venue_option
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.status import build_status_json, format_rejected_pages, format_revisions, format_status
from data.errors import NoUsableCandles, UsageError
from data.files.import_many import import_files
from data.files.stamps import Stamps
from data.schema import Origin
from deviation.report.question_json import format_iso


@click.command("import", cls=SessionCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--venue", help="The venue of all rows, such as kraken, for a file without such a column.")
@click.option("--symbol", help="The symbol of all rows, such as ATOM/USDT, for a file without such a column.")
@new_venue_option
@click.option("--complete", is_flag=True, help="Absent minutes are quiet, from each market's first row to its last.")
@click.option("--replace", is_flag=True, help="Take a file that contradicts one imported earlier; its values count.")
@click.option("--stamps", type=click.Choice(list(Stamps)), help="Whether times are the starts or the ends of bars.")
@click.pass_obj
def import_(
    session: Session,
    files: Sequence[Path],
    *,
    venue: str | None,
    symbol: str | None,
    new_venues: tuple[str, ...],
    complete: bool,
    replace: bool,
    stamps: Stamps | None,
) -> None:
    """Bring candles from CSV or Parquet files into the store."""
    stored, refused = import_files(
        session.store,
        files,
        now=clock.now(),
        venue=venue,
        symbol=symbol,
        complete=complete,
        new_venues=new_venues,
        replace=replace,
        stamps=stamps,
    )
    for file in stored:
        click.echo("\n".join(file.format_lines()))
    for refusal in refused:
        click.echo(f"Error: {refusal}", err=True)
    if refused:
        raise click.exceptions.Exit(1 if stored else refused[0].exit_code)


@click.command(cls=SessionCommand)
@click.argument("files", nargs=-1)
@click.option("--sample", is_flag=True, help="Drop the reconstruction of the event.")
@click.pass_obj
def forget(session: Session, files: Sequence[str], *, sample: bool) -> None:
    """Undo the import of files, by name, or drop the sample."""
    if not files and not sample:
        message = "say what to forget: the names of imported files, or --sample"
        raise UsageError(message)
    row_counts = {name: session.store.forget(source=Path(name).name, origin=Origin.IMPORTED) for name in files}
    if sample:
        row_counts["the sample"] = session.store.forget(origin=Origin.RECONSTRUCTION)
    for name, count in row_counts.items():
        click.echo(f"{name}: {count:,} rows dropped" if count else f"{name}: not in the store")
    if not any(row_counts.values()):
        raise click.exceptions.Exit(NoUsableCandles.exit_code)


@click.command(cls=SessionCommand)
@click.option("--revisions", is_flag=True, help="Candles that a venue later reported with other values.")
@click.option("--set-aside", is_flag=True, help="Answers that no candle was taken from, as they came.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def status(session: Session, *, revisions: bool, set_aside: bool, as_json: bool) -> None:
    """What the store holds, what was asked for and not had, and what its follower did."""
    store = session.store
    if revisions and set_aside:
        message = "--revisions and --set-aside are two lists: ask for one at a time"
        raise UsageError(message)
    if revisions or set_aside:
        rows = store.candles.read_revisions() if revisions else store.rejected_pages.read_rows()
        content: object = rows.to_dicts()
        text = format_revisions(rows) if revisions else format_rejected_pages(rows)
    else:
        content = build_status_json(store) if as_json else None
        text = "" if as_json else format_status(store)
    if as_json:
        click.echo(json.dumps(content, indent=2, default=format_iso))
    else:
        build_console().print(text)
