"""Reads a CSV or Parquet file into a frame without interpreting its values."""

import csv
import io
from pathlib import Path

import polars as pl

from data.errors import FileRefused

LINE_COLUMN = "line of file"
"""The added column: the line of a CSV (its header is line 1) or the row of a Parquet file (from 1)."""

FILE_SUFFIXES = (".csv", ".parquet")


def read_raw_file(path: Path) -> pl.DataFrame:
    """The rows of a file with lower-case column names and `LINE_COLUMN`.

    The values of a CSV are text, empty ones null; its blank lines are dropped.

    Raises:
        FileRefused: the file does not exist, is neither CSV nor Parquet, empty or malformed, or repeats a column.
    """
    suffix = path.suffix.lower()
    if suffix not in FILE_SUFFIXES:
        ending = repr(path.suffix) if path.suffix else "nothing"
        raise build_refusal(path, f"ends in {ending}; candles are read from {' and '.join(FILE_SUFFIXES)}")
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise build_refusal(path, "there is no such file") from error
    except OSError as error:
        raise build_refusal(path, error.strerror or str(error)) from error
    if not content:
        raise build_refusal(path, "is empty")
    frame = _parse_csv(path, content) if suffix == ".csv" else _parse_parquet(path, content)
    _refuse_duplicate_columns(path, frame.columns)
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    return frame.filter(~pl.all_horizontal(pl.exclude(LINE_COLUMN).is_null())) if suffix == ".csv" else frame


def build_refusal(path: Path, reason: str) -> FileRefused:
    """The error for a file, with its name and the reason."""
    return FileRefused(f"{path.name}: {reason}")


def _refuse_duplicate_columns(path: Path, columns: list[str]) -> None:
    names = [name.strip().lower() for name in columns]
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        raise build_refusal(path, f"has more than one column {', '.join(duplicates)}")


def _parse_csv(path: Path, content: bytes) -> pl.DataFrame:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise build_refusal(path, f"is no text in UTF-8 (byte {error.start + 1})") from error
    if "\0" in text:
        raise build_refusal(path, "is no text: it holds zero bytes")
    body = text.lstrip("\r\n")
    if not body:
        raise build_refusal(path, "is empty")
    lines_before = text[: len(text) - len(body)].count("\n")
    # polars renames duplicate columns, so the header is checked separately.
    header = next(csv.reader(io.StringIO(body)))
    _refuse_duplicate_columns(path, header)
    try:
        rows = pl.read_csv(io.BytesIO(body.encode()), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise build_refusal(
            path, _find_uneven_line(body, len(header), lines_before) or "is no CSV that can be read"
        ) from error
    return rows.with_row_index(LINE_COLUMN, offset=lines_before + 2)


def _find_uneven_line(text: str, width: int, lines_before: int) -> str | None:
    """A message about the first line with more fields than the header; None if there is none."""
    rows = csv.reader(io.StringIO(text))
    uneven = next(((rows.line_num + lines_before, len(row)) for row in rows if len(row) > width), None)
    return None if uneven is None else f"line {uneven[0]} has {uneven[1]} fields, the header has {width}"


def _parse_parquet(path: Path, content: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(content)).with_row_index(LINE_COLUMN, offset=1)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:  # a damaged page makes polars panic
        raise build_refusal(path, "is no Parquet file that can be read") from error
