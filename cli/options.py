"""What a person asks for on the command line: the options of every command that measures, and what they mean."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import reduce, wraps
from pathlib import Path
from typing import Any

import click

from analysis.questions import build_question
from data.catalogue import Catalogue
from data.errors import UsageError
from data.schema import Evidence, Timeframe
from data.times import parse_time
from deviation.question import Parameters, Question, QuoteHandling, ReferenceKind


class Percent(click.ParamType[float]):
    """Per cent on the command line, a fraction in the program."""

    name = "per cent"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Divide by 100 in decimals, so that 0.7 becomes 0.007 and not its neighbour."""
        try:
            return float(Decimal(str(value)) / 100)
        except InvalidOperation:
            self.fail(f"{value!r} is no number", param, ctx)


class Instant(click.ParamType[datetime]):
    """A time with its zone, rounded down to the minute."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse ISO 8601 with a zone; say so where an edge inside a minute was rounded down."""
        if isinstance(value, datetime):
            return value
        try:
            time, rounded = parse_time(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)
        if rounded:
            click.echo(f"{value} rounded down to {time:%Y-%m-%dT%H:%MZ}", err=True)
        return time


class NameList(click.ParamType[tuple[str, ...]]):
    """Names with commas between them."""

    name = "a,b"

    def convert(
        self,
        value: str | tuple[str, ...],
        param: click.Parameter | None,  # noqa: ARG002 - the signature is click's
        ctx: click.Context | None,  # noqa: ARG002 - as above
    ) -> tuple[str, ...]:
        """Split at commas; blanks and empty items are dropped."""
        if isinstance(value, tuple):
            return value
        return tuple(item.strip() for item in value.split(",") if item.strip())


