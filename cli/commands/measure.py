"""`measure`, `lows` and `export`: what candles say about an asset or about all of them."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from analysis.event import measure_event, measure_question_sensitivity
from cli.options import MeasureOptions, add_measure_options
from cli.param_types import ALL_ASSETS, NameList, Ticker
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.fairness import format_fairness
from cli.tables.lows import format_lows
from cli.tables.measurement import format_measurement
from cli.tables.sensitivity import format_sensitivity
from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.tabular import (
    add_choices,
    build_csv_metadata,
    build_rows_manifest,
    encode_metadata,
)
from data.errors import NoUsableCandles, UsageError
from data.files.export import EXPORT_FORMATS, write_rows
from data.reader import CandleReader
from deviation.report.fairness_json import build_fairness_json, build_sensitivity_json
from deviation.report.frame import build_deviation_frame
from deviation.report.json_output import build_measurement_json
from deviation.report.lows_json import build_event_lows_json, build_lows_json
from deviation.report.notes import describe_choices
from evidence.proof.inputs import describe_reads, list_reads

CASE_VIEW_NAMES = f"{ExportKind.COMPARISON},{ExportKind.THRESHOLDS},{ExportKind.BOUNDS}"
"""The views that a case file can hold, all of which it does by default."""


@click.command(cls=SessionCommand)
@click.option(
    "--asset",
    type=Ticker(),
    default=ALL_ASSETS,
    show_default=True,
    help="Ticker, such as ATOM; or all: every exchange on every asset.",
)
@add_measure_options
@click.option(
    "--sensitivity", "with_sensitivity", is_flag=True, help="How far the numbers depend on the choices behind them."
)
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
@click.pass_obj
def measure(session: Session, asset: str, *, options: MeasureOptions, with_sensitivity: bool, as_json: bool) -> None:
    """Measure how far each exchange's price was from the others': of one asset, or all of an event or the catalogue."""
    source = session.open_source(options)
    if asset == ALL_ASSETS:
        if with_sensitivity:
            message = "--sensitivity is of one asset: name it with --asset"
            raise UsageError(message)
        _measure_all(session, options, source, as_json=as_json)
        return
    measurement = session.measure_asset(options, asset, source)
    sensitivity = measure_question_sensitivity(source, measurement.question) if with_sensitivity else None
    if as_json:
        content = build_measurement_json(measurement) | (build_sensitivity_json(sensitivity) if sensitivity else {})
        click.echo(json.dumps(content, indent=2))
        return
    build_console().print(format_measurement(measurement))
    if sensitivity is not None:
        build_console().print(format_sensitivity(sensitivity, measurement.focus))


def _measure_all(session: Session, options: MeasureOptions, source: CandleReader, *, as_json: bool) -> None:
    """Print the matrix of exchanges and assets; exit code 1 where an asset of the event has no candle in the window."""
    questions = [options.build_question(session.catalogue, asset) for asset in options.list_assets(session.catalogue)]
    event = measure_event(source, questions)
    assets_without_candle = event.assets_without_candle if options.event else ()
    if as_json:
        click.echo(json.dumps(build_fairness_json(event.measurements, event.placebo, assets_without_candle), indent=2))
    else:
        build_console().print(format_fairness(event))
    for asset in assets_without_candle:
        session.print_note(f"no {options.origin} candle of {asset} in the window")
    if assets_without_candle:
        raise click.exceptions.Exit(1)


@click.command(cls=SessionCommand)
@click.option("--asset", "assets", type=Ticker(), multiple=True, help="Ticker; every asset of the event if left out.")
@add_measure_options
@click.option("--json", "as_json", is_flag=True, help="The table as JSON.")
@click.pass_obj
def lows(session: Session, assets: Sequence[str], *, options: MeasureOptions, as_json: bool) -> None:
    """Lowest and highest trades of each asset on each exchange, beside what the same minute says.

    The JSON of one asset is that of `deviation.report.lows_json`; of several, one of these per asset.
    """
    if not assets:
        if not options.event:
            message = "say which assets: --asset, or --event for all of an event"
            raise UsageError(message)
        assets = options.list_assets(session.catalogue)
    source = session.open_source(options)
    measurements, errors = [], []
    for asset in assets:
        try:
            measurements.append(session.measure_asset(options, asset, source))
        except NoUsableCandles as error:
            errors.append(str(error))
    if not measurements:
        raise NoUsableCandles(errors[0])
    question = measurements[0].question
    trades = source.read_low_trades(assets, question.start, question.end, timeframe=question.timeframe)
    if as_json:
        content = (
            build_lows_json(measurements[0], trades)
            if len(assets) == 1
            else build_event_lows_json(measurements, trades)
        )
        click.echo(json.dumps(content, indent=2))
    else:
        build_console().print(format_lows(measurements, trades))
    for message in errors:
        session.print_note(message.splitlines()[0])
    if errors:
        raise click.exceptions.Exit(1)


@click.command(cls=SessionCommand)
@click.option("--asset", type=Ticker(), required=True, help="Ticker, such as ATOM.")
@add_measure_options
@click.option(
    "--what",
    type=click.Choice([ExportKind.CANDLES.value, ExportKind.DEVIATION.value]),
    help="Rows to write.",
)
@click.option("--format", "file_format", type=click.Choice(EXPORT_FORMATS), help="By the file's ending if left out.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--case", type=click.Path(path_type=Path), help="The case file to write, a ZIP, in place of --what.")
@click.option("--views", type=NameList(), default=CASE_VIEW_NAMES, help="Views of the case file, with commas.")
@click.option(
    "--attach",
    "attachments",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A further file for the case file, such as the results of an order log.",
)
@click.pass_obj
def export(
    session: Session,
    asset: str,
    *,
    options: MeasureOptions,
    what: str | None,
    file_format: str | None,
    out: Path | None,
    case: Path | None,
    views: tuple[str, ...],
    attachments: tuple[Path, ...],
) -> None:
    """Write candles, or the deviation of every minute, as CSV or Parquet; or all behind a view as a case file."""
    source = session.open_source(options)
    if case is not None:
        # plotly takes a moment to import, which tables do without.
        from cli.proof.case import write_case  # noqa: PLC0415

        if what is not None or out is not None:
            message = "give --case, or --what and --out, not both"
            raise UsageError(message)
        write_case(session, options, asset, source, target=case, views=views, attachments=attachments)
        return
    if what is None or out is None:
        message = "say what to write and where: --what and --out, or --case FILE.zip"
        raise UsageError(message)
    measurement = session.measure_asset(options, asset, source)
    kind = ExportKind(what)
    if kind is ExportKind.DEVIATION:
        rows = add_choices(build_deviation_frame(measurement), measurement)
    else:
        span = measurement.question.start, measurement.question.end
        rows = source.read_candles([asset], *span, origin=options.origin, timeframe=options.timeframe)
    record = describe_reads(source, list_reads([measurement.question]))
    manifest = build_rows_manifest(kind, rows, [measurement], record, first_seen=options.first_seen)
    metadata = build_csv_metadata(kind, rows, out.name, measurements=[measurement], manifest=manifest)
    write_rows(rows, out, file_format, encode_metadata(metadata))
    click.echo(f"{out}: {rows.height:,} rows of {asset}, {options.origin}")
    choices = describe_choices(measurement.question)
    if choices and kind is ExportKind.DEVIATION:
        click.echo(f"{choices}.")
