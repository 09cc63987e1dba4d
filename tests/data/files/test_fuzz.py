"""The short form of the fuzzing of imports; the long form is ``python -m tests.torture.files.fuzz_imports``."""

from pathlib import Path

from tests.torture.files.fuzz_imports import fuzz_imports

CASES = 200


def test_bad_files_end_in_a_value_or_a_refusal(tmp_path: Path) -> None:
    """No foreign exception, no message that hides or repeats too much, no value beyond its bounds, and no hang."""
    report = fuzz_imports(CASES, 1, tmp_path)
    assert report.failures == []
    assert report.cases == CASES
    assert {"candles read", "candles refused", "log read", "log refused"} <= report.results.keys()
