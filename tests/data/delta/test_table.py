"""A table that is open is at the version that the log shows."""

from functools import partial
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from data.delta.table import StoreTable
from data.errors import StoreUnusable

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


def _remove_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()


def test_a_table_that_was_replaced_is_opened_again(tables: tuple[StoreTable, StoreTable]) -> None:
    """Another table in the same folder, with its own record of digests, is read, although its version is lower."""
    writer, reader = tables
    _append(writer, 2)
    assert _read(reader) == [1, 2]
    _remove_files(Path(writer.uri).parent)
    _append(StoreTable(writer.uri, SCHEMA), 7)
    assert _read(reader) == [7]


def test_a_table_that_is_gone_is_no_new_table(tables: tuple[StoreTable, StoreTable]) -> None:
    """Where there was one it is missing: nothing is read or begun in its place."""
    writer, _ = tables
    _remove_files(Path(writer.uri))
    anew = StoreTable(writer.uri, SCHEMA)
    for work in (_read, partial(_append, number=2)):
        with pytest.raises(
            StoreUnusable, match=r"damaged: .*_delta_log has no commit, where there were 2; put it back"
        ):
            work(anew)
    assert not any(Path(writer.uri).rglob("*.*"))


def test_data_without_a_log_is_no_empty_table(tables: tuple[StoreTable, StoreTable]) -> None:
    """Also in a store of an earlier version, which has no record."""
    writer, _ = tables
    _remove_files(Path(writer.uri, "_delta_log"))
    _remove_files(Path(writer.uri).parent / "digests")
    with pytest.raises(StoreUnusable, match="cannot be read"):
        _read(StoreTable(writer.uri, SCHEMA))


@pytest.mark.parametrize("content", [b"", b"{}\n"])
def test_a_commit_that_lost_its_content_is_found(tables: tuple[StoreTable, StoreTable], content: bytes) -> None:
    """Its rows do not vanish: the table is refused."""
    writer, reader = tables
    _append(writer, 2)
    Path(writer.uri, "_delta_log", f"{2:020}.json").write_bytes(content)
    for table in (reader, StoreTable(writer.uri, SCHEMA)):
        with pytest.raises(StoreUnusable, match=f"{2:020}.json is not as it was written"):
            _read(table)
