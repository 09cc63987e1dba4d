"""Reads text files of separated values: any common separator, with or without a header, after lines of comment."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data.files.formats.limits import Limits
from data.files.formats.raw_table import (
    LINE_COLUMN,
    RawTable,
    build_refusal,
    name_columns,
    refuse_bad_columns,
    refuse_large_table,
    refuse_long_values,
)
from data.files.formats.unpack import Content

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""Separators other than the comma, with their names."""

NULL_WORDS = ["null", "NULL", "None", "NA", "N/A", "<NA>", "\\N"]
"""What programs write in place of an empty value."""

MIN_SEPARATORS = 2
"""So many of a separator in the first line make it the separator of the file; prices may contain commas then."""

NO_CSV = "is no CSV that can be read"

MAX_PARTS = 4
"""How many times the usual size a part of a text may have, if no row ends before."""

MAX_COMMENT_LINES = 20
COMMENT = re.compile(r"(?i)^\W*(#|//|https?:|www\.|sep=)")
"""A line before the header that names no columns."""

STAMP = re.compile(
    r"^\s*\"?(\d{8,}([.,]\d*)?|\d[.,]\d+e\+?\d+|\d{4}[-/]\d\d[-/]\d\d\b.*|\d+)\"?\s*$", re.IGNORECASE | re.ASCII
)
"""A value that no column is named: a stamp or a whole number."""


@dataclass(frozen=True, slots=True)
class TextStart:
    """How a text begins: its separator, the fields of its first row, and how many lines come before the values."""

    separator: str
    fields: list[str]
    has_names: bool
    lines_before: int

    @property
    def names(self) -> list[str]:
        """The names of the columns, some of which may be empty."""
        return [name.strip() for name in self.fields] if self.has_names else name_columns(len(self.fields))

    @property
    def columns(self) -> list[str]:
        """The names for polars, which wants each once: nameless columns get their number."""
        return [name or f"column_{number}" for number, name in enumerate(self.names, 1)]


def parse_text(path: Path, content: Content, limits: Limits) -> RawTable:
    """The rows of a text file; its values are text, empty ones null. Blank lines are dropped.

    Raises:
        FileRefused: the file is empty, no text, malformed or too large, or repeats a column.
    """
    data = _convert_to_utf8(path, content.data)
    refuse_long_lines(path, data, limits)
    start = find_start(path, data, limits)
    refuse_large_table(path, data.count(b"\n"), len(start.fields), limits)
    try:
        rows = _read_rows(data, start, start.lines_before)
    except pl.exceptions.PolarsError as error:
        raise build_refusal(path, _find_uneven_line(data, start) or NO_CSV) from error
    table = _build_table(path, content.name, start, rows, start.lines_before)
    refuse_long_values(path, table.rows, table.row_word, limits)
    return table


def parse_text_pieces(path: Path, name: str, pieces: Iterable[bytes], limits: Limits) -> Iterator[RawTable]:
    """The rows of a text in UTF-8 batch by batch, each as `parse_text` gives it.

    Args:
        path: the file.
        name: that of its content.
        pieces: the text, cut between rows.
        limits: the limits of the file.

    Raises:
        FileRefused: `parse_text` would refuse the text, or has to convert it first. Its message alone says why.
    """
    start: TextStart | None = None
    row_count = 0
    for piece in pieces:
        data = piece if start else piece.removeprefix(codecs.BOM_UTF8)
        skipped = 0
        try:
            data.decode()
            if start is None:
                start = find_start(path, data, limits)
                skipped = row_count = start.lines_before
            if data.count(b"\n") * len(start.fields) > limits.batch_bytes:  # values of a byte on average are none
                raise build_refusal(path, NO_CSV)
            rows = _read_rows(data, start, skipped)
        except (UnicodeDecodeError, pl.exceptions.PolarsError) as error:
            raise build_refusal(path, NO_CSV) from error
        if b"\0" in data:
            raise build_refusal(path, NO_CSV)
        table = _build_table(path, name, start, rows, row_count)
        refuse_long_values(path, table.rows, table.row_word, limits)
        yield table
        row_count += len(rows)


