"""Options that say what an order log does not say itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from cli import clock
from cli.options import Callback
from dashboard.text.numbers import format_count
from data.errors import OptionRefused, UsageError
from evidence.orders.read_log import LogOptions, OrderLog, read_order_log


class ColumnMap(click.ParamType[dict[str, str]]):
    """Columns by the fields that they hold: ``time=ts,symbol=pair``."""

    name = "field=column,..."

    def convert(
        self, value: str | dict[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, str]:
        """Split at commas and at the first equals sign of each part."""
        if isinstance(value, dict):
            return value
        parts = [part.partition("=") for part in value.split(",") if part.strip()]
        if not all(field.strip() and column.strip() for field, _, column in parts):
            self.fail(f"{value!r} is not of the form time=ts,symbol=pair", param, ctx)
        return {field.strip(): column.strip() for field, _, column in parts}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOptions:
    """The options as typed; None and empty where not given."""

    orders_times: str | None = None
    orders_skew: float = 0.0
    orders_venue: str | None = None
    orders_columns: Mapping[str, str]

    def read_log(self, path: Path) -> OrderLog:
        """The log of a file.

        Raises:
            FileRefused: the file is no log, or cannot be read without a further option, which is named.
            UsageError: a zone, exchange or column is unknown, or the skew too large.
        """
        options = LogOptions(
            times=self.orders_times,
            venue=self.orders_venue,
            skew_s=self.orders_skew,
            columns=self.orders_columns,
            now=clock.now(),
        )
        log = read_order_log(path, options)
        if log.needs:
            need = log.needs[0]
            advice = " or ".join(f"--orders-{need.option} {value}" for value in need.values or ("NAME",))
            finding = f"{log.name}: {log.recognised}: {need.reason}"
            raise OptionRefused(finding, f"say it with {advice}", need.option)
        return log

    def list_words(self) -> list[str]:
        """The options that were given, as words of a command."""
        columns = ",".join(f"{field}={column}" for field, column in self.orders_columns.items())
        values = {
            "--orders-times": self.orders_times,
            "--orders-skew": f"{self.orders_skew:g}" if self.orders_skew else None,
            "--orders-venue": self.orders_venue,
            "--orders-columns": columns,
        }
        return [word for name, value in values.items() if value for word in (name, value)]


_ORDER_OPTIONS = (
    click.option("--orders-times", help="Zone of the log's times without one: UTC, Europe/Berlin."),
    click.option(
        "--orders-skew",
        type=float,
        default=0.0,
        show_default=True,
        help="Seconds to add to every time of the log; below 0 if its clock was ahead.",
    ),
    click.option("--orders-venue", help="The exchange of a log that names none."),
    click.option(
        "--orders-columns",
        type=ColumnMap(),
        default="",
        help="Columns of a log with unusual names: time=ts,symbol=pair,code=err.",
    ),
)


def add_order_options(callback: Callback) -> Callback:
    """Give a command the options of an order log, as one `OrderOptions` named ``order_options``."""

    @wraps(callback)
    def wrapper(**values: Any) -> Any:  # noqa: ANN401 - the command's own options pass through
        own = {field.name: values.pop(field.name) for field in fields(OrderOptions)}
        return callback(order_options=OrderOptions(**own), **values)

    for option in reversed(_ORDER_OPTIONS):
        wrapper = option(wrapper)
    return wrapper


def read_optional_log(options: OrderOptions, file: Path | None, print_note: Callable[[str], None]) -> OrderLog | None:
    """The log of a file, with a note on its bad lines; None without a file.

    Raises:
        FileRefused: the file is no log, or cannot be read without a further option, which is named.
        UsageError: options of a log are given without one, or are not valid.
    """
    words = options.list_words()
    if file is None:
        if words:
            message = f"{words[0]} says something about an order log: name it with --orders FILE"
            raise UsageError(message)
        return None
    log = options.read_log(file)
    if len(log.bad_lines):
        print_note(f"{log.name}: {format_count(len(log.bad_lines), 'bad line')}; `orders {log.name}` lists them")
    return log
