"""`status`: what the store contains."""

import json

import click

from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.status import build_status_json, format_rejected_pages, format_revisions, format_status
from data.errors import UsageError
from deviation.report.question_json import format_iso


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
