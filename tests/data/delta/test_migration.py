"""A store by day becomes one by month, while it is read and written, and whatever happens meanwhile."""

import multiprocessing
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.transaction import create_table_with_add_actions
from filelock import FileLock
from polars.testing import assert_frame_equal

from data.delta.layout import Layout
from data.delta.upkeep import migration
from data.errors import StoreBusy, StoreUnusable, UsageError
from data.schema import Timeframe
from data.store import CandleStore
from tests.data.delta.migrating_process import migrate_and_die
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_fetched
from tests.data.old_store import create_old_store

FIRST = datetime(2025, 8, 30, tzinfo=UTC)
SYMBOLS = ("ATOM/USDT", "币安人生/USDT", "A%B C/USDT")
ASSETS = ("ATOM", "币安人生", "A%B C")
HOURS = [FIRST + timedelta(hours=number) for number in range(4 * 24)]
SPAN = (FIRST, datetime(2025, 12, 1, tzinfo=UTC))
MONTHS = 2 * len(ASSETS)
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([migrate_and_die.__module__])


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """A store by day of three assets and two months, written in three batches, with revisions."""
    old = create_old_store(tmp_path / "lake")
    for part in range(3):
        rows = [build_candle(at=at, close=1.0 + part, symbol=symbol) for at in HOURS[part::3] for symbol in SYMBOLS]
        old.candles.write(build_fetched(*rows))
    old.candles.write(build_fetched(*[build_candle(at=at, close=7.5) for at in HOURS[30:60]], at=LATER))
    return old


def migrate(store: CandleStore) -> list[tuple[int, int]]:
    """Migrate the minutes of a store; returns what was said about the progress."""
    progress: list[tuple[int, int]] = []
    store.migrate(Timeframe.M1, lambda number, count: progress.append((number, count)))
    return progress


def read_everything(store: CandleStore) -> pl.DataFrame:
    """All rows of a store, revisions too."""
    return store.candles.read_all_rows(ASSETS, *SPAN)


def find_layout(store: CandleStore) -> Layout:
    """The layout of the table of minutes."""
    return store.candles.find_layouts()[Timeframe.M1]


def test_every_row_is_there_afterwards(store: CandleStore) -> None:
    """All rows, revisions and holdings are the same; each month of an asset is one file, and nothing is outdated."""
    before = read_everything(store), store.candles.read_revisions(), store.candles.read_holdings()
    assert store.candles.list_outdated() == [Timeframe.M1]
    assert migrate(store) == [(number, MONTHS) for number in range(MONTHS)]
    assert store.candles.list_outdated() == []
    after = read_everything(store), store.candles.read_revisions(), store.candles.read_holdings()
    for old, new in zip(before, after, strict=True):
        assert_frame_equal(old, new)
    table = DeltaTable(f"{store.uri}/candles")
    assert table.metadata().partition_columns == ["asset", "month"]
    assert len(table.file_uris()) == MONTHS
    configuration = table.metadata().configuration
    assert configuration["delta.dataSkippingStatsColumns"] == "venue,symbol,open_time,price,origin"
    assert configuration["delta.checkpointInterval"] == "10"


def test_the_store_is_written_and_compacted_afterwards(store: CandleStore) -> None:
    """A candle that is stored is found the same, a new one is added, and maintenance loses nothing."""
    migrate(store)
    batch = build_candles(build_candle(at=HOURS[0], close=1.0), build_candle(at=HOURS[-1] + timedelta(hours=1)))
    report = store.write_candles(batch, source="api.example", fetched_at=NOW)
    assert (report.new, report.same, report.revised) == (1, 1, 0)
    before = read_everything(store)
    store.maintain(LATER)
    assert_frame_equal(read_everything(store), before)
    assert len(DeltaTable(f"{store.uri}/candles").file_uris()) == MONTHS


def test_a_reader_at_an_earlier_version_reads_on(store: CandleStore) -> None:
    """A reader that opened the store before the migration still sees every row after it."""
    opened = pl.scan_delta(DeltaTable(f"{store.uri}/candles"))
    row_count = opened.select(pl.len()).collect().item()
    migrate(store)
    store.maintain(LATER)
    assert opened.collect().height == row_count == 3 * len(HOURS) + 30


def test_readers_see_all_rows_after_each_step(store: CandleStore) -> None:
    """Before each month is staged, and around the last commit, another process's read gives all rows."""
    reader = CandleStore(store.uri)
    before = read_everything(reader)
    seen = 0

    def check(*_: int) -> None:
        nonlocal seen
        seen += 1
        assert_frame_equal(read_everything(reader), before)
        assert_frame_equal(read_everything(CandleStore(store.uri)), before)

    store.migrate(Timeframe.M1, check)
    check()
    assert seen == MONTHS + 1


