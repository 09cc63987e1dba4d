"""The content of a file as a table of uninterpreted values, and the errors about files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data.errors import FileRefused

LINE_COLUMN = "line of file"
"""The added column: the line of a text file (its first line is 1) or the row of another file (from 1)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest content that is read, and how much of it at a time; checked before it takes memory.

    Attributes:
        unpacked_bytes: of what a zip or gzip file holds.
        json_bytes: of a JSON file.
        rows: of a Parquet or Feather file.
        batch_bytes: of a text that is read in batches.
        batch_rows: of a Parquet file that is read in batches.
    """

    unpacked_bytes: int
    json_bytes: int
    rows: int
    batch_bytes: int = 4 << 20
    batch_rows: int = 100_000


FILE_LIMITS = Limits(unpacked_bytes=2 << 30, json_bytes=256 << 20, rows=20_000_000)
"""The limits of a program that works for one user."""

UPLOAD_LIMITS = Limits(unpacked_bytes=64_000_000, json_bytes=32_000_000, rows=1_000_000)
"""The limits of a server: no more unpacked bytes, and about as many rows, as the largest CSV that it accepts has."""


@dataclass(frozen=True, slots=True)
class TableBatches:
    """All rows of a large file: how many there are, and what reads them from the start, batch by batch."""

    count: int
    read: "Callable[[], Iterator[RawTable]]"


@dataclass(frozen=True, slots=True)
class RawTable:
    """The content of a file.

    Attributes:
        path: the file.
        inner_name: the name of its content: that of the member of a zip file, or that before ``.gz``.
        form: the form in words, such as "CSV with semicolons".
        rows: `LINE_COLUMN` and the columns of the file; those of text files and JSON are text, empty ones null.
        has_names: whether the file names its columns; otherwise they are ``column_1``, ``column_2`` and so on.
        row_word: "line" or "row", for messages about a row.
        batches: all rows of a large file, of which ``rows`` are a sample; None where ``rows`` are all.
    """

    path: Path
    inner_name: str
    form: str
    rows: pl.DataFrame
    has_names: bool = True
    row_word: str = "row"
    batches: TableBatches | None = None

    @property
    def count(self) -> int:
        """How many rows the file has."""
        return len(self.rows) if self.batches is None else self.batches.count


def build_refusal(path: Path, reason: str) -> FileRefused:
    """The error for a file, with its name and the reason."""
    return FileRefused(f"{path.name}: {reason}")


def name_columns(count: int) -> list[str]:
    """The names of columns that a file does not name."""
    return [f"column_{number}" for number in range(1, count + 1)]


def refuse_duplicate_columns(path: Path, columns: list[str]) -> None:
    """Raise an error if two columns have one name, without case and blanks around.

    Raises:
        FileRefused: there are such columns.
    """
    names = [name.strip().lower() for name in columns]
    duplicates = sorted({name for name in names if name and names.count(name) > 1})
    if duplicates:
        raise build_refusal(path, f"has more than one column {', '.join(duplicates)}")