def cut_lines(path: Path, pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """A text in parts of about ``size`` bytes that end with a row: at the end of a line outside of quotes.

    Raises:
        FileRefused: a part would become several times as large.
    """
    rest = b""
    for piece in pieces:
        for start in range(0, len(piece), size):
            rest += piece[start : start + size]
            if len(rest) < size:
                continue
            if len(rest) > MAX_PARTS * size:
                raise build_refusal(path, NO_CSV)
            end = rest.rfind(b"\n") + 1
            if end and rest.count(b'"', 0, end) % 2 == 0:
                yield rest[:end]
                rest = rest[end:]
    if rest:
        yield rest


def _read_rows(data: bytes, start: TextStart, skipped_lines: int) -> pl.DataFrame:
    """The rows after some lines, blank ones too. Raises PolarsError if they are malformed."""
    return pl.read_csv(
        data,
        has_header=False,
        skip_lines=skipped_lines,
        separator=start.separator,
        schema=dict.fromkeys(start.columns, pl.String()),
        null_values=NULL_WORDS,
        missing_columns="insert",  # the first row of values may be a short one
    )


def _build_table(path: Path, name: str, start: TextStart, rows: pl.DataFrame, rows_before: int) -> RawTable:
    """The table of some rows of a text, without blank ones."""
    numbered = rows.with_row_index(LINE_COLUMN, offset=rows_before + 1)
    form = f"CSV with {SEPARATORS[start.separator]}" if start.separator in SEPARATORS else "CSV"
    values = numbered.filter(~pl.all_horizontal(pl.exclude(LINE_COLUMN).is_null()))
    nameless = {column: "" for column, name in zip(start.columns, start.names, strict=True) if not name}
    if len(nameless) == 1:
        values = values.rename(nameless)
    return RawTable(path, name, form, values, has_names=start.has_names, row_word="line")


def _convert_to_utf8(path: Path, data: bytes) -> bytes:
    """The text in UTF-8, without a byte order mark."""
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            data = data.decode("utf-16").encode()
        data = data.removeprefix(codecs.BOM_UTF8)
        data.decode()
    except UnicodeDecodeError as error:
        raise build_refusal(path, f"is no text in UTF-8 (byte {error.start + 1})") from error
    if b"\n" not in data:  # lines that end as on old Macs
        data = data.replace(b"\r", b"\n")
    if b"\0" in data:
        raise build_refusal(path, "is no text: it holds zero bytes")
    return data


def refuse_long_lines(path: Path, data: bytes, limits: Limits) -> None:
    """Raise an error if a line of a text is longer than the limit; FileRefused names it."""
    start = 0
    while len(data) - start > limits.line_bytes:
        end = data.rfind(b"\n", start, start + limits.line_bytes + 1)
        if end < 0:
            number = data.count(b"\n", 0, start) + 1
            raise build_refusal(
                path, f"line {number} has more than {limits.line_bytes:,} bytes: write each row on a line of its own"
            )
        start = end + 1


def find_start(path: Path, data: bytes, limits: Limits) -> TextStart:
    """Look at the first lines. Raises FileRefused if none has values or names, or if its columns cannot be taken."""
    try:
        start = _read_start(path, data, limits)
    except csv.Error as error:
        raise build_refusal(path, _describe_odd_line(data)) from error
    refuse_bad_columns(path, start.names, limits)
    return start


def _read_start(path: Path, data: bytes, limits: Limits) -> TextStart:
    """The start of a text. Raises FileRefused if there is no line with values or names, csv.Error if it is odd."""
    stream = io.BytesIO(data)
    comments = number = 0
    comment_fields: list[str] = []
    while raw_line := stream.readline(limits.line_bytes):
        number += 1
        line = raw_line.decode(errors="replace").strip("\r\n")
        if not line.strip():
            continue
        if COMMENT.match(line) and comments < MAX_COMMENT_LINES:
            comments += 1
            comment_fields = _split(line.lstrip("#/ \t"), _find_separator(line))
            continue
        separator = _find_separator(line)
        fields = _split(line, separator)
        if _is_numbered(fields) or not any(STAMP.match(field) for field in fields):
            return TextStart(separator, fields, has_names=True, lines_before=number)
        if len(comment_fields) == len(fields):  # the names stand in the comment
            return TextStart(separator, comment_fields, has_names=True, lines_before=number - 1)
        return TextStart(separator, fields, has_names=False, lines_before=number - 1)
    raise build_refusal(path, "is empty")


def _is_numbered(fields: list[str]) -> bool:
    """Whether columns are named 0, 1, 2..., perhaps after a nameless one, as pandas names those of lists of values."""
    names = fields if fields[0] else fields[1:]
    return len(names) > 1 and names == [str(number) for number in range(len(names))]


def _find_separator(line: str) -> str:
    """The separator of a line: that of `SEPARATORS` which is in it at least `MIN_SEPARATORS` times, else a comma."""
    outside_quotes = re.sub(r'"[^"]*"', "", line)
    counts = {separator: outside_quotes.count(separator) for separator in SEPARATORS}
    best = max(counts, key=lambda separator: counts[separator])
    return best if counts[best] >= MIN_SEPARATORS else ","


def _split(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator))


def _find_uneven_line(data: bytes, start: TextStart) -> str | None:
    """A message about the first line with more fields than the first, or that is odd; None if there is none."""
    lines = io.StringIO(data.decode(), newline="\n")
    for _ in range(start.lines_before):
        lines.readline()
    rows = csv.reader(lines, delimiter=start.separator)
    width = len(start.fields)
    try:
        uneven = next(((rows.line_num + start.lines_before, len(row)) for row in rows if len(row) > width), None)
    except csv.Error:
        return _describe_odd_line(data)
    first = "header" if start.has_names else "first"
    return None if uneven is None else f"line {uneven[0]} has {uneven[1]} fields, the {first} has {width}"


def _describe_odd_line(data: bytes) -> str:
    """Why the standard reader of CSV gives up on a text."""
    if data.count(b"\r") > data.count(b"\r\n"):
        return f"{NO_CSV}: some lines end with CR alone; save it with lines that end with LF or CR LF"
    return f"{NO_CSV}: a value has more than {csv.field_size_limit():,} characters; a quote may not end"
