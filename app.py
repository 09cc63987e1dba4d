"""Plumbline's command line, and where its rooms are wired together: a table of contents of the program.

``python app.py COMMAND`` or, installed, ``plumbline COMMAND``. Exit 0: done. 1: done, but something could not be had.
2: bad usage. 3: nothing usable.
"""

import asyncio
import atexit
import gc
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.event import measure_event, measure_question_sensitivity
from analysis.questions import CandleSource, find_stand_in, measure_question
from cli.collect_display import format_finding_json, format_finding_line, select_display
from cli.options import (
    AccessOptions,
    Instant,
    MeasureOptions,
    NameList,
    add_access_options,
    add_measure_options,
    build_choice,
    build_global_options,
    get_global_option,
)
from cli.signals import interrupt_on_sigterm
from cli.tables.fairness import format_fairness, format_sensitivity
from cli.tables.measurement import build_console, format_lows, format_measurement
from cli.tables.status import build_status_json, format_rejected_pages, format_revisions, format_status
from collectors.check.findings import FindingStatus, format_totals
from collectors.collect import run_check, run_collection
from collectors.follower import Follower, FollowTarget
from collectors.http.access import Access
from collectors.request import CollectRequest
from collectors.venues.table import VENUES, MarketType, select_venues
from dashboard.jobs.actions import CollectionOrder
from dashboard.sheet.sizes import SheetSize
from data.catalogue import Catalogue, load_catalogue
from data.errors import NoUsableCandles, PlumblineError, UsageError
from data.files.export import EXPORT_FORMATS, write_rows
from data.files.import_many import import_files
from data.files.source import FileSource
from data.lock import FollowerLock
from data.reconstruction.sample import ensure_sample
from data.schema import Evidence, Origin, RunOutcome, Timeframe
from data.settings import Settings, load_settings
from data.store import CandleStore, FirstSeenReader
from data.version import VERSION
from deviation.report.fairness_json import build_fairness_json, build_sensitivity_json
from deviation.report.json_output import build_deviation_frame, build_lows_json, build_measurement_json, format_iso
from deviation.result import Measurement

if TYPE_CHECKING:
    from dash import Dash
    from flask import Flask

ALL_ASSETS = "all"
"""Stands for every asset."""


