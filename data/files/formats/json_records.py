"""Reads JSON objects whose bad rows are listed instead of refusing the whole file; nested values get dotted names."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from data.files.formats.line_table import FAULT, TextLines
from data.files.formats.raw_table import LINE_COLUMN, RawTable, build_refusal

MAX_COLUMNS = 200
"""The names that are read; those of later ones are left out."""

MAX_DEPTH = 6
"""The depth to which values are read."""

SCALARS = frozenset({str, type(None)})
"""The types of values that need no conversion, as numbers stay text."""

DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""One decoder for all lines: `json.loads` with options would build one for each."""


def parse_records(path: Path, name: str, lines: TextLines) -> tuple[RawTable, pl.DataFrame]:
    """The objects of a JSON list or of a line each, as text values, and every bad line (`FAULT`).

    Raises:
        FileRefused: the text is a JSON list that is malformed, or holds no object.
    """
    numbered = lines.numbered
    first = numbered["text"][0].lstrip() if len(numbered) else ""
    if first.startswith("["):
        found, bad = _load_list(path, lines)
        row_word = "row"
    else:
        found, bad = _load_lines(numbered)
        row_word = "line"
    if not found:
        raise build_refusal(path, "holds no JSON objects")
    columns: dict[str, None] = {}
    for _, record in found:
        if len(columns) < MAX_COLUMNS:
            columns.update(dict.fromkeys(record))
    names = list(columns)[:MAX_COLUMNS]
    frame = pl.from_dicts([record for _, record in found], schema=dict.fromkeys(names, pl.String()))
    numbers = pl.Series(LINE_COLUMN, [number for number, _ in found], pl.UInt32)
    table = RawTable(path, name, "JSON", frame.insert_column(0, numbers), row_word=row_word)
    faults = pl.DataFrame(bad, schema=FAULT, orient="row")
    return table, pl.concat([lines.faults, faults]).sort(LINE_COLUMN)


Record = dict[str, str | None]
"""The values of an object as text, by their dotted names."""


def _load_list(path: Path, lines: TextLines) -> tuple[list[tuple[int, Record]], list[tuple[int, str]]]:
    try:
        document = _parse("\n".join(lines.text.to_list()))
    except (json.JSONDecodeError, RecursionError) as error:
        raise build_refusal(path, f"is no JSON ({error})") from error
    return _flatten_all(enumerate(document, 1))


def _load_lines(numbered: pl.DataFrame) -> tuple[list[tuple[int, Record]], list[tuple[int, str]]]:
    values, bad = [], []
    for number, text in numbered.iter_rows():
        try:
            values.append((number, _parse(text)))
        except json.JSONDecodeError as error:
            bad.append((number, f"is no JSON ({error.msg})"))
        except RecursionError:
            bad.append((number, "is JSON nested too deeply"))
    found, others = _flatten_all(values)
    return found, bad + others


def _parse(text: str) -> Any:  # noqa: ANN401 - JSON may be anything
    """The value of a text; numbers stay the text that they were."""
    return DECODER.decode(text)


def _flatten_all(values: Iterable[tuple[int, Any]]) -> tuple[list[tuple[int, Record]], list[tuple[int, str]]]:
    found: list[tuple[int, Record]] = []
    bad: list[tuple[int, str]] = []
    for number, value in values:
        if isinstance(value, dict):
            found.append((number, _flatten(value)))
        else:
            bad.append((number, "is no JSON object"))
    return found, bad


def _flatten(value: dict[str, Any], prefix: str = "", depth: int = 0) -> Record:
    """The values by dotted names: ``{"error": {"code": "-2022"}}`` gives ``error.code``, as does a list of that object.

    Other lists are not read, nor is what lies deeper than `MAX_DEPTH`.
    """
    if SCALARS.issuperset(map(type, value.values())) and not prefix:
        return value
    record: Record = {}
    for name, found in value.items():
        item = found[0] if type(found) is list and len(found) == 1 else found
        if item is None or type(item) is str:
            record[prefix + name] = item
        elif isinstance(item, dict):
            record |= _flatten(item, f"{prefix}{name}.", depth + 1) if depth < MAX_DEPTH else {}
        elif isinstance(item, bool):
            record[prefix + name] = str(item).lower()
    return record
