"""`import`: files into the store."""

from collections.abc import Sequence
from pathlib import Path

import click

from cli import clock
from cli.options import FileOptions, add_file_options, new_venue_option
from cli.param_types import EnumChoice, TickerList
from cli.session import Session, SessionCommand
from data.errors import FileRefused, ManifestDamaged
from data.files.import_many import import_files
from data.files.layouts.options import ReadOptions
from data.files.preview import preview_file
from data.files.stamps import Stamps
from data.schema import Timeframe
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
