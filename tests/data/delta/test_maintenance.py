from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError
from polars.testing import assert_frame_equal

from data.delta.table import StoreTable
from data.delta.upkeep.maintenance import Maintenance, StoreSize
from data.errors import StoreUnusable, UsageError
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_coverage, get_minute

WIDE = (get_minute(-60), get_minute(60))
PART_COUNT = 6


@pytest.fixture
def in_parts(store: CandleStore) -> CandleStore:
    """A store whose candles and coverage were written minute by minute, a file each."""
    for number in range(PART_COUNT):
        store.write_candles(build_candles(build_candle(number)), source="api.example", fetched_at=NOW)
        store.coverage.write(build_coverage(number, number + 1))
    return store


@pytest.fixture
def _without_retention() -> Iterator[None]:
    """Remove files immediately, as the real clock would allow after the retention."""
    vacuum = DeltaTable.vacuum

    def vacuum_at_once(table: DeltaTable, _hours: int, **options: Any) -> list[str]:  # noqa: ANN401 - options of deltalake
        return vacuum(table, 0, enforce_retention_duration=False, **options)

    with patch.object(DeltaTable, "vacuum", vacuum_at_once):
        yield


def list_parquet_files(store: CandleStore, table: str) -> list[Path]:
    """The data files of a table on the disk."""
    return [path for path in (Path(store.uri) / table).rglob("*.parquet") if "_delta_log" not in path.parts]


def test_compaction_changes_no_read(in_parts: CandleStore) -> None:
    """After maintenance each partition is one file of the current version, and reads return the same."""
    before = in_parts.read_candles(["ATOM"], *WIDE), in_parts.coverage.read_rows(["ATOM"], *WIDE)
    maintenance = in_parts.maintain(LATER)
    for table in ("candles", "coverage"):
        assert len(DeltaTable(f"{in_parts.uri}/{table}").file_uris()) == 1
    assert_frame_equal(in_parts.read_candles(["ATOM"], *WIDE), before[0])
    assert_frame_equal(in_parts.coverage.read_rows(["ATOM"], *WIDE), before[1])
    # Each table: its log of creation and six appends, six files, the record of digests, three locks; then one file and
    # its commit; nothing goes for a week.
    files_before = 2 * (7 + 6 + 4)
    assert (maintenance.files_before, maintenance.files_after - maintenance.files_before >= 4) == (files_before, True)
    second_report = in_parts.write_candles(
        build_candles(build_candle(0), build_candle(1, 3.0)), source="api.example", fetched_at=LATER
    )
    assert (second_report.same, second_report.revised) == (1, 1)


def test_replaced_files_stay_for_the_retention(in_parts: CandleStore) -> None:
    """A reader that opened the store before maintenance can read on: files stay on the disk for a week."""
    opened = DeltaTable(f"{in_parts.uri}/candles")
    in_parts.maintain(LATER)
    assert len(pl.scan_delta(opened).collect()) == PART_COUNT
    assert len(list_parquet_files(in_parts, "candles")) == PART_COUNT + 1


@pytest.mark.usefixtures("_without_retention")
def test_replaced_files_are_removed_after_the_retention(in_parts: CandleStore) -> None:
    """Files that no retained version uses are removed; one that the log never named stays."""
    stray = list_parquet_files(in_parts, "candles")[0].with_name("part-of-a-writer-that-died.parquet")
    stray.write_bytes(b"half a file")
    maintenance = in_parts.maintain(LATER)
    assert len(list_parquet_files(in_parts, "candles")) == 2
    assert stray.exists()
    assert len(list_parquet_files(in_parts, "coverage")) == 1
    assert maintenance.bytes_after == sum(
        path.stat().st_size for path in Path(in_parts.uri).rglob("*") if path.is_file()
    )
    assert len(in_parts.read_candles(["ATOM"], *WIDE)) == PART_COUNT


