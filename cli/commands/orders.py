"""`orders`: what the log of a person's own orders says, in numbers."""

import json
from datetime import datetime
from pathlib import Path

import click
import polars as pl

from cli.options import from_option, to_option
from cli.orders.options import OrderOptions, add_order_options
from cli.param_types import Ticker
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.evidence.orders import format_order_log
from data.errors import NoUsableCandles
from data.files.export import write_rows
from evidence.orders.report import build_log_json, build_summary_json, summarize_events


@click.command(cls=SessionCommand)
@click.argument("file", type=click.Path(path_type=Path))
@add_order_options
@click.option("--asset", type=Ticker(), help="Only events of this asset.")
@from_option
@to_option
@click.option("--out", type=click.Path(path_type=Path), help="Write the classed events too, as CSV or Parquet.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
@click.pass_obj
def orders(
    session: Session,
    file: Path,
    *,
    order_options: OrderOptions,
    asset: str | None,
    start: datetime | None,
    end: datetime | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Count what became of the orders in a log: by class, code and minute, with refusal rates. Nothing is stored."""
    log = order_options.read_log(file)
    conditions = [
        *([] if asset is None else [pl.col("asset") == asset]),
        *([] if start is None else [pl.col("time") >= start]),
        *([] if end is None else [pl.col("time") < end]),
    ]
    events = log.events.filter(conditions) if conditions else log.events
    summary = summarize_events(events)
    if out is not None:
        texts = events.with_columns(pl.col("class", "outcome").cast(pl.String))
        metadata = {name: value for name, value in build_log_json(log).items() if name != "bad_lines"}
        write_rows(texts, out, metadata=json.dumps(metadata))
        session.print_note(f"{out}: {len(events):,} events")
    if as_json:
        click.echo(json.dumps(build_log_json(log) | build_summary_json(summary), indent=2))
    else:
        build_console().print(format_order_log(log, summary, session.catalogue, shows_all=session.verbosity > 0))
    if events.is_empty():
        message = f"{log.name} holds no event that can be read" + (" and is asked for" if conditions else "")
        raise NoUsableCandles(message)
    if len(log.bad_lines):
        raise click.exceptions.Exit(1)
