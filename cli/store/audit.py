"""`audit`: candles of one bar from two sources or two fetches, side by side."""

import json
from datetime import datetime

import click

from analysis.candle_audit import audit_candles
from cli.options import find_window, from_option, new_venue_option, to_option
from cli.param_types import ALL_ASSETS, EnumChoice, Ticker
from cli.session import Session, SessionCommand
from cli.tables.audit import build_audit_json, format_audit
from cli.tables.console import build_console
from cli.venue_types import VenueNames
from data.errors import NoUsableCandles
from data.schema import Timeframe


@click.command(cls=SessionCommand)
@click.option(
    "--asset",
    type=Ticker(),
    default=ALL_ASSETS,
    show_default=True,
    help="Ticker, such as ATOM; or all of the event or catalogue.",
)
@click.option("--event", help="An event of the catalogue, such as 2025-10-10.")
@click.option("--window", help="A named window of the event; its default one if left out.")
@from_option
@to_option
@click.option("--venues", type=VenueNames(), default=(), help="Only these exchanges, with commas: kraken,okx.")
@new_venue_option
@click.option(
    "--timeframe",
    type=EnumChoice(Timeframe),
    default=Timeframe.M1.value,
    show_default=True,
    help="Length of the bars.",
)
@click.option("--json", "as_json", is_flag=True, help="The whole result as JSON.")
@click.pass_obj
def audit(
    session: Session,
    asset: str,
    event: str | None,
    window: str | None,
    start: datetime | None,
    end: datetime | None,
    venues: tuple[str, ...],
    *,
    new_venues: tuple[str, ...],  # noqa: ARG001 - read by the type of --venues
    timeframe: Timeframe,
    as_json: bool,
) -> None:
    """Compare candles of the same bar: between sources, and with what the same source gave later.

    A difference between two sources is not a change. Only what one source gave twice, both times ten minutes after the
    bar or later, can be one. Candles that cannot be made of trades are listed too. --verbose lists every difference.
    """
    catalogue = session.catalogue
    start, end = find_window(catalogue, event, window, start, end)
    event_assets = catalogue.get_event(event).assets if event else tuple(catalogue.assets)
    assets = event_assets if asset == ALL_ASSETS else (asset,)
    result = audit_candles(session.store, assets, start, end, venues=venues or None, timeframe=timeframe)
    if not result.bars:
        message = f"the store holds no real candle of {', '.join(assets)} in the window: collect or import some first"
        raise NoUsableCandles(message)
    if as_json:
        click.echo(json.dumps(build_audit_json(result, assets, start, end, timeframe), indent=2))
        return
    build_console().print(format_audit(result, start, end, catalogue, shows_all=session.verbosity > 0))
