"""The short form of the fuzzing of what `verify` reads; ``python -m tests.torture.files.fuzz_files``."""

from pathlib import Path

import pytest

from tests.torture.files.fuzz_files import fuzz_targets
from tests.torture.files.fuzz_targets import list_verified
from tests.torture.files.proof_cases import build_proof_files

CASES = 25


def test_bad_pictures_tables_and_cases_end_in_a_status_or_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No foreign exception, no message that hides or repeats too much, and no hang."""
    monkeypatch.chdir(tmp_path)
    report = fuzz_targets(list(list_verified(build_proof_files(tmp_path))), CASES, 1)
    assert report.failures == []
    assert report.cases == CASES
