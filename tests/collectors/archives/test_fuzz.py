"""The short form of the fuzzing of files of archives and pages; the long form is ``tests.torture.files.fuzz_files``."""

from pathlib import Path

from tests.torture.files.fuzz_files import fuzz_targets
from tests.torture.files.fuzz_targets import list_answers

CASES = 150


def test_bad_files_and_pages_of_exchanges_are_bad_data(tmp_path: Path) -> None:
    """No foreign exception, no row of another day, and no hang."""
    report = fuzz_targets(list(list_answers(tmp_path)), CASES, 1)
    assert report.failures == []
    assert report.cases == CASES