def test_a_row_that_arrives_during_the_migration_is_not_lost(store: CandleStore) -> None:
    """A write after the counts were compared makes the last commit fail; only its month is staged again."""
    other, late = CandleStore(store.uri), build_candles(build_candle(at=HOURS[-1] + timedelta(hours=2)))
    progress: list[tuple[int, int]] = []

    def write_and_make(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - those of deltalake
        other.write_candles(late, source="api.example", fetched_at=NOW)
        create_table_with_add_actions(*arguments, **options)

    before = read_everything(store).height
    with patch.object(migration, "create_table_with_add_actions", write_and_make):
        store.migrate(Timeframe.M1, lambda number, count: progress.append((number, count)))
    assert progress == [*((number, MONTHS) for number in range(MONTHS)), (0, 1)]
    assert read_everything(store).height == before + 1
    assert find_layout(store) is Layout.MONTH


def test_a_writer_at_an_earlier_version_looks_again(store: CandleStore) -> None:
    """A write that began before the last commit conflicts with it, and is made by month."""
    table = store.candles.tables[Timeframe.M1]
    opened, fresh = [DeltaTable(table.uri)], table.open
    migrate(CandleStore(store.uri))
    with patch.object(table, "open", lambda: opened.pop() if opened else fresh()):
        report = store.write_candles(
            build_candles(build_candle(at=HOURS[0], close=1.0), build_candle(at=HOURS[-1] + timedelta(hours=3))),
            source="api.example",
            fetched_at=NOW,
        )
    assert opened == []
    assert (report.new, report.same) == (1, 1)
    assert DeltaTable(table.uri).metadata().partition_columns == ["asset", "month"]


def test_rows_that_are_forgotten_during_the_migration_do_not_return(store: CandleStore) -> None:
    """Staged months whose rows are dropped meanwhile are not part of the new table."""
    store.candles.write(build_fetched(build_candle(at=datetime(2025, 11, 3, tzinfo=UTC)), source="other.example"))
    before = read_everything(store).filter(pl.col("source") != "other.example")

    def forget_late(number: int, count: int) -> None:
        if number == count - 1:
            CandleStore(store.uri).forget(source="other.example")

    store.migrate(Timeframe.M1, forget_late)
    assert_frame_equal(read_everything(store), before)


def test_staged_files_that_were_removed_are_made_again(store: CandleStore) -> None:
    """A run that was interrupted long ago may have lost files: the next one does not take its word for them."""
    before = read_everything(store)
    with patch.object(migration, "_replace_files", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        migrate(store)
    assert find_layout(store) is Layout.DAY
    Path(DeltaTable(f"{store.uri}/candles/by-month").file_uris()[0]).unlink()
    assert migrate(store) == [(0, 1)]
    assert_frame_equal(read_everything(store), before)


def test_a_missing_row_stops_the_migration(store: CandleStore) -> None:
    """Where a staged month has another count than the table, nothing is replaced."""
    before = read_everything(store)

    def write_all_but_one(staged: DeltaTable, rows: pl.DataFrame, **options: Any) -> None:  # noqa: ANN401 - the same
        write_deltalake(staged, rows[1:], **options)

    patched = patch("data.delta.upkeep.staging.write_deltalake", write_all_but_one)
    with patched, pytest.raises(StoreUnusable, match="stays as"):
        migrate(store)
    assert find_layout(store) is Layout.DAY
    assert_frame_equal(read_everything(store), before)
    migrate(store)
    assert_frame_equal(read_everything(store), before)


def test_two_migrations_do_not_meet(store: CandleStore) -> None:
    """The second one is told that the first one runs."""
    with FileLock(Path(store.uri, "candles", ".migration.lock")), pytest.raises(StoreBusy, match="another process"):
        migrate(store)


def test_a_store_elsewhere_is_refused() -> None:
    """An object store has no way to replace files at a given version, and the message says what to do."""
    with pytest.raises(UsageError, match="copy the store into a folder"):
        migrate(CandleStore("s3://bucket/lake"))


@pytest.mark.parametrize(
    ("moment", "count", "left"),
    [("before-month", 1, 6), ("after-month", 4, 2), ("before-last-commit", 1, 0), ("after-last-commit", 1, None)],
)
def test_a_migration_that_is_killed_loses_nothing(
    store: CandleStore, moment: str, count: int, left: int | None
) -> None:
    """After a kill every row is read, and the next run stages only what is left; None: there is nothing to do."""
    before = read_everything(store)
    process = PROCESSES.Process(target=migrate_and_die, args=(store.uri, moment, count))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert_frame_equal(read_everything(store), before)
    assert find_layout(store) is (Layout.MONTH if left is None else Layout.DAY)
    assert migrate(store) == [(number, left) for number in range(left or 0)]
    assert find_layout(store) is Layout.MONTH
    assert_frame_equal(read_everything(store), before)
    store.maintain(LATER)
    assert_frame_equal(read_everything(store), before)
