"""Many readers at once, with the requests of `tests.torture.server.load`, which has the long form."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from dashboard.sheet.renderer import Renderer
from tests.dashboard.memory_store import MemoryStore
from tests.dashboard.web.answers.answered_app import AnsweredApp, read_text
from tests.torture.server.load import Reader, Request, select_views

READER_COUNT = 8
REQUEST_COUNT = 12


def send_all(server: Flask, requests: Sequence[Request]) -> list[tuple[int, str]]:
    """The status and text of each answer, requested one after the other by a reader of its own."""
    client = server.test_client()
    responses = [
        client.open(
            request.path,
            method="POST" if request.body else "GET",
            data=request.body,
            content_type="application/json" if request.body else None,
        )
        for request in requests
    ]
    return [(response.status_code, read_text(response)) for response in responses]


def test_readers_who_ask_for_the_same_at_once_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight readers with twelve requests each: every answer is that of the others, and all of them are in memory."""
    monkeypatch.setattr(Renderer, "draw", lambda *_: b"picture")
    store = MemoryStore()
    app = AnsweredApp(monkeypatch, store)
    reader = Reader(0, select_views(app.bodies), seed=3)
    requests = [request for request in (reader.choose() for _ in range(REQUEST_COUNT)) if "/data" not in request.path]
    server = app.client.application
    with ThreadPoolExecutor(READER_COUNT) as executor:
        answers = list(executor.map(lambda _: send_all(server, requests), range(READER_COUNT)))
    assert {status for status, _ in answers[0]} == {200}
    assert answers == [answers[0]] * READER_COUNT
    reads, used_bytes = store.read_count, app.memory.used_bytes
    assert send_all(server, requests) == answers[0]
    assert (store.read_count, app.memory.used_bytes) == (reads, used_bytes)
