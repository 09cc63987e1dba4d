"""Writers of one machine take turns."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from unittest.mock import patch

import pytest
from filelock import FileLock, Timeout

from data.disk.writer_queue import WriterQueue
from data.store import CandleStore
from tests.data.frames import build_coverage


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    """Its turn begins when that of the first one is over."""
    order: list[str] = []
    waits = Event()

    def write_second() -> None:
        waits.set()
        with WriterQueue(tmp_path, "table").take_turn():
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with WriterQueue(tmp_path, "table").take_turn():
            second = pool.submit(write_second)
            assert waits.wait(30)
            order.append("first")
        second.result(30)
    assert order == ["first", "second"]


def test_who_waited_too_long_goes_on_and_leaves_the_turn_to_its_holder(tmp_path: Path) -> None:
    """So no writer hangs behind one that does."""
    turn = FileLock(tmp_path / "table.turn.lock")
    with patch("data.disk.writer_queue.MAX_WAIT_S", 0.0), WriterQueue(tmp_path, "table").take_turn():
        for _ in range(2):
            with WriterQueue(tmp_path, "table").take_turn(), pytest.raises(Timeout):
                turn.acquire(timeout=0)
    with turn.acquire(timeout=0):
        pass


def test_a_table_whose_turn_is_taken_is_written_nevertheless(tmp_path: Path) -> None:
    """The turn avoids conflicts; that nothing is lost does not depend on it."""
    store = CandleStore(str(tmp_path / "lake"))
    queue = WriterQueue(tmp_path / "lake" / "digests", "coverage")
    with patch("data.disk.writer_queue.MAX_WAIT_S", 0.0), queue.take_turn():
        store.coverage.write(build_coverage(0, 5))
    assert store.coverage.table.read(lambda rows: rows).height == 1
