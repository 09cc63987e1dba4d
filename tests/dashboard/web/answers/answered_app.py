"""An app over a store in memory, its requests, and the memory of its answers."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.jobs.actions import PageActions
from dashboard.web import app as app_module
from dashboard.web.access import Access
from dashboard.web.answers.memory import AnswerMemory
from data.catalogue import load_catalogue
from data.store import CandleStore
from tests.dashboard.memory_store import MemoryStore, RecordedActions
from tests.torture.server.endpoint_bodies import build_bodies

CATALOGUE = load_catalogue()


class AnsweredApp:
    """An app with its ``client``, the ``memory`` of its answers, its ``callbacks``, and a body for each of them."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        store: CandleStore | None = None,
        actions: PageActions | None = None,
        access: Access = app_module.LOOPBACK_ACCESS,
    ) -> None:
        self.memory = AnswerMemory()
        with monkeypatch.context() as patch:
            patch.setattr(app_module, "AnswerMemory", lambda: self.memory)
            app = app_module.create_app(
                MemoryStore() if store is None else store, CATALOGUE, actions or RecordedActions(), access
            )
        self.client: FlaskClient = app.server.test_client()
        self.callbacks: dict[str, dict[str, Any]] = app.callback_map
        self.bodies = build_bodies(_list_dependencies(app))

    def get(self, address: str, theme: str = "light", **headers: str) -> TestResponse:
        """The answer to a GET with the theme of the reader's system; underscores in names of headers are hyphens."""
        self.client.set_cookie("system-theme", theme)
        return self.client.get(address, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def post(self, trigger: str, **values: Any) -> TestResponse:  # noqa: ANN401 - what a browser sends
        """The answer to the callback that a value such as ``place.data`` triggers; others as ``view__data``."""
        body = next(body for body in self.bodies if body["changedPropIds"] == [trigger])
        return self.client.post("/_dash-update-component", json=set_values(body, values))


def read_text(response: TestResponse) -> str:
    """The text of an answer without the random token that dash writes into every document."""
    return re.sub(r'"end_id":"[^"]*"', "", response.data.decode(errors="replace"))


def _list_dependencies(app: Dash) -> list[dict[str, Any]]:
    """The callbacks as a browser is told of them, which an app does without a request as well."""
    with app.server.test_request_context():
        dependencies: list[dict[str, Any]] = app.dependencies().json
    return dependencies


def set_values(body: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a callback's body with other values."""
    copied: dict[str, Any] = json.loads(json.dumps(body))
    for part in (*copied["inputs"], *copied.get("state", [])):
        name = f"{part['id']}__{part['property']}"
        part["value"] = values.get(name.replace("-", "_"), part["value"])
    return copied