def now() -> datetime:
    """The present, in UTC: the only clock of the command line."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Session:
    """One call of the program: its settings, its catalogue, its store, and how much it says on the error stream."""

    settings: Settings
    catalogue: Catalogue
    store: CandleStore
    verbosity: int

    def print_note(self, message: str, *, level: int = 0) -> None:
        """A remark beside the result: level 0 unless ``--quiet``, level 1 only with ``--verbose``."""
        if self.verbosity >= level:
            click.echo(message, err=True)

    def open_source(self, options: MeasureOptions) -> CandleSource:
        """The files that were named, else the store, with the sample in it where that is asked for."""
        if options.files and options.first_seen:
            message = "--as-first-seen is for the store: a file holds each candle once"
            raise UsageError(message)
        if options.files:
            return FileSource(options.files, complete=options.complete)
        if options.origin is Evidence.RECONSTRUCTION and ensure_sample(self.store, now()):
            self.print_note("put the reconstruction of 2025-10-10 into the store; `forget --sample` drops it")
        return FirstSeenReader(self.store) if options.first_seen else self.store

    def list_assets(self, options: MeasureOptions) -> tuple[str, ...]:
        """What "all" means: the assets of the event, else of the catalogue."""
        return self.catalogue.get_event(options.event).assets if options.event else tuple(self.catalogue.assets)

    def build_access(self, access_options: AccessOptions) -> Access:
        """How the exchanges are reached: by the flags, else by the settings.

        Raises:
            UsageError: a mirror or proxy is no address, or a host is named for a venue that is not in the table.
        """
        store, hosts = self.settings.store, dict(access_options.hosts) or None
        settings = load_settings(store=store, mirror=access_options.mirror, proxy=access_options.proxy, hosts=hosts)
        select_venues(settings.hosts, derivatives=True)
        return Access(settings.mirror, settings.proxy, settings.hosts)

    def build_follower(
        self,
        assets: Sequence[str],
        venues: tuple[str, ...],
        access_options: AccessOptions,
        holder: str,
        *,
        derivatives: bool = False,
    ) -> Follower:
        """What follows the assets, or the whole catalogue, into the store; ``holder`` is who does it."""
        all_assets, ratio_markets = add_underlying(self.catalogue, assets or tuple(self.catalogue.assets))
        followed = FollowTarget(all_assets, ratio_markets, venues, derivatives)
        return Follower(
            self.store,
            followed,
            holder=holder,
            access=self.build_access(access_options),
            now=now,
            report=self.print_note,
        )

    @contextmanager
    def run_follower(self) -> Iterator[None]:
        """The follower of the whole catalogue, in a thread beside."""
        from collectors.follow_schedule import follow_in_thread  # noqa: PLC0415 - the scheduler costs a moment

        with ExitStack() as stack:
            holder = stack.enter_context(FollowerLock(self.store.uri).hold(now()))
            stack.enter_context(
                follow_in_thread(self.build_follower((), (), AccessOptions(), str(holder)), report=self.print_note)
            )
            yield

    def measure_asset(self, options: MeasureOptions, asset: str, source: CandleSource) -> Measurement:
        """The answer for one asset, with a hint what to do where there is no candle.

        Raises:
            NothingUsable: No candle of the asset in the window.
        """
        start_s = time.perf_counter()
        question = options.build_question(self.catalogue, asset)
        try:
            measurement = measure_question(source, question)
            if (focus := find_stand_in(measurement, self.catalogue)) is not None:
                self.print_note(f"no candle of {asset} on {question.focus} here: the headline speaks of {focus}")
                measurement = measure_question(source, replace(question, focus=focus))
        except NoUsableCandles as error:
            message = f"{error}\n{self._write_hint(options, asset)}"
            raise NoUsableCandles(message) from error
        self.print_note(f"{asset}: measured in {1000 * (time.perf_counter() - start_s):.0f} ms", level=1)
        return measurement

    def _write_hint(self, options: MeasureOptions, asset: str) -> str:
        if options.files:
            return "check asset, window and --origin against what the file holds"
        start, end = (format_iso(edge) for edge in options.find_window(self.catalogue))
        timeframe_option = "" if options.timeframe is Timeframe.M1 else f" --timeframe {options.timeframe}"
        return (
            f"collect them with `collect --assets {asset} --from {start} --to {end}{timeframe_option}`, import a file with "
            "`import FILE`, or look at the sample with `--origin reconstruction`"
        )


def open_session(context: click.Context) -> Session:
    """The session by the global options, wherever they stand, and the settings.

    Raises:
        UsageError: a setting is unknown or malformed.
    """
    settings = load_settings(store=get_global_option(context, "store"))
    loudness: int = get_global_option(context, "loudness", 0)
    logging.basicConfig(level=logging.INFO if loudness > 0 else logging.ERROR, format="%(name)s: %(message)s")
    return Session(settings, load_catalogue(), CandleStore(settings.store), loudness)


class Command(click.Command):
    """A command that takes the global options too and runs in a session."""

    def __init__(self, *words: Any, **given: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*words, **given)
        self.params += build_global_options()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Open the session, once all options are read, and run the command."""
        ctx.obj = open_session(ctx)
        return super().invoke(ctx)


class CommandGroup(click.Group):
    """The group of commands; an error meant for the user ends it with its message and exit code, not a trace."""

    command_class = Command

    def __init__(self, *words: Any, **given: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*words, **given)
        self.params += build_global_options()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PlumblineError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=CommandGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="plumbline")
@click.pass_context
def main(ctx: click.Context) -> None:
    """How far one exchange's price strayed from everyone else's, how deep and for how long.

    --store, --verbose and --quiet may also stand after the command; the later one counts.
    """
    if ctx.invoked_subcommand is None:
        ctx.obj = open_session(ctx)
        ctx.invoke(serve)


