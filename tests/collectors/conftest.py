from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture(autouse=True)
def _retry_without_waiting() -> Iterator[None]:
    """Retries without waits, three attempts at most."""
    stamina.set_testing(True, attempts=3, cap=True)
    yield
    stamina.set_testing(False)
