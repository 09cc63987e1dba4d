"""One run of the program: settings, catalogue and store, which every command receives as a `Session`."""

import logging
import time
from dataclasses import dataclass
from typing import Any

import click

from analysis.questions import measure_question
from cli import clock
from cli.global_options import build_global_options, get_global_option
from cli.options import FileOptions, MeasureOptions
from data.catalogue import Catalogue, load_catalogue
from data.errors import NoUsableCandles, UsageError
from data.files.source import FileSource
from data.reader import CandleReader, PriceReader
from data.reconstruction.sample import ensure_sample
from data.schema import Evidence, Timeframe
from data.settings import Settings, load_settings
from data.store import CandleStore
from data.text.redact import redact_secrets
from deviation.measurement import Measurement


@dataclass(frozen=True, slots=True)
class Session:
    """Settings, catalogue and store of one run; ``verbosity`` is -1 (``--quiet``), 0, or 1 (``--verbose``)."""

    settings: Settings
    catalogue: Catalogue
    store: CandleStore
    verbosity: int

    def print_note(self, message: str, *, level: int = 0) -> None:
        """Print a remark to the error stream: level 0 unless ``--quiet``, level 1 only with ``--verbose``."""
        if self.verbosity >= level:
            click.echo(message, err=True)

    def open_source(self, options: MeasureOptions) -> PriceReader:
        """The files given by ``--input``, else the store; adds the sample to it where a reconstruction is asked for.

        Raises:
            UsageError: ``--as-first-seen`` together with ``--input``, or a file described that is not given.
        """
        if options.files and options.first_seen:
            message = "--as-first-seen is for the store: a file holds each candle once"
            raise UsageError(message)
        if not options.files and options.file_options != FileOptions():
            message = (
                "--venue, --symbol, --times and --decimal-comma describe a file: name it with --input "
                "(--venues selects exchanges)"
            )
            raise UsageError(message)
        if options.files:
            file_options = options.file_options
            timeframe = None if options.timeframe is Timeframe.M1 else options.timeframe
            return FileSource(
                options.files,
                venue=file_options.venue,
                symbol=file_options.symbol,
                complete=options.complete,
                new_venues=options.new_venues,
                options=file_options.build_read_options(timeframe=timeframe, selects_timeframe=True),
            )
        if options.origin is Evidence.RECONSTRUCTION and ensure_sample(self.store, clock.now()):
            self.print_note("put the reconstruction of 2025-10-10 into the store; `forget --sample` drops it")
        return CandleStore(self.store.uri, first_seen=True) if options.first_seen else self.store

    def measure_asset(self, options: MeasureOptions, asset: str, source: CandleReader) -> Measurement:
        """The measurement of one asset.

        Raises:
            NoUsableCandles: No candle of the asset in the window; the message says how to get some.
            UsageError: No window, or two, or an unknown asset, event or window.
        """
        start_s = time.perf_counter()
        question = options.build_question(self.catalogue, asset)
        try:
            measurement = measure_question(source, question)
        except NoUsableCandles as error:
            message = f"{error}\n{options.suggest_sources(self.catalogue, asset)}"
            raise NoUsableCandles(message) from error
        self.print_note(f"{asset}: measured in {1000 * (time.perf_counter() - start_s):.0f} ms", level=1)
        return measurement


def open_session(context: click.Context) -> Session:
    """The session that global options, environment and settings file describe.

    Raises:
        UsageError: A setting is unknown or malformed.
    """
    settings = load_settings(store=get_global_option(context, "store"))
    verbosity: int = get_global_option(context, "verbosity", 0)
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO if verbosity > 0 else logging.ERROR, handlers=[handler])
    return Session(settings, load_catalogue(), CandleStore(settings.store), verbosity)


class RedactingFormatter(logging.Formatter):
    """Formats log lines, tracebacks included, without the secrets of addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record."""
        return redact_secrets(super().format(record))


class SessionCommand(click.Command):
    """A command with the global options; its context's ``obj`` is the `Session`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*args, **kwargs)
        self.params += build_global_options()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Open the session, once all options are parsed, and run the command."""
        ctx.obj = open_session(ctx)
        return super().invoke(ctx)
