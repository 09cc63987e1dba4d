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

from collectors.access import Access
from collectors.display import display_for, finding_json, finding_line
from collectors.findings import Verdict, totals
from collectors.follower import Followed, Follower
from collectors.job import run_check, run_collection
from collectors.request import CollectRequest
from collectors.venues import VENUES, Kind, venues_named
from dashboard.actions import ToCollect
from dashboard.ask import CandleSource, answer, stand_in
from dashboard.ending import ended_by_sigterm
from dashboard.fairness import fairness, sensitive
from dashboard.fairness_text import fairness_text, sensitivity_text
from dashboard.options import (
    Asked,
    Instant,
    Items,
    Reach,
    global_option,
    global_options,
    measuring,
    one_of,
    reaching,
)
from dashboard.picture_sizes import Size
from dashboard.status_text import revisions_text, set_aside_text, status_json, status_text
from dashboard.text import console, lows_text, measurement_text
from data.catalogue import Catalogue, load_catalogue
from data.errors import NothingUsable, PlumblineError, UsageError
from data.exporter import FORMATS, write_rows
from data.filesource import FileSource
from data.imports import import_files
from data.lock import FollowerLock
from data.sample import ensure_sample
from data.schema import Evidence, Origin, RunOutcome, Timeframe
from data.settings import Settings, load_settings
from data.store import CandleStore, FirstSeen
from data.version import VERSION
from deviation.answer import deviation_rows, iso, lows_json, measurement_json
from deviation.fairness_answer import fairness_json, sensitivity_json
from deviation.result import Measurement

if TYPE_CHECKING:
    from dash import Dash
    from flask import Flask

ALL = "all"
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
    loudness: int

    def say(self, message: str, *, level: int = 0) -> None:
        """A remark beside the result: level 0 unless ``--quiet``, level 1 only with ``--verbose``."""
        if self.loudness >= level:
            click.echo(message, err=True)

    def source(self, asked: Asked) -> CandleSource:
        """The files that were named, else the store, with the sample in it where that is asked for."""
        if asked.files and asked.first_seen:
            message = "--as-first-seen is for the store: a file holds each candle once"
            raise UsageError(message)
        if asked.files:
            return FileSource(asked.files, complete=asked.complete)
        if asked.origin is Evidence.RECONSTRUCTION and ensure_sample(self.store, now()):
            self.say("put the reconstruction of 2025-10-10 into the store; `forget --sample` drops it")
        return FirstSeen(self.store) if asked.first_seen else self.store

    def every_asset(self, asked: Asked) -> tuple[str, ...]:
        """What "all" means: the assets of the event, else of the catalogue."""
        return self.catalogue.event(asked.event).assets if asked.event else tuple(self.catalogue.assets)

    def access(self, reach: Reach) -> Access:
        """How the exchanges are reached: by the flags, else by the settings.

        Raises:
            UsageError: a mirror or proxy is no address, or a host is named for a venue that is not in the table.
        """
        store, hosts = self.settings.store, dict(reach.hosts) or None
        settings = load_settings(store=store, mirror=reach.mirror, proxy=reach.proxy, hosts=hosts)
        venues_named(settings.hosts, derivatives=True)
        return Access(settings.mirror, settings.proxy, settings.hosts)

    def follower(
        self, assets: Sequence[str], venues: tuple[str, ...], reach: Reach, holder: str, *, derivatives: bool = False
    ) -> Follower:
        """What follows the assets, or the whole catalogue, into the store; ``holder`` is who does it."""
        wanted, ratios = with_underlying(self.catalogue, assets or tuple(self.catalogue.assets))
        followed = Followed(wanted, ratios, venues, derivatives)
        return Follower(self.store, followed, holder=holder, access=self.access(reach), now=now, say=self.say)

    @contextmanager
    def following(self) -> Iterator[None]:
        """The follower of the whole catalogue, in a thread beside."""
        from collectors.following import followed_beside  # noqa: PLC0415 - the scheduler costs a moment

        with ExitStack() as stack:
            holder = stack.enter_context(FollowerLock(self.store.uri).held(now()))
            stack.enter_context(followed_beside(self.follower((), (), Reach(), str(holder)), say=self.say))
            yield

    def measure(self, asked: Asked, asset: str, source: CandleSource) -> Measurement:
        """The answer for one asset, with a hint what to do where there is no candle.

        Raises:
            NothingUsable: No candle of the asset in the window.
        """
        begun = time.perf_counter()
        question = asked.question(self.catalogue, asset)
        try:
            measurement = answer(source, question)
            if (focus := stand_in(measurement, self.catalogue)) is not None:
                self.say(f"no candle of {asset} on {question.focus} here: the headline speaks of {focus}")
                measurement = answer(source, replace(question, focus=focus))
        except NothingUsable as nothing:
            message = f"{nothing}\n{self._hint(asked, asset)}"
            raise NothingUsable(message) from nothing
        self.say(f"{asset}: measured in {1000 * (time.perf_counter() - begun):.0f} ms", level=1)
        return measurement

    def _hint(self, asked: Asked, asset: str) -> str:
        if asked.files:
            return "check asset, window and --origin against what the file holds"
        start, end = (iso(edge) for edge in asked.span(self.catalogue))
        bars = "" if asked.timeframe is Timeframe.M1 else f" --timeframe {asked.timeframe}"
        return (
            f"collect them with `collect --assets {asset} --from {start} --to {end}{bars}`, import a file with "
            "`import FILE`, or look at the sample with `--origin reconstruction`"
        )


