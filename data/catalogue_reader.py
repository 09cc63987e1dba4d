"""Reads TOML key by key and says where it is wrong: every complaint names the file and the key."""

import re
import tomllib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, NoReturn

from data.errors import UsageError

HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class TomlTable:
    """One TOML table that remembers which of its keys were read, so that the unknown ones can be named."""

    def __init__(self, file: str, path: str, values: dict[str, Any]) -> None:
        self.file = file
        self.path = path
        self.values = values
        self.known_keys: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def name(self) -> str:
        """The last part of the table's path."""
        return self.path.rsplit("/", 1)[-1]

    def refuse(self, key: str, reason: str) -> NoReturn:
        """Refuse a key.

        Raises:
            UsageError: always; names file and key.
        """
        message = f"{self.file}: {self._format_path(key)}: {reason}"
        raise UsageError(message)

    def refuse_unknown_keys(self) -> None:
        """Refuse whatever key nobody read.

        Raises:
            UsageError: there is such a key.
        """
        for key in self.values.keys() - self.known_keys:
            self.refuse(key, f"unknown key; known here are {', '.join(sorted(self.known_keys))}")

    def read_text(self, key: str) -> str:
        """A text that has to be there and must not be empty."""
        value = self._read_value(key, str)
        if not value:
            self.refuse(key, "is empty")
        return str(value)

    def read_optional_text(self, key: str) -> str | None:
        """A text, or None where the key is left out."""
        self.known_keys.add(key)
        return self.read_text(key) if key in self else None

    def read_flag(self, key: str) -> bool:
        """True or false; false where the key is left out."""
        self.known_keys.add(key)
        return bool(self._read_value(key, bool)) if key in self else False

    def read_texts(
        self, key: str, *, allowed: Collection[str] | None = None, optional: bool = False
    ) -> tuple[str, ...]:
        """A list of texts, each one ``allowed`` those given; empty where an ``optional`` key is left out."""
        self.known_keys.add(key)
        if optional and key not in self:
            return ()
        values = self._read_value(key, list)
        for value in values:
            if not isinstance(value, str):
                self.refuse(key, f"holds {value!r}, which is no text")
            if allowed is not None and value not in allowed:
                self.refuse(key, f"{value!r} is unknown; known are {', '.join(allowed)}")
        return tuple(values)

    def read_choice(self, key: str, choices: tuple[str, ...]) -> str:
        """A text out of a few."""
        value = self.read_text(key)
        if value not in choices:
            self.refuse(key, f"{value!r} is none of {', '.join(choices)}")
        return value

    def read_colour(self, key: str) -> str:
        """A colour as ``#`` and six hexadecimal digits."""
        value = self.read_text(key)
        if not HEX_COLOUR.fullmatch(value):
            self.refuse(key, f"{value!r} is no colour like #0072b2")
        return value

    def read_time(self, key: str) -> datetime:
        """An instant on a whole minute, in UTC."""
        value: datetime = self._read_value(key, datetime)
        if value.tzinfo is None:
            self.refuse(key, f"{value.isoformat()} has no time zone; end it with Z for UTC")
        if value.second or value.microsecond:
            self.refuse(key, f"{value.isoformat()} is no whole minute")
        return value.astimezone(UTC)

    def read_edges(self) -> tuple[datetime, datetime]:
        """The keys ``start`` and ``end`` of this table as a half-open span."""
        start, end = self.read_time("start"), self.read_time("end")
        if end <= start:
            self.refuse("end", f"{end.isoformat()} is not after start {start.isoformat()}")
        return start, end

    def read_span(self, key: str) -> tuple[datetime, datetime]:
        """A table of ``start`` and ``end`` and nothing else."""
        inner = self.read_table(key)
        edges = inner.read_edges()
        inner.refuse_unknown_keys()
        return edges

    def read_table(self, key: str) -> "TomlTable":
        """The table below a key."""
        return TomlTable(self.file, self._format_path(key), self._read_value(key, dict))

    def iterate_tables(self) -> Iterator[tuple[str, "TomlTable"]]:
        """Every key of this table with the table below it, in file order."""
        for key in self.values:
            yield key, self.read_table(key)

    def iterate_rows(self, key: str) -> Iterator["TomlTable"]:
        """The tables of a list of tables; none where the key is left out."""
        self.known_keys.add(key)
        for number, row in enumerate(self._read_value(key, list) if key in self else (), start=1):
            if not isinstance(row, dict):
                self.refuse(key, f"entry {number} is no table")
            yield TomlTable(self.file, f"{self._format_path(key)}[{number}]", row)

    def _format_path(self, key: str) -> str:
        return f"{self.path}/{key}" if self.path else key

    def _read_value(self, key: str, expected_type: type) -> Any:  # noqa: ANN401 - TOML values have the type that `kind` says
        self.known_keys.add(key)
        if key not in self.values:
            self.refuse(key, "is missing")
        value = self.values[key]
        if not isinstance(value, expected_type):
            self.refuse(key, f"{value!r} should be a {expected_type.__name__}")
        return value


def parse_toml(file: str, text: str) -> TomlTable:
    """The root table of a TOML text.

    Raises:
        UsageError: the text is no TOML; names file, line and column.
    """
    try:
        return TomlTable(file, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = f"{file}: {error}"
        raise UsageError(message) from error
