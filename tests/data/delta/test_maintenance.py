from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError
from polars.testing import assert_frame_equal

from data.delta.maintenance import Maintenance, StoreSize
from data.delta.table import StoreTable
from data.errors import UsageError
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_coverage, get_minute

WIDE = (get_minute(-60), get_minute(60))
PART_COUNT = 6


@pytest.fixture
def in_parts(store: CandleStore) -> CandleStore:
    """A store whose candles and coverage came minute by minute, a file each."""
    for number in range(PART_COUNT):
        store.write_candles(build_candles(build_candle(number)), source="api.example", fetched_at=NOW)
        store.coverage.write(build_coverage(number, number + 1))
    return store


@pytest.fixture
def _without_retention() -> Iterator[None]:
    """Files go at once: what the real clock would allow after the retention."""
    vacuum = DeltaTable.vacuum

    def vacuum_at_once(table: DeltaTable, _hours: int, **options: Any) -> list[str]:  # noqa: ANN401 - options of deltalake
        return vacuum(table, 0, enforce_retention_duration=False, **options)

    with patch.object(DeltaTable, "vacuum", vacuum_at_once):
        yield


def list_parquet_files(store: CandleStore, table: str) -> list[Path]:
    """The data files of a table that lie on the disk."""
    return [path for path in (Path(store.uri) / table).rglob("*.parquet") if "_delta_log" not in path.parts]


def test_many_files_become_few_and_say_the_same(in_parts: CandleStore) -> None:
    """After the upkeep each partition is one file at its present version, and every read answers as before."""
    before = in_parts.read_candles(["ATOM"], *WIDE), in_parts.coverage.read_rows(["ATOM"], *WIDE)
    maintenance = in_parts.maintain(LATER)
    for table in ("candles", "coverage"):
        assert len(DeltaTable(f"{in_parts.uri}/{table}").file_uris()) == 1
    assert_frame_equal(in_parts.read_candles(["ATOM"], *WIDE), before[0])
    assert_frame_equal(in_parts.coverage.read_rows(["ATOM"], *WIDE), before[1])
    # Each table: its log of creation and six appends, six files; then one file and its commit; nothing goes for a week.
    assert (maintenance.files_before, maintenance.files_after - maintenance.files_before >= 4) == (2 * (7 + 6), True)
    second_report = in_parts.write_candles(
        build_candles(build_candle(0), build_candle(1, 3.0)), source="api.example", fetched_at=LATER
    )
    assert (second_report.same, second_report.revised) == (1, 1)


def test_replaced_files_stay_for_the_retention(in_parts: CandleStore) -> None:
    """A reader that opened the store before the upkeep reads on: nothing goes from the disk for a week."""
    opened = DeltaTable(f"{in_parts.uri}/candles")
    in_parts.maintain(LATER)
    assert len(pl.scan_delta(opened).collect()) == PART_COUNT
    assert len(list_parquet_files(in_parts, "candles")) == PART_COUNT + 1


@pytest.mark.usefixtures("_without_retention")
def test_after_the_retention_replaced_and_lost_files_go(in_parts: CandleStore) -> None:
    """What no kept version consists of goes from the disk, also a file whose writer died before its commit."""
    stray = list_parquet_files(in_parts, "candles")[0].with_name("part-of-a-writer-that-died.parquet")
    stray.write_bytes(b"half a file")
    maintenance = in_parts.maintain(LATER)
    assert len(list_parquet_files(in_parts, "candles")) == 1
    assert len(list_parquet_files(in_parts, "coverage")) == 1
    assert maintenance.files_after < maintenance.files_before
    assert maintenance.bytes_after == sum(
        path.stat().st_size for path in Path(in_parts.uri).rglob("*") if path.is_file()
    )
    assert len(in_parts.read_candles(["ATOM"], *WIDE)) == PART_COUNT


def test_a_week_is_the_least_retention(in_parts: CandleStore) -> None:
    """A shorter retention could take files from under a reader, and is refused."""
    with pytest.raises(UsageError, match="7 days"):
        in_parts.maintain(NOW, timedelta(days=6, hours=23))
    assert in_parts.maintain(NOW, timedelta(days=30)).files_after > 0


def test_the_upkeep_gives_way_to_other_writers(in_parts: CandleStore) -> None:
    """A conflict with another writer is tried again."""
    conflicts = [CommitFailedError("a concurrent transaction deleted data")]
    vacuum = DeltaTable.vacuum

    def fail_once(table: DeltaTable, *arguments: Any, **options: Any) -> list[str]:  # noqa: ANN401 - those of deltalake
        if conflicts:
            raise conflicts.pop()
        return vacuum(table, *arguments, **options)

    with patch.object(DeltaTable, "vacuum", fail_once):
        in_parts.maintain(NOW)
    assert conflicts == []


def test_a_writer_that_looked_before_the_upkeep_writes_on(in_parts: CandleStore) -> None:
    """Compacting changes no candle, so it is no conflict for a writer whose view is older, and nothing is doubled."""
    stale = DeltaTable(f"{in_parts.uri}/candles")
    in_parts.maintain(NOW)
    with patch.object(StoreTable, "open", return_value=stale):
        report = in_parts.write_candles(
            build_candles(build_candle(0), build_candle(9)), source="api.example", fetched_at=LATER
        )
    assert (report.new, report.same) == (1, 1)
    assert len(in_parts.read_candles(["ATOM"], *WIDE)) == PART_COUNT + 1


def test_old_lists_of_markets_go(store: CandleStore) -> None:
    """The upkeep drops the lists that are older than the retention, by the time that it is given."""
    store.listings.add("okx", "{}", listed_at=NOW, source="www.okx.com")
    store.listings.add("okx", "[]", listed_at=NOW + timedelta(days=3), source="www.okx.com")
    store.maintain(NOW + timedelta(days=7, minutes=1))
    listings = pl.scan_delta(f"{store.uri}/listings").collect()
    assert listings["markets"].to_list() == ["[]"]


def test_an_absent_store_needs_no_upkeep(store: CandleStore) -> None:
    """The upkeep of a store that nobody wrote to does nothing and creates nothing."""
    assert store.maintain(NOW) == Maintenance(0, 0, 0, 0)
    assert store.measure_size() == StoreSize(bytes=0, files=0)
    assert not Path(store.uri).exists()


def test_the_size_is_what_lies_on_the_disk(store: CandleStore, tmp_path: Path) -> None:
    """Bytes and files are those of the folder, by path and by URI; a store elsewhere has no size that is known."""
    store.coverage.write(build_coverage(0, 1))
    files = [path for path in Path(store.uri).rglob("*") if path.is_file()]
    # Creation, one commit, one data file.
    expected = StoreSize(bytes=sum(path.stat().st_size for path in files), files=3)
    assert store.measure_size() == expected
    assert CandleStore(f"file://{tmp_path}/lake").measure_size() == expected
    assert CandleStore("s3://bucket/lake").measure_size() is None


def test_a_store_elsewhere_counts_the_files_of_its_tables() -> None:
    """Where there is no folder to walk through, files and bytes are those of the tables' present versions."""
    store = CandleStore("memory:///lake")
    assert store.maintain(NOW) == Maintenance(0, 0, 0, 0)