def test_a_week_is_the_least_retention(in_parts: CandleStore) -> None:
    """A shorter retention could remove files that a reader uses, and is refused."""
    with pytest.raises(UsageError, match="7 days"):
        in_parts.maintain(NOW, timedelta(days=6, hours=23))
    assert in_parts.maintain(NOW, timedelta(days=30)).files_after > 0


def test_maintenance_retries_after_a_conflict(in_parts: CandleStore) -> None:
    """Maintenance is repeated after a conflict with another writer."""
    conflicts = [CommitFailedError("a concurrent transaction deleted data")]
    vacuum = DeltaTable.vacuum

    def fail_once(table: DeltaTable, *arguments: Any, **options: Any) -> list[str]:  # noqa: ANN401 - those of deltalake
        if conflicts:
            raise conflicts.pop()
        return vacuum(table, *arguments, **options)

    with patch.object(DeltaTable, "vacuum", fail_once):
        in_parts.maintain(NOW)
    assert conflicts == []


def test_writer_with_an_older_version_can_write(in_parts: CandleStore) -> None:
    """Compaction is no conflict for a writer that read an older version, and no candle is stored twice."""
    stale = DeltaTable(f"{in_parts.uri}/candles")
    in_parts.maintain(NOW)
    with patch.object(StoreTable, "open", return_value=stale):
        report = in_parts.write_candles(
            build_candles(build_candle(0), build_candle(9)), source="api.example", fetched_at=LATER
        )
    assert (report.new, report.same) == (1, 1)
    assert len(in_parts.read_candles(["ATOM"], *WIDE)) == PART_COUNT + 1


def test_old_listings_are_dropped(store: CandleStore) -> None:
    """Maintenance drops listings older than the retention, by the given time."""
    store.listings.add("okx", "{}", listed_at=NOW, source="www.okx.com")
    store.listings.add("okx", "[]", listed_at=NOW + timedelta(days=3), source="www.okx.com")
    store.maintain(NOW + timedelta(days=7, minutes=1))
    listings = pl.scan_delta(f"{store.uri}/listings").collect()
    assert listings["markets"].to_list() == ["[]"]


def test_maintenance_of_an_absent_store(store: CandleStore) -> None:
    """Maintenance of a store that does not exist does nothing and creates no file."""
    assert store.maintain(NOW) == Maintenance(0, 0, 0, 0)
    assert store.measure_size() == StoreSize(bytes=0, files=0)
    assert not Path(store.uri).exists()


def test_the_size_is_what_lies_on_the_disk(store: CandleStore, tmp_path: Path) -> None:
    """The size is that of the folder, by path and by URI; the size of a remote store is unknown."""
    store.coverage.write(build_coverage(0, 1))
    files = [path for path in Path(store.uri).rglob("*") if path.is_file()]
    # Creation, one commit, one data file, the record of digests and its lock, the two locks of writers.
    expected = StoreSize(bytes=sum(path.stat().st_size for path in files), files=7)
    assert store.measure_size() == expected
    assert CandleStore(f"file://{tmp_path}/lake").measure_size() == expected
    assert CandleStore("s3://bucket/lake").measure_size() is None


def test_remote_store_counts_the_files_of_its_tables() -> None:
    """Without a local folder, files and bytes are those of the current versions of the tables."""
    store = CandleStore("memory:///lake")
    assert store.maintain(NOW) == Maintenance(0, 0, 0, 0)


@pytest.mark.parametrize(
    "work", [lambda store: store.maintain(LATER), lambda store: store.forget(source="api.example")]
)
def test_a_damaged_file_is_not_written_anew(in_parts: CandleStore, work: Callable[[CandleStore], object]) -> None:
    """Compacting or forgetting part of it would give the damage a digest of its own."""
    path = list_parquet_files(in_parts, "candles")[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    version = DeltaTable(f"{in_parts.uri}/candles").version()
    with pytest.raises(StoreUnusable, match=f"{path.name} is not as it was written"):
        work(in_parts)
    assert DeltaTable(f"{in_parts.uri}/candles").version() == version
