"""`losses`: what positions would have fetched elsewhere, and what was lost before and after a minute."""

import json
from datetime import datetime
from pathlib import Path

import click

from cli import clock
from cli.options import MeasureOptions, new_venue_option
from cli.param_types import EnumChoice, Instant
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.evidence.losses import format_losses
from dashboard.exports.metadata.losses import build_loss_metadata
from dashboard.exports.metadata.tabular import encode_metadata
from data.errors import FileRefused, UsageError
from data.files.export import write_rows
from data.schema import Evidence, Timeframe
from deviation.question import Parameters, QuoteHandling, ReferenceKind
from evidence.losses.json_output import build_loss_json
from evidence.losses.read_executions import ExecutionFile, read_executions
from evidence.losses.report import LossReport, build_loss_report
from evidence.losses.rows import build_loss_rows
from evidence.orders.read_log import LogOptions, OrderLog, read_order_log


@click.command(cls=SessionCommand)
@click.option(
    "--fills",
    type=click.Path(path_type=Path),
    help="CSV, JSON or Parquet of fills, liquidations and forced deleveraging.",
)
@click.option("--orders", "orders", type=click.Path(path_type=Path), help="Log of orders, of which the refused count.")
@click.option("--orders-venue", help="The exchange of a log that names none.")
@click.option("--base", type=Instant(), help="Minute at which losses are split; the event's if left out.")
@click.option("--event", help="An event of the catalogue, such as 2025-10-10: its published rules, its base minute.")
@click.option("--times", help="Zone of times without one in these files: UTC, or Europe/Berlin.")
@click.option(
    "--reference",
    type=EnumChoice(ReferenceKind),
    default=ReferenceKind.MEDIAN.value,
    show_default=True,
    help="How the other exchanges' prices become one.",
)
@click.option(
    "--quote",
    type=EnumChoice(QuoteHandling),
    default=QuoteHandling.USD.value,
    show_default=True,
    help="Between groups: stablecoins at their price in dollars, or at exactly $1.",
)
@click.option(
    "--min-vote",
    type=float,
    default=100.0,
    show_default=True,
    help="Dollars that a minute must trade for its price to count.",
)
@click.option("--origin", type=EnumChoice(Evidence), default=Evidence.REAL.value, show_default=True)
@click.option(
    "--input", "files", type=click.Path(path_type=Path), multiple=True, help="Candles of this file, not of the store."
)
@click.option("--complete", is_flag=True, help="With --input: absent minutes are quiet, not missing.")
@click.option("--as-first-seen", "first_seen", is_flag=True, help="Candles as they first came.")
@new_venue_option
@click.option("--out", type=click.Path(path_type=Path), help="Write the lines, one per group, as CSV or Parquet.")
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
@click.pass_obj
def losses(
    session: Session,
    fills: Path | None,
    orders: Path | None,
    orders_venue: str | None,
    base: datetime | None,
    event: str | None,
    times: str | None,
    *,
    reference: ReferenceKind,
    quote: QuoteHandling,
    min_vote: float,
    origin: Evidence,
    files: tuple[Path, ...],
    complete: bool,
    first_seen: bool,
    new_venues: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Compare fills, liquidations and refused orders with other exchanges' prices in the same minute.

    A history of fills is also split into what was lost before and after a minute, beside published rules. Bad lines
    and lines without enough other exchanges are listed; exit code 1 says that there are some.
    """
    try:
        parameters = Parameters(reference=reference, quote=quote, min_vote=min_vote)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if fills is None and orders is None:
        message = "say what to compare: --fills FILE, --orders FILE, or both"
        raise UsageError(message)
    catalogue = session.catalogue
    file = None
    if fills is not None:
        file = read_executions(fills, zone=times, names=catalogue.venue_names.declare(new_venues), now=clock.now())
        if not file.executions:
            raise FileRefused(_describe_unusable(file))
    log = None if orders is None else _read_log(orders, LogOptions(times=times, venue=orders_venue, now=clock.now()))
    options = MeasureOptions(
        start=None,
        end=None,
        event=event,
        window=None,
        venues=(),
        excluded=(),
        focus=None,
        parameters=parameters,
        origin=origin,
        timeframe=Timeframe.M1,
        files=files,
        new_venues=new_venues,
        complete=complete,
        first_seen=first_seen,
    )
    report = build_loss_report(
        session.open_source(options),
        catalogue,
        file,
        log,
        base=base,
        event=event,
        origin=origin,
        parameters=parameters,
    )
    if as_json:
        click.echo(json.dumps(build_loss_json(report, catalogue), indent=2))
    else:
        build_console().print(format_losses(report, catalogue, shows_all=session.verbosity > 0))
    if out is not None:
        rows = build_loss_rows(report)
        write_rows(rows, out, metadata=encode_metadata(build_loss_metadata(report, rows, out.name, catalogue)))
        session.print_note(f"{out}: {len(report.rows):,} rows, {origin}")
    if _has_gaps(report):
        raise click.exceptions.Exit(1)


def _read_log(path: Path, options: LogOptions) -> OrderLog:
    """The log of a file. Raises FileRefused if something has to be known first, or no line of it can be read."""
    log = read_order_log(path, options)
    if log.needs:
        need = log.needs[0]
        flag = {"times": "--times", "venue": "--orders-venue"}.get(need.option)
        advice = "" if flag is None else f"; say it with {flag} {' or '.join(need.values or ('NAME',))}"
        message = f"{log.name}: {log.recognised}: {need.reason}{advice}"
        raise FileRefused(message)
    if log.events.is_empty():
        message = f"{log.name}: {log.recognised}: no line of it can be used"
        raise FileRefused(message)
    return log


def _describe_unusable(file: ExecutionFile) -> str:
    lines = [f"  {file.row_word} {bad.line}: {bad.reason}" for bad in file.bad_lines[:5]]
    return "\n".join([f"{file.name}: no {file.row_word} of it can be used", *lines])


def _has_gaps(report: LossReport) -> bool:
    """Whether something of the files could not be used or compared."""
    has_bad_lines = report.file is not None and bool(report.file.bad_lines)
    has_bad_log_lines = report.log is not None and len(report.log.bad_lines) > 0
    return has_bad_lines or has_bad_log_lines or bool(report.list_incomparable())
