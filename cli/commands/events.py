"""`events`: the events of the library, and what the store holds of each."""

import json

import click

from analysis.event_holdings import read_event_holdings
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.events import build_event_json, format_events
from deviation.report.question_json import format_iso


@click.command(cls=SessionCommand)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def events(session: Session, *, as_json: bool) -> None:
    """The events that can be collected and measured, and what the store holds of each."""
    catalogue = session.catalogue
    holdings = [read_event_holdings(session.store, catalogue, event) for event in catalogue.events.values()]
    if as_json:
        click.echo(json.dumps([build_event_json(held) for held in holdings], indent=2, default=format_iso))
        return
    build_console().print(format_events(holdings, catalogue))
