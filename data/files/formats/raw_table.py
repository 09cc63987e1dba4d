"""The content of a file as a table of uninterpreted values, and the errors about files."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data.errors import FileRefused
from data.files.formats.limits import Limits
from data.text.quoting import (
    HIDDEN_SIGNS_NOUN,
    MAX_QUOTED_CHARS,
    cut_text,
    escape_hidden_signs,
    has_hidden_signs,
    quote_input,
)

LINE_COLUMN = "line of file"
"""The added column: the line of a text file (its first line is 1) or the row of another file (from 1)."""


MAX_LINE_CHARS = 800
"""The longest line of a message: some values of 200 characters, and what is said of them."""


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
    """The error for a file, with its name and the reason.

    Signs that hide or turn text are written as escapes, and a line that lists too much, such as columns, is cut.
    """
    lines = [line if len(line) <= MAX_LINE_CHARS else f"{line[:MAX_LINE_CHARS]}..." for line in reason.split("\n")]
    shown = escape_hidden_signs("\n".join(lines))
    return FileRefused(f"{name_file(path)}: {shown}")


def name_file(path: Path) -> str:
    """The name of a file as messages show it."""
    return cut_text(escape_hidden_signs(path.name))


def name_columns(count: int) -> list[str]:
    """The names of columns that a file does not name."""
    return [f"column_{number}" for number in range(1, count + 1)]


def refuse_bad_columns(path: Path, columns: Sequence[str], limits: Limits) -> None:
    """Raise an error if there are too many columns, if two have one name, or if a name cannot be shown or is too long.

    Names are compared without case and blanks around.

    Raises:
        FileRefused: there are such columns.
    """
    if len(columns) > limits.columns:
        raise build_refusal(
            path, f"has {len(columns):,} columns; a table may have {limits.columns}: leave out those of no use"
        )
    names = [name.strip().lower() for name in columns]
    duplicates = [name for name, count in Counter(names).items() if name and count > 1]
    if duplicates:
        raise build_refusal(path, f"has more than one column {', '.join(map(cut_text, sorted(duplicates)))}")
    for number, name in enumerate(columns, 1):
        if len(name.encode(errors="replace")) > limits.name_bytes:
            raise build_refusal(
                path, f"names column {number} with more than {limits.name_bytes} bytes; rename it or leave it out"
            )
        if has_hidden_signs(name.strip()):
            raise build_refusal(path, f"has {HIDDEN_SIGNS_NOUN} in the name of column {number}: {quote_input(name)}")
        if name == LINE_COLUMN:
            raise build_refusal(path, f"has a column {LINE_COLUMN!r}, a name that the program uses itself; rename it")


def refuse_large_table(path: Path, row_count: int, column_count: int, limits: Limits) -> None:
    """Raise an error if a table has more rows or values than are read.

    Raises:
        FileRefused: it has.
    """
    if row_count > limits.rows or row_count * column_count > limits.cells:
        size = f"{row_count:,} rows of {column_count} columns"
        raise build_refusal(
            path, f"has {size}; {limits.rows:,} rows and {limits.cells:,} values are read at a time: split it"
        )


def refuse_long_values(path: Path, rows: pl.DataFrame, row_word: str, limits: Limits) -> None:
    """Raise an error if a text is longer than any name, number or time.

    Args:
        path: the file.
        rows: has `LINE_COLUMN`.
        row_word: what a row is called.
        limits: the limits of the file.

    Raises:
        FileRefused: there is such a text; names its row.
    """
    for name in rows.select(pl.col(pl.String)).columns:
        is_long = rows[name].str.len_bytes() > limits.cell_bytes
        if is_long.any():
            number = rows.filter(is_long)[LINE_COLUMN][0]
            raise build_refusal(
                path, f"{row_word} {number}: holds a text of more than {limits.cell_bytes:,} bytes, which is no value"
            )


def quote_column(name: str) -> pl.Expr:
    """A column as messages repeat it: as text, and cut."""
    return pl.col(name).cast(pl.String).str.slice(0, MAX_QUOTED_CHARS)
