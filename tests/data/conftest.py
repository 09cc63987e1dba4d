"""Fixtures of a store per test; retries do not wait."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from data.store import CandleStore


@pytest.fixture(autouse=True)
def _retry_without_waiting() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=200):
        yield


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """A store that does not exist yet."""
    return CandleStore(str(tmp_path / "lake"))
