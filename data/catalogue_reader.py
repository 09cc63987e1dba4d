"""Reads TOML key by key and says where it is wrong: every complaint names the file and the key."""

import re
import tomllib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, NoReturn

from data.errors import UsageError

HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Table:
    """One TOML table that remembers which of its keys were read, so that the unknown ones can be named."""

    def __init__(self, file: str, path: str, values: dict[str, Any]) -> None:
        self.file = file
        self.path = path
        self.values = values
        self.seen: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def name(self) -> str:
        """The last part of the table's path."""
        return self.path.rsplit("/", 1)[-1]

    def wrong(self, key: str, why: str) -> NoReturn:
        """Refuse a key.

        Raises:
            UsageError: always; names file and key.
        """
        message = f"{self.file}: {self._at(key)}: {why}"
        raise UsageError(message)

    def finish(self) -> None:
        """Refuse whatever key nobody read.

        Raises:
            UsageError: there is such a key.
        """
        for key in self.values.keys() - self.seen:
            self.wrong(key, f"unknown key; known here are {', '.join(sorted(self.seen))}")

    def text(self, key: str) -> str:
        """A text that has to be there and must not be empty."""
        value = self._get(key, str)
        if not value:
            self.wrong(key, "is empty")
        return str(value)

    def text_or_none(self, key: str) -> str | None:
        """A text, or None where the key is left out."""
        self.seen.add(key)
        return self.text(key) if key in self else None

    def flag(self, key: str) -> bool:
        """True or false; false where the key is left out."""
        self.seen.add(key)
        return bool(self._get(key, bool)) if key in self else False

    def texts(self, key: str, *, among: Collection[str] | None = None, optional: bool = False) -> tuple[str, ...]:
        """A list of texts, each one ``among`` those given; empty where an ``optional`` key is left out."""
        self.seen.add(key)
        if optional and key not in self:
            return ()
        values = self._get(key, list)
        for value in values:
            if not isinstance(value, str):
                self.wrong(key, f"holds {value!r}, which is no text")
            if among is not None and value not in among:
                self.wrong(key, f"{value!r} is unknown; known are {', '.join(among)}")
        return tuple(values)

    def one_of(self, key: str, choices: tuple[str, ...]) -> str:
        """A text out of a few."""
        value = self.text(key)
        if value not in choices:
            self.wrong(key, f"{value!r} is none of {', '.join(choices)}")
        return value

    def colour(self, key: str) -> str:
        """A colour as ``#`` and six hexadecimal digits."""
        value = self.text(key)
        if not HEX_COLOUR.fullmatch(value):
            self.wrong(key, f"{value!r} is no colour like #0072b2")
        return value

    def time(self, key: str) -> datetime:
        """An instant on a whole minute, in UTC."""
        value: datetime = self._get(key, datetime)
        if value.tzinfo is None:
            self.wrong(key, f"{value.isoformat()} has no time zone; end it with Z for UTC")
        if value.second or value.microsecond:
            self.wrong(key, f"{value.isoformat()} is no whole minute")
        return value.astimezone(UTC)

    def edges(self) -> tuple[datetime, datetime]:
        """The keys ``start`` and ``end`` of this table as a half-open span."""
        start, end = self.time("start"), self.time("end")
        if end <= start:
            self.wrong("end", f"{end.isoformat()} is not after start {start.isoformat()}")
        return start, end

    def span(self, key: str) -> tuple[datetime, datetime]:
        """A table of ``start`` and ``end`` and nothing else."""
        inner = self.table(key)
        edges = inner.edges()
        inner.finish()
        return edges

    def table(self, key: str) -> "Table":
        """The table below a key."""
        return Table(self.file, self._at(key), self._get(key, dict))

    def tables(self) -> Iterator[tuple[str, "Table"]]:
        """Every key of this table with the table below it, in file order."""
        for key in self.values:
            yield key, self.table(key)

    def rows(self, key: str) -> Iterator["Table"]:
        """The tables of a list of tables; none where the key is left out."""
        self.seen.add(key)
        for number, row in enumerate(self._get(key, list) if key in self else (), start=1):
            if not isinstance(row, dict):
                self.wrong(key, f"entry {number} is no table")
            yield Table(self.file, f"{self._at(key)}[{number}]", row)

    def _at(self, key: str) -> str:
        return f"{self.path}/{key}" if self.path else key

    def _get(self, key: str, kind: type) -> Any:  # noqa: ANN401 - TOML values have the type that `kind` says
        self.seen.add(key)
        if key not in self.values:
            self.wrong(key, "is missing")
        value = self.values[key]
        if not isinstance(value, kind):
            self.wrong(key, f"{value!r} should be a {kind.__name__}")
        return value


def read_toml(file: str, text: str) -> Table:
    """The root table of a TOML text.

    Raises:
        UsageError: the text is no TOML; names file, line and column.
    """
    try:
        return Table(file, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = f"{file}: {error}"
        raise UsageError(message) from error
