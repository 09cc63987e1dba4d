"""The short form of the fuzzing of TOML; ``python -m tests.torture.files.fuzz_files --targets toml``."""

from tests.torture.files.fuzz_files import fuzz_targets
from tests.torture.files.fuzz_targets import list_toml

CASES = 40


def test_bad_files_of_the_catalogue_are_usage_errors() -> None:
    """No foreign exception, no message that hides or repeats too much, and no hang."""
    report = fuzz_targets(list(list_toml()), CASES, 1)
    assert report.failures == []
    assert report.cases == CASES
