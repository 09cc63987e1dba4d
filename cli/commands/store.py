"""`import`, `forget` and `status`: files into the store, out of it again, and what it contains."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from cli import clock
from cli.options import FileOptions, add_file_options, new_venue_option
from cli.param_types import EnumChoice, TickerList
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.status import build_status_json, format_rejected_pages, format_revisions, format_status
from data.delta.upsert import CHECKSUM
from data.errors import FileRefused, ManifestDamaged, NoUsableCandles, UsageError
from data.files.import_many import import_files
from data.files.layouts.options import ReadOptions
from data.files.preview import preview_file
from data.files.stamps import Stamps
from data.schema import Origin, Timeframe
from deviation.report.question_json import format_iso
from evidence.case.bundle import is_case, read_case
from evidence.case.restore import import_case


@click.command("import", cls=SessionCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@add_file_options
@new_venue_option
@click.option("--assets", type=TickerList(), default=(), help="Assets to take from Kraken's zip of all its markets.")
@click.option("--complete", is_flag=True, help="Absent minutes are quiet, from each market's first row to its last.")
@click.option("--replace", is_flag=True, help="Take a file that contradicts one imported earlier; its values count.")
@click.option("--stamps", type=click.Choice(list(Stamps)), help="Whether times are the starts or the ends of bars.")
@click.option("--timeframe", type=EnumChoice(Timeframe), help="Length of the candles; a minute if left out.")
@click.option("--price", type=click.Choice(["index", "mark"]), help="The file is a series of index or mark prices.")
@click.option("--dry-run", is_flag=True, help="Say what is recognised, with the first rows, and store nothing.")
@click.pass_obj
def import_(
    session: Session,
    files: Sequence[Path],
    *,
    file_options: FileOptions,
    new_venues: tuple[str, ...],
    assets: tuple[str, ...],
    complete: bool,
    replace: bool,
    stamps: Stamps | None,
    timeframe: Timeframe | None,
    price: str | None,
    dry_run: bool,
) -> None:
    """Bring candles, or trades as candles, from files of any common kind into the store."""
    options = file_options.build_read_options(timeframe=timeframe, price=price)
    venue, symbol = file_options.venue, file_options.symbol
    if dry_run:
        _print_previews(session, files, venue, symbol, new_venues, options)
        return
    damaged = _import_cases(session, [file for file in files if is_case(file)], new_venues, replace=replace)
    candle_files = [file for file in files if not is_case(file)]
    stored, refused = import_files(
        session.store,
        candle_files,
        now=clock.now(),
        venue=venue,
        symbol=symbol,
        complete=complete,
        new_venues=new_venues,
        replace=replace,
        stamps=stamps,
        options=options,
        assets=assets,
    )
    for file in stored:
        click.echo("\n".join(file.format_lines()))
    for refusal in refused:
        click.echo(f"Error: {refusal}", err=True)
    if refused or damaged:
        is_partly_done = bool(stored) or damaged < len(files) - len(candle_files)
        raise click.exceptions.Exit(1 if is_partly_done else FileRefused.exit_code)


def _import_cases(session: Session, paths: Sequence[Path], new_venues: Sequence[str], *, replace: bool) -> int:
    """Import case files and print what was stored; returns how many were refused."""
    damaged = 0
    for path in paths:
        known = session.catalogue.venue_names.add_stored(session.store.candles.read_venues()).declare(new_venues)
        try:
            case = import_case(session.store, path, now=clock.now(), names=known, replace=replace)
        except (ManifestDamaged, FileRefused) as error:
            click.echo(f"Error: {path.name}: {error}", err=True)
            damaged += 1
        else:
            click.echo("\n".join(case.format_lines()))
    return damaged


def _print_previews(
    session: Session,
    files: Sequence[Path],
    venue: str | None,
    symbol: str | None,
    new_venues: Sequence[str],
    options: ReadOptions,
) -> None:
    """Print what each file is recognised as, with its first rows; exit with an error if one cannot be imported."""
    stored_venues = session.store.candles.read_venues()
    names = session.catalogue.venue_names.add_stored(stored_venues).declare(new_venues)
    is_importable = True
    for file in files:
        if is_case(file):
            read_case(file)
            click.echo(f"{file.name}: a case file, whole and unchanged")
            continue
        try:
            preview = preview_file(file, venue=venue, symbol=symbol, names=names, options=options)
        except FileRefused as refusal:
            is_importable = False
            click.echo(f"Error: {refusal}", err=True)
            continue
        is_importable = is_importable and not preview.needs
        click.echo("\n".join(preview.format_lines()))
    if not is_importable:
        raise click.exceptions.Exit(FileRefused.exit_code)


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


@click.command(cls=SessionCommand)
@click.option("--revisions", is_flag=True, help="Candles that an exchange later reported with other values.")
@click.option("--set-aside", is_flag=True, help="Answers without a usable candle, as they came.")
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