@main.command()
@click.option("--host", help="Address to listen on [default: 127.0.0.1].")
@click.option("--port", type=int, help="Port to listen on; if taken, the next free one [default: 8050].")
@click.option("--follow", "with_follower", is_flag=True, help="Collect the newest minutes beside, as `follow` does.")
@click.pass_obj
def serve(session: Session, host: str | None = None, port: int | None = None, *, with_follower: bool = False) -> None:
    """Open the dashboard in the browser (the default command)."""
    # Imported here because dash and plotly cost over a second, which the other commands need not pay.
    from cli.serve import bind_socket, serve_app  # noqa: PLC0415

    settings = load_settings(store=session.settings.store, host=host, port=port, mirror=session.settings.mirror)
    with session.run_follower() if with_follower else nullcontext():
        app = build_app(settings, session.catalogue, session.store, session.print_note)
        serve_app(app, bind_socket(settings.host, settings.port), click.echo)


def server() -> "Flask":
    """The page for other servers than the program's own: ``gunicorn --workers 1 --threads 8 "app:server()"``.

    Everything is taken from the settings. One process is meant: measurements that are kept, the browser that draws
    pictures and a running collection are each process's own.

    Raises:
        UsageError: A setting is unknown or malformed.
        StoreUnusable: The store cannot be read or written.
    """
    settings = load_settings()
    flask_app: Flask = build_app(settings, load_catalogue(), CandleStore(settings.store), click.echo).server
    return flask_app


def build_app(
    settings: Settings, catalogue: Catalogue, store: CandleStore, print_line: Callable[[str], None]
) -> "Dash":
    """The page over a store, with the sample in it where there are no real candles."""
    from dashboard.jobs.store_actions import StoreActions  # noqa: PLC0415 - as in `serve`
    from dashboard.web.app import create_app  # noqa: PLC0415 - as in `serve`

    if not store.has_candles(Evidence.REAL) and ensure_sample(store, now()):
        print_line("no real candles yet: showing the reconstruction of 2025-10-10, which is no evidence")
    command = [sys.executable, str(Path(__file__).resolve()), "--store", settings.store, "--quiet", "collect", "--json"]
    if settings.mirror is not None:
        command += ["--mirror", settings.mirror]
    actions = StoreActions(
        store,
        lambda order: [*command, *build_collect_options(order)],
        venues=[row.id for row in VENUES if row.kind is MarketType.SPOT],
        now=now,
    )
    atexit.register(actions.cancel_collection)  # a collection is its page's: what has come is stored, and it ends
    app = create_app(store, catalogue, actions)
    # All modules and tables so far stay: looking through them for garbage made every tenth answer half as slow again.
    gc.collect()
    gc.freeze()
    return app


def build_collect_options(order: CollectionOrder) -> list[str]:
    """What the page wants collected, as options of `collect`."""
    values = {
        "--event": order.event,
        "--assets": ",".join(order.assets),
        "--from": None if order.start is None else format_iso(order.start),
        "--to": None if order.end is None else format_iso(order.end),
        "--venues": ",".join(order.venues),
    }
    parts = [part for option, value in values.items() if value for part in (option, value)]
    return [*parts, "--timeframe", order.timeframe.value]


