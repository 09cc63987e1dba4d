"""`scan`: every coin of the focus exchange, collected and compared with the other exchanges."""

import json
import sys
from datetime import date, datetime

import click
import polars as pl

from analysis.engine.run import Engine, EngineKind
from analysis.scan.scan_json import build_scan_json
from cli import clock
from cli.collect_display import select_display
from cli.options import AccessOptions, add_access_options, find_window
from cli.param_types import EnumChoice, Instant
from cli.scan.history import DayRange, build_history_json, find_day_edges, format_history, measure_days
from cli.scan.measuring import ScannedAssets, measure_scan, read_stored_assets
from cli.scan.plan import ScanPlan, ScanWindow, find_focus, list_scan_quotes, plan_scan, select_scan_venues
from cli.scan.plan_text import build_estimate_table, build_plan_json, format_total, format_universe
from cli.session import Session, SessionCommand
from cli.signals import interrupt_on_sigterm
from cli.tables.console import build_console
from cli.tables.scan import format_left_out, format_scan
from cli.venue_types import VenueName, VenueNames
from collectors.collect import run_collection
from collectors.http.access import Access
from collectors.universe.plan import FINAL_OUTCOMES
from collectors.venues.table import VENUES
from dashboard.text.numbers import format_count
from data.errors import UsageError
from data.schema import SETTLED_OUTCOMES
from data.tables.scans import MarketScan, Universe


@click.command(cls=SessionCommand)
@click.option("--event", help="An event of the catalogue, such as 2025-10-10.")
@click.option("--window", "window_name", help="A named window of the event; its default one if left out.")
@click.option("--from", "--start", "start", type=Instant(), help="First minute, ISO 8601 with its zone.")
@click.option("--to", "--end", "end", type=Instant(), help="End of the window (not in it), ISO 8601 with its zone.")
@click.option("--days", type=DayRange(), help="Every UTC day from one to another, in place of a window.")
@click.option(
    "--focus",
    type=VenueName(),
    show_default="the event's, else binance",
    help="The exchange whose coins are compared.",
)
@click.option("--venues", type=VenueNames(), default=(), help="Only these exchanges, with commas.")
@click.option("--placebo", is_flag=True, help="Collect the same window of the 7 days before too.")
@click.option("--no-collect", is_flag=True, help="Ask no exchange: take what the store has.")
@click.option("--dry-run", is_flag=True, help="Only the estimate: collect nothing.")
@click.option("--yes", is_flag=True, help="Collect without a question.")
@click.option(
    "--engine",
    "engine_kind",
    type=EnumChoice(EngineKind),
    default=EngineKind.PROCESSES.value,
    show_default=True,
    help="Where coins are measured.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Threads or processes; one for each processor if left out.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="With --engine dask: a running scheduler, such as tcp://host:8786."
)
@add_access_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, an object each line.")
@click.pass_obj
def scan(
    session: Session,
    event: str | None,
    window_name: str | None,
    start: datetime | None,
    end: datetime | None,
    days: tuple[date, date] | None,
    focus: str | None,
    venues: tuple[str, ...],
    *,
    placebo: bool,
    no_collect: bool,
    dry_run: bool,
    yes: bool,
    engine_kind: EngineKind,
    workers: int | None,
    scheduler: str | None,
    access_options: AccessOptions,
    as_json: bool,
) -> None:
    """Compare every coin that an exchange and at least two others list, in one window.

    It asks the exchanges for their markets, estimates what is missing in the store, asks before it collects, and
    measures. Run again, it requests only what is missing.
    """
    if no_collect and dry_run:
        message = "--no-collect asks no exchange, so there is nothing for --dry-run to estimate: leave one out"
        raise UsageError(message)
    if days is not None and (event or window_name or start or end or placebo):
        message = "--days measures whole days by themselves: leave out event, window, times and --placebo"
        raise UsageError(message)
    catalogue = session.catalogue
    edges = find_window(catalogue, event, window_name, start, end) if days is None else find_day_edges(days)
    scan_window = ScanWindow(*edges, event, find_focus(catalogue, event, focus))
    engine = Engine(kind=engine_kind, workers=workers, address=scheduler)

    def measure(scanned: ScannedAssets, *, has_collected: bool) -> None:
        """Measure the window or the days, and print the result."""
        if days is None:
            _show_scan(session, measure_scan(session, scan_window, scanned, venues, engine), as_json=as_json)
            return
        focus_id = scan_window.focus
        rows = measure_days(session, days, focus_id, scanned, venues, engine, keeps_measured=not has_collected)
        _show_history(session, rows, focus_id, scanned.left_out, as_json=as_json)

    event_entry = None if event is None else catalogue.get_event(event)
    if no_collect:
        quotes = list_scan_quotes(event_entry)
        scanned = read_stored_assets(session.store, scan_window, venues, quotes, catalogue.map_families())
        measure(scanned, has_collected=False)
        return
    access = access_options.build_access(session.settings)
    event_venues = () if event_entry is None else event_entry.venues
    venue_rows = select_scan_venues(catalogue, scan_window.focus, venues or event_venues, VENUES)
    if not as_json:
        session.print_note(f"Asking {format_count(len(venue_rows), 'exchange')} for their markets...")
    plan = plan_scan(session, scan_window, venue_rows, access, placebo=placebo)
    _show_plan(session, plan, as_json=as_json)
    if dry_run:
        return
    is_complete = True
    if plan.estimate.requests:
        _confirm(plan, yes=yes)
        is_complete = _collect(session, plan, access, as_json=as_json)
    scanned = ScannedAssets(plan.universe.assets, plan.universe.left_out, Universe.LISTED)
    measure(scanned, has_collected=plan.estimate.requests > 0)
    if not is_complete:
        raise click.exceptions.Exit(1)


