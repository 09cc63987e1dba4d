from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
import stamina
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from data.delta.local_folder import FolderTable
from data.delta.table import StoreTable
from data.delta.upsert import WriteReport
from data.errors import StoreBusy
from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles, build_coverage, get_minute

WIDE = (get_minute(-60), get_minute(600))
ROUNDS = 8


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    """Two writers of the same day, one of them creating the store, both find all of their candles in the end."""
    uri = str(tmp_path / "lake")

    def write_rounds(venue: str) -> WriteReport:
        own_store = CandleStore(uri)
        reports = []
        for number in range(ROUNDS):
            batch = build_candles(build_candle(number, venue=venue), build_candle(number, 3.0, venue="shared"))
            reports.append(own_store.write_candles(batch, source="api.example", fetched_at=NOW))
            own_store.coverage.write(build_coverage(number, number + 1, venue=venue))
        return sum(reports, WriteReport())

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(write_rounds, ("binance", "okx")))
    store = CandleStore(uri)
    read = store.read_candles(["ATOM"], *WIDE)
    assert read.group_by("venue").len().sort("venue").rows() == [("binance", 8), ("okx", 8), ("shared", 8)]
    assert sum(reports, WriteReport()) == WriteReport(new=3 * ROUNDS, same=ROUNDS)
    assert pl.scan_delta(f"{uri}/candles").select(pl.len()).collect().item() == 3 * ROUNDS
    assert store.read_covered_spans(["ATOM"], *WIDE)["end"].to_list() == [get_minute(ROUNDS)] * 2


def test_a_late_writer_looks_again(store: CandleStore) -> None:
    """A writer chooses its rows again after another commit, so that nothing is stored twice."""
    store.write_candles(build_candles(build_candle(0)), source="api.example", fetched_at=NOW)
    stale = DeltaTable(f"{store.uri}/candles")
    store.write_candles(build_candles(build_candle(1)), source="api.example", fetched_at=NOW)
    opened = [stale]
    fresh = StoreTable.open

    def open_stale_once(table: StoreTable) -> DeltaTable | None:
        return opened.pop() if opened else fresh(table)

    with patch.object(StoreTable, "open", open_stale_once):
        report = store.write_candles(
            build_candles(build_candle(1), build_candle(2)), source="api.example", fetched_at=NOW
        )
    assert report == WriteReport(new=1, same=1)
    assert pl.scan_delta(f"{store.uri}/candles").select(pl.len()).collect().item() == 3


def test_writers_of_other_days_and_assets_do_not_wait(store: CandleStore) -> None:
    """A commit to another day or asset is no conflict for a writer with an older version of the table."""
    store.write_candles(build_candles(build_candle(0)), source="api.example", fetched_at=NOW)
    stale = DeltaTable(f"{store.uri}/candles")
    store.write_candles(build_candles(build_candle(1)), source="api.example", fetched_at=NOW)
    tomorrow = build_candle(at=datetime(2025, 10, 11, tzinfo=UTC))
    with (
        stamina.set_testing(testing=True, attempts=1),
        patch.object(StoreTable, "open", return_value=stale) as opened,
    ):
        for row in (tomorrow, build_candle(symbol="DOGE/USDT")):
            store.write_candles(build_candles(row), source="api.example", fetched_at=NOW)
    assert opened.called
    assert len(store.read_candles(["ATOM", "DOGE"], get_minute(0), get_minute(0) + timedelta(days=2))) == 4


def test_endless_conflicts_end_in_store_busy(store: CandleStore) -> None:
    """A writer gives up after too many conflicts; the error names the store and says that nothing is lost."""
    store.write_candles(build_candles(build_candle(0)), source="api.example", fetched_at=NOW)
    conflict = CommitFailedError("a concurrent transaction added data")
    with (
        stamina.set_testing(testing=True, attempts=3),
        patch("data.delta.table.write_deltalake", side_effect=conflict) as write,
        pytest.raises(StoreBusy, match="nothing is lost"),
    ):
        store.write_candles(build_candles(build_candle(1)), source="api.example", fetched_at=NOW)
    assert write.call_count == 3


def test_times_survive_to_the_millisecond(store: CandleStore) -> None:
    """The times of a coverage row come back as the same instants in milliseconds and UTC."""
    asked_at = datetime(2025, 12, 1, 8, 0, 0, 123_000, tzinfo=UTC)
    store.coverage.write(build_coverage(0, 1, asked_at=asked_at))
    read = store.coverage.read_rows(["ATOM"], *WIDE)
    assert read["asked_at"].to_list() == [asked_at]
    assert read.schema["asked_at"] == pl.Datetime("ms", "UTC")


def test_a_table_made_while_it_is_looked_for_is_found(store: CandleStore) -> None:
    """Another writer may create the table between the two checks of opening it."""
    store.write_candles(build_candles(build_candle(0)), source="api.example", fetched_at=NOW)
    looks = [TableNotFoundError("No files in log segment")]

    def miss_once(uri: str) -> DeltaTable:
        if looks:
            raise looks.pop()
        return FolderTable(uri)

    with patch("data.delta.table_opener.FolderTable", miss_once):
        assert store.read_candles(["ATOM"], *WIDE).height == 1
    assert looks == []