@main.command()
@click.option("--event", help="Everything that the catalogue lists for an event.")
@click.option("--assets", type=NameList(), default=(), help="Tickers, with commas.")
@click.option("--from", "start", type=Instant(), help="First minute, ISO 8601 with its zone.")
@click.option("--to", "end", type=Instant(), help="End of the window (not in it), ISO 8601 with its zone.")
@click.option("--venues", type=NameList(), default=(), help="Only these venues, with commas.")
@click.option(
    "--timeframe",
    type=build_choice(Timeframe),
    default="1m",
    show_default=True,
    help="Candle length.",
)
@click.option("--derivatives", is_flag=True, help="Perpetual futures too, with their mark and index prices.")
@click.option("--placebo", is_flag=True, help="The same window of the 7 days before too.")
@click.option("--refetch", is_flag=True, help="Ask again for what is stored; other values are kept beside the first.")
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
    timeframe: str,
    derivatives: bool,
    placebo: bool,
    refetch: bool,
    check: bool,
    access_options: AccessOptions,
    as_json: bool,
) -> None:
    """Collect candles from exchanges into the store; run again, it asks only for what is missing."""
    access = session.build_access(access_options)
    if check:
        if event or assets or start or end or placebo or refetch:
            message = "--check asks every venue for pages of its own: leave out event, assets, window and what to store"
            raise UsageError(message)
        format_finding = format_finding_json if as_json else format_finding_line
        findings = run_check(
            venues, lambda finding: click.echo(format_finding(finding)), derivatives=derivatives, access=access, now=now
        )
        session.print_note(format_totals(findings))
        raise click.exceptions.Exit(
            0 if all(finding.verdict is not FindingStatus.UNDECIDED for finding in findings) else 1
        )
    request = replace(
        build_collect_request(session.catalogue, event, assets, start, end, venues),
        derivatives=derivatives,
        placebo=placebo,
        refetch=refetch,
        timeframe=Timeframe(timeframe),
    )
    display = select_display(build_console(), as_json=as_json)
    try:
        with interrupt_on_sigterm(), display.run_live():
            summary = run_collection(session.store, request, access=access, now=now, on_progress=display.show_progress)
    except KeyboardInterrupt:
        session.print_note("stopped: what has come is stored; run the same command again for the rest")
        raise click.exceptions.Exit(1) from None
    display.show_summary(summary)
    if summary.failed:
        raise click.exceptions.Exit(1)


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--venue", help="Of a file of one market: its ccxt venue id.")
@click.option("--symbol", help="Of a file of one market: its ccxt symbol, such as ATOM/USDT.")
@click.option("--complete", is_flag=True, help="Absent minutes are quiet, from each market's first row to its last.")
@click.pass_obj
def import_(session: Session, files: Sequence[Path], *, venue: str | None, symbol: str | None, complete: bool) -> None:
    """Bring candles from CSV or Parquet files into the store."""
    stored, refused = import_files(session.store, files, now=now(), venue=venue, symbol=symbol, complete=complete)
    for file in stored:
        click.echo("\n".join(file.format_lines()))
    for refusal in refused:
        click.echo(f"Error: {refusal}", err=True)
    if refused:
        raise click.exceptions.Exit(1 if stored else refused[0].exit_code)


@main.command()
@click.argument("files", nargs=-1)
@click.option("--sample", is_flag=True, help="Drop the reconstruction of the event.")
@click.pass_obj
def forget(session: Session, files: Sequence[str], *, sample: bool) -> None:
    """Undo the import of files, by name, or drop the sample."""
    if not files and not sample:
        message = "say what to forget: the names of imported files, or --sample"
        raise UsageError(message)
    dropped = {name: session.store.forget(source=Path(name).name, origin=Origin.IMPORTED) for name in files}
    if sample:
        dropped["the sample"] = session.store.forget(origin=Origin.RECONSTRUCTION)
    for name, rows in dropped.items():
        click.echo(f"{name}: {rows:,} rows dropped" if rows else f"{name}: not in the store")
    if not any(dropped.values()):
        raise click.exceptions.Exit(NoUsableCandles.exit_code)


@main.command()
@click.option(
    "--asset", default=ALL_ASSETS, show_default=True, help="Ticker, such as ATOM; or all: every venue on every asset."
)
@add_measure_options
@click.option(
    "--sensitivity", "with_sensitivity", is_flag=True, help="How far the numbers depend on the choices behind them."
)
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
@click.pass_obj
def measure(session: Session, asset: str, *, options: MeasureOptions, with_sensitivity: bool, as_json: bool) -> None:
    """Measure how far each venue strayed from the others: on one asset, or on all of an event or the catalogue."""
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
        click.echo(
            json.dumps(
                build_measurement_json(measurement) | (build_sensitivity_json(sensitivity) if sensitivity else {}),
                indent=2,
            )
        )
        return
    build_console().print(format_measurement(measurement))
    if sensitivity is not None:
        build_console().print(format_sensitivity(sensitivity))


def _measure_all(session: Session, options: MeasureOptions, source: CandleSource, *, as_json: bool) -> None:
    """The fairness matrix of the event's assets, else of the catalogue's that have a candle in the window."""
    event = measure_event(
        source, [options.build_question(session.catalogue, asset) for asset in session.list_assets(options)]
    )
    assets_without_candle = event.assets_without_candle if options.event else ()
    if as_json:
        click.echo(json.dumps(build_fairness_json(event.measurements, event.placebo, assets_without_candle), indent=2))
    else:
        build_console().print(format_fairness(event))
    for asset in assets_without_candle:
        session.print_note(f"no {options.origin} candle of {asset} in the window")
    if assets_without_candle:
        raise click.exceptions.Exit(1)


