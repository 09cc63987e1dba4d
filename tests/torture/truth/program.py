"""The program's side: its JSON, tables, page and picture of a store, as its commands and links give them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import plotly.graph_objects as go
from flask.testing import FlaskClient

from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from data.errors import BrowserFailed
from data.store import CandleStore
from tests.cli.program import run_main
from tests.dashboard.memory_store import RecordedActions
from tests.torture.server.endpoint_bodies import build_bodies
from tests.torture.truth.collection import to_time
from tests.torture.truth.markets import EVENT, EVENT_WINDOW, TrueChoices, TrueEvening

Json = dict[str, Any]

DEFAULTS = {"reference": "median", "quote": "usd", "min-vote": "100", "enter": "2", "exit": "1"}

OPTIONS = {"out": "exclude"}
"""Options of commands by the key of a link, where they have another name."""


@dataclass(frozen=True)
class AskedProgram:
    """The program over a store, asked about one evening."""

    location: str
    client: FlaskClient
    words: tuple[str, ...]
    query: dict[str, str]

    def read_json(self, command: str) -> Json:
        """What `measure --json` or `lows --json` prints."""
        result = run_main("--store", self.location, command, *self.words, "--json")
        if result.exit_code:
            message = f"{command} ends with {result.exit_code}: {result.output[:500]}"
            raise AssertionError(message)
        content: Json = json.loads(result.stdout)
        return content

    def read_csv(self, name: str) -> str | None:
        """The table of a link; None where there is nothing to show."""
        response = self.client.get(f"/export/{name}.csv?{urlencode(self.query)}")
        if response.status_code not in {200, 404}:
            message = f"{name}.csv is answered with {response.status_code}: {response.text[:300]}"
            raise AssertionError(message)
        return response.text if response.status_code == 200 else None

    def read_page(self) -> Json:
        """The answer to the browser that opens the explorer."""
        return ask_page(self.client, "/explorer", self.query)

    def read_picture(self) -> tuple[go.Figure, Json]:
        """The comparison picture before it is drawn, and the manifest that it will carry."""
        drawn: list[tuple[go.Figure, Json]] = []

        def draw(_: Renderer, figure: go.Figure, _format: FileFormat, manifest: Mapping[str, Any]) -> bytes:
            drawn.append((figure, dict(manifest)))
            message = "it is not to be drawn"  # a failure, which the server does not keep in memory
            raise BrowserFailed(message)

        with patch.object(Renderer, "draw", draw):
            self.client.get(f"/export/comparison.png?{urlencode(self.query)}")
        (picture,) = drawn
        return picture

    def draw_picture(self, file_format: str) -> bytes:
        """The comparison picture as Chromium draws it."""
        response = self.client.get(f"/export/comparison.{file_format}?{urlencode(self.query)}")
        if response.status_code != 200:
            raise AssertionError(response.text)
        content: bytes = response.data
        return content


def ask_page(client: FlaskClient, path: str, query: dict[str, str]) -> Json:
    """The answer to a browser that opens a page."""
    bodies = build_bodies(json.loads(client.get("/_dash-dependencies").text))
    body = next(body for body in bodies if body["changedPropIds"] == ["place.data"])
    for part in (*body["inputs"], *body.get("state", [])):
        if part["id"] == "place":
            part["value"] = {"path": path, "search": f"?{urlencode(query)}", "at": 1}
    content: Json = client.post("/_dash-update-component", json=body).get_json()
    return content


def build_query(evening: TrueEvening) -> dict[str, str]:
    """The question about an evening as the query of a page's link."""
    options = {"asset": evening.asset, "focus": evening.focus, **_build_choices(evening.choices)}
    if evening.is_event:
        return {**options, "event": EVENT, "window": EVENT_WINDOW[0]}
    start, end = (f"{to_time(edge):%Y-%m-%dT%H:%MZ}" for edge in (evening.start, evening.end))
    return {**options, "from": start, "to": end}


def _build_choices(choices: TrueChoices) -> dict[str, str]:
    """What differs from the defaults."""
    values = {
        "reference": "weighted-median" if choices.weighted else "median",
        "quote": "as-is" if choices.as_is else "usd",
        "min-vote": str(choices.min_vote),
        "enter": str(choices.enter),
        "exit": str(choices.exit),
        "out": choices.excluded,
    }
    return {name: value for name, value in values.items() if value != DEFAULTS.get(name, "")}


def ask_program(store: CandleStore, folder: Path, evening: TrueEvening) -> AskedProgram:
    """The program over the store in a folder, asked about an evening."""
    query = build_query(evening)
    words = tuple(word for name, value in query.items() for word in (f"--{OPTIONS.get(name, name)}", value))
    app = create_app(store, load_catalogue(), RecordedActions())
    return AskedProgram(str(folder / "lake"), app.server.test_client(), words, query)
