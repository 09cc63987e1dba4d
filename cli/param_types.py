"""Types of option values: how text of the command line becomes numbers, times, lists and enumeration members."""

import math
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import TypeVar

import click

from data.errors import UsageError
from data.text.quoting import quote_input
from data.times import parse_time

ALL_ASSETS = "all"
"""Stands for every asset in ``--asset`` and ``--assets``."""

E = TypeVar("E", bound=StrEnum)


class EnumChoice(click.Choice[E]):
    """A member of an enumeration, chosen by its value (`click.Choice` takes its name)."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """The text that stands for a member."""
        return super().normalize_choice(choice.value if isinstance(choice, Enum) else choice, ctx)


class Percent(click.ParamType[float]):
    """Per cent on the command line, a fraction in the program."""

    name = "per cent"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Divide by 100 in decimals: 0.7 becomes exactly the float 0.007."""
        try:
            number = float(Decimal(str(value)) / 100)
        except (ArithmeticError, ValueError):
            self.fail(f"{quote_input(value)} is no number", param, ctx)
        if not math.isfinite(number):
            self.fail(f"{quote_input(value)} is no finite number", param, ctx)
        return number


class Instant(click.ParamType[datetime]):
    """A time with a zone, rounded down to the minute, in UTC."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse ISO 8601 with a zone; print a note where the time was rounded."""
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
    """Names separated by commas."""

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


class Ticker(click.ParamType[str]):
    """The ticker of an asset, in any case; `ALL_ASSETS` stays as it is."""

    name = "ticker"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - the signature is click's
        """The ticker in capitals."""
        return value if value == ALL_ASSETS else value.upper()


class TickerList(NameList):
    """Tickers of assets separated by commas, in any case."""

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Split at commas; the tickers in capitals."""
        return tuple(name if name == ALL_ASSETS else name.upper() for name in super().convert(value, param, ctx))


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
            self.fail(f"{quote_input(value)} is not of the form bybit=api.bytick.com", param, ctx)
        return venue, host
