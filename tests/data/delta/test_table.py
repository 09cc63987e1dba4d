"""A table that is open is at the version that the log shows."""

from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from data.delta.table import StoreTable

SCHEMA: dict[str, pl.DataType] = {"number": pl.Int64()}


def _append(table: StoreTable, number: int) -> None:
    table.append(pl.DataFrame({"number": [number]}))


def _read(table: StoreTable) -> list[int]:
    return sorted(table.read(lambda rows: rows)["number"])


@pytest.fixture
def tables(tmp_path: Path) -> tuple[StoreTable, StoreTable]:
    """Two tables on one folder, as of two processes, which hold 1."""
    writer, reader = (StoreTable(str(tmp_path / "table"), SCHEMA) for _ in range(2))
    _append(writer, 1)
    return writer, reader


def test_a_later_version_is_read(tables: tuple[StoreTable, StoreTable]) -> None:
    """What another process appends is read, and read again it is the same."""
    writer, reader = tables
    assert _read(reader) == [1]
    _append(writer, 2)
    assert _read(reader) == [1, 2]
    assert _read(reader) == [1, 2]


def test_a_later_version_is_read_after_its_commit_is_removed(tables: tuple[StoreTable, StoreTable]) -> None:
    """A checkpoint may stand for the commits that came after the version that was open."""
    writer, reader = tables
    assert _read(reader) == [1]
    _append(writer, 2)
    _append(writer, 3)
    DeltaTable(writer.uri).create_checkpoint()
    Path(writer.uri, "_delta_log", f"{2:020}.json").unlink()
    assert _read(reader) == [1, 2, 3]


def test_a_table_that_was_replaced_is_opened_again(tables: tuple[StoreTable, StoreTable]) -> None:
    """Another table in the same folder is read, although its version is lower."""
    writer, reader = tables
    _append(writer, 2)
    assert _read(reader) == [1, 2]
    for path in sorted(Path(writer.uri).rglob("*"), reverse=True):
        if path.is_file():
            path.unlink()
    _append(StoreTable(writer.uri, SCHEMA), 7)
    assert _read(reader) == [7]
