"""Reads rows from JSON: a list of lists or of objects, or one of either per line."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

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

NO_ROWS = "holds no list of rows; write a list of [time, open, high, low, close, volume], or of objects"


def parse_json(path: Path, content: Content, limits: Limits) -> RawTable:
    """The rows of a JSON file: its list, or the one list in its object. Numbers stay the text that they were.

    Raises:
        FileRefused: the file is too large, no JSON, or holds no rows of one form.
    """
    document = _load(path, _decode(path, content, limits))
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        document = lists[0] if len(lists) == 1 else None
    if not isinstance(document, list):
        raise build_refusal(path, NO_ROWS)
    return _build_table(path, content, document, range(1, len(document) + 1), "row", limits)


def parse_json_lines(path: Path, content: Content, limits: Limits) -> RawTable:
    """The rows of a file with a JSON list or object per line.

    Raises:
        FileRefused: the file is too large, a line is no JSON, or the lines are not of one form.
    """
    lines = _decode(path, content, limits).split("\n")
    numbers = [number for number, line in enumerate(lines, 1) if line.strip()]
    rows = [_load(path, lines[number - 1], f"line {number}: ") for number in numbers]
    return _build_table(path, content, rows, numbers, "line", limits)


def _decode(path: Path, content: Content, limits: Limits) -> str:
    if len(content.data) > limits.json_bytes:
        raise build_refusal(path, f"is JSON of more than {limits.json_bytes / 1e6:,.0f} MB; write it as CSV or Parquet")
    try:
        return content.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise build_refusal(path, f"is no text in UTF-8 (byte {error.start + 1})") from error


def _load(path: Path, text: str, place: str = "") -> Any:  # noqa: ANN401 - JSON may be anything
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise build_refusal(path, f"{place}is no JSON ({error.msg}, line {error.lineno})") from error
    except RecursionError as error:
        raise build_refusal(path, f"{place}is JSON nested too deeply") from error


def _build_table(
    path: Path, content: Content, rows: list[Any], numbers: Sequence[int], row_word: str, limits: Limits
) -> RawTable:
    if not rows or not isinstance(rows[0], list | dict) or not rows[0]:
        raise build_refusal(path, NO_ROWS)
    has_names = isinstance(rows[0], dict)
    if has_names:
        columns = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    else:
        columns = name_columns(len(rows[0]))
    refuse_bad_columns(path, columns, limits)
    refuse_large_table(path, len(rows), len(columns), limits)
    values = _list_values(path, zip(numbers, rows, strict=True), columns, row_word, has_names=has_names)
    try:
        frame = pl.DataFrame(list(values), schema=dict.fromkeys(columns, pl.String()), orient="row")
    except UnicodeEncodeError as error:
        raise build_refusal(path, f"holds half a sign ({error.object[error.start]!r}), which is no text") from error
    lines = pl.Series(LINE_COLUMN, numbers, pl.UInt32)
    numbered = frame.insert_column(0, lines)
    refuse_long_values(path, numbered, row_word, limits)
    return RawTable(path, content.name, "JSON", numbered, has_names=has_names, row_word=row_word)


def _list_values(
    path: Path, rows: Iterable[tuple[int, Any]], columns: list[str], row_word: str, *, has_names: bool
) -> Iterator[list[str | None]]:
    """The values of each row as text, in the order of the columns."""
    for number, row in rows:
        if isinstance(row, dict) is not has_names or not isinstance(row, dict | list):
            raise build_refusal(path, f"{row_word} {number}: is of another form than the first")
        if isinstance(row, list) and len(row) != len(columns):
            raise build_refusal(path, f"{row_word} {number}: has {len(row)} values, the first has {len(columns)}")
        values = [row.get(name) for name in columns] if isinstance(row, dict) else row
        if any(isinstance(value, list | dict) for value in values):
            raise build_refusal(path, f"{row_word} {number}: holds a list or an object in place of a value")
        yield [_format_value(value) for value in values]


def _format_value(value: str | bool | None) -> str | None:  # noqa: FBT001 - a value of JSON
    return str(value).lower() if isinstance(value, bool) else (value or None)