@main.command()
@click.option("--asset", "assets", multiple=True, help="Ticker; every asset of the event if left out.")
@add_measure_options
@click.option("--json", "as_json", is_flag=True, help="The table as JSON.")
@click.pass_obj
def lows(session: Session, assets: Sequence[str], *, options: MeasureOptions, as_json: bool) -> None:
    """Lowest trades per asset and venue, beside the aligned numbers."""
    requested_assets = assets or (session.catalogue.get_event(options.event).assets if options.event else ())
    if not requested_assets:
        message = "say which assets: --asset, or --event for all of an event"
        raise UsageError(message)
    source = session.open_source(options)
    measurements, errors = [], []
    for asset in requested_assets:
        try:
            measurements.append(session.measure_asset(options, asset, source))
        except NoUsableCandles as error:
            errors.append(str(error))
    if not measurements:
        raise NoUsableCandles(errors[0])
    question = measurements[0].question
    trades = source.read_low_trades(requested_assets, question.start, question.end, timeframe=question.timeframe)
    if as_json:
        click.echo(json.dumps(build_lows_json(measurements, trades), indent=2))
    else:
        build_console().print(format_lows(measurements, trades))
    for message in errors:
        session.print_note(message.splitlines()[0])
    if errors:
        raise click.exceptions.Exit(1)


@main.command()
@click.option("--asset", help="Ticker, such as ATOM: one picture.")
@click.option("--assets", type=NameList(), default=(), help="Tickers, with commas, or all: a folder of pictures.")
@add_measure_options
@click.option(
    "--size", type=click.Choice([size.value for size in SheetSize]), default=SheetSize.WIDE.value, show_default=True
)
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True)
@click.option("--format", "file_format", type=click.Choice(["png", "svg"]), help="By the file's ending if left out.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write, or a folder.")
@click.pass_obj
def chart(
    session: Session,
    asset: str | None,
    assets: tuple[str, ...],
    *,
    options: MeasureOptions,
    size: str,
    theme: str,
    file_format: str | None,
    out: Path,
) -> None:
    """Draw the comparison picture of one asset, or of many: wide (16:9), square or tall (4:5), as PNG or SVG."""
    # Imported here because plotly costs a moment, which the other commands need not pay.
    from cli.picture_set import PictureStyle, choose_format, show_progress, write_picture, write_pictures  # noqa: PLC0415
    from dashboard.sheet.renderer import Renderer  # noqa: PLC0415
    from dashboard.state.view import Theme  # noqa: PLC0415

    if (asset is None) is not bool(assets):
        message = "say which: --asset for one picture, or --assets A,B or --assets all for a folder of them"
        raise UsageError(message)
    if assets:
        _make_folder(out)
    source = session.open_source(options)
    picture_style = PictureStyle(
        SheetSize(size),
        Theme(theme),
        choose_format(out, file_format),
        None if options.files else session.store.read_version(),
    )
    with Renderer() as renderer:

        def draw_one(measurement: Measurement) -> Path:
            return write_picture(measurement, session.catalogue, renderer, picture_style, out)

        if asset is not None:
            click.echo(draw_one(session.measure_asset(options, asset, source)))
            return
        requested_assets = session.list_assets(options) if assets == (ALL_ASSETS,) else assets
        with show_progress(build_console(), len(requested_assets), click.echo) as show_line:
            missing = write_pictures(
                requested_assets, lambda name: session.measure_asset(options, name, source), draw_one, show_line
            )
    if len(missing) == len(requested_assets):
        message = f"no picture was drawn: there is no {options.origin} candle of any of {', '.join(requested_assets)} in the window"
        raise NoUsableCandles(message)
    if missing:
        raise click.exceptions.Exit(1)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"--out {path} cannot be a folder: {error.strerror or error}"
        raise UsageError(message) from error


