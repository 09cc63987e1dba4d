"""Imports of many commits beside readers in other processes, and killed ones."""

from pathlib import Path
from random import Random

from data.store import CandleStore
from tests.torture.store.imports import WHOLE, count_by_file, import_file, run_readers, try_kill, write_file


def test_other_processes_see_each_import_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """Whenever they look."""
    uri = str(tmp_path / "lake")
    results: list[tuple[int, list[str]]] = []
    with run_readers(uri, results, 1):
        for number in range(2):
            import_file(uri, str(write_file(tmp_path, number)))
    ((_, faults),) = results
    assert faults == []
    assert count_by_file(CandleStore(uri)) == {"Q0": WHOLE, "Q1": WHOLE}


def test_a_killed_import_leaves_no_minute_that_counts_as_quiet(tmp_path: Path) -> None:
    """And the next one ends as if it had not been killed."""
    generator = Random(20251010)  # noqa: S311 - repeatable, and no secret
    for number in range(2):
        assert try_kill(str(tmp_path / "lake"), write_file(tmp_path, number), generator.uniform(0, 1.5)) == []
