"""`collect`: candles from exchanges into the store, or a check of what is assumed about exchanges."""

from dataclasses import replace
from datetime import datetime

import click

from cli import clock
from cli.collect_display import select_display
from cli.collect_request import build_collect_request
from cli.options import AccessOptions, add_access_options, derivatives_option, from_option, to_option, venues_option
from cli.param_types import EnumChoice, TickerList
from cli.session import Session, SessionCommand
from cli.signals import interrupt_on_sigterm
from cli.tables.check import format_check_end, format_finding_json, format_finding_line
from cli.tables.console import build_console
from collectors.check.findings import FindingStatus
from collectors.collect import run_check, run_collection
from collectors.http.access import Access
from collectors.venues.table import select_venues
from dashboard.text.numbers import format_count
from data.errors import UsageError
from data.schema import Timeframe


@click.command(cls=SessionCommand)
@click.option("--event", help="Everything that the catalogue lists for an event.")
@click.option("--assets", type=TickerList(), default=(), help="Tickers, with commas.")
@from_option
@to_option
@venues_option
@click.option(
    "--timeframe",
    type=EnumChoice(Timeframe),
    default=Timeframe.M1.value,
    show_default=True,
    help="Candle length.",
)
@derivatives_option
@click.option("--placebo", is_flag=True, help="The same window of the 7 days before too.")
@click.option("--refetch", is_flag=True, help="Ask again for what is stored; other values are kept beside the first.")
@click.option("--all-routes", is_flag=True, help="Ask every route of a venue for every minute, to compare them.")
@click.option("--personal-archives", is_flag=True, help="Also read archives that are for personal use only.")
@click.option("--check", is_flag=True, help="Store nothing: ask each route for an old page, compare with the table.")
@add_access_options
@click.option("--json", "as_json", is_flag=True, help="Progress and result as JSON, a line each.")
@click.pass_obj
def collect(
    session: Session,
    event: str | None,
    assets: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    venues: tuple[str, ...],
    *,
    timeframe: Timeframe,
    derivatives: bool,
    placebo: bool,
    refetch: bool,
    all_routes: bool,
    personal_archives: bool,
    check: bool,
    access_options: AccessOptions,
    as_json: bool,
) -> None:
    """Collect candles from exchanges into the store; run again, it asks only for what is missing."""
    access = access_options.build_access(session.settings)
    if check:
        if event or assets or start or end or placebo or refetch:
            message = "--check asks every venue for pages of its own: leave out event, assets, window and what to store"
            raise UsageError(message)
        _check_venues(session, venues, access, derivatives=derivatives, as_json=as_json)
        return
    request = replace(
        build_collect_request(session.catalogue, event, assets, start, end, venues),
        derivatives=derivatives,
        placebo=placebo,
        refetch=refetch,
        timeframe=timeframe,
        personal_archives=personal_archives,
        all_routes=all_routes,
    )
    if not as_json:
        count = len({row.id for row in select_venues(request.venues, derivatives=derivatives)})
        session.print_note(f"Contacting {format_count(count, 'exchange')}...")
    display = select_display(build_console(), as_json=as_json, shows_all=session.verbosity > 0)
    try:
        with interrupt_on_sigterm(), display.run_live():
            summary = run_collection(
                session.store, request, access=access, now=clock.now, on_progress=display.show_progress
            )
    except KeyboardInterrupt:
        session.print_note("stopped: what has come is stored; run the same command again for the rest")
        raise click.exceptions.Exit(1) from None
    display.show_summary(summary)
    if summary.failed:
        raise click.exceptions.Exit(1)


def _check_venues(
    session: Session, venues: tuple[str, ...], access: Access, *, derivatives: bool, as_json: bool
) -> None:
    """Print each finding when it comes, then the totals; exit code 1 where a fact could not be checked."""
    format_finding = format_finding_json if as_json else format_finding_line
    findings = run_check(
        venues,
        lambda finding: click.echo(format_finding(finding)),
        derivatives=derivatives,
        access=access,
        now=clock.now,
    )
    session.print_note("\n".join(format_check_end(findings)))
    if any(finding.verdict is FindingStatus.UNDECIDED for finding in findings):
        raise click.exceptions.Exit(1)
