"""The script that fuzzes by coverage says what it needs; what it reads is that of the other scripts."""

import sys
from pathlib import Path

import pytest

from tests.torture.files import fuzz_coverage
from tests.torture.files.fuzz_targets import LINK_TARGET, LINKS


def test_without_atheris_the_next_step_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package to install, and the script that does without it."""
    monkeypatch.setattr(sys, "argv", ["fuzz_coverage"])
    monkeypatch.setattr(fuzz_coverage, "find_spec", lambda _: None)
    assert fuzz_coverage.main() == 2
    output = capsys.readouterr().err
    assert "pip install atheris" in output
    assert "tests.torture.files.fuzz_files" in output


def test_good_files_are_what_it_begins_with(tmp_path: Path) -> None:
    """A file for each good case, whose first byte says which target reads it."""
    fuzz_coverage.write_corpus([LINK_TARGET, LINK_TARGET], tmp_path)
    contents = {path.read_bytes() for path in tmp_path.iterdir()}
    assert contents == {bytes([number]) + link.encode() for number in (0, 1) for link in LINKS}
