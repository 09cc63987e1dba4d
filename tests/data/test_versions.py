"""Readers see an import as a whole or not at all, and tables of one moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest

from analysis.questions import build_question, read_inputs
from data.catalogue import load_catalogue
from data.delta.table import StoreTable
from data.delta.upsert import WriteReport
from data.files.export import write_rows
from data.files.import_many import import_files
from data.grid.candle_grid import CandleGrid
from data.schema import Origin
from data.store import CandleStore
from data.tables.coverage import CoverageTable
from tests.data.frames import NOW, build_candle, build_candles, build_coverage, get_minute

WIDE = (get_minute(-60), get_minute(60))
MINUTES = 10
GAP = 4
"""The minute without a candle: missing, or quiet where it is covered."""


def write_file(path: Path) -> Path:
    """A file of ten minutes of a market without one of them."""
    rows = [build_candle(number, origin=Origin.IMPORTED) for number in range(MINUTES) if number != GAP]
    return write_rows(build_candles(*rows), path)


def count(store: CandleStore) -> tuple[int, int]:
    """Candles, and minutes that are covered."""
    spans = store.read_covered_spans(["ATOM"], *WIDE)
    minutes = int((spans["end"] - spans["start"]).dt.total_minutes().sum())
    return store.read_candles(["ATOM"], *WIDE).height, minutes


@contextmanager
def stop_before_coverage(write: Callable[[], object]) -> Iterator[None]:
    """Let another thread write, and stop it after its candles were committed and before their coverage is."""
    is_there, goes_on = Event(), Event()
    original = CoverageTable.write

    def wait_and_write(table: CoverageTable, *rows: object) -> None:
        is_there.set()
        assert goes_on.wait(60)
        original(table, *rows)  # type: ignore[arg-type]

    with patch.object(CoverageTable, "write", wait_and_write), ThreadPoolExecutor(1) as pool:
        done = pool.submit(write)
        try:
            assert is_there.wait(60)
            yield
        finally:
            goes_on.set()
        done.result(60)


def test_a_reader_sees_an_import_as_a_whole_or_not_at_all(store: CandleStore, tmp_path: Path) -> None:
    """Between its commits neither a new reader nor one that has read before sees any of it, or another version."""
    path = write_file(tmp_path / "mine.csv")
    store.write_candles(build_candles(build_candle(-5)), source="api.example", fetched_at=NOW)
    version = store.read_version()

    with stop_before_coverage(lambda: import_files(CandleStore(store.uri), [path], now=NOW, complete=True)):
        for reader in (store, CandleStore(store.uri)):
            assert count(reader) == (1, 0)
            assert reader.read_version() == version
    assert count(store) == (MINUTES, MINUTES)
    assert store.read_version() != version


def test_a_new_store_reads_as_empty_until_its_first_import_is_whole(store: CandleStore, tmp_path: Path) -> None:
    """The tables that are made meanwhile are not there yet."""
    path = write_file(tmp_path / "mine.csv")
    with stop_before_coverage(lambda: import_files(CandleStore(store.uri), [path], now=NOW, complete=True)):
        assert count(store) == (0, 0)
        assert store.read_version() == "-/-/-/-/-"
    assert count(store) == (MINUTES - 1, MINUTES)


def test_reads_that_belong_together_are_of_one_moment(store: CandleStore) -> None:
    """Candles and coverage that are written between two reads would be coverage without its candles."""
    store.write_candles(build_candles(build_candle(0)), source="api.example", fetched_at=NOW)
    other = CandleStore(store.uri)
    with store.hold_versions():
        assert store.read_candles(["ATOM"], *WIDE).height == 1
        other.write_candles(build_candles(build_candle(1)), source="api.example", fetched_at=NOW)
        other.coverage.write(build_coverage(0, 2))
        assert count(store) == (1, 0)
    assert count(store) == (2, 2)


def test_a_measurement_never_reads_coverage_without_its_candles(store: CandleStore) -> None:
    """A minute that is written and covered after its candles were read is not quiet: it is not there yet."""
    store.write_candles(build_candles(build_candle(0)), source="api.example", fetched_at=NOW)
    store.coverage.write(build_coverage(0, 1))
    other, read_grid = CandleStore(store.uri), CandleStore.read_grid

    def read_and_be_overtaken(*arguments: Any, **options: Any) -> CandleGrid:  # noqa: ANN401 - those of a store
        grid = read_grid(*arguments, **options)
        other.write_candles(build_candles(build_candle(1)), source="api.example", fetched_at=NOW)
        other.coverage.write(build_coverage(1, 2))
        return grid

    question = build_question(load_catalogue(), "ATOM", get_minute(0), get_minute(2))
    with patch.object(CandleStore, "read_grid", read_and_be_overtaken):
        _, spans = read_inputs(store, [question])
    assert spans["end"].max() == get_minute(1)
    assert read_inputs(store, [question])[1]["end"].max() == get_minute(2)


def test_a_writer_looks_at_what_is_there_now(store: CandleStore, tmp_path: Path) -> None:
    """What others add while an import goes on is neither lost nor stored twice, and seen after it."""
    path = write_file(tmp_path / "mine.csv")
    batch = build_candles(build_candle(20))
    with stop_before_coverage(lambda: import_files(CandleStore(store.uri), [path], now=NOW, complete=True)):
        for report in (WriteReport(new=1), WriteReport(same=1)):
            assert store.write_candles(batch, source="api.example", fetched_at=NOW) == report
        assert count(store) == (0, 0)
    assert count(store) == (MINUTES, MINUTES)


def test_a_second_import_does_not_show_half_of_the_first(store: CandleStore, tmp_path: Path) -> None:
    """Of one that waited too long for its turn, readers see nothing before both are at their end."""
    path = write_file(tmp_path / "mine.csv")
    other = CandleStore(store.uri)
    with (
        patch("data.delta.versions.MAX_WAIT_S", 0.0),
        stop_before_coverage(lambda: import_files(CandleStore(store.uri), [path], now=NOW, complete=True)),
    ):
        with other.write_as_one():
            other.write_candles(build_candles(build_candle(30)), source="api.example", fetched_at=NOW)
        assert count(store) == (0, 0)
    assert count(store) == (MINUTES, MINUTES)


def test_what_a_failed_import_committed_is_seen(store: CandleStore, tmp_path: Path) -> None:
    """Candles without their coverage: the minute without a candle is missing, and not quiet."""
    path = write_file(tmp_path / "mine.csv")
    with patch.object(CoverageTable, "write", side_effect=OSError("unplugged")), pytest.raises(OSError, match="unplug"):
        import_files(CandleStore(store.uri), [path], now=NOW, complete=True)
    assert count(store) == (MINUTES - 1, 0)


def test_forgetting_a_file_is_seen_as_a_whole(store: CandleStore, tmp_path: Path) -> None:
    """Coverage goes first, then the candles."""
    import_files(store, [write_file(tmp_path / "mine.csv")], now=NOW, complete=True)
    reader, counts = CandleStore(store.uri), []
    delete = StoreTable.delete

    def count_and_delete(table: StoreTable, predicate: str) -> int:
        counts.append(count(reader))
        return delete(table, predicate)

    with patch.object(StoreTable, "delete", count_and_delete):
        assert store.forget(source="mine.csv") == MINUTES
    assert counts == [(MINUTES - 1, MINUTES)] * len(counts)
    assert len(counts) == 5
    assert count(store) == (0, 0)
