"""A store for each test."""

from pathlib import Path

import pytest

from data.store import CandleStore


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """An empty store."""
    return CandleStore(str(tmp_path / "lake"))
