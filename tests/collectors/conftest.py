from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture(autouse=True)
def _forget_pinned_markets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No market but those that the replay lists is requested; a module on others has a fixture of the same name."""
    monkeypatch.setattr("collectors.listing.list_unlisted_markets", lambda *_: [])


@pytest.fixture(autouse=True)
def _retry_without_waiting() -> Iterator[None]:
    """Retries without waits, three attempts at most."""
    stamina.set_testing(True, attempts=3, cap=True)
    yield
    stamina.set_testing(False)