def has_terminal() -> bool:
    """Whether somebody can answer a question."""
    return sys.stdin.isatty()


def _show_plan(session: Session, plan: ScanPlan, *, as_json: bool) -> None:
    """Print what is scanned and what collecting it costs."""
    if as_json:
        click.echo(json.dumps(build_plan_json(plan)))
        return
    for line in (*format_universe(plan.universe, session.catalogue), *plan.notes):
        click.echo(line)
    if plan.estimate.requests:
        build_console().print(build_estimate_table(plan, session.catalogue))
    click.echo(format_total(plan))


def _show_scan(session: Session, scan: MarketScan, *, as_json: bool) -> None:
    """Print what was measured."""
    if as_json:
        click.echo(json.dumps({"event": "result", "scan": build_scan_json(scan, session.catalogue)}))
        return
    build_console().print(format_scan(scan, session.catalogue))


def _show_history(
    session: Session, rows: pl.DataFrame, focus: str, left_out: tuple[str, ...], *, as_json: bool
) -> None:
    """Print what was measured of each day, and which coins were not."""
    if as_json:
        result = {"event": "history", "focus": focus, "left_out": left_out, "rows": build_history_json(rows)}
        click.echo(json.dumps(result))
        return
    build_console().print(format_history(rows, focus, session.catalogue))
    for line in format_left_out(left_out):
        click.echo(line)


def _confirm(plan: ScanPlan, *, yes: bool) -> None:
    """Ask whether to collect.

    Raises:
        UsageError: nobody can be asked, as the input is no terminal.
    """
    if yes:
        return
    if not has_terminal():
        message = (
            f"nothing was collected: {format_count(plan.estimate.requests, 'request')} need a yes, and there is no "
            "terminal to ask on; add --yes to collect, --dry-run for the estimate alone, or --no-collect"
        )
        raise UsageError(message)
    click.confirm("Go on?", abort=True, err=True)


def _collect(session: Session, plan: ScanPlan, access: Access, *, as_json: bool) -> bool:
    """Collect what is missing; whether nothing is left that a later run may have."""
    display = select_display(build_console(), as_json=as_json, shows_all=session.verbosity > 0)
    try:
        with interrupt_on_sigterm(), display.run_live():
            summary = run_collection(
                session.store,
                plan.request,
                venues=plan.venue_rows,
                access=access,
                now=clock.now,
                on_progress=display.show_progress,
            )
    except KeyboardInterrupt:
        session.print_note("stopped: what has come is stored; run the same command again for the rest")
        raise click.exceptions.Exit(1) from None
    display.show_summary(summary)
    final_outcomes = SETTLED_OUTCOMES | set(FINAL_OUTCOMES)
    return all(gap.outcome in final_outcomes for result in summary.failed for gap in result.gaps)