def open_session(context: click.Context) -> Session:
    """The session by the global options, wherever they stand, and the settings.

    Raises:
        UsageError: a setting is unknown or malformed.
    """
    settings = load_settings(store=global_option(context, "store"))
    loudness: int = global_option(context, "loudness", 0)
    logging.basicConfig(level=logging.INFO if loudness > 0 else logging.ERROR, format="%(name)s: %(message)s")
    return Session(settings, load_catalogue(), CandleStore(settings.store), loudness)


class Command(click.Command):
    """A command that takes the global options too and runs in a session."""

    def __init__(self, *words: Any, **given: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*words, **given)
        self.params += global_options()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Open the session, once all options are read, and run the command."""
        ctx.obj = open_session(ctx)
        return super().invoke(ctx)


class Commands(click.Group):
    """The group of commands; an error meant for the user ends it with its message and exit code, not a trace."""

    command_class = Command

    def __init__(self, *words: Any, **given: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*words, **given)
        self.params += global_options()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PlumblineError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
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
@click.option("--follow", "follows", is_flag=True, help="Collect the newest minutes beside, as `follow` does.")
@click.pass_obj
def serve(session: Session, host: str | None = None, port: int | None = None, *, follows: bool = False) -> None:
    """Open the dashboard in the browser (the default command)."""
    # Imported here because dash and plotly cost over a second, which the other commands need not pay.
    from dashboard.server import listen, serve_app  # noqa: PLC0415

    settings = load_settings(store=session.settings.store, host=host, port=port, mirror=session.settings.mirror)
    with session.following() if follows else nullcontext():
        app = page(settings, session.catalogue, session.store, session.say)
        serve_app(app, listen(settings.host, settings.port), click.echo)


def server() -> "Flask":
    """The page for other servers than the program's own: ``gunicorn --workers 1 --threads 8 "app:server()"``.

    Everything is taken from the settings. One process is meant: measurements that are kept, the browser that draws
    pictures and a running collection are each process's own.

    Raises:
        UsageError: A setting is unknown or malformed.
        StoreUnusable: The store cannot be read or written.
    """
    settings = load_settings()
    found: Flask = page(settings, load_catalogue(), CandleStore(settings.store), click.echo).server
    return found


def page(settings: Settings, catalogue: Catalogue, store: CandleStore, say: Callable[[str], None]) -> "Dash":
    """The page over a store, with the sample in it where there are no real candles."""
    from dashboard.data_actions import StoreActions  # noqa: PLC0415 - as in `serve`
    from dashboard.web import create_app  # noqa: PLC0415 - as in `serve`

    if not store.has(Evidence.REAL) and ensure_sample(store, now()):
        say("no real candles yet: showing the reconstruction of 2025-10-10, which is no evidence")
    command = [sys.executable, str(Path(__file__).resolve()), "--store", settings.store, "--quiet", "collect", "--json"]
    if settings.mirror is not None:
        command += ["--mirror", settings.mirror]
    actions = StoreActions(
        store,
        lambda wanted: [*command, *collect_options(wanted)],
        venues=[row.id for row in VENUES if row.kind is Kind.SPOT],
        now=now,
    )
    atexit.register(actions.cancel)  # a collection is its page's: what has come is stored, and it ends
    app = create_app(store, catalogue, actions)
    # All modules and tables so far stay: looking through them for garbage made every tenth answer half as slow again.
    gc.collect()
    gc.freeze()
    return app


def collect_options(wanted: ToCollect) -> list[str]:
    """What the page wants collected, as options of `collect`."""
    values = {
        "--event": wanted.event,
        "--assets": ",".join(wanted.assets),
        "--from": None if wanted.start is None else iso(wanted.start),
        "--to": None if wanted.end is None else iso(wanted.end),
        "--venues": ",".join(wanted.venues),
    }
    given = [part for option, value in values.items() if value for part in (option, value)]
    return [*given, "--timeframe", wanted.timeframe.value]


@main.command()
@click.option("--event", help="Everything that the catalogue lists for an event.")
@click.option("--assets", type=Items(), default=(), help="Tickers, with commas.")
@click.option("--from", "start", type=Instant(), help="First minute, ISO 8601 with its zone.")
@click.option("--to", "end", type=Instant(), help="End of the window (not in it), ISO 8601 with its zone.")
@click.option("--venues", type=Items(), default=(), help="Only these venues, with commas.")
@click.option(
    "--timeframe",
    type=one_of(Timeframe),
    default="1m",
    show_default=True,
    help="Candle length.",
)
@click.option("--derivatives", is_flag=True, help="Perpetual futures too, with their mark and index prices.")
@click.option("--placebo", is_flag=True, help="The same window of the 7 days before too.")
@click.option("--refetch", is_flag=True, help="Ask again for what is stored; other values are kept beside the first.")
@click.option("--check", is_flag=True, help="Store nothing: ask each route for an old page, compare with the table.")
@reaching
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
    reach: Reach,
    as_json: bool,
) -> None:
    """Collect candles from exchanges into the store; run again, it asks only for what is missing."""
    access = session.access(reach)
    if check:
        if event or assets or start or end or placebo or refetch:
            message = "--check asks every venue for pages of its own: leave out event, assets, window and what to store"
            raise UsageError(message)
        told = finding_json if as_json else finding_line
        findings = run_check(
            venues, lambda finding: click.echo(told(finding)), derivatives=derivatives, access=access, now=now
        )
        session.say(totals(findings))
        raise click.exceptions.Exit(0 if all(finding.verdict is not Verdict.OPEN for finding in findings) else 1)
    request = replace(
        collection(session.catalogue, event, assets, start, end, venues),
        derivatives=derivatives,
        placebo=placebo,
        refetch=refetch,
        timeframe=Timeframe(timeframe),
    )
    display = display_for(console(), as_json=as_json)
    try:
        with ended_by_sigterm(), display.running():
            summary = run_collection(session.store, request, access=access, now=now, on_progress=display.progress)
    except KeyboardInterrupt:
        session.say("stopped: what has come is stored; run the same command again for the rest")
        raise click.exceptions.Exit(1) from None
    display.end(summary)
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
        click.echo("\n".join(file.lines()))
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
        raise click.exceptions.Exit(NothingUsable.exit_code)


@main.command()
@click.option(
    "--asset", default=ALL, show_default=True, help="Ticker, such as ATOM; or all: every venue on every asset."
)
@measuring
@click.option("--sensitivity", "varied", is_flag=True, help="How far the numbers depend on the choices behind them.")
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
@click.pass_obj
def measure(session: Session, asset: str, *, asked: Asked, varied: bool, as_json: bool) -> None:
    """Measure how far each venue strayed from the others: on one asset, or on all of an event or the catalogue."""
    source = session.source(asked)
    if asset == ALL:
        if varied:
            message = "--sensitivity is of one asset: name it with --asset"
            raise UsageError(message)
        _measure_all(session, asked, source, as_json=as_json)
        return
    measurement = session.measure(asked, asset, source)
    found = sensitive(source, measurement.question) if varied else None
    if as_json:
        click.echo(json.dumps(measurement_json(measurement) | (sensitivity_json(found) if found else {}), indent=2))
        return
    console().print(measurement_text(measurement))
    if found is not None:
        console().print(sensitivity_text(found))


def _measure_all(session: Session, asked: Asked, source: CandleSource, *, as_json: bool) -> None:
    """The fairness matrix of the event's assets, else of the catalogue's that have a candle in the window."""
    found = fairness(source, [asked.question(session.catalogue, asset) for asset in session.every_asset(asked)])
    missing = found.no_candle if asked.event else ()
    if as_json:
        click.echo(json.dumps(fairness_json(found.measurements, found.placebo, missing), indent=2))
    else:
        console().print(fairness_text(found))
    for asset in missing:
        session.say(f"no {asked.origin} candle of {asset} in the window")
    if missing:
        raise click.exceptions.Exit(1)


@main.command()
@click.option("--asset", "assets", multiple=True, help="Ticker; every asset of the event if left out.")
@measuring
@click.option("--json", "as_json", is_flag=True, help="The table as JSON.")
@click.pass_obj
def lows(session: Session, assets: Sequence[str], *, asked: Asked, as_json: bool) -> None:
    """Lowest trades per asset and venue, beside the aligned numbers."""
    wanted = assets or (session.catalogue.event(asked.event).assets if asked.event else ())
    if not wanted:
        message = "say which assets: --asset, or --event for all of an event"
        raise UsageError(message)
    source = session.source(asked)
    measurements, nothing = [], []
    for asset in wanted:
        try:
            measurements.append(session.measure(asked, asset, source))
        except NothingUsable as error:
            nothing.append(str(error))
    if not measurements:
        raise NothingUsable(nothing[0])
    question = measurements[0].question
    trades = source.low_trades(wanted, question.start, question.end, timeframe=question.timeframe)
    if as_json:
        click.echo(json.dumps(lows_json(measurements, trades), indent=2))
    else:
        console().print(lows_text(measurements, trades))
    for message in nothing:
        session.say(message.splitlines()[0])
    if nothing:
        raise click.exceptions.Exit(1)


@main.command()
@click.option("--asset", help="Ticker, such as ATOM: one picture.")
@click.option("--assets", type=Items(), default=(), help="Tickers, with commas, or all: a folder of pictures.")
@measuring
@click.option("--size", type=click.Choice([size.value for size in Size]), default=Size.WIDE.value, show_default=True)
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True)
@click.option("--format", "file_format", type=click.Choice(["png", "svg"]), help="By the file's ending if left out.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write, or a folder.")
@click.pass_obj
def chart(
    session: Session,
    asset: str | None,
    assets: tuple[str, ...],
    *,
    asked: Asked,
    size: str,
    theme: str,
    file_format: str | None,
    out: Path,
) -> None:
    """Draw the comparison picture of one asset, or of many: wide (16:9), square or tall (4:5), as PNG or SVG."""
    # Imported here because plotly costs a moment, which the other commands need not pay.
    from dashboard.exports_set import Style, format_of, shown, write_one, write_set  # noqa: PLC0415
    from dashboard.render import Renderer  # noqa: PLC0415
    from dashboard.style import Theme  # noqa: PLC0415

    if (asset is None) is not bool(assets):
        message = "say which: --asset for one picture, or --assets A,B or --assets all for a folder of them"
        raise UsageError(message)
    if assets:
        _make_folder(out)
    source = session.source(asked)
    style = Style(
        Size(size), Theme(theme), format_of(out, file_format), None if asked.files else session.store.version()
    )
    with Renderer() as renderer:

        def write(measurement: Measurement) -> Path:
            return write_one(measurement, session.catalogue, renderer, style, out)

        if asset is not None:
            click.echo(write(session.measure(asked, asset, source)))
            return
        wanted = session.every_asset(asked) if assets == (ALL,) else assets
        with shown(console(), len(wanted), click.echo) as say:
            nothing = write_set(wanted, lambda one: session.measure(asked, one, source), write, say)
    if len(nothing) == len(wanted):
        message = f"no picture was drawn: there is no {asked.origin} candle of any of {', '.join(wanted)} in the window"
        raise NothingUsable(message)
    if nothing:
        raise click.exceptions.Exit(1)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"--out {path} cannot be a folder: {error.strerror or error}"
        raise UsageError(message) from error


@main.command()
@click.option("--asset", required=True, help="Ticker, such as ATOM.")
@measuring
@click.option("--what", type=click.Choice(["candles", "deviation"]), required=True, help="Rows to write.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), help="By the file's ending if left out.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.pass_obj
def export(session: Session, asset: str, *, asked: Asked, what: str, file_format: str | None, out: Path) -> None:
    """Write candles, or the deviation of every minute, as CSV or Parquet."""
    source = session.source(asked)
    measurement = session.measure(asked, asset, source)
    if what == "deviation":
        rows = deviation_rows(measurement)
    else:
        span = measurement.question.start, measurement.question.end
        rows = source.candles([asset], *span, origin=asked.origin, timeframe=asked.timeframe)
    write_rows(rows, out, file_format)
    click.echo(f"{out}: {rows.height:,} rows of {asset}, {asked.origin}")


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
        rows = store.revisions() if revisions else store.bad_pages()
        told: object = rows.to_dicts()
        text = revisions_text(rows) if revisions else set_aside_text(rows)
    else:
        told = status_json(store) if as_json else None
        text = "" if as_json else status_text(store)
    if as_json:
        click.echo(json.dumps(told, indent=2, default=iso))
    else:
        console().print(text)


@main.command()
@click.option(
    "--every", "every_min", type=click.IntRange(1), default=5, show_default=True, help="Minutes between runs."
)
@click.option("--assets", type=Items(), default=(), help="Tickers, with commas; the whole catalogue if left out.")
@click.option("--venues", type=Items(), default=(), help="Only these venues, with commas.")
@click.option("--derivatives", is_flag=True, help="Perpetual futures too, with their mark and index prices.")
@click.option("--once", is_flag=True, help="One run now, and no more.")
@reaching
@click.pass_obj
def follow(
    session: Session,
    every_min: int,
    assets: tuple[str, ...],
    venues: tuple[str, ...],
    *,
    derivatives: bool,
    once: bool,
    reach: Reach,
) -> None:
    """Collect the newest minutes again and again, until it is ended; one follower per store."""
    from collectors.following import follow_until_signal  # noqa: PLC0415 - the scheduler, which no other command needs

    with FollowerLock(session.store.uri).held(now()) as holder:
        follower = session.follower(assets, venues, reach, str(holder), derivatives=derivatives)
        if once:
            outcome = asyncio.run(follower.collect_newest())
            raise click.exceptions.Exit(0 if outcome is RunOutcome.DONE else 1)
        asyncio.run(follow_until_signal(follower, every_min=every_min))


def collection(
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
    happened = None if event is None else catalogue.event(event)
    if happened is not None:
        assets = assets or happened.assets + happened.also
        start, end = start or happened.collect[0], end or happened.collect[1]
    if not assets or start is None or end is None:
        message = f"say what to collect: --event ({', '.join(catalogue.events)}), or --assets with --from and --to"
        raise UsageError(message)
    wanted, ratios = with_underlying(catalogue, assets)
    return CollectRequest(wanted, start, end, venues, ratios)


def with_underlying(catalogue: Catalogue, assets: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The assets with the underlyings that they are measured against, and the ratio markets between them."""
    known = [catalogue.assets[ticker] for ticker in assets if ticker in catalogue.assets]
    underlying = [asset.underlying for asset in known if asset.underlying is not None]
    ratios = tuple(asset.ratio_market for asset in known if asset.ratio_market is not None)
    return tuple(dict.fromkeys([*assets, *underlying])), ratios


if __name__ == "__main__":
    main(prog_name="plumbline")
