"""TOML files of the project, validated by pydantic: an error names the file and the key."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, ValidationInfo
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from data.errors import UsageError
from data.intervals import Span
from data.text.quoting import cut_text, escape_hidden_signs, quote_input

Table = TypeVar("Table")

TABLE_CONFIG = ConfigDict(extra="forbid")
"""An unknown key of a table is an error."""

TYPE_NAMES = {
    "bool_type": "bool",
    "dataclass_type": "dict",
    "datetime_type": "datetime",
    "dict_type": "dict",
    "float_type": "float",
    "int_type": "int",
    "string_type": "str",
    "tuple_type": "list",
}
"""The expected type by pydantic's type of error."""

ENTRY_MESSAGES = {"dataclass_type": "entry {number} is no table", "string_type": "holds {value}, which is no text"}
"""What is wrong with an entry of a list, by pydantic's type of error."""

FIXED_MESSAGES = {
    "missing": "is missing",
    "string_too_short": "is empty",
    "unexpected_keyword_argument": "unknown key",
}


def _check_minute(time: datetime) -> datetime:
    if time.tzinfo is None:
        message = f"{time.isoformat()} has no time zone; end it with Z for UTC"
        raise ValueError(message)
    if time.second or time.microsecond:
        message = f"{time.isoformat()} is no whole minute"
        raise ValueError(message)
    return time.astimezone(UTC)


def _check_end(end: datetime, info: ValidationInfo) -> datetime:
    start = info.data.get("start")
    if start is not None and end <= start:
        message = f"{end.isoformat()} is not after start {start.isoformat()}"
        raise ValueError(message)
    return end


Text = Annotated[str, Field(min_length=1)]
"""A text that is not empty."""

Minute = Annotated[datetime, Field(strict=True), AfterValidator(_check_minute)]
"""A time on a whole minute, given with its zone, in UTC."""

EndMinute = Annotated[Minute, AfterValidator(_check_end)]
"""The end of a span; the field ``start`` of the same table lies before it."""


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class SpanTable:
    """A table of the edges of a half-open span."""

    start: Minute
    end: EndMinute

    @property
    def span(self) -> Span:
        """The edges as a span."""
        return Span(self.start, self.end)


def insert_keys(field: str) -> BeforeValidator:
    """A validator of a table of tables that gives each inner table its own key as the value of ``field``."""

    def insert(tables: object) -> object:
        if not isinstance(tables, dict):
            return tables
        for key, table in tables.items():
            if isinstance(table, dict) and field in table:
                message = f"{key}/{field}: unknown key"
                raise ValueError(message)
        return {key: {**table, field: key} if isinstance(table, dict) else table for key, table in tables.items()}

    return BeforeValidator(insert)


def insert_value(field: str) -> BeforeValidator:
    """A validator of a table that gives ``field`` the value under that name in the validation context."""

    def insert(table: object, info: ValidationInfo) -> object:
        if not isinstance(table, dict):
            return table
        if field in table:
            message = f"{field}: unknown key"
            raise ValueError(message)
        return {**table, field: (info.context or {})[field]}

    return BeforeValidator(insert)


def check_known(name: str) -> AfterValidator:
    """A validator of a text that must be one of those under ``name`` in the validation context."""

    def check(value: str, info: ValidationInfo) -> str:
        known = (info.context or {})[name]
        if value not in known:
            message = f"{quote_input(value)} is unknown; known are {', '.join(known)}"
            raise ValueError(message)
        return value

    return AfterValidator(check)


def parse_toml(file: str, text: str, table: TypeAdapter[Table], context: Mapping[str, Any] | None = None) -> Table:
    """Parse and validate a TOML text.

    Args:
        file: its name, for messages.
        text: its content.
        table: what its root table has to be.
        context: pydantic's validation context.

    Raises:
        UsageError: the text is no TOML, or a key is unknown, missing or has a bad value; names file and key of each.
    """
    try:
        return table.validate_python(tomllib.loads(text), context=dict(context or {}))
    except ValidationError as error:
        message = "; ".join(f"{file}: {_format_error(fault)}" for fault in error.errors())
        raise UsageError(message) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a bad value
        message = f"{file}: {describe_toml_error(error)}"
        raise UsageError(message) from error


def describe_toml_error(error: Exception) -> str:
    """Why a text or the bytes of a file are no TOML."""
    if isinstance(error, UnicodeDecodeError):
        return f"is no text in UTF-8 (byte {error.start + 1})"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return cut_text(escape_hidden_signs(str(error)))


def _format_error(error: ErrorDetails) -> str:
    """The path of the key, entries of lists counted from 1, and what is wrong with its value."""
    *parents, last = error["loc"] or ("",)
    is_entry = isinstance(last, int)
    keys = parents if is_entry else [*parents, last]
    path = "".join(f"[{key + 1}]" if isinstance(key, int) else f"/{key}" for key in keys).removeprefix("/")
    kind, value = error["type"], error["input"]
    if kind in FIXED_MESSAGES:
        reason = FIXED_MESSAGES[kind]
    elif isinstance(last, int) and kind in ENTRY_MESSAGES:
        reason = ENTRY_MESSAGES[kind].format(number=last + 1, value=quote_input(value))
    elif kind in TYPE_NAMES:
        reason = f"{quote_input(value)} should be a {TYPE_NAMES[kind]}"
    else:
        reason = error["msg"].removeprefix("Value error, ")
    shown_path = cut_text(escape_hidden_signs(path))
    return f"{shown_path}: {reason}" if path else reason