@main.command()
@click.option("--asset", required=True, help="Ticker, such as ATOM.")
@add_measure_options
@click.option("--what", type=click.Choice(["candles", "deviation"]), required=True, help="Rows to write.")
@click.option("--format", "file_format", type=click.Choice(EXPORT_FORMATS), help="By the file's ending if left out.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.pass_obj
def export(
    session: Session, asset: str, *, options: MeasureOptions, what: str, file_format: str | None, out: Path
) -> None:
    """Write candles, or the deviation of every minute, as CSV or Parquet."""
    source = session.open_source(options)
    measurement = session.measure_asset(options, asset, source)
    if what == "deviation":
        rows = build_deviation_frame(measurement)
    else:
        span = measurement.question.start, measurement.question.end
        rows = source.read_candles([asset], *span, origin=options.origin, timeframe=options.timeframe)
    write_rows(rows, out, file_format)
    click.echo(f"{out}: {rows.height:,} rows of {asset}, {options.origin}")


@main.command()
@click.option("--revisions", is_flag=True, help="Candles that a venue later reported with other values.")
@click.option("--set-aside", is_flag=True, help="Answers that no candle was taken from, as they came.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def status(session: Session, *, revisions: bool, set_aside: bool, as_json: bool) -> None:
    """What the store holds, what was asked for and not had, and what its follower did."""
    store = session.store
    if revisions and set_aside:
        message = "--revisions and --set-aside are two lists: ask for one at a time"
        raise UsageError(message)
    if revisions or set_aside:
        rows = store.read_revisions() if revisions else store.read_rejected_pages()
        content: object = rows.to_dicts()
        text = format_revisions(rows) if revisions else format_rejected_pages(rows)
    else:
        content = build_status_json(store) if as_json else None
        text = "" if as_json else format_status(store)
    if as_json:
        click.echo(json.dumps(content, indent=2, default=format_iso))
    else:
        build_console().print(text)


@main.command()
@click.option(
    "--every", "every_min", type=click.IntRange(1), default=5, show_default=True, help="Minutes between runs."
)
@click.option("--assets", type=NameList(), default=(), help="Tickers, with commas; the whole catalogue if left out.")
@click.option("--venues", type=NameList(), default=(), help="Only these venues, with commas.")
@click.option("--derivatives", is_flag=True, help="Perpetual futures too, with their mark and index prices.")
@click.option("--once", is_flag=True, help="One run now, and no more.")
@add_access_options
@click.pass_obj
def follow(
    session: Session,
    every_min: int,
    assets: tuple[str, ...],
    venues: tuple[str, ...],
    *,
    derivatives: bool,
    once: bool,
    access_options: AccessOptions,
) -> None:
    """Collect the newest minutes again and again, until it is ended; one follower per store."""
    from collectors.follow_schedule import follow_until_signal  # noqa: PLC0415 - the scheduler, which no other command needs

    with FollowerLock(session.store.uri).hold(now()) as holder:
        follower = session.build_follower(assets, venues, access_options, str(holder), derivatives=derivatives)
        if once:
            outcome = asyncio.run(follower.collect_newest())
            raise click.exceptions.Exit(0 if outcome is RunOutcome.DONE else 1)
        asyncio.run(follow_until_signal(follower, every_min=every_min))


def build_collect_request(
    catalogue: Catalogue,
    event: str | None,
    assets: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    venues: tuple[str, ...],
) -> CollectRequest:
    """What to collect: the event's assets and span, or those that were named.

    An asset that is measured against its underlying brings the underlying and its ratio market along.

    Raises:
        UsageError: Neither an event nor assets with a window, or an unknown event.
    """
    event_entry = None if event is None else catalogue.get_event(event)
    if event_entry is not None:
        assets = assets or event_entry.assets + event_entry.extra_assets
        start, end = start or event_entry.collect_span[0], end or event_entry.collect_span[1]
    if not assets or start is None or end is None:
        message = f"say what to collect: --event ({', '.join(catalogue.events)}), or --assets with --from and --to"
        raise UsageError(message)
    all_assets, ratio_markets = add_underlying(catalogue, assets)
    return CollectRequest(all_assets, start, end, venues, ratio_markets)


def add_underlying(catalogue: Catalogue, assets: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The assets with the underlyings that they are measured against, and the ratio markets between them."""
    asset_entries = [catalogue.assets[ticker] for ticker in assets if ticker in catalogue.assets]
    underlyings = [asset.underlying for asset in asset_entries if asset.underlying is not None]
    ratio_markets = tuple(asset.ratio_market for asset in asset_entries if asset.ratio_market is not None)
    return tuple(dict.fromkeys([*assets, *underlyings])), ratio_markets


if __name__ == "__main__":
    main(prog_name="plumbline")
