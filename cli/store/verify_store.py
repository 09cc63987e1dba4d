"""`verify-store`: compare all files of the store with what was written."""

import click

from cli.session import Session, SessionCommand
from dashboard.text.numbers import format_count
from data.delta.upkeep.verification import TableCheck
from data.errors import StoreUnusable
from data.store import CandleStore
from data.tables.set_aside import LostSpan


@click.command("verify-store", cls=SessionCommand)
@click.option("--set-aside", is_flag=True, help="Take damaged files out, and name the minutes to get again.")
@click.pass_obj
def verify_store(session: Session, *, set_aside: bool) -> None:
    """Compare every file of the store with its digest, recorded when it was written."""
    checks = list(session.store.verify())
    if not checks:
        click.echo(f"{session.store.uri}: no table in a folder of this machine; object storage keeps its own checksums")
        return
    for name, check in checks:
        click.echo(f"{name}: {_describe_check(check)}")
        for damage in check.damages:
            click.echo(f"  {name}/{damage.path} {damage.reason}")
    if not any(check.damages for _, check in checks):
        return
    if set_aside:
        _set_aside(session.store)
    else:
        click.echo("`verify-store --set-aside` takes damaged files out, and names the minutes to get again.")
    raise click.exceptions.Exit(StoreUnusable.exit_code)


def _set_aside(store: CandleStore) -> None:
    """Take damaged files out of the store, and say what is lost and what gets it again."""
    for span in store.set_aside_candles():
        click.echo(_describe_lost_span(span))
    for name, count in store.set_aside_notes().items():
        click.echo(f"Set aside: {format_count(count, 'file')} of {name}. What it noted is unknown now: collect again.")


def _describe_check(check: TableCheck) -> str:
    """What was found in a table, in a line."""
    if check.file_count is None:
        return "its log is damaged; put the folder back from a copy"
    parts = [f"{format_count(check.file_count, 'file')}, {len(check.damages) or 'none'} damaged"]
    if check.unrecorded_count:
        parts.append(f"{check.unrecorded_count} without a digest, of an earlier version: `maintain` adds them")
    if check.unnamed_count:
        parts.append(f"{format_count(check.unnamed_count, 'file')} besides that no commit names, and nothing reads")
    return "; ".join(parts)


def _describe_lost_span(span: LostSpan) -> str:
    """What is lost, and the command that gets it again."""
    start, end = f"{span.start:%Y-%m-%dT%H:%MZ}", f"{span.end:%Y-%m-%dT%H:%MZ}"
    length = "" if span.timeframe == "1m" else f" --timeframe {span.timeframe}"
    return (
        f"Set aside: candles of {span.asset} between {start} and {end}. To get them again: "
        f"collect --assets {span.asset} --from {start} --to {end}{length}, or import their files again."
    )
