"""Reads text files whose bad lines are listed instead of refusing the whole file: the logs of programs."""

import codecs
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from data.errors import FileRefused
from data.files.formats.limits import Limits
from data.files.formats.raw_table import LINE_COLUMN, RawTable, build_refusal, refuse_large_table
from data.files.formats.text_table import NO_CSV, find_start, parse_text, refuse_long_lines
from data.files.formats.unpack import Content

FAULT: dict[str, pl.DataType] = {LINE_COLUMN: pl.UInt32(), "fault": pl.String()}
"""A line that is no row, and why."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class TextLines:
    """The lines of a text, from line 1 on, as ``text``; a bad one is empty here and stands in ``faults`` (`FAULT`)."""

    text: pl.Series
    faults: pl.DataFrame

    def number_lines(self) -> pl.DataFrame:
        """The lines that are not blank: `LINE_COLUMN` and ``text``."""
        lines = self.text.alias("text").to_frame().with_row_index(LINE_COLUMN, offset=1)
        return lines.filter(pl.col("text").str.strip_chars() != "")


def split_lines(path: Path, content: Content, limits: Limits) -> TextLines:
    """The lines of a text in UTF-8 or UTF-16; one that is no text is a bad one.

    Raises:
        FileRefused: there is no line, there are too many, or one is too long.
    """
    if content.data.removeprefix(codecs.BOM_UTF8).lstrip()[:1] not in {b"[", b"{"}:  # JSON may be on one line
        refuse_long_lines(path, content.data, limits)
    text, is_damaged = _decode(content.data)
    if "\n" not in text:  # lines that end as on old Macs
        text = text.replace("\r", "\n")
    refuse_large_table(path, text.count("\n"), 1, limits)
    lines = pl.Series("text", text.split("\n")).str.strip_chars_end("\r")
    if not text.strip("\r\n \t"):
        raise build_refusal(path, "is empty")
    column = pl.col("text")
    fault = (
        pl.when(column.str.contains("\0", literal=True))
        .then(pl.lit("holds zero bytes"))
        .when(pl.lit(is_damaged) & column.str.contains(REPLACEMENT, literal=True))
        .then(pl.lit("is no text in UTF-8"))
    )
    return _set_aside(lines, fault)


def parse_rows(path: Path, name: str, lines: TextLines, limits: Limits) -> tuple[RawTable, pl.DataFrame]:
    """The rows of lines of separated values, and every bad line (`FAULT`).

    A line with another number of fields than the first, or with a quote that does not end on it, is a bad one: no value
    of a log has several lines.

    Raises:
        FileRefused: no line has values or names, there are too many, or two columns have one name.
    """
    data = _join(lines)
    start = find_start(path, data, limits)
    column, width = pl.col("text"), len(start.fields)
    unquoted = column.str.replace_all(r'"[^"]*"', "")
    fields = unquoted.str.count_matches(start.separator, literal=True) + 1
    place = "header" if start.has_names else "first line"
    fault = (
        pl.when((pl.int_range(pl.len()) < start.lines_before) | (column.str.strip_chars() == ""))
        .then(None)
        .when(unquoted.str.contains('"', literal=True))
        .then(pl.lit("has a quote that does not end on this line"))
        .when(fields != width)
        .then(pl.format(f"has {{}} field{{}}, the {place} has {width}", fields, _write_plural(fields)))
    )
    good = _set_aside(lines.text, fault)
    try:
        table = parse_text(path, Content(name, _join(good)), replace(limits, cell_bytes=limits.line_bytes))
    except FileRefused as error:
        if not good.faults.is_empty() and NO_CSV in str(error):
            raise build_refusal(path, "has no line that can be read") from error
        raise
    return table, pl.concat([lines.faults, good.faults]).sort(LINE_COLUMN)


def _write_plural(number: pl.Expr) -> pl.Expr:
    return pl.when(number == 1).then(pl.lit("")).otherwise(pl.lit("s"))


def _set_aside(lines: pl.Series, fault: pl.Expr) -> TextLines:
    """The lines without those that have a fault."""
    frame = lines.to_frame().with_row_index(LINE_COLUMN, offset=1).with_columns(fault=fault.cast(pl.String))
    faults = frame.filter(pl.col("fault").is_not_null()).select(*FAULT)
    if faults.is_empty():
        return TextLines(lines, faults)
    kept = frame.select(text=pl.when(pl.col("fault").is_null()).then("text").otherwise(pl.lit("")))
    return TextLines(kept.to_series(), faults)


def _join(lines: TextLines) -> bytes:
    return ("\n".join(lines.text.to_list()) + "\n").encode()


def _decode(data: bytes) -> tuple[str, bool]:
    """The text without a byte order mark, and whether some of it is damaged."""
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding), False
    except UnicodeDecodeError:
        return data.decode(encoding, errors="replace"), True
