"""Old commits are removed from a log, and readers do not mind."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.delta.digest_record import DigestRecord
from data.delta.table import StoreTable
from data.schema import RunOutcome
from data.tables.runs import RunRecord, RunTable

DAY_S = 86_400
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def add_runs(runs: RunTable, count: int) -> None:
    """Add so many rows, each by a commit of its own."""
    for _ in range(count):
        runs.add(RunRecord(kind="follow", outcome=RunOutcome.DONE, began_at=NOW, ended_at=NOW))


@pytest.fixture
def runs(tmp_path: Path) -> RunTable:
    """A table of 26 rows, the log of whose first 15 is 31 days old."""
    return build_runs(tmp_path, days=31)


def build_runs(tmp_path: Path, days: int) -> RunTable:
    """A table of 15 rows, whose log is so many days old, and 11 rows of today."""
    runs = RunTable(str(tmp_path / "lake" / "runs"))
    add_runs(runs, 15)
    long_ago_s = time.time() - days * DAY_S
    for path in list_log(runs.table):
        os.utime(path, (long_ago_s, long_ago_s))
    add_runs(runs, 11)
    return runs


def list_log(table: StoreTable) -> list[Path]:
    """The files of the log."""
    return [path for path in (Path(table.uri) / "_delta_log").iterdir() if path.is_file()]


def test_commits_older_than_a_week_are_removed(tmp_path: Path) -> None:
    """Their rows are still there."""
    runs = build_runs(tmp_path, days=8)
    assert not (Path(runs.table.uri) / "_delta_log" / f"{0:020}.json").exists()
    assert runs.read_rows().height == 26


def test_a_table_without_its_first_commit_is_opened_once(runs: RunTable) -> None:
    """And brought up to date afterwards."""
    table = runs.table.open()
    add_runs(runs, 1)
    assert runs.table.open() is table
    assert runs.read_rows().height == 27


def list_remembered_in_vain(record: DigestRecord) -> list[str]:
    """The files that the record remembers to have compared, and that are gone."""
    return [path for path in record._verified if not (record.table_folder / path).exists()]  # noqa: SLF001 - memory is not visible from outside


def test_what_was_compared_of_files_that_are_gone_is_forgotten(runs: RunTable) -> None:
    """Else a follower would need more memory each day."""
    record = runs.table.digest_record
    assert record is not None
    assert list_remembered_in_vain(record) != []
    runs.table.tidy_digests()
    assert record.find_log_damage() == []
    assert list_remembered_in_vain(record) == []
