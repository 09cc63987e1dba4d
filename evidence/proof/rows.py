"""The rows of a table as the CSV of them: their hash, and which cells differ between two."""

import csv
import hashlib
from collections.abc import Iterator
from io import StringIO

import polars as pl

from data.files.export import encode_rows
from evidence.proof.numbers import Difference, list_differences

ROWS_HASH = "rows_sha256"
"""The entry of a manifest with the SHA-256 of the bytes of the CSV of all rows, its header included."""


def hash_rows(rows: pl.DataFrame) -> str:
    """The SHA-256 of the rows as `data.files.export` writes them to a CSV."""
    return hash_csv(encode_rows(rows, "csv"))


def hash_csv(content: bytes) -> str:
    """The SHA-256 of the bytes of a CSV."""
    return hashlib.sha256(content).hexdigest()


def list_row_differences(old: bytes, new: bytes) -> Iterator[Difference]:
    """The cells of two CSVs that differ, by row (from 1) and column; where rows or columns do not match, only that."""
    old_rows, new_rows = _parse_rows(old), _parse_rows(new)
    if len(old_rows) != len(new_rows):
        yield Difference("rows", max(len(old_rows) - 1, 0), max(len(new_rows) - 1, 0))
        return
    if old_rows[:1] != new_rows[:1]:
        yield Difference("columns", old_rows[0], new_rows[0])
        return
    for number, (old_row, new_row) in enumerate(zip(old_rows, new_rows, strict=True)):
        if old_row != new_row:
            names = dict.fromkeys(old_rows[0])
            for name, old_cell, new_cell in zip(names, old_row, new_row, strict=False):
                if old_cell != new_cell:
                    yield from list_differences(f"row {number} {name}", _parse_cell(old_cell), _parse_cell(new_cell))


def _parse_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8", "replace"), newline="")))


def _parse_cell(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text
