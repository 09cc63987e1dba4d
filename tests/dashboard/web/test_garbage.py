"""Full collections take place after answers."""

import gc
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.web.garbage import collect_between_answers

LIST_COUNT = 200_000
"""Lists of which Python has thirty collections of the middle generation."""


class Collections:
    """Records whether full collections begin while a request is worked on."""

    def __init__(self) -> None:
        self.is_working = False
        self.full: list[bool] = []

    def record(self, phase: str, info: dict[str, int]) -> None:
        """Called by Python."""
        if phase == "start" and info["generation"] == 2:
            self.full.append(self.is_working)


@pytest.fixture
def collections() -> Iterator[Collections]:
    """A record of all collections; afterwards Python collects as before."""
    recorded, thresholds = Collections(), gc.get_threshold()
    gc.callbacks.append(recorded.record)
    yield recorded
    gc.callbacks.remove(recorded.record)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.fixture
def client(collections: Collections) -> FlaskClient:
    """A server with an answer that makes many lists and one that makes none."""
    server = Flask("server")

    @server.get("/<int:count>")
    def make_lists(count: int) -> str:
        collections.is_working = True
        size = len([[] for _ in range(count)])
        collections.is_working = False
        return str(size)

    collect_between_answers(server)
    collections.full.clear()
    return server.test_client()


def test_garbage_waits_until_the_answer_is_sent(client: FlaskClient, collections: Collections) -> None:
    """An answer that is worth a full collection ends without one, which follows as it is closed."""
    response = client.get(f"/{LIST_COUNT}")
    assert (response.text, collections.full) == (str(LIST_COUNT), [])
    response.close()
    assert collections.full == [False]


def test_a_small_answer_is_not_worth_it(client: FlaskClient, collections: Collections) -> None:
    """After an answer that leaves little behind nothing is collected."""
    client.get("/1").close()
    assert collections.full == []
