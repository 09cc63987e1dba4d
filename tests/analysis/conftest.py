"""A store per test."""

from pathlib import Path

import pytest

from data.store import CandleStore


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """A store that does not exist yet."""
    return CandleStore(str(tmp_path / "lake"))