class VenueHost(click.ParamType[tuple[str, str]]):
    """A venue and the host to ask instead of its usual one."""

    name = "venue=host"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the first equals sign."""
        if isinstance(value, tuple):
            return value
        venue, _, host = value.partition("=")
        if not venue or not host:
            self.fail(f"{value!r} is not of the form bybit=api.bytick.com", param, ctx)
        return venue, host


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessOptions:
    """The options on how exchanges are reached, as typed; None and empty where not given."""

    mirror: str | None = None
    proxy: str | None = None
    hosts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOptions:
    """The options of a measuring command as typed; fractions, aware UTC minutes, None where not given."""

    start: datetime | None
    end: datetime | None
    event: str | None
    window: str | None
    venues: tuple[str, ...]
    focus: str
    parameters: Parameters
    origin: Evidence
    timeframe: Timeframe
    files: tuple[Path, ...]
    complete: bool
    first_seen: bool

    def build_question(self, catalogue: Catalogue, asset: str) -> Question:
        """The question about one asset.

        Raises:
            UsageError: No window, or two, or an unknown asset, event or window.
        """
        start, end, event = self._find_window(catalogue)
        return build_question(
            catalogue,
            asset,
            start,
            end,
            event=event,
            parameters=self.parameters,
            venues=self.venues,
            focus=self.focus,
            origin=self.origin,
            timeframe=self.timeframe,
        )

    def find_window(self, catalogue: Catalogue) -> tuple[datetime, datetime]:
        """The window alone.

        Raises:
            UsageError: No window, or two, or an unknown event or window.
        """
        start, end, _ = self._find_window(catalogue)
        return start, end

    def _find_window(self, catalogue: Catalogue) -> tuple[datetime, datetime, str | None]:
        if self.start is not None and self.end is not None:
            if self.window is not None:
                message = "give --from and --to, or --window, not both"
                raise UsageError(message)
            return self.start, self.end, self.event
        if self.start is not None or self.end is not None:
            message = "give both --from and --to"
            raise UsageError(message)
        if self.event is None:
            message = f"say which window: --from and --to, or --event ({', '.join(catalogue.events)}) with --window"
            raise UsageError(message)
        window = catalogue.get_event(self.event).get_window(self.window)
        return window.start, window.end, self.event


GLOBAL = "plumbline."
"""Prefix of the global options' values in the context's ``meta``, which all contexts of a call share."""


def build_global_options() -> list[click.Option]:
    """The options that may stand before and after a command's name; `get_global_option` has what was given.

    click reads what stands before the name first, so the later of two values replaces the earlier one.
    """

    def store_option(context: click.Context, option: click.Parameter, value: str | int | None) -> None:
        if value is not None:
            context.meta[GLOBAL + str(option.name)] = value

    return [
        click.Option(
            ["--store"],
            help="Where candles are kept: a folder or any URI that Delta Lake takes.",
            callback=store_option,
            expose_value=False,
        ),
        *(
            click.Option(
                [flag, "loudness"], type=int, flag_value=loudness, help=text, callback=store_option, expose_value=False
            )
            for flag, loudness, text in (
                ("--verbose", 1, "Say more on the error stream."),
                ("--quiet", -1, "Say nothing but results and errors."),
            )
        ),
    ]


def get_global_option(context: click.Context, name: str, default: Any = None) -> Any:  # noqa: ANN401 - a value of any option
    """The last given value of a global option: ``store`` as text, ``loudness`` -1 or 1; else the default."""
    return context.meta.get(GLOBAL + name, default)


def add_access_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options on how exchanges are reached; it receives them as one `AccessOptions` named ``access_options``."""
    options = [
        click.option("--mirror", help="Address that answers in place of the exchanges."),
        click.option("--proxy", help="Address to go through: http://HOST:PORT or socks5h://HOST:PORT."),
        click.option("--host", "hosts", type=VenueHost(), multiple=True, help="Another documented host of a venue."),
    ]

    @wraps(command)
    def wrapper(
        *,
        mirror: str | None,
        proxy: str | None,
        hosts: tuple[tuple[str, str], ...],
        **other_options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - the command's own options pass through
        return command(access_options=AccessOptions(mirror=mirror, proxy=proxy, hosts=hosts), **other_options)

    return reduce(lambda decorated, option: option(decorated), reversed(options), wrapper)


def add_measure_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a measurement; it receives them as one `MeasureOptions` under the name ``options``."""
    options = [
        click.option("--from", "start", type=Instant(), help="First minute, ISO 8601 with its zone."),
        click.option("--to", "end", type=Instant(), help="End of the window (not in it), ISO 8601 with its zone."),
        click.option("--event", help="An event of the catalogue, such as 2025-10-10."),
        click.option("--window", help="A named window of the event; its default one if left out."),
        click.option(
            "--venues", type=NameList(), default=(), help="Only these: kraken or kraken:BTC/USDC, with commas."
        ),
        click.option("--focus", default="binance", show_default=True, help="The venue that the headline speaks of."),
        click.option("--quote", type=build_choice(QuoteHandling), default=QuoteHandling.USD.value, show_default=True),
        click.option(
            "--reference", type=build_choice(ReferenceKind), default=ReferenceKind.MEDIAN.value, show_default=True
        ),
        click.option("--min-vote", type=float, default=100.0, show_default=True, help="Dollars in a bar to vote."),
        click.option("--enter", type=Percent(), default="2", show_default=True, help="Per cent that count as astray."),
        click.option(
            "--exit", "exit_", type=Percent(), default="1", show_default=True, help="Per cent that count as back."
        ),
        click.option("--confirm", type=int, default=3, show_default=True, help="Minutes back that end an episode."),
        click.option(
            "--timeframe",
            type=build_choice(Timeframe),
            default=Timeframe.M1.value,
            show_default=True,
            help="Length of the bars that are measured.",
        ),
        click.option("--origin", type=build_choice(Evidence), default=Evidence.REAL.value, show_default=True),
        click.option(
            "--input",
            "files",
            type=click.Path(path_type=Path),
            multiple=True,
            help="Measure this file instead of the store.",
        ),
        click.option(
            "--as-first-seen", "first_seen", is_flag=True, help="As candles first came, whatever venues changed since."
        ),
        click.option("--complete", is_flag=True, help="With --input: absent minutes are quiet, not missing."),
    ]

    @wraps(command)
    def wrapper(
        *,
        quote: str,
        reference: str,
        origin: str,
        timeframe: str,
        min_vote: float,
        enter: float,
        exit_: float,
        confirm: int,
        **other_options: Any,  # noqa: ANN401 - the command's own options pass through
    ) -> Any:  # noqa: ANN401 - as above
        try:
            parameters = Parameters(
                reference=ReferenceKind(reference),
                quote=QuoteHandling(quote),
                enter=enter,
                exit=exit_,
                confirm=confirm,
                min_vote_usd=min_vote,
            )
        except ValueError as error:
            raise UsageError(str(error)) from error
        names = ("start", "end", "event", "window", "venues", "focus", "files", "complete", "first_seen")
        values = {name: other_options.pop(name) for name in names}
        evidence_and_timeframe = Evidence(origin), Timeframe(timeframe)
        return command(
            options=MeasureOptions(
                parameters=parameters, origin=evidence_and_timeframe[0], timeframe=evidence_and_timeframe[1], **values
            ),
            **other_options,
        )

    return reduce(lambda wrapped, option: option(wrapped), reversed(options), wrapper)


def build_choice(choices: type[StrEnum]) -> click.Choice[str]:
    """The values of an enumeration; click by itself would ask for its names."""
    return click.Choice([choice.value for choice in choices])
