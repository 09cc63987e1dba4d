"""Reads JSON objects whose bad rows are listed instead of refusing the whole file; nested values get dotted names."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from data.files.formats.line_table import FAULT, TextLines
from data.files.formats.raw_table import LINE_COLUMN, RawTable, build_refusal

MAX_COLUMNS = 200
"""The names that are read; those of later ones are left out."""

MAX_DEPTH = 6
"""The depth to which values are read."""

TEXTS = {True: "true", False: "false"}
"""The text of a value that is true or false."""

SCALARS = frozenset({str, bool, type(None)})
"""The types of values that hold no others; numbers stay text."""

DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""One decoder for all lines: `json.loads` with options would build one for each."""


def parse_records(path: Path, name: str, lines: TextLines) -> tuple[RawTable, pl.DataFrame]:
    """The objects of a JSON list or of a line each, as text values, and every bad line (`FAULT`).

    Raises:
        FileRefused: the text is a JSON list that is malformed, or holds no object.
    """
    numbered = lines.number_lines()
    first = numbered["text"][0].lstrip() if len(numbered) else ""
    is_list = first.startswith("[")
    found = _load_list(path, lines) if is_list else _load_lines(numbered)
    if not found.records:
        raise build_refusal(path, "holds no JSON objects")
    columns: dict[str, None] = {}
    for record in found.records:
        if len(columns) < MAX_COLUMNS:
            columns.update(dict.fromkeys(record))
    names = list(columns)[:MAX_COLUMNS]
    if LINE_COLUMN in names:
        raise build_refusal(path, f"has a field {LINE_COLUMN!r}, a name that the program uses itself; rename it")
    try:
        frame = pl.from_dicts(found.records, schema=dict.fromkeys(names, pl.String()))
    except UnicodeEncodeError as error:
        raise build_refusal(path, f"holds half a sign ({error.object[error.start]!r}), which is no text") from error
    numbers = pl.Series(LINE_COLUMN, found.numbers, pl.UInt32)
    row_word = "row" if is_list else "line"
    table = RawTable(path, name, "JSON", frame.insert_column(0, numbers), row_word=row_word)
    faults = pl.DataFrame(found.bad, schema=FAULT, orient="row")
    return table, pl.concat([lines.faults, faults]).sort(LINE_COLUMN)


Record = dict[str, str | None]
"""The values of an object as text, by their dotted names."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Faults, and records and their numbers in lists apart, which the garbage collector need not walk through."""

    numbers: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)

    def add(self, number: int, value: object) -> None:
        """Keep an object; another value is a fault."""
        if isinstance(value, dict):
            self.numbers.append(number)
            self.records.append(_flatten(value))
        else:
            self.bad.append((number, "is no JSON object"))


def _load_list(path: Path, lines: TextLines) -> _Found:
    try:
        document = _parse("\n".join(lines.text.to_list()))
    except (json.JSONDecodeError, RecursionError) as error:
        raise build_refusal(
            path, f"is no JSON ({error.msg if isinstance(error, json.JSONDecodeError) else 'nested too deeply'})"
        ) from error
    found = _Found()
    for number, value in enumerate(document, 1):
        found.add(number, value)
    return found


def _load_lines(numbered: pl.DataFrame) -> _Found:
    found = _Found()
    for number, text in numbered.iter_rows():
        try:
            found.add(number, _parse(text))
        except json.JSONDecodeError as error:
            found.bad.append((number, f"is no JSON ({error.msg})"))
        except RecursionError:
            found.bad.append((number, "is JSON nested too deeply"))
    return found


def _parse(text: str) -> Any:  # noqa: ANN401 - JSON may be anything
    """The value of a text; numbers stay the text that they were."""
    return DECODER.decode(text)


def _flatten(value: dict[str, Any], prefix: str = "", depth: int = 0) -> Record:
    """The values by dotted names: ``{"error": {"code": "-2022"}}`` gives ``error.code``, as does a list of that object.

    Other lists are not read, nor is what lies deeper than `MAX_DEPTH`.
    """
    if not prefix and SCALARS.issuperset(map(type, value.values())):  # most records are flat
        return {name: TEXTS[item] if type(item) is bool else item for name, item in value.items()}
    record: Record = {}
    for name, found in value.items():
        item = found[0] if type(found) is list and len(found) == 1 else found
        if item is None or type(item) is str:
            record[prefix + name] = item
        elif isinstance(item, dict):
            record |= _flatten(item, f"{prefix}{name}.", depth + 1) if depth < MAX_DEPTH else {}
        elif isinstance(item, bool):
            record[prefix + name] = TEXTS[item]
    return record
