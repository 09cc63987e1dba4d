"""`chart`: the comparison picture of one asset, or a folder of pictures."""

from dataclasses import replace
from pathlib import Path

import click

from cli import clock
from cli.options import MeasureOptions, add_measure_options
from cli.orders.options import OrderOptions, add_order_options, read_optional_log
from cli.param_types import ALL_ASSETS, EnumChoice, Ticker, TickerList
from cli.picture_command import write_picture_command
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import Theme
from data.disk.explain import explain_output_error
from data.errors import NoUsableCandles, UsageError
from deviation.measurement import Measurement


@click.command(cls=SessionCommand)
@click.option("--asset", type=Ticker(), help="Ticker, such as ATOM: one picture.")
@click.option("--assets", type=TickerList(), default=(), help="Tickers, with commas, or all: a folder of pictures.")
@add_measure_options
@click.option(
    "--orders", "orders_file", type=click.Path(path_type=Path), help="A log of your own orders to draw below."
)
@add_order_options
@click.option("--size", type=EnumChoice(SheetSize), default=SheetSize.WIDE.value, show_default=True)
@click.option("--theme", type=EnumChoice(Theme), default=Theme.LIGHT.value, show_default=True)
@click.option("--format", "file_format", type=click.Choice(["png", "svg"]), help="By the file's ending if left out.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write, or a folder.")
@click.pass_obj
def chart(
    session: Session,
    asset: str | None,
    assets: tuple[str, ...],
    *,
    options: MeasureOptions,
    orders_file: Path | None,
    order_options: OrderOptions,
    size: SheetSize,
    theme: Theme,
    file_format: str | None,
    out: Path,
) -> None:
    """Draw the picture of one asset, or of many: wide (16:9), square, tall (4:5) or for print, as PNG or SVG.

    With --orders it shows what became of your orders, minute by minute, under the deviation of the exchange.
    """
    # plotly takes a moment to import, which the other commands do without.
    from cli.orders.overlay import build_overlay  # noqa: PLC0415
    from cli.picture_set import PictureStyle, choose_format, show_progress, write_picture, write_pictures  # noqa: PLC0415
    from dashboard.draw.text_metrics import escape_markup  # noqa: PLC0415
    from dashboard.sheet.imprint import Imprint  # noqa: PLC0415
    from dashboard.sheet.renderer import Renderer  # noqa: PLC0415

    if (asset is None) is not bool(assets):
        message = "say which: --asset for one picture, or --assets A,B or --assets all for a folder of them"
        raise UsageError(message)
    log = read_optional_log(order_options, orders_file, session.print_note)
    if log is not None and size is SheetSize.PRINT:
        message = "an order log is drawn wide, square or tall, not for print"
        raise UsageError(message)
    if assets:
        _make_folder(out)
    source = session.open_source(options)
    style = PictureStyle(size, theme, choose_format(out, file_format))
    today = clock.now().date()
    with Renderer() as renderer:

        def write(measurement: Measurement) -> Path:
            # A column of 85 mm has no room for a command.
            words = [] if log is None else ["--orders", log.name, *order_options.list_words()]
            asset_name = measurement.question.asset
            command = "" if size is SheetSize.PRINT else write_picture_command(options, asset_name, words)
            return write_picture(
                measurement,
                session.catalogue,
                renderer,
                replace(style, imprint=Imprint(escape_markup(command), today)),
                out,
                source,
                orders=None if log is None else build_overlay(log, measurement, session.catalogue),
                first_seen=options.first_seen,
            )

        if asset is not None:
            click.echo(write(session.measure_asset(options, asset, source)))
            return
        if assets == (ALL_ASSETS,):
            assets = options.list_assets(session.catalogue)
        with show_progress(build_console(), len(assets), click.echo) as show_line:
            missing = write_pictures(
                assets, lambda name: session.measure_asset(options, name, source), write, show_line
            )
    if len(missing) == len(assets):
        message = (
            f"no picture was drawn: there is no {options.origin} candle of any of {', '.join(assets)} in the window"
        )
        raise NoUsableCandles(message)
    if missing:
        raise click.exceptions.Exit(1)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"--out {path} cannot be a folder: {explain_output_error(error)}"
        raise UsageError(message) from error
