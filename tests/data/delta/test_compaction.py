"""Tables by month are compacted into few sorted files, and nothing of them is lost."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from deltalake import DeltaTable
from polars.testing import assert_frame_equal

from data.schema import Timeframe
from data.store import CandleStore
from tests.data.frames import build_candle, build_candles

OCTOBER = datetime(2025, 10, 1, tzinfo=UTC)
NOVEMBER = datetime(2025, 11, 1, tzinfo=UTC)
FETCHED = datetime(2025, 11, 2, tzinfo=UTC)
SYMBOLS = ("ATOM/USDT", "币安人生/USDT", "A%B C/USDT")
ASSETS = ("ATOM", "币安人生", "A%B C")


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """A store of three assets, two of them with names that paths quote, in three files per month and asset."""
    lake = CandleStore(str(tmp_path / "lake"))
    for month in (OCTOBER, NOVEMBER):
        for number in (2, 0, 1):
            rows = [
                build_candle(at=month + timedelta(hours=number, minutes=minute), close=minute + 1.0, symbol=symbol)
                for minute in range(5)
                for symbol in SYMBOLS
            ]
            lake.write_candles(build_candles(*rows), source="api.example", fetched_at=FETCHED)
    return lake


def read_everything(store: CandleStore) -> pl.DataFrame:
    """All candles of the two months."""
    return store.read_candles(ASSETS, OCTOBER, datetime(2025, 12, 1, tzinfo=UTC))


def count_files(store: CandleStore) -> dict[tuple[str, str], int]:
    """How many files each asset and month has."""
    actions = pl.DataFrame(DeltaTable(f"{store.uri}/candles").get_add_actions())["partition"].struct.unnest()
    counts = actions.group_by("asset", pl.col("month").cast(pl.String)).len()
    return {(asset, month): count for asset, month, count in counts.iter_rows()}


def test_a_month_becomes_one_sorted_file_when_it_is_over(store: CandleStore) -> None:
    """October is one file in the order of time; November too, since its files are small."""
    before = read_everything(store)
    assert set(count_files(store).values()) == {3}
    store.maintain(FETCHED)
    assert count_files(store) == {(asset, month): 1 for asset in ASSETS for month in ("2025-10-01", "2025-11-01")}
    for uri in DeltaTable(f"{store.uri}/candles").file_uris():
        keys = pl.read_parquet(uri, hive_partitioning=False).select("venue", "symbol", "open_time")
        assert keys.equals(keys.sort("venue", "symbol", "open_time"))
    assert_frame_equal(read_everything(store), before)
    version = store.read_version()
    store.maintain(FETCHED)
    assert store.read_version().split("/")[1] == version.split("/")[1]


def test_full_files_are_left_alone_while_the_month_lasts(store: CandleStore) -> None:
    """Files of the full size are not written again in their month, and are when it is over."""
    store.maintain(FETCHED)
    full = set(DeltaTable(f"{store.uri}/candles").file_uris())
    late = build_candle(at=NOVEMBER + timedelta(hours=9))
    store.write_candles(build_candles(late), source="api.example", fetched_at=FETCHED)
    smallest = min(Path(uri).stat().st_size for uri in full)
    with patch("data.delta.upkeep.compaction.FULL_BYTES", smallest):
        store.maintain(FETCHED)
        assert count_files(store)["ATOM", "2025-11-01"] == 2
        assert full < set(DeltaTable(f"{store.uri}/candles").file_uris())
        store.maintain(datetime(2025, 12, 1, tzinfo=UTC))
    assert set(count_files(store).values()) == {1}


def test_files_are_removed_after_the_retention_and_only_then(store: CandleStore) -> None:
    """What was merged, and the log of the merge, go; every file of the present version stays, whatever its name."""
    before = read_everything(store)
    vacuum = DeltaTable.vacuum

    def vacuum_at_once(table: DeltaTable, _hours: int, **options: Any) -> list[str]:  # noqa: ANN401 - of deltalake
        return vacuum(table, 0, enforce_retention_duration=False, **options)

    with patch.object(DeltaTable, "vacuum", vacuum_at_once):
        store.maintain(FETCHED)
    folder = Path(store.uri, "candles")
    on_disk = {str(path) for path in folder.rglob("*") if path.is_file() and path.parts[-2] != "_delta_log"}
    assert on_disk == set(DeltaTable(str(folder)).file_uris())
    assert list(folder.rglob("_delta_log")) == [folder / "_delta_log"]
    assert_frame_equal(read_everything(store), before)


def test_a_candle_that_arrives_during_a_compaction_stays(store: CandleStore) -> None:
    """An append between the look at the files and the commit is no conflict, and is not lost."""
    stale = DeltaTable(f"{store.uri}/candles")
    late = build_candles(build_candle(at=OCTOBER + timedelta(hours=9)))
    CandleStore(store.uri).write_candles(late, source="api.example", fetched_at=FETCHED)
    everything = read_everything(store)
    with patch.object(store.candles.tables[Timeframe.M1], "open", return_value=stale):
        store.maintain(FETCHED)
    assert_frame_equal(read_everything(store), everything)
    assert count_files(store)["ATOM", "2025-10-01"] == 2


def test_a_file_that_is_deleted_during_a_compaction_does_not_return(store: CandleStore) -> None:
    """Rows that are forgotten between the look at the files and the commit stay forgotten: the work is done again."""
    table = store.candles.tables[Timeframe.M1]
    opened = [DeltaTable(table.uri)]
    fresh = table.open
    CandleStore(store.uri).forget(source="api.example")

    def open_stale_once() -> DeltaTable | None:
        return opened.pop() if opened else fresh()

    with patch.object(table, "open", open_stale_once):
        store.maintain(FETCHED)
    assert opened == []
    assert read_everything(store).is_empty()
