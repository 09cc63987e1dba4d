"""Options that several commands share, and the objects that the parsed values become."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from analysis.questions import build_question
from cli import clock
from cli.param_types import EnumChoice, Instant, NameList, Percent, VenueHost
from cli.venue_types import VenueList, VenueName, VenueNames
from collectors.http.access import Access
from collectors.venues.table import select_venues
from data.catalogue import Catalogue
from data.errors import UsageError
from data.files.layouts.options import ReadOptions
from data.schema import Evidence, Timeframe
from data.settings import Settings, load_settings
from data.times import format_time
from deviation.question import Parameters, Question, QuoteHandling, ReferenceKind

Callback = Callable[..., Any]
"""The function behind a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessOptions:
    """How exchanges are reached, as typed; None and empty where not given."""

    mirror: str | None = None
    proxy: str | None = None
    hosts: tuple[tuple[str, str], ...] = ()

    def build_access(self, settings: Settings) -> Access:
        """How exchanges are reached: by the options, else by the settings.

        Raises:
            UsageError: A mirror or proxy is no address, or a host is given for an unknown venue.
        """
        typed_hosts = dict(self.hosts) or None
        settings = load_settings(store=settings.store, mirror=self.mirror, proxy=self.proxy, hosts=typed_hosts)
        hosts = {select_venues([venue], derivatives=True)[0].id: host for venue, host in settings.hosts.items()}
        return Access(settings.mirror, settings.proxy, hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """What is said of a file that it does not say itself, as typed; None where not given."""

    venue: str | None = None
    symbol: str | None = None
    times: str | None = None
    decimal_comma: bool = False

    def build_read_options(
        self, *, timeframe: Timeframe | None, selects_timeframe: bool = False, price: str | None = None
    ) -> ReadOptions:
        """The options of a reader of files; see `data.files.layouts.options.ReadOptions`."""
        return ReadOptions(
            timeframe=timeframe,
            selects_timeframe=selects_timeframe,
            times=self.times,
            price=price,
            decimal_comma=self.decimal_comma,
            now=clock.now(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOptions:
    """The options of a measuring command; fractions, aware UTC minutes, None where not given."""

    start: datetime | None
    end: datetime | None
    event: str | None
    window: str | None
    venues: tuple[str, ...]
    excluded: tuple[str, ...]
    focus: str | None
    parameters: Parameters
    origin: Evidence
    timeframe: Timeframe
    files: tuple[Path, ...]
    new_venues: tuple[str, ...]
    file_options: FileOptions = FileOptions()
    complete: bool
    first_seen: bool

    def list_assets(self, catalogue: Catalogue) -> tuple[str, ...]:
        """The assets that "all" stands for: those of the event, else of the catalogue."""
        return catalogue.get_event(self.event).assets if self.event else tuple(catalogue.assets)

    def build_question(self, catalogue: Catalogue, asset: str) -> Question:
        """The question about one asset.

        Raises:
            UsageError: No window, or two, or an unknown asset, event or window.
        """
        start, end = self._find_window(catalogue)
        return build_question(
            catalogue,
            asset,
            start,
            end,
            event=self.event,
            parameters=self.parameters,
            venues=self.venues,
            excluded=self.excluded,
            focus=self.focus,
            origin=self.origin,
            timeframe=self.timeframe,
        )

    def suggest_sources(self, catalogue: Catalogue, asset: str) -> str:
        """What a user can do where there is no candle of an asset."""
        if self.files:
            return "check asset, window and --origin against what the file holds"
        start, end = map(format_time, self._find_window(catalogue))
        timeframe_option = "" if self.timeframe is Timeframe.M1 else f" --timeframe {self.timeframe}"
        return (
            f"collect them with `collect --assets {asset} --from {start} --to {end}{timeframe_option}`, "
            "import a file with `import FILE`, or look at the sample with `--origin reconstruction`"
        )

    def _find_window(self, catalogue: Catalogue) -> tuple[datetime, datetime]:
        return find_window(catalogue, self.event, self.window, self.start, self.end)


def find_window(
    catalogue: Catalogue, event: str | None, window: str | None, start: datetime | None, end: datetime | None
) -> tuple[datetime, datetime]:
    """The window that the options describe: two times, or a named window of an event (None: its default one).

    Raises:
        UsageError: No window, or two, or an unknown event or window.
    """
    if start is not None and end is not None:
        if window is not None:
            message = "give --from and --to, or --window, not both"
            raise UsageError(message)
        return start, end
    if start is not None or end is not None:
        message = "give both --from and --to"
        raise UsageError(message)
    if event is None:
        message = f"say which window: --from and --to, or --event ({', '.join(catalogue.events)}) with --window"
        raise UsageError(message)
    named_window = catalogue.get_event(event).get_window(window)
    return named_window.start, named_window.end


from_option = click.option("--from", "start", type=Instant(), help="First minute, ISO 8601 with its zone.")
to_option = click.option("--to", "end", type=Instant(), help="End of the window (not in it), ISO 8601 with its zone.")
venues_option = click.option("--venues", type=NameList(), default=(), help="Only these venues, with commas.")
new_venue_option = click.option(
    "--new-venue",
    "new_venues",
    multiple=True,
    is_eager=True,  # other options may name it
    help="Declares the id of a venue that is not known yet.",
)
derivatives_option = click.option(
    "--derivatives", is_flag=True, help="Perpetual futures too, with their mark and index prices."
)

_ACCESS_OPTIONS = (
    click.option("--mirror", help="Address that answers in place of the exchanges."),
    click.option("--proxy", help="Address to go through: http://HOST:PORT or socks5h://HOST:PORT."),
    click.option("--host", "hosts", type=VenueHost(), multiple=True, help="Another documented host of a venue."),
)

_FILE_OPTIONS = (
    click.option("--venue", help="The venue of all rows, such as kraken, for a file without such a column."),
    click.option("--symbol", help="The symbol of all rows, such as ATOM/USDT, for a file without such a column."),
    click.option("--times", metavar="ZONE", help="Zone of times without one: UTC, or a place such as Europe/Berlin."),
    click.option("--decimal-comma", is_flag=True, help="Commas in numbers such as 3,900 are decimal commas."),
)

_MEASURE_OPTIONS = (
    from_option,
    to_option,
    click.option("--event", help="An event of the catalogue, such as 2025-10-10."),
    click.option("--window", help="A named window of the event; its default one if left out."),
    click.option(
        "--venues", type=VenueList(), default=(), help="Only these exchanges or markets: kraken,okx:ATOM/USDT."
    ),
    click.option(
        "--exclude", "excluded", type=VenueNames(), default=(), help="Not these exchanges, with commas: gate,okx."
    ),
    click.option(
        "--focus",
        type=VenueName(),
        show_default="the event's, else that of the most volume",
        help="The exchange that the headline speaks of.",
    ),
    new_venue_option,
    click.option(
        "--quote",
        type=EnumChoice(QuoteHandling),
        default=QuoteHandling.USD.value,
        show_default=True,
        help="Between groups: stablecoins at their price in dollars, or at exactly $1.",
    ),
    click.option(
        "--reference",
        type=EnumChoice(ReferenceKind),
        default=ReferenceKind.MEDIAN.value,
        show_default=True,
        help="How the other exchanges' prices become one.",
    ),
    click.option(
        "--min-vote",
        type=float,
        default=100.0,
        show_default=True,
        help="Dollars that a minute must trade for its price to count.",
    ),
    click.option("--enter", type=Percent(), default="2", show_default=True, help="Threshold of a deviation, in %."),
    click.option("--exit", type=Percent(), default="1", show_default=True, help="An episode ends within so many %."),
    click.option("--confirm", type=int, default=3, show_default=True, help="Minutes within that end an episode."),
    click.option(
        "--timeframe",
        type=EnumChoice(Timeframe),
        default=Timeframe.M1.value,
        show_default=True,
        help="Length of the bars that are measured.",
    ),
    click.option("--origin", type=EnumChoice(Evidence), default=Evidence.REAL.value, show_default=True),
    click.option(
        "--input",
        "files",
        type=click.Path(path_type=Path),
        multiple=True,
        help="Measure this file instead of the store.",
    ),
    *_FILE_OPTIONS,
    click.option(
        "--as-first-seen", "first_seen", is_flag=True, help="As candles first came, whatever venues changed since."
    ),
    click.option("--complete", is_flag=True, help="With --input: absent minutes are quiet, not missing."),
)


def add_access_options(callback: Callback) -> Callback:
    """Give a command the options on how exchanges are reached, as one `AccessOptions` named ``access_options``."""

    @wraps(callback)
    def wrapper(**values: Any) -> Any:  # noqa: ANN401 - the command's own options pass through
        return callback(access_options=AccessOptions(**_pop_fields(AccessOptions, values)), **values)

    return _add_options(wrapper, _ACCESS_OPTIONS)


def add_file_options(callback: Callback) -> Callback:
    """Give a command the options on what a file does not say, as one `FileOptions` named ``file_options``."""

    @wraps(callback)
    def wrapper(**values: Any) -> Any:  # noqa: ANN401 - the command's own options pass through
        return callback(file_options=FileOptions(**_pop_fields(FileOptions, values)), **values)

    return _add_options(wrapper, _FILE_OPTIONS)


def add_measure_options(callback: Callback) -> Callback:
    """Give a command the options of a measurement, as one `MeasureOptions` named ``options``."""

    @wraps(callback)
    def wrapper(**values: Any) -> Any:  # noqa: ANN401 - the command's own options pass through
        try:
            parameters = Parameters(**_pop_fields(Parameters, values))
        except ValueError as error:
            raise UsageError(str(error)) from error
        file_options = FileOptions(**_pop_fields(FileOptions, values))
        values_of_options = _pop_fields(MeasureOptions, values)
        options = MeasureOptions(parameters=parameters, file_options=file_options, **values_of_options)
        return callback(options=options, **values)

    return _add_options(wrapper, _MEASURE_OPTIONS)


def _add_options(callback: Callback, options: tuple[Callable[[Callback], Callback], ...]) -> Callback:
    """Apply decorators so that help lists the options in the order given."""
    for option in reversed(options):
        callback = option(callback)
    return callback


def _pop_fields(kind: type[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Remove the values named like fields of a dataclass, and return them."""
    return {field.name: values.pop(field.name) for field in fields(kind) if field.name in values}
