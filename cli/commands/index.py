"""`index`: what an index would have printed under the rules on record."""

import json

import click

from cli.options import MeasureOptions, add_measure_options
from cli.param_types import Percent, Ticker
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.evidence.index_rules import format_index
from data.errors import UsageError
from evidence.index_rules.index_json import build_index_json
from evidence.index_rules.index_replay import IndexParameters, replay_rules
from evidence.index_rules.rules import Limits


@click.command(cls=SessionCommand)
@click.option("--asset", type=Ticker(), required=True, help="Ticker, such as WBETH.")
@add_measure_options
@click.option("--ratio", type=float, help="Staking rate; the market-implied ratio before the event if left out.")
@click.option(
    "--clamp", type=Percent(), help="For rules with such a limit: components within so many % of their median."
)
@click.option("--drop", type=Percent(), help="For rules with such a limit: components beyond so many % are left out.")
@click.option("--floor", type=float, help="For rules with such a limit: the least value of the index, in its quote.")
@click.option("--json", "as_json", is_flag=True, help="Every minute of every rule as JSON.")
@click.pass_obj
def index(
    session: Session,
    asset: str,
    *,
    options: MeasureOptions,
    ratio: float | None,
    clamp: float | None,
    drop: float | None,
    floor: float | None,
    as_json: bool,
) -> None:
    """What an index would have printed, by each rule on record, and how much of its fall was the exchange's own."""
    for name, value in (("--ratio", ratio), ("--clamp", clamp), ("--drop", drop), ("--floor", floor)):
        if value is not None and not 0 < value < float("inf"):
            message = f"{name} must be above 0, not {value:g}"
            raise UsageError(message)
    source = session.open_source(options)
    measurement = session.measure_asset(options, asset, source)
    replay = replay_rules(source, measurement, IndexParameters(ratio=ratio, limits=Limits(clamp, drop, floor)))
    if as_json:
        click.echo(json.dumps(build_index_json(replay), indent=2))
    else:
        build_console().print(format_index(replay))
