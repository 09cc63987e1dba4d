"""`sequence`: in which order exchanges and quote groups fell."""

import json

import click

from analysis.fine_times import read_fine_times
from analysis.order_json import build_order_json
from analysis.order_of_falls import PathMark, compare_with_mark, find_bottom_span, order_falls
from cli.options import MeasureOptions, add_measure_options
from cli.param_types import ALL_ASSETS, Ticker, TickerList
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.evidence.sequence import format_sequence
from data.errors import NoUsableCandles, UsageError


@click.command(cls=SessionCommand)
@click.option("--asset", type=Ticker(), help="Ticker, such as ATOM.")
@click.option("--assets", type=TickerList(), default=(), help="Tickers, with commas, or all: side by side.")
@click.option("--against", help="ASSET:MARK, such as BTC:bottom: which falls came before; onset, run_start or bottom.")
@add_measure_options
@click.option("--json", "as_json", is_flag=True, help="All times as JSON.")
@click.pass_obj
def sequence(
    session: Session,
    asset: str | None,
    assets: tuple[str, ...],
    *,
    against: str | None,
    options: MeasureOptions,
    as_json: bool,
) -> None:
    """When each exchange had fallen by 2, 5, 10, 20 and 50%, and which of them came first; ties are said."""
    if (asset is None) is not bool(assets):
        message = "say which: --asset for one, or --assets A,B or --assets all for several"
        raise UsageError(message)
    chosen = (asset,) if asset is not None else assets
    if chosen == (ALL_ASSETS,):
        chosen = options.list_assets(session.catalogue)
    mark_asset, mark = (None, None) if against is None else _parse_against(against)
    names = tuple(dict.fromkeys((*chosen, *(() if mark_asset is None else (mark_asset,)))))
    source = session.open_source(options)
    measurements, errors = [], []
    for name in names:
        try:
            measurements.append(session.measure_asset(options, name, source))
        except NoUsableCandles as error:
            errors.append(str(error))
    if not measurements:
        raise NoUsableCandles(errors[0])
    order = order_falls(
        measurements,
        bottom_span=find_bottom_span(session.catalogue, measurements[0].question),
        fine_times=read_fine_times(source, measurements),
    )
    comparisons = () if mark_asset is None or mark is None else compare_with_mark(order, mark_asset, mark)
    if as_json:
        click.echo(json.dumps(build_order_json(order, comparisons), indent=2))
    else:
        build_console().print(format_sequence(order, comparisons))
    for message in errors:
        session.print_note(message.splitlines()[0])
    if errors:
        raise click.exceptions.Exit(1)


def _parse_against(text: str) -> tuple[str, PathMark]:
    """The asset and the mark of a text such as ``BTC:bottom``.

    Raises:
        UsageError: It has no such form.
    """
    asset, _, mark = text.partition(":")
    if not asset or mark not in list(PathMark):
        message = f"--against {text}: write ASSET:MARK with one of the marks {', '.join(PathMark)}"
        raise UsageError(message)
    return asset.upper(), PathMark(mark)
