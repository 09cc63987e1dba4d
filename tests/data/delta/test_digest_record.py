"""What lies on the disk is compared with what was written."""

import json
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from data.delta.digest_record import Damage, DigestRecord, name_commit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a table whose commits 0 to 2 have a row each, none of them recorded."""
    path = tmp_path / "lake" / "numbers"
    for number in range(3):
        append(path, number)
    return path


@pytest.fixture
def record(folder: Path) -> DigestRecord:
    """Its record, which has everything."""
    record = DigestRecord(folder)
    record.add_commits()
    record.add_files(list_files(folder))
    return record


def append(folder: Path, number: int) -> None:
    """Append a row, as a version of the program without a record does."""
    write_deltalake(folder, pl.DataFrame({"number": [number]}), mode="append")


def list_files(folder: Path) -> list[str]:
    """The files of the table, below its folder."""
    return [Path(uri).name for uri in DeltaTable(folder).file_uris()]


def flip_bit(path: Path, byte: int) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[byte] ^= 0x10
    path.write_bytes(content)


def read_lines(record: DigestRecord) -> list[bytes]:
    """The lines of the record."""
    return record.path.read_bytes().splitlines()


def test_a_line_has_its_check_the_version_and_the_digests(folder: Path, record: DigestRecord) -> None:
    """The digests are those of sha256sum."""
    append(folder, 3)
    record.add_commits()
    check, text = read_lines(record)[-1].split(b" ", 1)
    (new_file,) = set(list_files(folder)) - {path for line in read_lines(record)[:-1] for path in _list_paths(line)}
    assert check.decode() == sha256(text).hexdigest()[:16]
    assert json.loads(text) == {
        "version": 3,
        "files": {
            new_file: sha256((folder / new_file).read_bytes()).hexdigest(),
            name_commit(3): sha256((folder / name_commit(3)).read_bytes()).hexdigest(),
        },
    }


def _list_paths(line: bytes) -> list[str]:
    return list(json.loads(line.split(b" ", 1)[1])["files"])


def test_an_older_table_begins_with_its_newest_commit(folder: Path) -> None:
    """Files of before have no digest until they get one."""
    record = DigestRecord(folder)
    record.add_commits()
    assert len(record.list_unrecorded(list_files(folder))) == 2
    assert record.add_files(list_files(folder)) == 2
    assert record.add_files(list_files(folder)) == 0
    assert record.list_unrecorded(list_files(folder)) == []


def test_what_is_as_it_was_written_has_no_damage(folder: Path, record: DigestRecord) -> None:
    """Neither the log nor the files."""
    assert record.find_log_damage() == []
    assert record.find_damage(list_files(folder)) == []
    assert record.find_record_damage() == []


def test_any_flipped_bit_of_a_file_is_found(folder: Path, record: DigestRecord) -> None:
    """At every byte of the file."""
    name = list_files(folder)[0]
    whole = (folder / name).read_bytes()
    for byte in range(len(whole)):
        flip_bit(folder / name, byte)
        assert DigestRecord(folder).find_damage([name]) == [Damage(name, "is not as it was written")], byte
        (folder / name).write_bytes(whole)
    assert record.find_damage([name]) == []


def test_a_file_is_checked_again_once_it_changes(folder: Path, record: DigestRecord) -> None:
    """Although the same process has found it whole."""
    name = list_files(folder)[0]
    assert record.find_damage([name]) == []
    flip_bit(folder / name, 100)
    assert record.find_damage([name]) == [Damage(name, "is not as it was written")]


def test_a_missing_file_is_found(folder: Path, record: DigestRecord) -> None:
    """Whether or not the record has it."""
    name = list_files(folder)[0]
    (folder / name).unlink()
    assert record.find_damage([name, "other.parquet"]) == [
        Damage(name, "is missing"),
        Damage("other.parquet", "is missing"),
    ]


@pytest.mark.parametrize("content", [b"", b"{}", None])
def test_a_commit_that_is_empty_or_other_or_missing_is_found(
    folder: Path, record: DigestRecord, content: bytes | None
) -> None:
    """As a power cut leaves the newest one where nothing waited for the disk."""
    append(folder, 3)
    record.add_commits()
    commit = folder / name_commit(3)
    if content is None:
        commit.unlink()
        expected = Damage("_delta_log", "ends with commit 2, where there were commits up to 3")
    else:
        commit.write_bytes(content)
        expected = Damage(name_commit(3), "is not as it was written")
    assert DigestRecord(folder).find_log_damage() == [expected]


def test_a_log_that_is_gone_is_found(folder: Path, record: DigestRecord) -> None:
    """It is no new table."""
    for path in (folder / "_delta_log").iterdir():
        path.unlink()
    assert record.find_log_damage() == [Damage("_delta_log", "has no commit, where there were 3")]


def test_commits_before_a_checkpoint_may_be_removed(folder: Path, record: DigestRecord) -> None:
    """They are removed by deltalake after some time; the checkpoint is checked in their place."""
    DeltaTable(folder).create_checkpoint()
    record.add_commits()
    for version in range(2):
        (folder / name_commit(version)).unlink()
    assert DigestRecord(folder).find_log_damage() == []
    checkpoint = f"_delta_log/{2:020}.checkpoint.parquet"
    flip_bit(folder / checkpoint, 200)
    assert DigestRecord(folder).find_log_damage() == [Damage(checkpoint, "is not as it was written")]


def test_a_commit_that_is_not_recorded_yet_is_no_damage(folder: Path, record: DigestRecord) -> None:
    """Its writer is at work, or has ended before it acknowledged it; the next write records it."""
    append(folder, 3)
    assert record.find_log_damage() == []
    append(folder, 4)
    record.add_commits()
    assert [json.loads(line.split(b" ", 1)[1]).get("version") for line in read_lines(record)[-2:]] == [3, 4]


def test_a_damaged_line_is_found_and_does_not_accuse_a_file(folder: Path, record: DigestRecord) -> None:
    """What it said is unknown: files are taken as they are."""
    flip_bit(record.path, 60)
    anew = DigestRecord(folder)
    assert anew.find_record_damage() == [Damage("digests/numbers.jsonl", "is damaged in line 1")]
    assert anew.find_damage(list_files(folder)) == []


def test_a_line_without_its_end_is_replaced(folder: Path, record: DigestRecord) -> None:
    """Its writer ended before it acknowledged the write."""
    whole_line_count = len(read_lines(record))
    with record.path.open("ab") as file:
        file.write(b"0123456789abcdef {")
    append(folder, 3)
    DigestRecord(folder).add_commits()
    assert len(read_lines(record)) == whole_line_count + 1
    assert DigestRecord(folder).find_record_damage() == []


def test_two_processes_add_each_commit_once(folder: Path, record: DigestRecord) -> None:
    """The second one sees what the first one has added."""
    other = DigestRecord(folder)
    append(folder, 3)
    record.add_commits()
    line_count = len(read_lines(record))
    other.add_commits()
    assert len(read_lines(record)) == line_count


def test_a_compacted_record_has_what_still_exists(folder: Path, record: DigestRecord) -> None:
    """In one line; a process that read the old one reads the new one."""
    other = DigestRecord(folder)
    assert other.find_log_damage() == []
    table = DeltaTable(folder)
    table.optimize.compact()
    table.vacuum(0, dry_run=False, enforce_retention_duration=False)
    record.add_commits()
    record.compact()
    (line,) = read_lines(record)
    assert set(list_files(folder)) <= set(_list_paths(line))
    assert all((folder / path).exists() for path in _list_paths(line))
    (name,) = list_files(folder)
    flip_bit(folder / name, 100)
    assert other.find_damage([name]) == [Damage(name, "is not as it was written")]
