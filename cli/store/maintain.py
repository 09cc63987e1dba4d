"""`maintain`: bring tables of an earlier version to the present layout, compact the store, and free the disk."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli import clock
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from dashboard.text.numbers import format_count, format_megabytes
from data.delta.upkeep.maintenance import RETENTION
from data.delta.upkeep.migration import OnMonth
from data.errors import UsageError


@click.command(cls=SessionCommand)
@click.pass_obj
def maintain(session: Session) -> None:
    """Compact the store, and bring tables of an earlier version to the present layout.

    Others can read and write meanwhile, and an interrupted run is gone on with by the next one.
    """
    store = session.store
    refusal: UsageError | None = None
    for timeframe in store.candles.list_outdated():
        try:
            with _show_months(f"candles of {timeframe.length}") as on_month:
                row_count = store.migrate(timeframe, on_month)
        except UsageError as error:
            refusal = error
        else:
            click.echo(f"Candles of {timeframe.length}: {format_count(row_count, 'row')}, now by month.")
    done = store.maintain(clock.now())
    click.echo(
        f"{format_count(done.files_before, 'file')} of {format_megabytes(done.bytes_before)} became "
        f"{format_count(done.files_after, 'file')} of {format_megabytes(done.bytes_after)}. Files that were replaced "
        f"stay for {RETENTION.days} days, for readers of an earlier state."
    )
    if refusal is not None:
        click.echo(f"Error: {refusal}", err=True)
        raise click.exceptions.Exit(1)


@contextmanager
def _show_months(name: str) -> Iterator[OnMonth]:
    """A bar of the months of assets on a terminal; nothing elsewhere."""
    console = build_console(error=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(name, total=None)

        def show(number: int, count: int) -> None:
            bars.update(task, completed=number, total=count)

        yield show
